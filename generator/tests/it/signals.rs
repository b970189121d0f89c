//! Signals away from a terminal: who gets them, and that nothing outlives the run.

use std::os::unix::process::CommandExt;

use crate::support::process::{child_id, is_alive, signal, wait_until};
use crate::support::{Output, Running, TestCrate, tools};

#[test]
fn a_signal_to_the_tool_alone_ends_the_run_and_brings_the_report() {
    let krate = TestCrate::shared();
    for name in ["INT", "TERM", "HUP", "QUIT"] {
        let mut run = krate.start_just(&["itcov", "wait"], &[]);
        run.expect("waiting\n");
        let program = run.program();
        signal(name, run.tool());
        let output = run
            .finish()
            .ends_with(0)
            .says(&format!("itcov: SIG{name} has come\n"))
            .says("so SIGINT goes to shared")
            .says("signal: 2 (SIGINT)");
        assert!(!is_alive(program));
        assert!(output.lines_of("Total").0 > 0);
    }
}

#[test]
fn a_signal_to_the_harness_alone_is_passed_on() {
    let krate = TestCrate::shared();
    for (name, why) in [("INT", "SIGINT has come"), ("TERM", "the run ends")] {
        let mut run = krate.start_just(&["itcov", "wait"], &[]);
        run.expect("waiting\n");
        let program = run.program();
        signal(name, run.harness());
        let output = run
            .finish()
            .ends_with(0)
            .says(&format!("itcov: {why}, so SIGINT goes to shared"))
            .says("signal: 2 (SIGINT)");
        assert!(!is_alive(program));
        assert!(output.lines_of("Total").0 > 0);
    }
}

#[test]
fn a_program_gets_one_interrupt_for_one_to_the_harness_the_tool_or_the_whole_group() {
    let krate = TestCrate::shared();
    for target in ["the harness", "the tool", "the group"] {
        let mut just = krate.command(tools::just());
        let mut run = Running::start(just.args(["itcov", "graceful"]).process_group(0));
        run.expect("waiting\n");
        let program = run.program();
        match target {
            "the harness" => signal("INT", run.harness()),
            "the tool" => signal("INT", run.tool()),
            _ => drop(krate.sh(&format!("kill -INT -{}", run.id())).ends_with(0)),
        }
        let output = run.finish();
        assert!(output.stdout.contains("flushed"), "{target}: {output:?}");
        assert!(output.lines_of("Total").0 > 0);
        assert!(!is_alive(program));
    }
}

