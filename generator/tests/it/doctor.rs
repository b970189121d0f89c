//! `cargo itcov doctor`: what it says of the machine and of the crate, with real PATHs that lack something.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::{Output, TestCrate, tools};

/// What a run needs; a PATH of these alone is enough.
const NEEDED: [&str; 5] = ["cargo", "rustc", "cc", "ld", "as"];

/// What the recipes need beside that.
const RECIPES: [&str; 4] = ["just", "cargo-itcov", "sh", "stty"];

/// The command, in a crate, with a PATH of these programs and no others.
fn with_path(krate: &TestCrate, programs: &[&str]) -> Command {
    let directory = krate.root.join("../bin");
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    let mut command = krate.command(tools::cargo_itcov());
    command
        .args(["itcov", "doctor"])
        // What has started the test.
        .env_remove("CARGO")
        .env("PATH", tools::path_of(directory, programs));
    command
}

/// The status and the text of a finding in the output for people.
#[track_caller]
fn line<'a>(output: &'a Output, name: &str) -> (&'a str, &'a str) {
    let found = output.stdout.lines().find_map(|line| {
        let (status, rest) = line.trim_start().split_once(' ')?;
        let text = rest.strip_prefix(name)?.strip_prefix(' ')?;
        Some((status, text.trim()))
    });
    found.unwrap_or_else(|| panic!("nothing on {name} in\n{}", output.stdout))
}

#[test]
fn a_path_with_all_that_it_asks_for_is_enough_for_a_measured_run() {
    let krate = TestCrate::scaffolded("enough");
    let all = [&NEEDED[..], &RECIPES].concat();
    let output = Output::of(&mut with_path(&krate, &all)).ends_with(0);
    for name in [
        "system",
        "cargo",
        "rustc",
        "profiler runtime",
        "linker",
        "just",
        "cargo itcov",
        "scaffold",
        "justfile",
    ] {
        assert_eq!(line(&output, name).0, "ok", "{name}\n{}", output.stdout);
    }
    assert_eq!(line(&output, "cargo itcov").1, env!("CARGO_PKG_VERSION"));
    assert!(
        !output.stdout.contains('\u{1b}'),
        "colours are for terminals"
    );

    // The same PATH, and nothing else, for the run.
    let mut run = krate.command(krate.root.join("../bin/just"));
    run.env("PATH", krate.root.join("../bin"))
        .args(["itcov", "x"]);
    let run = Output::of(&mut run).ends_with(0).prints("[\"x\"]");
    assert!(run.lines_of("Total").0 > 0);

    // The tool needs less than the recipes, and is content with that.
    let output = Output::of(&mut with_path(&krate, &NEEDED)).ends_with(0);
    for name in ["just", "cargo itcov"] {
        assert_eq!(line(&output, name), ("note", "none"), "{}", output.stdout);
    }
    let mut run = krate.command(tools::cargo_itcov());
    run.env("PATH", krate.root.join("../bin"));
    let run = Output::of(run.args(["run", "--", "x"])).ends_with(0);
    assert!(run.lines_of("Total").0 > 0);
}

#[test]
fn what_is_not_on_the_path_is_named_with_what_to_type() {
    let krate = TestCrate::scaffolded("lacking");
    for (lacking, name, advice) in [
        ("cargo", "cargo", "type: curl https://sh.rustup.rs"),
        ("rustc", "rustc", "type: curl https://sh.rustup.rs"),
        ("cc", "linker", "type: apt-get install gcc"),
    ] {
        let rest: Vec<&str> = NEEDED
            .into_iter()
            .filter(|program| *program != lacking)
            .collect();
        let output = Output::of(&mut with_path(&krate, &rest))
            .ends_with(1)
            .says(&format!("would not work: {name}"));
        assert_eq!(
            line(&output, name),
            ("missing", "none"),
            "{}",
            output.stdout
        );
        output.prints(advice);
    }
}

