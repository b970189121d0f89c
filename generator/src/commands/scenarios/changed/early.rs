//! Code that runs while the program is built, in build scripts and macros: nobody counts it, and what it makes may be anywhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, Package, Target};

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
    pub fn of(workspace: &Workspace, sources: &'a BTreeSet<PathBuf>) -> Early<'a> {
        let members: Vec<&Package> = workspace.members().iter().collect();
        let is_macro = |it: &Package| it.targets.iter().any(Target::is_proc_macro);
        let roots = members.iter().flat_map(|package| {
            let uses = package.dependencies.iter();
            let is_macro = is_macro(package);
            uses.filter(move |it| it.kind == DependencyKind::Build || is_macro)
        });
        let used = used(&members, roots, |kind| kind != DependencyKind::Development);
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

/// The members that some dependencies lead to, through members. What is between them and no member may use all.
pub fn used<'a>(
    members: &[&'a Package],
    roots: impl Iterator<Item = &'a Dependency>,
    counts: impl Fn(DependencyKind) -> bool,
) -> Vec<&'a Package> {
    let mut found: Vec<&Package> = Vec::new();
    let mut next: Vec<&Dependency> = roots.collect();
    while let Some(dependency) = next.pop() {
        let Some(path) = &dependency.path else {
            continue;
        };
        let is_it = |it: &&&Package| it.manifest_path.parent() == Some(path);
        let Some(member) = members.iter().find(is_it) else {
            return members.to_vec();
        };
        if !found.iter().any(|it| it.id == member.id) {
            found.push(member);
            next.extend(member.dependencies.iter().filter(|it| counts(it.kind)));
        }
    }
    found
}
