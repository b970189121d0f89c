//! What the recipes have noted of a build: `<target directory>/itcov/coverage/`,
//! or a directory in it.
//!
//! `objects` lists the programs and then the libraries that they were linked from, `sources` the directories whose
//! files are of interest, each an absolute path a line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, anyhow, bail};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::built::Built;
use super::count::Coverage;
use super::count::functions::{Counted, Functions};
use super::count::profile::Profile;
use super::parse::objects;
use super::place::Place;
use super::wanted::Wanted;

/// What was read of so many objects is in memory at once, besides what counts of those before.
const OBJECTS_AT_ONCE: usize = 16;

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
        let (objects, sources) = (list("objects")?, list("sources")?);
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

    /// The functions that were built.
    ///
    /// # Errors
    ///
    /// If an object is not there any more.
    pub fn built(&self) -> Result<Built<'_>> {
        for path in &self.objects {
            if !path.exists() {
                let build = self.place.recipe("itcov-build");
                bail!(
                    "{} is gone, which was run; type {build} to build it again",
                    path.display()
                );
            }
        }
        Ok(Built::new(self))
    }

    /// The hashes of the functions of an object.
    pub(super) fn hashes(&self, object: usize) -> Result<Vec<(u64, u64)>> {
        let path = &self.objects[object];
        self.about(path, objects::hashes(path))
    }

    /// What is said if no object has a function.
    pub(super) fn no_mapping(&self) -> Error {
        anyhow!(
            "{} has no coverage mapping, so it was not built for coverage; type {}",
            self.objects[0].display(),
            self.place.recipe("itcov-build")
        )
    }

    /// How many programs and libraries there are.
    pub fn objects(&self) -> usize {
        self.objects.len()
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
        let wanted = Wanted::new(self.sources.iter().map(PathBuf::as_path), generated);
        let mut functions = Functions::default();
        // Which of several records for a function counts depends on the order of the objects: they are read in
        // parallel, some at a time, and added in their order.
        for objects in self.objects.chunks(OBJECTS_AT_ONCE) {
            let counted: Vec<_> = objects
                .par_iter()
                .map(|path| {
                    let count =
                        |mapping| Counted::new(mapping, profile, |files| wanted.is_one(files));
                    let counted = self.about(path, objects::each(path, count));
                    step();
                    counted
                })
                .collect();
            for object in counted {
                for function in object? {
                    functions.add_counted(function);
                }
            }
        }
        let coverage = Coverage::new(functions, |path| wanted.is(path));
        if coverage.files.is_empty() {
            let (program, sources) = (self.objects[0].display(), self.sources[0].display());
            bail!(
                "{program} has no coverage mapping of a file below {sources}; type {}",
                self.place.recipe("itcov-build")
            );
        }
        Ok(coverage)
    }

    /// Says of which object an error is, and what to do.
    fn about<T>(&self, path: &Path, read: Result<T>) -> Result<T> {
        read.with_context(|| {
            format!(
                "cannot read the coverage mapping of {}; type {}",
                path.display(),
                self.place.recipe("itcov-build")
            )
        })
    }
}