#[test]
fn the_findings_are_a_list_for_scripts() {
    let krate = TestCrate::scaffolded("scripts");
    let mut command = with_path(&krate, &["cargo", "rustc", "just"]);
    let output = Output::of(command.args(["--format", "json"])).ends_with(1);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(json["ok"], false);
    let of = |name: &str| {
        let mut findings = json["findings"].as_array().unwrap().iter();
        findings
            .find(|finding| finding["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(of("just")["status"], "ok");
    assert_eq!(of("just")["means"], serde_json::Value::Null);
    assert_eq!(of("linker")["status"], "missing");
    assert_eq!(of("linker")["found"], "none");
    assert_eq!(of("linker")["command"], "apt-get install gcc libc6-dev");
}

#[test]
fn a_crate_is_looked_at_from_any_of_its_directories() {
    let krate = TestCrate::new("looked-at");
    let doctor = |krate: &TestCrate| krate.itcov(&["doctor"]);
    let output = doctor(&krate).ends_with(0).prints("type: cargo itcov init");
    assert_eq!(line(&output, "scaffold").0, "note");

    krate.itcov(&["init"]).ends_with(0);
    let mut inside = krate.command(tools::cargo_itcov());
    inside
        .args(["itcov", "doctor"])
        .current_dir(krate.root.join("src"));
    let output = Output::of(&mut inside).ends_with(0);
    assert_eq!(line(&output, "justfile").0, "ok");
    assert!(line(&output, "scaffold").1.ends_with("krate/itcov.just"));

    // Three ways to have no `just itcov`.
    krate.write("justfile", "a: b\n");
    let output = doctor(&krate).ends_with(1).prints("unknown dependency `b`");
    assert_eq!(line(&output, "justfile").0, "wrong");
    krate.write("justfile", "a:\n");
    let output = doctor(&krate)
        .ends_with(1)
        .prints("it does not import itcov.just");
    assert_eq!(line(&output, "justfile").0, "missing");
    krate.write("justfile", "import 'itcov.just'\n");
    fs::remove_file(krate.root.join("itcov.just")).unwrap();
    let output = doctor(&krate).ends_with(1).prints("type: cargo itcov init");
    assert_eq!(line(&output, "justfile").0, "wrong");
    krate.write("itcov.just", "a: b\n");
    doctor(&krate)
        .ends_with(1)
        .prints("just rejects what is in itcov.just");

    krate.write("Cargo.toml", "[package]\nname = 1\n");
    let output = doctor(&krate).ends_with(1).says("would not work: crate");
    assert_eq!(line(&output, "crate").0, "wrong");
    let nowhere = krate
        .itcov(&["doctor", "--manifest-path", "../Cargo.toml"])
        .ends_with(1);
    assert_eq!(line(&nowhere, "crate").0, "wrong");
}

#[test]
fn outside_a_crate_only_the_machine_is_looked_at() {
    let directory = TestCrate::empty();
    let output = directory.itcov(&["doctor"]).ends_with(0);
    assert_eq!(line(&output, "crate"), ("note", "none"));
    assert_eq!(directory.files(), []);
}

#[test]
fn variables_that_change_a_run_are_noted() {
    let krate = TestCrate::scaffolded("noted");
    let mut command = krate.command(tools::cargo_itcov());
    command.args(["itcov", "doctor"]).envs([
        ("RUSTFLAGS", "-C debuginfo=1"),
        ("RUSTC_WORKSPACE_WRAPPER", "/w"),
        ("ITCOV_TIMEOUT", "5m"),
        ("JUST_JUSTFILE", "/nowhere/justfile"),
        ("JUST_QUIET", "1"),
        ("ITCOV_PROGRAM", ""),
    ]);
    let output = Output::of(&mut command).ends_with(0);
    assert_eq!(line(&output, "RUSTFLAGS"), ("note", "-C debuginfo=1"));
    assert_eq!(line(&output, "RUSTC_WORKSPACE_WRAPPER").0, "note");
    assert_eq!(line(&output, "ITCOV_TIMEOUT"), ("note", "5m"));
    assert_eq!(line(&output, "JUST_JUSTFILE").0, "note");
    assert!(!output.stdout.contains("ITCOV_PROGRAM"));
    assert_eq!(line(&output, "justfile").0, "ok");
    // What just says of the justfile does not depend on them.
    krate.write("justfile", "a: b\n");
    Output::of(&mut command)
        .ends_with(1)
        .prints("unknown dependency `b`");
}

#[test]
fn a_terminal_gets_colours() {
    let krate = TestCrate::new("coloured");
    let terminal = krate.terminal(&[("TERM", "xterm"), ("CARGO_TERM_COLOR", "auto")]);
    terminal.enter(&format!(
        "{} doctor; echo status=$?=",
        tools::cargo_itcov().display()
    ));
    terminal.expect("status=0=");
    assert!(
        terminal
            .screen()
            .contains("\u{1b}[1m\u{1b}[32m          ok"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn a_just_that_is_too_old_is_no_judge() {
    let krate = TestCrate::new("old-just");
    krate.write("justfile", "a:\n");
    let bin = tools::path_of(krate.root.join("../old"), &NEEDED);
    // All that is asked of it.
    let old = "#!/bin/sh\nif [ \"$*\" = --version ]; then echo just 1.28.0; else exit 1; fi\n";
    fs::write(bin.join("just"), old).unwrap();
    fs::set_permissions(bin.join("just"), fs::Permissions::from_mode(0o755)).unwrap();
    let run = |arguments: &[&str]| {
        Output::of(
            krate
                .command(tools::cargo_itcov())
                .arg("itcov")
                .args(arguments)
                .env("PATH", &bin),
        )
    };
    run(&["init"]).ends_with(0);
    let output = run(&["doctor"]).ends_with(0);
    assert_eq!(line(&output, "just"), ("note", "1.28.0"));
    assert_eq!(line(&output, "justfile").0, "ok");
}

#[test]
fn a_toolchain_without_the_profiler_runtime_is_told_from_a_whole_one() {
    let krate = TestCrate::new("no-profiler");
    let toolchain = krate.root.join("../toolchain");
    fs::create_dir(&toolchain).unwrap();
    let sysroot = Output::of(krate.command("rustc").args(["--print", "sysroot"])).ends_with(0);
    let sysroot = sysroot.stdout.trim();
    // Links where the file system allows it, as a toolchain is large. rustc finds its library from where it is itself.
    let copy = format!(
        "cp -al {sysroot}/bin {sysroot}/lib . 2>/dev/null || cp -a {sysroot}/bin {sysroot}/lib ."
    );
    Output::of(
        krate
            .command("sh")
            .args(["-c", &copy])
            .current_dir(&toolchain),
    )
    .ends_with(0);
    let remove = "rm lib/rustlib/*/lib/libprofiler_builtins-*";
    Output::of(
        krate
            .command("sh")
            .args(["-c", remove])
            .current_dir(&toolchain),
    )
    .ends_with(0);

    let path = [
        toolchain.join("bin"),
        tools::path_of(krate.root.join("../bin"), &NEEDED[2..]),
    ];
    let path = std::env::join_paths(path).unwrap();
    let run = |program: &std::path::Path, arguments: &[&str]| {
        let mut command = krate.command(program);
        // cargo has put the whole toolchain's libraries there.
        Output::of(
            command
                .args(arguments)
                .env("PATH", &path)
                .env_remove("LD_LIBRARY_PATH"),
        )
    };
    let output = run(tools::cargo_itcov(), &["itcov", "doctor"]).ends_with(1);
    assert_eq!(
        line(&output, "profiler runtime"),
        ("missing", "not in the toolchain")
    );
    // So it is.
    let rustc = toolchain.join("bin/rustc");
    let build = run(
        &rustc,
        &[
            "-C",
            "instrument-coverage",
            "--emit",
            "metadata",
            "src/main.rs",
        ],
    );
    build.ends_with(1).says("profiler_builtins");
}

#[test]
fn a_wrapper_of_the_compiler_is_looked_for() {
    let krate = TestCrate::new("wrapped");
    krate.write("bin/wrap", "#!/bin/sh\nexec \"$@\"\n");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(krate.root.join("bin/wrap"), executable).unwrap();
    let set = |wrapper: &str| {
        let text = format!("[build]\nrustc-wrapper = \"{wrapper}\"\n");
        krate.write(".cargo/config.toml", &text);
    };
    for there in ["bin/wrap", "env"] {
        set(there);
        let output = krate.itcov(&["doctor"]).ends_with(0);
        assert_eq!(line(&output, "rustc wrapper").0, "ok");
    }
    for absent in ["bin/absent", "no-such-wrapper"] {
        set(absent);
        let output = krate
            .itcov(&["doctor"])
            .ends_with(1)
            .says("would not work: rustc wrapper");
        output
            .prints("which is not there: install it, or run without it")
            .prints("type: RUSTC_WRAPPER= cargo itcov run");
        assert_ne!(krate.itcov(&["run", "--", "x"]).status, 0);
        let mut without = krate.command(tools::cargo_itcov());
        without
            .env("RUSTC_WRAPPER", "")
            .args(["itcov", "run", "--", "x"]);
        Output::of(&mut without).ends_with(0);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_wrong() {
    let krate = TestCrate::new("unreadable");
    krate.write(".cargo/config.toml", "[build]\nrustc-wrapper = 1\n");
    let output = krate.itcov(&["doctor"]).ends_with(1);
    assert_eq!(line(&output, "configuration").0, "wrong");
    assert_ne!(krate.itcov(&["run", "--", "x"]).status, 0);
}
