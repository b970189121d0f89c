//! Who has the terminal, and what becomes of a run that has none any more.

use std::thread::sleep;
use std::time::Duration;

use crate::support::process::{is_alive, parent_of, program_id, signal, wait_until};
use crate::support::{Terminal, TestCrate, free_port};

/// A suite that reads a line from its input.
const READS: &str = "$ITCOV_BIN one; echo reading; read line; echo got=$line=; exit 7\n";

/// Lets what was stopped last go on, types a line for it, and waits for its end.
#[track_caller]
fn go_on(terminal: &Terminal, name: &str, status: i32) {
    terminal.enter(&format!("fg; echo {name}=$?="));
    terminal.enter(&format!("to-{name}"));
    terminal.expect(&format!("got=to-{name}="));
    terminal.expect(&format!("{name}={status}="));
}

#[test]
fn ctrl_z_stops_a_run_that_goes_on_by_fg_and_one_in_the_background_goes_on() {
    let krate = TestCrate::shared();
    krate.write("suite.sh", READS);
    let variables = [("ITCOV_TIMEOUT", "0"), ("ITCOV_ARGS", "wait")];
    for recipe in ["itcov-exec sh suite.sh", "itcov-suite sh suite.sh"] {
        let terminal = krate.terminal(&variables);
        terminal.enter(&format!("just {recipe}; echo stopped=$?="));
        terminal.expect("reading\r\n");
        terminal.press(b"\x1a");
        terminal.expect("stopped=148=");
        terminal.enter("echo still $((1 + 1))");
        terminal.expect("still 2");
        go_on(&terminal, "ended", 7);
        assert!(terminal.screen().contains("Total"), "{}", terminal.screen());
    }

    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov lines; echo stopped=$?=");
    terminal.expect("lines\r\n");
    terminal.press(b"\x1a");
    terminal.expect("stopped=148=");
    terminal.enter("fg; echo ended=$?=");
    terminal.enter("typed");
    terminal.expect("got=typed=");
    terminal.press(b"\x04");
    terminal.expect("ended=0=");

    terminal.enter("just itcov fail 3 & wait $!; echo status=$?=");
    terminal.expect("status=3=");
}

#[test]
fn ctrl_z_stops_a_run_that_has_come_to_the_foreground_by_fg() {
    let krate = TestCrate::shared();
    krate.write(
        "suite.sh",
        "$ITCOV_BIN one; echo reading; until [ -e go ]; do echo tick >>ticks; sleep 0.1; done; read line; echo got=$line=; exit 7\n",
    );
    for begin in [
        "just itcov-exec sh suite.sh &",
        "just itcov-exec sh suite.sh; echo begun=$?=",
    ] {
        let terminal = krate.terminal(&[]);
        terminal.enter(begin);
        terminal.expect("reading\r\n");
        if !begin.ends_with('&') {
            terminal.press(b"\x1a");
            terminal.expect("begun=148=");
            terminal.enter("bg >/dev/null");
        }
        terminal.enter("fg; echo stopped=$?=");
        terminal.expect("just itcov-exec sh suite.sh\r\n");
        sleep(Duration::from_millis(500));
        terminal.press(b"\x1a");
        terminal.expect("stopped=148=");
        let ticks = krate.read("ticks");
        sleep(Duration::from_millis(500));
        assert_eq!(krate.read("ticks"), ticks, "{}", terminal.screen());
        krate.write("go", "");
        go_on(&terminal, "ended", 7);
        std::fs::remove_file(krate.root.join("go")).unwrap();
    }
}

#[test]
fn a_program_that_stops_itself_alone_goes_on_by_fg() {
    let krate = TestCrate::shared();
    krate.write("program.sh", "echo begun; kill -TSTP $$; echo went on\n");
    let variables = [("ITCOV_PROGRAM", "/bin/sh"), ("ITCOV_TIMEOUT", "0")];
    for input in ["", " <program.sh"] {
        let terminal = krate.terminal(&variables);
        terminal.enter(&format!("just itcov program.sh{input}; echo stopped=$?="));
        terminal.expect("stopped=148=");
        terminal.enter("fg");
        terminal.expect("went on\r\n");
    }
}

