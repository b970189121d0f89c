//! Errors about which program is meant.

use super::page::Section;
use crate::support::TestCrate;

/// A workspace of packages, each with these binaries.
pub fn workspace(packages: &[(&str, &[&str])]) -> TestCrate {
    let shop = TestCrate::empty();
    let names: Vec<&str> = packages.iter().map(|(name, _)| *name).collect();
    shop.write(
        "Cargo.toml",
        &format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n"),
    );
    for (name, binaries) in packages {
        shop.write(
            &format!("{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        );
        shop.write(&format!("{name}/src/lib.rs"), "");
        for binary in *binaries {
            shop.write(&format!("{name}/src/bin/{binary}.rs"), "fn main() {}\n");
        }
    }
    shop
}

pub fn section() -> Section {
    let mut section = Section::new("Which program is meant");
    let library = TestCrate::partly_linked("shop", "shop");
    std::fs::remove_file(library.root.join("src/main.rs")).unwrap();
    section.error(&library, "The package has no program", "cargo itcov init");
    section.usage(&library, "The same of a run", "cargo itcov run");
    let libraries = workspace(&[("store", &[]), ("prices", &[])]);
    section.error(
        &libraries,
        "No package of the workspace has a program",
        "cargo itcov init",
    );

    let elsewhere = workspace(&[("store", &[]), ("shop", &["shop"])]);
    section.error(
        &elsewhere,
        "The package has no program, and another one has",
        "cargo itcov init -p store",
    );

    let one = workspace(&[("shop", &["serve", "import"])]);
    section.error(
        &one,
        "The package has several programs, and nobody can be asked",
        "cargo itcov init </dev/null",
    );
    section.usage(&one, "The same of a run", "cargo itcov run");
    section.error(
        &one,
        "A harness runs one program",
        "cargo itcov init --bin serve --bin import",
    );
    section.error(
        &one,
        "There is no program of this name",
        "cargo itcov init --bin srve",
    );
    section.usage(&one, "The same of a run", "cargo itcov run --bin srve");
    section.remark(
        &one,
        "All packages are taken, and one has several programs",
        "cargo itcov init --workspace >/dev/null",
    );

    let two = workspace(&[("api", &["api"]), ("worker", &["worker"])]);
    section.error(
        &two,
        "Several packages have a program, and nobody can be asked",
        "cargo itcov init </dev/null",
    );
    section.usage(&two, "The same of a run", "cargo itcov run");
    section.error(
        &two,
        "There is no package of this name",
        "cargo itcov init -p apy",
    );
    section.usage(&two, "The same of a run", "cargo itcov run -p apy");
    section.error(
        &two,
        "A package that is to be built along does not exist",
        "cargo itcov run -p api --with plugins",
    );
    let both = "cargo itcov run -p api,worker";
    section.usage(
        &two,
        "Arguments are given for several programs",
        &format!("{both} -- --port 8080"),
    );
    section.usage(
        &two,
        "ITCOV_ARGS is set for several programs",
        "ITCOV_ARGS='--port 8080' cargo itcov run -p api,worker",
    );
    section.usage(
        &two,
        "ITCOV_PROGRAM is set for several programs",
        "ITCOV_PROGRAM=./other cargo itcov run -p api,worker",
    );

    let same = workspace(&[("api", &["serve"]), ("worker", &["serve"])]);
    section.usage(
        &same,
        "Two programs have one name",
        "cargo itcov run --bin serve",
    );
    section.error(
        &same,
        "The same of a package that is to be built along",
        "cargo itcov run -p api --with worker",
    );
    section.error(
        &same,
        "The same of a scaffold",
        "cargo itcov init --bin serve",
    );
    let alike = workspace(&[("api", &["my-api"]), ("worker", &["my_api"])]);
    section.usage(
        &alike,
        "Two programs would share a variable",
        "cargo itcov run -p api,worker",
    );
    section
}
