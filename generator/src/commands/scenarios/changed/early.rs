//! Code that runs while the program is built, in build scripts and macros: nobody counts it, and what it makes may be anywhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, Package, Target};

use super::lock::Lock;
use crate::scaffold::metadata::Workspace;

/// See above.
pub struct Early<'a> {
    /// The sources of build scripts and macros.
    sources: &'a BTreeSet<PathBuf>,
    /// The directories of the members that these use.
    members: BTreeSet<PathBuf>,
    all: Vec<PathBuf>,
}

impl<'a> Early<'a> {
    /// What is known of a workspace, and which `sources` build scripts and macros have.
    pub fn of(workspace: &Workspace, lock: &Lock, sources: &'a BTreeSet<PathBuf>) -> Early<'a> {
        let members: Vec<&Package> = workspace.members().iter().collect();
        let is_macro = |it: &Package| it.targets.iter().any(Target::is_proc_macro);
        let roots = members.iter().flat_map(|package| {
            let uses = package.dependencies.iter();
            let is_macro = is_macro(package);
            uses.filter(move |it| it.kind == DependencyKind::Build || is_macro)
        });
        // A crate of a registry may be a macro, or use a member in its build script.
        let all = members.iter().flat_map(|it| &it.dependencies);
        let others = all.filter(|it| {
            let is_member = || members.iter().any(|member| *member.name == it.name);
            it.path.is_none() && !is_member()
        });
        let roots = roots.chain(others);
        let used = used(&members, lock, roots, |kind| {
            kind != DependencyKind::Development
        });
        Early {
            sources,
            members: used.into_iter().map(directory).collect(),
            all: members.into_iter().map(directory).collect(),
        }
    }

    /// Why a file is such code, if it may be.
    pub fn why(&self, path: &Path) -> Option<&'static str> {
        if self.sources.contains(path) {
            return Some("which is part of a build script or macro");
        }
        let member = member_of(path, &self.all)?;
        (self.members.contains(member)).then_some("which a build script or macro uses")
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

/// The nearest of some directories that a file is in.
pub fn member_of<'a>(path: &Path, all: &'a [PathBuf]) -> Option<&'a PathBuf> {
    let around = all.iter().filter(|it| path.starts_with(it));
    around.max_by_key(|it| it.components().count())
}

/// The members that some dependencies lead to, through members and what the lock file has. What is at a path between them and is no
/// member may use all.
pub fn used<'a>(
    members: &[&'a Package],
    lock: &Lock,
    roots: impl Iterator<Item = &'a Dependency>,
    counts: impl Fn(DependencyKind) -> bool,
) -> Vec<&'a Package> {
    let mut found: Vec<&Package> = Vec::new();
    let mut next: Vec<&Dependency> = roots.collect();
    while let Some(dependency) = next.pop() {
        let Some(led_to) = led_to(members, lock, dependency) else {
            return members.to_vec();
        };
        for member in led_to {
            if !found.iter().any(|it| it.id == member.id) {
                found.push(member);
                next.extend(member.dependencies.iter().filter(|it| counts(it.kind)));
            }
        }
    }
    found
}

/// The members that a dependency is, or leads to through none; `None` if it may be all.
pub fn led_to<'a>(
    members: &[&'a Package],
    lock: &Lock,
    dependency: &Dependency,
) -> Option<Vec<&'a Package>> {
    let Some(path) = &dependency.path else {
        return Some(lock.members(members, dependency));
    };
    let is_it = |it: &&&Package| it.manifest_path.parent() == Some(path);
    members.iter().find(is_it).map(|it| vec![*it])
}
