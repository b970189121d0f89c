//! A pipe or a device in the place of a file is named, and not waited for.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::instrumented::Instrumented;
use crate::support::process::signal;
use crate::support::repository::Git;
use crate::support::{Running, TestCrate, checkout, command, stdout, tools};

/// Every command here takes far less.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs a command that ends in time and says the text.
#[track_caller]
fn ends(command: &mut Command, status: i32, said: &str) {
    let started = Instant::now();
    // It is killed after two minutes, at the latest.
    let output = Running::start(command).finish().ends_with(status);
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    let all = format!("{}{}", output.stdout, output.stderr);
    assert!(all.contains(said), "no {said:?} in\n{all}");
}

fn fifo(path: &Path) {
    let _ = fs::remove_file(path);
    let _ = fs::remove_dir_all(path);
    stdout(command("mkfifo", path.parent().unwrap()).arg(path));
}

fn itcov(krate: &TestCrate, words: &[&str]) -> Command {
    let mut itcov = krate.command(tools::cargo_itcov());
    itcov.arg("itcov").args(words);
    itcov
}

#[test]
fn no_command_of_the_scaffold_waits_for_a_file() {
    for file in [
        "Cargo.toml",
        "justfile",
        "itcov.just",
        "tests/manual_integration.rs",
    ] {
        let krate = TestCrate::scaffolded("waiting");
        let path = krate.root.join(file);
        let commands = [
            &["init"][..],
            &["check"],
            &["update"],
            &["remove", "--force"],
        ];
        fifo(&path);
        for words in commands {
            ends(
                &mut itcov(&krate, words),
                1,
                "it is a FIFO, and no regular file",
            );
        }
        fs::remove_file(&path).unwrap();
        symlink("/dev/zero", &path).unwrap();
        for words in commands {
            ends(
                &mut itcov(&krate, words),
                1,
                "it is a device, and no regular file",
            );
        }
        fs::remove_file(&path).unwrap();
        fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        ends(&mut itcov(&krate, &["check"]), 1, "no more are read");
    }
}

#[test]
fn neither_just_nor_git_nor_a_template_is_waited_for() {
    let krate = TestCrate::scaffolded("others");
    krate.write("justfile", "import 'itcov.just'\nimport 'more.just'\n");
    fifo(&krate.root.join("more.just"));
    for words in [&["check"][..], &["init"], &["doctor"]] {
        ends(
            &mut itcov(&krate, words),
            1,
            "it is a FIFO, and no regular file",
        );
    }

    let krate = TestCrate::new("attributes");
    krate.write("justfile", "mine:\n    true\n");
    Git::init(&krate.root);
    for name in [".gitattributes", ".gitignore"] {
        fifo(&krate.root.join(name));
        ends(
            &mut itcov(&krate, &["init"]),
            1,
            "it is a FIFO, and no regular file",
        );
        fs::remove_file(krate.root.join(name)).unwrap();
    }

    let krate = TestCrate::new("template");
    let template = krate.root.join("../template");
    fs::create_dir(&template).unwrap();
    fifo(&template.join("itcov.just"));
    let words = ["init", "--template", "../template"];
    ends(
        &mut itcov(&krate, &words),
        1,
        "is neither a file nor a directory",
    );
}

#[test]
fn no_report_waits_for_a_file() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    let root = fixture.root();
    let report = |status, said: &str| ends(&mut fixture.report(&[]), status, said);
    fifo(&root.join("given"));
    let mut given = fixture.report(&["--profiles", "given"]);
    ends(
        &mut given,
        1,
        "cannot read given: it is a FIFO, and no regular file",
    );
    fs::create_dir(root.join("brought")).unwrap();
    fs::rename(root.join("given"), root.join("brought/f.profraw")).unwrap();
    let mut brought = fixture.report(&["--profiles", "brought"]);
    ends(
        &mut brought,
        1,
        "cannot read brought/f.profraw: it is a FIFO, and no regular file",
    );
    // What is behind a profile is not read, nor what is none.
    let brought = root.join("brought/f.profraw");
    fs::remove_file(&brought).unwrap();
    fs::copy(&fixture.profiles()[0], &brought).unwrap();
    let brought = File::options().write(true).open(brought).unwrap();
    let with_little_memory = |status, said: &str| {
        let report = fixture.report(&["--profiles", "brought"]);
        let mut command = command("sh", &root);
        command.args(["-c", "ulimit -v 2000000; exec \"$0\" \"$@\""]);
        command.arg(report.get_program()).args(report.get_args());
        ends(&mut command, status, said);
    };
    brought.set_len(4_000_000_000).unwrap();
    with_little_memory(0, "Total");
    brought.set_len(0).unwrap();
    brought.set_len(4_000_000_000).unwrap();
    with_little_memory(1, "it begins with zeros");

    // What is kept of the build, and of the sources.
    let checkout = checkout(&root.join("target"));
    let build = fs::read_dir(checkout.join("builds")).unwrap().next();
    let texts = build.unwrap().unwrap().path().join(".texts");
    let listed = fs::read(&texts).unwrap();
    let refused = "is a link, a pipe or the like, where itcov keeps files of its own";
    fifo(&texts);
    report(1, refused);
    fs::remove_file(&texts).unwrap();
    fs::write(&texts, listed).unwrap();
    let build = checkout.join("build.json");
    let kept = fs::read(&build).unwrap();
    fifo(&build);
    report(1, refused);
    fs::remove_file(&build).unwrap();
    fs::write(&build, kept).unwrap();
    let object = fixture.objects().remove(1);
    let whole = fs::read(&object).unwrap();
    fifo(&object);
    report(1, refused);
    fs::remove_file(&object).unwrap();
    fs::write(&object, whole).unwrap();

    // Another source of the report, which may be newer than the build, too.
    fifo(&root.join("src/unused.rs"));
    report(0, "Total");
    // The sign of an earlier report.
    fs::create_dir(root.join("pages")).unwrap();
    fifo(&root.join("pages/.coverage-html"));
    ends(&mut fixture.report(&["--html", "pages"]), 1, "pages");
    let profile = fixture.profiles().remove(0);
    File::options()
        .write(true)
        .open(&profile)
        .unwrap()
        .set_len(1 << 42)
        .unwrap();
    report(1, "no more are read");
}

#[test]
fn a_signal_ends_a_run_though_git_waits() {
    let krate = TestCrate::new("asked");
    Git::init(&krate.root).commit("first");
    krate.itcov(&["build"]).ends_with(0);
    let pipe = krate.root.join(".git/info/exclude");
    fifo(&pipe);
    let started = Instant::now();
    let mut run = Running::start(&mut itcov(&krate, &["exec", "touch", "began"]));
    run.expect("itcov-dry-run");
    // All that is left before the suite is to note what git says.
    std::thread::sleep(Duration::from_secs(1));
    signal("TERM", run.id());
    run.finish().ends_with(128 + 15).says("SIGTERM has come");
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    assert!(!krate.has("began"));
    // git finds nothing in it then.
    fs::write(&pipe, "").unwrap();
}
