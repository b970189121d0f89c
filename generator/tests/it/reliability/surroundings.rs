//! What is around the program changes while it runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use super::by_itself::{End, ended};
use super::lab::{Lab, Run, is_root};
use super::{Measured, Row};
use crate::support::{Output, command};

pub const ROWS: [Row; 5] = [
    Row {
        name: "another working directory",
        measure: elsewhere,
    },
    Row {
        name: "`chroot`, and another user",
        measure: confined,
    },
    Row {
        name: "a child process of another user",
        measure: another_user,
    },
    Row {
        name: "the disk gets full",
        measure: |lab| {
            on_small_disk(lab, FILLED_LATER, |run, _| {
                run.was_exact(2, 1, &["ending::more_work"])
            })
        },
    },
    Row {
        name: "the disk is full at the start",
        measure: |lab| on_small_disk(lab, FILLED_FIRST, lost),
    },
];

/// The profile's path may be absolute or relative: the file is opened before the program begins.
fn elsewhere(lab: &Lab) -> Measured {
    for relative in [false, true] {
        let run = lab.run();
        let mut program = run.program(&["elsewhere", "/"]);
        if relative {
            program.env("LLVM_PROFILE_FILE", "profiles/%m%c.profraw");
        }
        ended(&Output::of(&mut program), &End::Status(0));
        let cell = run.was_exact(2, 1, &["ending::elsewhere"]);
        if cell != "exact" {
            return Measured::Cell(cell);
        }
    }
    Measured::Cell("exact".to_owned())
}

fn confined(lab: &Lab) -> Measured {
    if !is_root() {
        return Measured::Skipped("only root may do that".to_owned());
    }
    let run = lab.run();
    let root = run.directory().join("root");
    fs::create_dir(&root).unwrap();
    let mut program = run.program(&["confined", root.to_str().unwrap()]);
    ended(&Output::of(&mut program), &End::Status(0));
    Measured::Cell(run.was_exact(2, 1, &["ending::confined"]))
}

/// The child may not open the file that its parent has made, and does not say so.
fn another_user(lab: &Lab) -> Measured {
    if !is_root() {
        return Measured::Skipped("only root may do that".to_owned());
    }
    let run = lab.run();
    lab.open_to_everybody();
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(run.directory(), open).unwrap();
    let mut probe = command("test", run.directory());
    if Output::of(probe.arg("-x").arg(run.path()).uid(65534).gid(65534)).status != 0 {
        return Measured::Skipped("the temporary directory is not for every user".to_owned());
    }
    ended(
        &Output::of(&mut run.program(&["another-user"])).prints("worked\nworked\n"),
        &End::Status(0),
    );
    if run.was_exact(1, 1, &["ending::another_user"]) == "exact" {
        return Measured::Cell("partial: 50 %".to_owned());
    }
    Measured::Cell(run.was_exact(2, 2, &["ending::another_user"]))
}

/// The script has the program as `$0` and a directory as `$1`; `disk` is a small file system, which the profile is on.
const SMALL_DISK: &str = r#"
set -eu
directory=$1
mkdir "$directory/disk" "$directory/kept"
mount -t tmpfs -o size=128k itcov-test "$directory/disk"
export LLVM_PROFILE_FILE="$directory/disk/%m%c.profraw"
fill() {
    # Until not a byte more can be written.
    cat /dev/zero 2>/dev/null >"$directory/disk/filler" || :
    if echo more 2>/dev/null >>"$directory/disk/filler"; then exit 99; fi
}
keep() { cp "$directory"/disk/*.profraw "$directory/kept"; }
"#;

const FILLED_LATER: &str = r#"
"$0" more-work "$directory/go" >"$directory/stdout" &
tries=0
until grep -q worked "$directory/stdout"; do
    tries=$((tries + 1))
    [ "$tries" -lt 6000 ]
    sleep 0.01
done
fill
: >"$directory/go"
wait $!
keep
"#;

const FILLED_FIRST: &str = r#"
fill
"$0" return
keep
"#;

fn on_small_disk(lab: &Lab, script: &str, outcome: fn(&Run<'_>, &Output) -> String) -> Measured {
    let namespace: &[&str] = if is_root() {
        &["--mount"]
    } else {
        &["--map-root-user", "--mount"]
    };
    let unshare = |words: &[&str]| {
        let mut command = command("unshare", &std::env::temp_dir());
        command.args(namespace).args(words);
        command
    };
    let mut probe = unshare(&["mount", "-t", "tmpfs", "itcov-test", "/mnt"]);
    if Output::of(&mut probe).status != 0 {
        return Measured::Skipped("no file system can be mounted here".to_owned());
    }
    let run = lab.run();
    let mut disk = unshare(&["sh", "-c", &format!("{SMALL_DISK}{script}")]);
    let output = Output::of(disk.arg(run.path()).arg(run.directory()));
    ended(&output, &End::Status(0));
    for entry in fs::read_dir(run.directory().join("kept")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), run.collected().join(entry.file_name())).unwrap();
    }
    Measured::Cell(outcome(&run, &output))
}

/// The program goes on without a profile, and the runtime has said why there is none.
fn lost(run: &Run<'_>, output: &Output) -> String {
    assert!(
        output.stdout.contains("worked\n")
            && output
                .stderr
                .contains("LLVM Profile Error: Failed to write file"),
        "{output:?}"
    );
    let report = run.report();
    assert_eq!((report.status, report.stdout.as_str()), (1, ""));
    "lost, and said".to_owned()
}
