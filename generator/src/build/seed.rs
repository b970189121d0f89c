//! Seeding: what an ordinary build has made of the dependencies is put into the directory of the measured build, where cargo
//! finds it fresh and builds none of it again.
//!
//! Libraries of Rust code (`.rlib`, `.rmeta`) are hard links, since rustc puts a new one in the place of an old one. What
//! linkers make (macros, build scripts) is a link if its sources are in cargo's home, where they never change, so it is never
//! linked again; else it is copied, as mold writes into the file that is there. All else is copied, with its time, because it
//! is written in place: the files of `.fingerprint`, rustc's lists of sources (`.d`), what build scripts have said and written.
//! So the ordinary build stays as it is. The workspace's own crates are left out, and the executables of tests.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, FileTimes, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use cargo_metadata::Package;
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;
use walkdir::WalkDir;

use super::also::names;
use super::leftovers;
use super::sources;
use crate::run::{interrupts, say};

/// How an ordinary build calls a crate: `libserde-0123456789abcdef.rlib`, `build/serde-0123456789abcdef`.
const HASH: usize = 16;

/// The names of the crates of which nothing is taken over: the workspace's own.
pub struct Own {
    /// Of packages: `my-core`.
    packages: HashSet<String>,
    /// Of targets as files are called after them: `my_core`.
    crates: HashSet<String>,
}

impl Own {
    /// Those of the workspace's members, and of other packages that are measured or made of what is measured.
    pub fn of(members: &[Package], others: &[Package]) -> Own {
        let targets = members.iter().flat_map(|package| &package.targets);
        let crates = targets.map(|target| target.name.replace('-', "_"));
        let packages = members.iter().chain(others);
        Own {
            packages: packages.map(|package| package.name.to_string()).collect(),
            crates: crates.chain(others.iter().flat_map(names)).collect(),
        }
    }
}

/// What was put into the directory of the measured build.
#[derive(Debug, Default)]
pub struct Seeded {
    /// How many units of the dependencies: libraries, build scripts, and runs of these.
    pub units: usize,
    pub links: usize,
    pub copied_bytes: u64,
}

/// Puts what there is of an ordinary build in one directory into that of the measured build.
///
/// # Errors
///
/// If a file cannot be read or written. What is there by then is whole, so nothing has to be undone.
pub fn seed(from: &Path, to: &Path, own: &Own) -> io::Result<Seeded> {
    let mut seeded = Seeded::default();
    let fingerprints = from.join(".fingerprint");
    if !fingerprints.is_dir() {
        return Ok(seeded);
    }
    let wanted = missing(&fingerprints, &to.join(".fingerprint"), own)?;
    if wanted.is_empty() {
        return Ok(seeded);
    }
    // cargo holds this lock while it builds. A directory that cannot be locked is only read, and so is this.
    let lock = files::open(&from.join(".cargo-lock"));
    if let Ok(lock) = &lock {
        wait_for(lock, from);
    }
    for name in ["deps", "build", ".fingerprint"] {
        leftovers::remove_seeds(&to.join(name));
    }
    libraries(&from.join("deps"), &to.join("deps"), own, &mut seeded)?;
    for name in &wanted {
        let (from, to) = (from.join("build").join(name), to.join("build").join(name));
        if from.is_dir() && !to.exists() {
            tree(&from, &to, &mut seeded)?;
        }
    }
    // Last, as cargo looks for them first.
    for name in &wanted {
        let to = to.join(".fingerprint").join(name);
        tree(&fingerprints.join(name), &to, &mut seeded)?;
    }
    seeded.units = wanted.len();
    Ok(seeded)
}

/// Waits until no cargo builds there. A signal ends the wait, and this process.
pub fn wait_for(lock: &File, directory: &Path) {
    let mut is_said = false;
    while let Err(TryLockError::WouldBlock) = lock.try_lock_shared() {
        if !is_said {
            is_said = true;
            say(&format!(
                "waiting for another cargo, which builds in {}",
                directory.harmless()
            ));
        }
        thread::sleep(Duration::from_millis(50));
        interrupts::exit_if_interrupted();
    }
}

/// What is of dependencies and not there yet.
fn missing(from: &Path, to: &Path, own: &Own) -> io::Result<Vec<PathBuf>> {
    let mut missing = Vec::new();
    for entry in fs::read_dir(from)? {
        let name = PathBuf::from(entry?.file_name());
        let package = name.to_str().and_then(without_hash);
        let is_own = package.is_none_or(|package| own.packages.contains(package));
        if !is_own && !to.join(&name).exists() {
            missing.push(name);
        }
    }
    Ok(missing)
}

