//! The harness of a package: where it is, the program that it runs, and the features that it requires.

use anyhow::{Result, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Edition, Package, TargetKind};
use syn::{Item, UseTree};

use super::metadata::{TextFile, Workspace};
use super::{TEST_TARGET, owned, values};

/// A program with a harness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The package that has the program and the harness.
    pub package: String,
    /// The binary target that is the program.
    pub bin: String,
    /// The features that the harness requires: its own, and those of the binary.
    pub features: Vec<String>,
    /// The edition of the package.
    pub edition: Edition,
}

/// A test target that has the harness's name.
pub struct TestTarget {
    /// Its source file.
    pub path: Utf8PathBuf,
    /// The features that it requires.
    pub features: Vec<String>,
}

impl Program {
    /// The programs of the harnesses that are there.
    pub fn scaffolded(workspace: &Workspace) -> Result<Vec<Program>> {
        let mut programs = Vec::new();
        for package in &workspace.metadata.packages {
            let harness = TextFile::read(path(package))?;
            let Some(text) = harness.text.filter(|text| owned::is_ours(text)) else {
                continue;
            };
            let feature = feature(&text).map(|feature| vec![feature.to_owned()]);
            let features = test_target(package)
                .map(|target| target.features)
                .filter(|features| !features.is_empty());
            if let (Some(bin), Some(features)) = (program(&text), features.or(feature)) {
                programs.push(Program {
                    package: package.name.to_string(),
                    bin: bin.to_owned(),
                    features,
                    edition: package.edition,
                });
            }
        }
        programs.sort_by(|one, other| one.package.cmp(&other.package));
        Ok(programs)
    }
}

impl Program {
    /// Refuses names that would be more than a name in a file of ours: in Rust, TOML, just and shell text.
    ///
    /// # Errors
    ///
    /// Which name it is.
    pub fn refuse_odd_names(&self) -> Result<()> {
        let is_plain = |name: &str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|char| char.is_alphanumeric() || "_-+./".contains(char))
        };
        let features = self.features.iter().map(|feature| ("feature", feature));
        let mut names = std::iter::once(("binary", &self.bin)).chain(features);
        if let Some((kind, name)) = names.find(|(_, name)| !is_plain(name)) {
            bail!(
                "the {kind} {name:?} of the package `{}` has a name that itcov cannot write into Rust, TOML and shell text as it is: \
                 rename it with letters, digits and `_-+./`",
                self.package
            );
        }
        Ok(())
    }
}

/// The program that the harness runs: the name in its `env!("CARGO_BIN_EXE_<name>")`.
pub fn program(text: &str) -> Option<&str> {
    values::get(text, values::PROGRAM)
}

/// The feature in its `#![cfg(feature = "…")]`.
pub fn feature(text: &str) -> Option<&str> {
    values::get(text, values::FEATURE)
}

/// Why a harness cannot be compiled, as far as its text alone says so, and in which line.
pub fn fault(text: &str) -> Option<(Option<usize>, String)> {
    let file = match syn::parse_file(text) {
        Ok(file) => file,
        Err(error) => {
            let is_mark = |line: &str| {
                ["<<<<<<< ", ">>>>>>> "]
                    .iter()
                    .any(|it| line.starts_with(it))
            };
            return Some(match text.lines().position(is_mark) {
                Some(before) => (
                    Some(before + 1),
                    "here is a mark of a merge conflict".into(),
                ),
                None => (Some(error.span().start().line), error.to_string()),
            });
        }
    };
    // What a macro makes is not known.
    let is_main = |item: &Item| match item {
        Item::Fn(it) => it.sig.ident == "main",
        Item::Use(it) => names_main(&it.tree),
        Item::Macro(_) | Item::Verbatim(_) => true,
        _ => false,
    };
    let has_main = file.items.iter().any(is_main);
    (!has_main).then(|| (None, "it has no function `main`".to_owned()))
}

/// Whether an import may be one of `main`.
fn names_main(tree: &UseTree) -> bool {
    match tree {
        UseTree::Path(it) => names_main(&it.tree),
        UseTree::Name(it) => it.ident == "main",
        UseTree::Rename(it) => it.rename == "main",
        UseTree::Glob(_) => false,
        UseTree::Group(it) => it.items.iter().any(names_main),
    }
}

/// Where the harness of a package is, or is to be.
pub fn path(package: &Package) -> Utf8PathBuf {
    let directory = package.manifest_path.parent().unwrap_or(Utf8Path::new(""));
    directory.join("tests").join(format!("{TEST_TARGET}.rs"))
}

/// The test target of a package that has the harness's name.
pub fn test_target(package: &Package) -> Option<TestTarget> {
    let mut targets = package.targets.iter();
    let target =
        targets.find(|target| target.is_kind(TargetKind::Test) && target.name == TEST_TARGET)?;
    Some(TestTarget {
        path: target.src_path.clone(),
        features: target.required_features.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn what_is_no_program_is_told_with_its_line() {
        for (text, expected) in [
            ("fn main() {}\n", None),
            ("mod other;\nuse {a::b, other::run as main};\n", None),
            ("use other::main;\n", None),
            ("include!(\"other.rs\");\n", None),
            ("//! Nothing.\n", Some((None, "it has no function `main`"))),
            ("use a::*;\n", Some((None, "it has no function `main`"))),
            (
                "fn main() {\n<<<<<<< HEAD\n    a();\n=======\n    b();\n>>>>>>> b\n}\n",
                Some((Some(2), "here is a mark of a merge conflict")),
            ),
            (
                "\nfn main() {\n    a(\n",
                Some((Some(3), "cannot parse string into token stream")),
            ),
            ("fn main() {\n    let;\n}\n", Some((Some(2), "expected"))),
        ] {
            let found = fault(text);
            let found = found.as_ref().map(|(line, why)| (*line, why.as_str()));
            let is_as_expected = match (found, expected) {
                (Some((line, why)), Some((expected_line, beginning))) => {
                    line == expected_line && why.starts_with(beginning)
                }
                (found, expected) => found == expected,
            };
            assert!(is_as_expected, "{text}: {found:?}");
        }
    }
}
