//! What rustc has read, by the dep-infos beside an executable of tests: of this, and of the libraries of packages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, Target};
use llvm_coverage::files;
use proc_macro2::{TokenStream, TokenTree};

use super::super::early::directory;
use crate::build::sources::{clean, listed};

/// The files of an executable; `None` if that is not known.
pub fn of_executable(root: &Path, executable: &Path) -> Option<BTreeSet<PathBuf>> {
    let files = read(root, &executable.with_extension("d"))?;
    (!files.is_empty()).then_some(files)
}

/// The files of libraries, by the directories of the packages that have them. Of all builds that are there, so it may be too many.
pub fn of_libraries(
    packages: &[&Package],
    root: &Path,
    executable: &Path,
) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let around = executable.parent().and_then(|it| fs::read_dir(it).ok());
    let lists = around.into_iter().flatten().filter_map(Result::ok);
    let lists = lists.map(|it| it.path());
    let lists = lists.filter(|it| it.extension().is_some_and(|it| it == "d"));
    let mut all = BTreeMap::<PathBuf, BTreeSet<PathBuf>>::new();
    for list in lists {
        let crate_name = list.file_stem().and_then(|it| it.to_str());
        let Some((crate_name, _)) = crate_name.and_then(|it| it.rsplit_once('-')) else {
            continue;
        };
        let is_it = |it: &&Package| {
            let mut libraries = it.targets.iter().filter(|it| is_library(it));
            libraries.any(|it| it.name.replace('-', "_") == crate_name)
        };
        for package in packages.iter().copied().filter(is_it) {
            let files = read(root, &list).unwrap_or_default();
            all.entry(directory(package)).or_default().extend(files);
        }
    }
    all
}

/// Whether other crates can name it.
pub fn is_library(target: &Target) -> bool {
    target.is_lib() || target.is_rlib() || target.is_dylib()
}

fn read(root: &Path, list: &Path) -> Option<BTreeSet<PathBuf>> {
    let list = files::read_text(list).ok()?;
    let files = listed(&list).map(|file| root.join(file));
    // The mapping is cleaned; where that leads to another file, both may be meant.
    let both = files.flat_map(|file| [clean(&file), file]);
    let real = both.filter_map(|file| file.canonicalize().ok());
    Some(real.collect())
}

/// The names in some files; `None` if one is not understood.
pub fn words(files: &BTreeSet<PathBuf>) -> Option<BTreeSet<String>> {
    let mut words = BTreeSet::new();
    for file in files {
        let text = files::read_text(file).ok();
        let tokens = text.and_then(|text| text.parse().ok());
        match tokens {
            Some(tokens) => add_words(tokens, &mut words),
            None if file.extension().is_some_and(|it| it == "rs") => return None,
            // What is included as bytes or text is no code.
            None => {}
        }
    }
    Some(words)
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
