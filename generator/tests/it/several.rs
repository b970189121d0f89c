//! Several programs of one workspace: which are measured, together or one by one, and what is said of them.

use crate::support::process::{child_id, is_alive, parent_of, signal, wait_until};
use crate::support::{Output, Reporter, Running, TestCrate, free_port, tools};

/// What the services share. Each is told by its first argument what to do.
const SHARED: &str = r#"
use std::io::{Read, Write};

unsafe extern "C" {
    fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
}

extern "C" fn interrupted(_: i32) {
    println!("{} interrupted", std::env::args().next().unwrap().rsplit('/').next().unwrap());
}

pub fn run(name: &str) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!("{name} {arguments:?}");
    for _ in name.chars() {
        letter();
    }
    match arguments.first().map(String::as_str) {
        Some("fail") => fail(&arguments[1]),
        Some("serve" | "--listen") => serve(name, &arguments[1]),
        Some("wait") => wait(),
        Some("stubborn") => stubborn(),
        Some("input") => println!("{name} read {}", std::io::stdin().read_to_string(&mut String::new()).unwrap()),
        _ => {}
    }
}

pub fn letter() {
    std::hint::black_box(())
}

pub fn never() -> i32 {
    7
}

fn fail(status: &str) {
    std::process::exit(status.parse().unwrap())
}

fn wait() {
    println!("waiting={}=", std::process::id());
    loop {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn stubborn() {
    unsafe { signal(2, interrupted) };
    wait();
}

fn serve(name: &str, address: &str) {
    for stream in std::net::TcpListener::bind(address).unwrap().incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{name} answers");
    }
}
"#;

/// The lines of a program for the list in `itcov.just`.
const PROGRAMS: [&str; 3] = [
    "api api manual-integration",
    "worker worker manual-integration",
    "tools cli manual-integration",
];

/// A workspace with two services, a command line program, and a library that they share.
pub fn services() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"api\", \"worker\", \"tools\", \"shared\"]\nresolver = \"3\"\n",
    );
    member(&krate, "shared", "");
    krate.write("shared/src/lib.rs", SHARED);
    for (package, rest) in [
        ("api", ""),
        ("worker", ""),
        (
            "tools",
            "\n[[bin]]\nname = \"cli\"\npath = \"src/main.rs\"\n",
        ),
    ] {
        let dependencies = "\n[dependencies]\nshared.path = \"../shared\"\n";
        member(&krate, package, &format!("{dependencies}{rest}"));
        let main = format!("fn main() {{\n    shared::run(\"{package}\")\n}}\n");
        krate.write(&format!("{package}/src/main.rs"), &main);
    }
    scaffold(&krate, &["api", "worker", "tools"], &PROGRAMS);
    krate
}

fn member(krate: &TestCrate, package: &str, rest: &str) {
    let manifest =
        format!("[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}");
    krate.write(&format!("{package}/Cargo.toml"), &manifest);
}

/// Puts the scaffold into the packages, which are in directories of their names, with these lines of programs.
fn scaffold(krate: &TestCrate, packages: &[&str], programs: &[&str]) {
    let (first, others) = packages.split_first().unwrap();
    krate.itcov(&["init", "-p", first]).ends_with(0);
    let harness = krate.read(&format!("{first}/tests/manual_integration.rs"));
    let manifest = krate.read(&format!("{first}/Cargo.toml"));
    let (_, added) = manifest.split_once("\n[features]").unwrap();
    for package in others {
        krate.write(&format!("{package}/tests/manual_integration.rs"), &harness);
        let manifest = krate.read(&format!("{package}/Cargo.toml"));
        krate.write(
            &format!("{package}/Cargo.toml"),
            &format!("{manifest}\n[features]{added}"),
        );
    }
    list(krate, programs);
}

