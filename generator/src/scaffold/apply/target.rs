//! Where a change lands: links are followed, as long as they stay inside.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::scaffold::change::Change;
use llvm_coverage::terminal::Harmless as _;

/// The directories below which files may be changed, without links: the workspace's and those of packages elsewhere.
pub struct Roots(Vec<PathBuf>);

impl Roots {
    /// A package elsewhere is known by its manifest.
    pub fn of(workspace: &Path, changes: &[&Change]) -> Roots {
        let is_package = |path: &&Path| !path.is_symlink() && path.join("Cargo.toml").exists();
        let packages: BTreeSet<&Path> = changes
            .iter()
            .filter_map(|change| {
                let mut directories = change.path.as_std_path().ancestors().skip(1);
                directories.find(is_package)
            })
            .collect();
        let elsewhere = packages
            .into_iter()
            .filter_map(|package| package.canonicalize().ok())
            .filter(|package| !package.starts_with(workspace));
        Roots(
            std::iter::once(workspace.to_owned())
                .chain(elsewhere)
                .collect(),
        )
    }

    /// Whether the directory is one of them.
    pub fn are(&self, directory: &Path) -> bool {
        self.0.iter().any(|root| root == directory)
    }

    fn contain(&self, path: &Path) -> bool {
        self.0.iter().any(|root| path.starts_with(root))
    }
}

/// The file that a change writes or removes.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    directory: PathBuf,
    path: PathBuf,
    /// The directories that have to be made, the outermost first.
    missing: Vec<PathBuf>,
}

impl Target {
    /// Finds it. A file that is to go is not followed itself: a link goes, and what it leads to stays, which may be
    /// somebody else's.
    pub fn of(change: &Change, roots: &Roots) -> Result<Target> {
        let path = change.path.as_std_path();
        let (real, mut missing) = if change.after.is_some() {
            followed(path)?
        } else {
            let name = path.file_name().context("a file has a name")?;
            let (directory, missing) = followed(parent(path)?)?;
            (directory.join(name), missing)
        };
        missing.retain(|missing| *missing != real);
        let target = Target {
            directory: parent(&real)?.to_owned(),
            path: real,
            missing,
        };
        if !roots.contain(&target.path) {
            return Err(outside(path, &target.path, roots));
        }
        Ok(target)
    }

    /// The file, without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory that the file is in, without links.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The directories that have to be made, the outermost first.
    pub fn missing(&self) -> &[PathBuf] {
        &self.missing
    }
}

/// The path without links, and what of it is not there yet, the outermost first.
fn followed(path: &Path) -> Result<(PathBuf, Vec<PathBuf>)> {
    match fs::canonicalize(path) {
        Ok(path) => Ok((path, Vec::new())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Ok(goal) = fs::read_link(path) {
                bail!(
                    "{} links to {}, which does not exist: fix the link or remove it",
                    path.harmless(),
                    goal.harmless()
                );
            }
            let (directory, mut missing) = followed(parent(path)?)?;
            let path = directory.join(path.file_name().context("a file has a name")?);
            missing.push(path.clone());
            Ok((path, missing))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.harmless())),
    }
}

fn parent(path: &Path) -> Result<&Path> {
    path.parent().context("a file has a directory")
}

/// Names the link that leads out.
fn outside(path: &Path, real: &Path, roots: &Roots) -> anyhow::Error {
    let ancestors: Vec<&Path> = path.ancestors().collect();
    let inside = |path: &Path| path.canonicalize().is_ok_and(|path| roots.contain(&path));
    // Where a directory on the way is inside, and the link in it leads out.
    let link = ancestors.windows(2).rev().find_map(|pair| {
        let [below, above] = pair else { return None };
        (inside(above) && below.is_symlink() && !inside(below)).then_some(*below)
    });
    match link {
        Some(link) => anyhow!(
            "{} links to {}, outside of the crate, where itcov changes nothing: put a file or directory in its place",
            link.harmless(),
            link.canonicalize().unwrap_or_default().harmless()
        ),
        None => anyhow!("{} is outside of the crate", real.harmless()),
    }
}
