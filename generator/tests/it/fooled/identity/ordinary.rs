//! Programs that are not measured, and that a suite has built itself: what they do is lost, and that is said.

use crate::build::package;
use crate::support::{Output, TestCrate};

/// Without the environment that has cargo build measured programs.
const ORDINARY: &str = "env -u RUSTC_WORKSPACE_WRAPPER -u CARGO_TARGET_DIR cargo";

fn exec(krate: &TestCrate, suite: &str) -> crate::support::Output {
    let suite = format!("\"$ITCOV_BIN\" && {suite}");
    krate
        .itcov(&["exec", "--", "sh", "-c", &suite])
        .ends_with(0)
}

#[test]
fn an_ordinary_program_that_the_suite_builds_and_starts_is_named() {
    let krate = super::app();
    let said = "the suite has also opened target/debug/app, which is not instrumented";
    // It is made, and made anew; it is made by a cargo that is told the ordinary directory.
    for suite in [
        format!("{ORDINARY} run --quiet -- more"),
        format!("touch src/main.rs && {ORDINARY} run --quiet -- more"),
        format!("{ORDINARY} run --quiet -- more"),
        "cargo run --quiet --target-dir target -- more".to_owned(),
    ] {
        let output = exec(&krate, &suite).says(said);
        assert_eq!(output.lines_of("Total"), super::LINES, "{suite}");
    }
    // To build is not to start, and what is built elsewhere is measured.
    for suite in [
        format!("rm -r target/debug && {ORDINARY} build --quiet"),
        "cargo run --quiet --release --target-dir target/e2e".to_owned(),
        "cargo run --quiet --release --target-dir target/e2e".to_owned(),
    ] {
        let output = exec(&krate, &suite);
        assert!(!output.stderr.contains("opened"), "{suite} {output:?}");
    }
}

/// They are built where the suite's cargo builds all.
#[test]
fn a_program_of_another_workspace_that_is_made_of_a_measured_crate_is_named() {
    let krate = super::app();
    krate.write("src/lib.rs", "pub fn number() -> u8 {\n    1\n}\n");
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", app::number());\n}\n",
    );
    let uses = "[workspace]\n[dependencies]\napp = { path = \"..\" }\n";
    krate.write("of it/Cargo.toml", &package("of-it", uses));
    krate.write("of it/src/main.rs", "fn main() {\n    app::number();\n}\n");
    krate.write("other/Cargo.toml", &package("other", "[workspace]\n"));
    krate.write("other/src/main.rs", "fn main() {}\n");
    let cargo =
        |what: &str, name: &str| format!("cargo {what} -q --manifest-path '{name}/Cargo.toml'");
    let said = "the suite has also opened target/itcov/debug/of-it, which is not instrumented: what it did does not count; `--with` \
                measures members of the workspace, and its package is none";
    // It is made, and is there already.
    for _ in 0..2 {
        exec(&krate, &cargo("run", "of it")).says(said);
    }
    for suite in [cargo("build", "of it"), cargo("run", "other")] {
        let output = exec(&krate, &suite);
        assert!(!output.stderr.contains("opened"), "{suite} {output:?}");
    }
}

#[test]
fn a_program_that_takes_the_place_of_the_measured_one_is_named() {
    let krate = super::app();
    krate.write("other/Cargo.toml", &package("app", "[workspace]\n"));
    krate.write("other/src/main.rs", "fn main() {}\n");
    let other = "cargo run --quiet --manifest-path other/Cargo.toml";
    let said = "a cargo of the suite has built target/itcov/debug/app without instrumentation: it is the program of another package";
    exec(&krate, other).says(said);
    let all = krate.itcov(&["exec", "--", "sh", "-c", other]).ends_with(1);
    all.says(&format!("error: {said}"));
    let own = "touch src/main.rs && RUSTC_WORKSPACE_WRAPPER= cargo run --quiet";
    exec(&krate, own)
        .says("without instrumentation: what has started it has set RUSTC_WORKSPACE_WRAPPER");
    // One that somebody has stripped is measured.
    let stripped = "strip \"$ITCOV_BIN\" && \"$ITCOV_BIN\" more";
    let output = exec(&krate, stripped);
    assert!(!output.stderr.contains("instrumentation:"), "{output:?}");
    assert_eq!(output.lines_of("Total"), (12, 12));
}

#[test]
fn what_something_has_written_over_is_built_anew() {
    let krate = super::app();
    krate.write("src/lib.rs", "pub fn library() -> u32 {\n    1\n}\n");
    let main = super::MAIN.replace("black_box(1)", "black_box(app::library())");
    krate.write("src/main.rs", &main);
    Output::of(krate.command("cargo").args(["build", "--quiet"])).ends_with(0);
    let lines = exec(&krate, "true").lines_of("Total");
    assert_eq!(lines, (11, 15));
    let measured = "target/itcov/debug/deps";
    for over in [
        format!("cat target/debug/app >{measured}/../app"),
        format!(": >{measured}/../app"),
        format!("strip --preserve-dates {measured}/../app"),
        format!("cat target/debug/deps/libapp-*.rlib >\"$(echo {measured}/libapp-*.rlib)\""),
    ] {
        Output::of(krate.command("sh").args(["-c", &over])).ends_with(0);
        let output = exec(&krate, "true").says("for fresh, which is not as it was built");
        assert_eq!(output.lines_of("Total"), lines, "{over}");
        // A link to it, or another time, is no other program.
        let touched = format!("touch {measured}/*app* && ln {measured}/libapp-*.rlib target/link");
        let touched = format!("{touched} && rm target/link");
        Output::of(krate.command("sh").args(["-c", &touched])).ends_with(0);
        let output = exec(&krate, "true");
        assert!(!output.stderr.contains("fresh"), "{over} {output:?}");
    }
    let suite = "cat target/debug/app >\"$ITCOV_BIN\" && \"$ITCOV_BIN\"";
    let said = "something has written over target/itcov/debug/app";
    exec(&krate, suite).says(said);
    exec(&krate, "true").says("for fresh, which is not as it was built");
    let all = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(1);
    all.says(&format!("error: {said}"));
}

#[test]
fn what_does_not_count_is_said_though_the_tool_is_to_be_quiet() {
    let krate = super::app();
    Output::of(krate.command("cargo").args(["build", "--quiet"])).ends_with(0);
    let quietly = |more: &[&str]| {
        let words = ["exec", "--quiet"];
        krate.itcov(&[&words[..], more].concat()).ends_with(0)
    };
    let suite = "\"$ITCOV_BIN\" && target/debug/app more";
    let output = quietly(&["--", "sh", "-c", suite]);
    output.says("itcov: the suite has also opened target/debug/app");
    super::change(&krate, 2);
    let output = quietly(&["--add", "--", "sh", "-c", "\"$ITCOV_BIN\""]);
    output.says("itcov: app has changed, so what was measured of it before is forgotten");
    let output = quietly(&["--", "sh", "-c", "\"$ITCOV_BIN\""]);
    assert!(!output.stderr.contains("itcov:"), "{output:?}");
}
