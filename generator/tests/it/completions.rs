//! What the shells complete: `cargo-itcov`, `cargo itcov`, and the rest of cargo as before.

use std::path::Path;

use crate::support::{Terminal, TestCrate, stdout};

/// A shell at a terminal that has got the completions, in a directory with nothing in it.
fn shell(krate: &TestCrate, start: &str, name: &str, file: &str) -> Terminal {
    let script = krate.itcov(&["completions", name]).ends_with(0).stdout;
    krate.write(file, &script);
    let terminal = krate.terminal(&[
        ("TERM", "xterm"),
        (
            "XDG_CONFIG_HOME",
            krate.root.join(".config").to_str().unwrap(),
        ),
    ]);
    terminal.enter(start);
    terminal
}

/// Types a beginning, presses Tab until the shell has completed it.
#[track_caller]
fn completes(terminal: &Terminal, beginning: &str, whole: &str) {
    let before = terminal.screen().len();
    terminal.press(beginning.as_bytes());
    terminal.press(b"\t");
    let plain = || {
        let screen = terminal.screen();
        without_escapes(&screen[before.min(screen.len())..])
    };
    crate::support::process::wait_until(
        &format!("{beginning} becomes {whole}: {}", plain()),
        || plain().contains(whole),
    );
    // Clears the line.
    terminal.press(b"\x15");
}

/// What is left of a screen's text: shells write over what they have written, in colours.
fn without_escapes(screen: &str) -> String {
    let mut text = String::new();
    let mut rest = screen.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.find(char::is_ascii_alphabetic);
            }
            '\u{8}' => {
                text.pop();
            }
            '\u{1b}' | '\u{7}' => {}
            char => text.push(char),
        }
    }
    text
}

#[test]
#[ignore = "needs bash (Debian: apt-get install bash)"]
fn bash_completes_the_program_and_cargo_itcov_and_leaves_the_rest_of_cargo_alone() {
    let krate = TestCrate::empty();
    let terminal = shell(&krate, "exec bash --norc --noprofile", "bash", "script");
    terminal.enter(
        "_own() { COMPREPLY=(somebody); }; complete -F _own cargo; . ./script; PS1='set'' up> '",
    );
    terminal.expect("set up> ");
    completes(&terminal, "cargo-itcov rep", "cargo-itcov report ");
    completes(&terminal, "cargo itcov rep", "cargo itcov report ");
    completes(
        &terminal,
        "cargo itcov report --show",
        "cargo itcov report --show-missing-lines ",
    );
    completes(
        &terminal,
        "cargo itcov suite --ready-t",
        "cargo itcov suite --ready-timeout ",
    );
    completes(
        &terminal,
        "cargo +stable itcov init --work",
        "cargo +stable itcov init --workspace ",
    );
    completes(
        &terminal,
        "cargo itcov init --format j",
        "cargo itcov init --format json ",
    );
    completes(&terminal, "cargo some", "cargo somebody ");
    // Loaded twice, as by a shell that is started by another.
    terminal.enter(". ./script; PS1='aga''in> '");
    terminal.expect("again> ");
    completes(&terminal, "cargo some", "cargo somebody ");
}

#[test]
#[ignore = "needs zsh (Debian: apt-get install zsh)"]
fn zsh_completes_the_program_and_cargo_itcov() {
    let krate = TestCrate::empty();
    let terminal = shell(&krate, "exec zsh -f -i", "zsh", "functions/_cargo-itcov");
    // cargo's own completions are a part of the toolchain.
    let sysroot = stdout(krate.command("rustc").args(["--print", "sysroot"]));
    let of_cargo = Path::new(sysroot.trim()).join("share/zsh/site-functions");
    assert!(of_cargo.join("_cargo").exists(), "{}", of_cargo.display());
    terminal.enter(&format!(
        "fpath=($PWD/functions {} $fpath); autoload -Uz compinit; compinit -u -D; PS1='set'' up> '",
        of_cargo.display()
    ));
    terminal.expect("set up> ");
    completes(&terminal, "cargo-itcov rep", "cargo-itcov report ");
    completes(&terminal, "cargo itcov rep", "cargo itcov report ");
    completes(
        &terminal,
        "cargo itcov suite --ready-t",
        "cargo itcov suite --ready-timeout",
    );
    completes(
        &terminal,
        "cargo itcov report --show",
        "cargo itcov report --show-missing-lines ",
    );
    completes(&terminal, "cargo metad", "cargo metadata ");
}

#[test]
#[ignore = "needs fish (Debian: apt-get install fish)"]
fn fish_completes_the_program_and_cargo_itcov_and_leaves_the_rest_of_cargo_alone() {
    let krate = TestCrate::empty();
    let script = krate.itcov(&["completions", "fish"]).ends_with(0).stdout;
    krate.write("script", &script);
    let completions = |line: &str| {
        let mut fish = krate.command("fish");
        fish.env("XDG_CONFIG_HOME", krate.root.join(".config"));
        fish.args(["-c", "source script; complete -C $argv[1]", line]);
        stdout(&mut fish)
    };
    for (line, expected) in [
        ("cargo-itcov rep", "report\t"),
        ("cargo itcov rep", "report\t"),
        ("cargo itcov report --show", "--show-missing-lines\t"),
        ("cargo itcov suite --ready-t", "--ready-timeout\t"),
        ("cargo +stable itcov init --work", "--workspace\t"),
        ("cargo itcov init --format j", "json\t"),
        ("cargo meta", "metadata\t"),
    ] {
        let found = completions(line);
        assert!(found.starts_with(expected), "{line}: {found}");
    }
    assert!(!completions("cargo build --re").contains("report"));
}

#[test]
#[ignore = "needs elvish (Debian: apt-get install elvish)"]
fn elvish_completes_the_program_and_cargo_itcov_and_leaves_the_rest_of_cargo_alone() {
    let krate = TestCrate::empty();
    krate.write(
        "own.elv",
        "set edit:completion:arg-completer[cargo] = {|@words| put somebody }\n",
    );
    krate.write("anything", "");
    let script = krate.itcov(&["completions", "elvish"]).ends_with(0).stdout;
    krate.write(".config/elvish/lib/cargo-itcov.elv", &script);
    let completed = |line: &str| {
        let terminal = krate.terminal(&[
            ("TERM", "xterm"),
            (
                "XDG_CONFIG_HOME",
                krate.root.join(".config").to_str().unwrap(),
            ),
        ]);
        terminal.enter("exec elvish -norc");
        terminal.enter("eval (slurp < own.elv); use cargo-itcov; echo set' up'");
        terminal.expect("set up");
        terminal.enter(&format!(
            "echo [($edit:completion:arg-completer[{}] {line})]; echo the' end'",
            line.split(' ').next().unwrap()
        ));
        terminal.expect("the end");
        without_escapes(&terminal.screen())
    };
    assert!(completed("cargo-itcov ''").contains("report"));
    assert!(completed("cargo itcov ''").contains("report"));
    assert!(completed("cargo itcov init ''").contains("--workspace"));
    assert!(completed("cargo itcov run ''").contains("--stop-signal"));
    assert!(completed("cargo some").contains("somebody"));
}

#[test]
fn powershell_gets_a_script() {
    let krate = TestCrate::empty();
    krate
        .itcov(&["completions", "powershell"])
        .ends_with(0)
        .prints("-CommandName 'cargo-itcov'");
}
