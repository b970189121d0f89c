//! The programs and libraries that were built: which functions they have, and what ran of them.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::count::Coverage;
use crate::count::functions::{Counted, Functions};
use crate::count::profile::Profile;
use crate::count::reach::{Later, Reach};
use crate::error::Error;
use crate::hash::HashSet;
use crate::mapped;
use crate::parallel;
use crate::parse::mapping::FunctionMapping;
use crate::parse::profile::FunctionCounts;
use crate::parse::{Malformed, objects};
use crate::sources::SourceFilter;

/// Functions, by the hashes of their names and of their structure.
type Hashes = HashSet<(u64, u64)>;

/// What was read of so many objects is in memory at once, besides what counts of those before.
const OBJECTS_AT_ONCE: usize = 16;

/// Files with coverage mappings: programs, then the static libraries (`.rlib`, `.a`) that they were linked from.
///
/// The libraries are there for the code that the linker left out of a program: it counts as not run. The order decides
/// which record of a function counts, as it does for llvm-cov: the first.
#[derive(Debug, Clone)]
pub struct Objects {
    paths: Vec<PathBuf>,
    /// Identifiers of builds whose profiles are of these objects as well.
    twins: Vec<Vec<u8>>,
}

impl Objects {
    /// The objects at these paths. Nothing is read yet.
    pub fn new(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            paths: paths.into_iter().map(Into::into).collect(),
            twins: Vec::new(),
        }
    }

    /// The same, and other builds of the same code, by their build identifiers: their profiles count as those of the objects.
    #[must_use]
    pub fn with_twins(self, twins: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let twins = twins.into_iter().collect();
        Self { twins, ..self }
    }

    /// Their paths, in their order.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// The functions that they have.
    pub fn functions(&self) -> BuiltFunctions<'_> {
        BuiltFunctions {
            objects: self,
            known: Mutex::default(),
        }
    }

    /// What ran according to `profile` of the source files that pass the filter. `step` is called after each object,
    /// on any thread.
    ///
    /// # Errors
    ///
    /// If an object cannot be read ([`Error::ReadObject`], [`Error::MalformedObject`]), or no function of them is in
    /// one of the source files ([`Error::NoSources`]).
    pub fn coverage(
        &self,
        profile: &Profile,
        sources: &SourceFilter,
        step: &(dyn Fn() + Sync),
    ) -> Result<Coverage, Error> {
        let count = |mapping| Counted::new(mapping, profile, |files| sources.includes_any(files));
        let mut functions = Functions::default();
        self.each(&count, step, |function| functions.add_counted(function))?;
        let coverage = Coverage::new(functions, |path| sources.includes(path));
        if coverage.files.is_empty() {
            return Err(Error::NoSources { path: self.first() });
        }
        Ok(coverage)
    }

    /// What tells the lines of the source files that pass the filter which ran in each of some profiles, of which `all` is the sum.
    ///
    /// # Errors
    ///
    /// If an object cannot be read ([`Error::ReadObject`], [`Error::MalformedObject`]).
    pub fn reach(&self, all: &Profile, sources: &SourceFilter) -> Result<Reach, Error> {
        let count = |mapping| Later::new(mapping, all, |files| sources.includes_any(files));
        let mut functions = Vec::new();
        self.each(&count, &|| {}, |function| functions.push(function))?;
        Ok(Reach::new(functions.into_iter(), |path| {
            sources.includes(path)
        }))
    }

    /// Takes what is made of each mapping. The objects are read in parallel, some at a time, and added in their order.
    fn each<T: Send>(
        &self,
        make: &(dyn Fn(FunctionMapping) -> T + Sync),
        step: &(dyn Fn() + Sync),
        mut take: impl FnMut(T),
    ) -> Result<(), Error> {
        for paths in self.paths.chunks(OBJECTS_AT_ONCE) {
            let all = parallel::map(paths, 1, &|path| {
                let functions = read(path, |file| objects::each(file, make));
                step();
                functions
            });
            for object in all {
                object?.into_iter().for_each(&mut take);
            }
        }
        Ok(())
    }

    fn first(&self) -> PathBuf {
        self.paths.first().cloned().unwrap_or_default()
    }
}

