//! A build that was kept: the files that have the mapping, as they were when the program ran.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use llvm_coverage::files;
use serde::{Deserialize, Serialize};

use super::origin::build_id;
use crate::build::layout::digest;
use crate::build::linked;
use crate::build::options::Scope;
use crate::build::program::BuiltProgram;
use crate::build::texts::{self, Text};
use crate::build::units::{Kind, Unit};

/// The file beside kept objects that has the digests of their sources. No program is called so.
const TEXTS: &str = ".texts";

/// The directory, beside that of builds, of profiles of processes without `LLVM_PROFILE_FILE`.
pub const PROFILES: &str = "linked";

/// The one that has what was set where these were compiled.
const CFG: &str = ".cfg";

/// A program as it was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The name of its package.
    pub package: String,
    /// The name of its binary target.
    pub bin: String,
    /// Whether the dependencies are measured too.
    pub is_all: bool,
    /// Where cargo has put it.
    pub executable: PathBuf,
    /// When the build was over.
    pub built: SystemTime,
    /// The program, and the libraries that it is made of.
    pub objects: Objects,
    /// Other binaries of its package, which count if they have run.
    pub others: Vec<Objects>,
    /// The packages of the workspace that it is made of as well, and that are not measured.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// The names of the crates at paths outside of the workspace that it is made of as well, and that are not measured, by their
    /// directories.
    #[serde(default)]
    pub outside: BTreeMap<PathBuf, String>,
    /// The texts that decided how it was made.
    #[serde(default)]
    pub made_by: BTreeSet<Text>,
}

/// An executable and its libraries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objects {
    /// Their name in the directory of builds, which is another one for another build.
    pub build: String,
    /// The executable first.
    pub files: Vec<PathBuf>,
    /// How many bytes each has. What has others is not as it was kept, and may have lost what was in it.
    #[serde(default)]
    pub lengths: Vec<u64>,
    /// The directories of the crates, and the files that they were compiled from, which may be elsewhere.
    pub sources: Vec<PathBuf>,
    /// Build identifiers of executables with the same code that ran as well.
    pub twins: Vec<Vec<u8>>,
    /// Whether they count though they have not run: `--with` names their package.
    #[serde(default)]
    pub is_asked_for: bool,
    /// The number in the names of the profiles of libraries that the program has loaded. A library has none, nor has what a linker has
    /// made that gives no program its number.
    #[serde(default)]
    pub number: Option<u32>,
}

impl Kept {
    /// Keeps a program in the directory of builds.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub fn keep(program: &BuiltProgram, scope: Scope, builds: &Path) -> io::Result<Kept> {
        let executable = &program.invocation.executable;
        let others = program.others.iter().map(|(executable, units)| {
            let is_asked_for = program.along.contains(executable);
            Ok(Objects {
                is_asked_for,
                ..Objects::keep(executable, units, builds)?
            })
        });
        Ok(Kept {
            package: program.package.clone(),
            bin: program.bin.clone(),
            is_all: scope == Scope::All,
            executable: executable.clone(),
            built: SystemTime::now(),
            objects: Objects::keep(executable, &program.units, builds)?,
            others: others.collect::<io::Result<_>>()?,
            left_out: program.left_out.clone(),
            outside: program.outside.clone(),
            made_by: program.made_by.clone(),
        })
    }
}

impl Objects {
    /// What they were compiled from.
    pub fn texts(&self) -> Vec<Text> {
        let directory = self.files.first().and_then(|file| file.parent());
        directory
            .and_then(|directory| texts::read(&directory.join(TEXTS)))
            .unwrap_or_default()
    }

    /// What was set where each of some files was compiled, as `rustc --print cfg` says it.
    pub fn cfg(&self) -> Vec<(BTreeSet<String>, Vec<PathBuf>)> {
        let directory = self.files.first().and_then(|file| file.parent());
        let text = directory.and_then(|it| files::read(&it.join(CFG), files::TEXT).ok());
        text.and_then(|it| serde_json::from_slice(&it).ok())
            .unwrap_or_default()
    }

    /// The first file that is not as it was kept. What is no file any more cannot be read, which says more.
    pub fn damaged(&self) -> Option<PathBuf> {
        let mut files = self.files.iter().zip(&self.lengths);
        let damaged = files.find(|(file, length)| file.is_file() && !has_length(file, **length));
        let beside = || lost_beside(self.files.first()?.parent()?);
        damaged.map(|(file, _)| file.clone()).or_else(beside)
    }

