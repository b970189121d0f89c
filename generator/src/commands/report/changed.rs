//! The lines that a branch changed.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use llvm_coverage::Coverage;
use llvm_coverage::parse::diff::{self, Lines};

use super::git::{Repository, as_path};
use crate::progress::during;
use crate::readable;

/// Which lines are reported on.
#[derive(Args)]
#[command(next_help_heading = "Files")]
pub struct ChangedSince {
    /// Report on the lines alone that have changed since this branch and REV parted, such as origin/main
    ///
    /// Lines that are not committed yet count too, files that git does not know, and submodules. Functions and regions count that
    /// have one of these lines. Where nothing with code has changed, every threshold is met.
    #[arg(long, value_name = "REV", value_parser = NonEmptyStringValueParser::new())]
    changed_since: Option<String>,
}

impl ChangedSince {
    /// The revision, if only what has changed since is reported on.
    pub fn revision(&self) -> Option<&str> {
        self.changed_since.as_deref()
    }

    /// The coverage of the lines that are asked for, in the repository of the workspace at `root`. Of the `stale` files
    /// those stay that git says have changed.
    ///
    /// # Errors
    ///
    /// If git cannot tell which these are.
    pub fn apply(
        &self,
        coverage: Coverage,
        root: &Path,
        stale: &mut Vec<PathBuf>,
    ) -> Result<Coverage> {
        let Some(revision) = self.revision() else {
            return Ok(coverage);
        };
        let changed = during("asking git what has changed", || {
            changed(&coverage, revision, root)
        })
        .with_context(|| format!("cannot tell what has changed since {revision}"))?;
        stale.retain(|path| path.to_str().is_some_and(|path| changed.contains_key(path)));
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
    // git's paths are without links, the compiler's are as cargo was started.
    let files: Vec<_> = coverage
        .files
        .iter()
        .map(|file| {
            let path = Path::new(&*file.path);
            let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            (&file.path, real)
        })
        .collect();
    readable::by_git(files.iter().map(|(_, path)| path.as_path()))?;
    let mut changed = HashMap::new();
    let is_wanted = |directory: &Path| files.iter().any(|(_, path)| path.starts_with(directory));
    add(
        &repository,
        &base,
        &kinds(coverage),
        &is_wanted,
        &mut changed,
    )?;
    let files = files.into_iter().filter_map(|(path, real)| {
        let lines = changed.get(&real)?;
        Some((path.to_string(), lines.clone()))
    });
    Ok(files.collect())
}

/// Adds what has changed in a repository since a commit or tree of it, and in those of its submodules that are wanted.
fn add(
    repository: &Repository,
    base: &str,
    kinds: &[&str],
    is_wanted: &dyn Fn(&Path) -> bool,
    changed: &mut HashMap<PathBuf, Lines>,
) -> Result<()> {
    let top = &repository.top;
    let diff = diff::parse(&repository.diff(base, kinds)?)?;
    let parts = diff.into_iter();
    changed.extend(parts.map(|(path, ranges)| (top.join(as_path(&path)), Lines::Ranges(ranges))));
    let untracked = repository.untracked()?.into_iter();
    changed.extend(untracked.map(|path| (top.join(path), Lines::All)));
    for path in repository.submodules()? {
        let submodule = repository.submodule(&path);
        if is_wanted(&submodule.top) {
            let base = match repository.recorded(base, &path)? {
                Some(commit) => commit,
                None => submodule.empty_tree()?,
            };
            add(&submodule, &base, kinds, is_wanted, changed)
                .with_context(|| format!("in the submodule {}", path.display()))?;
        }
    }
    Ok(())
}

/// The extensions of the covered files, so that git does not compare pictures. None where a file has no plain one.
fn kinds(coverage: &Coverage) -> Vec<&str> {
    let kind = |path| Path::new(path).extension()?.to_str();
    let kinds = coverage.files.iter().map(|file| kind(&*file.path));
    let is_plain = |kind: &&str| kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let kinds: Option<BTreeSet<&str>> = kinds.map(|it| it.filter(is_plain)).collect();
    kinds.unwrap_or_default().into_iter().collect()
}
