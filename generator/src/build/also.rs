//! Dependencies that are measured like the workspace's own crates: those that `--also` names.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use anyhow::Result;
use cargo_metadata::{DependencyKind, NodeDep, Package, PackageId, Target};

use super::options::BuildOptions;
use super::units::Unit;
use crate::near;
use crate::run::{Failure, say};

/// The dependencies that were chosen.
#[derive(Debug, Default)]
pub struct Also {
    /// What chooses them, each once: `name` or `name@version`.
    pub specs: BTreeSet<String>,
    /// The directories of their manifests, each with `name@version`.
    pub directories: HashMap<PathBuf, String>,
    /// They and all packages that depend on them: an ordinary build has made them of other libraries.
    pub dependents: Vec<Package>,
    /// The directories of those dependents that are neither chosen nor members.
    pub between: BTreeSet<PathBuf>,
}

impl Also {
    /// Those that the options choose of what the packages of the programs depend on. Each package has the features that its
    /// program requires; `platforms` are what is built for and what builds.
    ///
    /// # Errors
    ///
    /// If cargo cannot tell the dependencies, or one that was named is no part of a program.
    pub fn find(
        options: &BuildOptions,
        roots: &[(&Package, &[String])],
        platforms: &[&str],
    ) -> Result<Also> {
        if options.also.is_empty() {
            return Ok(Also::default());
        }
        let graph = Graph::read(options, roots, platforms)?;
        let roots: Vec<&PackageId> = roots.iter().map(|(package, _)| &package.id).collect();
        let linked = graph.reached(&roots, false);
        let (mut also, mut chosen, mut wrong) = (Also::default(), HashSet::new(), Vec::new());
        for spec in &options.also {
            let packages = graph.packages.values().filter(|it| is_meant(spec, it));
            let packages: Vec<&Package> = packages.collect();
            if !packages.iter().any(|it| linked.contains(&it.id)) {
                let reason = graph.why_not(spec, &packages, &roots, &linked);
                wrong.push(format!("--also {spec}: {reason}"));
                continue;
            }
            let outside = packages.iter().filter(|it| !graph.members.contains(&it.id));
            let outside: Vec<&PackageId> = outside.map(|it| &it.id).collect();
            if outside.is_empty() {
                say(&format!(
                    "--also {spec}: as a member of the workspace it is measured anyway"
                ));
                continue;
            }
            also.specs.insert(spec.clone());
            chosen.extend(outside);
        }
        if !wrong.is_empty() {
            return Err(Failure::usage(wrong.join("\n")).into());
        }
        let directory =
            |package: &Package| Some(package.manifest_path.parent()?.as_std_path().to_owned());
        let named = chosen.iter().map(|id| &graph.packages[*id]);
        also.directories = named
            .filter_map(|it| Some((directory(it)?, with_version(it))))
            .collect();
        let dependents = graph.dependents(chosen.clone());
        let between = dependents
            .iter()
            .filter(|it| !chosen.contains(&it.id) && !graph.members.contains(&it.id));
        also.between = between.filter_map(|it| directory(it)).collect();
        also.dependents = dependents.into_iter().cloned().collect();
        Ok(also)
    }

    /// What to say of each that is not among the units of the programs, because cargo has built them without it.
    pub fn not_built(&self, units: &[&Unit]) -> Vec<String> {
        let is_built = |directory: &PathBuf| units.iter().any(|unit| unit.manifest == *directory);
        let missing = self.directories.iter().filter(|(it, _)| !is_built(it));
        let names: BTreeSet<&String> = missing.map(|(_, name)| name).collect();
        let names = names.into_iter();
        names
            .map(|name| format!("not measured, as the program is built without it: {name}"))
            .collect()
    }
}

/// The packages that a program is made of.
///
/// # Errors
///
/// If cargo cannot tell the dependencies.
pub fn linked(
    options: &BuildOptions,
    root: (&Package, &[String]),
    platforms: &[&str],
) -> Result<HashSet<PackageId>> {
    let graph = Graph::read(options, &[root], platforms)?;
    let linked = graph.reached(&[&root.0.id], false);
    Ok(linked.into_iter().cloned().collect())
}

/// Packages and what each depends on.
#[derive(Default)]
struct Graph {
    packages: HashMap<PackageId, Package>,
    uses: HashMap<PackageId, Vec<NodeDep>>,
    members: HashSet<PackageId>,
}

impl Graph {
    fn read(
        options: &BuildOptions,
        roots: &[(&Package, &[String])],
        platforms: &[&str],
    ) -> Result<Graph> {
        let mut graph = Graph::default();
        for (package, required) in roots {
            let mut words = options.for_features();
            if !required.is_empty() {
                words.extend(["--features".to_owned(), required.join(",")]);
            }
            for platform in platforms {
                words.extend(["--filter-platform".to_owned(), (*platform).to_owned()]);
            }
            let metadata = options.cargo.ask(&package.manifest_path, &words)?;
            let packages = metadata.packages.into_iter();
            graph
                .packages
                .extend(packages.map(|it| (it.id.clone(), it)));
            graph.members.extend(metadata.workspace_members);
            for node in metadata.resolve.into_iter().flat_map(|it| it.nodes) {
                graph.uses.entry(node.id).or_default().extend(node.deps);
            }
        }
        Ok(graph)
    }

