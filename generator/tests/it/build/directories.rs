//! Directories: odd names, shared ones, and those that cannot be written.

use std::fs;
use std::path::Path;

use super::{package, profiles_below, strays};
use crate::support::{Output, TestCrate};

/// A crate with a library, a build script and a suite of tests in a directory of this name.
fn crate_in(directory: &str) -> TestCrate {
    let mut krate = TestCrate::empty();
    krate.root.push(directory);
    fs::create_dir(&krate.root).unwrap();
    krate.write("Cargo.toml", &package("odd", ""));
    krate.write(
        "build.rs",
        "fn main() { println!(\"cargo:rerun-if-changed=build.rs\"); }\n",
    );
    krate.write("src/lib.rs", "pub fn one() -> u8 {\n    1\n}\n");
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{} {:?}\", odd::one(), std::env::args().nth(1));\n}\n",
    );
    krate.write(
        "tests/it.rs",
        "#[test]\nfn runs() {\n    let mut odd = std::process::Command::new(env!(\"CARGO_BIN_EXE_odd\"));\n    \
         assert!(odd.env_clear().status().unwrap().success());\n}\n",
    );
    krate
}

#[track_caller]
fn counts_everywhere(krate: &TestCrate, variables: &[(&str, &str)]) {
    let itcov = |arguments: &[&str]| {
        let mut command = krate.command(crate::support::tools::cargo_itcov());
        command
            .arg("itcov")
            .args(arguments)
            .envs(variables.iter().copied());
        Output::of(&mut command)
    };
    let name = krate.root.display();
    let run = itcov(&["run", "--", "a b"]).ends_with(0);
    let run = run.prints("1 Some(\"a b\")\n");
    assert_eq!(run.lines_of("Total"), (6, 6), "{name}");
    let exec = itcov(&["exec", "--", "sh", "-c", "\"$ITCOV_BIN\" x"]).ends_with(0);
    assert_eq!(exec.lines_of("Total"), (6, 6), "{name}");
    let suite = itcov(&["suite", "--", "true"]).ends_with(0);
    assert_eq!(suite.lines_of("Total"), (6, 6), "{name}");
    assert_eq!(strays(krate), [""; 0], "{name}");
}

#[test]
fn a_directory_may_have_any_name() {
    // Some characters are special at the start alone.
    for directory in [
        "{{ braces }} {workspace-root} $HOME `id` (to) + it",
        "-dash #hash;=, it's \"quoted\" Größe 大",
        "~tilde*?[x] new\nline back\\slash",
    ] {
        let krate = crate_in(directory);
        // What cargo itself cannot do is not asked for.
        krate.cargo(&["build"]).ends_with(0);
        counts_everywhere(&krate, &[]);
        krate
            .itcov(&["exec", "--", "cargo", "test", "--quiet"])
            .ends_with(0);
        assert_eq!(strays(&krate), [""; 0], "{directory}");
    }
}

#[test]
fn just_runs_in_a_directory_of_any_name() {
    for directory in ["it's a $PATH (to) + it", "{{ braces }}"] {
        let krate = crate_in(directory);
        krate.itcov(&["init"]).ends_with(0);
        let run = krate.just(&["itcov", "x"]).ends_with(0);
        assert_eq!(run.lines_of("Total"), (6, 6));
    }
}

/// lld takes a `%` in a path for something else, also in ordinary builds, so another linker is used.
#[test]
fn a_directory_with_a_percent_sign_counts_and_leaves_no_profile() {
    for directory in ["100%", "%p %m", "50%c.profraw"] {
        let krate = crate_in(directory);
        let variables = [("RUSTFLAGS", "-Clinker-features=-lld")];
        counts_everywhere(&krate, &variables);
        // A process without a variable has no place to go to. It is not measured, and leaves nothing.
        let mut command = krate.command(crate::support::tools::cargo_itcov());
        command.args([
            "itcov",
            "exec",
            "--",
            "sh",
            "-c",
            "\"$ITCOV_BIN\"; env -i \"$ITCOV_BIN\"",
        ]);
        let output = Output::of(command.envs(variables)).ends_with(0);
        assert_eq!(output.lines_of("Total"), (6, 6));
        assert_eq!(strays(&krate), [""; 0], "{directory}");
    }
}

