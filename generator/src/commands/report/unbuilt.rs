//! Changed sources that are no part of what was measured, so the report cannot tell whether they ran.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, Target};
use llvm_coverage::files;
use syn::Item;
use syn::ext::IdentExt as _;

use super::cfg::is_meant;
use super::embedded;
use crate::build::texts::Text;
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
    /// Where crates of the workspace begin.
    roots: HashSet<PathBuf>,
    /// Those of them that are no part of a program: tests, benchmarks and examples.
    beside: HashSet<PathBuf>,
}

impl Sources {
    pub fn new<'a>(built: impl Iterator<Item = &'a Path>, workspace: &Workspace) -> Self {
        let targets = workspace.members().iter().flat_map(|it| &it.targets);
        let roots = |is_one: fn(&Target) -> bool| {
            let roots = targets.clone().filter(|it| is_one(it));
            let real = roots.filter_map(|it| it.src_path.as_std_path().canonicalize().ok());
            real.collect::<HashSet<PathBuf>>()
        };
        let programs = roots(|it| !is_other(it));
        Self {
            built: built.filter_map(|path| path.canonicalize().ok()).collect(),
            roots: roots(|_| true),
            beside: &roots(is_other) - &programs,
        }
    }

    /// Whether a file was compiled.
    pub fn have(&self, file: &Path) -> bool {
        self.built.contains(file)
    }

    /// Whether a file is compiled for tests alone, or not to be measured.
    pub fn are_for_tests(&self, file: &Path) -> bool {
        is_for_tests(file, self)
    }

    /// Those of the `texts` that are embedded as such, and are no source.
    pub fn embedded(&self, texts: &BTreeSet<Text>) -> HashSet<PathBuf> {
        let compiled = texts.iter().filter_map(|it| it.path.canonicalize().ok());
        embedded::find(&compiled.collect(), self.built.iter().chain(&self.roots))
    }

    /// Whether the modules that a file declares are beside it, and not in a directory of its name.
    fn declares_beside(&self, file: &Path) -> bool {
        let name = file.file_name().and_then(|it| it.to_str());
        name.is_some_and(|it| ["mod.rs", "lib.rs", "main.rs"].contains(&it))
            || self.roots.contains(file)
    }
}

