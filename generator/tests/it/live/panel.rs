//! A live report at a terminal.

use std::time::Duration;

use super::act;
use crate::scenarios::program;
use crate::support::process::wait_until;
use crate::support::terminal::Terminal;

/// The rows of a screen, with all that a terminal does with what is written.
fn rows(terminal: &Terminal) -> Vec<String> {
    let mut screen = vt100::Parser::new(24, 80, 0);
    screen.process(terminal.screen().as_bytes());
    screen.screen().rows(0, 80).collect()
}

#[test]
fn at_the_terminal_the_upper_half_follows_the_run() {
    let krate = program();
    let terminal = Terminal::start(krate.command("sh").env("TERM", "xterm-256color"));
    terminal.enter("stty rows 24 cols 80; cargo-itcov run --live=terminal");
    terminal.expect("ends the run");
    act(&krate, "0");
    wait_until("the functions that ran", || {
        let rows = rows(&terminal);
        let upper = rows[..12].join("\n");
        upper.contains("src/main.rs") && upper.contains("Total") && upper.contains("act_0")
    });
    // What the program writes is below.
    act(&krate, "2");
    wait_until("what the program writes", || {
        let rows = rows(&terminal);
        rows[12..].iter().any(|row| row.trim() == "2") && rows[..12].join("\n").contains("act_2")
    });
    terminal.interrupt();
    terminal.enter("echo end-$((1 + 1))");
    terminal.expect("end-2");
    let rows = rows(&terminal);
    // The ordinary report, and no panel.
    assert!(rows.iter().any(|row| row.starts_with("Total")), "{rows:#?}");
    assert!(
        !rows.iter().any(|row| row.starts_with("new: ")),
        "{rows:#?}"
    );
}

#[test]
fn a_run_that_stops_gives_its_rows_back_until_it_comes_to_the_foreground() {
    let krate = program();
    let terminal = Terminal::start(krate.command("sh").env("TERM", "xterm-256color"));
    let has_panel = || rows(&terminal).join("\n").contains("Total");
    terminal.enter("stty rows 24 cols 80; cargo-itcov run --live=terminal; echo stopped=$?=");
    act(&krate, "0");
    wait_until("the panel", has_panel);
    terminal.press(b"\x1a");
    terminal.expect("stopped=148=");
    assert!(!has_panel(), "{:#?}", rows(&terminal));
    // The shell has all rows.
    terminal.enter("seq 40; echo listed-$((1 + 1))");
    terminal.expect("listed-2");
    let all = rows(&terminal);
    assert!(all[0].trim().parse::<u8>().is_ok(), "{all:#?}");

    terminal.enter("bg; echo goes-$((1 + 1))");
    terminal.expect("goes-2");
    act(&krate, "2");
    std::thread::sleep(Duration::from_millis(1500));
    assert!(!has_panel(), "{:#?}", rows(&terminal));

    // What was done meanwhile has another idea of the rows.
    terminal.enter("printf '\\033[r\\033[2J\\033[H'; fg; echo ended=$?=");
    wait_until("the panel again", || {
        rows(&terminal)[..12].join("\n").contains("act_2")
    });
    act(&krate, "4");
    wait_until("what the program writes", || {
        let rows = rows(&terminal);
        rows[12..].iter().any(|row| row.trim() == "4") && rows[..12].join("\n").contains("act_4")
    });
    terminal.interrupt();
    terminal.expect("ended=");
}

#[test]
fn without_a_terminal_there_is_no_panel() {
    let krate = program();
    krate
        .itcov(&["run", "--live=terminal"])
        .ends_with(2)
        .says("needs a terminal");
    assert!(!krate.root.join("target").exists());
}
