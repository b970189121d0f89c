//! `just itcov` at a real pseudo-terminal.

use crate::support::process::{child_id, is_alive, parent_of, program_id, signal, wait_until};
use crate::support::{TestCrate, free_port, get};

#[test]
fn ctrl_c_ends_the_run_and_brings_the_report_and_the_prompt() {
    let krate = TestCrate::shared();
    let port = free_port();
    let terminal = krate.terminal(&[]);
    terminal.enter(&format!(
        "just itcov serve 127.0.0.1:{port}; echo status=$?="
    ));
    terminal.expect("listening");
    assert_eq!(get(port, "/served"), "served");
    terminal.expect("shared runs as process");
    let program = program_id(&terminal.screen());
    terminal.interrupt();
    terminal.expect("status=0=");
    let screen = terminal.screen();
    assert!(screen.contains("itcov: SIGINT has come\r\n"), "{screen}");
    assert!(
        screen.find("Total").unwrap() < screen.find("status=0=").unwrap(),
        "{screen}"
    );
    assert!(!screen.contains("error:"), "{screen}");
    assert!(!is_alive(program), "the program lives on");
    // The prompt came back behind the report and takes a command.
    terminal.enter("echo still $((1 + 1))");
    terminal.expect("still 2");
}

#[test]
fn ctrl_c_ends_a_suite_with_its_program_and_brings_the_report() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_ARGS", "wait")]);
    terminal.enter("just itcov-suite sleep 100; echo status=$?=");
    terminal.expect("the suite runs as");
    terminal.expect("shared runs as process");
    let program = program_id(&terminal.screen());
    terminal.interrupt();
    terminal.expect("status=130=");
    let screen = terminal.screen();
    assert!(
        screen.find("Total").unwrap() < screen.find("status=130=").unwrap(),
        "{screen}"
    );
    assert!(!is_alive(program), "the program lives on");
}

#[test]
fn ctrl_c_ends_what_itcov_exec_runs_and_brings_the_report() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[]);
    terminal.enter(
        "just itcov-exec sh -c '\"$ITCOV_BIN\" started; \"$ITCOV_BIN\" wait'; echo status=$?=",
    );
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("status=130=");
    let screen = terminal.screen();
    assert!(
        screen.find("Total").unwrap() < screen.find("status=130=").unwrap(),
        "{screen}"
    );
}

#[test]
fn a_program_that_draws_on_the_whole_screen_leaves_the_terminal_as_it_was_however_it_ends() {
    let krate = TestCrate::shared();
    let modes = r"stty raw -echo; printf '\033[?1049h\033[?25l\033[3 q\033[2;5r\033[?1004h\033[>1u\033[?7l'; ";
    for (end, status, why) in [
        (
            "sleep 100",
            124,
            Some("itcov: ITCOV_TIMEOUT=2s is over\r\n"),
        ),
        ("kill -9 $$", 137, None),
    ] {
        let terminal = krate.terminal(&[("ITCOV_ARGS", "wait"), ("ITCOV_TIMEOUT", "2s")]);
        terminal.enter(&format!(
            "just itcov-suite sh -c \"{}\"; echo status=$?=",
            format!("{modes}{end}").replace('$', "\\$")
        ));
        terminal.expect(&format!("status={status}="));
        let screen = terminal.screen();
        let (_, drawn) = screen.split_once("\u{1b}[?1049h").expect(&screen);
        let (_, after) = drawn.split_once("\u{1b}[?1049l").expect(&screen);
        // The cursor and its shape, the region, the focus, kitty's keys, lines that wrap.
        for given_back in ["?25h", "0 q", "r", "?1004l", "<99u", "?7h"] {
            assert!(after.contains(&format!("\u{1b}[{given_back}")), "{screen}");
        }
        assert_eq!(why.is_some(), after.contains("ITCOV_TIMEOUT"), "{screen}");
        assert!(why.is_none_or(|why| after.contains(why)), "{screen}");
        assert!(after.contains("Total"), "{screen}");
    }
    // One that leaves the terminal alone is left alone.
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "1s")]);
    terminal.enter("just itcov wait; echo status=$?=");
    terminal.expect("status=0=");
    let screen = terminal.screen();
    assert!(!screen.contains("\u{1b}[?1049l"), "{screen}");
}

