//! How much has to have run.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Result, bail};
use clap::Args;
use llvm_coverage::Coverage;
use llvm_coverage::count::summary::{Ratio, Summary};
use llvm_coverage::formats::names;

/// Thresholds. The report is written in any case.
#[derive(Args)]
#[command(next_help_heading = "Thresholds")]
#[expect(
    clippy::struct_field_names,
    reason = "the fields are called as the options are"
)]
pub struct Thresholds {
    /// End with 1 if less than N percent of all lines ran; 79.999 % is less than 80
    #[arg(long, value_name = "N")]
    fail_under_lines: Option<Percent>,

    /// End with 1 if less than N percent of all functions ran
    #[arg(long, value_name = "N")]
    fail_under_functions: Option<Percent>,

    /// End with 1 if less than N percent of all regions ran
    #[arg(long, value_name = "N")]
    fail_under_regions: Option<Percent>,

    /// End with 1 if less than N percent of the lines of a file ran
    #[arg(long, value_name = "N")]
    fail_under_file_lines: Option<Percent>,

    /// End with 1 if less than N percent of the functions of a file ran
    #[arg(long, value_name = "N")]
    fail_under_file_functions: Option<Percent>,

    /// End with 1 if less than N percent of the regions of a file ran
    #[arg(long, value_name = "N")]
    fail_under_file_regions: Option<Percent>,
}

/// How many files are named.
const NAMED: usize = 20;

type Share = fn(&Summary) -> Ratio;

const LINES: (&str, Share) = ("lines", |it| it.lines);
const FUNCTIONS: (&str, Share) = ("functions", |it| it.functions);
const REGIONS: (&str, Share) = ("regions", |it| it.regions);

impl Thresholds {
    /// Whether there is one.
    pub fn is_one_given(&self) -> bool {
        let mut all = self.of_all().into_iter().chain(self.of_files());
        all.any(|(_, least)| least.is_some())
    }

    fn of_all(&self) -> [((&str, Share), Option<&Percent>); 3] {
        [
            (LINES, self.fail_under_lines.as_ref()),
            (FUNCTIONS, self.fail_under_functions.as_ref()),
            (REGIONS, self.fail_under_regions.as_ref()),
        ]
    }

    fn of_files(&self) -> [((&str, Share), Option<&Percent>); 3] {
        [
            (LINES, self.fail_under_file_lines.as_ref()),
            (FUNCTIONS, self.fail_under_file_functions.as_ref()),
            (REGIONS, self.fail_under_file_regions.as_ref()),
        ]
    }

    /// Whether they are met, the files being those of the workspace at `root`: what is said of each. Of nothing, enough
    /// ran.
    ///
    /// # Errors
    ///
    /// If they are not: each that is missed, in which files, and by how much.
    pub fn check(&self, coverage: &Coverage, root: &Path) -> Result<Vec<String>> {
        let (mut met, mut missed) = (vec![], vec![]);
        for ((what, share), least) in self.of_all() {
            let Some(least) = least else { continue };
            let ratio = share(&coverage.total);
            met.push(if ratio.total == 0 {
                format!("there are no {what} that could run, {least}% are wanted")
            } else {
                format!("{} of the {what} ran, {least}% are wanted", cut_off(ratio))
            });
            missed.extend(
                shortfall(ratio, what, least)
                    .map(|shortfall| format!("{shortfall} (--fail-under-{what} {least})")),
            );
        }
        for ((what, share), least) in self.of_files() {
            let Some(least) = least else { continue };
            if !coverage.files.is_empty() {
                met.push(format!(
                    "{least}% of the {what} or more ran in each file, as is wanted"
                ));
            }
            let files = names::in_order(coverage, root).into_iter();
            let files: Vec<_> = files
                .filter_map(|(file, name)| {
                    let shortfall = shortfall(share(&file.summary), what, least)?;
                    let name = names::harmless(name);
                    Some(format!(
                        "{name}: {shortfall} (--fail-under-file-{what} {least})"
                    ))
                })
                .collect();
            let more = files.len().saturating_sub(NAMED);
            missed.extend(files.into_iter().take(NAMED));
            if more > 0 {
                missed.push(format!(
                    "and {more} more (--fail-under-file-{what} {least})"
                ));
            }
        }
        if missed.is_empty() {
            return Ok(met);
        }
        bail!("too little ran\n  {}", missed.join("\n  "))
    }
}

/// What is said of a share that is too small.
fn shortfall(ratio: Ratio, what: &str, least: &Percent) -> Option<String> {
    let missing = least.missing(ratio);
    (missing > 0).then(|| {
        let Ratio { covered, total } = ratio;
        let share = cut_off(ratio);
        format!("{covered} of {total} {what} ran, {share}: {missing} more to go")
    })
}

