//! A run belongs to the checkout and to the directory that it was made in, and to none that is called alike.

use std::fs;
use std::path::Path;

use super::elsewhere::is_root;
use super::{LINES, app, entries_of_main};
use crate::support::instrumented::copy;
use crate::support::{Output, TestCrate, tools};

/// Runs the tool with this target directory.
pub fn itcov(krate: &TestCrate, target: &Path, arguments: &[&str]) -> Output {
    let mut command = krate.command(tools::cargo_itcov());
    command.arg("itcov").args(arguments);
    Output::of(command.env("CARGO_TARGET_DIR", target))
}

#[test]
fn checkouts_that_share_a_target_directory_do_not_share_a_run() {
    let [one, other] = [app(), app()];
    let shared = tempfile::tempdir().unwrap();
    let shared = shared.path();
    itcov(&one, shared, &["run", "--", "more"]).ends_with(0);
    let threshold = ["report", "--fail-under-lines", "1"];
    itcov(&other, shared, &threshold)
        .ends_with(1)
        .says("nothing has been measured yet");
    let without = itcov(&other, shared, &["run"]).ends_with(0);
    assert_eq!(without.lines_of("Total"), LINES);
    itcov(&other, shared, &["clean"]).ends_with(0);
    let report = itcov(&one, shared, &["report"]).ends_with(0);
    assert_eq!(report.lines_of("Total"), (LINES.1, LINES.1));
}

#[test]
fn checkouts_that_share_a_target_directory_each_have_the_lines_of_what_they_depend_on() {
    let common = TestCrate::empty();
    common.write(
        "Cargo.toml",
        "[package]\nname = \"common\"\nversion = \"0.1.0\"\n",
    );
    common.write("src/lib.rs", "pub fn one() -> u32 {\n    1\n}\n");
    let shared = tempfile::tempdir().unwrap();
    for scope in [&["--scope", "all"][..], &["--also", "common"]] {
        // cargo takes what the first one has built of it for fresh in the second one.
        for krate in [app(), app()] {
            let dependency = format!(
                "\n[dependencies]\ncommon = {{ path = {:?} }}\n",
                common.root
            );
            krate.write("Cargo.toml", &(krate.read("Cargo.toml") + &dependency));
            krate.write(
                "src/main.rs",
                "fn main() {\n    assert_eq!(common::one(), 1);\n}\n",
            );
            let run = itcov(&krate, shared.path(), &[&["run"], scope].concat()).ends_with(0);
            assert_eq!(run.lines_of("Total"), (6, 6), "{}", run.stdout);
        }
    }
}

/// `exec` in one checkout, as a program of another one starts it that cargo runs.
fn within_cargo_of(other: &TestCrate, one: &TestCrate, suite: &str) -> Output {
    let mut command = one.command(tools::cargo_itcov());
    command.args(["itcov", "exec", "--", "sh", "-c", suite]);
    command.env("CARGO_PKG_NAME", "app");
    Output::of(command.env("CARGO_MANIFEST_DIR", &other.root))
}

#[test]
fn a_suite_that_is_to_run_another_checkout_and_runs_the_measured_program_has_measured_nothing() {
    let [one, other] = [app(), app()];
    // It is older than what cargo is about to build.
    let suite = |manifest: &Path| {
        let suite = format!(
            "\"$ITCOV_BIN\" && cargo run --quiet --manifest-path {}/Cargo.toml -- more",
            manifest.display()
        );
        within_cargo_of(&other, &one, &suite)
    };
    // What the cargo around the run says of its package is no cargo's of the suite.
    within_cargo_of(&other, &one, "\"$ITCOV_BIN\"").ends_with(0);
    one.itcov(&["clean"]).ends_with(0);
    suite(&other.root).ends_with(1).says(&format!(
        "error: a cargo of the suite was to run the program of {}, and has run the measured one",
        other.root.display()
    ));
    one.itcov(&["report"])
        .ends_with(1)
        .says("nothing has been measured yet");

    // The same checkout by another path.
    let link = one.root.with_file_name("link");
    std::os::unix::fs::symlink(&one.root, &link).unwrap();
    suite(&link).ends_with(0);
}

#[test]
fn a_copy_of_a_checkout_has_no_run_though_its_target_directory_is_copied_too() {
    let krate = app();
    krate.itcov(&["run", "--", "more"]).ends_with(0);
    let before = krate.itcov(&["report"]).ends_with(0).stdout;
    let copied = TestCrate::empty();
    fs::remove_dir(&copied.root).unwrap();
    cp(&krate.root, &copied.root);
    // Wherever the copy is, and if its target directory is one that the original wrote to.
    for target in [copied.root.join("target"), krate.root.join("target")] {
        for arguments in [&["report"][..], &["report", "--fail-under-lines", "100"]] {
            itcov(&copied, &target, arguments)
                .ends_with(1)
                .says("nothing has been measured yet");
        }
    }
    let run = copied.itcov(&["run"]).ends_with(0);
    assert_eq!(run.lines_of("Total"), LINES);
    assert_eq!(krate.itcov(&["report"]).ends_with(0).stdout, before);
}

