//! What people expect of a cargo tool: help, pages, completions, and how much is said in which colour.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Output, TestCrate, stdout, tools};

const COMMANDS: [&str; 15] = [
    "init",
    "check",
    "update",
    "remove",
    "run",
    "suite",
    "exec",
    "build",
    "clean",
    "scenario",
    "scenarios",
    "report",
    "doctor",
    "completions",
    "man",
];

fn is_coloured(text: &str) -> bool {
    text.contains("\u{1b}[")
}

#[test]
fn every_command_is_listed_and_has_a_short_and_a_long_help() {
    let krate = TestCrate::empty();
    let listed = krate.itcov(&["--help"]).ends_with(0).stdout;
    for name in COMMANDS {
        assert!(listed.contains(&format!("\n  {name} ")), "{listed}");
        let short = krate.itcov(&[name, "-h"]).ends_with(0).stdout;
        let long = krate.itcov(&[name, "--help"]).ends_with(0).stdout;
        assert!(short.contains(&format!("Usage: cargo itcov {name} ")));
        assert!(short.len() < long.len() && long.contains("\nExamples:\n  cargo itcov "));
        assert_eq!(krate.itcov(&["help", name]).ends_with(0).stdout, long);
    }
}

#[test]
fn a_command_needs_no_dashes_before_it_and_keeps_its_own() {
    let krate = TestCrate::shared();
    let suite = "\"$ITCOV_BIN\" \"$@\"";
    let dashes: [&[&str]; 2] = [&[], &["--"]];
    for before in dashes {
        let words = ["sh", "-c", suite, "sh", "a", "--", "--add"];
        let said = "[\"a\", \"--\", \"--add\"]";
        let exec = [&["exec"], before, &words].concat();
        krate.itcov(&exec).ends_with(0).prints(said);
    }
    krate.itcov(&["run", "a"]).ends_with(2).says("use '-- a'");
    let recipe = ["itcov-exec", "--", "sh", "-c", suite, "sh", "a"];
    krate.just(&recipe).ends_with(0).prints("[\"a\"]");
}

#[test]
fn what_people_guess_leads_to_what_there_is() {
    let krate = TestCrate::empty();
    for (guess, tip) in [
        (
            "test",
            "tip: `cargo itcov exec cargo test` measures what it starts",
        ),
        ("pytest", "tip: `cargo itcov exec pytest` measures a suite"),
        ("html", "tip: --html is an option of `cargo itcov report`"),
        ("live", "tip: --live is an option of `cargo itcov run`"),
        ("reprot", "a similar subcommand exists: 'report'"),
    ] {
        krate.itcov(&[guess]).ends_with(2).says(tip);
    }
    let suite = ["suite", "--scenarios", "--", "pytest"];
    let said = "names its scenarios itself: see `cargo itcov help scenario`";
    krate.itcov(&suite).ends_with(2).says(said);
    let removed = krate.itcov(&["uninstall", "--help"]).ends_with(0);
    removed.prints("Usage: cargo itcov remove ");
}

#[test]
fn an_option_that_went_to_the_program_is_named_if_that_fails() {
    let krate = TestCrate::shared();
    let said = "--no-open went to the program; if it is for cargo itcov, it stands before --";
    krate
        .just(&["itcov", "fail", "3", "--no-open"])
        .ends_with(3)
        .says(said);
    let fine = krate.just(&["itcov", "--no-open"]).ends_with(0);
    assert!(!fine.stderr.contains("went to"), "{}", fine.stderr);
}

#[test]
fn the_examples_in_the_help_are_understood() {
    let krate = TestCrate::empty();
    let mut examples = 0;
    for name in COMMANDS.iter().chain(&["--help"]) {
        let help = krate.itcov(&[name, "--help"]).ends_with(0).stdout;
        let (_, lines) = help.split_once("\nExamples:\n").unwrap();
        for line in lines
            .lines()
            .filter_map(|line| line.strip_prefix("  cargo itcov "))
        {
            let command = line.split("  ").next().unwrap();
            let command = command.split(['>', '|']).next().unwrap();
            let words = shell_words::split(command).unwrap();
            let words: Vec<&str> = words
                .iter()
                .map(|word| if word.starts_with("~/") { "here" } else { word })
                .map(|word| {
                    if word == "./suite.sh" || word == "pytest" {
                        "true"
                    } else {
                        word
                    }
                })
                .collect();
            // There is no crate, so what is understood fails with 1.
            let status = krate.itcov(&words).status;
            assert!(status == 0 || status == 1, "{command}: {status}");
            examples += 1;
        }
    }
    assert!(examples > 35, "{examples}");
    let wrong = krate.itcov(&["init", "--templat"]).ends_with(2);
    wrong.says("a similar argument exists: '--template'");
}