/// Not rounded, so that it is not said to be as much as it ought to be.
fn cut_off(ratio: Ratio) -> String {
    let hundredths = ratio.covered as u128 * 10_000 / (ratio.total as u128).max(1);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A percentage, exactly as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Percent {
    text: String,
    /// In the given parts of one percent.
    value: u128,
    parts: u128,
}

/// As many digits as can be told apart.
const DECIMALS: usize = 9;

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) {
            return Err("it takes a number from 0 to 100, such as 80 or 79.5".into());
        }
        if decimals.len() > DECIMALS {
            return Err(format!("it takes {DECIMALS} decimals at most"));
        }
        let parts = (0..decimals.len()).fold(1, |parts, _| parts * 10);
        let value = format!("{whole}{decimals}").parse::<u128>();
        match value {
            Ok(value) if value <= 100 * parts => Ok(Self {
                text: text.to_owned(),
                value,
                parts,
            }),
            _ => Err("there are no more than 100 percent".into()),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Percent {
    /// How many more of it would have to have run.
    fn missing(&self, ratio: Ratio) -> u128 {
        let needed = (ratio.total as u128 * self.value).div_ceil(100 * self.parts);
        needed.saturating_sub(ratio.covered as u128)
    }
}

#[cfg(test)]
mod tests {
    use llvm_coverage::FileCoverage;

    use super::*;

    fn missing(least: &str, covered: usize, total: usize) -> u128 {
        let least: Percent = least.parse().unwrap();
        least.missing(Ratio { covered, total })
    }

    #[test]
    fn a_percentage_is_compared_exactly() {
        assert_eq!(missing("80", 79_999, 100_000), 1);
        assert_eq!(missing("80", 80_000, 100_000), 0);
        assert_eq!(missing("79.999", 79_999, 100_000), 0);
        assert_eq!(missing("79.9990001", 79_999, 100_000), 1);
        // No binary fraction is 1/3 or 0.1.
        assert_eq!(missing("33.333333333", 1, 3), 0);
        assert_eq!(missing("33.333333334", 1, 3), 1);
        assert_eq!(missing("0.1", 1, 1000), 0);
        assert_eq!(missing("100", usize::MAX - 1, usize::MAX), 1);
    }

    #[test]
    fn of_nothing_enough_ran() {
        assert_eq!(missing("100", 0, 0), 0);
        assert_eq!(missing("0", 0, 7), 0);
    }

    #[test]
    fn some_files_are_named_and_the_others_are_counted() {
        let ratio = Ratio {
            covered: 1,
            total: 4,
        };
        let file = |name: String| FileCoverage {
            path: format!("/projects/{name}.rs").into(),
            summary: Summary {
                regions: ratio,
                ..Summary::default()
            },
            functions: vec![],
            segments: vec![],
            lines: vec![],
        };
        let coverage = Coverage {
            files: ["\u{1b}[2J".into()]
                .into_iter()
                .chain((11..33).map(|number| number.to_string()))
                .map(file)
                .collect(),
            ..Coverage::default()
        };
        let thresholds = Thresholds {
            fail_under_lines: None,
            fail_under_functions: None,
            fail_under_regions: None,
            fail_under_file_lines: Some("100".parse().unwrap()),
            fail_under_file_functions: None,
            fail_under_file_regions: Some("26".parse().unwrap()),
        };
        let error = thresholds
            .check(&coverage, Path::new("/projects"))
            .unwrap_err();
        let error = error.to_string();
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines.len(), 1 + NAMED + 1, "{error}");
        assert_eq!(
            lines[1],
            "  \u{fffd}[2J.rs: 1 of 4 regions ran, 25.00%: 1 more to go (--fail-under-file-regions 26)"
        );
        assert_eq!(lines[21], "  and 3 more (--fail-under-file-regions 26)");
    }

    #[test]
    fn what_is_said_is_not_rounded_up_to_the_threshold() {
        let least: Percent = "80.0".parse().unwrap();
        let ratio = Ratio {
            covered: 79_999,
            total: 100_000,
        };
        assert_eq!(
            shortfall(ratio, "lines", &least).unwrap(),
            "79999 of 100000 lines ran, 79.99%: 1 more to go"
        );
    }

    #[test]
    fn a_threshold_is_a_number_from_0_to_100() {
        for right in ["0", "100", "100.0", "079.5", "0.000000001"] {
            assert_eq!(right.parse::<Percent>().unwrap().to_string(), right);
        }
        for wrong in [
            "",
            "-1",
            "+1",
            "80%",
            "1e1",
            ".5",
            "5.",
            "1.2.3",
            "NaN",
            "100.1",
            "101",
            "0.0000000001",
            "999999999999999999999999999999999999999999",
        ] {
            assert!(wrong.parse::<Percent>().is_err(), "{wrong}");
        }
    }
}
