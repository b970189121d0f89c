//! Generated manifests as text.

use super::generate::{Form, Manifest};
use super::parts::{BEHIND, FILLINGS, OTHERS, VALUES};

impl Manifest {
    pub fn text(&self) -> String {
        let mut writer = Writer {
            choices: self.choices.iter().cycle(),
            lines: Vec::new(),
        };
        let mut root = vec![vec!["cargo-features = [\"x\"]".to_owned()]];
        let mut sections = Vec::new();
        let features = self.feature_entries(&mut writer);
        for (form, name, entries) in [
            (self.package, self.name, self.package_entries()),
            (self.features, "features", features),
        ] {
            let lines = table(form, name, entries, &mut writer);
            if form == Form::Section {
                sections.push(lines);
            } else {
                root.push(lines);
            }
        }
        if self.test == Form::Section {
            let header = || "[[test]]".to_owned();
            let tests = (0..self.counts.1).map(test);
            sections.extend(tests.map(|test| [vec![header()], test].concat()));
        } else {
            root.push(self.test_array());
        }
        // The table that a section belongs to comes first where it is no section itself.
        let has_package = self.name == "package" && self.package == Form::Section;
        let others = self.others.iter().map(|other| OTHERS[*other]);
        let others = others.filter(|lines| has_package || !lines[0].contains("[package."));
        sections.extend(others.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect()));
        for line in self.shuffled(root).chain(self.shuffled(sections)) {
            writer.write(&line);
        }
        self.ended(&writer.lines)
    }

    fn package_entries(&self) -> Vec<String> {
        let entries = [
            "name = \"a\"",
            "edition.workspace = true",
            "version = '1.0.0'",
        ];
        let autotests = self.autotests.map(|value| format!("autotests = {value}"));
        let entries = entries.into_iter().map(str::to_owned);
        entries.chain(autotests).collect()
    }

    fn feature_entries(&self, writer: &mut Writer) -> Vec<String> {
        let mut entry = |number| {
            let quote = ["", "'", "\""][writer.choose(3)];
            let value = if self.features == Form::InlineInOneLine {
                "[]".to_owned()
            } else {
                VALUES[writer.choose(5)].join("\n")
            };
            format!("{quote}f{number}{quote} = {value}")
        };
        (0..self.counts.0).map(&mut entry).collect()
    }

    fn test_array(&self) -> Vec<String> {
        let tests = (0..self.counts.1).map(|number| format!("{{ {} }}", test(number).join(", ")));
        let tests = tests.collect::<Vec<_>>().join(", ");
        match self.test {
            Form::InlineInOneLine => vec![format!("test = [{tests}]")],
            Form::Inline => vec![format!("test = [ # all\n{tests}\n]")],
            _ => Vec::new(),
        }
    }

    fn shuffled(&self, parts: Vec<Vec<String>>) -> impl Iterator<Item = String> {
        let mut parts: Vec<_> = parts.into_iter().zip(self.order.iter().cycle()).collect();
        parts.sort_by_key(|(_, place)| **place);
        parts.into_iter().flat_map(|(part, _)| part)
    }

    /// The lines with their ends.
    fn ended(&self, lines: &[String]) -> String {
        let mut text = self.start.to_owned();
        let choices = self.choices.iter().cycle();
        for (number, (line, choice)) in lines.iter().zip(choices).enumerate() {
            text += line;
            if number + 1 < lines.len() || self.has_last_end {
                text += if choice % 10 < self.windows {
                    "\r\n"
                } else {
                    "\n"
                };
            }
        }
        text
    }
}

fn test(number: usize) -> Vec<String> {
    vec![
        format!("name = \"t{number}\""),
        "harness = false".to_owned(),
    ]
}

/// The lines of a table in its form.
fn table(form: Form, name: &str, entries: Vec<String>, writer: &mut Writer) -> Vec<String> {
    match form {
        Form::Absent => Vec::new(),
        Form::Section => {
            let headers = [
                format!("[{name}]"),
                format!("['{name}']"),
                format!("[ {name}\t]"),
            ];
            [vec![headers[writer.choose(3)].clone()], entries].concat()
        }
        Form::Dotted => entries
            .iter()
            .map(|entry| format!("{name} . {entry}"))
            .collect(),
        Form::InlineInOneLine => vec![format!("{name} = {{ {} }}", entries.join(", "))],
        Form::Inline => {
            let comma = if entries.is_empty() {
                ""
            } else {
                ["", ","][writer.choose(2)]
            };
            vec![format!("{name} = {{\n{}{comma}\n}}", entries.join(",\n  "))]
        }
    }
}

/// Writes entries with what people put between and behind them.
struct Writer<'a> {
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
    lines: Vec<String>,
}

impl Writer<'_> {
    fn choose(&mut self, count: usize) -> usize {
        usize::from(*self.choices.next().unwrap()) % count
    }

    /// One entry or header, in as many lines as it has. Some of [`OTHERS`] have entries of several lines, which are
    /// written one by one and so are left as they are.
    fn write(&mut self, entry: &str) {
        let is_whole =
            entry.starts_with('[') || entry.contains(" = ") && !entry.ends_with(['[', '"', '\'']);
        let is_alone = is_whole && !entry.contains("# itcov") && entry != "[features]";
        if is_alone {
            for _ in 0..self.choose(3) {
                let filling = FILLINGS[self.choose(8)];
                self.lines.push(filling.to_owned());
            }
        }
        let indent = if is_alone {
            ["", "", "  ", "\t"][self.choose(4)]
        } else {
            ""
        };
        let behind = if is_alone { BEHIND[self.choose(6)] } else { "" };
        self.lines.extend(
            format!("{indent}{entry}{behind}")
                .split('\n')
                .map(str::to_owned),
        );
    }
}