/// The functions of some objects, by the hashes of their names and of their structure.
///
/// An object is read when those before it do not tell: the profile of a program mostly begins with a function of that
/// program.
#[derive(Debug)]
pub struct BuiltFunctions<'a> {
    objects: &'a Objects,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    functions: Hashes,
    /// How many objects were read.
    objects: usize,
    /// The build identifiers of all objects, once they are asked for.
    builds: Option<Builds>,
}

/// Build identifiers.
#[derive(Debug)]
struct Builds {
    ids: HashSet<Vec<u8>>,
    /// Whether each program and shared library has one. Archives have none.
    are_complete: bool,
}

impl Objects {
    fn builds(&self) -> Result<Builds, Error> {
        let mut builds = Builds {
            ids: self.twins.iter().cloned().collect(),
            are_complete: true,
        };
        for path in &self.paths {
            let (id, is_archive) = read(path, |file| {
                let id = objects::build_id(file)?;
                Ok((id.map(<[u8]>::to_owned), file.starts_with(ARCHIVE)))
            })?;
            builds.are_complete &= id.is_some() || is_archive;
            builds.ids.extend(id);
        }
        builds.are_complete &= !builds.ids.is_empty();
        Ok(builds)
    }
}

/// How an archive begins.
const ARCHIVE: &[u8] = b"!<arch>\n";

impl BuiltFunctions<'_> {
    /// Whether one of the functions of a profile is among them.
    ///
    /// # Errors
    ///
    /// If an object cannot be read ([`Error::ReadObject`], [`Error::MalformedObject`]), or none has a function
    /// ([`Error::NoMapping`]).
    pub fn has_any(&self, functions: &[FunctionCounts<'_>]) -> Result<bool, Error> {
        self.any(&|known| {
            let mut functions = functions.iter();
            functions.any(|it| known.contains(&(it.name_hash, it.function_hash)))
        })
    }

    /// Whether a function is among them, given by the hashes of its name and of its structure.
    ///
    /// # Errors
    ///
    /// Those of [`BuiltFunctions::has_any`].
    pub fn has(&self, function: (u64, u64)) -> Result<bool, Error> {
        self.any(&|known| known.contains(&function))
    }

    /// Whether a profile that carries these build identifiers is of other objects. Where an object has none, a profile without
    /// one may be of it; where each has one, it was taken out of the program, and nobody knows of which build that was.
    ///
    /// # Errors
    ///
    /// If an object cannot be read ([`Error::ReadObject`], [`Error::MalformedObject`]).
    pub fn are_others(&self, builds: &[&[u8]]) -> Result<bool, Error> {
        let mut known = self.known();
        let own = if let Some(own) = &known.builds {
            own
        } else {
            known.builds.insert(self.objects.builds()?)
        };
        if builds.is_empty() {
            return Ok(own.are_complete);
        }
        Ok(!own.ids.is_empty() && !builds.iter().any(|build| own.ids.contains(*build)))
    }

    /// Whether it is known, now or after reading more of the objects.
    ///
    /// Nothing under the lock may run in parallel: a thread that waits for others takes on other work, which may ask here
    /// as well, and so would wait for itself.
    fn any(&self, is_known: &dyn Fn(&Hashes) -> bool) -> Result<bool, Error> {
        let mut known = self.known();
        loop {
            if is_known(&known.functions) {
                return Ok(true);
            }
            let Some(path) = self.objects.paths.get(known.objects) else {
                if known.functions.is_empty() {
                    let path = self.objects.first();
                    return Err(Error::NoMapping { path });
                }
                return Ok(false);
            };
            let more = read(path, objects::hashes)?;
            known.functions.extend(more);
            known.objects += 1;
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Parses the object at `path`.
fn read<T>(path: &Path, parse: impl FnOnce(&[u8]) -> Result<T, Malformed>) -> Result<T, Error> {
    let file = mapped::map(path).map_err(|source| Error::ReadObject {
        path: path.to_owned(),
        source,
    })?;
    parse(&file).map_err(|source| Error::MalformedObject {
        path: path.to_owned(),
        source,
    })
}
