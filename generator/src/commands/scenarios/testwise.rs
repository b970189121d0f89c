//! Teamscale's Testwise Coverage, version 2: <https://docs.teamscale.com/reference/upload-formats-and-samples/testwise-coverage/>.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use llvm_coverage::formats::names;
use serde::Serialize;

use crate::commands::scenarios::recorded::Counted;
use crate::measured::scenarios::Outcome;

/// The report.
#[derive(Serialize)]
pub struct Report {
    version: u8,
    /// Whether there are tests that are not in it.
    partial: bool,
    files: Vec<File>,
    tests: Vec<Test>,
}

#[derive(Serialize)]
struct File {
    path: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    uniform_path: String,
    /// In seconds.
    duration: f64,
    result: &'static str,
    /// By the numbers of the files.
    coverage: BTreeMap<String, String>,
}

/// Reports the chosen scenarios, the files as they are called in the workspace at `root`.
///
/// # Errors
///
/// If it is not known how long one took, which the format requires.
pub fn report(counted: &Counted, chosen: &[usize], root: &Path) -> Result<Report> {
    let lines = &counted.index.lines;
    let files = lines.paths().map(|path| File {
        path: names::name(path, root).into_owned(),
    });
    let test = |place: &usize| {
        let name = counted.name(*place);
        let scenario = &counted.scenarios[*place];
        let seconds = scenario.seconds;
        let reached = lines.paths().enumerate().filter_map(|(number, path)| {
            let lines = lines.within(path, &counted.index.sets[*place]);
            (!lines.is_empty()).then(|| (number.to_string(), ranges(&lines)))
        });
        Ok(Test {
            uniform_path: name.to_owned(),
            duration: seconds.with_context(|| format!("it is not known how long {name:?} took"))?,
            result: match scenario.outcome {
                Outcome::Passed => "PASSED",
                Outcome::Failed => "FAILURE",
                Outcome::Ended => "INCONCLUSIVE",
                Outcome::Cut => "ERROR",
            },
            coverage: reached.collect(),
        })
    };
    Ok(Report {
        version: 2,
        partial: chosen.len() < counted.named().len(),
        files: files.collect(),
        tests: chosen.iter().map(test).collect::<Result<_>>()?,
    })
}

/// Lines as a text such as `10-12,40`.
fn ranges(lines: &[u32]) -> String {
    let runs = lines.chunk_by(|one, next| one + 1 == *next);
    let texts = runs.map(|run| match run {
        [line] => line.to_string(),
        run => format!("{}-{}", run[0], run[run.len() - 1]),
    });
    texts.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn lines_in_a_row_are_a_range() {
        assert_eq!(ranges(&[10, 11, 12, 40, 42, 43]), "10-12,40,42-43");
    }
}
