//! Sources that are not those of the build, whatever times say.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use crate::build::package;
use crate::support::{Output, TestCrate};

const GATE: [&str; 3] = ["report", "--fail-under-lines", "1"];

/// `lib.rs` has no function of its own.
fn app() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/lib.rs", "pub mod inner;\n");
    krate.write("src/inner.rs", INNER);
    krate.write("src/word.txt", "word");
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", app::inner::word());\n}\n",
    );
    krate
}

const INNER: &str = "pub fn word() -> &'static str {\n    include_str!(\"word.txt\")\n}\n";

/// Neither a warning, nor a threshold that fails.
#[track_caller]
fn is_current(krate: &TestCrate) {
    let output = krate.itcov(&GATE).ends_with(0);
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
}

#[track_caller]
fn has_changed(krate: &TestCrate, file: &str) {
    let said = format!("changed since the program was built: {file}; the lines may be off");
    let output = krate.itcov(&GATE).ends_with(1).says(&said);
    let gate = format!("error: {file} has changed since the program was built, so");
    assert!(output.stderr.contains(&gate), "{}", output.stderr);
}

fn set_time(krate: &TestCrate, file: &str, time: SystemTime) {
    let file = File::options().append(true).open(krate.root.join(file));
    file.unwrap().set_modified(time).unwrap();
}

fn long_ago() -> SystemTime {
    SystemTime::now() - Duration::from_hours(1000)
}

#[test]
fn a_way_back_out_of_a_link_leads_to_no_other_text() {
    let krate = app();
    // The compiler reads `elsewhere/inner.rs`, and the mapping has `src/inner.rs`, which is beside the link.
    let elsewhere = INNER.replace("word.txt", "../src/word.txt");
    krate.write("elsewhere/inner.rs", &elsewhere);
    krate.write("elsewhere/directory/file", "");
    symlink("../elsewhere/directory", krate.root.join("src/link")).unwrap();
    let module = |way: &str| {
        krate.write(
            "src/lib.rs",
            &format!("#[path = \"{way}/inner.rs\"]\npub mod inner;\n"),
        );
        krate.itcov(&["run"]).ends_with(0).prints("word\n");
    };
    module("../src");
    is_current(&krate);
    module("link/..");
    has_changed(&krate, "src/inner.rs");
    // There a file may be, or none.
    fs::remove_file(krate.root.join("src/inner.rs")).unwrap();
    krate.itcov(&GATE).ends_with(1).says("src/inner.rs");
    krate
        .sh("ln -s ../elsewhere/inner.rs src/inner.rs")
        .ends_with(0);
    krate.itcov(&["run"]).ends_with(0);
    is_current(&krate);
}

#[test]
fn what_cargo_sets_for_others_hides_no_text() {
    let krate = app();
    // Only for packages with a build script, cargo sets it by itself.
    krate.write(
        ".cargo/config.toml",
        "[env]\nOUT_DIR = { value = \"src\", relative = true }\n",
    );
    krate.itcov(&["run"]).ends_with(0).prints("word\n");
    is_current(&krate);
    krate.write("src/lib.rs", "pub mod inner;\npub mod other;\n");
    krate.write("src/other.rs", "pub fn idle() {\n}\n");
    has_changed(&krate, "src/lib.rs");
    set_time(&krate, "src/lib.rs", long_ago());
    let output = krate.itcov(&["run"]).ends_with(0);
    assert_eq!(output.lines_of("src/other.rs"), (0, 2));
    is_current(&krate);
}

#[test]
fn another_text_with_an_older_time_is_another_text() {
    let krate = app();
    krate.itcov(&["run"]).ends_with(0).prints("word\n");
    is_current(&krate);
    krate.write(
        "backup",
        &INNER.replace("    include", "    // Old.\n    include"),
    );
    set_time(&krate, "backup", long_ago());
    let shell = |script: &str| krate.sh(script).ends_with(0);
    for replace in [
        "cp -p backup src/inner.rs",
        "cp -p backup moved; mv moved src/inner.rs",
        "cat backup >src/inner.rs; touch -r src/main.rs src/inner.rs",
        "ln -f backup src/inner.rs",
        "ln -sf ../backup src/inner.rs",
    ] {
        shell(replace);
        has_changed(&krate, "src/inner.rs");
        // The same text again is no change, whenever it was written.
        fs::remove_file(krate.root.join("src/inner.rs")).unwrap();
        krate.write("src/inner.rs", INNER);
        is_current(&krate);
    }
    // What is included is compiled as well, and a module can come where there was no function.
    krate.write("src/word.txt", "wort");
    set_time(&krate, "src/word.txt", long_ago());
    has_changed(&krate, "src/word.txt");
    krate.write("src/word.txt", "word");
    krate.write("src/more.rs", "pub fn more() -> u8 {\n    1\n}\n");
    krate.write("src/lib.rs", "pub mod inner;\npub mod more;\n");
    has_changed(&krate, "src/lib.rs");
    for file in ["src/lib.rs", "src/inner.rs", "src/word.txt"] {
        set_time(&krate, file, long_ago());
    }
    has_changed(&krate, "src/lib.rs");
    // Files that are not reported on do not matter.
    let others = [&GATE[..], &["--exclude", "src/lib.rs"]].concat();
    krate.itcov(&others).ends_with(0);

    // cargo finds the unit fresh, and compiles it none the less.
    krate
        .itcov(&["run"])
        .ends_with(0)
        .says("building again, as cargo has not compiled the present text of src/lib.rs\n")
        .prints("src/more.rs");
    is_current(&krate);
    let again = krate.itcov(&["run"]).ends_with(0);
    assert!(!again.stderr.contains("building again"), "{}", again.stderr);
}

