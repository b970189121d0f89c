//! Suites whose cargo builds with `--scope all`: it measures the dependencies as well.

use crate::build::{is_untouched, ordinary, package, strays};
use crate::support::{Output, TestCrate, tools};

const LIBRARY: &str = "/// ```\n/// assert_eq!(beside::two(), 2);\n/// ```\npub fn two() -> u32 {\n    2\n}\n\
                       pub fn one() -> u32 {\n    1\n}\n#[test]\nfn counts() {\n    assert_eq!(one(), 1);\n}\n";

/// A program that uses a crate outside of the workspace, in a way that a feature changes, and has a test that starts it.
fn program() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("../beside/Cargo.toml", &package("beside", ""));
    krate.write("../beside/src/lib.rs", LIBRARY);
    let rest = "[features]\nextra = []\n[dependencies]\nbeside.path = \"../beside\"\n";
    krate.write("Cargo.toml", &package("app", rest));
    krate.write("build.rs", "fn main() {}\n");
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", beside::one());\n}\n",
    );
    krate.write(
        "src/lib.rs",
        "/// ```\n/// assert_eq!(app::two(), 2);\n/// ```\npub fn two() -> u32 {\n    beside::two()\n}\n",
    );
    let test = "#[test]\nfn starts() {\n    assert_eq!(app::two(), 2);\n    let program = env!(\"CARGO_BIN_EXE_app\");\n    \
                assert!(std::process::Command::new(program).status().unwrap().success());\n}\n";
    krate.write("tests/starts.rs", test);
    krate
}

#[test]
fn a_program_that_the_suites_cargo_builds_is_measured_with_its_dependencies() {
    let krate = program();
    krate.cargo(&["test", "--quiet"]).ends_with(0);
    let target = krate.root.join("target");
    let before = ordinary(&target);
    for suite in [
        "cargo test",
        "cargo test --release",
        "cargo test --features extra",
        "cargo run",
        "cargo run --target-dir elsewhere && rm -r elsewhere",
        "cargo run --target $(rustc -vV | sed -n 's/^host: //p')",
    ] {
        let output = krate.itcov(&["exec", "--scope", "all", "--", "sh", "-c", suite]);
        let output = output.ends_with(0);
        let said = format!("{suite}\n{}\n{}", output.stderr, output.stdout);
        assert!(!output.stderr.contains("warning:"), "{said}");
        assert_eq!(output.lines_of("src/main.rs"), (3, 3), "{said}");
        // What tests and examples in documentation call does not count.
        let beside = output
            .stdout
            .lines()
            .find(|it| it.contains("beside/src/lib.rs"));
        let beside = beside.unwrap_or_else(|| panic!("{said}"));
        let name = beside.split_whitespace().next().unwrap();
        assert_eq!(output.lines_of(name), (3, 6), "{said}");
        assert_eq!(strays(&krate), [""; 0], "{said}");
    }
    is_untouched(&target, &before);
}

#[test]
fn the_target_may_be_the_users_own() {
    let krate = program();
    let host = krate.sh("rustc -vV | sed -n 's/^host: //p'").ends_with(0);
    let mut itcov = krate.command(tools::cargo_itcov());
    itcov.env("CARGO_BUILD_TARGET", host.stdout.trim());
    itcov.args(["itcov", "exec", "--scope", "all", "--", "cargo", "test"]);
    let output = Output::of(&mut itcov).ends_with(0);
    assert_eq!(output.lines_of("src/main.rs"), (3, 3));
}
