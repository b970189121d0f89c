//! Changed sources that are no part of what was measured, so the report cannot tell whether they ran.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, Target};
use llvm_coverage::files;

use super::cfg::{inner_attributes, is_meant};
use super::embedded;
use super::modules::{Modules, Names, Source, Wanted};
use crate::build::sources::is_final;
use crate::build::texts::Text;
use crate::parsed;
use crate::scaffold::metadata::Workspace;

/// A changed source, and why it was not measured.
pub struct Unbuilt {
    pub path: PathBuf,
    pub why: String,
}

/// What is known of files, without links.
pub struct Sources {
    /// What was compiled.
    built: HashSet<PathBuf>,
    /// Where programs and libraries of the workspace begin.
    programs: HashSet<PathBuf>,
    /// Where all that is no part of a program begins: tests, benchmarks, examples, build scripts and macros.
    others: HashSet<PathBuf>,
    parts: OnceCell<HashSet<PathBuf>>,
    declared: OnceCell<HashSet<PathBuf>>,
}

impl Sources {
    pub fn new<'a>(built: impl Iterator<Item = &'a Path>, workspace: &Workspace) -> Self {
        let targets = workspace.members().iter().flat_map(|it| &it.targets);
        let roots = |is_one: fn(&Target) -> bool| {
            let roots = targets.clone().filter(|it| is_one(it));
            let real = roots.filter_map(|it| it.src_path.as_std_path().canonicalize().ok());
            real.collect::<HashSet<PathBuf>>()
        };
        Self {
            built: built.filter_map(|path| path.canonicalize().ok()).collect(),
            programs: roots(|it| !is_other(it)),
            others: roots(is_other),
            parts: OnceCell::new(),
            declared: OnceCell::new(),
        }
    }

    /// Whether a file was compiled.
    pub fn have(&self, file: &Path) -> bool {
        self.built.contains(file)
    }

    /// Whether a file is compiled for tests alone, not to be measured, or part of none but build scripts and macros.
    pub fn are_for_tests(&self, file: &Path) -> bool {
        let text = || files::read_text(file).unwrap_or_default();
        !self.are_of_programs(file)
            && (self.declared().contains(file) || is_headed_for_tests(&text()))
    }

    /// Whether a file is part of a program, or would be with another `cfg`.
    fn are_of_programs(&self, file: &Path) -> bool {
        self.parts().contains(file)
    }

    /// Whether there is such a file below a directory.
    pub fn have_parts_in(&self, directory: &Path) -> bool {
        self.parts().iter().any(|it| it.starts_with(directory))
    }

    fn parts(&self) -> &HashSet<PathBuf> {
        let parts = || self.follow(Wanted::OfPrograms, self.programs.iter());
        self.parts.get_or_init(parts)
    }

    /// What is a module of something.
    fn declared(&self) -> &HashSet<PathBuf> {
        let all = || self.programs.iter().chain(&self.others);
        self.declared
            .get_or_init(|| self.follow(Wanted::All, all()))
    }

    /// All that crates which begin in some files consist of, and what was compiled.
    fn follow<'a>(
        &'a self,
        wanted: Wanted<'_>,
        roots: impl Iterator<Item = &'a PathBuf>,
    ) -> HashSet<PathBuf> {
        let mut names = Names::of(wanted);
        let follow = |names: &mut Names, path: &PathBuf, modules| {
            names.follow(Source {
                path: path.clone(),
                modules,
            });
        };
        for root in roots {
            follow(&mut names, root, Modules::Beside);
        }
        // Those that macros declare, and those of crates outside of the workspace.
        let known = names.known();
        for path in self
            .built
            .iter()
            .filter(|it| !known.contains(*it) && !is_final(it))
        {
            follow(&mut names, path, Modules::Unknown);
        }
        names.known()
    }

    /// Those of the `texts` that are embedded as such, and are no source.
    pub fn embedded(&self, texts: &BTreeSet<Text>) -> HashSet<PathBuf> {
        let compiled = texts.iter().filter_map(|it| it.path.canonicalize().ok());
        let roots = self.programs.iter().chain(&self.others);
        embedded::find(&compiled.collect(), self.built.iter().chain(roots))
    }
}

