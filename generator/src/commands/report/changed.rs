//! The lines that a branch changed.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use itcov::coverage::Coverage;
use itcov::coverage::changed::{self, Lines};

use super::git::{Repository, as_path};
use crate::progress::during;

/// Which lines are reported on.
#[derive(Args)]
#[command(next_help_heading = "Files")]
pub struct ChangedSince {
    /// Report on the lines alone that have changed since this branch and REV parted, such as origin/main
    ///
    /// Lines that are not committed yet count too, and files that git does not know. Functions and regions count that
    /// have one of these lines. Where nothing with code has changed, every threshold is met.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
}

impl ChangedSince {
    /// The revision, if only what has changed since is reported on.
    pub fn revision(&self) -> Option<&str> {
        self.changed_since.as_deref()
    }

    /// The coverage of the lines that are asked for, in the repository of the workspace at `root`.
    ///
    /// # Errors
    ///
    /// If git cannot tell which these are.
    pub fn apply(&self, coverage: Coverage, root: &Path) -> Result<Coverage> {
        let Some(revision) = self.revision() else {
            return Ok(coverage);
        };
        let changed = during("asking git what has changed", || {
            changed(&coverage, revision, root)
        })
        .with_context(|| format!("cannot tell what has changed since {revision}"))?;
        Ok(coverage.of_lines(|path, lines| {
            changed
                .get(path)
                .is_some_and(|changed| changed.touch(&lines))
        }))
    }
}

/// The changed lines of the files of the coverage, by their paths in it.
fn changed(coverage: &Coverage, revision: &str, root: &Path) -> Result<HashMap<String, Lines>> {
    let repository = Repository::around(root)?;
    let base = repository.merge_base(revision)?;
    let diff = changed::parse(&repository.diff(&base, &kinds(coverage))?)?;
    let mut changed: HashMap<PathBuf, Lines> = diff
        .into_iter()
        .map(|(path, ranges)| (as_path(&path).into(), Lines::Ranges(ranges)))
        .collect();
    let untracked = repository.untracked()?;
    changed.extend(untracked.into_iter().map(|path| (path, Lines::All)));

    let files = coverage.files.iter().filter_map(|file| {
        // git's paths are without links, the compiler's are as cargo was started.
        let path = Path::new(&*file.path);
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let lines = changed.get(path.strip_prefix(&repository.top).ok()?)?;
        Some((file.path.to_string(), lines.clone()))
    });
    Ok(files.collect())
}

/// The extensions of the covered files, so that git does not compare pictures. None where a file has no plain one.
fn kinds(coverage: &Coverage) -> Vec<&str> {
    let kind = |path| Path::new(path).extension()?.to_str();
    let kinds = coverage.files.iter().map(|file| kind(&*file.path));
    let is_plain = |kind: &&str| kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let kinds: Option<BTreeSet<&str>> = kinds.map(|it| it.filter(is_plain)).collect();
    kinds.unwrap_or_default().into_iter().collect()
}
