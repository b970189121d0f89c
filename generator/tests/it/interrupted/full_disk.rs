//! A disk without room for all that is to be written.

use std::process::Command;

use super::is_root;
use crate::support::{Output, TestCrate, tools};

/// With ever more pages of room, the crate on a small file system; `$0` is cargo-itcov, `$1` the crate. Ends with the first
/// run that has room enough.
const SCRIPT: &str = r#"
set -eu
files() { find . -type f ! -name filler | sort | xargs md5sum; find . -type d | sort; }
mkdir "$1/disk"
pages=0
while [ $pages -lt 60 ]; do
    mount -t tmpfs -o size=256k itcov-test "$1/disk"
    cd "$1/disk"
    cp -r ../Cargo.toml ../src .
    before=$(files)
    cat /dev/zero >filler 2>/dev/null || :
    truncate -s "-$((pages * 4096))" filler
    if "$0" itcov init >../stdout 2>../stderr; then
        echo "enough: $pages"
        exit
    fi
    grep -q 'No space left on device' ../stderr
    grep -q 'nothing was changed' ../stderr
    [ "$before" = "$(files)" ]
    echo refused
    cd ..
    umount "$1/disk"
    pages=$((pages + 1))
done
exit 99
"#;

#[test]
#[ignore = "needs to mount a file system"]
fn on_a_full_disk_nothing_is_changed_and_it_is_said() {
    let krate = TestCrate::new("full-disk");
    let namespace: &[&str] = if is_root() {
        &["--mount"]
    } else {
        &["--map-root-user", "--mount"]
    };
    let unshare = |words: &[&str]| -> Command {
        let mut command = krate.command("unshare");
        command.args(namespace).args(words);
        command
    };
    let mut script = unshare(&["sh", "-c", SCRIPT]);
    let output = Output::of(script.arg(tools::cargo_itcov()).arg(&krate.root));
    let stderr = || std::fs::read_to_string(krate.root.join("stderr"));
    assert_eq!(output.status, 0, "{output:?} {:?}", stderr());
    // Room for the harness alone is among them.
    assert!(output.stdout.matches("refused").count() > 4, "{output:?}");
    assert!(output.stdout.contains("enough: "), "{output:?}");
}

#[test]
fn an_output_that_is_full_is_an_error_and_no_panic() {
    let krate = TestCrate::scaffolded("full");
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full");
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["init"],
        &["init", "--format", "json"],
        &["remove", "--dry-run"],
    ] {
        let mut command = krate.command(tools::cargo_itcov());
        command.arg("itcov").args(arguments).stdout(full().unwrap());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(
            said.contains("error: cannot write to the standard output: "),
            "{arguments:?}: {said}"
        );
    }
    // Of what cannot be said nobody is told, and the status stays.
    krate.write("tests/manual_integration.rs", "// itcov, edited\n");
    let mut command = krate.command(tools::cargo_itcov());
    command
        .args(["itcov", "remove", "--verbose"])
        .stderr(full().unwrap());
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    assert!(!krate.has("itcov.just"));
}
