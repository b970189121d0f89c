//! What only some ways to run need: just, `cargo itcov` where the recipes find it, LLVM's tools where they do not.

use std::path::{Path, PathBuf};

use cargo_metadata::semver::Version;

use super::finding::{Finding, Status};
use super::ran::{on_path, output};
use super::toolchain::Toolchain;
use crate::scaffold::just;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was found.
pub struct Tools {
    just: Option<Version>,
    /// `cargo itcov --version`, as the recipes call it.
    itcov: Option<String>,
    /// `llvm-cov` and `llvm-profdata`, where the recipe for `just` alone finds them.
    llvm: [Option<PathBuf>; 2],
    /// Which LLVM they are to be of.
    major: u64,
}

impl Tools {
    pub fn look(toolchain: &Toolchain) -> Tools {
        let major = toolchain.llvm.unwrap_or_default();
        let itcov = output(Path::new("cargo"), &["itcov", "--version"]);
        let directories = [
            toolchain.directory.join("bin"),
            format!("/usr/lib/llvm-{major}/bin").into(),
        ];
        let llvm = ["llvm-cov", "llvm-profdata"].map(|name| {
            let mut files = directories.iter().map(|directory| directory.join(name));
            files
                .find(|file| file.is_file())
                .or_else(|| on_path(Path::new(name)))
        });
        Tools {
            just: just::version(),
            itcov: itcov.and_then(|text| Some(text.split_whitespace().last()?.to_owned())),
            llvm,
            major,
        }
    }
}

pub fn findings(tools: &Tools) -> Vec<Finding> {
    vec![the_just(tools), itcov(tools), llvm(tools)]
}

fn the_just(tools: &Tools) -> Finding {
    let install = "cargo install just";
    match &tools.just {
        None => Finding::ok("just", "none")
            .because(
                Status::Note,
                "only the recipes need it: `cargo itcov run` works without",
            )
            .typing(install),
        Some(version) if *version < just::OLDEST => Finding::ok("just", version.to_string())
            .because(
                Status::Note,
                format!(
                    "the recipes need {} or newer: `cargo itcov run` works without",
                    just::OLDEST
                ),
            )
            .typing(install),
        Some(version) => Finding::ok("just", version.to_string()),
    }
}

fn itcov(tools: &Tools) -> Finding {
    let name = "cargo itcov";
    match &tools.itcov {
        Some(version) if version == VERSION => Finding::ok(name, version),
        Some(version) => Finding::ok(name, version).because(
            Status::Note,
            format!("the recipes call this version, and not {VERSION}, which says so"),
        ),
        None => Finding::ok(name, "none")
            .because(
                Status::Note,
                "not on the PATH, so `just itcov` uses LLVM's tools and the other recipes do not work",
            )
            .typing("cargo install --path ., in a clone of itcov"),
    }
}

fn llvm(tools: &Tools) -> Finding {
    let name = "LLVM's tools";
    match &tools.llvm {
        [Some(cov), Some(_)] => Finding::ok(name, cov.to_string_lossy().into_owned()),
        _ => Finding::ok(name, "none")
            .because(
                Status::Note,
                "only `just itcov` needs them, where cargo-itcov is not installed",
            )
            .typing(format!(
                "rustup component add llvm-tools, or: apt-get install llvm-{}",
                tools.major
            )),
    }
}

#[cfg(test)]
mod tests {
    use cargo_metadata::semver::Version;

    use super::{Tools, findings};
    use crate::doctor::finding::Status::{self, Note, Ok};

    fn statuses(tools: &Tools) -> Vec<Status> {
        findings(tools).iter().map(|it| it.status).collect()
    }

    #[test]
    fn a_run_works_without_any_of_it() {
        let all = Tools {
            just: Some(Version::new(1, 59, 0)),
            itcov: Some(super::VERSION.into()),
            llvm: [Some("/a/llvm-cov".into()), Some("/a/llvm-profdata".into())],
            major: 22,
        };
        assert_eq!(statuses(&all), [Ok, Ok, Ok]);
        let old = Tools {
            just: Some(Version::new(1, 28, 0)),
            itcov: Some("9.9.9".into()),
            llvm: [Some("/a/llvm-cov".into()), None],
            major: 22,
        };
        assert_eq!(statuses(&old), [Note, Note, Note]);
        let none = Tools {
            just: None,
            itcov: None,
            llvm: [None, None],
            major: 22,
        };
        assert_eq!(statuses(&none), [Note, Note, Note]);
    }
}