/// Changes the list of programs.
fn list(krate: &TestCrate, programs: &[&str]) {
    let recipes = krate.read("itcov.just");
    let (before, rest) = recipes.split_once("itcov_programs := '''\n").unwrap();
    let (_, after) = rest.split_once("\n'''\n").unwrap();
    let lines: String = programs
        .iter()
        .map(|program| format!("    {program}\n"))
        .collect();
    let list = format!("{before}itcov_programs := '''\n{lines}'''\n{after}");
    krate.write("itcov.just", &list);
}

/// The number of the process of one of several programs, once the harness has named it.
fn process_of(run: &mut Running, name: &str) -> u32 {
    let before = format!("the program {name} runs as process ");
    run.expect(&before);
    let text = run.stderr();
    let (_, rest) = text.split_once(&before).unwrap();
    rest.split(':').next().unwrap().parse().unwrap()
}

#[test]
fn of_several_programs_none_is_taken_and_the_commands_that_choose_are_said() {
    let krate = services();
    let choices = |recipe: &str| {
        ["api", "worker", "cli", "all"]
            .map(|bin| format!("\nitcov:     just itcov_bin={bin} {recipe}"))
    };
    for (arguments, why) in [
        (&["itcov"][..], "there are several programs"),
        (&["itcov", "--name", "it's"], "there are several programs"),
        (
            &["itcov-suite", "./suite.sh", "a b", ""],
            "there are several programs",
        ),
        (&["itcov-exec", "true"], "there are several programs"),
        (&["itcov-build"], "there are several programs"),
        (
            &["itcov_bin=ap", "itcov"],
            "itcov_bin=ap: no program is called ap",
        ),
        (
            &["itcov_bin=api,", "itcov"],
            "itcov_bin=api,: no program is called ",
        ),
        (
            &["itcov_bin=tools", "itcov-report"],
            "itcov_bin=tools: no program is called tools",
        ),
        (
            &["itcov_package=cli", "itcov-clean"],
            "itcov_package=cli: no program is of a package cli",
        ),
        (
            &["itcov_package=api", "itcov_bin=cli", "itcov"],
            "itcov_package=api has no program cli",
        ),
    ] {
        let output = krate.just(arguments).ends_with(2);
        assert_eq!(output.stdout, "");
        let again = match arguments {
            ["itcov", "--name", ..] => "itcov --name 'it'\\''s'".to_owned(),
            ["itcov-suite", ..] => "itcov-suite ./suite.sh 'a b' ''".to_owned(),
            [rest @ ..] => rest
                .iter()
                .copied()
                .filter(|word| !word.contains('='))
                .collect::<Vec<_>>()
                .join(" "),
        };
        let lines = choices(&again).concat();
        assert_eq!(
            output.stderr,
            format!("itcov: error: {why}; type one of these:{lines}\n")
        );
    }
    krate
        .just(&["itcov_scope=all", "itcov"])
        .ends_with(2)
        .says("    just itcov_scope=all itcov_bin=api itcov\n");
    krate
        .just(&["itcov-report"])
        .ends_with(1)
        .says("nothing has been collected: type just itcov");
    assert!(!krate.has("target"), "nothing was built");

    for (line, why) in [
        ("api", "this is no line PACKAGE BIN FEATURE,FEATURE: "),
        (
            "api api a, b",
            "this is no line PACKAGE BIN FEATURE,FEATURE: ",
        ),
        ("", "itcov_programs is empty"),
    ] {
        list(&krate, &[line]);
        krate.just(&["itcov"]).ends_with(2).says(why);
    }
}

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

/// The count of the line in the library that runs once for each letter of a program's name.
fn letters(lcov: &str) -> u32 {
    let line = 1 + SHARED
        .lines()
        .position(|line| line.contains("black_box"))
        .unwrap();
    let (_, records) = lcov.split_once("/shared/src/lib.rs\n").unwrap();
    let start = format!("DA:{line},");
    let count = records.lines().find_map(|line| line.strip_prefix(&start));
    count.unwrap().parse().unwrap()
}

