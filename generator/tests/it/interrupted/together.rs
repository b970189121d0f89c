//! Several commands at the same moment.

use std::fs::File;

use super::strace;
use super::tree::Tree;
use crate::support::{Output, Running, TestCrate, tools};

fn start(krate: &TestCrate, arguments: &[&str]) -> Running {
    Running::start(
        krate
            .command(tools::cargo_itcov())
            .arg("itcov")
            .args(arguments),
    )
}

#[test]
fn of_several_at_once_one_does_it_and_the_others_find_it_done() {
    for count in [2, 10] {
        let krate = TestCrate::new("together");
        let running: Vec<Running> = (0..count).map(|_| start(&krate, &["init"])).collect();
        let outputs: Vec<Output> = running
            .into_iter()
            .map(|it| it.finish().ends_with(0))
            .collect();
        let did = |text: &str| {
            outputs
                .iter()
                .filter(|output| output.stdout.contains(text))
                .count()
        };
        assert_eq!(
            (did("Created justfile"), did("Nothing to do")),
            (1, count - 1)
        );
        let alone = TestCrate::scaffolded("together");
        assert_eq!(Tree::of(&krate.root), Tree::of(&alone.root));
    }
}

#[test]
fn init_and_remove_at_once_leave_one_of_the_two() {
    let krate = TestCrate::new("to-and-fro");
    let bare = Tree::of(&krate.root);
    krate.itcov(&["init"]).ends_with(0);
    let full = Tree::of(&krate.root);
    let running: Vec<Running> = (0..6)
        .map(|number| start(&krate, [&["init"], &["remove"]][number % 2]))
        .collect();
    for running in running {
        let output = running.finish();
        // cargo, asked before the lock is known, may find the manifest of before and the harness of after.
        assert!(
            output.status == 0 || output.stderr.contains("cargo cannot read"),
            "{output:?}"
        );
    }
    let end = Tree::of(&krate.root);
    assert!(end == bare || end == full, "{end:?}");
}

#[test]
fn who_waits_says_so_and_goes_on_when_the_other_is_done() {
    let krate = TestCrate::new("waits");
    let before = Tree::of(&krate.root);
    let root = File::open(&krate.root).unwrap();
    root.lock().unwrap();
    let mut waiting = start(&krate, &["init"]);
    waiting.expect("waiting for another cargo itcov in ");
    assert_eq!(Tree::of(&krate.root), before);
    // What only reads does not wait.
    krate
        .itcov(&["init", "--dry-run"])
        .ends_with(0)
        .prints("+++ b/justfile");
    krate.write("justfile", "default:\n");
    root.unlock().unwrap();
    let output = waiting.finish().ends_with(0).prints("Edited justfile");
    assert!(
        output
            .stderr
            .ends_with(&format!("in {}\n", krate.root.display()))
    );
}

#[test]
#[ignore = "needs strace (Debian: apt-get install strace)"]
fn where_directories_cannot_be_locked_it_goes_on_without() {
    let krate = TestCrate::new("unlocked");
    let expression = "inject=flock:error=ENOLCK";
    let output = Output::of(&mut strace::command(&krate, expression, &["init"]));
    output.ends_with(0).prints("Created justfile");
    // Then what another process may be about to put in its place is left alone.
    krate.write(".justfile.itcov-3f9c1e7ab2d4-1", "");
    Output::of(&mut strace::command(&krate, expression, &["remove"])).ends_with(0);
    assert!(krate.has(".justfile.itcov-3f9c1e7ab2d4-1") && !krate.has("justfile"));
    krate.itcov(&["remove"]).ends_with(0);
    assert!(!krate.has(".justfile.itcov-3f9c1e7ab2d4-1"));
}
