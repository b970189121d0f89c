//! What tests of nextest may run themselves, in their own process, where nobody counts it for a scenario.
//!
//! A unit test has the code of its package, and of all that this depends on. Another test has that of the packages which its
//! sources name, as without a name there is no way to it. Any test and any library has the files that rustc has read for it,
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

/// What a test may run, by its binary (<https://nexte.st/docs/glossary/#binary-id>), its `files` and those of the `libraries` of packages.
fn of_test(
    (packages, lock): (&[&Package], &Lock),
    binary: &str,
    mut files: BTreeSet<PathBuf>,
    libraries: &BTreeMap<PathBuf, BTreeSet<PathBuf>>,
) -> Option<Code> {
    let (name, kind) = binary.split_once("::").unwrap_or((binary, ""));
    let package = packages.iter().find(|it| it.name.as_str() == name)?;
    let all = package.dependencies.iter();
    let is_unit_test = kind.is_empty() || kind.contains('/');
    let (mut roots, has_own) = if is_unit_test {
        (all.clone().collect(), true)
    } else {
        let words = lists::words(&files)?;
        let is_named = |name: &str| words.contains(&name.replace('-', "_"));
        let roots = named(packages, lock, package, &is_named)?;
        let mut own = package.targets.iter().filter(|it| lists::is_library(it));
        (roots, own.any(|it| is_named(&it.name)))
    };
    let mut may_run = BTreeSet::new();
    if has_own {
        may_run.insert(directory(package));
        roots.extend(all);
    }
    let used = used(packages, lock, roots, |kind| {
        kind != DependencyKind::Development
    });
    may_run.extend(used.into_iter().map(directory));
    let of_libraries = may_run.iter().filter_map(|it| libraries.get(it));
    files.extend(of_libraries.flatten().cloned());
    Some(Code {
        packages: may_run,
        files,
    })
}

/// The dependencies of a package that are named. `None` if one is a macro of one of the packages, as what that writes may name anything.
fn named<'a>(
    packages: &[&'a Package],
    lock: &Lock,
    package: &'a Package,
    is_named: &dyn Fn(&str) -> bool,
) -> Option<Vec<&'a Dependency>> {
    let mut found = Vec::new();
    for dependency in &package.dependencies {
        let led_to = led_to(packages, lock, dependency).unwrap_or_default();
        let targets = || led_to.iter().flat_map(|it| &it.targets);
        let name = dependency.rename.as_deref().unwrap_or(&dependency.name);
        // The library may be called otherwise than its package.
        if !is_named(name) && !targets().any(|it| is_named(&it.name)) {
            continue;
        }
        if targets().any(Target::is_proc_macro) {
            return None;
        }
        found.push(dependency);
    }
    Some(found)
}
