//! What tests of nextest may run themselves, in their own process, where nobody counts it for a scenario.
//!
//! A unit test has the code of its package, and of all that this depends on. Another test has that of the members which its
//! sources name, as without a name there is no way to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, Package, Target};
use llvm_coverage::files;
use proc_macro2::{TokenStream, TokenTree};

use super::early::{directory, member_of, used};
use crate::build::sources::{clean, files as sources};
use crate::commands::scenarios::Counted;
use crate::scaffold::metadata::Workspace;

/// See above.
pub struct Inside {
    /// Of each scenario that is a test, the directories of the members whose code it may run; `None` if that may be any.
    tests: Vec<(usize, Option<BTreeSet<PathBuf>>)>,
    members: Vec<PathBuf>,
}

impl Inside {
    /// What is known of the scenarios of a run.
    pub fn of(workspace: &Workspace, counted: &Counted) -> Inside {
        let members: Vec<&Package> = workspace.members().iter().collect();
        let root = workspace.metadata.workspace_root.as_std_path();
        let mut known: BTreeMap<(&str, &Path), Option<BTreeSet<PathBuf>>> = BTreeMap::new();
        let mut tests = Vec::new();
        for (place, scenario) in counted.scenarios.iter().enumerate() {
            let name = scenario.name.as_deref().unwrap_or_default();
            let binary = name.split(' ').next().unwrap_or_default();
            for executable in &scenario.tests {
                let found = known
                    .entry((binary, executable))
                    .or_insert_with(|| of_test(&members, root, binary, executable));
                tests.push((place, found.clone()));
            }
        }
        Inside {
            tests,
            members: members.into_iter().map(directory).collect(),
        }
    }

    /// The scenarios that may run code of a file themselves.
    pub fn having(&self, path: &Path) -> impl Iterator<Item = usize> {
        let member = member_of(path, &self.members);
        let tests = self.tests.iter().filter(move |(_, may_run)| {
            let known = may_run.as_ref().zip(member);
            known.is_none_or(|(may_run, member)| may_run.contains(member))
        });
        tests.map(|(place, _)| *place)
    }
}

/// The members whose code a test may run, by its binary: <https://nexte.st/docs/glossary/#binary-id>.
fn of_test(
    members: &[&Package],
    root: &Path,
    binary: &str,
    executable: &Path,
) -> Option<BTreeSet<PathBuf>> {
    let (name, kind) = binary.split_once("::").unwrap_or((binary, ""));
    let package = members.iter().find(|it| it.name.as_str() == name)?;
    let all = package.dependencies.iter();
    let is_unit_test = kind.is_empty() || kind.contains('/');
    let (mut roots, has_own) = if is_unit_test {
        (all.clone().collect(), true)
    } else {
        let words = words(root, executable)?;
        let is_named = |name: &str| words.contains(&name.replace('-', "_"));
        let roots = named(members, package, &is_named)?;
        let mut libraries = package
            .targets
            .iter()
            .filter(|it| it.is_lib() || it.is_rlib());
        (roots, libraries.any(|it| is_named(&it.name)))
    };
    let mut may_run = BTreeSet::new();
    if has_own {
        may_run.insert(directory(package));
        roots.extend(all);
    }
    let used = used(members, roots.into_iter(), |kind| {
        kind != DependencyKind::Development
    });
    may_run.extend(used.into_iter().map(directory));
    Some(may_run)
}

/// The dependencies of a package that are named. `None` if one is a macro of a member, as what that writes may name anything.
fn named<'a>(
    members: &[&'a Package],
    package: &'a Package,
    is_named: &dyn Fn(&str) -> bool,
) -> Option<Vec<&'a Dependency>> {
    let mut found = Vec::new();
    for dependency in package.dependencies.iter().filter(|it| it.path.is_some()) {
        let is_it = |it: &&&Package| it.manifest_path.parent() == dependency.path.as_deref();
        let targets = members.iter().find(is_it).map(|it| it.targets.as_slice());
        let targets = targets.unwrap_or_default();
        let name = dependency.rename.as_deref().unwrap_or(&dependency.name);
        // The library may be called otherwise than its package.
        if !is_named(name) && !targets.iter().any(|it| is_named(&it.name)) {
            continue;
        }
        if targets.iter().any(Target::is_proc_macro) {
            return None;
        }
        found.push(dependency);
    }
    Some(found)
}

/// The names in the sources of a test.
fn words(root: &Path, executable: &Path) -> Option<BTreeSet<String>> {
    let list = files::read_text(&executable.with_extension("d")).ok()?;
    let mut words = BTreeSet::new();
    let mut is_one = false;
    for source in sources(&list) {
        let text = files::read_text(&clean(&root.join(source))).ok()?;
        add_words(text.parse().ok()?, &mut words);
        is_one = true;
    }
    is_one.then_some(words)
}

fn add_words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => add_words(group.stream(), words),
            TokenTree::Ident(word) => {
                let word = word.to_string();
                words.insert(
                    word.strip_prefix("r#")
                        .map_or_else(|| word.clone(), str::to_owned),
                );
            }
            _ => {}
        }
    }
}