#[test]
fn it_answers_to_cargo_and_to_its_own_name() {
    let krate = TestCrate::empty();
    let version = format!("cargo itcov {}\n", env!("CARGO_PKG_VERSION"));
    for arguments in [["itcov", "-V"], ["itcov", "--version"]] {
        assert_eq!(krate.cargo(&arguments).ends_with(0).stdout, version);
        let mut itself = krate.command(tools::cargo_itcov());
        assert_eq!(stdout(itself.arg(arguments[1])), version);
    }
    let help = krate.itcov(&["--help"]).stdout;
    assert_eq!(krate.cargo(&["help", "itcov"]).ends_with(0).stdout, help);
    let bare = krate.cargo(&["itcov"]).ends_with(0);
    bare.prints("Usage: cargo itcov [OPTIONS] <COMMAND>")
        .prints("Examples:");
}

#[test]
fn wrong_usage_ends_with_2_and_a_suggestion() {
    let krate = TestCrate::empty();
    krate
        .itcov(&["inti"])
        .ends_with(2)
        .says("a similar subcommand exists: 'init'")
        .says("Usage: cargo itcov");
    krate.itcov(&["-q"]).ends_with(2);
    krate.itcov(&["init", "-q", "-v"]).ends_with(2);
    krate.itcov(&["init", "--color", "blue"]).ends_with(2);
    krate.itcov(&["init", "--timeout", "soon"]).ends_with(2);
}

#[test]
fn quiet_says_what_was_asked_for_and_what_is_wrong() {
    let krate = TestCrate::new("quiet");
    let silent = |arguments: &[&str], status| {
        let output = krate.itcov(arguments).ends_with(status);
        assert!(
            output.stdout.is_empty() && output.stderr.is_empty(),
            "{output:?}"
        );
    };
    krate
        .itcov(&["check", "-q"])
        .ends_with(1)
        .says("error: there is no scaffold");
    let dry = krate.itcov(&["init", "-q", "--dry-run"]).ends_with(0);
    assert!(dry.stdout.contains("+manual-integration = []"));
    silent(&["init", "-q"], 0);
    silent(&["--quiet", "init"], 0);
    silent(&["check", "-q"], 0);
    krate
        .itcov(&["check", "-q", "--format", "json"])
        .ends_with(0)
        .prints("\"ok\": true");
    krate.itcov(&["report", "-q"]).ends_with(1).says("error: ");
    silent(&["update", "-q"], 0);
    silent(&["remove", "-q"], 0);
}

#[test]
fn verbose_tells_the_commands_that_run() {
    let krate = TestCrate::new("verbose");
    for arguments in [&["init"][..], &["check"], &["report"], &["remove"]] {
        let plain = krate.itcov(arguments);
        assert!(!plain.stderr.contains("Running"), "{}", plain.stderr);
        let told = krate.itcov(&[arguments, &["-v", "--offline"]].concat());
        let line = told.stderr.lines().find(|line| line.contains("Running"));
        let line = line.unwrap_or_else(|| panic!("{told:?}"));
        assert!(
            line.contains("metadata") && line.contains("--no-deps") && line.contains("--offline"),
            "{line}"
        );
    }
}

#[test]
fn what_is_for_cargo_reaches_cargo() {
    let krate = TestCrate::scaffolded("passed-on");
    // The real one, which notes what it is asked.
    let noting = krate.root.join("../noting-cargo");
    let script = format!(
        "#!/bin/sh\necho \"$@\" > {0}/../asked\nexec cargo \"$@\"\n",
        krate.root.display()
    );
    fs::write(&noting, script).unwrap();
    fs::set_permissions(&noting, fs::Permissions::from_mode(0o755)).unwrap();
    for command in ["init", "check", "update", "report", "remove"] {
        for option in ["--locked", "--offline", "--frozen"] {
            let mut itcov = krate.command(tools::cargo_itcov());
            Output::of(itcov.args([command, option]).env("CARGO", &noting));
            let asked = krate.read("../asked");
            assert!(
                asked.starts_with("metadata ") && asked.contains(option),
                "{command}: {asked}"
            );
            fs::remove_file(krate.root.join("../asked")).unwrap();
        }
    }
}

#[test]
fn colours_are_for_terminals_unless_they_are_asked_for() {
    let krate = TestCrate::empty();
    // An error of the command, one of its usage, and help.
    for arguments in [&["init"][..], &["inti"], &["--help"]] {
        for (variables, option, expected) in [
            (&[][..], None, false),
            (&[("CLICOLOR_FORCE", "1")], None, true),
            (&[("CARGO_TERM_COLOR", "always")], None, true),
            (&[("CLICOLOR_FORCE", "1")], Some("--color=never"), false),
            (&[("NO_COLOR", "1")], Some("--color=always"), true),
        ] {
            let mut itcov = krate.command(tools::cargo_itcov());
            itcov
                .env_remove("CARGO_TERM_COLOR")
                .envs(variables.iter().copied());
            let output = Output::of(itcov.args(arguments).args(option));
            let said = output.stdout + &output.stderr;
            assert_eq!(
                is_coloured(&said),
                expected,
                "{arguments:?} {variables:?} {option:?}\n{said:?}"
            );
        }
    }
}

