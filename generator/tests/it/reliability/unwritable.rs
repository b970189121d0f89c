//! A profile that cannot be written would be missed only after the run.

use super::lab::{Lab, is_root};
use crate::support::{Output, TestCrate, tools};

#[test]
#[ignore = "the recipes do not look yet"]
fn a_directory_that_cannot_be_written_is_said_before_the_program_starts() {
    let lab = Lab::shared();
    let krate = lab.scaffolded();
    krate.just(&["itcov-build"]).ends_with(0);
    let exec = ["itcov-exec", "sh", "-c", "\"$ITCOV_BIN\" return"];
    for recipe in [&["itcov", "return"][..], &exec] {
        chmod(krate, "a-w");
        let output = Output::of(just_as_anyone(krate).args(recipe));
        chmod(krate, "u+w");
        assert!(!output.stdout.contains("worked"), "{output:?}");
        let output = output.ends_with(1).says("cannot write");
        output.says("target/itcov/coverage");
    }
}

fn chmod(krate: &TestCrate, mode: &str) {
    let mut chmod = krate.command("chmod");
    Output::of(chmod.args([mode, "target/itcov/coverage"])).ends_with(0);
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
