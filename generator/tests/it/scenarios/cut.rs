//! Scenarios that are cut, and what is known of them afterwards.

use super::changed::with;
use super::of_scenario;
use crate::build::package;
use crate::support::process::{signal, wait_until};
use crate::support::repository::Git;
use crate::support::{Running, TestCrate};

const MAIN: &str = r#"fn main() {
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "one" => one(),
            "two" => two(),
            "giant" => giant(),
            _ => {}
        }
    }
}

fn one() {
    println!("1");
}

fn two() {
    println!("2");
}

/// A profile that says that it has counters without end, and has as many bytes, none of which is on the disk.
fn giant() {
    let place = std::env::var("LLVM_PROFILE_FILE").unwrap();
    let directory = std::path::Path::new(&place).parent().unwrap();
    let mut files = std::fs::read_dir(directory).unwrap().map(|it| it.unwrap().path());
    let own = files.find(|it| it.extension().is_some_and(|it| it == "itcov")).unwrap();
    let mut bytes = std::fs::read(own).unwrap();
    bytes[40..48].copy_from_slice(&(1_u64 << 34).to_ne_bytes());
    let giant = directory.join("giant.profraw");
    std::fs::write(&giant, bytes).unwrap();
    let giant = std::fs::File::options().write(true).open(giant).unwrap();
    giant.set_len(1 << 38).unwrap();
}
"#;

fn krate() -> (TestCrate, Git) {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", MAIN);
    krate.write(".gitignore", "/target\n/ready\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = Git::init(&krate.root);
    (krate, git)
}

/// What is selected if one of the functions changes.
fn selected(krate: &TestCrate, number: &str) -> Vec<String> {
    let text = format!("println!(\"{number}\");");
    let (names, said) = with(krate, "src/main.rs", &text, "println!(\"other\");");
    assert_eq!(said, "");
    names
}

#[test]
fn one_that_is_cut_and_runs_again_has_done_both() {
    let (krate, git) = krate();
    // Its own command kills it; a second one cuts it, and is called like it.
    for cut in [
        "cargo-itcov scenario a -- sh -c '\"$ITCOV_BIN\" one; kill -KILL $PPID' || true\n",
        "cargo-itcov scenario a -- sh -c '\"$ITCOV_BIN\" one; cargo-itcov scenario b -- true' || true\n",
        "cargo-itcov scenario a -- sh -c '\"$ITCOV_BIN\" one; cargo-itcov scenario a -- true' || true\n",
    ] {
        let again =
            "cargo-itcov scenario a -- \"$ITCOV_BIN\" two\ncargo-itcov scenario last -- true\n";
        krate.write("suite.sh", &format!("{cut}{again}"));
        git.commit("suite");
        let run = krate.itcov(&["exec", "--", "sh", "-e", "suite.sh"]);
        let report = run.ends_with(0).stdout;
        assert!(!report.contains("no test checks them"), "{cut}{report}");
        let lines = of_scenario(&krate, "a");
        for line in ["12:true", "16:true"] {
            assert!(lines.contains(line), "{cut}{lines}");
        }
        // It may have done anything before it was cut.
        for number in ["1", "2"] {
            assert_eq!(selected(&krate, number), ["a"], "{cut}");
        }
    }
}

#[test]
fn what_is_of_a_run_whose_tool_was_killed_is_selected() {
    let (krate, git) = krate();
    for (suite, words) in [
        (
            "ITCOV_SCENARIO=a \"$ITCOV_BIN\" one\ntouch ready\nsleep 100\nITCOV_SCENARIO=a \"$ITCOV_BIN\" two\n",
            &["exec", "--scenarios", "--", "sh", "suite.sh"][..],
        ),
        (
            "curl -s -X POST \"http://$ITCOV_CONTROL/scenario/a\"\n\"$ITCOV_BIN\" one\n\
             curl -s -X POST \"http://$ITCOV_CONTROL/scenario\"\ntouch ready\nsleep 100\n",
            &["exec", "--", "sh", "suite.sh"],
        ),
    ] {
        krate.write("suite.sh", suite);
        git.commit("suite");
        let mut run = krate.command("cargo-itcov");
        let run = Running::start(run.args(words));
        wait_until("the scenario is over", || krate.has("ready"));
        // It goes on, so nobody knows yet.
        assert_eq!(selected(&krate, "2"), ["a"], "{suite}");
        signal("KILL", run.id());
        run.finish();
        assert_eq!(selected(&krate, "2"), ["a"], "{suite}");
        std::fs::remove_file(krate.root.join("ready")).unwrap();
    }
}

#[test]
fn one_with_its_own_profiles_goes_on_after_a_reset() {
    let (krate, git) = krate();
    krate.write(
        "suite.sh",
        "ITCOV_SCENARIO=a \"$ITCOV_BIN\" one\nITCOV_SCENARIO=b \"$ITCOV_BIN\" one\n\
         curl -s -X POST \"http://$ITCOV_CONTROL/reset\"\nITCOV_SCENARIO=a \"$ITCOV_BIN\" two\n",
    );
    git.commit("suite");
    let run = ["exec", "--scenarios", "--", "sh", "-e", "suite.sh"];
    krate.itcov(&run).ends_with(0);
    let said = krate.itcov(&["scenarios"]).ends_with(0);
    assert_eq!((&*said.stdout, &*said.stderr), ("a\nb\n", ""));
    let lines = of_scenario(&krate, "a");
    assert!(
        lines.contains("12:false") && lines.contains("16:true"),
        "{lines}"
    );
    // What they did before is forgotten.
    assert_eq!(selected(&krate, "1"), ["a", "b"]);
}

#[test]
fn a_profile_without_end_does_not_end_the_run() {
    let (krate, git) = krate();
    krate.write(
        "suite.sh",
        "\"$ITCOV_BIN\" giant\ncargo-itcov scenario a -- \"$ITCOV_BIN\" one\n",
    );
    git.commit("suite");
    let run = "ulimit -v 8000000; exec cargo-itcov exec -- sh -e suite.sh";
    krate
        .sh(run)
        .ends_with(1)
        .says("the suite ended")
        .says("giant.profraw: it has more than ");
}
