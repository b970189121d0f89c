//! Manifests of any shape and format. What they say matters to nobody, so long as it is TOML.

use proptest::prelude::*;

use super::super::Additions;

/// How a table of the manifest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Absent,
    Section,
    Dotted,
    InlineInOneLine,
    Inline,
}

/// The shape of a manifest, and the choices that make its format.
#[derive(Clone, Debug)]
pub struct Manifest {
    package: Form,
    is_project: bool,
    features: Form,
    /// How many features, or tests, there are.
    counts: (usize, usize),
    test: Form,
    autotests: Option<bool>,
    is_old: bool,
    feature: &'static str,
    requires_more: bool,
    /// Sections besides, by their number, and in which order all of them come.
    others: Vec<usize>,
    order: Vec<u16>,
    choices: Vec<u8>,
    has_bom: bool,
    has_last_end: bool,
    /// How many of ten lines end as on Windows.
    windows: u8,
}

const OTHERS: [&[&str]; 8] = [
    &[
        "[dependencies]",
        "serde = { version = \"1\", features = [\"derive\"] }",
        "x.version = \"1\"",
    ],
    &[
        "[package.metadata.docs.rs]",
        "features = [\"x\"]",
        "test = [{ name = \"manual_integration\" }]",
    ],
    &["[[bin]]", "name = \"b\"", "path = 'src/b.rs'"],
    &["[lib]", "test = false"],
    &[
        "[profile.release.package.\"*\"]",
        "opt-level = 3",
        "debug = 1_0",
    ],
    &["[target.'cfg(unix)'.dependencies]", "nix = '*'"],
    &[
        "[workspace]",
        "members = [",
        "  \"a\", # [features]",
        "",
        "  'b'",
        "]",
    ],
    &[
        "[[package.metadata.text]]",
        "at = 1979-05-27T07:32:00Z",
        "text = \"\"\"",
        "[features]",
        "manual-integration = [] # itcov",
        "",
        "[[test]] # itcov\"\"\"",
        "'#' = '''",
        "test = false '''",
    ],
];

const FILLINGS: [&str; 8] = [
    "",
    "# a comment",
    "# [features]",
    "\t# [[test]]",
    "   ",
    "# \u{fc}\u{1f980}",
    "",
    "#",
];

const BEHIND: [&str; 6] = [
    "",
    " # why",
    "\t",
    "# [features]",
    "  ",
    " # \u{e4} 'x' = []",
];

const VALUES: [&[&str]; 5] = [
    &["[]"],
    &["[\"dep:serde\", 'x'] "],
    &["[", "    \"x\", # the first", "", "    \"x/y\",", "]"],
    &["[ # none", "]"],
    &["[\"\\u0078\", \"\"\"", "y\"\"\"]"],
];

impl Arbitrary for Manifest {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        use Form::{Absent, Dotted, Inline, InlineInOneLine, Section};
        let features = prop_oneof![
            2 => Just(Absent), 4 => Just(Section), 2 => Just(Dotted), 1 => Just(InlineInOneLine), 2 => Just(Inline)
        ];
        let package = prop_oneof![4 => Just(Section), 1 => Just(Dotted), 1 => Just(InlineInOneLine), 1 => Just(Inline)];
        let test = prop_oneof![4 => Just(Absent), 4 => Just(Section), 1 => Just(InlineInOneLine), 2 => Just(Inline)];
        let feature =
            prop_oneof![4 => Just("manual-integration"), 1 => Just("f+1.x"), 1 => Just("m\u{fc}")];
        let shape = (package, features, test, (0..4_usize, 0..3_usize), feature);
        let flags = (
            any::<(bool, bool, bool, bool)>(),
            any::<Option<bool>>(),
            prop::bool::weighted(0.7),
            0..=10_u8,
        );
        let others =
            prop::sample::subsequence((0..OTHERS.len()).collect::<Vec<_>>(), 0..OTHERS.len());
        let noise = (
            prop::collection::vec(any::<u16>(), 16),
            prop::collection::vec(any::<u8>(), 1..64),
        );
        (shape, flags, others, noise)
            .prop_map(|(shape, flags, others, (order, choices))| {
                let (package, features, test, counts, feature) = shape;
                let (
                    (is_project, is_old, has_bom, requires_more),
                    autotests,
                    has_last_end,
                    windows,
                ) = flags;
                Manifest {
                    package,
                    is_project,
                    features,
                    counts,
                    test,
                    autotests,
                    is_old,
                    feature,
                    requires_more,
                    others,
                    order,
                    choices,
                    has_bom,
                    has_last_end,
                    // Mixed line ends are one case of three.
                    windows: match windows {
                        0..4 => 0,
                        4..8 => 10,
                        mixed => mixed - 3,
                    },
                }
            })
            .boxed()
    }
}

