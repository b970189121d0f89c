//! The harness by itself, as a cargo test: nothing of this project is installed.

use crate::support::process::{is_alive, program_id, signal};
use crate::support::{Output, Running, TestCrate, tools::Reporter};

/// The harness as cargo runs it, with arguments of the program and variables.
fn start(krate: &TestCrate, arguments: &[&str], variables: &[(&str, &str)]) -> Running {
    let mut cargo = krate.command("cargo");
    cargo
        .args(["test", "--features", "manual-integration"])
        .args(["--test", "manual_integration", "--"])
        .args(arguments)
        .envs(variables.iter().copied());
    Running::start(&mut cargo)
}

fn shared() -> TestCrate {
    TestCrate::shared().reported_by(Reporter::Llvm)
}

#[test]
fn the_timeout_ends_it_with_success() {
    let krate = shared();
    let output = start(&krate, &["wait"], &[("ITCOV_TIMEOUT", "1s")])
        .finish()
        .ends_with(0)
        .prints("waiting\n")
        .says("itcov: ITCOV_TIMEOUT=1s is over, so SIGINT goes to shared\n")
        .says("signal: 2 (SIGINT)");
    assert!(!is_alive(program_id(&output.stderr)));
}

#[test]
fn arguments_reach_the_program_as_they_are_and_its_status_comes_back() {
    let krate = shared();
    let arguments = [
        "--list", "", "a b", "*", "$HOME", "'", "\n", "--", "--exact",
    ];
    start(&krate, &arguments, &[])
        .finish()
        .ends_with(0)
        .prints(&format!("{arguments:?}\n"));
    start(&krate, &["fail", "3"], &[]).finish().ends_with(3);
    let mut run = start(&krate, &["wait"], &[]);
    run.expect("waiting\n");
    signal("KILL", run.program());
    run.finish().ends_with(137).says("signal: 9 (SIGKILL)");
}

#[test]
fn a_signal_to_it_stops_the_program_and_a_second_one_hurries() {
    let krate = shared();
    for name in ["INT", "TERM"] {
        let mut run = start(&krate, &["graceful"], &[]);
        run.expect("waiting\n");
        let program = run.program();
        signal(name, run.harness());
        run.finish()
            .ends_with(0)
            .says(&format!("SIG{name} has come, so SIGINT goes to shared"))
            .prints("flushed");
        assert!(!is_alive(program));

        let mut run = start(&krate, &["stubborn"], &[("ITCOV_GRACE", "1h")]);
        run.expect("waiting\n");
        let harness = run.harness();
        signal(name, harness);
        run.expect("interrupted\n");
        signal(name, harness);
        run.finish()
            .ends_with(0)
            .says(&format!("SIG{name} has come, so SIGTERM goes to shared"))
            .says("signal: 15 (SIGTERM)");
    }
}

#[test]
fn a_program_that_does_not_stop_gets_harder_signals() {
    let krate = shared();
    krate.write(
        "stubborn.sh",
        "trap 'echo no' INT; trap 'echo never' TERM; while :; do sleep 0.1; done\n",
    );
    let variables = [
        ("ITCOV_PROGRAM", "/bin/sh"),
        ("ITCOV_TIMEOUT", "1"),
        ("ITCOV_GRACE", "1"),
    ];
    let script = krate.root.join("stubborn.sh");
    start(&krate, &[script.to_str().unwrap()], &variables)
        .finish()
        .ends_with(0)
        .prints("no\n")
        .prints("never\n")
        .says("ITCOV_GRACE=1s is over, so SIGTERM goes to sh\n")
        .says("ITCOV_GRACE=1s is over, so SIGKILL goes to sh\n");
    let variables = [("ITCOV_STOP_SIGNAL", "SIGTERM"), ("ITCOV_TIMEOUT", "1")];
    let output = start(&krate, &["terminates"], &variables)
        .finish()
        .ends_with(0)
        .prints("terminated\n");
    assert!(!output.stdout.contains("interrupted"), "{output:?}");
}

