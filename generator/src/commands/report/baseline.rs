//! The comparison with an earlier report.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf, StripPrefixError};

use anyhow::{Context, Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueHint};
use llvm_coverage::baseline::{self, Comparison, Texts};
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::{Coverage, files};

use super::changed::links;
use super::git::Repository;
use crate::progress::during;

/// What the report is compared with.
#[derive(Args)]
#[command(next_help_heading = "Comparison")]
pub struct Baseline {
    /// Compare with an earlier report, which --json FILE or `llvm-cov export` has written
    ///
    /// Lines are newly run that did not run then and do now, and lost that ran then and do not now, wherever their code stands now.
    /// Lines that are only in one of the reports are neither.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    baseline: Option<PathBuf>,

    /// The commit that the earlier report was made of: lines are the same if their texts are
    ///
    /// Without it, lines of functions that were edited are told by their shape.
    #[arg(long, value_name = "REV", requires = "baseline", value_parser = NonEmptyStringValueParser::new())]
    baseline_revision: Option<String>,
}

/// An earlier report.
pub struct Earlier<'a> {
    path: &'a Path,
    coverage: Coverage,
    sources: Option<Sources<'a>>,
}

/// The sources of the commit that it is of.
struct Sources<'a> {
    revision: &'a str,
    repository: Repository,
    commit: String,
    /// Where the workspace is in the repository.
    workspace: PathBuf,
    /// The files that are as in the commit, by their paths in the repository.
    same: BTreeSet<PathBuf>,
}

impl Baseline {
    /// The file of the earlier report, if there is one.
    pub fn file(&self) -> Option<&Path> {
        self.baseline.as_deref()
    }

    /// Reads the earlier report, if there is one, for the workspace at `root`.
    ///
    /// # Errors
    ///
    /// If it is none, or the commit cannot be found.
    pub fn read(&self, root: &Path) -> Result<Option<Earlier<'_>>> {
        let Some(path) = &self.baseline else {
            return Ok(None);
        };
        let coverage = during("reading the earlier report", || {
            let json = files::read(path, files::EXPORT)
                .with_context(|| format!("cannot read the baseline {}; name a file that `cargo itcov report --json FILE` has written", path.harmless()))?;
            baseline::read(&json).with_context(|| {
                format!(
                    "the baseline {} cannot be used; name a file that `cargo itcov report --json FILE` has written",
                    path.harmless()
                )
            })
        })?;
        let sources = self.baseline_revision.as_deref().map(|revision| {
            Sources::of(revision, root)
                .with_context(|| format!("cannot tell what the sources were at {revision}"))
        });
        Ok(Some(Earlier {
            path,
            coverage,
            sources: sources.transpose()?,
        }))
    }
}

impl<'a> Sources<'a> {
    fn of(revision: &'a str, root: &Path) -> Result<Self> {
        let mut repository = Repository::around(root)?;
        let commit = repository.commit(revision)?;
        let entries = repository.entries()?;
        repository.look_at_all(&entries)?;
        let real = root.canonicalize()?;
        let workspace = real.strip_prefix(&repository.top);
        let workspace = workspace.context("the workspace is outside of the repository")?;
        let changed: BTreeSet<PathBuf> = repository.changed(&commit)?.into_iter().collect();
        let tracked = entries.into_iter().filter(|entry| !entry.is_submodule);
        let same = tracked.map(|entry| entry.path);
        Ok(Self {
            revision,
            workspace: workspace.to_owned(),
            same: same.filter(|path| !changed.contains(path)).collect(),
            commit,
            repository,
        })
    }

    /// The text that a file had, by its path now. `None` if it is not in the commit, or no text, or if a link that leads to it was
    /// not in the commit or led elsewhere.
    fn text(&self, path: &Path, root: &Path) -> Option<String> {
        let top = &self.repository.top;
        let links = links(path);
        let mut inside = links.iter().filter_map(|it| it.strip_prefix(top).ok());
        if inside.any(|link| !self.same.contains(link)) {
            return None;
        }
        // One that is gone has no other path.
        let real = path.canonicalize().or_else(|_| {
            let below = path.strip_prefix(root)?;
            Ok::<_, StripPrefixError>(top.join(&self.workspace).join(below))
        });
        let real = real.ok()?;
        let path = real.strip_prefix(top).ok()?;
        if self.same.contains(path)
            && let Ok(text) = files::read_text(&real)
        {
            return Some(text);
        }
        let is_file = self.repository.has_file(&self.commit, path).ok()?;
        let text = is_file.then(|| self.repository.text(&self.commit, path));
        String::from_utf8(text?.ok()?).ok()
    }
}

impl Earlier<'_> {
    /// What has changed since, in the workspace at `root`.
    ///
    /// # Errors
    ///
    /// If both have nothing in common, or it is not of the commit that was named.
    pub fn compare(&self, coverage: &Coverage, root: &Path) -> Result<Comparison> {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        let earlier_text = |path: &str| self.sources.as_ref()?.text(Path::new(path), root);
        let texts = Texts {
            now: &|path| files::read_text(Path::new(path)).ok(),
            earlier: self.sources.is_some().then_some(&earlier_text as _),
            is_there: &Path::is_file,
        };
        let name = name.to_string_lossy().into_owned();
        let comparison = during("comparing with the earlier report", || {
            baseline::compare(name, &self.coverage, coverage, root, &texts)
        });
        if let (Some(sources), Some(file)) = (&self.sources, comparison.of_other_texts.first()) {
            bail!(
                "the baseline {} is not of {}: {file} has fewer lines there; name the commit that was measured",
                self.path.harmless(),
                sources.revision
            );
        }
        if comparison.in_both == 0 && !coverage.files.is_empty() {
            let first = self.coverage.files.first();
            bail!(
                "the baseline {} has no file of this report, but {}; name a report on this workspace",
                self.path.harmless(),
                first.map_or("none at all", |file| &*file.path)
            );
        }
        Ok(comparison)
    }
}
