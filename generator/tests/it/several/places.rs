//! Each choice has a place of its own for what it collects, and reports find it.

use super::{PROGRAMS, list, services};
use crate::support::Output;

#[test]
fn what_each_choice_has_collected_is_kept_until_it_is_forgotten() {
    let krate = services();
    let api = krate
        .just(&["itcov_bin=api", "itcov", "fail", "0"])
        .ends_with(0);
    let api = api
        .prints("api [\"fail\", \"0\"]")
        .says("the program runs as process")
        .lines_of("Total");
    // Of a package by its name, with the arguments that are its own.
    krate
        .just_with(
            &["itcov_package=worker", "itcov"],
            &[("ITCOV_ARGS_worker", "'a b'"), ("ITCOV_ARGS", "x")],
        )
        .ends_with(0)
        .prints("worker [\"a b\"]");
    let both = krate.just(&["itcov_bin=worker,api", "itcov"]).ends_with(0);
    assert!(
        both.stdout.contains("api []") && both.stdout.contains("worker []"),
        "{}",
        both.stdout
    );
    krate
        .just_with(&["itcov_bin=all", "itcov"], &[("ITCOV_ARGS_cli", "fail 3")])
        .ends_with(3);

    // Nothing of the first was touched, and it adds up.
    let report = krate.just(&["itcov_bin=api", "itcov-report"]).ends_with(0);
    assert_eq!(report.stderr, "");
    assert_eq!(report.lines_of("Total"), api);
    assert!(!report.stdout.contains("worker/"), "{}", report.stdout);
    let more = krate.just(&["itcov_bin=api", "itcov"]).ends_with(0);
    let more = more
        .says("adding to what earlier runs of this build have collected (just itcov_bin=api itcov-clean forgets it)");
    assert!(more.lines_of("Total").0 >= api.0);

    let choices = ["api", "api,worker", "api,worker,cli", "worker"];
    let chosen = krate.just(&["itcov-report", "--lcov", "-"]).ends_with(2);
    let by_hand = krate.itcov(&["report"]).ends_with(1);
    for choice in choices {
        let typed = format!("\nitcov:     just itcov_bin={choice} itcov-report --lcov -\n");
        assert!(chosen.stderr.contains(&typed), "{}", chosen.stderr);
        assert!(
            by_hand.stderr.contains(&format!("\n  --bin {choice}\n")),
            "{}",
            by_hand.stderr
        );
        let [ours, theirs] = [
            krate.itcov(&["report", "--bin", choice]),
            krate.just(&[&format!("itcov_bin={choice}"), "itcov-report"]),
        ];
        assert_eq!(ours.ends_with(0).stdout, theirs.ends_with(0).stdout);
    }
    krate
        .itcov(&["report", "--package", "worker,api"])
        .ends_with(0);
    krate
        .itcov(&["report", "--bin", "cli"])
        .ends_with(1)
        .says("nothing has been built for coverage of --bin cli, but of:\n  --bin api\n");
    krate
        .just(&["itcov_bin=cli", "itcov-report"])
        .ends_with(1)
        .says("nothing has been collected: type just itcov_bin=cli itcov\n");

    for choice in &choices[1..] {
        krate
            .just(&[&format!("itcov_bin={choice}"), "itcov-clean"])
            .ends_with(0);
    }
    // There is no choice left to make.
    assert!(
        krate
            .just(&["itcov-report"])
            .ends_with(0)
            .lines_of("Total")
            .0
            >= api.0
    );
    krate.itcov(&["report"]).ends_with(0);
    krate.just(&["itcov-clean"]).ends_with(0);
    krate
        .just(&["itcov_bin=api", "itcov-report"])
        .ends_with(1)
        .says("nothing has been collected");
}