    /// What some packages depend on, themselves included: all that is linked into them, or, `before` them, what is needed to
    /// build them, too.
    fn reached<'a>(&'a self, roots: &[&'a PackageId], before: bool) -> HashSet<&'a PackageId> {
        let (mut reached, mut next) = (HashSet::new(), roots.to_vec());
        while let Some(id) = next.pop() {
            let is_macro = self.packages.get(id).is_some_and(is_macro);
            if (is_macro && !before) || !reached.insert(id) {
                continue;
            }
            let uses = self.uses.get(id).into_iter().flatten();
            let counts = |kind| match kind {
                DependencyKind::Normal => true,
                DependencyKind::Build => before,
                _ => false,
            };
            let uses = uses.filter(|it| it.dep_kinds.iter().any(|it| counts(it.kind)));
            next.extend(uses.map(|it| &it.pkg));
        }
        reached
    }

    /// Why none of these is measured.
    fn why_not(
        &self,
        spec: &str,
        packages: &[&Package],
        roots: &[&PackageId],
        linked: &HashSet<&PackageId>,
    ) -> String {
        let before = self.reached(roots, true);
        let mut needed = packages
            .iter()
            .filter(|it| before.contains(&it.id))
            .peekable();
        if needed.peek().is_some() {
            return if needed.any(|it| is_macro(it)) {
                "it is a macro, which runs in the compiler and is no part of the program"
            } else {
                "only build scripts and macros use it, so it is no part of the program"
            }
            .to_owned();
        }
        let reason = "the program does not depend on it";
        if !packages.is_empty() {
            return format!("{reason}; only tests or other packages of the workspace do");
        }
        let linked = linked.iter().filter(|it| !self.members.contains(**it));
        let near = nearest(spec, linked.map(|id| &self.packages[*id]));
        if near.is_empty() {
            format!("{reason}; `cargo tree --edges normal` lists what it depends on")
        } else {
            format!("{reason}; similar: {}", near.join(", "))
        }
    }

    /// The chosen packages, and those that depend on them in whatever way. Packages that an ordinary build calls its files
    /// after the same names go with them.
    fn dependents<'a>(&'a self, mut found: HashSet<&'a PackageId>) -> Vec<&'a Package> {
        loop {
            let known: HashSet<String> = found
                .iter()
                .flat_map(|id| names(&self.packages[*id]))
                .collect();
            let more = self.packages.values().filter(|package| {
                let mut uses = self.uses.get(&package.id).into_iter().flatten();
                !found.contains(&package.id)
                    && (uses.any(|it| found.contains(&it.pkg))
                        || names(package).any(|it| known.contains(&it)))
            });
            let more: Vec<&PackageId> = more.map(|package| &package.id).collect();
            if more.is_empty() {
                return found.into_iter().map(|id| &self.packages[id]).collect();
            }
            found.extend(more);
        }
    }
}

fn is_macro(package: &Package) -> bool {
    package.targets.iter().any(Target::is_proc_macro)
}

/// What an ordinary build calls its files after: the package and its library.
pub fn names(package: &Package) -> impl Iterator<Item = String> {
    let is_library = |target: &&Target| {
        let is_other =
            target.is_bin() || target.is_example() || target.is_test() || target.is_bench();
        !is_other && !target.is_custom_build()
    };
    let library = package.targets.iter().find(is_library);
    let library = library.map(|target| target.name.replace('-', "_"));
    [package.name.to_string()].into_iter().chain(library)
}

fn with_version(package: &Package) -> String {
    format!("{}@{}", package.name, package.version)
}

/// Whether a package is called so: by its name, or by that and the version or the beginning of it. See
/// <https://doc.rust-lang.org/cargo/reference/pkgid-spec.html>.
fn is_meant(spec: &str, package: &Package) -> bool {
    let (name, version) = spec.split_once('@').unwrap_or((spec, ""));
    package.name.as_str() == name && has_version(&package.version.to_string(), version)
}

fn has_version(version: &str, wanted: &str) -> bool {
    let rest = version.strip_prefix(wanted);
    rest.is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with(['.', '+']))
}

/// The packages with similar names, the most similar first; of the same name, with their versions.
fn nearest<'a>(spec: &str, packages: impl Iterator<Item = &'a Package>) -> Vec<String> {
    let (name, _) = spec.split_once('@').unwrap_or((spec, ""));
    let all = packages.map(|package| {
        let called = if package.name.as_str() == name {
            with_version(package)
        } else {
            package.name.to_string()
        };
        (package.name.as_str(), called)
    });
    near::nearest(name, all)
}

#[cfg(test)]
mod tests {
    use super::has_version;

    #[test]
    fn a_version_may_be_given_in_part() {
        for wanted in ["", "1", "1.0", "1.0.15", "1.0.15+a"] {
            assert!(has_version("1.0.15+a", wanted), "{wanted}");
        }
        for wanted in ["1.", "1.0.1", "0", "15", "1.0.15-a"] {
            assert!(!has_version("1.0.15+a", wanted), "{wanted}");
        }
    }
}
