//! Two steps, two places: built here, run elsewhere, reported on here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Output, TestCrate, entries_of_main, tools};

/// A directory that stands for another host, with a copy of the program in it.
struct Elsewhere {
    directory: tempfile::TempDir,
    name: &'static str,
}

impl Elsewhere {
    fn with_copy_of(program: &Path, name: &'static str) -> Elsewhere {
        let directory = tempfile::tempdir().unwrap();
        fs::copy(program, directory.path().join(name)).unwrap();
        Elsewhere { directory, name }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs the copy, with nothing but the one variable in its environment.
    fn run(&self, profile: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.path().join(self.name));
        command.args(arguments).current_dir(self.path()).env_clear();
        Output::of(command.env("LLVM_PROFILE_FILE", profile))
    }
}

/// Builds the program, and says where it is.
fn built(krate: &TestCrate, name: &str, variables: &[(&str, &str)]) -> (PathBuf, Output) {
    let output = krate.just_with(&["itcov-build"], variables).ends_with(0);
    (
        krate.root.join("target/itcov/debug").join(name),
        output.says("the instrumented program is"),
    )
}

fn lcov(krate: &TestCrate, directories: &[&str]) -> String {
    let report = ["itcov-report", "--lcov", "-", "--profiles"];
    krate
        .just(&[&report[..], directories].concat())
        .ends_with(0)
        .stdout
}

#[test]
fn what_itcov_build_says_runs_a_copy_elsewhere_and_reports_on_it_here() {
    let krate = TestCrate::scaffolded("away");
    let (program, output) = built(&krate, "away", &[]);
    let elsewhere = Elsewhere::with_copy_of(&program, "away");
    let lines: Vec<_> = output
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("itcov:     "))
        .collect();
    let [run, report] = lines[..] else {
        panic!("{}", output.stderr)
    };
    assert_eq!(run, "LLVM_PROFILE_FILE=DIR/%m%c.profraw ./away");
    assert_eq!(report, "cargo itcov report --profiles DIR");

    let script = format!("{} fail 3", run.replace("DIR", "'new dir'"));
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &script]).current_dir(elsewhere.path());
    Output::of(shell.env_clear()).ends_with(3);

    let brought = elsewhere.path().join("new dir");
    let report = report.replace("DIR", &format!("'{}'", brought.display()));
    let output = Output::of(krate.command("sh").args(["-c", &report])).ends_with(0);
    let (covered, all) = output.lines_of("Total");
    assert!(covered > 0 && covered < all, "{}", output.stdout);
    krate
        .just(&["itcov-report"])
        .ends_with(1)
        .says("nothing has been measured yet");
    let here = krate.just(&["itcov", "fail", "3"]).ends_with(3);
    assert_eq!(here.lines_of("Total"), (covered, all));
}

#[test]
fn profiles_of_several_places_add_up() {
    let krate = TestCrate::scaffolded("several");
    let (program, _) = built(&krate, "several", &[]);
    krate.just(&["itcov", "here"]).ends_with(0);
    for place in ["a", "b/deep", "c d"] {
        let elsewhere = Elsewhere::with_copy_of(&program, "several");
        elsewhere.run("%m%c.profraw", &["there"]).ends_with(0);
        elsewhere.run("%m%c.profraw", &["fail", "4"]).ends_with(4);
        fs::create_dir_all(krate.root.join(place)).unwrap();
        for entry in fs::read_dir(elsewhere.path()).unwrap() {
            let file = entry.unwrap();
            let name = file.file_name();
            if name.to_str().unwrap().ends_with(".profraw") {
                fs::copy(file.path(), krate.root.join(place).join(name)).unwrap();
            }
        }
    }
    let file = fs::read_dir(krate.root.join("a")).unwrap().next().unwrap();
    let file = file.unwrap().path();
    let file = file.to_str().unwrap();
    for (directories, runs) in [
        (&["a"][..], 2),
        (&["a", "b", "c d"], 6),
        (&["a", "--profiles", "b"], 4),
        (&[file, "b"], 4),
        (&["a", "./a", file], 2),
    ] {
        assert_eq!(
            entries_of_main(&lcov(&krate, directories)),
            runs,
            "{directories:?}"
        );
    }
    // Relative to where the user is, and the table beside the file.
    let mut command = krate.command(tools::just());
    command.current_dir(krate.root.join("src"));
    command.args(["itcov-report", "--profiles", "../a", "../b", "--lcov", "x"]);
    assert!(Output::of(&mut command).ends_with(0).lines_of("Total").0 > 0);
    assert_eq!(entries_of_main(&krate.read("src/x")), 4);
    // What was measured here has nothing to do with it.
    let here = krate.just(&["itcov-report", "--lcov", "-"]).ends_with(0);
    assert_eq!(entries_of_main(&here.stdout), 1);
}

