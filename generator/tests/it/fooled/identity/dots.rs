//! Copies and caches that leave out what begins with a dot, as `cp -r target/itcov/*` and actions/upload-artifact do.

use std::fs;

use crate::support::TestCrate;

#[test]
fn what_begins_with_a_dot_and_is_lost_is_made_anew() {
    let krate = TestCrate::partly_linked("app", "app");
    krate.write(
        "tests/started.rs",
        "#[test]\nfn it_runs() {\n    let app = env!(\"CARGO_BIN_EXE_app\");\n    \
         assert!(std::process::Command::new(app).status().unwrap().success());\n}\n",
    );
    let measured = || {
        let words = ["exec", "--tests", "--", "cargo", "test", "--quiet"];
        krate.itcov(&words).ends_with(0).lines_of("Total")
    };
    let before = measured();
    for lost in [
        "target/itcov/.wrapper",
        "target/itcov/.wrapper/*/units",
        "target/itcov/.wrapper/*/settings",
        "target/itcov/.checkouts",
        "target/itcov/.lock",
        "target/itcov/.rustc_info.json",
        "target/itcov/debug/.fingerprint",
        "target/itcov/debug/.cargo-lock",
        "target/itcov/.[a-z]*",
        "target/itcov/.[a-z]* target/itcov/debug/.[a-z]*",
        "target/itcov/.checkouts/*/runs/*/*/.[a-z]*",
        "target/itcov/.checkouts/*/builds/*/.texts",
        "target/itcov/.checkouts/*/builds/*/.cfg",
    ] {
        krate.sh(&format!("rm -r {lost}")).ends_with(0);
        assert_eq!(measured(), before, "{lost}");
        krate
            .itcov(&["report", "--fail-under-lines", "10"])
            .ends_with(0);
    }
}

#[test]
fn a_library_counts_of_which_the_notes_are_lost_while_its_program_is_compiled_anew() {
    let krate = TestCrate::partly_linked("app", "app");
    let before = krate.itcov(&["run"]).ends_with(0).lines_of("src/lib.rs");
    fs::remove_dir_all(krate.root.join("target/itcov/.wrapper")).unwrap();
    krate.write(
        "src/main.rs",
        "fn main() { println!(\"{}\", app::two()); }\n",
    );
    let after = krate.itcov(&["run"]).ends_with(0);
    assert_eq!(after.lines_of("src/lib.rs"), before);
    assert_eq!(after.lines_of("src/unused.rs").0, 0);
}

#[test]
fn a_report_misses_what_was_kept_beside_a_build() {
    let krate = TestCrate::new("app");
    for name in [".texts", ".cfg"] {
        krate.itcov(&["run"]).ends_with(0);
        let lost = format!("rm target/itcov/.checkouts/*/builds/*/{name}");
        krate.sh(&lost).ends_with(0);
        krate.itcov(&["report"]).ends_with(1).says(&format!(
            "{name} is not as it was when the program was built"
        ));
    }
}
