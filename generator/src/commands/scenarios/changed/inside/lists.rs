//! What rustc has read, by the dep-infos beside an executable of tests: of this, and of the libraries of packages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, Target};
use llvm_coverage::files;
use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

use super::super::early::directory;
use crate::build::sources::{clean, listed};
use crate::definitions;

/// The files of an executable; `None` if that is not known.
pub fn of_executable(root: &Path, executable: &Path) -> Option<BTreeSet<PathBuf>> {
    let files = read(root, &executable.with_extension("d"))?;
    (!files.is_empty()).then_some(files)
}

/// What is known of the libraries of a package.
#[derive(Default)]
pub struct Library {
    pub files: BTreeSet<PathBuf>,
    /// The names in the macros that they define: there is a way to these for whoever calls such a macro.
    pub words: BTreeSet<String>,
}

/// The libraries, by the directories of the packages that have them. Of all builds that are there, so it may be too many.
pub fn of_libraries(
    packages: &[&Package],
    root: &Path,
    executable: &Path,
) -> BTreeMap<PathBuf, Library> {
    let around = executable.parent().and_then(|it| fs::read_dir(it).ok());
    let lists = around.into_iter().flatten().filter_map(Result::ok);
    let lists = lists.map(|it| it.path());
    let lists = lists.filter(|it| it.extension().is_some_and(|it| it == "d"));
    let mut all = BTreeMap::<PathBuf, Library>::new();
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
            let library = all.entry(directory(package)).or_default();
            library.files.extend(files);
        }
    }
    for library in all.values_mut() {
        for text in library
            .files
            .iter()
            .filter_map(|it| files::read_text(it).ok())
        {
            definitions::of_macros(&text, &mut |_, definition| {
                add_words(definition, &mut library.words);
            });
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
    let mut is_behind_hash = false;
    for token in tokens {
        let is_hash = matches!(&token, TokenTree::Punct(it) if it.as_char() == '#');
        let is_attribute = mem::replace(&mut is_behind_hash, is_hash);
        match token {
            TokenTree::Group(group) => {
                if is_attribute {
                    add_texts(group.stream(), words);
                }
                add_words(group.stream(), words);
            }
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

/// Those in texts that an attribute is given, as in `#[serde(with = "PATH")]`; documentation has none that count.
fn add_texts(attribute: TokenStream, words: &mut BTreeSet<String>) {
    for token in attribute {
        match token {
            TokenTree::Ident(it) if it == "doc" => return,
            TokenTree::Group(group) => add_texts(group.stream(), words),
            TokenTree::Literal(it) => {
                let text = syn::parse2::<LitStr>(TokenTree::Literal(it).into());
                let tokens = text.ok().and_then(|it| it.value().parse().ok());
                add_words(tokens.unwrap_or_default(), words);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_texts_that_an_attribute_is_given_are_words_and_documentation_is_none() {
        let mut words = BTreeSet::new();
        let text = "/// Of app.\n#[serde(with = \"core_lib::number\")]\nstruct It(r#type);\nconst NAME: &str = \"served\";";
        add_words(text.parse().unwrap(), &mut words);
        let has = |it: &str| words.contains(it);
        assert!(has("core_lib") && has("number") && has("type"));
        assert!(!has("app") && !has("served"));
    }
}
