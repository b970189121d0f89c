//! What a run has measured of several programs, and what a report narrows it to.

use super::services;
use crate::support::Output;

#[test]
fn a_report_is_on_the_last_run_and_can_be_narrowed() {
    let krate = services();
    let run = |options: &str, arguments: &[&str], variables: &[(&str, &str)]| {
        let options = format!("itcov_options={options}");
        krate.just_with(&[&[&*options, "itcov"], arguments].concat(), variables)
    };
    let api = run("-p api", &["fail", "0"], &[]).ends_with(0);
    let api = api
        .prints("api [\"fail\", \"0\"]")
        .says("api runs as process")
        .lines_of("Total");
    // With the arguments that are its own.
    let arguments = [("ITCOV_ARGS_worker", "'a b'"), ("ITCOV_ARGS", "x")];
    run("-p worker", &[], &arguments)
        .ends_with(0)
        .prints("worker [\"a b\"]");
    let report = krate.just(&["itcov-report"]).ends_with(0);
    assert!(!report.stdout.contains("api/"), "{}", report.stdout);

    run("--workspace", &[], &[("ITCOV_ARGS_cli", "fail 3")]).ends_with(3);
    let all = krate.just(&["itcov-report"]).ends_with(0);
    assert_eq!(all.stderr, "");
    for (narrowed, files) in [
        (&["--bin", "api"][..], &["api"][..]),
        (&["--bin", "api,worker"], &["api", "worker"]),
        (&["-p", "tools"], &["tools"]),
        (&["-p", "worker", "-p", "api"], &["api", "worker"]),
    ] {
        let report = krate.itcov(&[&["report"], narrowed].concat()).ends_with(0);
        assert_eq!(report.stderr, "", "{narrowed:?}");
        for file in ["api", "worker", "tools"] {
            let is_there = report.stdout.contains(&format!("{file}/src/main.rs"));
            assert_eq!(
                is_there,
                files.contains(&file),
                "{narrowed:?}\n{}",
                report.stdout
            );
        }
    }
    for (asked, missing) in [
        (&["--bin", "other"][..], "--bin other"),
        (&["--bin", "api,other"], "--bin other"),
        (&["-p", "tools", "-p", "wroker"], "-p wroker"),
    ] {
        let was_measured = "was not measured; the last run measured: api, cli, worker";
        krate
            .itcov(&[&["report"], asked].concat())
            .ends_with(1)
            .says(&format!("error: {missing} {was_measured}"));
    }

    // What is added of one is there beside the others, and a program that was measured before counts on.
    let again = run("-p api", &["fail", "0"], &[]).ends_with(0);
    assert_eq!(again.lines_of("Total"), api);
    let both = run("-p worker --add", &[], &[]).ends_with(0);
    let both = both.prints("worker []");
    assert!(both.lines_of("Total").0 > api.0);
    let narrowed = krate.itcov(&["report", "--bin", "api"]).ends_with(0);
    assert_eq!(narrowed.lines_of("Total"), api);

    krate.just(&["itcov-clean"]).ends_with(0);
    krate
        .just(&["itcov-report"])
        .ends_with(1)
        .says("nothing has been measured yet");
}

#[test]
fn the_dependencies_of_several_programs_are_measured_too() {
    let krate = services();
    let manifest = krate.read("shared/Cargo.toml");
    krate.write(
        "shared/Cargo.toml",
        &format!("{manifest}\n[dependencies]\nitoa = \"1\"\n"),
    );
    let shared = krate.read("shared/src/lib.rs");
    krate.write(
        "shared/src/lib.rs",
        &shared.replace(
            "black_box(())",
            "black_box(itoa::Buffer::new().format(1).len());",
        ),
    );
    let workspace = krate.just(&["itcov_options=-p api,worker", "itcov"]);
    let workspace = workspace.ends_with(0).lines_of("Total");
    let all = krate.just(&["itcov_options=--scope all -p api,worker", "itcov"]);
    let all = all.ends_with(0);
    assert!(all.stdout.contains("itoa-1."), "{}", all.stdout);
    let report = krate.itcov(&["report", "--bin", "worker,api"]).ends_with(0);
    assert_eq!(report.lines_of("Total"), all.lines_of("Total"));
    let again = krate.just(&["itcov_options=-p api,worker", "itcov"]);
    assert_eq!(again.ends_with(0).lines_of("Total"), workspace);
}

#[test]
fn a_suite_gets_each_program_in_a_variable_and_a_build_names_each_for_elsewhere() {
    let krate = services();
    let both = "itcov_options=-p api,tools";
    let script = "\"$ITCOV_BIN_api\" x; \"$ITCOV_BIN_cli\" y; exit ${ITCOV_BIN+9}";
    let here = krate
        .just(&[both, "itcov-exec", "sh", "-c", script])
        .ends_with(0)
        .prints("api [\"x\"]")
        .prints("tools [\"y\"]");
    assert_eq!(
        (
            here.lines_of("api/src/main.rs"),
            here.lines_of("tools/src/main.rs")
        ),
        ((3, 3), (3, 3))
    );
    let script = "\"$ITCOV_BIN\" x; \"$ITCOV_BIN_cli\" y";
    krate
        .just(&["itcov_options=-p tools", "itcov-exec", "sh", "-c", script])
        .ends_with(0)
        .prints("tools [\"x\"]\ntools [\"y\"]");
    krate
        .just(&[both, "itcov-exec", "true"])
        .ends_with(1)
        .says("has not started any of the programs: it has to run \"$ITCOV_BIN_api\", \"$ITCOV_BIN_cli\", or ");

    let build = krate.just(&[both, "itcov-build"]).ends_with(0);
    let build = build
        .says("the instrumented program is ")
        .says("elsewhere, run a copy of each; ")
        .says("    LLVM_PROFILE_FILE=DIR/%m%c.profraw ./api\n")
        .says("    LLVM_PROFILE_FILE=DIR/%m%c.profraw ./cli\n")
        .says("    cargo itcov report --profiles DIR\n");
    let elsewhere = tempfile::tempdir().unwrap();
    let brought = elsewhere.path().to_str().unwrap();
    for program in build.stdout.lines() {
        let mut command = krate.command(program);
        command.env("LLVM_PROFILE_FILE", format!("{brought}/%m%c.profraw"));
        Output::of(&mut command).ends_with(0);
    }
    let here = krate.just(&[both, "itcov"]).ends_with(0).lines_of("Total");
    let report = krate.just(&["itcov-report", "--profiles", brought]);
    assert_eq!(report.ends_with(0).lines_of("Total"), here);
    // A report on one program is not upset by the other's profile.
    let report = krate.just(&["itcov-report", "--bin", "api", "--profiles", brought]);
    assert_eq!(report.ends_with(0).lines_of("api/src/main.rs"), (3, 3));
}
