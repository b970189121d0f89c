//! Code that runs while the program is built, in build scripts and macros: nobody counts it, and what it makes may be anywhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, Package, Target};

use super::lock::Lock;

/// See above.
pub struct Early<'a> {
    /// The sources of build scripts and macros.
    sources: &'a BTreeSet<PathBuf>,
    /// The directories of the packages that these use.
    used: Vec<PathBuf>,
    /// Those of all packages.
    all: Vec<PathBuf>,
    /// Whether build scripts and macros use anything.
    use_any: bool,
}

impl<'a> Early<'a> {
    /// What is known of the packages at paths, and which `sources` build scripts and macros have.
    pub fn of(packages: &[&Package], lock: &Lock, sources: &'a BTreeSet<PathBuf>) -> Early<'a> {
        let is_macro = |it: &Package| it.targets.iter().any(Target::is_proc_macro);
        let roots = packages.iter().flat_map(|package| {
            let uses = package.dependencies.iter();
            let is_macro = is_macro(package);
            uses.filter(move |it| it.kind == DependencyKind::Build || is_macro)
        });
        // A crate of a registry may be a macro, or use one of the packages in its build script.
        let all = packages.iter().flat_map(|it| &it.dependencies);
        let others = all.filter(|it| {
            let is_here = || packages.iter().any(|package| *package.name == it.name);
            it.path.is_none() && !is_here()
        });
        let roots: Vec<&Dependency> = roots.chain(others).collect();
        let use_any = !roots.is_empty();
        let used = used(packages, lock, roots, |kind| {
            kind != DependencyKind::Development
        });
        Early {
            sources,
            used: used.into_iter().map(directory).collect(),
            all: packages.iter().copied().map(directory).collect(),
            use_any,
        }
    }

    /// Why a file is such code, if it may be.
    pub fn why(&self, path: &Path) -> Option<&'static str> {
        if self.sources.contains(path) {
            return Some("which is part of a build script or macro");
        }
        match package_of(path, &self.all) {
            Some(package) if self.used.contains(package) => {
                Some("which a build script or macro uses")
            }
            None if self.use_any => {
                Some("which is in no package that is known, so a build script or macro may use it")
            }
            _ => None,
        }
    }
}

/// The directory of a package, without links.
pub fn directory(package: &Package) -> PathBuf {
    let manifest = package.manifest_path.as_std_path();
    let directory = manifest.parent().unwrap_or(manifest);
    directory
        .canonicalize()
        .unwrap_or_else(|_| directory.to_owned())
}

/// That of some directories of packages in which a file is. Another package may be in it.
pub fn package_of<'a>(path: &Path, all: &'a [PathBuf]) -> Option<&'a PathBuf> {
    let mut around = path.ancestors();
    let package = around.find(|it| it.join("Cargo.toml").exists())?;
    all.iter().find(|it| *it == package)
}

/// The packages that some dependencies lead to, through these and what the lock file has. What is at a path between them and is
/// not known may use all.
pub fn used<'a>(
    packages: &[&'a Package],
    lock: &Lock,
    roots: Vec<&'a Dependency>,
    counts: impl Fn(DependencyKind) -> bool,
) -> Vec<&'a Package> {
    let mut found: Vec<&Package> = Vec::new();
    let mut next = roots;
    while let Some(dependency) = next.pop() {
        let Some(led_to) = led_to(packages, lock, dependency) else {
            return packages.to_vec();
        };
        for package in led_to {
            if !found.iter().any(|it| it.id == package.id) {
                found.push(package);
                next.extend(package.dependencies.iter().filter(|it| counts(it.kind)));
            }
        }
    }
    found
}

/// The packages that a dependency is, or leads to through others; `None` if it may be all.
pub fn led_to<'a>(
    packages: &[&'a Package],
    lock: &Lock,
    dependency: &Dependency,
) -> Option<Vec<&'a Package>> {
    let Some(path) = &dependency.path else {
        return Some(lock.packages(packages, dependency));
    };
    let is_it = |it: &&&Package| it.manifest_path.parent() == Some(path);
    packages.iter().find(is_it).map(|it| vec![*it])
}