#[test]
fn what_the_only_program_has_collected_is_no_choice_once_there_are_several() {
    let krate = services();
    list(&krate, &PROGRAMS[..1]);
    krate.just(&["itcov"]).ends_with(0).prints("api []");
    assert!(krate.has("target/itcov/coverage/objects"));
    krate.just(&["itcov_bin=api", "itcov-report"]).ends_with(0);
    krate.itcov(&["report", "--bin", "api"]).ends_with(0);
    krate
        .itcov(&["report", "--bin", "worker"])
        .ends_with(1)
        .says("nothing has been built for coverage of --bin worker, but of:\n  --bin api");
    krate
        .just(&["itcov_bin=worker", "itcov"])
        .ends_with(2)
        .says("no program is called worker; type one of these:\nitcov:     just itcov_bin=api itcov\n");

    list(&krate, &PROGRAMS);
    krate.just(&["itcov_bin=worker", "itcov"]).ends_with(0);
    let report = krate.itcov(&["report"]).ends_with(0);
    assert_eq!(report.lines_of("worker/src/main.rs"), (3, 3));
    assert!(!report.stdout.contains("api/"), "{}", report.stdout);
}
#[test]
fn the_dependencies_of_several_programs_are_measured_in_a_place_of_their_own() {
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
    let both = "itcov_bin=api,worker";
    let workspace = krate.just(&[both, "itcov"]).ends_with(0).lines_of("Total");
    let all = krate.just(&["itcov_scope=all", both, "itcov"]).ends_with(0);
    assert!(all.stdout.contains("itoa-1."), "{}", all.stdout);
    let report = krate
        .itcov(&["report", "--scope", "all", "--bin", "worker,api"])
        .ends_with(0);
    assert_eq!(report.lines_of("Total"), all.lines_of("Total"));
    krate
        .just(&["itcov_scope=all", both, "itcov"])
        .says("(just itcov_scope=all itcov_bin=api,worker itcov-clean forgets it)");
    krate.just(&["itcov_scope=all", "itcov-clean"]).ends_with(0);
    assert_eq!(
        krate.just(&["itcov-report"]).ends_with(0).lines_of("Total"),
        workspace
    );
}

#[test]
fn a_suite_gets_each_program_in_a_variable_and_a_build_names_each_for_elsewhere() {
    let krate = services();
    let script = "\"$ITCOV_BIN_api\" x; \"$ITCOV_BIN_cli\" y; exit ${ITCOV_BIN+9}";
    let suite = ["itcov_bin=api,cli", "itcov-exec", "sh", "-c", script];
    let here = krate
        .just(&suite)
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
        .just(&["itcov_bin=cli", "itcov-exec", "sh", "-c", script])
        .ends_with(0)
        .prints("tools [\"x\"]\ntools [\"y\"]");

    krate.just(&["itcov-clean"]).ends_with(0);
    krate
        .just(&["itcov_bin=api,cli", "itcov-exec", "true"])
        .ends_with(1)
        .says("not started any of the programs: it has to run \"$ITCOV_BIN_api\", \"$ITCOV_BIN_cli\"; ");
    let build = krate
        .just(&["itcov_bin=api,cli", "itcov-build"])
        .ends_with(0);
    let build = build
        .says("the instrumented program is ")
        .says("elsewhere, run a copy of each; ")
        .says("    LLVM_PROFILE_FILE=DIR/%m%c.profraw ./api\n")
        .says("    LLVM_PROFILE_FILE=DIR/%m%c.profraw ./cli\n")
        .says("    just itcov_bin=api,cli itcov-report --profiles DIR\n");
    let elsewhere = tempfile::tempdir().unwrap();
    let brought = elsewhere.path().to_str().unwrap();
    for line in build.stdout.lines() {
        let program = line.split('\'').nth(3).unwrap();
        let mut command = krate.command(program);
        command.env("LLVM_PROFILE_FILE", format!("{brought}/%m%c.profraw"));
        Output::of(&mut command).ends_with(0);
        Output::of(krate.command("sh").args(["-c", line])).ends_with(0);
    }
    let here = krate.just(&["itcov-report"]).ends_with(0).lines_of("Total");
    assert!(here.0 > 0);
    for arguments in [
        &["itcov-report", "--profiles", brought][..],
        &["itcov_bin=api,cli", "itcov-report", "--profiles", brought],
    ] {
        assert_eq!(krate.just(arguments).ends_with(0).lines_of("Total"), here);
    }
}
