//! Lines of trace files.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use llvm_coverage::count::ratio::{DECIMALS, Ratio};

/// The lines that have code, each with whether it ran, by file and number.
#[derive(Debug, Default)]
pub struct Lines(BTreeMap<(String, u32), bool>);

impl Lines {
    /// Those of the sources below a directory, without tests.
    pub fn parse(text: &str, below: &Path) -> Lines {
        let mut lines = Lines::default();
        let mut file = None;
        for line in text.lines() {
            if let Some(path) = line.strip_prefix("SF:") {
                file = Path::new(path)
                    .strip_prefix(below)
                    .ok()
                    .filter(|path| !path.starts_with("tests"))
                    .map(|path| path.display().to_string());
            } else if let (Some(file), Some((number, count))) = (
                &file,
                line.strip_prefix("DA:")
                    .and_then(|rest| rest.split_once(',')),
            ) && let Ok(number) = number.parse()
            {
                let ran = lines.0.entry((file.clone(), number)).or_default();
                *ran |= count != "0";
            }
        }
        lines
    }

    /// How many of those that ran did not run according to another one.
    pub fn ran_without(&self, other: &Lines) -> usize {
        let ran = self.0.iter().filter(|(_, ran)| **ran);
        ran.filter(|(line, _)| other.0.get(*line) != Some(&true))
            .count()
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = Ratio::of(self.0.values().copied());
        let percentage = ratio.percentage(DECIMALS).unwrap_or_default();
        write!(out, "{} of {}, {percentage}", ratio.covered, ratio.total)
    }
}