#[test]
fn projects_with_one_target_directory_do_not_disturb_each_other() {
    let shared = tempfile::tempdir().unwrap();
    let shared = shared.path().to_str().unwrap();
    // Packages of other names, of one name, and two checkouts of one.
    let krates = ["alpha", "beta", "alpha"].map(|name| {
        let krate = TestCrate::empty();
        krate.write(
            "Cargo.toml",
            &package(name, "[[bin]]\nname = \"serve\"\npath = \"src/main.rs\"\n"),
        );
        krate
    });
    for (number, krate) in krates.iter().enumerate() {
        let lines = "    std::hint::black_box(1);\n".repeat(number);
        let main = format!("fn main() {{\n{lines}    println!(\"number {number}\");\n}}\n");
        krate.write("src/main.rs", &main);
    }
    let variables = [("CARGO_TARGET_DIR", shared)];
    let itcov = |krate: &TestCrate, arguments: &[&str]| {
        let mut command = krate.command(crate::support::tools::cargo_itcov());
        Output::of(command.arg("itcov").args(arguments).envs(variables)).ends_with(0)
    };
    for _ in 0..2 {
        for (number, krate) in krates.iter().enumerate() {
            let lines = u32::try_from(number).unwrap() + 3;
            let says = format!("number {number}\n");
            let run = itcov(krate, &["run"]).prints(&says);
            assert_eq!(run.lines_of("Total"), (lines, lines));
            assert!(!run.stderr.contains("changed since"), "{}", run.stderr);
        }
    }
    // Each has its own data, also when the others have been there since.
    for (number, krate) in krates.iter().enumerate() {
        let lines = u32::try_from(number).unwrap() + 3;
        let report = itcov(krate, &["report"]);
        assert_eq!(report.lines_of("Total"), (lines, lines));
    }
    itcov(&krates[0], &["clean"]);
    itcov(&krates[2], &["report"]);
    assert_eq!(profiles_below(Path::new(shared)).len(), 2);
}

#[test]
fn a_target_directory_that_cannot_be_written_is_one_clear_error() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("locked", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    // A file in its place, as a superuser may write everywhere.
    krate.write("target", "");
    let output = krate.itcov(&["run"]).ends_with(1);
    let output = output.says(&format!(
        "error: cannot write to {}/target/itcov/",
        krate.root.display()
    ));
    assert_eq!(
        output.stderr.matches("error: ").count(),
        1,
        "{}",
        output.stderr
    );
}

#[test]
#[ignore = "needs mount namespaces"]
fn a_target_directory_that_is_read_only_is_one_clear_error() {
    let krate = TestCrate::scaffolded("read-only");
    fs::create_dir(krate.root.join("target")).unwrap();
    let script = "mount --bind target target && mount -o remount,bind,ro target && just itcov";
    let mut command = krate.command("unshare");
    let output = Output::of(command.args(["-m", "sh", "-c", script])).ends_with(1);
    let output = output
        .says("error: cannot write to ")
        .says("Read-only file system");
    assert_eq!(
        output.stderr.matches("error: ").count(),
        1,
        "{}",
        output.stderr
    );
}

#[test]
#[ignore = "needs mount namespaces"]
fn a_temporary_directory_in_which_nothing_may_be_executed_is_no_trouble() {
    let krate = TestCrate::scaffolded("noexec");
    let temporary = krate.root.with_file_name("run");
    fs::create_dir(&temporary).unwrap();
    let script = "mount -t tmpfs -o noexec,mode=700 none \"$0\" && export XDG_RUNTIME_DIR=\"$0\" TMPDIR=\"$0\" && \
                  just itcov x && just itcov-exec cargo run -- y";
    let mut command = krate.command("unshare");
    command.args(["-m", "sh", "-c", script]).arg(&temporary);
    Output::of(&mut command)
        .ends_with(0)
        .prints("[\"x\"]")
        .prints("[\"y\"]");
}
