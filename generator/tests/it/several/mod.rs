//! Several programs of one workspace: which are measured, together or one by one, and what is said of them.

mod choice;
mod ends;
mod ordinary;
mod places;
mod shared_libraries;
mod together;

pub use ordinary::host;

use crate::support::{Running, TestCrate};

/// The library that the services share.
const SHARED: &str = include_str!("../../fixtures/services.rs");

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
    scaffold(&krate, &["api", "worker", "tools"]);
    krate
}

fn member(krate: &TestCrate, package: &str, rest: &str) {
    let manifest =
        format!("[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}");
    krate.write(&format!("{package}/Cargo.toml"), &manifest);
}

/// Puts the scaffold into the packages.
fn scaffold(krate: &TestCrate, packages: &[&str]) {
    let packages = packages.iter().flat_map(|package| ["-p", *package]);
    let arguments: Vec<&str> = std::iter::once("init").chain(packages).collect();
    krate.itcov(&arguments).ends_with(0);
}

/// The number of the process of one of several programs, once the harness has named it.
fn process_of(run: &mut Running, name: &str) -> u32 {
    let before = format!("itcov: {name} runs as process ");
    run.expect(&before);
    let text = run.stderr();
    let (_, rest) = text.split_once(&before).unwrap();
    rest.split(':').next().unwrap().parse().unwrap()
}
