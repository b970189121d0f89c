//! Programs and libraries that look like the measured ones and are not: those of ordinary builds, and installed programs.

use std::collections::BTreeSet;
use std::env::consts::{DLL_EXTENSION, DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, Target};
use llvm_coverage::files;

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
    let mut all = of_profiles(&layout.ordinary);
    all.retain(|it| !it.starts_with(&layout.itcov));
    // A profile may be called like the directory of measured builds, in which these have directories of their own.
    all.push(layout.itcov.clone());
    existing(layout, &all, names)
}

/// The programs and shared libraries in a target directory that a cargo has made for another workspace and of the sources of one of these
/// `packages`, by the list that it has put beside each. `members` are the packages of this one.
pub fn of_other_workspaces(
    target: &Path,
    packages: &BTreeSet<&Path>,
    members: &[Package],
) -> [Vec<PathBuf>; 2] {
    let targets = members.iter().flat_map(|it| &it.targets);
    let own = targets.flat_map(|it| {
        let library = format!("{DLL_PREFIX}{}", it.name.replace('-', "_"));
        [it.name.clone(), library]
    });
    let own: BTreeSet<String> = own.collect();
    let is_of_packages = |list: &Path| {
        let list = files::read_text(list).unwrap_or_default();
        let first = list.lines().next().unwrap_or_default();
        let (_, sources) = first.split_once(": ").unwrap_or_default();
        let sources = sources.replace("\\ ", "\0");
        let sources: Vec<_> = sources
            .split_whitespace()
            .map(|it| it.replace('\0', " "))
            .collect();
        sources.iter().any(|it| {
            let mut around = Path::new(it).ancestors().skip(1);
            let package = around.find(|it| it.join("Cargo.toml").exists());
            package.is_some_and(|it| packages.contains(it))
        })
    };
    let mut profiles = of_profiles(target);
    profiles.retain(|it| it.join("deps").is_dir());
    let others = profiles.iter().flat_map(|it| entries(it));
    let others = others.filter(|it| {
        let is_own = it
            .file_stem()
            .is_some_and(|it| own.contains(&*it.to_string_lossy()));
        it.extension().is_some_and(|it| it == "d") && !is_own && is_of_packages(it)
    });
    let others: Vec<PathBuf> = others.collect();
    ["", DLL_EXTENSION].map(|extension| {
        let files = others.iter().map(|it| it.with_extension(extension));
        files.filter(|it| it.is_file()).collect()
    })
}

/// What may be `[<triple>/]<profile>` in a target directory.
fn of_profiles(target: &Path) -> Vec<PathBuf> {
    let directories = |of: &Path| {
        let mut found = entries(of);
        found.retain(|it| it.is_dir());
        found.sort();
        found
    };
    let mut all = directories(target);
    let below: Vec<PathBuf> = all.iter().flat_map(|it| directories(it)).collect();
    all.extend(below);
    all
}

fn entries(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten().flatten();
    entries.map(|it| it.path()).collect()
}

/// The programs of these names that a shell finds.
pub fn installed(layout: &Layout, names: &[String]) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::split_paths(&path);
    let all = path.filter_map(|it| std::path::absolute(it).ok());
    let all: Vec<PathBuf> = all.filter(|it| !it.starts_with(&layout.itcov)).collect();
    existing(layout, &all, names)
}

fn existing(layout: &Layout, directories: &[PathBuf], names: &[String]) -> Vec<PathBuf> {
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
