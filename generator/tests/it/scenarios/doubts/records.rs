//! Records that do not tell all: scenarios without an end, profiles that are not whole, names that were not noted.

use std::fs;

use super::{app, record, recorded};
use crate::build::package;
use crate::denominator::source_lines::scaffolded;
use crate::scenarios::changed::{changed, with};
use crate::support::Output;
use crate::support::repository::Git;
use crate::support::tools::cargo_itcov;

/// No scenario comes to the change, which is said.
#[track_caller]
fn selects_nothing((names, said): (Vec<String>, String)) {
    assert_eq!(names, [""; 0]);
    assert!(
        said.starts_with("note: no scenario of the last run reaches src/main.rs:"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_scenario_of_which_not_all_is_known_is_selected() {
    let krate = app(
        "fn main() {\n    if std::env::args().nth(1).is_none() {\n        \
         loop {\n            std::thread::sleep(std::time::Duration::from_millis(5));\n        }\n    }\n}\n\
         #[allow(dead_code)]\nfn idle() {\n    println!();\n}\n",
    );
    let git = recorded(&krate, &["one", "two"]);
    let in_idle = || with(&krate, "src/main.rs", "println!();", "println!(\"idle\");");
    selects_nothing(in_idle());
    // Of one, a profile is not whole.
    krate.write(
        "suite.sh",
        &(krate.read("suite.sh")
            + "for profile in \"${LLVM_PROFILE_FILE%/*}\"/.apart/*/*; do truncate -s 100 \"$profile\"; break; done\n"),
    );
    git.commit("second");
    record(&krate);
    let (names, said) = in_idle();
    assert_eq!(names, ["one", "two"]);
    let why = "of some processes it is not known what they did: 1";
    assert!(said.contains(why), "{said}");
    // One has failed, and one has no end.
    krate.write(
        "suite.sh",
        "cargo-itcov scenario passes -- true\ncargo-itcov scenario fails -- false || true\n\
         cargo-itcov scenario lasts -- sh -c 'curl -s -X POST \"http://$ITCOV_CONTROL/stop\"; sleep 100'\n",
    );
    git.commit("third");
    krate.itcov(&["suite", "--", "sh", "-e", "suite.sh"]);
    let (names, said) = in_idle();
    assert_eq!(
        (names, &*said),
        (vec!["fails".to_owned(), "lasts".to_owned()], "")
    );
}

#[test]
fn a_scenario_that_may_have_failed_is_selected() {
    let krate = app("fn main() {}\n#[allow(dead_code)]\nfn idle() {\n    println!();\n}\n");
    let git = recorded(&krate, &["one", "two"]);
    let in_idle = || with(&krate, "src/main.rs", "println!();", "println!(\"idle\");");
    selects_nothing(in_idle());
    // Nobody has said which of them has.
    krate.write("suite.sh", &(krate.read("suite.sh") + "exit 3\n"));
    git.commit("second");
    krate
        .itcov(&["exec", "--scenarios", "--", "sh", "-e", "suite.sh"])
        .ends_with(3);
    let all = vec!["one".to_owned(), "two".to_owned()];
    assert_eq!(in_idle(), (all, String::new()));
    // The commands of some are killed, so nobody says how these end.
    krate.write(
        "suite.sh",
        "kills() { timeout -s KILL 1 cargo-itcov scenario $1 -- sleep 100 || true; }\n\
         \"$ITCOV_BIN\"\nkills first\ncargo-itcov scenario passes -- true\nkills last\n",
    );
    git.commit("third");
    krate
        .itcov(&["exec", "--", "sh", "-e", "suite.sh"])
        .ends_with(0);
    let killed = vec!["first".to_owned(), "last".to_owned()];
    assert_eq!(in_idle(), (killed, String::new()));
}

/// Nobody knows which scenario it was for.
#[test]
fn what_ran_and_does_not_count_selects_all() {
    let krate = app("fn main() {}\n#[allow(dead_code)]\nfn idle() {\n    println!();\n}\n");
    krate.write("task/Cargo.toml", &package("task", ""));
    krate.write("task/src/main.rs", "fn main() {}\n");
    let manifest = krate.read("Cargo.toml") + "[workspace]\nmembers = [\"task\"]\n";
    krate.write("Cargo.toml", &manifest);
    krate.cargo(&["build", "--quiet"]).ends_with(0);
    super::recorded(&krate, &["one", "two"]);
    let suite = krate.read("suite.sh");
    for (more, why) in [
        ("", ""),
        (
            "cargo run --quiet -p task",
            "a program of task has run, which is not measured",
        ),
        (
            "target/debug/app",
            "a program was opened that is not instrumented",
        ),
        (
            "LLVM_PROFILE_FILE=own.profraw \"$ITCOV_BIN\"",
            "a program had another LLVM_PROFILE_FILE",
        ),
    ] {
        let script = format!("{suite}{more}");
        let exec = [
            "exec",
            "-p",
            "app",
            "--scenarios",
            "--",
            "sh",
            "-ec",
            &script,
        ];
        krate.itcov(&exec).ends_with(0);
        let (names, said) = with(&krate, "src/main.rs", "println!()", "print!()");
        assert_eq!(names.len(), if why.is_empty() { 0 } else { 2 }, "{said}");
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn profiles_of_a_scenario_whose_name_was_not_noted_select_all() {
    let krate = app("fn main() {}\n");
    let git = recorded(&krate, &["one", "two"]);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    // As if who made the directory was killed before it could note the name.
    let made = "mkdir -p \"${LLVM_PROFILE_FILE%/*}/.apart/$(printf two | md5sum | cut -c1-16)\"\n";
    krate.write("suite.sh", &(made.to_owned() + &krate.read("suite.sh")));
    git.commit("second");
    record(&krate);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    for why in [
        "what they did: 1",
        "names could not be noted, as a process was killed: 1",
    ] {
        assert!(said.contains(why), "{said}");
    }
    // A name with a space is no test of nextest.
    krate.write("suite.sh", "ITCOV_SCENARIO='app one' \"$ITCOV_BIN\"\n");
    record(&krate);
    krate
        .itcov(&["scenarios", "--format", "nextest"])
        .ends_with(1)
        .says("\"app one\" is no test of nextest");
}

#[test]
fn functions_that_ran_and_have_lost_their_mapping_select_all() {
    let krate = scaffolded("denominator");
    let git = Git::init(&krate.root);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    git.commit("first");
    let mut run = krate.command(cargo_itcov());
    run.args(["exec", "--release", "--scenarios", "--", "sh", "-c"])
        .arg("ITCOV_SCENARIO=one \"$ITCOV_BIN\"")
        .env("CARGO_PROFILE_RELEASE_LTO", "thin");
    Output::of(&mut run).ends_with(0);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    let why = "functions ran of which is not known where they are written: ";
    assert!(said.contains(why), "{said}");
}

#[test]
fn what_reports_have_written_is_no_data_of_the_suite() {
    let krate = app("fn main() {}\n#[allow(dead_code)]\nfn idle() {\n    println!();\n}\n");
    recorded(&krate, &["one", "two"]);
    let in_idle = || with(&krate, "src/main.rs", "println!();", "println!(\"idle\");");
    let reports = [
        "report",
        "--markdown",
        "comment.md",
        "--lcov",
        "lcov.info",
        "--html",
        "pages",
    ];
    krate.itcov(&reports).ends_with(0);
    selects_nothing(in_idle());
    // Nor is it where somebody has deleted it since.
    fs::remove_file(krate.root.join("lcov.info")).unwrap();
    selects_nothing(in_idle());
    // What somebody else has written may be.
    krate.write("comment.md", "another comment\n");
    let (names, said) = in_idle();
    assert_eq!(names, ["one", "two"]);
    assert!(
        said.contains("comment.md") && !said.contains("lcov.info"),
        "{said}"
    );
}
