//! The question which program is meant, at a real terminal and away from one.

use crate::support::{Terminal, TestCrate};

const HIDE_CURSOR: &str = "\u{1b}[?25l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";

/// A package with the programs `alpha`, `beta` and `gamma`.
fn several_programs() -> TestCrate {
    let krate = TestCrate::new("several");
    std::fs::remove_file(krate.root.join("src/main.rs")).unwrap();
    for name in ["alpha", "beta", "gamma"] {
        krate.write(&format!("src/bin/{name}.rs"), "fn main() {}\n");
    }
    krate
}

fn several_packages() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"target\"]\n",
    );
    for name in ["one", "two"] {
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        krate.write(&format!("{name}/Cargo.toml"), &manifest);
        krate.write(&format!("{name}/src/main.rs"), "fn main() {}\n");
    }
    krate
}

fn terminal(krate: &TestCrate) -> Terminal {
    krate.terminal(&[("TERM", "xterm-256color"), ("CARGO_TERM_COLOR", "auto")])
}

/// Waits for the command's end, and gives what it showed and its status.
#[track_caller]
fn end_of(terminal: &Terminal) -> (String, i32) {
    terminal.enter("echo status=$?=");
    terminal.expect("status=$?=");
    let is_status = |part: &&str| part.parse::<i32>().is_ok();
    let after = |screen: &str| {
        let mut parts = screen
            .split("status=")
            .skip(1)
            .filter_map(|part| part.split('=').next());
        parts.find(is_status).map(str::to_owned)
    };
    crate::support::process::wait_until("the status is there", || {
        after(&terminal.screen()).is_some()
    });
    let screen = terminal.screen();
    let status = after(&screen).unwrap().parse().unwrap();
    (screen, status)
}

fn cursor_is_visible(screen: &str) -> bool {
    screen.contains(HIDE_CURSOR) && screen.rfind(SHOW_CURSOR) > screen.rfind(HIDE_CURSOR)
}

#[test]
fn arrow_keys_and_enter_choose_the_program() {
    let krate = several_programs();
    let terminal = terminal(&krate);
    terminal.enter("cargo-itcov itcov init");
    terminal.expect("Which program of `several`?");
    terminal.expect("gamma");
    terminal.press(b"\x1b[B");
    terminal.press(b"\r");
    terminal.expect("Type next:");
    let (screen, status) = end_of(&terminal);
    assert_eq!(status, 0, "{screen}");
    assert!(
        krate
            .read("tests/manual_integration.rs")
            .contains("CARGO_BIN_EXE_beta")
    );
    assert!(cursor_is_visible(&screen), "{screen:?}");
}

#[test]
fn the_package_is_asked_for_as_well() {
    let krate = several_packages();
    let terminal = terminal(&krate);
    terminal.enter("cargo-itcov itcov init");
    terminal.expect("Which package has the program?");
    terminal.expect("two");
    terminal.press(b"\x1b[A");
    terminal.press(b"\r");
    terminal.expect("Type next:");
    assert!(
        krate
            .read("two/tests/manual_integration.rs")
            .contains("CARGO_BIN_EXE_two")
    );
    assert!(!krate.has("one/tests"));
}

#[test]
fn escape_and_ctrl_c_choose_none_and_leave_the_terminal_as_it_was() {
    for (keys, expected, says) in [
        (
            &b"\x1b"[..],
            1,
            "error: nothing was chosen; nothing was written",
        ),
        (b"\x03", 130, ""),
    ] {
        let krate = several_programs();
        let before = krate.files();
        let terminal = terminal(&krate);
        terminal.enter("stty -g > ../settings");
        terminal.enter("cargo-itcov itcov init --color never");
        terminal.expect("gamma");
        // What is pressed before the question reads keys is a signal, and not a key.
        std::thread::sleep(std::time::Duration::from_millis(300));
        terminal.press(keys);
        // What is typed at once behind it would be taken for the rest of a key.
        terminal.expect(SHOW_CURSOR);
        let (screen, status) = end_of(&terminal);
        assert_eq!(status, expected, "{screen}");
        assert!(screen.contains(says), "{screen}");
        assert!(screen.contains("error") == (expected == 1), "{screen}");
        assert!(cursor_is_visible(&screen), "{screen:?}");
        terminal.enter("stty -g | cmp - ../settings && echo same=settings | tr = ' '");
        terminal.expect("same settings");
        assert!(krate.files() == before);
    }
}

#[test]
fn a_signal_from_elsewhere_at_the_question_leaves_the_terminal_as_it_was() {
    let krate = several_programs();
    let terminal = terminal(&krate);
    terminal.enter("stty -g > ../settings; sh -c 'echo $$ > ../id; exec cargo-itcov itcov init'");
    terminal.expect("gamma");
    std::thread::sleep(std::time::Duration::from_millis(300));
    crate::support::process::signal("INT", krate.read("../id").trim().parse().unwrap());
    terminal.expect(SHOW_CURSOR);
    let (screen, status) = end_of(&terminal);
    assert_eq!(status, 130, "{screen}");
    assert!(cursor_is_visible(&screen), "{screen:?}");
    terminal.enter("stty -g | cmp - ../settings && echo same=settings | tr = ' '");
    terminal.expect("same settings");
    assert!(!krate.has("itcov.just"));
}

#[test]
fn without_a_terminal_nobody_is_asked_and_the_choices_are_named() {
    let krate = several_programs();
    let before = krate.files();
    let list = "choose with --bin:\n  alpha\n  beta\n  gamma\n";
    krate.itcov(&["init"]).ends_with(1).says(list);
    // One of the two is not enough, a terminal that cannot be written over is none, and who wants JSON is a script.
    let terminal = terminal(&krate);
    for (number, line) in [
        "cargo-itcov itcov init < /dev/null",
        "cargo-itcov itcov init 2> ../said; cat ../said",
        "TERM=dumb cargo-itcov itcov init",
        "TERM= cargo-itcov itcov init",
        "cargo-itcov itcov init --format json",
    ]
    .iter()
    .enumerate()
    {
        terminal.enter(line);
        let count = || {
            terminal
                .screen()
                .matches("choose with --bin:\r\n  alpha\r\n  beta\r\n  gamma")
                .count()
        };
        crate::support::process::wait_until(line, || count() > number);
    }
    assert!(!terminal.screen().contains("Which program"));
    assert!(krate.files() == before);
}

#[test]
fn the_question_has_colours_only_where_they_are_wanted() {
    for (line, is_coloured) in [
        ("cargo-itcov itcov init", true),
        ("cargo-itcov itcov init --color never", false),
        ("NO_COLOR=1 cargo-itcov itcov init", false),
        ("CARGO_TERM_COLOR=never cargo-itcov itcov init", false),
        ("NO_COLOR=1 cargo-itcov itcov init --color always", true),
    ] {
        // Whoever still asks has this crate's lock.
        let krate = several_programs();
        let terminal = terminal(&krate);
        terminal.enter(line);
        terminal.expect("gamma");
        std::thread::sleep(std::time::Duration::from_millis(100));
        terminal.interrupt();
        let screen = terminal.screen();
        let coloured = screen.split("\u{1b}[").skip(1).any(|rest| {
            let end = rest.find(|char: char| !char.is_ascii_digit() && char != ';');
            end.is_some_and(|end| rest[end..].starts_with('m'))
        });
        assert_eq!(coloured, is_coloured, "{line}\n{screen:?}");
    }
}