/// Those of the workspace, and of the crates `outside` of it that programs are made of, among the `changed` files, that were not
/// `built`. Tests, build scripts and macros are no part of a program.
pub fn find<'a>(
    changed: impl Iterator<Item = &'a PathBuf>,
    built: impl Iterator<Item = &'a Path>,
    workspace: &Workspace,
    outside: &BTreeMap<PathBuf, String>,
) -> Vec<Unbuilt> {
    let is_rust = |path: &&PathBuf| path.extension().is_some_and(|it| it == "rs");
    let mut changed = changed.filter(is_rust).peekable();
    if changed.peek().is_none() {
        return Vec::new();
    }
    let known = Sources::new(built, workspace);
    let built = &known.built;
    let mut unbuilt: Vec<Unbuilt> = changed
        .filter(|path| {
            let file = path.canonicalize();
            file.is_ok_and(|file| file.is_file() && !built.contains(&file))
        })
        .filter_map(|path| {
            let nearest = nearest(path)?;
            let Some(package) = member_in(nearest, workspace) else {
                let (_, name) = outside.iter().find(|(it, _)| is_same(it, nearest))?;
                let is_part = !is_beside(path, nearest) && !is_for_tests(path, &known);
                return is_part.then(|| Unbuilt {
                    path: path.clone(),
                    why: format!(
                        "the crate {name} is not of the workspace: --also {name} measures it"
                    ),
                });
            };
            if is_no_part_of_a_program(path, package) || is_for_tests(path, &known) {
                return None;
            }
            let directory = directory(package);
            let why = if package
                .targets
                .iter()
                .any(|it| it.is_bin() && it.src_path == *path)
            {
                "a program that did not run".to_owned()
            } else if built.iter().any(|it| it.starts_with(directory)) {
                "no `mod` line that was compiled names it".to_owned()
            } else {
                format!("the program does not use the package {}", package.name)
            };
            Some(Unbuilt {
                path: path.clone(),
                why,
            })
        })
        .collect();
    unbuilt.sort_by(|one, other| one.path.cmp(&other.path));
    unbuilt
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

fn is_no_part_of_a_program(path: &Path, package: &Package) -> bool {
    let mut roots = package.targets.iter().filter(|it| is_other(it));
    package.targets.iter().any(Target::is_proc_macro)
        || roots.any(|it| it.src_path == *path) && !is_declared_by_a_program(path, package)
        || is_beside(path, directory(package)) && !is_with_a_program(path, package)
}

/// Whether a program beside a file declares it as a module. Among examples, cargo takes it for one as well.
fn is_declared_by_a_program(path: &Path, package: &Package) -> bool {
    let name = path.file_stem().and_then(|it| it.to_str());
    let programs = package.targets.iter().filter(|it| !is_other(it));
    let mut beside = programs
        .map(|it| it.src_path.as_std_path())
        .filter(|it| *it != path && it.parent() == path.parent());
    beside.any(|root| {
        let text = files::read_text(root).unwrap_or_default();
        name.and_then(|name| module(&text, name)) == Some(false)
    })
}

/// Whether a target is no part of a program.
fn is_other(target: &Target) -> bool {
    target.is_test() || target.is_bench() || target.is_example() || target.is_custom_build()
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

/// Whether it is compiled for tests alone, by what is in it or in the module around it.
fn is_for_tests(path: &Path, known: &Sources) -> bool {
    let text = files::read_text(path).unwrap_or_default();
    if syn::parse_file(&text).is_ok_and(|it| !is_meant(&it.attrs)) {
        return true;
    }
    let stem = path.file_stem().and_then(|it| it.to_str());
    let directory = path.parent();
    let (Some(stem), Some(directory)) = (stem, directory) else {
        return false;
    };
    let (name, directory) = match (stem, directory.file_name().and_then(|it| it.to_str())) {
        ("mod", Some(name)) => (name, directory.parent().unwrap_or(directory)),
        _ => (stem, directory),
    };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let siblings = entries.map(|entry| entry.path());
    let siblings = siblings.filter(|it| known.declares_beside(it));
    let parents = siblings.chain([directory.with_extension("rs")]);
    let mut declared = parents
        .filter(|parent| parent != path)
        .filter_map(|parent| {
            let text = files::read_text(&parent).unwrap_or_default();
            let is_for_tests_there = module(&text, name)?;
            // Modules of a module of tests.
            let is_below =
                directory != parent.parent().unwrap_or(directory) || parent.ends_with("mod.rs");
            Some(
                is_for_tests_there
                    || known.beside.contains(&parent)
                    || is_below && !known.built.contains(&parent) && is_for_tests(&parent, known),
            )
        })
        .peekable();
    // One that is declared for tests in one place may be part of a program in another.
    declared.peek().is_some() && declared.all(|it| it)
}

/// Whether a module that a text declares in a file of its own is for tests; `None` if it declares none of this name.
fn module(text: &str, name: &str) -> Option<bool> {
    let items = syn::parse_file(text).ok()?.items;
    let mut declared = items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() && module.ident.unraw() == name => {
            Some(!is_meant(&module.attrs))
        }
        _ => None,
    });
    let first = declared.next()?;
    // It may be declared twice, for tests and for others.
    Some(first && declared.all(|it| it))
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn a_module_is_for_tests_if_its_attributes_say_so() {
        let text = "mod a;\n#[cfg(test)]\n// Tests.\nmod tests;\n#[cfg(test)] pub(crate) mod b; // B\nmod c {}\n\
                    #[cfg(all(test, unix))]\nmod d;\n#[cfg(any(test, unix))]\nmod e;\nmod r#match;\n\
                    #[cfg(test)]\nmod f;\n#[cfg(not(test))]\nmod f;\n";
        assert_eq!(module(text, "a"), Some(false));
        assert_eq!(module(text, "tests"), Some(true));
        assert_eq!(module(text, "b"), Some(true));
        assert_eq!(module(text, "c"), None);
        assert_eq!(module(text, "d"), Some(true));
        assert_eq!(module(text, "e"), Some(false));
        assert_eq!(module(text, "match"), Some(false));
        assert_eq!(module(text, "f"), Some(false));
    }

    #[test]
    fn what_stands_around_a_module_does_not_make_it_one_for_tests() {
        for around in [
            "// Unlike what is under cfg(test), this is a part of the program.\n",
            "/// Not `#[cfg(test)]`.\n",
            "#[cfg_attr(feature = \"extra\", doc = \"cfg(test)\")]\n",
            "#[cfg(feature = \"cfg(test)\")]\n",
        ] {
            let text = format!("{around}#[cfg(feature = \"extra\")]\nmod extra;\n");
            assert_eq!(module(&text, "extra"), Some(false), "{around}");
        }
    }
}
