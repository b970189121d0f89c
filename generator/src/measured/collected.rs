//! What the recipes have noted of a build: `<target directory>/itcov/coverage/`, or a directory in it.
//!
//! `objects` lists the programs and then the libraries that they were linked from, `sources` the directories whose
//! files are of interest, each an absolute path a line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use llvm_coverage::count::profile::Profile;
use llvm_coverage::{BuiltFunctions, Coverage, Error, Objects, SourceFilter};

use super::advice::rebuild;
use super::place::Place;

/// What was built, and which sources are of interest.
#[derive(Debug)]
pub struct Collected<'a> {
    place: &'a Place,
    objects: Objects,
    sources: Vec<PathBuf>,
}

impl<'a> Collected<'a> {
    /// Looks into the `place`.
    ///
    /// # Errors
    ///
    /// If nothing was built, saying what to type next.
    pub fn find(place: &'a Place) -> Result<Self> {
        let directory = &place.directory;
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
        let (mut objects, sources) = (list("objects")?, list("sources")?);
        objects.retain(|object| place.scope().includes(object));
        if objects.is_empty() || sources.is_empty() {
            bail!(
                "nothing has been built for coverage in {}; type {} to build and run the program, \
                 or {} to build it only",
                directory.display(),
                place.recipe("itcov"),
                place.recipe("itcov-build")
            );
        }
        Ok(Self {
            place,
            objects: Objects::new(objects),
            sources,
        })
    }

    /// The functions that were built.
    ///
    /// # Errors
    ///
    /// If an object is not there any more.
    pub fn functions(&self) -> Result<BuiltFunctions<'_>> {
        for path in self.objects.paths() {
            if !path.exists() {
                let build = self.place.recipe("itcov-build");
                bail!(
                    "{} is gone, which was run; type {build} to build it again",
                    path.display()
                );
            }
        }
        Ok(self.objects.functions())
    }

    /// How many programs and libraries there are.
    pub fn objects(&self) -> usize {
        self.objects.paths().len()
    }

    /// What ran according to `profile` of the source files that are of interest: those below the listed
    /// directories, and not below one of the `generated`. After each object it takes a `step`.
    ///
    /// # Errors
    ///
    /// If an object cannot be read, or no function of them is of interest.
    pub fn coverage(
        &self,
        profile: &Profile,
        generated: &[&Path],
        step: &(dyn Fn() + Sync),
    ) -> Result<Coverage> {
        let sources = SourceFilter::below(&self.sources).without(generated);
        let coverage = self.objects.coverage(profile, &sources, step);
        coverage.map_err(|error| match error {
            Error::NoSources { path } => anyhow::anyhow!(
                "{} has no coverage mapping of a file below {}; type {}",
                path.display(),
                self.sources[0].display(),
                self.place.recipe("itcov-build")
            ),
            error => rebuild(error, self.place),
        })
    }
}