#[test]
fn a_program_gets_one_interrupt_for_one_ctrl_c() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_ARGS", "graceful")]);
    terminal.enter("just itcov graceful; echo first=$?=");
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("first=0=");
    assert!(
        terminal.screen().contains("flushed"),
        "{}",
        terminal.screen()
    );

    terminal.enter("just itcov-suite sleep 100; echo second=$?=");
    terminal.expect("the suite runs as");
    terminal.interrupt();
    terminal.expect("second=130=");
    assert_eq!(
        terminal.screen().matches("flushed").count(),
        2,
        "{}",
        terminal.screen()
    );
}

#[test]
fn ctrl_c_before_the_program_is_ready_is_an_interruption() {
    let krate = TestCrate::shared();
    let ready = format!("tcp://127.0.0.1:{}", free_port());
    let terminal = krate.terminal(&[("ITCOV_ARGS", "wait"), ("ITCOV_READY", &ready)]);
    terminal.enter("just itcov-suite touch ran; echo status=$?=");
    terminal.expect("waits for tcp://");
    terminal.interrupt();
    terminal.expect("status=130=");
    let screen = terminal.screen();
    assert!(screen.contains("SIGINT has come"), "{screen}");
    assert!(!krate.has("ran"));
}

#[test]
fn a_second_ctrl_c_hurries() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_GRACE", "1h")]);
    terminal.enter("just itcov stubborn; echo status=$?=");
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("interrupted\r\n");
    // The harness looks for signals every few milliseconds, and two that come at once are one.
    terminal.expect("so SIGINT goes to shared");
    terminal.interrupt();
    terminal.expect("status=0=");
    assert!(
        terminal.screen().contains("so SIGTERM goes to shared"),
        "{}",
        terminal.screen()
    );
}

#[test]
fn a_signal_to_the_harness_or_the_tool_alone_is_passed_on_at_a_terminal_too() {
    let krate = TestCrate::shared();
    for (name, to_harness) in [("TERM", true), ("TERM", false), ("INT", false)] {
        let terminal = krate.terminal(&[("ITCOV_GRACE", "1h")]);
        terminal.enter("just itcov graceful; echo status=$?=");
        terminal.expect("waiting\r\n");
        terminal.expect("shared runs as process");
        let harness = parent_of(program_id(&terminal.screen()));
        signal(
            name,
            if to_harness {
                harness
            } else {
                parent_of(harness)
            },
        );
        terminal.expect("status=0=");
        let screen = terminal.screen();
        // The harness does not know who has sent it.
        let why = if to_harness {
            "the run ends".to_owned()
        } else {
            format!("SIG{name} has come")
        };
        assert!(screen.contains(&why), "{screen}");
        assert!(screen.contains("flushed"), "{screen}");
    }
}

#[test]
fn when_the_tool_or_just_is_killed_at_a_terminal_nothing_lives_on_and_the_prompt_comes() {
    let krate = TestCrate::shared();
    for above in ["the tool", "just"] {
        let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "0")]);
        terminal.enter("just itcov graceful; echo status=$?=");
        terminal.expect("waiting\r\n");
        terminal.expect("shared runs as process");
        let program = program_id(&terminal.screen());
        let harness = parent_of(program);
        let tool = parent_of(harness);
        let just = parent_of(tool);
        signal("KILL", if above == "just" { just } else { tool });
        terminal.expect("status=137=");
        wait_until("nothing is left", || {
            ![program, harness, tool, just].into_iter().any(is_alive)
        });
        let screen = terminal.screen();
        assert!(screen.contains("flushed"), "{screen}");
        terminal.enter("echo still $((1 + 1))");
        terminal.expect("still 2");
    }
}

#[test]
fn no_process_outlives_a_run_at_a_terminal() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_GRACE", "1")]);
    terminal.enter("just itcov parent wait; echo status=$?=");
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("status=0=");
    assert!(!is_alive(child_id(&terminal.screen())));
}