#[test]
fn services_are_measured_together_and_the_counts_of_what_they_share_add_up() {
    let mut krate = services();
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
        "itcov_bin=api,worker",
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
        .says("the program api ended after")
        .says("the program worker ended after");
    for main in ["api/src/main.rs", "worker/src/main.rs"] {
        assert_eq!(output.lines_of(main), (3, 3));
    }
    let report = [
        "itcov_bin=api,worker",
        "itcov-report",
        "--lcov",
        "ours.info",
    ];
    let total = krate.just(&report).ends_with(0).lines_of("Total");
    assert!(0 < total.0 && total.0 < total.1, "{total:?}");
    assert_eq!(letters(&krate.read("ours.info")), 3 + 6);

    if tools::has_llvm_tools() {
        krate = krate.reported_by(Reporter::Llvm);
        let report = [
            "itcov_bin=worker,api",
            "itcov-report",
            "--lcov",
            "theirs.info",
        ];
        let theirs = krate.just(&report).ends_with(0);
        assert_eq!(theirs.lines_of("TOTAL"), total);
        let lines = |path| -> Vec<String> {
            let text = krate.read(path);
            let mut lines: Vec<_> = text
                .lines()
                .filter(|line| line.starts_with("DA:"))
                .map(str::to_owned)
                .collect();
            lines.sort();
            lines
        };
        assert_eq!(lines("ours.info"), lines("theirs.info"));
    }
}

#[test]
fn the_suite_waits_for_all_and_a_program_that_fails_before_is_named() {
    let krate = services();
    let (ready, silent) = (free_port(), free_port());
    let serve = format!("serve 127.0.0.1:{ready}");
    let urls = format!("tcp://127.0.0.1:{ready} tcp://127.0.0.1:{silent}");
    let chosen = ["itcov_bin=api,worker", "itcov-suite", "touch", "ran"];
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
        .says("error: the program worker has ended before it was ready");
    assert!(!krate.has("ran"));

    // One that has done its work need not be there any longer, and one that fails later is said.
    let variables = [
        ("ITCOV_ARGS_api", &*serve),
        ("ITCOV_READY", urls.split(' ').next().unwrap()),
    ];
    let suite = ["itcov_bin=api,worker", "itcov-suite", "sleep", "0.5"];
    krate
        .just_with(&suite, &variables)
        .ends_with(0)
        .says("the program worker ended after");
}

#[test]
fn a_run_without_a_suite_ends_with_the_last_program_and_the_status_of_the_first_that_failed() {
    let krate = services();
    let variables = [("ITCOV_ARGS_api", "input"), ("ITCOV_ARGS_worker", "fail 4")];
    let output = krate
        .just_with(&["itcov_bin=all", "itcov"], &variables)
        .ends_with(4);
    // There is one input, and there are several programs.
    let output = output
        .prints("api read 0\n")
        .prints("tools []")
        .says("the program worker ended after");
    assert!(output.lines_of("Total").0 > 0);

    let variables = [
        ("ITCOV_ARGS_api", "wait"),
        ("ITCOV_ARGS_worker", "fail 4"),
        ("ITCOV_TIMEOUT", "1"),
    ];
    krate
        .just_with(&["itcov_bin=api,worker", "itcov"], &variables)
        .ends_with(0)
        .says("exit status: 4")
        .says("ITCOV_TIMEOUT=1s is over");
}

#[test]
fn all_are_stopped_at_once_and_a_second_interrupt_hurries_all() {
    let krate = services();
    let both = ["ITCOV_ARGS_api", "ITCOV_ARGS_worker"].map(|name| (name, "stubborn"));
    let variables = [&both[..], &[("ITCOV_GRACE", "1h"), ("ITCOV_TIMEOUT", "0")]].concat();
    let mut run = krate.start_just(&["itcov_bin=api,worker", "itcov"], &variables);
    let programs = ["api", "worker"].map(|name| process_of(&mut run, name));
    wait_until("both wait", || {
        run.stdout().matches("waiting=").count() == 2
    });
    let harness = parent_of(programs[0]);
    signal("INT", harness);
    run.expect("api interrupted");
    run.expect("worker interrupted");
    signal("INT", harness);
    run.finish()
        .ends_with(0)
        .says("the program api does not stop on SIGINT, so SIGTERM follows")
        .says("the program worker does not stop on SIGINT, so SIGTERM follows");
    assert!(programs.iter().all(|program| !is_alive(*program)));
}