#[test]
#[ignore = "needs root, who can change the root directory"]
fn a_statically_linked_program_runs_in_a_root_directory_that_has_nothing_else() {
    let krate = TestCrate::scaffolded("alone");
    let (program, _) = built(
        &krate,
        "alone",
        &[("RUSTFLAGS", "-C target-feature=+crt-static")],
    );
    let elsewhere = Elsewhere::with_copy_of(&program, "alone");
    let mut chroot = Command::new("chroot");
    chroot
        .arg(elsewhere.path())
        .args(["/alone", "fail", "3"])
        .env("LLVM_PROFILE_FILE", "/not/there/%m%c.profraw");
    Output::of(&mut chroot).ends_with(3);
    let files: Vec<_> = walkdir::WalkDir::new(elsewhere.path())
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .collect();
    assert_eq!(files.len(), 2, "{files:?}");

    let brought = elsewhere.path().join("not");
    let brought = brought.to_str().unwrap();
    let output = krate
        .just(&["itcov-report", "--profiles", brought])
        .ends_with(0);
    assert!(output.lines_of("Total").0 > 0);
    assert_eq!(output.stderr, "");
    assert_eq!(entries_of_main(&lcov(&krate, &[brought])), 1);
}

#[test]
fn what_is_no_profile_is_named() {
    let krate = TestCrate::scaffolded("no-profile");
    built(&krate, "no-profile", &[]);
    krate.write("empty/readme.txt", "");
    krate.write("text/some.profraw", "some text");
    krate.write("full-disk/some.profraw", "");
    for (arguments, says) in [
        (
            &["--profiles", "nowhere"][..],
            "error: nowhere does not exist: name a profile, or a directory that has some\n",
        ),
        (
            &["--profiles", "empty"],
            "error: empty has no profile: no file in it ends in .profraw\n",
        ),
        (&["--profiles", "text"], "text/some.profraw"),
        (
            &["--profiles", "full-disk"],
            "error: every profile is empty",
        ),
        (&["--profiles", "--lcov", "x"], "--profiles"),
        (&["--profiles"], "--profiles"),
    ] {
        let report = [&["itcov-report"], arguments].concat();
        let output = krate.just(&report);
        assert!(output.status != 0, "{arguments:?}");
        assert_eq!(output.stdout, "", "{arguments:?}");
        output.says(says);
    }
}

#[test]
fn a_profile_of_another_build_is_named_and_does_not_count() {
    let krate = TestCrate::scaffolded("one-build");
    let (program, _) = built(&krate, "one-build", &[]);
    let elsewhere = Elsewhere::with_copy_of(&program, "one-build");
    elsewhere.run("here/%m%c.profraw", &["x"]).ends_with(0);
    let other = TestCrate::scaffolded("other-build");
    let (program, _) = built(&other, "other-build", &[]);
    let stranger = Elsewhere::with_copy_of(&program, "other-build");
    stranger
        .run("there/%m%c.profraw", &["fail", "0"])
        .ends_with(0);
    let own = elsewhere.path().join("here");
    let strange = stranger.path().join("there");
    let [own, strange] = [&own, &strange].map(|path| path.to_str().unwrap());

    let alone = lcov(&krate, &[own]);
    let output = krate
        .just(&["itcov-report", "--lcov", "-", "--profiles", own, strange])
        .ends_with(0)
        .says(&format!("warning: the profile {strange}/"))
        .says(
            "is of another build, so it does not count: counts belong to the build that made them",
        )
        .says("run the program that `cargo itcov build` has built");
    assert_eq!(output.stdout, alone);
    krate
        .just(&["itcov-report", "--profiles", strange])
        .ends_with(1)
        .says("error: no profile is of this build")
        .says(strange);
}
