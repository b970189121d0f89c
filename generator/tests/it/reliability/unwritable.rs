//! A profile that cannot be written would be missed only after the run.

use std::fs::{self, File};

use super::lab::{Lab, is_root};
use crate::support::{Output, TestCrate, tools};

#[test]
fn a_directory_that_cannot_be_written_is_said_before_the_program_starts() {
    let krate = TestCrate::scaffolded("unwritable");
    krate.just(&["itcov-build"]).ends_with(0);
    for recipe in [
        &["itcov", "hello"][..],
        &["itcov-suite", "echo", "hello"],
        &["itcov-exec", "sh", "-c", "\"$ITCOV_BIN\" hello"],
    ] {
        chmod(&krate, "a-w");
        let output = Output::of(just_as_anyone(&krate).args(recipe));
        chmod(&krate, "u+w");
        assert!(!output.stdout.contains("hello"), "{output:?}");
        let output = output.ends_with(1).says("cannot write");
        output.says("target/itcov/.checkouts/");
    }
}

/// What a disk leaves behind that had room for a part of the profile.
#[test]
fn a_profile_that_was_cut_off_is_not_reported_on() {
    let lab = Lab::shared();
    let run = lab.run();
    Output::of(&mut run.program(&["return"])).ends_with(0);
    for entry in fs::read_dir(run.collected()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "profraw") {
            let file = File::options().write(true).open(path).unwrap();
            let length = file.metadata().unwrap().len();
            file.set_len(length - 100).unwrap();
        }
    }
    let output = run.report().ends_with(1).says(".profraw");
    assert_eq!(output.stdout, "");
}

fn chmod(krate: &TestCrate, mode: &str) {
    let mut shell = krate.command("sh");
    let store = "chmod \"$1\" target/itcov/.checkouts/*";
    Output::of(shell.args(["-c", store, "sh", mode])).ends_with(0);
}

/// Root may write everywhere, unless it gives the capability up.
fn just_as_anyone(krate: &TestCrate) -> std::process::Command {
    if !is_root() {
        return krate.command(tools::just());
    }
    let mut command = krate.command("setpriv");
    let capability = "-dac_override";
    command.args(["--bounding-set", capability, "--inh-caps", capability]);
    command.arg(tools::just());
    command
}
