//! Suites of cargo: what their tests start is measured, unedited, and what they call is not.

use crate::build::{is_fresh, is_untouched, ordinary, package, strays};
use crate::support::TestCrate;

const LIBRARY: &str = "pub fn answer() -> u8 {
    42
}

/// ```
/// assert_eq!(server::only_called_by_tests(), 7);
/// ```
pub fn only_called_by_tests() -> u8 {
    7
}

#[test]
fn a_unit_test() {
    assert_eq!(only_called_by_tests(), 7);
}
";
const SERVER: &str = r#"fn main() {
    println!("{}", server::answer());
    if std::env::args().nth(1).is_some() {
        serve();
    }
}

fn serve() {
    println!("serves");
    loop {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
"#;
const TESTS: &str = r#"use std::io::{BufRead, BufReader};

#[test]
fn a_server_is_killed() {
    assert_eq!(server::only_called_by_tests(), 7);
    let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_server"))
        .arg("x")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines();
    assert!(lines.map(Result::unwrap).any(|line| line == "serves"));
    server.kill().unwrap();
    server.wait().unwrap();
}
"#;

fn server(at: &str, krate: &TestCrate, rest: &str) {
    krate.write(&format!("{at}Cargo.toml"), &package("server", rest));
    krate.write(&format!("{at}src/lib.rs"), LIBRARY);
    krate.write(&format!("{at}src/main.rs"), SERVER);
    krate.write(&format!("{at}tests/server.rs"), TESTS);
}

/// What the tests' server reaches: most of `main.rs`, and one of the library's functions.
#[track_caller]
fn measures(krate: &TestCrate, options: &[&str], suite: &[&str], at: &str) {
    let arguments = [&["exec"], options, &["--"], suite].concat();
    let output = krate.itcov(&arguments).ends_with(0);
    let said = format!("{arguments:?}\n{}\n{}", output.stderr, output.stdout);
    assert!(!output.stderr.contains("another build"), "{said}");
    assert_eq!(
        output.lines_of(&format!("{at}src/lib.rs")),
        (3, 6),
        "{said}"
    );
    let (covered, all) = output.lines_of(&format!("{at}src/main.rs"));
    assert!(all == 11 && covered >= 7, "{said}");
    assert!(!output.stdout.contains("tests/server.rs"), "{said}");
    assert_eq!(strays(krate), [""; 0], "{said}");
}

#[test]
fn servers_that_tests_of_cargo_start_and_kill_are_measured() {
    let krate = TestCrate::empty();
    server("", &krate, "");
    krate.cargo(&["test", "--quiet"]).ends_with(0);
    let target = krate.root.join("target");
    let before = ordinary(&target);
    let test = ["cargo", "test", "--quiet"];
    measures(&krate, &[], &test, "");
    let release = ["cargo", "test", "--quiet", "--release"];
    measures(&krate, &["--release"], &release, "");
    // A suite that builds another profile than was built for it.
    measures(&krate, &["--release"], &test, "");
    measures(&krate, &[], &release, "");
    measures(
        &krate,
        &[],
        &["sh", "-c", "cd src && cargo test --quiet --test server"],
        "",
    );
    is_untouched(&target, &before);
    is_fresh(&krate, &["test", "--no-run"]);
}

#[test]
fn tests_of_a_workspace_are_measured() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"server\", \"other\"]\nresolver = \"2\"\n",
    );
    server("server/", &krate, "");
    krate.write("other/Cargo.toml", &package("other", ""));
    krate.write("other/src/lib.rs", "#[test]\nfn passes() {}\n");
    for test in [
        &["cargo", "test", "--quiet"][..],
        &["cargo", "test", "--quiet", "--workspace", "--release"],
        &["cargo", "test", "--quiet", "-p", "server"],
    ] {
        measures(&krate, &[], test, "server/");
    }
}

#[test]
fn a_program_that_the_suites_cargo_builds_with_other_features_is_measured() {
    // The old resolver builds the program for tests with what development dependencies ask for.
    for resolver in ["1", "2"] {
        let krate = TestCrate::empty();
        let rest = format!(
            "[workspace]\nmembers = [\"engine\", \"other\"]\nresolver = \"{resolver}\"\n[features]\nextra = []\n\
             [dependencies]\nengine.path = \"engine\"\n\
             [dev-dependencies]\nengine = {{ path = \"engine\", features = [\"testing\"] }}\n"
        );
        server("", &krate, &rest);
        krate.write(
            "engine/Cargo.toml",
            &package("engine", "[features]\ntesting = []\n"),
        );
        krate.write(
            "engine/src/lib.rs",
            "#[cfg(feature = \"testing\")]\npub fn kind() -> u8 {\n    std::hint::black_box(1)\n}\n\
             #[cfg(not(feature = \"testing\"))]\npub fn kind() -> u8 {\n    std::hint::black_box(2)\n}\n",
        );
        krate.write(
            "other/Cargo.toml",
            &package(
                "other",
                "[dependencies]\nengine = { path = \"../engine\", features = [\"testing\"] }\n",
            ),
        );
        krate.write("other/src/lib.rs", "");
        krate.write(
            "src/lib.rs",
            &LIBRARY.replace("    42\n", "    engine::kind()\n"),
        );
        for test in [
            &["cargo", "test", "--quiet"][..],
            &["cargo", "test", "--quiet", "--features", "extra"],
            &["cargo", "test", "--quiet", "--workspace"],
        ] {
            measures(&krate, &[], test, "");
            let report = krate.itcov(&["report"]).ends_with(0);
            assert_eq!(
                report.lines_of("engine/src/lib.rs"),
                (3, 3),
                "{resolver} {test:?}"
            );
        }
    }
}

#[test]
fn a_program_that_the_suite_changes_and_builds_is_measured_as_it_ran() {
    let krate = TestCrate::empty();
    server("", &krate, "");
    let script = "printf 'fn main() {\\n    other();\\n}\\n\\nfn other() {\\n    println!(\"other\");\\n}\\n' >src/main.rs; \
                  cargo run --quiet";
    let suite = ["exec", "--", "sh", "-c", script];
    let output = krate.itcov(&suite).ends_with(0).prints("other\n");
    assert_eq!(output.lines_of("src/main.rs"), (6, 6), "{}", output.stdout);
}
