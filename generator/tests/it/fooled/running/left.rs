//! What earlier builds and runs have left on the disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::build::{package, strays};
use crate::support::process::{is_alive, signal};
use crate::support::{Output, TestCrate, tools};

/// A file or a directory that was written two hours ago.
fn old(path: &Path, is_directory: bool) -> PathBuf {
    if is_directory {
        fs::create_dir_all(path).unwrap();
    } else if !path.exists() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "half").unwrap();
    }
    let time = SystemTime::now() - Duration::from_hours(2);
    File::open(path).unwrap().set_modified(time).unwrap();
    path.to_owned()
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn itcov(krate: &TestCrate) -> PathBuf {
    krate.root.join("target/itcov")
}

#[track_caller]
fn only(directory: &Path) -> PathBuf {
    let [only] = &entries(directory)[..] else {
        panic!("{:?}", entries(directory))
    };
    only.clone()
}

#[test]
fn what_a_killed_build_has_left_does_not_stay_for_ever() {
    let krate = TestCrate::new("left");
    krate.cargo(&["build"]).ends_with(0);
    krate.itcov(&["run"]).ends_with(0);
    let wrapper = only(&itcov(&krate).join(".wrapper"));
    let store = only(&itcov(&krate).join(".checkouts"));
    let left = [
        old(&wrapper.join("invocation-17"), false),
        old(&wrapper.join("settings.17"), false),
        old(&wrapper.join("17.o"), false),
        old(&wrapper.join("units/0123456789abcdef.17"), false),
        old(&store.join("build.17"), false),
        old(&store.join("builds/0123456789abcdef.17"), true),
        old(&store.join("harness/manual_integration-17"), false),
        old(&store.join("harness/manual_integration.17.rs"), false),
        old(&store.join("harness/rmetaXXXX"), true),
    ];
    let young = wrapper.join("settings.18");
    fs::write(&young, "{").unwrap();
    krate.itcov(&["run"]).ends_with(0);
    let there: Vec<&PathBuf> = left.iter().filter(|path| path.exists()).collect();
    assert!(there.is_empty(), "{there:?}");
    assert!(young.exists(), "somebody may be writing it");
}

#[test]
fn harnesses_that_the_last_build_does_not_use_are_removed() {
    let krate = TestCrate::scaffolded("harnesses");
    let edit = || {
        let harness = krate.read("tests/manual_integration.rs") + "// edited\n";
        krate.write("tests/manual_integration.rs", &harness);
    };
    edit();
    krate.itcov(&["run"]).ends_with(0);
    let harnesses = only(&itcov(&krate).join(".checkouts")).join("harness");
    let first = only(&harnesses);
    old(&first, false);
    krate.itcov(&["run"]).ends_with(0);
    assert_eq!(only(&harnesses), first, "it is still used");
    edit();
    old(&first, false);
    krate.itcov(&["run"]).ends_with(0);
    assert_ne!(only(&harnesses), first);
}

/// A crate with a dependency outside of the workspace.
fn with_dependency(name: &str) -> TestCrate {
    let krate = TestCrate::empty();
    let dependency = "[dependencies]\nbeside.path = \"../beside\"\n";
    krate.write("Cargo.toml", &package(name, dependency));
    krate.write("../beside/Cargo.toml", &package("beside", ""));
    krate.write("../beside/src/lib.rs", "pub fn beside() {}\n");
    krate.write("src/main.rs", "fn main() {\n    beside::beside();\n}\n");
    krate
}

#[test]
fn clean_removes_what_was_built_for_choices_of_dependencies_and_by_other_versions() {
    let krate = with_dependency("cleaned");
    krate.itcov(&["run", "--also", "beside"]).ends_with(0);
    krate.itcov(&["run"]).ends_with(0);
    let (choices, wrappers) = (itcov(&krate).join(".also"), itcov(&krate).join(".wrapper"));
    assert_eq!((entries(&choices).len(), entries(&wrappers).len()), (1, 2));
    krate
        .itcov(&["clean"])
        .ends_with(0)
        .says("of builds that nothing uses any more were deleted");
    assert_eq!((entries(&choices).len(), entries(&wrappers).len()), (0, 1));
    let again = krate.itcov(&["clean"]).ends_with(0);
    assert!(!again.stderr.contains("deleted"), "{}", again.stderr);
    // What was built stays.
    let output = krate.itcov(&["run"]).ends_with(0);
    assert!(!output.stderr.contains("Compiling"), "{}", output.stderr);

    let settings = only(&wrappers).join("settings");
    let text = fs::read_to_string(&settings).unwrap();
    let version = concat!("\"version\":\"", env!("CARGO_PKG_VERSION"), "\"");
    assert!(text.contains(version), "{text}");
    fs::write(&settings, text.replace(version, "\"version\":\"0.0.9\"")).unwrap();
    krate.itcov(&["clean"]).ends_with(0).says("deleted");
    assert_eq!(entries(&wrappers).len(), 0);
    // Its notes have gone, and what it has compiled with them.
    let output = krate.itcov(&["run"]).ends_with(0);
    assert_eq!(output.lines_of("src/main.rs"), (3, 3));
}

