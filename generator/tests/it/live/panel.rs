//! A live report at a terminal.

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
fn without_a_terminal_there_is_no_panel() {
    let krate = program();
    krate
        .itcov(&["run", "--live=terminal"])
        .ends_with(2)
        .says("needs a terminal");
    assert!(!krate.root.join("target").exists());
}
