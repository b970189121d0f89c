//! A measured program that goes on after the run, as something from before the run has started it.

use std::os::unix::fs::symlink;

use crate::support::TestCrate;
use crate::support::process::Running;

const PROGRAM: &str = r#"use std::{fs, thread, time::Duration};

fn main() {
    fs::write("started", "").unwrap();
    for _ in 0..1200 {
        if fs::exists("more").unwrap() {
            more();
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn more() {
    fs::write("done", "").unwrap();
    std::process::exit(0);
}
"#;

/// Waits for a file with a program, and becomes that: it stands for a tmux that was there before.
const SERVER: &str = "i=0
while [ ! -e order ]; do i=$((i + 1)); [ $i -lt 1200 ] || exit 1; sleep 0.05; done
. ./order";

#[test]
fn what_a_program_does_that_goes_on_after_the_run_does_not_count() {
    let variable = "LLVM_PROFILE_FILE='$LLVM_PROFILE_FILE'";
    for (environment, is_linked) in [(variable, false), ("", false), (variable, true)] {
        let krate = TestCrate::new("going-on");
        if is_linked {
            krate.write("disk/CACHEDIR.TAG", "");
            symlink("disk", krate.root.join("target")).unwrap();
        }
        krate.write("src/main.rs", PROGRAM);
        let mut server = krate.command("sh");
        let server = Running::start(server.args(["-c", SERVER]).env_remove("LLVM_PROFILE_FILE"));
        let suite = format!(
            "echo \"exec env {environment} $ITCOV_BIN\" >half && mv half order
            i=0; while [ ! -e started ]; do i=$((i + 1)); [ $i -lt 1200 ] || exit 1; sleep 0.05; done"
        );
        let output = krate
            .itcov(&["exec", "--", "sh", "-c", &suite])
            .ends_with(0);
        let id = server.id();
        let output = output.says(&format!(
            "warning: going-on goes on after the run as process {id},"
        ));
        let lines = output.lines_of("Total");
        assert!(lines.0 < lines.1, "{output:?}");
        krate.write("more", "");
        server.finish().ends_with(0);
        assert!(krate.has("done"));
        let later = krate.itcov(&["report"]).ends_with(0);
        assert_eq!(later.lines_of("Total"), lines, "{environment}");
    }
}