/// What a pipeline does: the target directory is kept, the checkout is a fresh one at the same place.
#[test]
fn a_run_that_a_cache_has_brought_is_named_and_meets_no_threshold() {
    // The cache is unpacked, or it is a directory that stays.
    for is_unpacked in [true, false] {
        let krate = app();
        let volume = tempfile::tempdir().unwrap();
        let target = if is_unpacked {
            krate.root.join("target")
        } else {
            volume.path().to_owned()
        };
        let itcov = |arguments: &[&str]| itcov(&krate, &target, arguments);
        itcov(&["run", "--", "more"]).ends_with(0);
        let threshold = ["report", "--fail-under-lines", "100"];
        itcov(&threshold).ends_with(0);

        let cache = tempfile::tempdir().unwrap();
        let cached = cache.path().join("cached");
        if is_unpacked {
            cp(&target, &cached);
        }
        // Fresh, and not by chance where the old one was on the disk.
        let old = krate.root.with_file_name("old");
        fs::rename(&krate.root, &old).unwrap();
        copy(&old.join("src"), &krate.root.join("src"));
        for file in ["Cargo.toml", "Cargo.lock"] {
            cp(&old.join(file), &krate.root.join(file));
        }
        cp(&old.join("src"), &krate.root.join("src-as-it-was"));
        fs::remove_dir_all(krate.root.join("src")).unwrap();
        fs::rename(krate.root.join("src-as-it-was"), krate.root.join("src")).unwrap();
        if is_unpacked {
            cp(&cached, &target);
        }

        let brought = "the last run was not made in this checkout";
        itcov(&["report"])
            .ends_with(0)
            .says("warning: the last run was not made in this checkout, but brought here")
            .says("it began at 20");
        let refused = itcov(&threshold).ends_with(1).says(&format!(
            "error: {brought}, so whether enough ran cannot be told"
        ));
        // What is to count can be named.
        let (_, named) = refused.stderr.split_once("--profiles ").unwrap();
        itcov(&[&threshold[..], &["--profiles", named.trim()]].concat()).ends_with(0);

        // It is not added to, and a run begins anew.
        let added = itcov(&["run", "--add"]).ends_with(0);
        let added = added.says(&format!("{brought}, so it is forgotten"));
        assert_eq!(added.lines_of("Total"), LINES);
        itcov(&threshold).ends_with(1).says("lines");
        let trace = itcov(&["report", "--lcov", "-"]).ends_with(0);
        assert_eq!(trace.stderr, "");
        assert_eq!(entries_of_main(&trace.stdout), 1);
    }
}

#[test]
fn a_target_directory_that_was_away_and_is_back_is_named() {
    let krate = app();
    krate.itcov(&["run"]).ends_with(0);
    let target = krate.root.join("target");
    let away = krate.root.with_file_name("away");
    cp(&target, &away);
    fs::rename(&target, krate.root.with_file_name("old")).unwrap();
    cp(&away, &target);
    krate
        .itcov(&["report"])
        .ends_with(0)
        .says("the last run was not made in this checkout");
}

#[test]
fn a_checkout_that_was_renamed_and_is_back_has_its_run() {
    let krate = app();
    krate.itcov(&["run"]).ends_with(0);
    let elsewhere = krate.root.with_file_name("elsewhere");
    fs::rename(&krate.root, &elsewhere).unwrap();
    fs::rename(&elsewhere, &krate.root).unwrap();
    let report = krate.itcov(&["report"]).ends_with(0);
    assert_eq!(report.stderr, "");
}

/// In a container whose image has the checkout, the first change below it makes its directory another one for the file system.
#[test]
fn a_container_has_its_own_run_whatever_is_written_below_the_checkout_that_its_image_has() {
    let krate = app();
    let unshare = if is_root() {
        "unshare --mount"
    } else {
        "unshare --map-root-user --mount"
    };
    let around = tempfile::tempdir().unwrap();
    let around = around.path();
    fs::create_dir(around.join("volume")).unwrap();
    let renew = |was: &str| {
        for name in ["up", "work"] {
            let _ = fs::rename(around.join(name), around.join(format!("{was}-{name}")));
            fs::create_dir(around.join(name)).unwrap();
        }
    };
    renew("");
    let image = krate.root.parent().unwrap().display().to_string();
    let root = krate.root.display();
    let container = |layers: &str, script: &str| {
        let mount = format!(
            "mount -t overlay none -o lowerdir={layers},upperdir=$0/up,workdir=$0/work {image} && cd {root}"
        );
        let mut command = krate.command(unshare.split(' ').next().unwrap());
        command.args(unshare.split(' ').skip(1));
        command
            .args(["sh", "-c", &format!("{mount} && {script}")])
            .arg(around)
            .env("CARGO_TARGET_DIR", around.join("volume"));
        Output::of(&mut command)
    };
    if container(&image, "true").status != 0 {
        eprintln!("nothing can be mounted here");
        return;
    }
    krate.sh("cargo generate-lockfile --offline").ends_with(0);
    let report = "cargo itcov report --fail-under-lines 60";
    let run = "cargo itcov exec -- sh -c '\"$ITCOV_BIN\" >written'";
    let own = container(
        &image,
        &format!("{run} && {report} && echo more >>written && {report}"),
    );
    let own = own.ends_with(0);
    assert!(!own.stderr.contains("was not made"), "{own:?}");

    // It is not that of another container of the image.
    renew("ran");
    let other = "the last run was not made in this checkout";
    container(&image, report).ends_with(1).says(other);
    // In an image that is made of what was in the container it is, until something is written there that is not the report.
    renew("reported");
    let image = format!("{}/ran-up:{image}", around.display());
    container(&image, &format!("{report} --lcov lcov.info")).ends_with(0);
    container(&image, report).ends_with(1).says(other);
}

/// Copies as caches and backups do, with times and links.
fn cp(from: &Path, to: &Path) {
    let mut cp = std::process::Command::new("cp");
    Output::of(cp.arg("-a").args([from, to])).ends_with(0);
}
