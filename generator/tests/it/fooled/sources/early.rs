//! What is read before the program is compiled: by build scripts, macros and what they use, and of crates outside of the workspace.

use std::fs::File;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use crate::build::package;
use crate::support::TestCrate;

const GATE: [&str; 3] = ["report", "--fail-under-lines", "1"];

/// A program that prints a word of each of them.
fn app() -> TestCrate {
    let krate = TestCrate::empty();
    let more = "[dependencies]\nmade = { path = \"made\" }\nhelp = { path = \"help\" }\n\
                [build-dependencies]\ngiven = { path = \"given\" }\n\
                [workspace]\nmembers = [\"made\", \"given\"]\nexclude = [\"help\"]\n";
    krate.write("Cargo.toml", &package("app", more));
    let as_macro = "[lib]\nproc-macro = true\n[dependencies]\ngiven = { path = \"../given\" }\n";
    for (name, rest) in [("made", as_macro), ("given", ""), ("help", "")] {
        krate.write(&format!("{name}/Cargo.toml"), &package(name, rest));
    }
    krate.write(
        "made/src/lib.rs",
        "#[proc_macro]\npub fn made(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    \
         let _ = given::word();\n    \"\\\"of the macro\\\"\".parse().unwrap()\n}\n",
    );
    for (name, word) in [("given", "of the library"), ("help", "of outside")] {
        let text = format!("pub fn word() -> &'static str {{\n    \"{word}\"\n}}\n");
        krate.write(&format!("{name}/src/lib.rs"), &text);
    }
    krate.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=data\");\n    \
         println!(\"cargo::rerun-if-changed=build.rs\");\n    \
         let data = std::fs::read_to_string(\"data/word.txt\").unwrap();\n    \
         println!(\"cargo::rustc-env=WORDS={data}, {}, of the script\", given::word());\n}\n",
    );
    krate.write("data/word.txt", "of the data");
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}, {}, {}\", env!(\"WORDS\"), made::made!(), help::word());\n}\n",
    );
    krate
}

const PLACES: [(&str, &str); 5] = [
    ("build.rs", "of the script"),
    ("data/word.txt", "of the data"),
    ("given/src/lib.rs", "of the library"),
    ("made/src/lib.rs", "of the macro"),
    ("help/src/lib.rs", "of outside"),
];

fn long_ago() -> SystemTime {
    SystemTime::now() - Duration::from_hours(1000)
}

#[test]
fn what_was_made_of_another_text_before_the_run_is_made_anew() {
    let krate = app();
    let words = PLACES.map(|(_, word)| word);
    let run = krate.itcov(&["run"]).ends_with(0);
    for word in words {
        assert!(run.stdout.contains(word), "{}", run.stdout);
    }
    for (file, word) in PLACES {
        let other = word.replace("of", "not of");
        krate.write("backup", &krate.read(file).replace(word, &other));
        let backup = File::options().append(true).open(krate.root.join("backup"));
        backup.unwrap().set_modified(long_ago()).unwrap();
        std::fs::rename(krate.root.join("backup"), krate.root.join(file)).unwrap();
        // cargo looks at the directory, too.
        let directory = krate.root.join(file).with_file_name("");
        let directory = File::open(directory).unwrap();
        directory.set_modified(long_ago()).unwrap();
        let again = format!("not compiled the present text of {file}");
        let run = krate.itcov(&["run"]).ends_with(0).says(&again);
        assert!(run.stdout.contains(&other), "{file}: {}", run.stdout);
        krate.itcov(&GATE).ends_with(0);
        let run = krate.itcov(&["run"]).ends_with(0);
        assert!(!run.stderr.contains("building again"), "{}", run.stderr);
    }
}

#[test]
fn what_a_program_would_be_made_of_otherwise_meets_no_threshold() {
    let krate = app();
    let script = krate.read("build.rs");
    let declares = "rerun-if-changed=absent\");\n    println!(\"cargo::rerun-if-changed=data";
    krate.write(
        "build.rs",
        &script.replace("rerun-if-changed=data", declares),
    );
    krate.itcov(&["run"]).ends_with(0);
    let has_changed = |file: &str| {
        let said = format!("{file} has changed since the program was built");
        krate.itcov(&GATE).ends_with(1).says(&said);
    };
    for (file, word) in PLACES {
        let before = krate.read(file);
        krate.write(file, &before.replace(word, "other"));
        has_changed(file);
        krate.write(file, &before);
        krate.itcov(&GATE).ends_with(0);
    }
    // Files that were not there.
    for (file, said) in [("data/more.txt", "data"), ("absent", "absent")] {
        krate.write(file, "");
        has_changed(said);
        std::fs::remove_file(krate.root.join(file)).unwrap();
        krate.itcov(&GATE).ends_with(0);
    }
}

#[test]
fn what_is_declared_between_spaces_was_read() {
    let krate = app();
    let script = krate.read("build.rs");
    krate.write(
        "build.rs",
        &script.replace(
            "\"cargo::rerun-if-changed=data",
            "\"\\n\\t cargo:rerun-if-changed=data \\t",
        ),
    );
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&GATE).ends_with(0);
    krate.write("data/word.txt", "other");
    let said = "data/word.txt has changed since the program was built";
    krate.itcov(&GATE).ends_with(1).says(said);
}

