//! What a measured build runs is the user's own, though others can write to the target directory.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::places::itcov;
use super::{LINES, app};
use crate::support::process::Output;
use crate::support::{TestCrate, tools};

/// A target directory that everybody can write to, as `/tmp`.
fn everybodys() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    chmod(directory.path(), 0o1777);
    directory
}

/// One that is edited is compiled.
fn with_edited_harness() -> TestCrate {
    let krate = app();
    krate.itcov(&["init"]).ends_with(0);
    let harness = "tests/manual_integration.rs";
    krate.write(harness, &(krate.read(harness) + "// Edited.\n"));
    krate
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn run(krate: &TestCrate, target: &Path) -> Output {
    let mut command = krate.command("sh");
    // What the tool makes must not depend on what the user lets others do.
    command.args(["-c", "umask 0; exec \"$0\" itcov run"]);
    command.arg(tools::cargo_itcov());
    Output::of(command.env("CARGO_TARGET_DIR", target))
}

/// The only entry of a directory.
fn only(directory: &Path) -> PathBuf {
    let mut entries = fs::read_dir(directory).unwrap();
    let entry = entries.next().unwrap().unwrap().path();
    assert!(entries.next().is_none(), "{}", directory.display());
    entry
}

#[test]
fn what_is_run_is_where_nobody_else_can_write() {
    let krate = with_edited_harness();
    let target = everybodys();
    let first = run(&krate, target.path()).ends_with(0);
    assert_eq!(first.lines_of("Total"), LINES);
    let itcov = target.path().join("itcov");
    let store = only(&itcov.join(".checkouts"));
    for (directory, mode) in [
        (itcov.clone(), 0o755),
        (itcov.join(".wrapper"), 0o700),
        (only(&itcov.join(".wrapper")), 0o700),
        (itcov.join(".checkouts"), 0o755),
        (store.clone(), 0o755),
        (store.join("harness"), 0o700),
    ] {
        let found = fs::metadata(&directory).unwrap().mode() & 0o7777;
        assert_eq!(found, mode, "{}", directory.display());
    }
}

#[test]
fn a_file_that_others_could_write_is_not_run_but_made_anew() {
    let krate = with_edited_harness();
    let target = everybodys();
    run(&krate, target.path()).ends_with(0);
    let itcov = target.path().join("itcov");
    let wrapper = only(&itcov.join(".wrapper"));
    let harness = only(&only(&itcov.join(".checkouts")).join("harness"));
    let planted = "#!/bin/sh\necho planted\n";
    for file in [
        &harness,
        &wrapper.join("itcov-rustc"),
        &wrapper.join("itcov-dry-run"),
    ] {
        chmod(file.parent().unwrap(), 0o777);
        fs::remove_file(file).unwrap();
        fs::write(file, planted).unwrap();
        chmod(file, 0o777);
    }
    for entry in fs::read_dir(&wrapper).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "o") {
            fs::write(&path, "planted").unwrap();
            chmod(&path, 0o666);
        }
    }
    krate.write(
        "src/main.rs",
        &(krate.read("src/main.rs") + "\n// Built again.\n"),
    );
    let again = run(&krate, target.path()).ends_with(0);
    assert_eq!(again.lines_of("Total"), LINES);
    assert!(!again.stdout.contains("planted"), "{}", again.stdout);
    let directories = [wrapper.as_path(), harness.parent().unwrap()];
    for directory in directories {
        assert_eq!(fs::metadata(directory).unwrap().mode() & 0o777, 0o700);
    }
}

/// What is behind a link would be deleted, moved or written over, and a pipe be waited for.
#[test]
fn what_leads_out_of_the_target_directory_is_refused_by_its_name() {
    let krate = app();
    krate.sh("cargo generate-lockfile --offline").ends_with(0);
    for place in [
        "itcov",
        "itcov/.lock",
        "itcov/.all",
        "itcov/.also",
        "itcov/.wrapper",
        "itcov/.wrapper/any",
        "itcov/.wrapper/any/units",
        "itcov/.checkouts",
        "itcov/.checkouts/any",
        "itcov/.checkouts/any/linked",
        "itcov/.checkouts/any/runs/1/1/part.json",
    ] {
        let target = tempfile::tempdir().unwrap();
        let planted = target.path().join(place);
        fs::create_dir_all(planted.parent().unwrap()).unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir(outside.path().join("1")).unwrap();
        let note = outside.path().join("1/note");
        fs::write(&note, "mine").unwrap();
        let is_file = planted.extension().is_some_and(|it| it == "json") || place.ends_with("lock");
        let goal = if is_file { &note } else { outside.path() };
        symlink(goal, &planted).unwrap();
        for command in ["clean", "build", "run", "report", "scenarios"] {
            itcov(&krate, target.path(), &[command])
                .ends_with(1)
                .says(&format!("{} is a link", planted.display()));
            assert_eq!(fs::read(&note).unwrap(), b"mine", "{command}, {place}");
        }
    }
}

#[test]
fn a_pipe_in_the_place_of_a_lock_is_not_waited_for() {
    let krate = app();
    krate.itcov(&["build"]).ends_with(0);
    let cargos = "mkdir -p target/itcov/.also/any && mkfifo target/itcov/.also/any/.cargo-lock";
    krate.sh(cargos).ends_with(0);
    krate.sh("timeout 20 cargo itcov clean").ends_with(0);
    let plant = "rm target/itcov/.lock && mkfifo target/itcov/.lock";
    krate.sh(plant).ends_with(0);
    for command in ["clean", "build"] {
        let refused = krate.sh(&format!("timeout 20 cargo itcov {command}"));
        refused
            .ends_with(1)
            .says("target/itcov/.lock is a link, a pipe");
    }
    krate.sh("timeout 20 target/itcov/debug/app").ends_with(0);
}

#[test]
#[ignore = "needs root, who can give files away"]
fn what_belongs_to_somebody_else_is_refused_by_its_name() {
    let krate = with_edited_harness();
    for place in [
        "itcov",
        "itcov/.wrapper",
        "itcov/.wrapper/*",
        "itcov/.wrapper/*/itcov-rustc",
        "itcov/.checkouts",
        "itcov/.checkouts/*",
        "itcov/.checkouts/*/harness",
        "itcov/.checkouts/*/harness/*",
    ] {
        let target = everybodys();
        run(&krate, target.path()).ends_with(0);
        // As one that somebody has made before, whose directory is open.
        let script = format!(
            "cd {}; for file in {place}; do chown -h 65534 $file; [ -d $file ] || chmod 777 $(dirname $file); done; echo {place}",
            target.path().display()
        );
        let planted = krate.sh(&script).ends_with(0).stdout;
        let path = target.path().join(planted.trim());
        let refused = run(&krate, target.path()).ends_with(1);
        let said = format!("{} belongs to the user 65534", path.display());
        let refused = refused.says(&said).says("CARGO_TARGET_DIR");
        assert!(!refused.stdout.contains("1\n"), "{refused:?}");
        if !place.contains('*') {
            itcov(&krate, target.path(), &["clean"])
                .ends_with(1)
                .says(&said);
        }
    }
}