/// A compiler that replaces a source by files `next…`, which are older, when it has compiled the program.
const EDITOR: &str = "#!/bin/sh
rustc \"$@\" || exit
case \" $* \" in *' --print=cfg '*) ;; *' --crate-name app '*' --crate-type bin '*)
    for next in next*; do test ! -e \"$next\" || { mv \"$next\" src/main.rs; break; }; done;;
esac
";

#[test]
fn what_is_edited_while_it_is_compiled_is_compiled_again() {
    let krate = app();
    krate.write("compiler", EDITOR);
    krate.sh("chmod +x compiler").ends_with(0);
    let next = |number: u32| {
        let name = format!("next{number}");
        let text = krate.read("src/main.rs");
        krate.write(
            &name,
            &text.replace("\"{}\"", &format!("\"{number} {{}}\"")),
        );
        set_time(&krate, &name, long_ago());
    };
    let run = || {
        let mut itcov = krate.command(crate::support::tools::cargo_itcov());
        itcov
            .args(["itcov", "run"])
            .env("RUSTC", krate.root.join("compiler"));
        Output::of(&mut itcov).ends_with(0)
    };
    next(1);
    let output = run()
        .prints("1 word\n")
        .says("the present text of src/main.rs\n");
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    is_current(&krate);

    // Where it does not end, the report says so.
    krate.write(
        "src/main.rs",
        &format!("{}// New.\n", krate.read("src/main.rs")),
    );
    for number in 2..9 {
        next(number);
    }
    let output = run().says("changed since the program was built: src/main.rs");
    assert_eq!(output.stderr.matches("building again").count(), 2);
    assert!(krate.has("next8"));
    has_changed(&krate, "src/main.rs");
}

#[test]
fn a_clock_that_was_ahead_hides_no_change_and_makes_none() {
    let krate = app();
    let tomorrow = SystemTime::now() + Duration::from_hours(24);
    // A source from the future, which cargo compiles each time.
    set_time(&krate, "src/inner.rs", tomorrow);
    krate.itcov(&["run"]).ends_with(0);
    is_current(&krate);
    let changed = INNER.replace("    include", "    // New.\n    include");
    krate.write("src/inner.rs", &changed);
    set_time(&krate, "src/inner.rs", tomorrow);
    has_changed(&krate, "src/inner.rs");
    krate.write("src/inner.rs", INNER);

    // As after a build with such a clock: what is written now is older than what was built.
    krate.itcov(&["run"]).ends_with(0);
    for entry in walkdir::WalkDir::new(krate.root.join("target/itcov/debug")) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let file = File::options().append(true).open(entry.path()).unwrap();
            file.set_modified(tomorrow).unwrap();
        }
    }
    is_current(&krate);
    krate.write("src/inner.rs", &changed.replace("New", "Newer"));
    has_changed(&krate, "src/inner.rs");
    krate.itcov(&["run"]).ends_with(0).says("building again");
    is_current(&krate);
}

#[test]
fn a_link_that_leads_to_another_file_is_another_text() {
    let krate = app();
    fs::rename(krate.root.join("src/inner.rs"), krate.root.join("one.rs")).unwrap();
    krate.write(
        "two.rs",
        &INNER.replace("    include", "    // Two.\n    include"),
    );
    symlink("../one.rs", krate.root.join("src/inner.rs")).unwrap();
    set_time(&krate, "two.rs", long_ago());
    krate.itcov(&["run"]).ends_with(0);
    is_current(&krate);
    fs::remove_file(krate.root.join("src/inner.rs")).unwrap();
    symlink("../two.rs", krate.root.join("src/inner.rs")).unwrap();
    has_changed(&krate, "src/inner.rs");
}