#[test]
fn none_outlives_the_harness() {
    let krate = services();
    let both = ["ITCOV_ARGS_api", "ITCOV_ARGS_worker"].map(|name| (name, "wait"));
    let variables = [&both[..], &[("ITCOV_TIMEOUT", "0")]].concat();
    for (name, ends) in [("KILL", false), ("TERM", true)] {
        let mut run = krate.start_just(&["itcov_bin=api,worker", "itcov"], &variables);
        let programs = ["api", "worker"].map(|name| process_of(&mut run, name));
        wait_until("both wait", || {
            run.stdout().matches("waiting=").count() == 2
        });
        signal(name, parent_of(programs[0]));
        wait_until("both have ended", || {
            !programs.iter().any(|program| is_alive(*program))
        });
        assert_eq!(run.finish().status == 0, ends);
    }
}

#[test]
fn ctrl_c_at_a_terminal_ends_all_and_brings_the_report() {
    let krate = services();
    let terminal = krate.terminal(&[
        ("ITCOV_ARGS_api", "wait"),
        ("ITCOV_ARGS_worker", "stubborn"),
    ]);
    terminal.enter("ITCOV_GRACE=1 just itcov_bin=api,worker itcov; echo status=$?=");
    terminal.expect("the program worker runs as process");
    wait_until("both wait", || {
        terminal.screen().matches("waiting=").count() == 2
    });
    terminal.interrupt();
    terminal.expect("status=0=");
    let screen = terminal.screen();
    assert_eq!(screen.matches("worker interrupted").count(), 1, "{screen}");
    assert!(
        screen.contains("the program worker does not stop on SIGINT"),
        "{screen}"
    );
    assert!(
        !screen.contains("the program api does not stop"),
        "{screen}"
    );
    assert!(
        screen.contains("Total") && !screen.contains("error:"),
        "{screen}"
    );
    assert!(!is_alive(child_id(&screen.replace("waiting=", "child="))));
}

