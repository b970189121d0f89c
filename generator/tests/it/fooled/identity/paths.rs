//! A checkout with several paths: links to it, and places where it is mounted.

use std::os::unix::fs::symlink;
use std::process::Command;

use super::{LINES, app};
use crate::support::{Output, TestCrate, tools};

/// What is run to reach all lines, and not all.
const ALL: [&str; 4] = ["exec", "sh", "-c", "\"$ITCOV_BIN\"; \"$ITCOV_BIN\" more"];
const SOME: [&str; 4] = ["exec", "sh", "-c", "\"$ITCOV_BIN\""];

const GATE: [&str; 3] = ["report", "--fail-under-lines", "100"];

#[test]
fn a_run_by_way_of_a_link_to_the_checkout_is_the_last_one() {
    let krate = app();
    let link = krate.root.with_file_name("link");
    symlink(&krate.root, &link).unwrap();
    let by_link = |words: &[&str]| {
        let manifest = link.join("Cargo.toml");
        let option = ["--manifest-path", manifest.to_str().unwrap()];
        krate.itcov(&[&words[..1], &option, &words[1..]].concat())
    };
    krate.itcov(&ALL).ends_with(0);
    krate.itcov(&GATE).ends_with(0);
    by_link(&SOME).ends_with(0);
    let report = krate.itcov(&GATE).ends_with(1);
    assert_eq!(report.lines_of("Total"), LINES);
    krate.itcov(&ALL).ends_with(0);
    by_link(&GATE).ends_with(0);
    // Its sources are found, and are those of the checkout.
    let trace = by_link(&["report", "--lcov", "-"]).ends_with(0).stdout;
    assert!(trace.contains("SF:src/main.rs\n"), "{trace}");
}

/// The tool in another place where the checkout is mounted; none where nothing can be mounted.
fn mounted(krate: &TestCrate, words: &[&str]) -> Option<Output> {
    let at = krate.root.with_file_name("mounted");
    std::fs::create_dir_all(&at).unwrap();
    let in_namespace = |script: &str| {
        let mut command = krate.command("unshare");
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--map-current-user", "--keep-caps"]);
        }
        command.args(["--mount", "sh", "-c"]);
        command.arg(format!("mount --bind . \"$0\" && {script}"));
        command.arg(&at);
        command
    };
    let can_mount = |mut command: Command| command.status().is_ok_and(|it| it.success());
    can_mount(in_namespace("true")).then(|| {
        let mut command = in_namespace("cd \"$0\" && exec \"$@\"");
        command.arg(tools::cargo_itcov()).arg("itcov").args(words);
        Output::of(&mut command)
    })
}

#[test]
fn a_run_where_the_checkout_is_mounted_as_well_is_a_later_one() {
    let krate = app();
    krate.itcov(&ALL).ends_with(0);
    let Some(there) = mounted(&krate, &SOME) else {
        eprintln!("skipped: nothing can be mounted here");
        return;
    };
    there.ends_with(0);
    krate
        .itcov(&GATE)
        .ends_with(1)
        .says("warning: the last run was made in ")
        .says("/mounted, which is another path of this checkout; this is the one before it, which began at 20")
        .says("/mounted, which is another path of this checkout, so whether enough ran cannot be told");
    let report = mounted(&krate, &["report"]).unwrap().ends_with(0);
    assert_eq!(report.lines_of("Total"), LINES);
    assert!(!report.stderr.contains("another path"), "{report:?}");

    // What is added to the one before it does not make that the last one.
    let add = [&["exec", "--add"], &ALL[1..]].concat();
    krate.itcov(&add).ends_with(0).says(
        "which is another path of this checkout; what is added is added to the one before it",
    );
    krate.itcov(&GATE).ends_with(1);
    krate.itcov(&ALL).ends_with(0);
    krate.itcov(&GATE).ends_with(0);
    mounted(&krate, &GATE)
        .unwrap()
        .ends_with(1)
        .says("/krate, which is another path of this checkout");

    // One that measures nothing there is lost, also where nothing has been measured before.
    mounted(&krate, &["clean"]).unwrap().ends_with(0);
    mounted(&krate, &["exec", "false"]).unwrap().ends_with(1);
    krate
        .itcov(&GATE)
        .ends_with(1)
        .says("error: the last run has measured nothing");
}