#[test]
fn ctrl_z_before_the_suite_has_begun_stops_the_run() {
    let krate = TestCrate::shared();
    let ready = format!("tcp://127.0.0.1:{}", free_port());
    let terminal = krate.terminal(&[("ITCOV_ARGS", "wait"), ("ITCOV_READY", &ready)]);
    terminal.enter("just itcov-suite true; echo stopped=$?=");
    terminal.expect("waits for tcp://");
    terminal.press(b"\x1a");
    terminal.expect("stopped=148=");
    terminal.enter("fg; echo ended=$?=");
    // The shell has said what goes on.
    terminal.expect("\r\njust itcov-suite true\r\n");
    terminal.interrupt();
    terminal.expect("ended=130=");
}

#[test]
fn a_suite_that_the_terminal_has_stopped_is_named_and_goes_on_by_fg() {
    let krate = TestCrate::shared();
    krate.write("suite.sh", READS);
    let terminal = krate.terminal(&[]);
    let said = |signal| format!("the suite is stopped ({signal}), as it uses the terminal");
    terminal.enter("just itcov-exec sh suite.sh &");
    terminal.expect(&said("SIGTTIN"));
    go_on(&terminal, "first", 7);

    // Ctrl-C reaches it then.
    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov-exec sh suite.sh &");
    terminal.expect(&said("SIGTTIN"));
    terminal.enter("fg; echo second=$?=");
    terminal.expect("\r\njust itcov-exec sh suite.sh\r\n");
    terminal.interrupt();
    terminal.expect("second=130=");

    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov-exec sh suite.sh; echo stopped=$?=");
    terminal.expect("reading\r\n");
    terminal.press(b"\x1a");
    terminal.expect("stopped=148=");
    terminal.enter("bg");
    terminal.expect(&said("SIGTTIN"));
    go_on(&terminal, "third", 7);

    krate.write(
        "modes.sh",
        "$ITCOV_BIN one; stty -echo; stty echo; read line; echo got=$line=\n",
    );
    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov-exec sh modes.sh &");
    terminal.expect(&said("SIGTTOU"));
    go_on(&terminal, "fourth", 0);

    krate.write("stops.sh", "$ITCOV_BIN one; kill -STOP $$; exit 5\n");
    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov-exec sh stops.sh & wait $!; echo fifth=$?=");
    terminal.expect("the suite is stopped by SIGSTOP, and goes on after `kill -CONT ");
    let screen = terminal.screen();
    let (_, id) = screen.split_once("kill -CONT ").unwrap();
    terminal.expect(&format!("kill -CONT {}`", id.split('`').next().unwrap()));
    signal("CONT", id.split('`').next().unwrap().parse().unwrap());
    terminal.expect("fifth=5=");
}

#[test]
fn a_run_that_ends_in_the_background_leaves_the_terminal_to_the_shell() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "0")]);
    terminal.enter("just itcov graceful; echo stopped=$?=");
    terminal.expect("waiting\r\n");
    terminal.press(b"\x1a");
    terminal.expect("stopped=148=");
    terminal.enter("bg; sleep 0.5; kill %1; wait %1");
    terminal.expect("flushed\r\n");
    terminal.expect("Done(143)");
    terminal.enter("echo still $((1 + 1))");
    terminal.expect("still 2");
}

#[test]
fn what_has_another_input_may_read_the_terminal_too() {
    let krate = TestCrate::shared();
    let reads = "echo reading; read line </dev/tty; echo got=$line=\n";
    krate.write("suite.sh", &format!("$ITCOV_BIN one; {reads}"));
    krate.write(
        "program.sh",
        &format!("trap 'echo interrupted' INT; {reads} while :; do sleep 0.1; done\n"),
    );
    // In its foreground, and in that of a script that has one group for all.
    krate.write("script.sh", "echo piped | just itcov-exec sh suite.sh");
    for command in ["just itcov-exec sh suite.sh </dev/null", "sh script.sh"] {
        let terminal = krate.terminal(&[]);
        terminal.enter(&format!("{command}; echo status=$?="));
        terminal.expect("reading\r\n");
        terminal.enter("typed");
        terminal.expect("got=typed=");
        terminal.expect("status=0=");
    }
    let variables = [
        ("ITCOV_PROGRAM", "/bin/sh"),
        ("ITCOV_TIMEOUT", "0"),
        ("ITCOV_GRACE", "1"),
    ];
    let terminal = krate.terminal(&variables);
    terminal.enter("just itcov program.sh <program.sh; echo status=$?=");
    terminal.expect("reading\r\n");
    terminal.enter("typed");
    terminal.expect("got=typed=");
    terminal.interrupt();
    terminal.expect("status=1=");
    let screen = terminal.screen();
    assert_eq!(screen.matches("interrupted\r\n").count(), 1, "{screen}");
}

