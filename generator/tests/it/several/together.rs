//! Programs that are built together and measured by one suite.

use super::{SHARED, member, services};
use crate::support::{TestCrate, free_port};

/// The count of the line in the library that runs once for each letter of a program's name.
fn letters(lcov: &str) -> u32 {
    let line = 1 + SHARED
        .lines()
        .position(|line| line.contains("black_box"))
        .unwrap();
    let (_, records) = lcov.split_once("SF:shared/src/lib.rs\n").unwrap();
    let start = format!("DA:{line},");
    let count = records.lines().find_map(|line| line.strip_prefix(&start));
    count.unwrap().parse().unwrap()
}

#[test]
fn services_are_measured_together_and_the_counts_of_what_they_share_add_up() {
    let krate = services();
    let [api, worker] = [free_port(), free_port()];
    let ready = format!("tcp://127.0.0.1:{worker} http://127.0.0.1:{api}/health");
    let variables = [
        ("ITCOV_ARGS_api", &*format!("serve 127.0.0.1:{api}")),
        ("ITCOV_ARGS_worker", &format!("serve 127.0.0.1:{worker}")),
        ("ITCOV_READY", &ready),
    ];
    let script =
        "for port; do exec 3<>/dev/tcp/127.0.0.1/$port; echo >&3; tail -n 1 <&3; done; exit 7";
    let (first, second) = (api.to_string(), worker.to_string());
    let suite = [
        "itcov_options=-p api,worker",
        "itcov-suite",
        "bash",
        "-c",
        script,
        "sh",
        &first,
        &second,
    ];
    let output = krate.just_with(&suite, &variables).ends_with(7);
    let output = output
        .prints("api answers")
        .prints("worker answers")
        .says("building api, worker with coverage instrumentation")
        .says(&format!("the suite waits for {ready}, "))
        .says("api ended after")
        .says("worker ended after");
    for main in ["api/src/main.rs", "worker/src/main.rs"] {
        assert_eq!(output.lines_of(main), (3, 3));
    }
    let report = krate.just(&["itcov-report", "--lcov", "ours.info"]);
    let total = report.ends_with(0).lines_of("Total");
    assert!(0 < total.0 && total.0 < total.1, "{total:?}");
    assert_eq!(letters(&krate.read("ours.info")), 3 + 6);
    // Of a shared library, a report on one program has what that program reached.
    let report = ["itcov-report", "--bin", "api", "--lcov", "api.info"];
    krate.just(&report).ends_with(0);
    assert_eq!(letters(&krate.read("api.info")), 3);
}

#[test]
fn the_suite_waits_for_all_and_a_program_that_fails_before_is_named() {
    let krate = services();
    let (ready, silent) = (free_port(), free_port());
    let serve = format!("serve 127.0.0.1:{ready}");
    let urls = format!("tcp://127.0.0.1:{ready} tcp://127.0.0.1:{silent}");
    let chosen = ["itcov_options=-p api,worker", "itcov-suite", "touch", "ran"];
    let common = [("ITCOV_ARGS_api", &*serve), ("ITCOV_READY", &urls)];
    let with = |more: &[(&'static str, &'static str)]| {
        krate
            .just_with(&chosen, &[&common, more].concat())
            .ends_with(1)
    };
    with(&[("ITCOV_ARGS_worker", "wait"), ("ITCOV_READY_TIMEOUT", "1")]).says(&format!(
        "the program was not ready within 1s: tcp://127.0.0.1:{silent}: Connection refused"
    ));
    with(&[("ITCOV_ARGS_worker", "fail 9")])
        .says("error: worker ended before it was ready; this run does not count");
    assert!(!krate.has("ran"));

    // One that has done its work need not be there any longer, and one that fails later is said.
    let variables = [
        ("ITCOV_ARGS_api", &*serve),
        ("ITCOV_READY", urls.split(' ').next().unwrap()),
    ];
    let suite = ["itcov_options=-p api,worker", "itcov-suite", "sleep", "0.5"];
    krate
        .just_with(&suite, &variables)
        .ends_with(0)
        .says("worker ended after");
}

#[test]
fn the_program_at_the_root_is_measured_with_a_member_whatever_the_resolver() {
    for resolver in ["1", "2"] {
        let krate = TestCrate::empty();
        let manifest = format!(
            "[workspace]\nmembers = [\"side\", \"shared\"]\nresolver = \"{resolver}\"\n\n[package]\nname = \"main\"\n\
             version = \"0.1.0\"\nedition = \"2018\"\n\n[[bin]]\nname = \"main\"\npath = \"src/main.rs\"\n\
             required-features = [\"cli\"]\n\n[dependencies]\nshared = {{ path = \"shared\" }}\n\n\
             [dev-dependencies]\nshared = {{ path = \"shared\", features = [\"testing\"] }}\n\n[features]\ncli = []\n"
        );
        krate.write("Cargo.toml", &manifest);
        member(&krate, "shared", "\n[features]\ntesting = []\n");
        krate.write(
            "shared/src/lib.rs",
            "pub fn name() -> &'static str {\n    if cfg!(feature = \"testing\") { \"tested\" } else { \"shared\" }\n}\n",
        );
        member(
            &krate,
            "side",
            "\n[dependencies]\nshared.path = \"../shared\"\n",
        );
        for main in ["src/main.rs", "side/src/main.rs"] {
            krate.write(
                main,
                &format!("fn main() {{\n    println!(\"{main} says {{}}\", shared::name())\n}}\n"),
            );
        }
        krate
            .itcov(&["init", "-p", "main", "-p", "side"])
            .ends_with(0);
        // The old resolver turns on what only development dependencies ask for, in ordinary builds as well.
        let ordinary = krate.cargo(&["run", "--quiet", "--features", "cli"]);
        let ordinary = ordinary.ends_with(0).stdout;
        assert_eq!(ordinary.contains("shared"), resolver == "2");
        for (choice, programs) in [
            ("-p main", &["src/main.rs says "][..]),
            ("-p side", &["side/src/main.rs says "]),
            (
                "--workspace",
                &["src/main.rs says ", "side/src/main.rs says "],
            ),
        ] {
            let options = format!("itcov_options={choice}");
            let output = krate.just(&[&options, "itcov"]).ends_with(0);
            let ran = |line: &&str| programs.iter().any(|program| line.starts_with(program));
            assert_eq!(output.stdout.lines().filter(ran).count(), programs.len());
            if choice != "-p side" {
                assert!(output.stdout.contains(&ordinary), "{}", output.stdout);
            }
            assert_eq!(output.lines_of("shared/src/lib.rs"), (3, 3));
        }
    }
}