#[test]
fn a_malformed_variable_ends_it_before_the_program_starts() {
    let krate = shared();
    for (name, value, accepts) in [
        (
            "ITCOV_TIMEOUT",
            "soon",
            "is not a duration such as 90, 90s, 5m or 1h30m",
        ),
        (
            "ITCOV_TIMEOUT",
            "-1",
            "is not a duration such as 90, 90s, 5m or 1h30m",
        ),
        (
            "ITCOV_GRACE",
            "10 s",
            "is not a duration such as 90, 90s, 5m or 1h30m",
        ),
        (
            "ITCOV_TIMEOUT",
            "99999999999999999999",
            "is not a duration such as 90, 90s, 5m or 1h30m",
        ),
        (
            "ITCOV_STOP_SIGNAL",
            "SIGKILL",
            "is neither SIGINT nor SIGTERM",
        ),
    ] {
        let output = start(&krate, &[], &[(name, value)])
            .finish()
            .ends_with(2)
            .says(&format!("itcov: error: {name}={value} {accepts}\n"));
        assert!(!output.stderr.contains("runs as"), "{}", output.stderr);
    }
    start(&krate, &[], &[("ITCOV_PROGRAM", "/no/program")])
        .finish()
        .ends_with(127)
        .says("error: cannot run \"/no/program\"");
}

#[test]
fn ctrl_c_at_a_terminal_is_one_interrupt_for_the_program_and_a_second_one_hurries() {
    let krate = shared();
    let test = "cargo test -q --features manual-integration --test manual_integration --";
    let terminal = krate.terminal(&[("ITCOV_GRACE", "1h")]);
    // Cargo would die of the first one and leave the prompt beside the program.
    terminal.enter(&format!("trap '' INT; {test} graceful; echo first=$?="));
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("first=0=");
    assert!(
        terminal.screen().contains("flushed"),
        "{}",
        terminal.screen()
    );

    let terminal = krate.terminal(&[("ITCOV_GRACE", "1h")]);
    terminal.enter(&format!("trap '' INT; {test} stubborn; echo second=$?="));
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("interrupted\r\n");
    // The harness looks for signals every few milliseconds, and two that come at once are one.
    terminal.expect("so SIGINT goes to shared");
    terminal.interrupt();
    terminal.expect("second=0=");
    let screen = terminal.screen();
    assert!(screen.contains("so SIGTERM goes to shared"), "{screen}");
}

#[test]
#[ignore = "needs cargo-nextest"]
fn nextest_runs_it_too() {
    let krate = shared();
    let test = ["nextest", "run", "--features", "manual-integration"];
    let nextest = |words: &[&str], variables: &[(&str, &str)]| {
        let mut cargo = krate.command("cargo");
        cargo.args(test).args(words).envs(variables.iter().copied());
        Output::of(&mut cargo)
    };
    let named = ["--test", "manual_integration", "--no-capture"];
    nextest(&named, &[]).ends_with(0).says("1 passed");
    krate.write("wait.sh", "#!/bin/sh\nexec sleep 1000\n");
    krate.sh("chmod +x wait.sh").ends_with(0);
    let script = krate.root.join("wait.sh");
    let variables = [
        ("ITCOV_TIMEOUT", "1"),
        ("ITCOV_PROGRAM", script.to_str().unwrap()),
    ];
    let output = nextest(&named, &variables)
        .ends_with(0)
        .says("ITCOV_TIMEOUT=1s is over, so SIGINT goes to wait.sh")
        .says("1 passed");
    assert!(!is_alive(program_id(&output.stderr)));
    // Not named, it is not noticed.
    let output = nextest(&["--no-tests", "pass"], &[]).ends_with(0);
    assert!(!output.stderr.contains("manual_integration "), "{output:?}");
}
