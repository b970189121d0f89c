//! Libraries that are shared objects, or several things at once.

use super::source_lines::SourceLines;
use crate::support::{Output, TestCrate, tools};

const LIBRARY: &str = "\
pub fn used() -> u32 {
    1
}

pub mod unused;
";

const UNUSED: &str = "\
pub fn unused() -> u32 {
    2
}

pub fn generic<T: Default>() -> T {
    T::default()
}

#[inline]
pub fn inlined() -> u32 {
    3
}
";

/// A program, a library in the given forms, and one that only this library uses.
fn with_library(forms: &str) -> TestCrate {
    let krate = TestCrate::new("app");
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    let workspace = "[workspace]\nmembers = [\"engine\", \"under\"]\n[dependencies]\nengine.path = \"engine\"\n";
    krate.write("Cargo.toml", &package("app", workspace));
    let main = "fn main() {\n    println!(\"{}\", engine::used());\n}\n";
    krate.write("src/main.rs", main);
    let engine =
        format!("[lib]\ncrate-type = {forms}\n[dependencies]\nunder.path = \"../under\"\n");
    krate.write("engine/Cargo.toml", &package("engine", &engine));
    krate.write("engine/src/lib.rs", LIBRARY);
    krate.write("engine/src/unused.rs", UNUSED);
    krate.write("under/Cargo.toml", &package("under", ""));
    krate.write("under/src/lib.rs", UNUSED);
    krate.itcov(&["init"]).ends_with(0);
    krate
}

/// Runs the program and compares every line with what the source says.
#[track_caller]
fn assert_has_all(krate: &TestCrate, flags: &str) {
    let mut run = krate.command(tools::cargo_itcov());
    Output::of(run.arg("run").env("RUSTFLAGS", flags))
        .ends_with(0)
        .prints("1\n");
    let lines = SourceLines::reported(krate, &[]);
    let expected = [
        ("engine/src/lib.rs", "1-3", ""),
        ("engine/src/unused.rs", "", "1-3 5-7 10-12"),
        ("src/main.rs", "1-3", ""),
        ("under/src/lib.rs", "", "1-3 5-7 10-12"),
    ];
    let found = lines.files().map(|file| {
        let (ran, not) = lines.ran_and_not(file);
        (file.to_owned(), ran, not)
    });
    let expected = expected.map(|(file, ran, not)| (file.to_owned(), ran.into(), not.into()));
    assert_eq!(found.collect::<Vec<_>>(), expected, "{flags}");
}

/// The form that is only a dylib is in the test below.
#[test]
fn a_library_counts_in_whatever_form_it_is_built() {
    assert_has_all(&with_library("[\"dylib\", \"staticlib\"]"), "");
    assert_has_all(&with_library("[\"rlib\", \"dylib\"]"), "-C prefer-dynamic");
}

#[test]
fn a_shared_library_that_the_program_loads_counts_as_linked() {
    let krate = with_library("[\"dylib\"]");
    assert_has_all(&krate, "");
    let lines = SourceLines::reported(&krate, &["--linked"]);
    assert_eq!(lines.code("engine/src/lib.rs"), "1-3");
    assert_eq!(lines.code("engine/src/unused.rs"), "1-3 5-7 10-12");
    // Nothing in the shared library needs it.
    assert_eq!(lines.code("under/src/lib.rs"), "");
}
