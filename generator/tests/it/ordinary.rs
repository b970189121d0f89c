//! Suites that start a program of an ordinary build, which is not measured: that it is said, and what is said to do.

use std::fs;

use crate::several::services;
use crate::support::TestCrate;

#[test]
fn a_suite_that_starts_the_ordinary_program_is_told_which_one_and_what_to_do() {
    let krate = TestCrate::scaffolded("ordinary");
    krate.cargo(&["build"]).ends_with(0);
    krate.cargo(&["build", "--release"]).ends_with(0);
    let suite = |script: &str| krate.just(&["itcov-exec", "sh", "-c", script]);
    let ordinary = "target/debug/ordinary hello";
    let way_out = "run \"${ITCOV_BIN:-target/debug/ordinary}\", in a test of its package env!(\"CARGO_BIN_EXE_ordinary\"), \
                   or have a link in its place first, until cargo build replaces it: sh -c 'ln -sf \"$ITCOV_BIN\" target/debug/ordinary && CMD'";
    suite(ordinary)
        .ends_with(1)
        .says("has not started the program, but target/debug/ordinary, which is not instrumented")
        .says(way_out);
    let some = suite(&format!("{ordinary}; \"$ITCOV_BIN\" hello")).ends_with(0);
    let some =
        some.says("the suite has also opened target/debug/ordinary, which is not instrumented");
    assert!(some.lines_of("Total").0 > 0);
    let both = suite(&format!(
        "{ordinary}; target/release/ordinary; \"$ITCOV_BIN\" hello"
    ));
    both.says("target/debug/ordinary and target/release/ordinary, which are not");
    let path = "PATH=$PWD/target/release:$PATH; ordinary hello";
    let found = suite(path).ends_with(1);
    found.says("but target/release/ordinary, which");

    // Nor does it count beside a program that was started for the suite.
    let beside = krate.just_with(
        &["itcov-suite", "sh", "-c", ordinary],
        &[("ITCOV_ARGS", "wait")],
    );
    beside
        .ends_with(0)
        .says("opened during the run as well: target/debug/ordinary, which is not instrumented")
        .says("a suite that starts the program itself is for exec");
    let alone = krate.just_with(&["itcov-suite", "true"], &[("ITCOV_ARGS", "wait")]);
    assert!(!alone.stderr.contains("opened"), "{}", alone.stderr);

    // Both ways out.
    let all = suite("\"${ITCOV_BIN:-target/debug/ordinary}\" hello").ends_with(0);
    assert!(!all.stderr.contains("opened"), "{}", all.stderr);
    let linked = "ln -sf \"$ITCOV_BIN\" target/debug/ordinary; target/debug/ordinary hello";
    let linked = suite(linked).ends_with(0);
    assert!(!linked.stderr.contains("opened"), "{}", linked.stderr);
    krate.cargo(&["build"]).ends_with(0);
    let renewed = krate.root.join("target/debug/ordinary");
    assert!(!renewed.is_symlink());

    // A profile may be called like the directory of measured builds.
    let manifest = krate.read("Cargo.toml");
    let profile = "[profile.itcov]\ninherits = \"dev\"\n";
    krate.write("Cargo.toml", &format!("{manifest}\n{profile}"));
    krate.cargo(&["build", "--profile", "itcov"]).ends_with(0);
    suite("target/itcov/ordinary hello")
        .ends_with(1)
        .says("but target/itcov/ordinary, which is not instrumented");
}

/// What is installed is the user's: it is not to be replaced.
#[test]
fn an_installed_program_is_not_to_be_replaced() {
    let krate = TestCrate::new("installed");
    krate.write("src/bin/client.rs", "fn main() { println!(\"client\") }\n");
    krate.itcov(&["init", "--bin", "installed"]).ends_with(0);
    krate.cargo(&["build"]).ends_with(0);
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("bin");
    fs::create_dir(&path).unwrap();
    for name in ["installed", "client"] {
        let built = krate.root.join("target/debug").join(name);
        fs::copy(built, path.join(name)).unwrap();
    }
    let exec = |suite: &str| {
        let path = path.display();
        krate.sh(&format!(
            "PATH={path}:$PATH; cargo itcov exec --bin installed -- sh -c '{suite}'"
        ))
    };
    let first = "PATH=\"${ITCOV_BIN%/*}:$PATH\"";
    let alone = exec("installed hello").ends_with(1);
    let alone = alone.says(&format!(
        "run \"$ITCOV_BIN\", or begin the suite with {first}\n"
    ));
    assert!(!alone.stderr.contains("ln -sf"), "{}", alone.stderr);
    let client = exec("\"$ITCOV_BIN\" hello; client").ends_with(0);
    let client = client.says(&format!(
        "run \"${{ITCOV_BIN%/*}}/client\", or begin the suite with {first}\n"
    ));
    assert!(!client.stderr.contains("ln -sf"), "{}", client.stderr);
    let both = exec(&format!("{first}; installed hello; client")).ends_with(0);
    assert!(!both.stderr.contains("opened"), "{}", both.stderr);
    assert_eq!(both.lines_of("src/bin/client.rs"), (1, 1));
}

