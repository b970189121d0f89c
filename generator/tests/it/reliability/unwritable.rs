//! A profile that could not be written would be missed only after the run.

use super::lab::{Lab, is_root};
use crate::support::Output;

#[test]
#[ignore = "the recipes do not look yet"]
fn a_directory_that_cannot_be_written_is_said_before_the_program_starts() {
    let lab = Lab::shared();
    let krate = lab.scaffolded();
    krate.just(&["itcov-build"]).ends_with(0);
    for recipe in [
        &["itcov", "return"][..],
        &["itcov-exec", "sh", "-c", "\"$ITCOV_BIN\" return"],
    ] {
        let mut chmod = krate.command("chmod");
        Output::of(chmod.args(["a-w", "target/itcov/coverage"])).ends_with(0);
        // Root may write all the same, unless it gives the capability up.
        let mut command = if is_root() {
            let mut command = krate.command("setpriv");
            command.args([
                "--bounding-set",
                "-dac_override",
                "--inh-caps",
                "-dac_override",
            ]);
            command.arg(crate::support::tools::just());
            command
        } else {
            krate.command(crate::support::tools::just())
        };
        let output = Output::of(command.args(recipe));
        let mut chmod = krate.command("chmod");
        Output::of(chmod.args(["u+w", "target/itcov/coverage"])).ends_with(0);
        let output = output
            .ends_with(1)
            .says("cannot write")
            .says("target/itcov/coverage");
        assert!(!output.stdout.contains("worked"), "{output:?}");
    }
}
