//! How much has to have run.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use llvm_coverage::Coverage;
use llvm_coverage::baseline::Comparison;
use llvm_coverage::count::ratio::Ratio;
use llvm_coverage::count::summary::Summary;
use llvm_coverage::formats::{missing, names};
use llvm_coverage::terminal::harmless;

use super::percent::Percent;

/// Thresholds. The report is written in any case.
#[derive(Args)]
#[command(next_help_heading = "Thresholds")]
#[expect(
    clippy::struct_field_names,
    reason = "the fields are called as the options are"
)]
pub struct Thresholds {
    /// Exit with 1 if less than N percent of all lines ran; 79.999 % is less than 80
    #[arg(long, value_name = "N")]
    fail_under_lines: Option<Percent>,

    /// Exit with 1 if less than N percent of all functions ran
    #[arg(long, value_name = "N")]
    fail_under_functions: Option<Percent>,

    /// Exit with 1 if less than N percent of all regions ran
    #[arg(long, value_name = "N")]
    fail_under_regions: Option<Percent>,

    /// Exit with 1 if less than N percent of the lines of a file ran
    #[arg(long, value_name = "N")]
    fail_under_file_lines: Option<Percent>,

    /// Exit with 1 if less than N percent of the functions of a file ran
    #[arg(long, value_name = "N")]
    fail_under_file_functions: Option<Percent>,

    /// Exit with 1 if less than N percent of the regions of a file ran
    #[arg(long, value_name = "N")]
    fail_under_file_regions: Option<Percent>,

    /// End with 1 if a line was lost since the report that --baseline names
    #[arg(long, requires = "baseline")]
    fail_on_lost: bool,
}

/// How many files are named.
const NAMED: usize = 20;
/// How many stretches of lines are listed of a file.
const STRETCHES: usize = 10;

type Share = fn(&Summary) -> Ratio;

const LINES: (&str, Share) = ("lines", |it| it.lines);
const FUNCTIONS: (&str, Share) = ("functions", |it| it.functions);
const REGIONS: (&str, Share) = ("regions", |it| it.regions);

impl Thresholds {
    /// Whether there is one.
    pub fn is_one_given(&self) -> bool {
        let mut all = self.of_all().into_iter().chain(self.of_files());
        all.any(|(_, least)| least.is_some()) || self.fail_on_lost
    }

    /// Whether no line may have been lost.
    pub fn forbid_lost(&self) -> bool {
        self.fail_on_lost
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
    pub fn check(
        &self,
        coverage: &Coverage,
        root: &Path,
        against: Option<&Comparison>,
    ) -> Result<Vec<String>> {
        let (mut met, mut missed) = (vec![], vec![]);
        for ((what, share), least) in self.of_all() {
            let Some(least) = least else { continue };
            let ratio = share(&coverage.total);
            met.push(if ratio.total == 0 {
                format!("there are no {what} that could run, {least}% are wanted")
            } else {
                let share = least.beside(ratio);
                format!("{share} of the {what} ran, {least}% are wanted")
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
                    let name = harmless(name);
                    Some(format!(
                        "{name}: {shortfall} (--fail-under-file-{what} {least})"
                    ))
                })
                .collect();
            missed.extend(some(files, &format!("--fail-under-file-{what} {least}")));
        }
        if let Some(against) = against.filter(|_| self.fail_on_lost) {
            let lost = lost(coverage, root, against);
            if lost.is_empty() {
                met.push(format!(
                    "no line was lost since {}, as is wanted",
                    against.name
                ));
            }
            if missed.is_empty() && !lost.is_empty() {
                let lost = some(lost, "--fail-on-lost").join("\n  ");
                bail!(
                    "lines were lost since {}\n  {lost}\nWhere a suite kills the program, a line behind the call that it was in can be lost by chance.",
                    against.name
                );
            }
            missed.extend(some(lost, "--fail-on-lost"));
        }
        if missed.is_empty() {
            return Ok(met);
        }
        bail!("below the threshold\n  {}", missed.join("\n  "))
    }
}

/// What is said of some files, and how many more there are that miss what an option wants.
fn some(mut files: Vec<String>, option: &str) -> Vec<String> {
    let more = files.len().saturating_sub(NAMED);
    files.truncate(NAMED);
    if more > 0 {
        files.push(format!("and {more} more ({option})"));
    }
    files
}

/// What is said of the files with lines that were lost.
fn lost(coverage: &Coverage, root: &Path, against: &Comparison) -> Vec<String> {
    let files = names::in_order(coverage, root).into_iter();
    let lost = files.filter_map(|(file, name)| {
        let lost = &against.of(file).lost;
        let lines = missing::stretches(lost.iter().copied(), STRETCHES);
        let noun = if lost.len() == 1 { "line" } else { "lines" };
        (!lost.is_empty()).then(|| {
            let name = harmless(name);
            format!(
                "{name}: {} {noun} lost: {lines} (--fail-on-lost)",
                lost.len()
            )
        })
    });
    lost.collect()
}

/// What is said of a share that is too small.
fn shortfall(ratio: Ratio, what: &str, least: &Percent) -> Option<String> {
    let missing = least.missing(ratio);
    (missing > 0).then(|| {
        let Ratio { covered, total } = ratio;
        let share = least.beside(ratio);
        format!("{covered} of {total} {what} ran, {share}: {missing} more to go")
    })
}

#[cfg(test)]
mod tests {
    use llvm_coverage::FileCoverage;

    use super::*;

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
            fail_on_lost: false,
        };
        let error = thresholds
            .check(&coverage, Path::new("/projects"), None)
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
            "79999 of 100000 lines ran, 79.999%: 1 more to go"
        );
    }
}
