//! Several programs of one workspace: which are measured, together or one by one, and what is said of them.

mod choice;
mod ends;
mod places;
mod together;

use crate::support::{Running, TestCrate};

/// The library that the services share.
const SHARED: &str = include_str!("../../fixtures/services.rs");

/// The lines of a program for the list in `itcov.just`.
const PROGRAMS: [&str; 3] = [
    "api api manual-integration",
    "worker worker manual-integration",
    "tools cli manual-integration",
];

/// A workspace with two services, a command line program, and a library that they share.
pub fn services() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"api\", \"worker\", \"tools\", \"shared\"]\nresolver = \"3\"\n",
    );
    member(&krate, "shared", "");
    krate.write("shared/src/lib.rs", SHARED);
    for (package, rest) in [
        ("api", ""),
        ("worker", ""),
        (
            "tools",
            "\n[[bin]]\nname = \"cli\"\npath = \"src/main.rs\"\n",
        ),
    ] {
        let dependencies = "\n[dependencies]\nshared.path = \"../shared\"\n";
        member(&krate, package, &format!("{dependencies}{rest}"));
        let main = format!("fn main() {{\n    shared::run(\"{package}\")\n}}\n");
        krate.write(&format!("{package}/src/main.rs"), &main);
    }
    scaffold(&krate, &["api", "worker", "tools"], &PROGRAMS);
    krate
}

fn member(krate: &TestCrate, package: &str, rest: &str) {
    let manifest =
        format!("[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}");
    krate.write(&format!("{package}/Cargo.toml"), &manifest);
}

/// Puts the scaffold into the packages, with these lines of programs.
fn scaffold(krate: &TestCrate, packages: &[&str], programs: &[&str]) {
    let mut arguments = vec!["init"];
    for package in packages {
        arguments.extend(["-p", *package]);
    }
    for program in programs {
        arguments.extend(["--bin", program.split(' ').nth(1).unwrap()]);
    }
    krate.itcov(&arguments).ends_with(0);
    let recipes = krate.read("itcov.just");
    for program in programs {
        assert!(
            recipes.contains(&format!("\n    {program}\n")),
            "no {program} in\n{recipes}"
        );
    }
}

/// Changes the list of programs.
fn list(krate: &TestCrate, programs: &[&str]) {
    let recipes = krate.read("itcov.just");
    let (before, rest) = recipes.split_once("itcov_programs := '''\n").unwrap();
    let (_, after) = rest.split_once("\n'''\n").unwrap();
    let lines = programs.join("\n    ");
    let list = format!("{before}itcov_programs := '''\n    {lines}\n'''\n{after}");
    krate.write("itcov.just", &list);
}

/// The number of the process of one of several programs, once the harness has named it.
fn process_of(run: &mut Running, name: &str) -> u32 {
    let before = format!("the program {name} runs as process ");
    run.expect(&before);
    let text = run.stderr();
    let (_, rest) = text.split_once(&before).unwrap();
    rest.split(':').next().unwrap().parse().unwrap()
}
