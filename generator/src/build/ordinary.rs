//! Programs and libraries that look like the measured ones and are not: those of ordinary builds, and installed programs.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, Target};

use super::layout::Layout;

/// The programs of a package, as their files are called.
pub fn programs_of(package: &Package) -> impl Iterator<Item = String> {
    let targets = package.targets.iter().filter(|target| target.is_bin());
    targets.map(|target| target.name.clone())
}

/// The shared library of a package that is loaded at run time, as its file is called. One that the `members` link with is none: their
/// builds read it, and who starts a program that is linked with it starts an ordinary one.
pub fn library_of(package: &Package, members: &[Package]) -> Option<String> {
    let depends = |it: &Package| {
        it.dependencies
            .iter()
            .any(|dependency| dependency.name == package.name.as_str())
    };
    let is_linked = || members.iter().any(depends) || package.targets.iter().any(Target::is_bin);
    let mut targets = package.targets.iter();
    let library = targets.find(|it| it.is_cdylib() || it.is_dylib() && !is_linked())?;
    let name = library.name.replace('-', "_");
    Some(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
}

/// The files of these names that ordinary builds have made, in `<target>/[<triple>/]<profile>/`. Links to measured ones are none.
pub fn built(layout: &Layout, names: &[String]) -> Vec<PathBuf> {
    let directories = |of: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(of).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        let mut found: Vec<PathBuf> = paths
            .filter(|path| *path != layout.itcov && path.is_dir())
            .collect();
        found.sort();
        found
    };
    let mut all = directories(&layout.ordinary);
    let below: Vec<PathBuf> = all.iter().flat_map(|it| directories(it)).collect();
    all.extend(below);
    // A profile may be called like the directory of measured builds, in which these have directories of their own.
    all.push(layout.itcov.clone());
    files(layout, &all, names)
}

/// The programs of these names that a shell finds.
pub fn installed(layout: &Layout, names: &[String]) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::split_paths(&path);
    let all = path.filter_map(|it| std::path::absolute(it).ok());
    let all: Vec<PathBuf> = all.filter(|it| !it.starts_with(&layout.itcov)).collect();
    files(layout, &all, names)
}

fn files(layout: &Layout, directories: &[PathBuf], names: &[String]) -> Vec<PathBuf> {
    let files = directories
        .iter()
        .flat_map(|directory| names.iter().map(|name| directory.join(name)));
    let itcov = fs::canonicalize(&layout.itcov).ok();
    let is_link = |file: &Path| {
        let target = fs::canonicalize(file).ok().zip(itcov.as_ref());
        target.is_some_and(|(target, itcov)| {
            target.starts_with(itcov) && target.parent() != Some(itcov)
        })
    };
    files
        .filter(|file| file.is_file() && !is_link(file))
        .collect()
}
