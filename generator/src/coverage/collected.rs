//! What the recipes have collected: `<target directory>/itcov/coverage/`.
//!
//! `objects` lists the program and then the libraries of the workspace that it was linked from, `sources`
//! the directories whose files are of interest, each an absolute path a line; the `.profraw` files are the
//! profiles of the runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Coverage;
use super::functions::Functions;
use super::objects;
use super::profile::Profile;

/// The paths of what was collected.
#[derive(Debug)]
pub struct Collected {
    directory: PathBuf,
    objects: Vec<PathBuf>,
    sources: Vec<PathBuf>,
    profiles: Vec<PathBuf>,
}

impl Collected {
    /// Looks into `directory`.
    ///
    /// # Errors
    ///
    /// If nothing was built or nothing has run, each saying what to type next.
    pub fn find(directory: &Path) -> Result<Self> {
        let list = |name| match fs::read_to_string(directory.join(name)) {
            Ok(text) => Ok(text
                .lines()
                .filter(|line| !line.is_empty())
                .map(PathBuf::from)
                .collect::<Vec<_>>()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
            Err(error) => Err(error)
                .with_context(|| format!("cannot read {}", directory.join(name).display())),
        };
        let (objects, sources) = (list("objects")?, list("sources")?);
        if objects.is_empty() || sources.is_empty() {
            bail!(
                "nothing has been built for coverage in {}; type `just itcov` to build and run the program, \
                 or `just itcov-build` to build it only",
                directory.display()
            );
        }
        let entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
        let paths = entries.into_iter().map(|entry| entry.path());
        let mut profiles: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|it| it == "profraw"))
            .collect();
        profiles.sort();
        if profiles.is_empty() {
            bail!(
                "the program has not run yet: {} has no profile; type `just itcov`",
                directory.display()
            );
        }
        Ok(Self {
            directory: directory.into(),
            objects,
            sources,
            profiles,
        })
    }

    /// The profiles of all runs as one, and the files that were empty: on a full disk, a program goes on and
    /// leaves such a file.
    ///
    /// # Errors
    ///
    /// If a profile cannot be read, is damaged, or all are empty.
    pub fn profile(&self) -> Result<(Profile, Vec<&Path>)> {
        let mut profile = Profile::default();
        let mut empty = vec![];
        for path in &self.profiles {
            let file = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            if file.is_empty() {
                empty.push(&**path);
                continue;
            }
            let run = Profile::parse(&file).with_context(|| {
                format!(
                    "the profile {} is damaged; type `just itcov-clean` to forget it",
                    path.display()
                )
            })?;
            profile.merge(&run);
        }
        if empty.len() == self.profiles.len() {
            bail!(
                "every profile in {} is empty, as on a full disk; make room, then type `just itcov`",
                self.directory.display()
            );
        }
        Ok((profile, empty))
    }

    /// What ran according to `profile` of the source files that are of interest: those below the listed
    /// directories, and not below one of the `generated`.
    ///
    /// # Errors
    ///
    /// If an object is not there any more, cannot be read, or no function in them is of interest.
    pub fn coverage(&self, profile: &Profile, generated: &[&Path]) -> Result<Coverage> {
        let mut functions = Functions::default();
        for path in &self.objects {
            if !path.exists() {
                bail!(
                    "{} is gone, which was run; type `just itcov-build` to build it again",
                    path.display()
                );
            }
            let mappings = objects::mappings(path).with_context(|| {
                format!(
                    "cannot read the coverage mapping of {}; type `just itcov-build`",
                    path.display()
                )
            })?;
            for mapping in mappings {
                functions.add(mapping, profile);
            }
        }
        let coverage = Coverage::new(&functions, |path| {
            self.sources.iter().any(|source| path.starts_with(source))
                && !generated
                    .iter()
                    .any(|generated| path.starts_with(generated))
        });
        if coverage.files.is_empty() {
            let (program, sources) = (self.objects[0].display(), self.sources[0].display());
            bail!(
                "{program} has no coverage mapping of a file below {sources}; type `just itcov-build`"
            );
        }
        Ok(coverage)
    }
}
