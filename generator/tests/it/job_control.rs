//! Who has the terminal, and what becomes of a run that has none any more.

use crate::support::TestCrate;
use crate::support::process::{is_alive, parent_of, program_id, signal, wait_until};

#[test]
fn ctrl_z_does_not_end_a_run_and_a_run_in_the_background_goes_on() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "0")]);
    terminal.enter("just itcov wait; echo first=$?=");
    terminal.expect("waiting\r\n");
    terminal.press(b"\x1a");
    terminal.interrupt();
    terminal.expect("first=0=");

    terminal.enter("just itcov fail 3 & wait $!; echo second=$?=");
    terminal.expect("second=3=");
}

#[test]
fn ctrl_c_ends_a_run_whose_input_is_not_the_terminal() {
    let krate = TestCrate::shared();
    krate.write("input", "");
    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov wait <input; echo status=$?=");
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("status=0=");
    let screen = terminal.screen();
    assert!(
        screen.contains("Total") && !screen.contains("error:"),
        "{screen}"
    );
}

#[test]
fn a_program_may_read_the_terminal_line_by_line_or_key_by_key() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov lines; echo first=$?=");
    terminal.expect("lines\r\n");
    terminal.enter("hello");
    terminal.expect("got=hello=");
    terminal.press(b"\x04");
    terminal.expect("first=0=");

    terminal.enter("just itcov raw; echo second=$?=");
    terminal.expect("raw\r\n");
    // Ctrl-C is a key like any other there.
    terminal.press(b"x\x03q");
    terminal.expect("second=0=");
    assert!(
        terminal.screen().contains("key=120=\r\nkey=3=\r\nkey=113="),
        "{}",
        terminal.screen()
    );
}

#[test]
fn the_terminal_is_as_before_when_a_program_that_changed_it_has_died() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[]);
    terminal.enter("before=$(stty -g); just itcov raw; echo status=$?=; [ \"$before\" = \"$(stty -g)\" ] && echo same=$((1 + 1))=");
    terminal.expect("raw\r\n");
    terminal.press(b"!");
    terminal.expect("status=134=");
    terminal.expect("same=2=");
}

#[test]
fn a_script_that_runs_it_in_the_background_keeps_the_terminal() {
    let krate = TestCrate::shared();
    krate.write(
        "script.sh",
        "just itcov graceful 2>said & just=$!
        until grep 'runs as process' said; do sleep 0.1; done
        read answer && echo answer=$answer=
        program=$(sed -n 's/.*runs as process \\([0-9]*\\):.*/\\1/p' said)
        kill -INT $(cut -d' ' -f4 /proc/$program/stat)
        wait $just; echo run=$?=\n",
    );
    for (number, input) in ["", "<script.sh "].iter().enumerate() {
        let script = krate.read("script.sh");
        krate.write(
            "script.sh",
            &script.replacen("graceful ", &format!("graceful {input}"), 1),
        );
        let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "0")]);
        terminal.enter(&format!("sh script.sh; echo script{number}=$?="));
        terminal.expect("waiting\r\n");
        terminal.enter("typed");
        terminal.expect("answer=typed=");
        terminal.expect("run=0=");
        terminal.expect(&format!("script{number}=0="));
        let screen = terminal.screen();
        assert!(screen.contains("flushed"), "{screen}");
    }
}

#[test]
fn under_nohup_a_run_outlives_its_terminal() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "0")]);
    terminal.enter("nohup just itcov wait >out 2>said &");
    wait_until("it runs", || {
        krate.has("said")
            && krate.read("said").contains("runs as process")
            && krate.read("out").contains("waiting")
    });
    let program = program_id(&krate.read("said"));
    terminal.hang_up();
    // The tool would say SIGHUP first, if it had come.
    signal("TERM", parent_of(parent_of(program)));
    wait_until("the report is there", || {
        krate.read("out").contains("Total")
    });
    assert!(
        krate.read("said").contains("itcov: SIGTERM has come\n"),
        "{}",
        krate.read("said")
    );
    assert!(!is_alive(program));
}

#[test]
fn when_its_terminal_is_closed_a_run_ends_with_everything_in_it() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "0")]);
    terminal.enter("just itcov wait");
    terminal.expect("waiting\r\n");
    terminal.expect("shared runs as process");
    let program = program_id(&terminal.screen());
    let harness = parent_of(program);
    let tool = parent_of(harness);
    terminal.hang_up();
    wait_until("program, harness and tool have ended", || {
        ![program, harness, tool].into_iter().any(is_alive)
    });
}