#[test]
fn what_a_declared_link_leads_to_was_read() {
    for declared in ["data", "data/word.txt"] {
        let krate = app();
        let script = krate.read("build.rs");
        let script = script.replace("changed=data", &format!("changed={declared}"));
        krate.write("build.rs", &script);
        krate.write("shared/word.txt", "of the data");
        krate.write("shared/other.txt", "not of the data");
        krate
            .sh("ln -sf ../shared/word.txt data/word.txt")
            .ends_with(0);
        krate.sh("ln -s nowhere data/broken").ends_with(0);
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&GATE).ends_with(0);
        let has_changed = || {
            let said = "data/word.txt has changed since the program was built";
            krate.itcov(&GATE).ends_with(1).says(said);
        };
        krate.write("shared/word.txt", "other");
        has_changed();
        krate.write("shared/word.txt", "of the data");
        krate.itcov(&GATE).ends_with(0);
        krate
            .sh("ln -sf ../shared/other.txt data/word.txt")
            .ends_with(0);
        has_changed();
        // Also where cargo sees nothing, by times.
        krate.sh("ln -sf ../shared/word.txt data/word.txt; echo -n of-old >shared/new; touch -d 2001-01-01 shared/new; \
                  mv shared/new shared/word.txt; touch -hd 2001-01-01 data/word.txt; touch -d 2001-01-01 data")
            .ends_with(0);
        let run = krate.itcov(&["run"]).ends_with(0);
        assert!(run.stdout.contains("of-old"), "{run:?}");
    }
}

#[test]
fn what_is_behind_a_declared_directory_s_links_was_read() {
    let krate = app();
    krate.write("shared/deep/word.txt", "1");
    krate
        .sh("ln -s ../shared data/linked; ln -s . data/self; ln -s ../target data/built; ln -s nowhere data/broken")
        .ends_with(0);
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&GATE).ends_with(0);
    let has_changed = |file: &str| {
        let said = format!("{file} has changed since the program was built");
        krate.itcov(&GATE).ends_with(1).says(&said);
    };
    krate.write("shared/deep/word.txt", "2");
    has_changed("data/linked/deep/word.txt");
    krate.write("shared/deep/word.txt", "1");
    krate.itcov(&GATE).ends_with(0);
    krate.write("data/nowhere", "");
    std::fs::remove_file(krate.root.join("data/nowhere")).unwrap();
    krate.itcov(&GATE).ends_with(0);
    krate.sh("cd data; mkdir nowhere").ends_with(0);
    krate.itcov(&GATE).ends_with(1).says("data/broken");
}

#[test]
fn what_is_behind_a_way_back_out_of_a_link_was_read() {
    let krate = app();
    let module = |word: &str| format!("pub const WORD: &str = \"{word}\";\n");
    // Beside the link is another one.
    krate.write("part.rs", &module("beside"));
    krate.write("elsewhere/part.rs", &module("elsewhere"));
    krate.sh("mkdir elsewhere/inner; ln -s elsewhere/inner link");
    krate.write(
        "build.rs",
        "#[path = \"link/../part.rs\"]\nmod part;\nfn main() {\n    \
         println!(\"cargo::rustc-env=WORDS={}\", part::WORD);\n}\n",
    );
    krate.itcov(&["run"]).ends_with(0).prints("elsewhere, ");
    krate.itcov(&GATE).ends_with(0);
    krate.write("elsewhere/part.rs", &module("anywhere"));
    krate.itcov(&GATE).ends_with(1);
    krate.itcov(&["run"]).ends_with(0).prints("anywhere, ");
    krate.itcov(&GATE).ends_with(0);
}

#[test]
fn of_very_many_declared_files_each_is_known() {
    let krate = app();
    for number in 0..5100 {
        krate.write(&format!("data/{number:04}"), "1");
    }
    std::thread::sleep(Duration::from_millis(100));
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&GATE).ends_with(0);
    for number in (0..5100).step_by(17) {
        krate.write(&format!("data/{number:04}"), "2");
    }
    krate.itcov(&GATE).ends_with(1).says("and 297 more");
}

#[test]
fn a_large_declared_file_is_known_as_long_as_nobody_writes_to_it() {
    let krate = app();
    let large = File::create(krate.root.join("data/large")).unwrap();
    large.set_len(65 << 20).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&GATE).ends_with(0);
    large.set_modified(SystemTime::now()).unwrap();
    let said = "data/large has changed since the program was built";
    krate.itcov(&GATE).ends_with(1).says(said);
}

#[test]
fn a_declared_file_without_an_end_is_not_read_for_ever() {
    let krate = app();
    // It is regular and empty, as far as the file system says.
    symlink("/proc/self/pagemap", krate.root.join("data/endless")).unwrap();
    krate.itcov(&["run"]).ends_with(0);
    // Each process has another one.
    let said = "data/endless has changed since the program was built";
    krate.itcov(&GATE).ends_with(1).says(said);
}

#[test]
fn what_a_build_script_has_read_and_is_edited_while_cargo_builds_is_read_again() {
    let krate = app();
    // The macro runs when the script has ended.
    let edits = "if !std::path::Path::new(\"edited\").exists() {\n        \
                 std::thread::sleep(std::time::Duration::from_millis(200));\n        \
                 std::fs::write(\"data/word.txt\", \"later\").unwrap();\n        \
                 std::fs::write(\"edited\", \"\").unwrap();\n    }\n    \"";
    let text = krate.read("made/src/lib.rs");
    krate.write("made/src/lib.rs", &text.replacen('"', edits, 1));
    let run = krate.itcov(&["run"]).ends_with(0);
    assert!(run.stdout.starts_with("later, "), "{}", run.stdout);
    krate.itcov(&GATE).ends_with(0);
}