#[test]
fn a_program_beside_a_suite_has_no_terminal_that_could_stop_it() {
    let krate = TestCrate::shared();
    krate.write(
        "program.sh",
        "stty -echo </dev/tty || echo none=$?=; : >ready; while :; do sleep 0.1; done\n",
    );
    krate.write(
        "suite.sh",
        "until [ -e ready ]; do sleep 0.1; done; read line; echo got=$line=\n",
    );
    let variables = [
        ("ITCOV_PROGRAM", "/bin/sh"),
        ("ITCOV_ARGS", "program.sh"),
        ("ITCOV_TIMEOUT", "60"),
    ];
    let terminal = krate.terminal(&variables);
    terminal.enter("just itcov-suite sh suite.sh; echo status=$?=");
    terminal.expect("none=");
    terminal.enter("typed");
    terminal.expect("got=typed=");
    // What ran in the place of the program was not measured.
    terminal.expect("status=1=");
}

#[test]
fn a_suite_that_interrupts_its_own_group_goes_on() {
    let krate = TestCrate::shared();
    krate.write(
        "suite.sh",
        "$ITCOV_BIN one; trap '' INT; kill -INT 0; sleep 1; kill -INT 0; sleep 1; echo on; exit 3\n",
    );
    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov-exec sh suite.sh; echo status=$?=");
    terminal.expect("status=3=");
}

/// What a pager does: it reads key by key until `q`, then what is written to it.
const PAGER: &str = "trap : INT; stty -icanon </dev/tty; : >pages
    until [ \"$key\" = q ]; do key=$(dd bs=1 count=1 2>/dev/null </dev/tty); echo key=$key=; done
    stty icanon </dev/tty; cat; echo shown\n";

#[test]
fn a_pager_that_a_run_writes_to_keeps_the_keyboard() {
    let krate = TestCrate::shared();
    krate.write("pager.sh", PAGER);
    krate.write(
        "suite.sh",
        "until [ -e pages ]; do sleep 0.1; done; $ITCOV_BIN one; : >runs; until [ -e go ]; do sleep 0.1; done\n",
    );
    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov-exec sh suite.sh 2>&1 | sh pager.sh; echo ended=$?=");
    wait_until("the suite runs", || krate.has("runs"));
    for key in ["a", "b"] {
        terminal.press(key.as_bytes());
        terminal.expect(&format!("key={key}="));
    }
    krate.write("go", "");
    terminal.press(b"q");
    terminal.expect("shown\r\n");
    terminal.expect("ended=0=");
    assert!(terminal.screen().contains("Total"), "{}", terminal.screen());

    // Ctrl-C ends the run, and the pager shows the report.
    for file in ["go", "pages", "runs"] {
        std::fs::remove_file(krate.root.join(file)).unwrap();
    }
    let terminal = krate.terminal(&[]);
    terminal.enter("just itcov-exec sh suite.sh 2>&1 | sh pager.sh; echo ended=$?=");
    wait_until("the suite runs", || krate.has("runs"));
    terminal.interrupt();
    // What is typed too early is lost.
    wait_until("the pager ends", || {
        terminal.press(b"q");
        std::thread::sleep(std::time::Duration::from_millis(200));
        terminal.screen().contains("key=q=")
    });
    terminal.expect("SIGINT has come");
    terminal.expect("shown\r\n");
    assert!(terminal.screen().contains("Total"), "{}", terminal.screen());
}

#[test]
fn what_only_notes_what_a_run_writes_outlives_ctrl_c() {
    let krate = TestCrate::shared();
    let terminal = krate.terminal(&[("ITCOV_TIMEOUT", "0")]);
    terminal.enter("just itcov lines 2>&1 | tee log; echo first=$?=");
    terminal.expect("lines\r\n");
    terminal.enter("hello");
    terminal.expect("got=hello=");
    terminal.press(b"\x04");
    terminal.expect("first=0=");
    terminal.enter("just itcov wait 2>&1 | tee log; echo second=$?=");
    terminal.expect("waiting\r\n");
    terminal.interrupt();
    terminal.expect("second=0=");
    assert!(krate.read("log").contains("Total"), "{}", terminal.screen());
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
