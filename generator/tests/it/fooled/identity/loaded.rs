//! Who has called a measured library: a program, or an executable of tests, another program or a build script that loads it, too.

use crate::build::{package, strays};
use crate::support::TestCrate;
use crate::support::repository::Git;

const LIBRARY: &str = "\
pub fn of_program() -> u32 {
    1
}

pub fn of_others() -> u32 {
    2
}
";

const LOAD: &str = r#"
use std::ffi::{CString, c_char, c_void};

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: i32) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

fn plugin(file: &str, name: &str) -> u32 {
    let [file, name] = [file, name].map(|it| CString::new(it).unwrap());
    let function = unsafe { dlsym(dlopen(file.as_ptr(), 2), name.as_ptr()) };
    let function: extern "C" fn() -> u32 = unsafe { std::mem::transmute(function) };
    function()
}
"#;

/// A program that is linked with a shared library, and loads another one if it is named; tests, a program of the library's package and a
/// build script that do the same, and call other functions.
fn program() -> TestCrate {
    let krate = TestCrate::empty();
    let members = "[\"app\", \"shared\", \"plugin\"]";
    krate.write(
        "Cargo.toml",
        &format!("[workspace]\nmembers = {members}\nresolver = \"2\"\n"),
    );
    let library = |kind: &str| format!("[lib]\ncrate-type = [\"{kind}\"]\n");
    krate.write("shared/Cargo.toml", &package("shared", &library("dylib")));
    krate.write("plugin/Cargo.toml", &package("plugin", &library("cdylib")));
    let dependencies = "[dependencies]\nshared.path = \"../shared\"\n";
    krate.write("app/Cargo.toml", &package("app", dependencies));
    krate.write("shared/src/lib.rs", LIBRARY);
    let exported = LIBRARY.replace("pub fn", "#[unsafe(no_mangle)] pub extern \"C\" fn");
    krate.write("plugin/src/lib.rs", &exported);
    let main = "fn main() {\n    shared::of_program();\n    if let Some(file) = std::env::args().nth(1) {\n        \
                plugin(&file, \"of_program\");\n    }\n}\n";
    krate.write("app/src/main.rs", &format!("{main}{LOAD}"));
    let calls =
        "shared::of_others();\n    plugin(&std::env::var(\"PLUGIN\").unwrap(), \"of_others\");\n";
    let test = format!("#[test]\nfn calls() {{\n    {calls}}}\n{LOAD}");
    krate.write("app/tests/calls.rs", &test);
    krate.write(
        "shared/tests/calls.rs",
        "#[test]\nfn calls() {\n    shared::of_others();\n}\n",
    );
    // It is called like the program.
    krate.write(
        "shared/examples/app.rs",
        "fn main() {\n    shared::of_others();\n}\n",
    );
    let script = "fn main() {\n    println!(\"cargo:rerun-if-env-changed=PLUGIN\");\n    if let Ok(file) = \
                  std::env::var(\"PLUGIN\") {\n        plugin(&file, \"of_others\");\n    }\n}\n";
    krate.write("app/build.rs", &format!("{script}{LOAD}"));
    krate
}

/// What the suite does, beside the program.
const SUITES: [&str; 4] = [
    "PLUGIN=${ITCOV_BIN%/*}/libplugin.so cargo test --quiet --test calls",
    "cargo test --quiet -p shared",
    "cargo run --quiet -p shared --example app",
    "PLUGIN=${ITCOV_BIN%/*}/libplugin.so cargo build --quiet",
];

const RUNS: &str = "\"$ITCOV_BIN\" ${ITCOV_BIN%/*}/libplugin.so";

#[test]
fn what_others_call_of_a_shared_library_of_the_program_does_not_count() {
    let krate = program();
    for suite in SUITES {
        let suite = format!("{RUNS} && {suite}");
        let exec = [
            "exec", "-p", "app", "--with", "plugin", "--", "sh", "-c", &suite,
        ];
        let output = krate.itcov(&exec).ends_with(0);
        assert!(!output.stderr.contains("warning:"), "{suite}\n{output:?}");
        for library in ["shared", "plugin"] {
            let lines = output.lines_of(&format!("{library}/src/lib.rs"));
            assert_eq!(lines, (3, 6), "{library} {suite}\n{output:?}");
        }
    }
    // No program has run.
    let exec = [
        "exec", "-p", "app", "--with", "plugin", "--", "sh", "-c", SUITES[0],
    ];
    krate
        .itcov(&exec)
        .ends_with(1)
        .says("error: the suite has not started the program");
    assert_eq!(strays(&krate), [""; 0]);
}

