//! The harness's environment: a value that is not understood ends the run before anything starts.

use crate::support::TestCrate;

#[test]
fn a_malformed_value_is_named_with_what_is_accepted() {
    let krate = TestCrate::scaffolded("malformed");
    let durations = "is not a duration such as 90, 90s, 5m or 1h30m";
    let addresses = "is not tcp://HOST:PORT or http://HOST:PORT/PATH";
    for (name, value, accepts) in [
        ("ITCOV_TIMEOUT", "soon", durations),
        ("ITCOV_TIMEOUT", "", durations),
        ("ITCOV_TIMEOUT", "1h30", durations),
        ("ITCOV_TIMEOUT", "-1", durations),
        ("ITCOV_TIMEOUT", "+1", durations),
        ("ITCOV_TIMEOUT", "0s5", durations),
        ("ITCOV_READY", "http://127.0.0.1:99999/", addresses),
        ("ITCOV_READY", "http://127.0.0.1:80?x=1", addresses),
        ("ITCOV_READY", "http://:80/", addresses),
        ("ITCOV_TIMEOUT", "99999999999999999999", durations),
        ("ITCOV_GRACE", "10 s", durations),
        ("ITCOV_READY_TIMEOUT", "m5", durations),
        ("ITCOV_READY", "localhost:80", addresses),
        ("ITCOV_READY", "tcp://localhost", addresses),
        ("ITCOV_READY", "https://localhost/", addresses),
        (
            "ITCOV_ARGS",
            "--name 'open",
            "is not words with closed quotes",
        ),
    ] {
        let output = krate.just_with(&["itcov"], &[(name, value)]);
        assert_eq!(output.status, 2, "{name}={value}: {}", output.stderr);
        let output = output.says(&format!("error: {name}={value} {accepts}"));
        assert!(
            !output.stderr.contains("the program runs"),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn durations_are_taken_in_every_form() {
    let krate = TestCrate::scaffolded("durations");
    for (value, shown) in [
        ("90", "ITCOV_TIMEOUT=90s at the latest"),
        ("90s", "ITCOV_TIMEOUT=90s at the latest"),
        ("5m", "ITCOV_TIMEOUT=300s"),
        ("1h30m", "ITCOV_TIMEOUT=5400s"),
        ("0", "ITCOV_TIMEOUT=0ns at the latest (0 is no limit)"),
    ] {
        krate
            .just_with(&["itcov"], &[("ITCOV_TIMEOUT", value)])
            .ends_with(0)
            .says(shown);
    }
}
