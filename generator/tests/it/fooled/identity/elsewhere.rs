//! Profiles that would not come to the run: the suite names another place for them, or takes the right to write to them.

use std::process::Command;

use crate::support::{Output, tools};

#[test]
fn a_place_for_profiles_that_the_suite_sets_is_named() {
    let krate = super::app();
    let place = krate.root.join("own.profraw");
    let place = place.to_str().unwrap();
    let more = format!("LLVM_PROFILE_FILE={place} \"$ITCOV_BIN\" more");
    let said = format!("warning: a measured program was started with LLVM_PROFILE_FILE={place}");
    let exec = |suite: &str| krate.itcov(&["exec", "--quiet", "--", "sh", "-c", suite]);
    // Of many, the first says so.
    let both = format!("{more} && {more} && \"$ITCOV_BIN\"");
    let output = exec(&both).ends_with(0).says(&said);
    assert_eq!(output.lines_of("Total"), super::LINES);
    let none = exec(&more).ends_with(1).says(&said);
    assert!(!none.stderr.contains("has not started"), "{none:?}");
    // Elsewhere it is right, as on another machine, and the next run knows nothing of it.
    let program = krate.root.join("target/itcov/debug/app");
    let mut alone = Command::new(program);
    Output::of(alone.env("LLVM_PROFILE_FILE", place)).ends_with(0);
    for suite in [
        "\"$ITCOV_BIN\"",
        "env -i \"$ITCOV_BIN\"",
        "LLVM_PROFILE_FILE= \"$ITCOV_BIN\"",
        "ITCOV_SCENARIO=one \"$ITCOV_BIN\"",
    ] {
        let output = krate.itcov(&["exec", "--scenarios", "--", "sh", "-c", suite]);
        let output = output.ends_with(0);
        assert_eq!(output.lines_of("Total"), super::LINES, "{suite}");
        assert!(!output.stderr.contains("was started with"), "{output:?}");
    }
}

#[test]
fn a_process_with_the_environment_of_an_earlier_run_is_named() {
    let krate = super::app();
    let said =
        "warning: a measured program was started with the LLVM_PROFILE_FILE of an earlier run";
    let exec = |options: &[&str], suite: &str| {
        let words = [&["exec"], options, &["--", "sh", "-c", suite]].concat();
        krate.itcov(&words)
    };
    let keep = "export -p >environment; \"$ITCOV_BIN\"";
    let with_kept = "env -i sh -c '. ./environment; \"$ITCOV_BIN\" more'";
    let both = format!("\"$ITCOV_BIN\"; {with_kept}");
    let first = exec(&[], &format!("{keep}; {with_kept}")).ends_with(0);
    assert!(!first.stderr.contains("warning:"), "{first:?}");
    // Its run is there when the next one begins, and has to be made again in the one after that.
    for _ in 0..2 {
        let output = exec(&["--quiet"], &both).ends_with(0).says(said);
        assert_eq!(output.lines_of("Total"), super::LINES);
    }
    let none = exec(&[], with_kept).ends_with(1).says(said);
    assert!(!none.stderr.contains("has not started"), "{none:?}");
    // A run that is not over, or to which this one adds, has it.
    let added = exec(&["--add"], "\"$ITCOV_BIN\" more").ends_with(0);
    assert!(!added.stderr.contains("warning:"), "{added:?}");
    assert_eq!(added.lines_of("Total"), (12, 12));
    // The next run after this has a lower number than that of the environment, and is no earlier one.
    exec(&[], keep).ends_with(0);
    krate.itcov(&["clean"]).ends_with(0);
    let output = exec(&[], &both).ends_with(0).says(said);
    assert!(!output.stderr.contains("is forgotten"), "{output:?}");
    assert_eq!(output.lines_of("Total"), super::LINES);
}

#[test]
fn processes_count_that_take_the_right_to_write_to_their_files() {
    let krate = super::app();
    for mask in ["222", "777"] {
        let suite = format!("umask {mask}; \"$ITCOV_BIN\"; \"$ITCOV_BIN\" more; umask");
        let words = ["itcov", "exec", "--", "sh", "-c", &suite];
        let output = if Output::of(Command::new("id").arg("-u")).stdout == "0\n" {
            // Root may write everywhere, unless it gives the capability up.
            let mut command = krate.command("setpriv");
            let capability = "-dac_override";
            command.args(["--bounding-set", capability, "--inh-caps", capability]);
            Output::of(command.arg(tools::cargo_itcov()).args(words))
        } else {
            Output::of(krate.command(tools::cargo_itcov()).args(words))
        };
        let output = output.ends_with(0);
        assert_eq!(output.lines_of("Total"), (12, 12), "{mask}");
        assert!(output.stdout.contains(&format!("0{mask}\n")), "{output:?}");
    }
}
