//! What tests of nextest may run themselves, in their own process, where nobody counts it for a scenario.
//!
//! A unit test has the code of its package, and of all that this depends on. Another test has that of the packages which its
//! sources name, or macros of these, as without a name there is no way to it. Any test and any library has the files that rustc has read for it,
//! wherever they are: `#[path]` and `include!` lead into other packages. A test that has loaded a measured library may run any
//! code: of a plugin it needs to know no more than where it is.

mod lists;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use cargo_metadata::{Dependency, DependencyKind, Package, Target};

use super::early::{directory, led_to, package_of, used};
use super::lock::Lock;
use crate::commands::scenarios::Counted;
use lists::Library;

/// See above.
pub struct Inside {
    /// Of each scenario that is a test or has loaded a library, what it may run; `None` if that may be anything.
    tests: Vec<(usize, Option<Rc<Code>>)>,
    /// The directories of the packages.
    packages: Vec<PathBuf>,
}

/// What a test may run.
struct Code {
    /// The directories of packages.
    packages: BTreeSet<PathBuf>,
    /// Files, without links.
    files: BTreeSet<PathBuf>,
}

impl Inside {
    /// What is known of the scenarios of a run.
    pub fn of(root: &Path, packages: &[&Package], lock: &Lock, counted: &Counted) -> Inside {
        let mut known: BTreeMap<(Option<&str>, &Path), Option<Rc<Code>>> = BTreeMap::new();
        let mut libraries = BTreeMap::new();
        let mut tests = Vec::new();
        for (place, scenario) in counted.scenarios.iter().enumerate() {
            // What is in none is nobody's to select.
            let Some(name) = &scenario.name else {
                continue;
            };
            if scenario.has_loaded {
                tests.push((place, None));
                continue;
            }
            let binary = name.split(' ').next().unwrap_or_default();
            let own = scenario.tests.iter().map(|it| (Some(binary), it));
            let others = scenario.ran.iter().map(|it| (None, it));
            for (binary, executable) in own.chain(others) {
                let found = known.entry((binary, executable)).or_insert_with(|| {
                    let binary = match binary {
                        Some(binary) => binary.to_owned(),
                        None => binary_of(packages, root, executable)?,
                    };
                    let libraries = libraries
                        .entry(executable.parent())
                        .or_insert_with(|| lists::of_libraries(packages, root, executable));
                    let files = lists::of_executable(root, executable)?;
                    of_test((packages, lock), &binary, files, libraries).map(Rc::new)
                });
                tests.push((place, found.clone()));
            }
        }
        Inside {
            tests,
            packages: packages.iter().copied().map(directory).collect(),
        }
    }

    /// The scenarios that may run code of a file themselves.
    pub fn having<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = usize> + 'a {
        let package = package_of(path, &self.packages);
        let tests = self.tests.iter().filter(move |(_, may_run)| {
            let known = may_run.as_ref().zip(package);
            known.is_none_or(|(may_run, package)| {
                may_run.packages.contains(package) || may_run.files.contains(path)
            })
        });
        tests.map(|(place, _)| *place)
    }
}

/// The binary of a test, by the target that it was compiled of; one of several if it may be, that has more. `None` if it may be of several
/// packages.
fn binary_of(packages: &[&Package], root: &Path, executable: &Path) -> Option<String> {
    let files = lists::of_executable(root, executable)?;
    let targets = packages
        .iter()
        .flat_map(|it| it.targets.iter().map(move |target| (it, target)));
    let is_it = |target: &Target| {
        let source = target.src_path.canonicalize();
        source.is_ok_and(|it| files.contains(&it))
    };
    let found: Vec<_> = targets.filter(|(_, target)| is_it(target)).collect();
    let (package, target) = found.first()?;
    if found.iter().any(|(it, _)| it.id != package.id) {
        return None;
    }
    Some(match &found[..] {
        [_] if target.is_test() => format!("{}::{}", package.name, target.name),
        _ => package.name.to_string(),
    })
}

/// What a test may run, by its binary (<https://nexte.st/docs/glossary/#binary-id>), its `files` and the `libraries` of packages.
fn of_test(
    (packages, lock): (&[&Package], &Lock),
    binary: &str,
    mut files: BTreeSet<PathBuf>,
    libraries: &BTreeMap<PathBuf, Library>,
) -> Option<Code> {
    let (name, kind) = binary.split_once("::").unwrap_or((binary, ""));
    let package = packages.iter().find(|it| it.name.as_str() == name)?;
    let is_unit_test = kind.is_empty() || kind.contains('/');
    let mut has_all = is_unit_test;
    let mut words = if is_unit_test {
        BTreeSet::new()
    } else {
        lists::words(&files)?
    };
    let may_run = loop {
        let is_named = |name: &str| has_all || words.contains(&name.replace('-', "_"));
        let mut own = package.targets.iter().filter(|it| lists::is_library(it));
        let has_own = is_unit_test || own.any(|it| is_named(&it.name));
        let roots = package.dependencies.iter();
        let roots =
            roots.filter(|it| has_own || is_dependency_named(packages, lock, it, &is_named));
        let used = used(packages, lock, roots.collect(), |kind| {
            kind != DependencyKind::Development
        });
        let own = has_own.then_some(package);
        let may_run: BTreeSet<_> = own
            .into_iter()
            .chain(&used)
            .copied()
            .map(directory)
            .collect();
        let known = (has_all, words.len());
        // What a macro writes may name anything that the test can name, and a library may pass a macro on.
        has_all |= used
            .iter()
            .flat_map(|it| &it.targets)
            .any(Target::is_proc_macro);
        let passed_on = may_run.iter().filter_map(|it| libraries.get(it));
        words.extend(passed_on.flat_map(|it| &it.words).cloned());
        if (has_all, words.len()) == known {
            break may_run;
        }
    };
    let of_libraries = may_run.iter().filter_map(|it| libraries.get(it));
    files.extend(of_libraries.flat_map(|it| &it.files).cloned());
    Some(Code {
        packages: may_run,
        files,
    })
}

/// Whether a dependency is named, by its name or by that of its library, which may be another.
fn is_dependency_named(
    packages: &[&Package],
    lock: &Lock,
    dependency: &Dependency,
    is_named: &dyn Fn(&str) -> bool,
) -> bool {
    let name = dependency.rename.as_deref().unwrap_or(&dependency.name);
    let led_to = || led_to(packages, lock, dependency).unwrap_or_default();
    is_named(name)
        || led_to()
            .iter()
            .flat_map(|it| &it.targets)
            .any(|it| is_named(&it.name))
}
