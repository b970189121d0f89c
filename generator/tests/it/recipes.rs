//! What the recipes run, and with which status they end.

use crate::support::process::{is_alive, program_id};
use crate::support::{Output, TestCrate, free_port, get, tools};

#[test]
fn arguments_reach_the_program_unchanged() {
    let krate = TestCrate::scaffolded("arguments");
    let arguments = [
        "two words",
        "it's \"quoted\"",
        "$HOME `id` \\",
        "*",
        "",
        "line\nbreak\n",
        "--flag=1",
        "-x",
        "ü",
    ];
    let output = krate
        .just(&[&["itcov"], &arguments[..]].concat())
        .ends_with(0);
    assert_eq!(
        output.stdout.lines().next().unwrap(),
        format!("{arguments:?}")
    );
}

#[test]
fn arguments_reach_the_suite_unchanged_and_the_programs_come_from_a_variable() {
    let krate = TestCrate::scaffolded("suite-arguments");
    let script = "for argument; do printf '<%s>' \"$argument\"; done >suite";
    krate
        .just_with(
            &[
                "itcov-suite",
                "sh",
                "-c",
                script,
                "sh",
                "it's",
                "a \"b\"",
                "",
                "$x\n",
            ],
            &[(
                "ITCOV_ARGS",
                "--root 'my files' \"a \\\"b\\\" \\$c\" \\\n d\\ e",
            )],
        )
        .ends_with(0)
        .prints(r#"["--root", "my files", "a \"b\" $c", "d e"]"#);
    assert_eq!(krate.read("suite"), "<it's><a \"b\"><><$x\n>");
}

#[test]
fn the_programs_own_end_ends_the_run_with_its_status() {
    let krate = TestCrate::scaffolded("own-end");
    let output = krate
        .just(&["itcov", "fail", "3"])
        .ends_with(3)
        .says("own-end ended after")
        .says("exit status: 3");
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn a_suite_that_fails_gives_its_status_to_the_recipe_after_the_report() {
    let krate = TestCrate::scaffolded("suite-fails");
    let output = krate
        .just_with(
            &["itcov-suite", "sh", "-c", "exit 7"],
            &[("ITCOV_ARGS", "wait")],
        )
        .ends_with(7);
    assert!(output.lines_of("Total").0 > 0);
    assert!(!is_alive(program_id(&output.stderr)));
}

#[test]
fn a_suite_that_fails_is_told_that_it_did_not_wait_if_it_did_not() {
    let krate = TestCrate::shared();
    let said = "the suite did not wait until the program answered";
    let address = format!("127.0.0.1:{}", free_port());
    let ready = format!("tcp://{address}");
    for (ready, script, is_said) in [
        ("", "exit 7", true),
        ("", "exit 0", false),
        ("", "kill -9 $$", false),
        (&ready, "exit 7", false),
    ] {
        let arguments = format!("serve {address}");
        let variables = [("ITCOV_ARGS", arguments.as_str()), ("ITCOV_READY", ready)];
        let output = krate.just_with(&["itcov-suite", "sh", "-c", script], &variables);
        assert_eq!(
            output.stderr.contains(said),
            is_said,
            "{ready} {script}: {}",
            output.stderr
        );
    }
}

#[test]
fn a_suite_that_is_not_there_is_named_and_the_program_stopped() {
    let krate = TestCrate::scaffolded("no-suite");
    let output = krate
        .just_with(
            &["itcov-suite", "./no-such-suite", "x"],
            &[("ITCOV_ARGS", "wait")],
        )
        .ends_with(127)
        .says("there is no command ./no-such-suite");
    assert!(!output.stderr.contains("runs as process"));
    krate
        .just(&["itcov-suite", "--live", "true"])
        .ends_with(127)
        .says("with just in itcov_options: just itcov_options='--live' RECIPE CMD");
}

/// cargo says `Running …` before anything has run.
#[test]
fn what_cargo_says_that_it_runs_is_called_a_dry_run() {
    let output = TestCrate::shared().just(&["itcov", "hello"]).ends_with(0);
    let mut lines = output.stderr.lines();
    let said = lines.find(|line| line.contains(" Running `"));
    let said = said.unwrap_or_else(|| panic!("{}", output.stderr));
    assert!(said.contains("/itcov-dry-run "), "{said}");
    assert!(output.stderr.contains("itcov: the program's end, Ctrl-C"));
}

#[test]
fn a_suite_may_start_the_program_itself() {
    let krate = TestCrate::scaffolded("exec");
    let script = "\"$ITCOV_BIN\" \"$1\"; \"$ITCOV_BIN\" fail 4; exit $(($? + 1))";
    let output = krate
        .just(&["itcov-exec", "sh", "-c", script, "sh", "a b"])
        .ends_with(5)
        .prints("[\"a b\"]");
    assert!(output.lines_of("Total").0 > 0);
    krate
        .just(&["itcov-exec", "./no-such-suite"])
        .ends_with(127)
        .says("no-such-suite");
}

#[test]
fn a_suite_that_does_not_start_the_program_is_told_which_to_run() {
    let krate = TestCrate::scaffolded("not-started");
    let said = ": it has to run \"$ITCOV_BIN\", or have cargo run or test it; \
                a script that runs target/debug/not-started can run \"${ITCOV_BIN:-target/debug/not-started}\", \
                and a test of its package env!(\"CARGO_BIN_EXE_not-started\")";
    let suite = |script| krate.just(&["itcov-exec", "sh", "-c", script]);
    for (script, status) in [("true", 1), ("exit 7", 7)] {
        let nothing = suite(script).ends_with(status);
        let nothing = nothing
            .says("error: the suite has not started the program")
            .says(said);
        assert_eq!(nothing.stdout, "");
        let is_early = nothing
            .stderr
            .contains("program, and has failed with status 7");
        assert_eq!(is_early, status == 7, "{}", nothing.stderr);
    }
    let unexpanded = "no shell puts the program's path in the place of $ITCOV_BIN; type sh -c 'CMD \"$ITCOV_BIN\"'\n";
    krate
        .just(&["itcov-exec", "echo", "$ITCOV_BIN"])
        .ends_with(1)
        .says(unexpanded);
    // What was measured before is not what this suite has done.
    let start = "\"$ITCOV_BIN\" hello";
    let first = suite(start).ends_with(0);
    assert!(!first.stderr.contains("not started"), "{}", first.stderr);
    suite("true").ends_with(1).says(said);
    // Nor is it forgotten for a suite that did nothing.
    let report = krate.just(&["itcov-report"]).ends_with(0);
    assert_eq!(report.lines_of("Total"), first.lines_of("Total"));
}

#[test]
fn a_run_begins_anew_unless_it_is_to_add_to_the_last_one() {
    let krate = TestCrate::scaffolded("adding");
    let run = |options: &str, arguments: &[&str]| {
        let options = format!("itcov_options={options}");
        krate
            .just(&[&[&*options, "itcov"], arguments].concat())
            .ends_with(0)
    };
    let first = run("", &["fail", "0"]).lines_of("Total");
    let both = run("--add", &["hello"]).lines_of("Total");
    assert!(both.0 > first.0 && both.1 == first.1, "{first:?} {both:?}");
    let report = |status| krate.just(&["itcov-report"]).ends_with(status);
    assert_eq!(report(0).lines_of("Total"), both);
    assert_eq!(run("", &["fail", "0"]).lines_of("Total"), first);
    assert_eq!(report(0).lines_of("Total"), first);

    krate.just(&["itcov-clean"]).ends_with(0);
    report(1)
        .says("nothing has been measured yet; `cargo itcov run`, `suite` or `exec` measures a run");
    // There is nothing to add to, so it is a run of its own.
    assert_eq!(run("--add", &["fail", "0"]).lines_of("Total"), first);

    // It is said once, however often it was added.
    run("--add", &["hello"]);
    let source = krate.read("src/main.rs");
    krate.write("src/main.rs", &source.replace("\"served\"", "\"changed\""));
    let changed = run("--add", &["fail", "0"]);
    let said = "adding has changed, so what was measured of it before is forgotten";
    assert_eq!(
        changed.stderr.matches(said).count(),
        1,
        "{}",
        changed.stderr
    );
    assert_eq!(changed.lines_of("Total"), first);
}

#[test]
fn what_itcov_build_prints_is_the_program_and_it_can_be_run() {
    let krate = TestCrate::scaffolded("elsewhere");
    let build = krate.just(&["itcov-build"]).ends_with(0);
    let build = build.says("target/itcov/debug/elsewhere");
    let program = krate.root.join("target/itcov/debug/elsewhere");
    assert_eq!(build.stdout, format!("{}\n", program.display()));
    let mut command = krate.command(&program);
    command
        .arg("moved")
        .env("LLVM_PROFILE_FILE", "there/%m%c.profraw");
    crate::support::Output::of(&mut command)
        .ends_with(0)
        .prints("[\"moved\"]");
    let report = krate.just(&["itcov-report", "--profiles", "there"]);
    assert!(report.ends_with(0).lines_of("Total").0 > 0);
}

#[test]
fn the_report_can_be_had_while_the_program_runs() {
    let krate = TestCrate::scaffolded("live");
    let port = free_port();
    let mut run = krate.start_just(&["itcov", "serve", &format!("127.0.0.1:{port}")], &[]);
    run.expect("listening");
    let before = krate.just(&["itcov-report"]).ends_with(0).lines_of("Total");
    assert_eq!(get(port, "/served"), "served");
    let after = krate.just(&["itcov-report"]).ends_with(0).lines_of("Total");
    assert!(after.0 > before.0, "{before:?} {after:?}");
    crate::support::process::signal("TERM", run.program());
    run.finish().ends_with(143);
}

#[test]
fn a_build_that_fails_runs_nothing_and_leaves_what_was_measured() {
    let krate = TestCrate::unlinked();
    let before = krate.just(&["itcov"]).ends_with(0).stdout;
    let source = krate.read("src/lib.rs");
    krate.write("src/lib.rs", "no rust\n");
    let output = krate.just(&["itcov"]).ends_with(1).says("error: expected");
    assert!(
        output.stdout.is_empty() && !output.stderr.contains("runs as process"),
        "{output:?}"
    );
    krate.write("src/lib.rs", &source);
    let after = krate.just(&["itcov-report"]).ends_with(0).stdout;
    assert!(before.ends_with(&after), "{before}\n{after}");
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let krate = TestCrate::scaffolded("parallel");
    krate.just(&["itcov-build"]).ends_with(0);
    let runs = [(); 4].map(|()| krate.start_just(&["itcov", "fail", "3"], &[]));
    for run in runs {
        run.finish().ends_with(3);
    }
}

#[test]
fn the_variables_of_the_environment_reach_the_program_as_they_are() {
    let krate = TestCrate::scaffolded("untouched");
    let variables = [
        "root", "profile", "target", "program", "status", "bin", "features",
    ]
    .map(|name| (name, "mine"));
    let script =
        "for name in root profile target program status bin features; do eval echo \\$$name; done";
    let output = krate
        .just_with(&["itcov-suite", "sh", "-c", script], &variables)
        .ends_with(0);
    assert!(
        output.stdout.contains(&"mine\n".repeat(7)),
        "{}",
        output.stdout
    );
}

#[test]
fn the_line_ends_of_windows_do_no_harm() {
    let krate = TestCrate::scaffolded("line-ends");
    for file in ["itcov.just", "justfile"] {
        let text = krate.read(file).replace('\n', "\r\n");
        krate.write(file, &text);
    }
    krate.itcov(&["check"]).ends_with(0);
    krate
        .just(&["itcov", "x"])
        .ends_with(0)
        .prints("[\"x\"]")
        .prints("src/main.rs");
    krate
        .just(&[
            "itcov_options=--bin line-ends",
            "itcov-exec",
            "sh",
            "-c",
            "$ITCOV_BIN y",
        ])
        .ends_with(0)
        .prints("[\"y\"]");
}

#[test]
fn a_recipe_that_is_called_from_elsewhere_is_for_the_crate_beside_its_justfile() {
    let krate = TestCrate::new("above");
    let manifest = krate.read("Cargo.toml");
    krate.write(
        "Cargo.toml",
        &format!("{manifest}\n[workspace]\nexclude = [\"services\"]\n"),
    );
    krate.write(
        "services/api/Cargo.toml",
        "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    krate.write(
        "services/api/src/main.rs",
        "fn main() {\n    if std::env::args().count() > 5 {\n        println!(\"many\");\n    }\n}\n",
    );
    krate.write("services/api/justfile", "");
    let api = krate.root.join("services/api");
    let mut init = krate.command(env!("CARGO_BIN_EXE_cargo-itcov"));
    init.args(["itcov", "init"]).current_dir(&api);
    Output::of(&mut init).ends_with(0);
    krate.write("justfile", "mod api 'services/api/justfile'\n");
    krate.itcov(&["init"]).ends_with(0);
    krate
        .just(&["itcov-exec", "sh", "-c", "$ITCOV_BIN"])
        .ends_with(0);
    for recipe in [
        &["services/api/itcov-exec", "sh", "-c", "$ITCOV_BIN"][..],
        &["services/api/itcov-report", "--fail-under-lines", "90"],
        &[
            "-f",
            "services/api/justfile",
            "itcov-report",
            "--fail-under-lines",
            "90",
        ],
        &["api::itcov-report", "--fail-under-lines", "90"],
    ] {
        let is_report = recipe.contains(&"90");
        let output = krate.just(recipe).ends_with(i32::from(is_report));
        assert_eq!(output.lines_of("src/main.rs"), (4, 5), "{recipe:?}");
    }
    // Inside, a recipe is for where the user is.
    let mut inside = krate.command(tools::just());
    inside
        .args(["itcov", "x"])
        .current_dir(krate.root.join("src"));
    Output::of(&mut inside).ends_with(0).prints("src/main.rs");
}

#[test]
fn a_harness_is_compiled_only_if_it_is_edited_and_then_it_is_the_one_that_runs() {
    let krate = TestCrate::scaffolded("edited-harness");
    let compiles = "--crate-name=manual_integration";
    let run = || krate.itcov(&["run", "-v"]).ends_with(0);
    let output = run().says(" runs as process ");
    assert!(!output.stderr.contains(compiles), "{}", output.stderr);
    let harness = "tests/manual_integration.rs";
    let edited = krate.read(harness).replace(" runs as ", " is ");
    krate.write(harness, &edited);
    run().says(compiles).says("edited-harness is process ");
}