/// `serde` of `serde-0123456789abcdef`.
fn without_hash(name: &str) -> Option<&str> {
    let (name, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(name)
}

fn libraries(from: &Path, to: &Path, own: &Own, seeded: &mut Seeded) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let file = PathBuf::from(entry.file_name());
        let Some((stem, ending)) = file.to_str().and_then(|name| name.split_once('.')) else {
            continue;
        };
        let name = stem.strip_prefix("lib").unwrap_or(stem);
        let hashed = without_hash(name);
        let is_own = [
            name,
            hashed.unwrap_or(name),
            stem,
            without_hash(stem).unwrap_or(stem),
        ]
        .iter()
        .any(|name| own.crates.contains(*name));
        let is_library = matches!(ending, "rlib" | "rmeta" | "so" | "dylib" | "dll");
        let target = to.join(&file);
        if is_own || !(is_library || ending == "d") || target.exists() {
            continue;
        }
        let is_replaced = matches!(ending, "rlib" | "rmeta");
        let is_link = is_replaced || is_library && is_final(&from.join(format!("{name}.d")));
        if is_link && hashed.is_some() {
            link(&entry.path(), &target, seeded)?;
        } else {
            copy(&entry.path(), &target, seeded)?;
        }
    }
    Ok(())
}

/// Copies a directory under another name first, so that it is there as a whole or not at all.
fn tree(from: &Path, to: &Path, seeded: &mut Seeded) -> io::Result<()> {
    let half = to.with_extension(format!("half-{}", std::process::id()));
    // A process of the same number may have left it.
    let _ = fs::remove_dir_all(&half);
    let executable = from.join("build-script-build");
    let executable = fs::metadata(executable).map(|file| file.ino()).ok();
    let executable = executable.filter(|_| has_final_script(from));
    // A build script's executable has two names.
    let mut copies: HashMap<u64, PathBuf> = HashMap::new();
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let below = entry.path().strip_prefix(from).unwrap_or(entry.path());
        let target = half.join(below);
        let kind = entry.file_type();
        if kind.is_dir() {
            fs::create_dir_all(&target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, &target)?;
        } else if kind.is_file() {
            let file = entry.metadata()?;
            if Some(file.ino()) == executable {
                link(entry.path(), &target, seeded)?;
                continue;
            }
            match copies.get(&file.ino()).filter(|_| file.nlink() > 1) {
                Some(same) => link(same, &target, seeded)?,
                None => copy(entry.path(), &target, seeded)?,
            }
            copies.insert(file.ino(), target);
        }
    }
    match fs::rename(&half, to) {
        // Another run has been here.
        Err(_) if to.exists() => fs::remove_dir_all(half),
        renamed => renamed,
    }
}

/// Whether all sources in a dep-info are in cargo's home.
fn is_final(list: &Path) -> bool {
    let text = files::read_text(list).unwrap_or_default();
    let mut files = sources::files(&text).peekable();
    files.peek().is_some() && files.all(|file| sources::is_final(&file))
}

/// The same for the build script in a directory of one.
fn has_final_script(directory: &Path) -> bool {
    let lists = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut lists = lists.filter(|entry| entry.path().extension().is_some_and(|it| it == "d"));
    lists.next().is_some_and(|entry| is_final(&entry.path()))
}

fn link(from: &Path, to: &Path, seeded: &mut Seeded) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        // Another file system, or one without links.
        Err(_) => copy(from, to, seeded)?,
        Ok(()) => seeded.links += 1,
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, seeded: &mut Seeded) -> io::Result<()> {
    let half = to.with_extension(format!("half-{}", std::process::id()));
    seeded.copied_bytes += fs::copy(from, &half)?;
    let modified = fs::metadata(from)?.modified()?;
    File::open(&half)?.set_times(FileTimes::new().set_modified(modified))?;
    fs::rename(half, to)
}

#[cfg(test)]
mod tests {
    use super::without_hash;

    #[test]
    fn names_and_hashes_are_told_apart() {
        assert_eq!(
            without_hash("serde-json-0123456789abcdef"),
            Some("serde-json")
        );
        assert_eq!(without_hash("serde-json"), None);
        assert_eq!(without_hash("serde-0123456789abcdeg"), None);
    }
}