impl Manifest {
    pub fn additions(&self) -> Additions<'static> {
        static MORE: std::sync::LazyLock<Vec<String>> =
            std::sync::LazyLock::new(|| vec!["cli".to_owned()]);
        Additions {
            feature: self.feature,
            bin_features: if self.requires_more { &MORE } else { &[] },
            keep_autotests: self.is_old,
        }
    }

    /// What the error has to contain, if the additions have to be refused.
    pub fn refusal(&self) -> Option<&'static str> {
        let needs_autotests = self.is_old && self.autotests.is_none() && self.tests_are_absent();
        if self.features == Form::InlineInOneLine {
            Some("`features` is an inline table")
        } else if self.test == Form::InlineInOneLine {
            Some("`test` is not a list of [[test]] sections")
        } else if self.package == Form::InlineInOneLine && needs_autotests {
            Some(if self.is_project {
                "`project` is an inline table"
            } else {
                "`package` is an inline table"
            })
        } else {
            None
        }
    }

    fn tests_are_absent(&self) -> bool {
        self.test == Form::Absent || self.test == Form::Section && self.counts.1 == 0
    }

    pub fn text(&self) -> String {
        let mut writer = Writer {
            choices: self.choices.iter().cycle(),
            lines: Vec::new(),
        };
        let autotests = self.autotests.map(|value| format!("autotests = {value}"));
        let mut package = vec![
            "name = \"a\"".to_owned(),
            "edition.workspace = true".to_owned(),
            "version = '1.0.0'".to_owned(),
        ];
        package.extend(autotests);
        let name = if self.is_project {
            "project"
        } else {
            "package"
        };
        let features: Vec<String> = (0..self.counts.0)
            .map(|number| {
                let key = ["f", "'f", "\"f"][writer.choose(3)];
                let value = if self.features == Form::InlineInOneLine {
                    "[]".to_owned()
                } else {
                    VALUES[writer.choose(5)].join("\n")
                };
                format!("{key}{number}{} = {value}", &key[..key.len() - 1])
            })
            .collect();
        let tests = (0..self.counts.1).map(|number| {
            vec![
                format!("name = \"t{number}\""),
                "harness = false".to_owned(),
            ]
        });
        let tests: Vec<Vec<String>> = tests.collect();

        let mut root = vec![vec!["cargo-features = [\"x\"]".to_owned()]];
        let mut sections = Vec::new();
        for (form, name, entries) in [
            (self.package, name, &package),
            (self.features, "features", &features),
        ] {
            match form {
                Form::Absent => {}
                Form::Section => {
                    let header = [
                        format!("[{name}]"),
                        format!("['{name}']"),
                        format!("[ {name}\t]"),
                    ][writer.choose(3)]
                    .clone();
                    sections.push([vec![header], entries.clone()].concat());
                }
                Form::Dotted => root.push(
                    entries
                        .iter()
                        .map(|entry| format!("{name} . {entry}"))
                        .collect(),
                ),
                Form::InlineInOneLine => {
                    root.push(vec![format!("{name} = {{ {} }}", entries.join(", "))])
                }
                Form::Inline => {
                    let comma = ["", ","][writer.choose(2)];
                    let comma = if entries.is_empty() { "" } else { comma };
                    root.push(vec![format!(
                        "{name} = {{\n{}{comma}\n}}",
                        entries.join(",\n  ")
                    )]);
                }
            }
        }
        match self.test {
            Form::Section => sections.extend(
                tests
                    .into_iter()
                    .map(|test| [vec!["[[test]]".to_owned()], test].concat()),
            ),
            Form::InlineInOneLine | Form::Inline => {
                let tests: Vec<String> = tests
                    .iter()
                    .map(|test| format!("{{ {} }}", test.join(", ")))
                    .collect();
                let (open, close) = if self.test == Form::Inline {
                    ("[ # all\n", "\n]")
                } else {
                    ("[", "]")
                };
                root.push(vec![format!("test = {open}{}{close}", tests.join(", "))]);
            }
            _ => {}
        }
        // The table that a section belongs to comes first where it is no section itself.
        let others = self.others.iter().map(|other| OTHERS[*other]);
        let is_below_package = |lines: &[&str]| lines[0].contains("[package.");
        let others = others.filter(|lines| {
            !is_below_package(lines) || !self.is_project && self.package == Form::Section
        });
        sections.extend(others.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect()));

        let shuffled = |parts: Vec<Vec<String>>| {
            let mut parts: Vec<_> = parts.into_iter().zip(self.order.iter().cycle()).collect();
            parts.sort_by_key(|(_, place)| **place);
            parts
                .into_iter()
                .flat_map(|(part, _)| part)
                .collect::<Vec<_>>()
        };
        for line in shuffled(root).into_iter().chain(shuffled(sections)) {
            writer.write(&line);
        }
        self.ended(&writer.lines)
    }

    /// The lines with their ends.
    fn ended(&self, lines: &[String]) -> String {
        let mut text = if self.has_bom {
            "\u{feff}".to_owned()
        } else {
            String::new()
        };
        let count = lines.len();
        let lines = lines.iter().zip(self.choices.iter().cycle()).enumerate();
        for (number, (line, choice)) in lines {
            text += line;
            if number + 1 < count || self.has_last_end {
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