    /// Keeps an executable, and the libraries of the units that it is made of.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub fn keep(executable: &Path, units: &[Unit], builds: &Path) -> io::Result<Objects> {
        let libraries = units
            .iter()
            .filter(|unit| !matches!(unit.kind, Kind::Program | Kind::Test))
            .map(Unit::object)
            .filter(|object| !is_same_file(object, executable));
        let from: Vec<PathBuf> = std::iter::once(executable.to_owned())
            .chain(libraries)
            .collect();
        let (mut key, mut lengths) = (String::new(), Vec::new());
        for file in &from {
            let metadata = fs::metadata(file)?;
            let (inode, size) = (metadata.ino(), metadata.len());
            let time = (metadata.mtime(), metadata.mtime_nsec());
            let _ = writeln!(key, "{} {inode} {size} {time:?}", file.to_string_lossy());
            lengths.push(size);
        }
        let build = digest(key);
        let texts = texts::of(units);
        let directory = builds.join(&build);
        let to: Vec<PathBuf> = from
            .iter()
            .map(|file| directory.join(file.file_name().unwrap_or_default()))
            .collect();
        let mut kept = to.iter().zip(&lengths);
        let is_damaged = kept.any(|(file, length)| !has_length(file, *length));
        if is_damaged || lost_beside(&directory).is_some() {
            let _ = fs::remove_dir_all(&directory);
            let half = builds.join(format!("{build}.{}", std::process::id()));
            // A process of the same number may have left it, and a copy onto a link would write into what was built.
            let _ = fs::remove_dir_all(&half);
            fs::create_dir_all(&half)?;
            for (from, to) in from.iter().zip(&to) {
                let to = half.join(to.file_name().unwrap_or_default());
                // rustc puts a new archive in the place of an old one. Some linkers, and `strip`, write into the old file.
                if !is_archive(from) || fs::hard_link(from, &to).is_err() {
                    fs::copy(from, &to)?;
                }
            }
            texts::write(&half.join(TEXTS), &texts)?;
            fs::write(half.join(CFG), serde_json::to_vec(&cfg_of(units))?)?;
            match fs::rename(&half, &directory) {
                Err(_) if directory.exists() => fs::remove_dir_all(&half)?,
                renamed => renamed?,
            }
        }
        Ok(Objects {
            build,
            files: to,
            lengths,
            sources: sources(units, texts),
            twins: shared_forms(units),
            is_asked_for: false,
            number: number(executable, units, builds)?,
        })
    }
}

/// What is beside kept objects, and is lost: a copy or a cache may leave out files whose names begin with a dot.
fn lost_beside(directory: &Path) -> Option<PathBuf> {
    let files = [TEXTS, CFG].map(|name| directory.join(name));
    files.into_iter().find(|file| !file.is_file())
}

fn has_length(file: &Path, length: u64) -> bool {
    fs::metadata(file).is_ok_and(|it| it.len() == length)
}

/// Whether a linker takes from it what it needs.
pub fn is_archive(file: &Path) -> bool {
    file.extension().is_some_and(|it| it == "rlib")
}

fn number(executable: &Path, units: &[Unit], builds: &Path) -> io::Result<Option<u32>> {
    let program = units.first().filter(|unit| unit.kind == Kind::Program);
    let Some(program) = program else {
        return Ok(None);
    };
    let is_in = linked::is_in(executable, &builds.with_file_name(PROFILES))?;
    Ok(is_in.then(|| linked::number_of(&program.manifest, &program.name)))
}

/// A file counts by itself, too: the directory of a crate has none of the files outside of it, and cargo may have been told to
/// build in a directory that has some of the sources.
fn sources(units: &[Unit], texts: Vec<Text>) -> Vec<PathBuf> {
    let measured = units.iter().filter(|unit| unit.counts);
    let directories = measured.map(|unit| unit.manifest.clone());
    let files = texts.into_iter().map(|text| text.path);
    directories
        .chain(files)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

fn cfg_of(units: &[Unit]) -> Vec<(&[String], Vec<PathBuf>)> {
    let units = units
        .iter()
        .filter(|unit| unit.counts && !unit.cfg.is_empty());
    let of = |unit: &'_ Unit| {
        let texts = texts::read(&unit.texts()).unwrap_or_default();
        texts.into_iter().map(|text| text.path).collect()
    };
    units.map(|unit| (&*unit.cfg, of(unit))).collect()
}

/// The build identifiers of libraries that are shared objects as well: a program may load them in that form.
fn shared_forms(units: &[Unit]) -> Vec<Vec<u8>> {
    let archives = units.iter().filter(|unit| unit.kind == Kind::Archive);
    let shared = archives.map(|unit| unit.object().with_extension("so"));
    let shared = shared.filter(|file| file.is_file());
    shared
        .filter_map(|file| build_id(&file).ok().flatten())
        .collect()
}

/// Whether both are one file, links to it or copies of it.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let length = |path: &Path| path.metadata().map(|it| it.len()).ok();
    let read = |path: &Path| files::read(path, files::PROFILE).ok();
    is_one_file(one, other)
        || length(one) == length(other) && read(one).is_some_and(|bytes| read(other) == Some(bytes))
}

/// Whether both are one file, or links to it.
pub fn is_one_file(one: &Path, other: &Path) -> bool {
    let [Ok(one), Ok(other)] = [one, other].map(Path::metadata) else {
        return false;
    };
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
