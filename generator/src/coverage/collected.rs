//! What the recipes have noted of a build: `<target directory>/itcov/coverage/`,
//! or a directory in it.
//!
//! `objects` lists the programs and then the libraries that they were linked from, `sources` the directories whose
//! files are of interest, each an absolute path a line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::count::Coverage;
use super::count::functions::Functions;
use super::count::profile::Profile;
use super::parse::mapping::FunctionMapping;
use super::parse::objects;
use super::place::Place;

/// The paths of what was built.
#[derive(Debug)]
pub struct Collected<'a> {
    place: &'a Place,
    objects: Vec<PathBuf>,
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
            objects,
            sources,
        })
    }

    /// What the objects say about their functions, in the order in which they have them.
    ///
    /// # Errors
    ///
    /// If an object is not there any more or cannot be read.
    pub fn mappings(&self) -> Result<Vec<FunctionMapping>> {
        let mut mappings = vec![];
        let build = self.place.recipe("itcov-build");
        for path in &self.objects {
            if !path.exists() {
                bail!(
                    "{} is gone, which was run; type {build} to build it again",
                    path.display()
                );
            }
            mappings.extend(objects::mappings(path).with_context(|| {
                format!(
                    "cannot read the coverage mapping of {}; type {build}",
                    path.display()
                )
            })?);
        }
        Ok(mappings)
    }

    /// What ran according to `profile` of the source files that are of interest: those below the listed
    /// directories, and not below one of the `generated`.
    ///
    /// # Errors
    ///
    /// If no function of `mappings` is of interest.
    pub fn coverage(
        &self,
        mappings: Vec<FunctionMapping>,
        profile: &Profile,
        generated: &[&Path],
    ) -> Result<Coverage> {
        let mut functions = Functions::default();
        for mapping in mappings {
            functions.add(mapping, profile);
        }
        let coverage = Coverage::new(functions, |path| {
            self.sources.iter().any(|source| path.starts_with(source))
                && !generated
                    .iter()
                    .any(|generated| path.starts_with(generated))
        });
        if coverage.files.is_empty() {
            let (program, sources) = (self.objects[0].display(), self.sources[0].display());
            bail!(
                "{program} has no coverage mapping of a file below {sources}; type {}",
                self.place.recipe("itcov-build")
            );
        }
        Ok(coverage)
    }
}