#[test]
fn what_is_meant_for_one_program_is_refused_for_several_before_anything_is_built() {
    let krate = services();
    let both = "itcov_bin=api,worker";
    let several = "for one program, and these are several, api, worker: ";
    let variables = "set ITCOV_ARGS_api, ITCOV_ARGS_worker";
    for (arguments, (name, value), said) in [
        (
            &[both, "itcov", "x"][..],
            ("X", ""),
            format!("error: these arguments are {several}{variables}\n"),
        ),
        (
            &[both, "itcov"],
            ("ITCOV_ARGS", "x"),
            format!("error: ITCOV_ARGS is {several}{variables}\n"),
        ),
        (
            &[both, "itcov-suite", "true"],
            ("ITCOV_ARGS", "x"),
            format!("error: ITCOV_ARGS is {several}{variables}\n"),
        ),
        (
            &[both, "itcov-exec", "true"],
            ("ITCOV_BIN", "/bin/true"),
            format!("error: ITCOV_BIN is {several}choose one"),
        ),
        (
            &[both, "itcov"],
            ("ITCOV_ARGS_worker", "'open"),
            "error: ITCOV_ARGS_worker='open is not words with closed quotes\n".to_owned(),
        ),
    ] {
        krate
            .just_with(arguments, &[(name, value)])
            .ends_with(2)
            .says(&said);
    }
    assert!(!krate.has("target"));
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

#[test]
fn binaries_of_one_name_are_told_apart_by_their_packages_and_not_measured_at_once() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"2\"\n",
    );
    for (package, others) in [("one", ""), ("two", "all")] {
        member(&krate, package, "");
        krate.write(
            &format!("{package}/src/bin/serve.rs"),
            &format!("fn main() {{ println!(\"I am {package}\") }}\n"),
        );
        if !others.is_empty() {
            krate.write(
                &format!("{package}/src/bin/{others}.rs"),
                &format!("fn main() {{ println!(\"I am {others}\") }}\n"),
            );
        }
    }
    let serve = [
        "one serve manual-integration",
        "two serve manual-integration",
    ];
    scaffold(&krate, &["one", "two"], &serve);

    let together = "error: cargo builds the serve of one and that of two to one place, so only one can be measured at a time; \
                    type one of these:\nitcov:     just itcov_package=one itcov_bin=serve itcov\n\
                    itcov:     just itcov_package=two itcov_bin=serve itcov\n";
    for choice in ["itcov_bin=serve", "itcov_bin=all", "itcov_package=one,two"] {
        let output = krate.just(&[choice, "itcov"]).ends_with(2).says(together);
        assert!(
            !output.stderr.contains("itcov_bin=all"),
            "{}",
            output.stderr
        );
    }
    for package in ["one", "two", "one"] {
        krate
            .just(&[&format!("itcov_package={package}"), "itcov"])
            .ends_with(0)
            .prints(&format!("I am {package}\n"));
    }
    krate
        .just(&["itcov-report"])
        .ends_with(2)
        .says("    just itcov_package=two itcov_bin=serve itcov-report\n");
    krate
        .itcov(&["report", "--bin", "serve"])
        .ends_with(1)
        .says("\n  --package one --bin serve\n  --package two --bin serve");
    let report = krate
        .itcov(&["report", "-p", "two", "--bin", "serve"])
        .ends_with(0);
    assert_eq!(report.lines_of("two/src/bin/serve.rs"), (1, 1));

    // A program may be called all; and one that is not on the list is built all the same.
    list(&krate, &[serve[0], "two all manual-integration"]);
    krate
        .just(&["itcov_bin=all", "itcov"])
        .ends_with(0)
        .prints("I am all\n")
        .says("the program runs as process");
    let output = krate.just(&["itcov_bin=serve,all", "itcov"]).ends_with(1);
    let output = output.says(
        "of the chosen packages several have a binary serve, and cargo builds them to one place",
    );
    assert!(
        !output.stderr.contains("runs as process"),
        "{}",
        output.stderr
    );
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
        krate.itcov(&["init", "-p", "main"]).ends_with(0);
        let harness = krate.read("tests/manual_integration.rs");
        krate.write("side/tests/manual_integration.rs", &harness);
        let manifest = krate.read("side/Cargo.toml");
        krate.write(
            "side/Cargo.toml",
            &format!(
                "{manifest}\n[features]\nmanual-integration = []\n\n[[test]]\nname = \"manual_integration\"\n\
                 path = \"tests/manual_integration.rs\"\nrequired-features = [\"manual-integration\"]\ntest = false\n"
            ),
        );
        list(
            &krate,
            &[
                "main main manual-integration,cli",
                "side side manual-integration",
            ],
        );
        // The old resolver turns on what only development dependencies ask for, in ordinary builds as well.
        let ordinary = krate.cargo(&["run", "--quiet", "--features", "cli"]);
        let ordinary = ordinary.ends_with(0).stdout;
        assert_eq!(ordinary.contains("shared"), resolver == "2");
        for (choice, programs) in [
            ("itcov_bin=main", &["src/main.rs says "][..]),
            ("itcov_bin=side", &["side/src/main.rs says "]),
            (
                "itcov_bin=all",
                &["src/main.rs says ", "side/src/main.rs says "],
            ),
        ] {
            let output = krate.just(&[choice, "itcov"]).ends_with(0);
            let ran = |line: &&str| programs.iter().any(|program| line.starts_with(program));
            assert_eq!(output.stdout.lines().filter(ran).count(), programs.len());
            if choice != "itcov_bin=side" {
                assert!(output.stdout.contains(&ordinary), "{}", output.stdout);
            }
            assert_eq!(output.lines_of("shared/src/lib.rs"), (3, 3));
        }
    }
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
