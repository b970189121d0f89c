//! Profiles that would not come to the run: the suite names another place for them, or takes the right to write to them.

use std::process::Command;

use crate::support::{Output, TestCrate, tools};

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
fn a_suite_that_removes_what_other_tools_leave_removes_nothing_of_the_run() {
    let krate = super::app();
    let suite = "\"$ITCOV_BIN\" more && touch left.profraw && find . -name '*.profraw' -delete && \"$ITCOV_BIN\"";
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    assert_eq!(output.lines_of("Total"), (12, 12));
    assert!(!krate.has("left.profraw"));
}

const LOST: &str = "warning: a measured program could not write its profile";

/// An ordinary program writes no profile, so such a limit does not end it.
#[test]
fn a_process_whose_profile_is_larger_than_files_may_be_goes_on_and_is_named() {
    let krate = super::app();
    let limited = "(ulimit -f 0; exec \"$ITCOV_BIN\" more >/dev/null) || exit 9";
    let both = format!("{limited}; \"$ITCOV_BIN\"");
    for (suite, status) in [(&*both, 0), (limited, 1)] {
        let output = krate.itcov(&["exec", "--quiet", "--", "sh", "-c", suite]);
        let output = output.ends_with(status).says(LOST);
        if status == 0 {
            assert_eq!(output.lines_of("Total"), super::LINES);
        }
    }
    // The same with another place for its profile, which cannot be noted.
    let elsewhere = format!("(export LLVM_PROFILE_FILE=own/%m%c.profraw; {limited}) || exit 9");
    let both = format!("{elsewhere}; \"$ITCOV_BIN\"");
    let output = krate.itcov(&["exec", "--", "sh", "-c", &both]).ends_with(0);
    assert_eq!(output.lines_of("Total"), super::LINES);
}

/// In one it cannot write, in the other it finds another directory of the name, in which it is alone.
#[test]
fn a_process_in_a_sandbox_without_the_directory_of_the_run_is_named() {
    let krate = super::app();
    let unshare = if is_root() {
        "unshare --mount"
    } else {
        "unshare --map-root-user --mount"
    };
    let probe = format!("{unshare} mount -t tmpfs none /mnt");
    if krate.sh(&probe).status != 0 {
        eprintln!("no sandbox can be made here");
        return;
    }
    let here = krate.root.display();
    for sandbox in [
        format!(
            "mount --bind {here} {here} && mount -o remount,bind,ro {here}; \"$ITCOV_BIN\" more"
        ),
        format!("cp \"$ITCOV_BIN\" /mnt/app; mount -t tmpfs none {here}; /mnt/app more"),
    ] {
        let sandbox = format!("mount -t tmpfs none /mnt; {sandbox}");
        let sandbox = format!("{unshare} sh -c '{sandbox}'");
        let both = format!("{sandbox}; \"$ITCOV_BIN\"");
        let output = krate.itcov(&["exec", "--", "sh", "-c", &both]).ends_with(0);
        assert_eq!(output.says(LOST).lines_of("Total"), super::LINES);
        let none = krate
            .itcov(&["exec", "--", "sh", "-c", &sandbox])
            .ends_with(1);
        let none = none.says(LOST);
        assert!(!none.stderr.contains("has not started"), "{none:?}");
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
fn a_process_that_begins_after_the_run_with_its_environment_does_not_count() {
    let krate = super::app();
    let gate = ["report", "--fail-under-lines", "90"];
    let late = ". ./environment; target/itcov/debug/app more";
    let keep = |options: &[&str], then: &str| {
        let suite = format!("export -p >environment; {then}");
        krate.itcov(&[&["exec"], options, &["--", "sh", "-c", &suite]].concat())
    };
    let said =
        "warning: a measured program was started with the LLVM_PROFILE_FILE of a run that was over";
    for options in [&[][..], &["--add"]] {
        keep(options, "\"$ITCOV_BIN\"").ends_with(0);
        let report = krate.itcov(&gate).ends_with(1);
        assert_eq!(report.stderr.contains(said), !options.is_empty());
        for _ in 0..2 {
            krate.sh(late).ends_with(0);
            let report = krate.itcov(&gate).ends_with(1).says(said);
            assert_eq!(report.lines_of("Total"), super::LINES);
        }
    }
    // The next run is told of those that begin in it.
    krate.sh("cp environment earlier").ends_with(0);
    let next = keep(&[], "\"$ITCOV_BIN\"").ends_with(0);
    assert!(!next.stderr.contains("warning:"), "{next:?}");
    krate
        .sh(". ./earlier; target/itcov/debug/app more")
        .ends_with(0);
    krate.itcov(&gate).ends_with(1).says(said);

    // One of a run that was lost makes no run of it.
    keep(&[], "false").ends_with(1);
    krate.sh(late).ends_with(0);
    krate
        .itcov(&gate)
        .ends_with(1)
        .says("error: the last run has measured nothing");
    let more = ["exec", "--add", "--", "sh", "-c", "\"$ITCOV_BIN\" more"];
    let added = krate.itcov(&more).ends_with(0);
    assert_eq!(added.lines_of("Total"), (12, 12));
    // Nor does it come to the next one, also if all was forgotten.
    for forgets in [false, true] {
        keep(&[], "false").ends_with(1);
        if forgets {
            krate.itcov(&["clean"]).ends_with(0);
        }
        names_what_kept_an_earlier_environment(&krate);
    }
}

/// A run in which a process has the environment that an earlier one has left in a file: it is named, and does not count.
fn names_what_kept_an_earlier_environment(krate: &TestCrate) {
    let suite = "\"$ITCOV_BIN\"; env -i sh -c '. ./environment; \"$ITCOV_BIN\" more'";
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    let output = output.says("was started with the LLVM_PROFILE_FILE of an earlier run");
    assert_eq!(output.lines_of("Total"), super::LINES);
}

/// The clock was ahead when that began.
#[test]
fn a_process_with_the_environment_of_a_run_that_began_later_by_the_clock_is_named() {
    let krate = super::app();
    let keep = "export -p >environment; \"$ITCOV_BIN\"";
    krate.itcov(&["exec", "--", "sh", "-c", keep]).ends_with(0);
    let ahead = "sed -i 's/\"secs_since_epoch\":1/\"secs_since_epoch\":9/' target/itcov/.checkouts/*/runs/*/*/place.json";
    krate.sh(ahead).ends_with(0);
    names_what_kept_an_earlier_environment(&krate);
}

#[test]
fn processes_count_that_take_the_right_to_write_to_their_files() {
    let krate = super::app();
    for mask in ["222", "777"] {
        let suite = format!("umask {mask}; \"$ITCOV_BIN\"; \"$ITCOV_BIN\" more; umask");
        let words = ["itcov", "exec", "--", "sh", "-c", &suite];
        let output = if is_root() {
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

pub fn is_root() -> bool {
    Output::of(Command::new("id").arg("-u")).stdout == "0\n"
}