/// Both ways out last: a link that was there before the suite is a measured program, and so is a copy.
#[test]
fn what_stands_for_the_measured_program_is_not_called_ordinary() {
    let krate = TestCrate::scaffolded("linked");
    let suite = |script: &str| krate.just(&["itcov-exec", "sh", "-c", script]).ends_with(0);
    let start = "PATH=$PWD/target/on-path:$PATH; target/debug/linked hello; linked hello";
    for how in ["ln -sf", "ln -f", "cp"] {
        let directories =
            "mkdir -p target/debug target/on-path; rm -f target/debug/linked target/on-path/linked";
        let both = format!(
            "{how} \"$ITCOV_BIN\" target/debug/linked; {how} \"$ITCOV_BIN\" target/on-path/linked"
        );
        suite(&format!("{directories}; {both}; {start}"));
        let again = suite(start);
        assert!(!again.stderr.contains("opened"), "{how}: {}", again.stderr);
        assert!(again.lines_of("Total").0 > 0, "{how}: {}", again.stdout);
    }
    let beside = krate.just_with(
        &["itcov-suite", "sh", "-c", start],
        &[("ITCOV_ARGS", "wait")],
    );
    let beside = beside.ends_with(0);
    assert!(!beside.stderr.contains("opened"), "{}", beside.stderr);
}

#[test]
fn the_way_out_is_the_variable_of_the_program_that_was_started() {
    let krate = services();
    krate.cargo(&["build"]).ends_with(0);
    let script = "\"$ITCOV_BIN_api\"; target/debug/worker";
    krate
        .just(&["itcov_options=-p api -p worker", "itcov-exec", "sh", "-c", script])
        .ends_with(0)
        .says("run \"${ITCOV_BIN_worker:-target/debug/worker}\", in a test of its package env!(\"CARGO_BIN_EXE_worker\"), \
               or have a link in its place first, until cargo build replaces it: sh -c 'ln -sf \"$ITCOV_BIN_worker\" target/debug/worker && CMD'");
}

/// The client of a server is of the same package, and `$ITCOV_BIN` is the server.
#[test]
fn another_binary_of_the_package_is_beside_the_measured_program() {
    let krate = TestCrate::new("server");
    krate.write("src/bin/client.rs", "fn main() { println!(\"client\") }\n");
    krate.itcov(&["init", "--bin", "server"]).ends_with(0);
    krate.cargo(&["build"]).ends_with(0);
    let suite = |script: &str| krate.just(&["itcov-exec", "sh", "-c", script]).ends_with(0);
    let beside = "\"${ITCOV_BIN%/*}/client\"";
    let link = format!("ln -sf {beside} target/debug/client");
    suite("\"$ITCOV_BIN\" hello; target/debug/client").says(&format!(
        "run {beside}, in a test of its package env!(\"CARGO_BIN_EXE_client\"), or have a link in its place first, until cargo build replaces it: sh -c '{link} && CMD'"
    ));
    for way_out in [beside.to_owned(), format!("{link}; target/debug/client")] {
        let measured = suite(&format!("\"$ITCOV_BIN\" hello; {way_out}"));
        assert_eq!(measured.lines_of("src/bin/client.rs"), (1, 1));
        assert!(!measured.stderr.contains("opened"), "{}", measured.stderr);
    }
    // What is said of both is the way out for the program that a variable names.
    krate.cargo(&["clean", "-p", "server", "--target-dir", "target"]);
    krate.cargo(&["build"]).ends_with(0);
    suite("\"$ITCOV_BIN\" hello; target/debug/client; target/debug/server hello")
        .says("run \"${ITCOV_BIN:-target/debug/server}\", in a test");
}