#[test]
fn what_another_program_calls_of_a_shared_library_does_not_count_during_the_run_nor_after_a_kill() {
    let krate = program();
    let report = "cargo itcov report >during";
    let suite = format!("{RUNS} && {} && {report}; kill -KILL $PPID", SUITES[2]);
    let exec = [
        "exec", "-p", "app", "--with", "plugin", "--", "sh", "-c", &suite,
    ];
    assert_eq!(krate.itcov(&exec).signal, Some(9));
    let after = krate.itcov(&["report"]).ends_with(0);
    assert_eq!(after.lines_of("shared/src/lib.rs"), (3, 6), "{after:?}");
    let during = krate.read("during");
    let mut during = during.lines().map(str::split_whitespace);
    let row = during.find_map(|mut row| (row.next() == Some("shared/src/lib.rs")).then_some(row));
    assert_eq!(row.unwrap().next(), Some("3/6"));
}

/// What is brought is read as the run is: a directory of it, its files, and links to them.
#[test]
fn what_others_call_of_a_shared_library_does_not_count_in_profiles_that_are_named() {
    let krate = program();
    let suite = format!("{RUNS} && {}", SUITES[0]);
    let exec = [
        "exec", "-p", "app", "--with", "plugin", "--", "sh", "-c", &suite,
    ];
    krate.itcov(&exec).ends_with(0);
    let collect = "mkdir all tests links store by-content
        cp $(find target/itcov/.checkouts -path '*/runs/*' -name '*.itcov') all
        for it in all/*; do ln -s ../$it links/$(basename $it .itcov)-link.profraw; done
        for it in all/*; do
            of=store/$(sha256sum $it | cut -d ' ' -f 1)
            cp $it $of && ln -s ../$of by-content/$(basename $it)
        done";
    krate.sh(collect).ends_with(0);
    let report = |named: &[&str]| krate.itcov(&[&["report", "--profiles"], named].concat());
    let files = krate.sh("echo all/*").stdout;
    let files: Vec<&str> = files.split_whitespace().collect();
    let run = krate
        .sh("echo target/itcov/.checkouts/*/runs/*/[0-9]*")
        .stdout;
    for (named, said) in [
        (&[run.trim()][..], 0),
        (&["all"], 0),
        (&["links"], 0),
        (&["by-content"], 0),
        (&files, 3),
    ] {
        let output = report(named).ends_with(0);
        for library in ["shared", "plugin"] {
            let lines = output.lines_of(&format!("{library}/src/lib.rs"));
            assert_eq!(lines, (3, 6), "{library} {named:?}\n{output:?}");
        }
        let why = "does not count: only a test or build script had loaded";
        assert_eq!(output.stderr.matches(why).count(), said, "{output:?}");
        assert_eq!(
            output.stderr.matches("warning:").count(),
            said,
            "{output:?}"
        );
    }
    let why = "none of the profiles is of a program";
    let of_tests = files.iter();
    let of_tests = of_tests.filter(|it| report(&[**it]).stderr.contains(why));
    let of_tests: Vec<&str> = of_tests.copied().collect();
    assert_eq!(of_tests.len(), 3, "{files:?}");
    krate
        .sh(&format!("mv {} tests", of_tests.join(" ")))
        .ends_with(0);
    report(&["tests"]).ends_with(1).says(why);
}

#[test]
fn what_tests_call_of_a_shared_library_is_theirs_where_they_are_measured() {
    let krate = program();
    let suite = format!("{RUNS} && {}", SUITES[0]);
    let exec = [
        "exec", "--tests", "-p", "app", "--with", "plugin", "--", "sh", "-c", &suite,
    ];
    let output = krate.itcov(&exec).ends_with(0);
    let (_, only_tests) = output
        .stdout
        .split_once("Lines that only tests reached, from inside:\n")
        .unwrap_or_else(|| panic!("{output:?}"));
    assert_eq!(
        only_tests,
        "plugin/src/lib.rs: 5-7\nshared/src/lib.rs: 5-7\n"
    );
    for library in ["shared", "plugin"] {
        assert_eq!(output.lines_of(&format!("{library}/src/lib.rs")), (6, 6));
    }
}

/// cargo finds such a library fresh whatever wrapper has compiled it.
#[test]
fn a_shared_library_is_measured_though_it_was_built_with_other_settings() {
    let krate = program();
    let plain = ["exec", "-p", "app"];
    let tests = ["exec", "--tests", "-p", "app"];
    let no_cfg = ["exec", "--no-cfg-coverage", "-p", "app"];
    for options in [&plain[..], &tests, &plain, &no_cfg, &tests] {
        let suite = ["--", "sh", "-c", "\"$ITCOV_BIN\""];
        let output = krate.itcov(&[options, &suite].concat()).ends_with(0);
        assert!(
            !output.stderr.contains("warning:"),
            "{options:?} {output:?}"
        );
        assert_eq!(output.lines_of("shared/src/lib.rs"), (3, 6), "{options:?}");
    }
}

#[test]
fn what_the_suite_starts_of_other_binaries_does_not_count_for_the_program_that_is_asked_for() {
    let krate = TestCrate::empty();
    let along = "[dependencies]\nalong.path = \"along\"\n[workspace]\nmembers = [\"along\"]\n";
    krate.write("Cargo.toml", &package("app", along));
    krate.write(
        "along/Cargo.toml",
        &package("along", "[lib]\ncrate-type = [\"dylib\"]\n"),
    );
    krate.write("along/src/lib.rs", LIBRARY);
    krate.write("src/lib.rs", LIBRARY);
    let main = |function: &str| {
        format!("fn main() {{\n    app::{function}();\n    along::{function}();\n}}\n")
    };
    krate.write("src/main.rs", &main("of_program"));
    krate.write("src/bin/two.rs", &main("of_others"));
    let suite = "\"$ITCOV_BIN\" && \"${ITCOV_BIN%/*}/two\"";
    krate
        .itcov(&["exec", "--bin", "app", "--", "sh", "-c", suite])
        .ends_with(0);
    let expected = [
        (vec![], 6),
        (vec!["--bin", "app"], 3),
        (vec!["-p", "app"], 3),
    ];
    for (choice, ran) in expected {
        let output = krate
            .itcov(&[&["report"], &choice[..]].concat())
            .ends_with(0);
        for library in ["src/lib.rs", "along/src/lib.rs"] {
            assert_eq!(output.lines_of(library), (ran, 6), "{library} {output:?}");
        }
        assert_eq!(output.stdout.contains("two.rs"), ran == 6, "{output:?}");
        assert_eq!(output.stderr, "", "{choice:?}");
    }
}

/// Nobody counts it for the test, so it may come to any change.
#[test]
#[ignore = "needs cargo-nextest"]
fn a_test_that_has_loaded_a_measured_library_is_selected_if_that_changes() {
    selected_by_a_change_of_the_plugin("cargo nextest run -p app", "app::calls calls\n");
}

#[test]
fn a_scenario_in_which_a_test_has_loaded_a_measured_library_is_selected_if_that_changes() {
    let suite = "cargo itcov scenario one -- cargo test -p app --test calls";
    selected_by_a_change_of_the_plugin(suite, "one\n");
}

fn selected_by_a_change_of_the_plugin(suite: &str, expected: &str) {
    let krate = program();
    // It is linked with the library, too, and calls nothing of it.
    let idle =
        "#[test]\nfn idle() {\n    std::hint::black_box(shared::of_program as fn() -> u32);\n}\n";
    krate.write("app/tests/idle.rs", idle);
    krate.write(".gitignore", "target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    let suite = format!("\"$ITCOV_BIN\" && PLUGIN=$PWD/target/itcov/debug/libplugin.so {suite}");
    let exec = [
        "exec",
        "--scenarios",
        "-p",
        "app",
        "--with",
        "plugin",
        "--",
        "sh",
        "-c",
        &suite,
    ];
    krate.itcov(&exec).ends_with(0);
    let changed = || {
        let changed = ["scenarios", "--changed-since", "HEAD"];
        let output = krate.itcov(&changed).ends_with(0);
        (output.stdout, output.stderr)
    };
    assert_eq!(changed(), (String::new(), String::new()));
    let library = krate.read("plugin/src/lib.rs");
    krate.write("plugin/src/lib.rs", &library.replace("    2\n", "    3\n"));
    assert_eq!(changed(), (expected.to_owned(), String::new()));
}
