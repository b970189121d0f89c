//! Every function of every crate of the workspace that the program depends on is in the report, and nothing else is.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::source_lines::{SourceLines, scaffolded};
use crate::support::TestCrate;

/// Of each file of the fixture `denominator` that is code of the program, which lines run and which do not: read in
/// its source. A file that is not here is no code of the program.
pub const EXPECTED: [(&str, &str, &str); 20] = [
    ("shared/outside.rs", "", "3-5"),
    ("app/src/by_path.rs", "1-3", "5-7"),
    ("app/src/dead.rs", "", "5-7 9-14 19-21"),
    ("app/src/lib.rs", "10-12", ""),
    ("app/src/main.rs", "5-10", ""),
    ("generic/src/lib.rs", "3-4 7 9", "5 11-13 16-18"),
    (
        "kinds/src/attributes.rs",
        "",
        "4-6 9-11 14-16 19-21 24-26 29-31 33-35",
    ),
    ("kinds/src/constant.rs", "", "5-7 9-11 13-15"),
    ("kinds/src/derived.rs", "", "10-12"),
    (
        "kinds/src/generics.rs",
        "",
        "3-5 12-14 16-18 20-24 28-30 33-38 40-42",
    ),
    ("kinds/src/lib.rs", "15-17", ""),
    ("kinds/src/made.rs", "", "5-7 21"),
    ("kinds/src/nested.rs", "", "3-9 11-16 23-25 29-31 35-37"),
    (
        "kinds/src/traits.rs",
        "",
        "6-8 10-12 14-15 21-23 27-29 33-35",
    ),
    (ASYNCHRONOUS, "", "3-5 7-9 11-15 17-21"),
    ("renamed/src/lib.rs", "3-5", "7-9"),
    ("several/src/lib.rs", "3-5", "7-9"),
    ("through/src/lib.rs", "", "5-7"),
    ("through/src/module.rs", "", "1-3"),
    ("twice/src/lib.rs", "3-4 6-8", "5 10-12"),
];

/// The file of which an optimised build does not have all.
pub const ASYNCHRONOUS: &str = "kinds/src/waiting.rs";

/// The fixture after a run, which the tests that change nothing in it share.
fn measured() -> Arc<TestCrate> {
    static SHARED: Mutex<Weak<TestCrate>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let krate = scaffolded("denominator");
        krate.itcov(&["run"]).ends_with(0).prints("1 2\n3\n");
        let krate = Arc::new(krate);
        *shared = Arc::downgrade(&krate);
        krate
    })
}

/// Compares every line of every file with what the source says.
#[track_caller]
fn assert_is_expected(lines: &SourceLines) {
    for (file, ran, not) in EXPECTED {
        assert_eq!(
            lines.ran_and_not(file),
            (ran.to_owned(), not.to_owned()),
            "{file}"
        );
    }
    let others: Vec<&str> = lines
        .files()
        .filter(|file| EXPECTED.iter().all(|(expected, ..)| expected != file))
        .collect();
    assert_eq!(
        others,
        Vec::<&str>::new(),
        "these are no code of the program"
    );
}

#[test]
fn every_function_of_every_crate_that_the_program_depends_on_is_in_the_report_linked_or_not() {
    let krate = measured();
    assert_is_expected(&SourceLines::reported(&krate, &[]));
    // As many as there are `fn`, `|…|` and `async` with a body in these files; the two that `getter!` makes are one.
    let table = krate.itcov(&["report"]).ends_with(0).stdout;
    let total = table.lines().last().unwrap();
    let functions = total.split_whitespace().nth(3).unwrap();
    assert_eq!(functions, "8/64", "{table}");
}

#[test]
fn code_that_only_build_scripts_macros_and_tests_use_is_not_in_the_report() {
    let lines = SourceLines::reported(&measured(), &[]);
    let crates = ["for-build", "for-tests", "macros", "unrelated", "windows"];
    for outside in [
        &crates[..],
        &["app/build.rs", "app/examples", "app/src/bin"],
    ]
    .concat()
    {
        let found = lines.files().find(|file| file.starts_with(outside));
        assert_eq!(found, None);
    }
    // Compiled with this feature for the build script and for the macro.
    assert_eq!(lines.count("twice/src/lib.rs", 15), None);
}

#[test]
fn code_that_cfg_leaves_out_is_not_in_the_report_until_it_is_built() {
    let krate = scaffolded("denominator");
    krate
        .itcov(&["run", "--features", "optional,kinds/never"])
        .ends_with(0);
    let lines = SourceLines::reported(&krate, &[]);
    for (file, line, is_there) in [
        ("optional/src/lib.rs", 3, true),
        ("app/src/lib.rs", 15, true),
        ("kinds/src/switched_off.rs", 1, true),
        ("kinds/src/lib.rs", 22, false),
        ("app/src/main.rs", 15, false),
    ] {
        let expected = is_there.then_some(0);
        assert_eq!(lines.count(file, line), expected, "{file}:{line}");
    }
    // They are not in that of a build without these features.
    let without = SourceLines::reported(&measured(), &[]);
    assert_eq!(without.count("app/src/lib.rs", 15), None);
    assert_eq!(without.code("optional/src/lib.rs"), "");
    assert_eq!(without.code("kinds/src/switched_off.rs"), "");
}

#[test]
fn what_derive_makes_has_no_lines() {
    let lines = SourceLines::reported(&measured(), &[]);
    assert_eq!(lines.code("kinds/src/derived.rs"), "10-12");
}

#[test]
fn a_constant_function_that_ran_only_in_the_compiler_counts_as_not_run() {
    let lines = SourceLines::reported(&measured(), &[]);
    assert_eq!(lines.count("kinds/src/lib.rs", 16), Some(1));
    assert_eq!(lines.count("kinds/src/constant.rs", 6), Some(0));
}

#[test]
fn after_an_edit_new_functions_and_abandoned_ones_are_in_the_report() {
    let krate = scaffolded("denominator");
    krate.itcov(&["run"]).ends_with(0);
    let source = krate.read("kinds/src/attributes.rs");
    krate.write(
        "kinds/src/attributes.rs",
        &(source + "\nfn later() -> u32 {\n    8\n}\n"),
    );
    let source = krate.read("app/src/main.rs");
    krate.write(
        "app/src/main.rs",
        &source
            .replace("kinds::used(1)", "7")
            .replace("twice::of_both(1)", "7"),
    );
    krate.itcov(&["run"]).ends_with(0);
    let lines = SourceLines::reported(&krate, &[]);
    let code = |file| lines.ran_and_not(file);
    let none = String::new();
    let attributes = "4-6 9-11 14-16 19-21 24-26 29-31 33-35 37-39";
    assert_eq!(
        code("kinds/src/attributes.rs"),
        (none.clone(), attributes.into())
    );
    assert_eq!(code("kinds/src/lib.rs"), (none.clone(), "15-17".into()));
    assert_eq!(code("twice/src/lib.rs"), (none, "3-8 10-12".into()));
}