/// Those that are part of a program of the workspace, or of a crate `outside` of it that programs are made of, among the `changed`
/// files, and were not `built`.
pub fn find<'a>(
    changed: impl Iterator<Item = &'a PathBuf>,
    sources: &Sources,
    workspace: &Workspace,
    outside: &BTreeMap<PathBuf, String>,
) -> Vec<Unbuilt> {
    let is_rust = |path: &&PathBuf| path.extension().is_some_and(|it| it == "rs");
    let mut unbuilt: Vec<Unbuilt> = changed
        .filter(is_rust)
        .filter(|path| {
            let file = path.canonicalize();
            file.is_ok_and(|file| file.is_file() && !sources.have(&file))
        })
        .filter_map(|path| {
            let why = why(path, sources, workspace, outside)?;
            let path = path.clone();
            Some(Unbuilt { path, why })
        })
        .collect();
    unbuilt.sort_by(|one, other| one.path.cmp(&other.path));
    unbuilt
}

/// Why a file was not built, if it is part of a program.
fn why(
    path: &Path,
    sources: &Sources,
    workspace: &Workspace,
    outside: &BTreeMap<PathBuf, String>,
) -> Option<String> {
    let nearest = nearest(path);
    let package = nearest.and_then(|it| member_in(it, workspace));
    let crate_outside =
        nearest.and_then(|it| outside.iter().find(|(directory, _)| is_same(directory, it)));
    let is_part = if sources.are_of_programs(path) {
        true
    } else if sources.are_for_tests(path) {
        false
    } else if let Some(package) = package {
        // Nothing declares it.
        !package.targets.iter().any(Target::is_proc_macro)
            && (!is_beside(path, directory(package)) || is_with_a_program(path, package))
    } else {
        crate_outside.is_some() && nearest.is_some_and(|it| !is_beside(path, it))
    };
    if !is_part {
        return None;
    }
    if let Some((_, name)) = crate_outside.filter(|_| package.is_none()) {
        return Some(format!(
            "the crate {name} is not of the workspace: --also {name} measures it"
        ));
    }
    let is_its_root = |it: &Package| {
        it.targets
            .iter()
            .any(|it| it.is_bin() && it.src_path == *path)
    };
    let is_used = |it: &Package| {
        sources
            .built
            .iter()
            .any(|built| built.starts_with(directory(it)))
    };
    Some(match package {
        Some(it) if is_its_root(it) => "a program that did not run".to_owned(),
        Some(it) if !is_used(it) => format!("the program does not use the package {}", it.name),
        _ => "no `mod` line that was compiled names it".to_owned(),
    })
}

/// Whether a text is headed as one for tests.
fn is_headed_for_tests(text: &str) -> bool {
    parsed::tokens(text).is_some_and(|it| !is_meant(&inner_attributes(it)))
}

fn directory(package: &Package) -> &Path {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest)
}

/// The directory of the nearest manifest.
fn nearest(path: &Path) -> Option<&Path> {
    let mut directories = path.ancestors().skip(1);
    directories.find(|it| it.join("Cargo.toml").is_file())
}

fn member_in<'a>(place: &Path, workspace: &'a Workspace) -> Option<&'a Package> {
    let mut members = workspace.members().iter();
    members.find(|it| is_same(directory(it), place))
}

fn is_same(directory: &Path, real: &Path) -> bool {
    directory.canonicalize().is_ok_and(|it| it == real)
}

/// Whether a target is no part of a program.
fn is_other(target: &Target) -> bool {
    target.is_test()
        || target.is_bench()
        || target.is_example()
        || target.is_custom_build()
        || target.is_proc_macro()
}

/// Whether it is with a program or library that is there, such as `examples/server/main.rs`, and with no other target that is nearer.
fn is_with_a_program(path: &Path, package: &Package) -> bool {
    let depth = |target: &Target| {
        let its = target.src_path.as_std_path().parent()?;
        let is_near = is_beside(its, directory(package)) && path.starts_with(its);
        is_near.then(|| its.components().count())
    };
    let nearest = |is_one: fn(&Target) -> bool| {
        let targets = package.targets.iter().filter(|it| is_one(it));
        targets.filter_map(depth).max()
    };
    let program = nearest(|it| it.is_bin() || it.is_lib());
    program.is_some() && program >= nearest(is_other)
}

/// Whether it is where cargo looks for what is no part of a program.
fn is_beside(path: &Path, package: &Path) -> bool {
    let below = path.strip_prefix(package).unwrap_or(path);
    ["tests", "benches", "examples", "build.rs"]
        .iter()
        .any(|it| below.starts_with(it))
}
