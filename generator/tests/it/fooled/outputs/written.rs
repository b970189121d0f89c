//! All files of a report are written, or none, wherever they are.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use crate::support::instrumented::Instrumented;
use crate::support::process::{signal, wait_until};
use crate::support::{Output, Running, command, stdout, tools};

fn ran() -> Instrumented {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    fs::create_dir(fixture.root().join("out")).unwrap();
    fixture
}

/// The report under another command, which gets it as its last words.
fn under(words: &[&str], of: &Instrumented, arguments: &[&str]) -> Output {
    let mut outer = command(words[0], &of.root());
    outer.args(&words[1..]).arg(tools::cargo_itcov());
    outer
        .args(["itcov", "report", "--profiles"])
        .arg(of.collected());
    Output::of(outer.args(arguments))
}

/// What is in the directory: the names with the texts.
fn texts(directory: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    let mut texts: Vec<_> = entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap_or_default())
        })
        .collect();
    texts.sort();
    texts
}

const OUTPUTS: [&str; 6] = [
    "--lcov",
    "out/new",
    "--json",
    "out/old",
    "--codecov",
    "out/last",
];

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn a_place_that_cannot_be_replaced_leaves_all_as_they_were_or_is_written_to() {
    let fixture = ran();
    let out = fixture.root().join("out");
    fs::write(out.join("old"), "old").unwrap();
    fs::write(out.join("last"), "last").unwrap();
    let before = texts(&out);
    let strace = |error: &str| {
        // The renames of the report: each is made to fail once all before it are done.
        let failing = format!("inject=/^rename:error={error}:when=3");
        under(
            &["strace", "-f", "-o", "/dev/null", "-e", &failing],
            &fixture,
            &OUTPUTS,
        )
    };
    let refused = strace("EPERM").ends_with(1);
    refused.says("error: cannot write out/last: Operation not permitted");
    assert_eq!(texts(&out), before);
    // As where something is mounted.
    let inode = || fs::metadata(out.join("last")).unwrap().ino();
    let same = inode();
    strace("EBUSY").ends_with(0);
    assert_eq!(inode(), same);
    let written = texts(&out);
    assert_eq!(written.len(), 3, "{written:?}");
    assert!(
        written.iter().all(|(_, text)| text.len() > 100),
        "{written:?}"
    );
}

#[test]
#[ignore = "needs to mount a file system"]
fn a_file_that_something_is_mounted_over_is_written_to() {
    let fixture = ran();
    let out = fixture.root().join("out");
    for name in ["last", "host"] {
        fs::write(out.join(name), "as it was").unwrap();
    }
    let script = "mount --bind out/host out/last && exec \"$@\"";
    let words = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
    ];
    under(&words, &fixture, &OUTPUTS).ends_with(0);
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert!(
        read("host").starts_with("{\"coverage\""),
        "{}",
        read("host")
    );
    assert_eq!(read("last"), "as it was");
    assert!(read("old").starts_with("{\"data\""));
}

/// One that root cannot replace either, where the file system knows such files.
#[test]
#[ignore = "needs root"]
fn an_immutable_file_leaves_the_others_as_they_were() {
    let fixture = ran();
    let out = fixture.root().join("out");
    fs::write(out.join("last"), "as it was").unwrap();
    let chattr = |flag: &str| {
        let mut chattr = command("chattr", &out);
        Output::of(chattr.args([flag, "last"])).status
    };
    if chattr("+i") != 0 {
        return;
    }
    let output = under(&["env"], &fixture, &OUTPUTS);
    chattr("-i");
    output.ends_with(1).says("cannot write out/last");
    assert_eq!(texts(&out), [("last".to_owned(), "as it was".to_owned())]);
}

#[test]
fn pages_that_cannot_be_written_leave_the_files_as_they_were() {
    let fixture = ran();
    let out = fixture.root().join("out");
    fs::write(out.join("old"), "old").unwrap();
    fs::set_permissions(out.join("old"), fs::Permissions::from_mode(0o640)).unwrap();
    let before = texts(&out);
    // They are no report's.
    let arguments = [&OUTPUTS[..4], &["--html", "src"]].concat();
    Output::of(&mut fixture.report(&arguments))
        .ends_with(1)
        .says("src has files in it");
    assert_eq!(texts(&out), before);
    let mode = || fs::metadata(out.join("old")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o640);
    Output::of(&mut fixture.report(&OUTPUTS[..4])).ends_with(0);
    assert_eq!(mode(), 0o640);
    let mask = Output::of(command("sh", &out).args(["-c", "umask"])).stdout;
    let mask = u32::from_str_radix(mask.trim(), 8).unwrap();
    let new = fs::metadata(out.join("new")).unwrap().permissions().mode();
    assert_eq!(new & 0o777, 0o666 & !mask);
}

