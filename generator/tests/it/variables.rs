//! Variables and options of a run: a value that is not understood ends it before anything is built.

use crate::support::TestCrate;

const DURATIONS: &str = "is not a duration such as 90, 90s, 5m or 1h30m";
const ADDRESSES: &str = "is not tcp://HOST:PORT or http://HOST:PORT/PATH, or several of them; for anything else leave it unset, and wait in the suite";
const LOOPBACK: &str = "is not a loopback address such as 127.0.0.1:8099";
const SIGNALS: &str = "is neither SIGINT nor SIGTERM";
const WORDS: &str = "has a quote that is not closed";

#[test]
fn a_malformed_variable_is_named_with_what_is_accepted() {
    let krate = TestCrate::shared();
    for (name, value, accepts) in [
        ("ITCOV_TIMEOUT", "soon", DURATIONS),
        ("ITCOV_TIMEOUT", "1h30", DURATIONS),
        ("ITCOV_TIMEOUT", "-1", DURATIONS),
        ("ITCOV_TIMEOUT", "+1", DURATIONS),
        ("ITCOV_TIMEOUT", "0s5", DURATIONS),
        ("ITCOV_TIMEOUT", "99999999999999999999", DURATIONS),
        ("ITCOV_GRACE", "10 s", DURATIONS),
        ("ITCOV_READY_TIMEOUT", "m5", DURATIONS),
        ("ITCOV_READY", "http://127.0.0.1:99999/", ADDRESSES),
        ("ITCOV_READY", "http://127.0.0.1:80?x=1", ADDRESSES),
        ("ITCOV_READY", "http://:80/", ADDRESSES),
        ("ITCOV_READY", "localhost:80", ADDRESSES),
        ("ITCOV_READY", "tcp://localhost", ADDRESSES),
        ("ITCOV_READY", "https://localhost/", ADDRESSES),
        ("ITCOV_READY", "tcp://localhost:80 localhost", ADDRESSES),
        ("ITCOV_CONTROL", "0.0.0.0:80", LOOPBACK),
        ("ITCOV_STOP_SIGNAL", "SIGKILL", SIGNALS),
        ("ITCOV_STOP_SIGNAL", "2", SIGNALS),
        ("ITCOV_ARGS", "--name 'open", WORDS),
        ("ITCOV_ARGS_shared", "--name 'open", WORDS),
    ] {
        let output = krate
            .just_with(&["itcov-suite", "true"], &[(name, value)])
            .ends_with(2)
            .says(&format!("error: {name}={value} {accepts}\n"));
        assert!(!output.stderr.contains("building"), "{}", output.stderr);
    }
    krate
        .sh("ITCOV_ARGS=$(printf 'caf\\351') cargo itcov run")
        .ends_with(2)
        .says("is not UTF-8\n");
}

#[test]
fn a_malformed_option_is_named_with_what_is_accepted() {
    let krate = TestCrate::shared();
    for (option, value, accepts) in [
        ("--timeout", "soon", DURATIONS),
        ("--timeout", "", DURATIONS),
        ("--grace", "10 s", DURATIONS),
        ("--ready-timeout", "m5", DURATIONS),
        ("--ready", "localhost:80", ADDRESSES),
        ("--control", "0.0.0.0:80", LOOPBACK),
        ("--stop-signal", "SIGKILL", SIGNALS),
        ("--args", "--name 'open", WORDS),
    ] {
        let output = krate
            .itcov(&["suite", option, value, "--", "true"])
            .ends_with(2)
            .says(&format!("error: {option} {value} {accepts}\n"));
        assert!(!output.stderr.contains("building"), "{}", output.stderr);
    }
}

#[test]
fn an_option_wins_over_its_variable() {
    let krate = TestCrate::shared();
    let malformed = [
        ("ITCOV_TIMEOUT", "soon"),
        ("ITCOV_GRACE", "soon"),
        ("ITCOV_READY", "nowhere"),
        ("ITCOV_READY_TIMEOUT", "soon"),
        ("ITCOV_CONTROL", "nowhere"),
        ("ITCOV_STOP_SIGNAL", "SIGKILL"),
        ("ITCOV_ARGS", "'open"),
    ];
    let port = crate::support::free_port();
    let options = format!(
        "--timeout 50s --grace 40s --ready tcp://127.0.0.1:{port} --ready-timeout 30s \
         --control [::1]:0 --stop-signal SIGTERM --args 'serve 127.0.0.1:{port}'"
    );
    let options = format!("itcov_options={options}");
    krate
        .just_with(&[&options, "itcov-suite", "true"], &malformed)
        .ends_with(0)
        .says("ITCOV_TIMEOUT=50s or POST http://[::1]:")
        .says("ITCOV_READY_TIMEOUT=30s at the latest")
        .says("so SIGTERM goes to shared")
        .prints("listening");
}

#[test]
fn durations_are_taken_in_every_form() {
    let krate = TestCrate::shared();
    for (value, shown) in [
        ("90", "Ctrl-C, ITCOV_TIMEOUT=90s or POST "),
        ("90s", "Ctrl-C, ITCOV_TIMEOUT=90s or POST "),
        ("5m", "Ctrl-C, ITCOV_TIMEOUT=300s or POST "),
        ("1h30m", "Ctrl-C, ITCOV_TIMEOUT=5400s or POST "),
        ("0", "Ctrl-C or POST "),
    ] {
        krate
            .just_with(&["itcov"], &[("ITCOV_TIMEOUT", value)])
            .ends_with(0)
            .says(shown);
    }
}