#[test]
fn at_a_terminal_there_are_colours_unless_they_are_declined() {
    let krate = TestCrate::empty();
    for (line, expected) in [
        ("cargo-itcov itcov init", true),
        ("cargo-itcov itcov init --color never", false),
        ("NO_COLOR=1 cargo-itcov itcov init", false),
        ("TERM=dumb cargo-itcov itcov init", false),
        ("CLICOLOR=0 cargo-itcov itcov init", false),
    ] {
        let terminal = krate.terminal(&[("TERM", "xterm-256color"), ("CARGO_TERM_COLOR", "auto")]);
        terminal.enter(line);
        terminal.expect("no Cargo.toml in");
        let screen = terminal.screen();
        assert_eq!(
            screen.contains("\u{1b}[1m\u{1b}[31merror:"),
            expected,
            "{line}\n{screen:?}"
        );
        assert_eq!(
            is_coloured(&screen.replace("\u{1b}[?2004", "")),
            expected,
            "{line}\n{screen:?}"
        );
    }
}

#[test]
fn short_work_shows_no_progress() {
    let krate = TestCrate::new("short");
    let terminal = krate.terminal(&[("TERM", "xterm-256color")]);
    terminal.enter("cargo-itcov itcov init --color never");
    terminal.expect("Type next:");
    assert!(
        !terminal.screen().contains("\u{1b}[2K"),
        "{:?}",
        terminal.screen()
    );
}

#[test]
fn long_work_shows_what_is_being_done_at_a_terminal_and_nowhere_else() {
    let krate = TestCrate::new("long");
    let slow = krate.root.join("../slow-cargo");
    fs::write(&slow, "#!/bin/sh\nsleep 2\nexec cargo \"$@\"\n").unwrap();
    fs::set_permissions(&slow, fs::Permissions::from_mode(0o755)).unwrap();
    let what = "asking cargo about the workspace";
    for (line, is_shown) in [
        ("cargo-itcov itcov init --dry-run; echo over | tr o O", true),
        (
            "cargo-itcov itcov init --dry-run -q; echo over | tr o O",
            false,
        ),
        (
            "TERM=dumb cargo-itcov itcov init --dry-run; echo over | tr o O",
            false,
        ),
        (
            "cargo-itcov itcov init --dry-run 2>&1 | cat; echo over | tr o O",
            false,
        ),
    ] {
        let terminal = krate.terminal(&[("TERM", "xterm"), ("CARGO", slow.to_str().unwrap())]);
        terminal.enter(line);
        terminal.expect("Over");
        let screen = terminal.screen();
        assert_eq!(screen.contains(what), is_shown, "{line}\n{screen:?}");
        // It is gone before anything else is said.
        let (_, after) = screen.split_once(what).unwrap_or_default();
        assert!(!is_shown || after.contains("\u{1b}[2K"), "{screen:?}");
        assert!(screen.contains("+manual-integration = []"), "{screen:?}");
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let krate = TestCrate::empty();
    krate.itcov(&["man", "--dir", "man/man1"]).ends_with(0);
    let mut pages: Vec<String> = COMMANDS
        .iter()
        .map(|name| format!("cargo-itcov-{name}"))
        .collect();
    pages.push("cargo-itcov".to_owned());
    for page in &pages {
        let text = krate.read(&format!("man/man1/{page}.1"));
        let title = format!(".TH {page} 1 \"\" \"cargo-itcov ");
        let name = format!(".SH NAME\n{} \\- ", page.replace('-', "\\-"));
        for part in [&title, &name, ".SH EXAMPLES\n.nf\n"] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }
    assert_eq!(
        fs::read_dir(krate.root.join("man/man1")).unwrap().count(),
        pages.len()
    );
    assert_eq!(
        krate.itcov(&["man"]).ends_with(0).stdout,
        krate.read("man/man1/cargo-itcov.1")
    );
}

#[test]
#[ignore = "needs groff (Debian: apt-get install groff)"]
fn groff_shows_the_manual_without_a_warning() {
    let krate = TestCrate::empty();
    krate.itcov(&["man", "--dir", "man1"]).ends_with(0);
    for entry in fs::read_dir(krate.root.join("man1")).unwrap() {
        let mut groff = krate.command("groff");
        groff.args(["-man", "-ww", "-Tutf8"]);
        let shown = Output::of(groff.arg(entry.unwrap().path())).ends_with(0);
        assert_eq!(shown.stderr, "");
        assert!(
            shown.stdout.contains("  cargo itcov "),
            "{:?}",
            shown.stdout
        );
    }
}

#[test]
#[ignore = "needs man (Debian: apt-get install man-db)"]
fn man_finds_the_pages() {
    let krate = TestCrate::empty();
    krate.itcov(&["man", "--dir", "man/man1"]).ends_with(0);
    let mut man = krate.command("man");
    let shown = stdout(
        man.args(["-M", "man", "cargo-itcov-init"])
            .env("MANPAGER", "cat")
            .env("MANWIDTH", "100")
            .env("MAN_KEEP_FORMATTING", ""),
    );
    let example = "cargo itcov init --dry-run           only show what would change, as a diff";
    assert!(shown.contains(example), "{shown}");
}