#[test]
fn sigterm_to_just_alone_stops_the_program_and_brings_the_report() {
    let krate = TestCrate::shared();
    let mut run = krate.start_just(&["itcov", "wait"], &[]);
    run.expect("waiting\n");
    let program = run.program();
    signal("TERM", run.id());
    let output = run.finish().says("itcov: SIGTERM has come\n");
    assert!(!is_alive(program));
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn a_second_interrupt_hurries() {
    let krate = TestCrate::shared();
    for to_harness in [true, false] {
        let mut run = krate.start_just(&["itcov", "stubborn"], &[("ITCOV_GRACE", "1h")]);
        run.expect("waiting\n");
        let program = run.program();
        let target = if to_harness {
            run.harness()
        } else {
            run.tool()
        };
        signal("INT", target);
        // The first one has been heard when it has been passed on.
        run.expect("interrupted\n");
        signal("INT", target);
        run.finish()
            .ends_with(0)
            .says("so SIGTERM goes to shared")
            .says("signal: 15 (SIGTERM)");
        assert!(!is_alive(program));
    }
}

#[test]
fn a_harness_that_is_killed_takes_the_program_with_it_and_leaves_a_report() {
    let krate = TestCrate::shared();
    let mut run = krate.start_just(&["itcov", "wait"], &[]);
    run.expect("waiting\n");
    let program = run.program();
    signal("KILL", run.harness());
    let output = run.finish().ends_with(137);
    assert!(!is_alive(program));
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
fn when_the_tool_is_killed_the_harness_stops_the_program() {
    let krate = TestCrate::shared();
    let variables = [("ITCOV_TIMEOUT", "0"), ("ITCOV_ARGS", "graceful")];
    for words in [
        &["itcov", "graceful"][..],
        &["itcov-suite", "sleep", "1000"][..],
    ] {
        let mut run = krate.start_just(words, &variables);
        run.expect("waiting\n");
        if words[0] == "itcov-suite" {
            run.expect("the suite runs as process");
        }
        let (program, harness, tool) = (run.program(), run.harness(), run.tool());
        let suite = run
            .stderr()
            .split_once("the suite runs as process ")
            .map(|(_, rest)| rest.split(':').next().unwrap().parse().unwrap());
        signal("KILL", tool);
        wait_until("nothing is left", || {
            ![Some(program), Some(harness), suite]
                .into_iter()
                .flatten()
                .any(is_alive)
        });
        let output = run
            .finish()
            .says("the run ends, so SIGINT goes to shared")
            .prints("flushed");
        assert_ne!(output.status, 0);
    }
}

#[test]
fn when_just_is_killed_the_tool_ends_the_run() {
    let krate = TestCrate::shared();
    let mut run = krate.start_just(&["itcov", "graceful"], &[("ITCOV_TIMEOUT", "0")]);
    run.expect("waiting\n");
    let (program, harness, tool) = (run.program(), run.harness(), run.tool());
    signal("KILL", run.id());
    wait_until("nothing is left", || {
        ![program, harness, tool].into_iter().any(is_alive)
    });
    let output = run.finish().says("itcov: SIGTERM has come\n");
    assert_eq!(output.signal, Some(9));
    assert!(output.prints("flushed").lines_of("Total").0 > 0);
}

#[test]
fn when_the_just_of_a_just_has_gone_the_run_ends_unless_it_has_a_session_of_its_own() {
    let krate = TestCrate::shared();
    let recipe = "inner *BEFORE:\n    {{ BEFORE }} just itcov graceful; true\n";
    krate.write("outer.just", recipe);
    for (words, name) in [
        (&["inner"][..], "KILL"),
        (&["inner"], "TERM"),
        (&["inner", "timeout", "600"], "KILL"),
        (&["inner", "timeout", "600"], "TERM"),
        (&["inner", "setsid", "--wait"], "KILL"),
    ] {
        let words = [&["-f", "outer.just"], words].concat();
        let mut run = krate.start_just(&words, &[("ITCOV_TIMEOUT", "0")]);
        run.expect("waiting\n");
        let (program, harness, tool) = (run.program(), run.harness(), run.tool());
        signal(name, run.id());
        if words.contains(&"setsid") {
            std::thread::sleep(std::time::Duration::from_secs(1));
            assert!(is_alive(program));
            signal("TERM", tool);
        }
        wait_until("nothing is left", || {
            ![program, harness, tool].into_iter().any(is_alive)
        });
        let output = run.finish().says("itcov: SIGTERM has come\n");
        assert!(output.prints("flushed").lines_of("Total").0 > 0);
    }
}

#[test]
fn what_the_program_leaves_behind_is_stopped_with_it() {
    let krate = TestCrate::shared();
    let variables = [("ITCOV_GRACE", "1")];
    let output = krate
        .just_with(&["itcov", "parent", "end"], &variables)
        .ends_with(0)
        .says("shared ended after");
    assert!(!is_alive(child_id(&output.stdout)));

    let mut run = krate.start_just(&["itcov", "parent", "wait"], &variables);
    run.expect("waiting\n");
    signal("INT", run.tool());
    let output = run.finish().ends_with(0);
    assert!(!is_alive(child_id(&output.stdout)));
}

#[test]
fn what_a_suite_leaves_behind_is_stopped_with_it() {
    let krate = TestCrate::shared();
    let script = "sleep 1000 & echo child=$!=";
    for (recipe, arguments) in [("itcov-suite", "wait"), ("itcov-exec", "")] {
        let output = krate.just_with(&[recipe, "sh", "-c", script], &[("ITCOV_ARGS", arguments)]);
        assert!(!is_alive(child_id(&output.stdout)), "{output:?}");
    }
}

#[test]
fn a_suite_that_is_stopped_leaves_no_children() {
    let krate = TestCrate::shared();
    let variables = [("ITCOV_ARGS", "wait"), ("ITCOV_TIMEOUT", "2")];
    let script = "sleep 1000 & echo child=$!=; wait";
    let output = krate
        .just_with(&["itcov-suite", "sh", "-c", script], &variables)
        .ends_with(124);
    assert!(!is_alive(child_id(&output.stdout)));
}

#[test]
fn a_run_goes_on_with_its_input_closed_and_in_a_session_of_its_own() {
    let krate = TestCrate::shared();
    for script in ["just itcov fail 3 <&-", "setsid -w just itcov fail 3"] {
        let output = krate.sh(script).ends_with(3);
        assert!(output.lines_of("Total").0 > 0, "{script}");
    }
    krate
        .sh("printf 'hello\\n' | setsid -w just itcov lines")
        .ends_with(0)
        .prints("got=hello=");
}

#[test]
fn the_input_of_a_program_stays_open_while_a_suite_runs() {
    let krate = TestCrate::shared();
    let variables = [("ITCOV_ARGS", "lines")];
    let mut run = krate.start_just(
        &[
            "itcov-suite",
            "sh",
            "-c",
            "until [ -e over ]; do sleep 0.1; done; sleep 0.5",
        ],
        &variables,
    );
    run.expect("lines\n");
    krate.write("over", "");
    // It would have ended by itself at the end of its input.
    run.finish().ends_with(0).says("signal: 2 (SIGINT)");
}

#[test]
fn a_run_in_the_background_of_a_script_is_stopped_by_its_harness() {
    let krate = TestCrate::shared();
    let script = "exec >out 2>err
        just itcov graceful & just=$!
        until grep -q waiting out && grep -q 'runs as process' err; do sleep 0.1; done
        program=$(sed -n 's/.*runs as process \\([0-9]*\\):.*/\\1/p' err)
        kill -INT \"$(cut -d' ' -f4 /proc/$program/stat)\"
        wait $just; echo status=$?=";
    krate.sh(script).ends_with(0);
    let out = krate.read("out");
    assert!(
        out.contains("flushed") && out.contains("status=0=") && out.contains("Total"),
        "{out}\n{}",
        krate.read("err")
    );
}

#[test]
#[ignore = "needs leave to make namespaces"]
fn a_run_may_be_the_first_process_of_a_namespace() {
    let krate = TestCrate::shared();
    let unshare = ["--pid", "--fork", "--mount-proc", "--kill-child"];
    let run = |words: &[&str], variable: (&str, &str)| {
        let mut command = krate.command("unshare");
        command.args(unshare).arg(tools::just()).args(words);
        Output::of(command.env(variable.0, variable.1)).ends_with(0)
    };
    let output = run(&["itcov", "parent", "end"], ("ITCOV_GRACE", "1"));
    assert!(output.lines_of("Total").0 > 0);
    let output = run(&["itcov", "wait"], ("ITCOV_TIMEOUT", "1"));
    let output = output.says("ITCOV_TIMEOUT=1s is over");
    assert!(output.lines_of("Total").0 > 0);
}

#[test]
#[ignore = "needs leave to make namespaces"]
fn a_run_that_sees_the_processes_of_another_namespace_does_not_begin() {
    let krate = TestCrate::shared();
    let mut command = krate.command("unshare");
    command.args(["--pid", "--fork", "--kill-child"]);
    command.arg(tools::cargo_itcov());
    let output = Output::of(command.args(["itcov", "run", "--", "one"])).ends_with(1);
    let output = output.says("error: /proc is not there, or is that of another process namespace");
    assert!(!output.stderr.contains("runs as process"), "{output:?}");
}

#[test]
fn a_suite_sees_that_what_it_has_left_in_the_background_has_ended() {
    let krate = TestCrate::shared();
    // As a script with a file of process ids does.
    let script = "sh -c 'sleep 1000 & echo $! >id'
        kill $(cat id); for i in $(seq 1000); do kill -0 $(cat id) || exit 7; sleep 0.01; done";
    krate.just(&["itcov-exec", "sh", "-c", script]).ends_with(7);
}

#[test]
fn what_was_left_behind_may_clean_up_whatever_generation_it_is() {
    let krate = TestCrate::shared();
    let inner =
        "trap 'echo cleaned >cleaned; exit' TERM; echo ready >ready; while :; do sleep 0.1; done";
    krate.write("inner.sh", inner);
    let script = "sh -c 'sh inner.sh & wait' & until [ -e ready ]; do sleep 0.01; done; $ITCOV_BIN";
    krate
        .just_with(
            &["itcov-exec", "sh", "-c", script],
            &[("ITCOV_GRACE", "1h")],
        )
        .ends_with(0);
    assert_eq!(krate.read("cleaned"), "cleaned\n");
}

#[test]
fn an_interrupt_that_hurries_the_suite_leaves_the_program_its_time() {
    let krate = TestCrate::shared();
    krate.write(
        "suite.sh",
        "trap 'echo interrupted >&2' INT; echo trapped; while :; do sleep 0.1; done",
    );
    let variables = [("ITCOV_ARGS", "graceful"), ("ITCOV_GRACE", "1h")];
    let mut run = krate.start_just(&["itcov-suite", "sh", "suite.sh"], &variables);
    run.expect("trapped");
    run.expect("waiting\n");
    let tool = run.tool();
    signal("INT", tool);
    run.expect("interrupted\n");
    signal("INT", tool);
    run.finish()
        .ends_with(130)
        .says("the suite does not stop on SIGINT, so SIGTERM follows")
        .prints("flushed");
}

#[test]
fn a_suite_that_is_stopped_can_clean_up_before_it_ends() {
    let krate = TestCrate::shared();
    krate.write(
        "suite.sh",
        "trap 'echo cleaned >cleaned; exit 3' TERM INT; \"$ITCOV_BIN\"; echo trapped; kill -STOP $$; sleep 60 & wait",
    );
    let mut itcov = krate.command(tools::cargo_itcov());
    itcov.args(["itcov", "exec", "--", "sh", "suite.sh"]);
    let mut run = Running::start(itcov.env("ITCOV_GRACE", "1h"));
    run.expect("trapped\n");
    signal("TERM", run.id());
    run.finish();
    assert_eq!(krate.read("cleaned"), "cleaned\n");
}

#[test]
fn what_the_caller_has_opened_reaches_the_suite() {
    let krate = TestCrate::shared();
    krate.write("opened", "from the caller\n");
    krate
        .sh("just itcov-exec sh -c 'cat <&3; $ITCOV_BIN' 3<opened")
        .ends_with(0)
        .prints("from the caller");
}