#[test]
fn clean_leaves_what_another_checkout_refers_to() {
    let krate = with_dependency("one");
    krate.itcov(&["run", "--also", "beside"]).ends_with(0);
    let target = krate.root.join("target");
    let other = with_dependency("other");
    let mut clean = other.command(tools::cargo_itcov());
    clean
        .args(["itcov", "clean"])
        .env("CARGO_TARGET_DIR", &target);
    let output = Output::of(&mut clean).ends_with(0);
    assert!(!output.stderr.contains("deleted"), "{}", output.stderr);
    assert_eq!(entries(&itcov(&krate).join(".also")).len(), 1);
    krate.itcov(&["report"]).ends_with(0);
}

#[test]
fn build_scripts_of_dependencies_leave_no_profile_where_tests_are_measured() {
    let krate = with_dependency("scripted");
    krate.write("../script/Cargo.toml", &package("script", ""));
    krate.write("../script/src/lib.rs", "pub fn script() {}\n");
    krate.write(
        "../script/build.rs",
        "fn main() { println!(\"cargo:rerun-if-changed=build.rs\"); }\n",
    );
    let manifest = krate.read("Cargo.toml") + "[dev-dependencies]\nscript.path = \"../script\"\n";
    krate.write("Cargo.toml", &manifest);
    krate.write("src/lib.rs", "pub fn inside() {\n}\n");
    krate.write(
        "tests/it.rs",
        "#[test]\nfn it() {\n    script::script();\n    scripted::inside();\n    \
         let program = std::process::Command::new(env!(\"CARGO_BIN_EXE_scripted\")).status();\n    \
         assert!(program.unwrap().success());\n}\n",
    );
    let mut tool = krate.command(tools::cargo_itcov());
    tool.args(["itcov", "exec", "--tests", "--", "cargo", "test", "--quiet"])
        .env("RUSTFLAGS", "-Cinstrument-coverage");
    let output = Output::of(&mut tool).ends_with(0);
    assert_eq!(output.lines_of("src/lib.rs"), (2, 2), "{output:?}");
    assert_eq!(output.lines_of("src/main.rs"), (3, 3), "{output:?}");
    assert!(output.stdout.contains("src/lib.rs: 1-2"), "{output:?}");
    assert!(!output.stderr.contains("LLVM Profile"), "{output:?}");
    assert_eq!(strays(&krate.inside("..")), [""; 0]);
}

/// A terminal sends Ctrl-C to rustc as well.
#[test]
fn what_ends_the_compiler_of_the_harness_is_not_called_an_error_of_the_harness() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    krate.itcov(&["init"]).ends_with(0);
    let harness = "tests/manual_integration.rs";
    krate.write(harness, &(krate.read(harness) + "// Edited.\n"));
    krate.write(
        "rustc.sh",
        "#!/bin/sh\ncase \"$*\" in *--crate-name=manual_integration*) kill -INT $$ ;; esac\nexec rustc \"$@\"\n",
    );
    krate
        .sh("chmod +x rustc.sh; RUSTC=$PWD/rustc.sh exec cargo-itcov run")
        .ends_with(130)
        .says("error: SIGINT has ended rustc, which was compiling the harness\n");
}

#[test]
#[ignore = "needs root, who alone can start a process of another user"]
fn a_process_of_another_user_that_goes_on_is_said() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    krate.write(
        "suite.sh",
        "\"$ITCOV_BIN\"\nsh -c 'sleep 1000 & echo $! >below; exec setpriv --reuid 65534 --clear-groups sleep 1000' </dev/null >/dev/null 2>&1 &\n\
         while ! grep -q sleep /proc/$!/comm; do sleep 0.01; done\necho left=$!=\necho below=$(cat below)=\n",
    );
    // Root without the right to end others' processes.
    let run = krate.sh(
        "exec setpriv --bounding-set=-kill --inh-caps=-kill cargo-itcov exec -- sh -e suite.sh",
    );
    let [left, below] = ["left", "below"].map(|name| super::number(&run.stdout, name));
    let (is_left, is_below_left) = (is_alive(left), is_alive(below));
    signal("KILL", left);
    signal("KILL", below);
    assert!(is_left && !is_below_left);
    run.ends_with(0).says(&format!(
        "itcov: process {left} was left behind and goes on"
    ));
}

#[test]
fn none_takes_over_while_what_is_left_behind_is_killed() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    // For the standby, the end of the pipe is that of the leader.
    krate.write(
        "leader.sh",
        "trap '' TERM\n{ read line; touch took-over; sleep 1000; } <pipe &\nexec 3>pipe\ntouch up\n\
         while :; do sleep 0.1 3>&-; done\n",
    );
    let suite = "\"$ITCOV_BIN\"; mkfifo pipe; sh leader.sh </dev/null >/dev/null 2>&1 & until [ -e up ]; do sleep 0.1; done";
    krate
        .itcov(&["exec", "--grace", "1s", "--", "sh", "-c", suite])
        .ends_with(0)
        .says("what was left behind does not stop on SIGTERM, so SIGKILL follows");
    assert!(krate.has("up") && !krate.has("took-over"));
}
