//! The environment of what runs: as cargo would give it, and as a program may clear it.

use super::{CLEARS_ITS_ENVIRONMENT, package, strays};
use crate::support::TestCrate;
use crate::support::tools::of_rustc;

#[test]
fn what_runs_has_the_environment_that_cargo_would_give_it() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("envy", ""));
    krate.write(
        ".cargo/config.toml",
        "[env]\nENVY_MODE = \"test\"\nENVY_FILE = { value = \"data/file\", relative = true }\n\
         ENVY_FORCED = { value = \"configured\", force = true }\nENVY_MINE = \"configured\"\n",
    );
    krate.write(
        "build.rs",
        "fn main() { println!(\"cargo:rustc-env=AT_COMPILE_TIME=yes\"); }\n",
    );
    krate.write(
        "src/main.rs",
        r#"fn main() {
    for name in ["ENVY_MODE", "ENVY_FILE", "ENVY_FORCED", "ENVY_MINE", "CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"] {
        println!("{name}={}", std::env::var(name).unwrap_or_default());
    }
    println!("{}", env!("AT_COMPILE_TIME"));
}
"#,
    );
    let with_variables = |program: &std::path::Path, arguments: &[&str]| {
        let mut command = krate.command(program);
        command.args(arguments);
        command.env("ENVY_FORCED", "mine").env("ENVY_MINE", "mine");
        crate::support::Output::of(&mut command).ends_with(0).stdout
    };
    let itcov = crate::support::tools::cargo_itcov();
    let ordinary = with_variables("cargo".as_ref(), &["run", "--quiet"]);
    assert!(
        ordinary.contains("ENVY_FORCED=configured\nENVY_MINE=mine\n"),
        "{ordinary}"
    );
    let measured = with_variables(itcov, &["itcov", "run"]);
    assert!(measured.starts_with(&ordinary), "{ordinary}\n{measured}");

    // A suite is not cargo's, so it has what is configured and not what is of the package.
    let suite = ["itcov", "exec", "--", "sh", "-c", "\"$ITCOV_BIN\""];
    let suite = with_variables(itcov, &suite);
    for line in ordinary.lines().filter(|line| line.starts_with("ENVY")) {
        assert!(
            suite.contains(&format!("{line}\n")),
            "no {line} in\n{suite}"
        );
    }
}

#[test]
fn a_library_that_a_build_script_has_made_is_found() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("native", ""));
    krate.write(
        "build.rs",
        r#"fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let library = format!("{out}/libanswer.so");
    let mut cc = std::process::Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o", &library, "answer.c"]);
    assert!(cc.status().unwrap().success());
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=dylib=answer");
}
"#,
    );
    krate.write("answer.c", "int answer(void) { return 42; }\n");
    krate.write(
        "src/main.rs",
        "extern \"C\" {\n    fn answer() -> i32;\n}\nfn main() {\n    println!(\"{}\", unsafe { answer() });\n}\n",
    );
    krate.cargo(&["run", "--quiet"]).ends_with(0).prints("42\n");
    krate.itcov(&["run"]).ends_with(0).prints("42\n");
    let suite = ["exec", "--", "sh", "-c", "\"$ITCOV_BIN\""];
    krate.itcov(&suite).ends_with(0).prints("42\n");
    let suite = ["suite", "--", "true"];
    krate.itcov(&suite).ends_with(0).prints("42\n");
}

#[test]
fn the_runner_of_the_configuration_starts_the_program() {
    let krate = TestCrate::scaffolded("runner");
    let host = of_rustc("host: ");
    krate.write(
        "runner.sh",
        "#!/bin/sh\necho \"runner starts\" \"${1##*/}\"\nif [ \"$1\" = -x ]; then shift; fi\nexec \"$@\"\n",
    );
    let chmod = &mut krate.command("chmod");
    crate::support::Output::of(chmod.args(["+x", "runner.sh"])).ends_with(0);
    let runner = krate.root.join("runner.sh").display().to_string();
    for (table, value, starts) in [
        (format!("target.{host}"), format!("'{runner}'"), "runner"),
        (
            format!("target.{host}"),
            format!("['{runner}', '-x']"),
            "-x",
        ),
        (
            "target.'cfg(all())'".to_owned(),
            format!("'{runner} -x'"),
            "-x",
        ),
        (
            "target.'cfg(unix)'".to_owned(),
            format!("['{runner}']"),
            "runner",
        ),
        // Relative to the directory that has `.cargo`.
        (
            "target.'cfg(unix)'".to_owned(),
            "['./runner.sh', '-x']".to_owned(),
            "-x",
        ),
    ] {
        let text = format!("[{table}]\nrunner = {value}\n");
        krate.write(".cargo/config.toml", &text);
        let says = format!("runner starts {starts}\n[\"a b\"]\n");
        krate.cargo(&["run", "--quiet", "--", "a b"]).prints(&says);
        let run = krate.just(&["itcov", "a b"]).ends_with(0).prints(&says);
        assert!(run.lines_of("Total").0 > 0, "{text}");
    }
}

#[test]
fn a_process_whose_environment_was_cleared_counts_and_leaves_no_profile_behind() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("clearer", ""));
    krate.write("src/main.rs", CLEARS_ITS_ENVIRONMENT);
    let runs: [&[&str]; 5] = [
        &["run"],
        &["suite", "--", "sleep", "0.5"],
        &["exec", "--", "sh", "-c", "\"$ITCOV_BIN\""],
        // Not even the first process has a variable.
        &[
            "exec",
            "--",
            "sh",
            "-c",
            "env -i \"$ITCOV_BIN\" worker; env -i \"$ITCOV_BIN\"",
        ],
        &["run", "--scope", "all", "--release"],
    ];
    for run in runs {
        let output = krate.itcov(run).ends_with(0).prints("worker\n");
        assert!(
            !output.stderr.contains("warning: the profile"),
            "{}",
            output.stderr
        );
        let missing = krate
            .itcov(&["report", "--show-missing-lines"])
            .ends_with(0);
        let missing = missing.stdout;
        assert!(!missing.contains("main.rs: 1"), "{run:?}\n{missing}");
        assert_eq!(strays(&krate), [""; 0], "{run:?}");
    }
    // What ran outside of a run counts for none.
    let program = krate.root.join("target/itcov/debug/clearer");
    let mut command = krate.command(&program);
    crate::support::Output::of(command.env_clear()).ends_with(0);
    krate
        .itcov(&["exec", "--", "true"])
        .ends_with(1)
        .says("the suite has not started the program");
    assert_eq!(strays(&krate), [""; 0]);
}

#[test]
fn a_place_for_profiles_that_cargo_forces_on_what_it_starts_is_warned_of() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("envy", ""));
    krate.write("src/main.rs", "fn main() {\n}\n");
    let said = "warning: cargo's configuration sets LLVM_PROFILE_FILE with `force`";
    for (force, status) in [(false, 0), (true, 1)] {
        let variable = format!("{{ value = \"elsewhere/%p.profraw\", force = {force} }}");
        krate.write(
            ".cargo/config.toml",
            &format!("[env]\nLLVM_PROFILE_FILE = {variable}\n"),
        );
        let exec = ["exec", "--", "cargo", "run", "--quiet"];
        let output = krate.itcov(&exec).ends_with(status);
        assert_eq!(output.stderr.contains(said), force, "{}", output.stderr);
        // The tool itself tells the program.
        let run = krate.itcov(&["run"]).ends_with(0);
        assert_eq!(run.lines_of("Total"), (2, 2));
    }
}