#[test]
fn a_link_to_nothing_is_written_through_and_stays() {
    let fixture = ran();
    let root = fixture.root();
    symlink("out/goal", root.join("link")).unwrap();
    symlink("../link", root.join("out/chain")).unwrap();
    symlink("nowhere/goal", root.join("lost")).unwrap();
    symlink("circle", root.join("circle")).unwrap();
    Output::of(&mut fixture.report(&["--lcov", "out/chain"])).ends_with(0);
    assert!(root.join("link").is_symlink() && root.join("out/chain").is_symlink());
    let goal = root.join("out/goal");
    assert!(fs::read_to_string(&goal).unwrap().starts_with("SF:"));
    fs::remove_file(&goal).unwrap();

    let said = |arguments: &[&str], status| {
        let output = Output::of(&mut fixture.report(arguments)).ends_with(status);
        assert!(!goal.exists());
        output.stderr
    };
    let twice = said(&["--lcov", "link", "--json", "out/goal"], 2);
    assert!(
        twice.contains("--lcov and --json are both for out/goal"),
        "{twice}"
    );
    let lost = said(&["--lcov", "link", "--json", "lost"], 1);
    assert!(
        lost.contains("cannot write lost: there is no directory nowhere"),
        "{lost}"
    );
    let circle = said(&["--lcov", "link", "--json", "circle"], 1);
    assert!(
        circle.contains("cannot write circle: its links lead in a circle"),
        "{circle}"
    );
    assert!(root.join("lost").is_symlink() && root.join("circle").is_symlink());
}

/// A name that leaves no room for another one beside it.
#[test]
fn a_long_name_is_written() {
    let fixture = ran();
    let name = format!("out/{}", "n".repeat(255));
    Output::of(&mut fixture.report(&["--lcov", &name])).ends_with(0);
    Output::of(&mut fixture.report(&["--lcov", &name])).ends_with(0);
    assert_eq!(texts(&fixture.root().join("out")).len(), 1);
}

#[test]
fn what_a_killed_report_has_left_is_removed_by_the_next_one() {
    let fixture = ran();
    let out = fixture.root().join("out");
    fs::write(out.join("old"), "old").unwrap();
    stdout(command("mkfifo", &out).arg("pipe"));
    // Nobody reads the pipe, so it waits there, and the first file is not in its place.
    let words = ["--lcov", "out/old", "--json", "out/pipe"];
    let run = Running::start(&mut fixture.report(&words));
    let names = || {
        let entries = fs::read_dir(&out).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    let has_left = || {
        names()
            .iter()
            .any(|name| name.starts_with(".itcov-3f9c1e7ab2d4-"))
    };
    wait_until("the first file is written", has_left);
    // No process has the second number.
    let others = [".itcov-notes", ".itcov-999999999-notes"];
    for other in others {
        fs::write(out.join(other), "of the user").unwrap();
    }
    // What another one writes meanwhile stays.
    Output::of(&mut fixture.report(&["--lcov", "out/new"])).ends_with(0);
    assert!(has_left());
    signal("KILL", run.id());
    run.finish();
    fs::remove_file(out.join("pipe")).unwrap();
    Output::of(&mut fixture.report(&["--lcov", "out/new"])).ends_with(0);
    assert_eq!(names(), [others[1], others[0], "new", "old"]);
    assert_eq!(fs::read_to_string(out.join("old")).unwrap(), "old");
}

#[test]
fn a_limit_of_the_size_of_files_is_an_error_and_nothing_is_written() {
    let fixture = ran();
    let out = fixture.root().join("out");
    // The pages have a larger file than that, and nothing else has.
    let script = "ulimit -f 16; exec \"$@\"";
    under(
        &["bash", "-c", script, "bash"],
        &fixture,
        &["--lcov", "out/new", "--html", "out/pages"],
    )
    .ends_with(1)
    .says("File too large");
    for name in ["new", "pages/index.html"] {
        assert!(!out.join(name).exists(), "{name}");
    }
}
