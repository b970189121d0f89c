//! The other binaries of the program's package: they count where they ran, and only there.

use super::package;
use crate::support::TestCrate;

/// `app` starts the binary that its argument names; `helper` and `idle` use the same library.
fn helpers() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", "default-run = \"app\"\n"));
    krate.write(
        "src/lib.rs",
        "pub fn shared(who: &str) {\n    println!(\"{who}\");\n}\n\npub fn of_helper() {\n    println!(\"helps\");\n}\n",
    );
    krate.write(
        "src/main.rs",
        r#"fn main() {
    app::shared("app");
    for name in std::env::args().skip(1) {
        let helper = std::env::current_exe().unwrap().with_file_name(name);
        std::process::Command::new(helper).status().unwrap();
    }
}
"#,
    );
    for name in ["helper", "idle"] {
        krate.write(
            &format!("src/bin/{name}.rs"),
            &format!("fn main() {{\n    app::shared(\"{name}\");\n    app::of_helper();\n}}\n"),
        );
    }
    krate.write(
        "tests/it.rs",
        "#[test]\nfn helps() {\n    let mut helper = std::process::Command::new(env!(\"CARGO_BIN_EXE_helper\"));\n    \
         assert!(helper.status().unwrap().success());\n}\n",
    );
    krate
}

#[test]
fn a_binary_that_the_program_starts_counts_and_one_that_never_ran_does_not() {
    let krate = helpers();
    let files = [
        "src/bin/helper.rs",
        "src/bin/idle.rs",
        "src/main.rs",
        "src/lib.rs",
    ];
    for (options, arguments, expected) in [
        (
            &[][..],
            &["helper"][..],
            [Some((4, 4)), None, Some((7, 7)), Some((6, 6))],
        ),
        (&[], &[], [None, None, Some((4, 7)), Some((3, 6))]),
        (
            &["--release"],
            &["helper", "idle"],
            [Some((4, 4)), Some((4, 4)), Some((7, 7)), Some((6, 6))],
        ),
        (
            &["--bin", "helper"],
            &[],
            [Some((4, 4)), None, None, Some((6, 6))],
        ),
    ] {
        let run = [&["run"], options, &["--"], arguments].concat();
        let output = krate.itcov(&run).ends_with(0);
        assert!(
            !output.stderr.contains("of another build"),
            "{}",
            output.stderr
        );
        for (file, expected) in files.iter().zip(expected) {
            let is_there = output.stdout.contains(file);
            assert_eq!(
                is_there,
                expected.is_some(),
                "{run:?} {file}\n{}",
                output.stdout
            );
            if let Some((covered, all)) = expected {
                let lines = output.lines_of(file);
                assert!(lines == (covered, all), "{run:?} {file}\n{}", output.stdout);
            }
        }
    }
}

#[test]
fn a_suite_that_starts_another_binary_than_the_program_is_measured() {
    let krate = helpers();
    let suites: [&[&str]; 3] = [
        &["sh", "-c", "\"$(dirname \"$ITCOV_BIN\")/helper\""],
        &["cargo", "test", "--quiet"],
        &["cargo", "run", "--quiet", "--bin", "helper"],
    ];
    for suite in suites {
        let output = krate.itcov(&[&["exec", "--"], suite].concat()).ends_with(0);
        assert!(
            !output.stderr.contains("of another build"),
            "{}",
            output.stderr
        );
        assert_eq!(output.lines_of("src/bin/helper.rs"), (4, 4), "{suite:?}");
        assert_eq!(output.lines_of("src/lib.rs"), (6, 6), "{suite:?}");
        assert!(!output.stdout.contains("idle"), "{}", output.stdout);
    }
}
