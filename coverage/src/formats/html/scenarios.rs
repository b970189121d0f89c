//! Scenarios in the pages: a page of all of them, and beside each page of a file the scenarios that reach its lines.
//!
//! What a script shows is in scripts: `scenarios.js` has the scenarios, and `<page>.js` the lines of a file. A set of scenarios is a
//! text of hexadecimal digits, the first four scenarios in the first one.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use super::numbers::{counted, number};
use super::page::{From, Site};
use super::text::{escaped, name};
use super::tree::Entry;

/// The script that every page of a report with scenarios has, without its data.
const SCRIPT: &str = include_str!("assets/scenarios.js");

/// The name of the page, and of the script beside it.
pub const PAGE: &str = "scenarios.html";

/// The name of the script.
pub const DATA: &str = "scenarios.js";

/// A named part of a suite.
#[derive(Debug, Clone, Serialize)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// How it ended, in a word; empty if that is not known.
    pub outcome: String,
    /// How many seconds it took, if that is known.
    pub seconds: Option<f64>,
    /// How many lines it reaches.
    pub lines: usize,
    /// How many of them no other one reaches.
    pub alone: usize,
}

/// The scenarios of a report.
pub struct Scenarios<'a> {
    /// In their order; the others name them by their places.
    pub all: Vec<Scenario>,
    /// The lines of the file at a path that scenarios reach, from the top to the bottom, each with the places of these.
    pub reaching: &'a Reaching<'a>,
}

/// Tells of the file at a path which scenarios reach its lines.
type Reaching<'a> = dyn Fn(&Path) -> Vec<(u32, Vec<usize>)> + Sync + 'a;

/// What a script needs of a file.
#[derive(Serialize)]
struct Lines {
    sets: Vec<String>,
    /// Of each stretch of lines the first, how many there are, and the place of the set.
    stretches: Vec<(u32, u32, usize)>,
}

impl Scenarios<'_> {
    /// The script of a file.
    pub fn of_file(&self, path: &Path) -> String {
        let mut lines = Lines {
            sets: Vec::new(),
            stretches: Vec::new(),
        };
        let mut known = HashMap::new();
        for (line, scenarios) in (self.reaching)(path) {
            let set = known.entry(scenarios).or_insert_with_key(|scenarios| {
                lines.sets.push(digits(scenarios, self.all.len()));
                lines.sets.len() - 1
            });
            match lines.stretches.last_mut() {
                Some((first, length, of)) if of == set && *first + *length == line => *length += 1,
                _ => lines.stretches.push((line, 1, *set)),
            }
        }
        format!("const scenariosOfLines = {};\n", json(&lines))
    }

    /// The script with all of them, and with the files that each reaches.
    pub fn script(&self, site: &Site<'_>) -> String {
        let mut reached = vec![Vec::new(); self.all.len()];
        for (place, file) in site.tree.files.iter().enumerate() {
            let mut lines = vec![0_usize; self.all.len()];
            for (_, scenarios) in (self.reaching)(Path::new(&*file.coverage.path)) {
                for scenario in scenarios {
                    lines[scenario] += 1;
                }
            }
            let ran = lines.iter().enumerate().filter(|(_, lines)| **lines > 0);
            for (scenario, lines) in ran {
                reached[scenario].push((place, *lines));
            }
        }
        let files = site.tree.files.iter().enumerate().map(|(place, file)| {
            let page = site.address(From::Page, Entry::File(place));
            (file.path.as_str(), page)
        });
        format!(
            "const scenarios = {};\nconst filesOfScenarios = {};\nconst reachedByScenarios = {};\n{SCRIPT}",
            json(&self.all),
            json(&files.collect::<Vec<_>>()),
            json(&reached)
        )
    }

    /// The page of all of them.
    pub fn page(&self, site: &Site<'_>) -> String {
        let mut main = format!(
            "<h1>Scenarios</h1>{}<table id=scenarios><thead><tr><th scope=col>Scenario<th scope=col>Result<th scope=col>Seconds\
             <th scope=col>Lines<th scope=col>Alone</thead><tbody>",
            site.subtitle("Which part of a suite reaches what. ")
        );
        for scenario in &self.all {
            let seconds = scenario.seconds.map(|it| format!("{it:.2}"));
            let _ = write!(
                main,
                "<tr><th scope=row>{}<td>{}<td>{}<td>{}<td>{}",
                name(&scenario.name),
                escaped(&scenario.outcome),
                seconds.unwrap_or_default(),
                number(scenario.lines),
                number(scenario.alone)
            );
        }
        main.push_str("</tbody></table>");
        site.page_beside(&self.title(), "scen", &main, vec![DATA.to_owned()])
    }

    /// How many there are, in words.
    pub fn title(&self) -> String {
        counted(self.all.len(), "scenario")
    }
}

/// A set of scenarios, of which there are so many.
fn digits(scenarios: &[usize], all: usize) -> String {
    let mut digits = vec![0_u32; all.div_ceil(4)];
    for scenario in scenarios {
        digits[scenario / 4] |= 1 << (scenario % 4);
    }
    let digits = digits.into_iter();
    digits.filter_map(|it| char::from_digit(it, 16)).collect()
}

/// A value as a script has it. A page that is text would end at `</script>`, but these are files.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Scenario, Scenarios, digits};

    #[test]
    fn a_set_has_a_bit_for_each() {
        assert_eq!(digits(&[0, 3, 4], 6), "91");
        assert_eq!(digits(&[], 6), "00");
        assert_eq!(digits(&[8], 9), "001");
    }

    #[test]
    fn lines_with_the_same_scenarios_are_one_stretch() {
        let scenario = Scenario {
            name: "a".into(),
            outcome: String::new(),
            seconds: None,
            lines: 0,
            alone: 0,
        };
        let scenarios = Scenarios {
            all: vec![scenario; 5],
            reaching: &|_| {
                let lines = [(3, vec![0]), (4, vec![0]), (6, vec![0]), (7, vec![1, 4])];
                lines.into()
            },
        };
        let script = scenarios.of_file(Path::new("/a.rs"));
        let expected = r#"{"sets":["10","21"],"stretches":[[3,2,0],[6,1,0],[7,1,1]]}"#;
        assert!(script.contains(expected), "{script}");
    }
}
