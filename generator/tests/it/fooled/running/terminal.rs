//! The terminal goes away: the window is closed, the connection is lost.

use std::io::{ErrorKind, Read};
use std::process::Child;
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::{have_ended, number};
use crate::build::package;
use crate::support::process::{is_alive, named_program, parent_of, program_id, signal, wait_until};
use crate::support::{TestCrate, tools};

/// However busy the machine is.
const LIMIT: Duration = Duration::from_secs(15);

/// A terminal whose session a command leads. Both go with the value.
struct Window {
    /// Until it is closed.
    pty: Option<Pty>,
    leader: Child,
    screen: String,
}

impl Window {
    fn open(krate: &TestCrate, words: &[&str], variables: &[(&str, &str)]) -> Window {
        let (pty, pts) = open().unwrap();
        let like = krate.command(words[0]);
        let mut command = Command::new(words[0]).args(&words[1..]);
        for (name, value) in like.get_envs() {
            command = match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let command = command
            .current_dir(&krate.root)
            .envs(variables.iter().copied());
        let leader = command.spawn(pts).unwrap();
        let flags = fcntl_getfl(&pty).unwrap();
        fcntl_setfl(&pty, flags | OFlags::NONBLOCK).unwrap();
        Window {
            pty: Some(pty),
            leader,
            screen: String::new(),
        }
    }

    /// Waits until the text is on the screen. No thread does, as that would keep the terminal.
    #[track_caller]
    fn expect(&mut self, text: &str) {
        self.read_until(text, |screen| screen.contains(text));
    }

    #[track_caller]
    fn read_until(&mut self, what: &str, holds: impl Fn(&str) -> bool) {
        let since = Instant::now();
        let mut bytes = [0; 4096];
        let mut pty = self.pty.as_ref().unwrap();
        while !holds(&self.screen) {
            match pty.read(&mut bytes) {
                Ok(length) => self
                    .screen
                    .push_str(&String::from_utf8_lossy(&bytes[..length])),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(error) => panic!("{error}:\n{}", self.screen),
            }
            assert!(
                since.elapsed() < Duration::from_mins(2),
                "no {what:?} in\n{}",
                self.screen
            );
        }
    }

    /// The program, its harness, the tool and what is above that.
    #[track_caller]
    fn run(&mut self) -> [u32; 4] {
        self.read_until("program", |screen| named_program(screen).is_some());
        self.expect("waiting\r\n");
        let program = program_id(&self.screen);
        let harness = parent_of(program);
        let tool = parent_of(harness);
        [program, harness, tool, parent_of(tool)]
    }

    /// Closes the window, and waits for the end of whoever leads the session.
    fn close(mut self) {
        self.pty = None;
        let since = Instant::now();
        while self.leader.try_wait().unwrap().is_none() {
            assert!(
                since.elapsed() < LIMIT,
                "who leads the session is still there"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Window {
    /// A test that fails leaves nothing that runs: what the leader has started ends with it.
    fn drop(&mut self) {
        if matches!(self.leader.try_wait(), Ok(None)) {
            let _ = self.leader.kill();
            let _ = self.leader.wait();
        }
    }
}

/// A process that was to outlive its terminal does not outlive the test.
struct Outliving(u32);

impl Drop for Outliving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let mut kill = std::process::Command::new("kill");
        let _ = kill.args(["-KILL", &self.0.to_string()]).output();
    }
}

/// The same command with just as the leader, and with a shell.
fn leaders(recipe: &str) -> [Vec<String>; 2] {
    let just = tools::just().to_str().unwrap();
    let words = shell_words::split(recipe).unwrap();
    let script = format!("{just} {recipe}; true");
    [
        std::iter::once(just.to_owned()).chain(words).collect(),
        ["sh", "-c", &script].map(str::to_owned).to_vec(),
    ]
}

fn open_each(krate: &TestCrate, recipe: &str, variables: &[(&str, &str)]) -> [Window; 2] {
    leaders(recipe).map(|words| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Window::open(krate, &words, variables)
    })
}

#[test]
fn a_run_ends_with_its_window_whoever_leads_the_session_and_can_be_reported() {
    let krate = TestCrate::scaffolded("window");
    krate.just(&["itcov", "one"]).ends_with(0);
    for mut window in open_each(&krate, "itcov wait", &[("ITCOV_TIMEOUT", "0")]) {
        let all = window.run();
        window.close();
        have_ended(LIMIT, "the run", &all);
        // What ran last is `wait`.
        let report = krate
            .itcov(&["report", "--show-missing-lines"])
            .ends_with(0);
        assert!(report.lines_of("Total").0 > 0, "{}", report.stdout);
    }
}

#[test]
fn a_suite_that_goes_on_without_its_terminal_ends_with_the_run() {
    let krate = TestCrate::shared();
    krate.write(
        "suite.sh",
        "trap '' HUP\necho suite=$$=\nwhile :; do sleep 0.1; done\n",
    );
    let variables = [("ITCOV_ARGS", "wait"), ("ITCOV_TIMEOUT", "0")];
    for mut window in open_each(&krate, "itcov-suite sh suite.sh", &variables) {
        let all = window.run();
        window.expect("suite=");
        window.expect("=\r\n");
        let suite = number(&window.screen, "suite");
        window.close();
        have_ended(LIMIT, "the run", &[&all[..], &[suite]].concat());
    }
}

#[test]
fn what_a_suite_has_started_and_what_ignores_the_end_of_the_terminal_ends_too() {
    let krate = TestCrate::shared();
    let child = "trap '' HUP INT; echo CHILD=$$=; while :; do sleep 0.1; done";
    krate.write("child.sh", child);
    krate.write(
        "suite.sh",
        "(sh child.sh | sed s/CHILD/first/) &\nsetsid sh child.sh | sed s/CHILD/second/ &\n\
         trap '' HUP\n$ITCOV_BIN wait\n",
    );
    for mut window in open_each(&krate, "itcov-exec sh suite.sh", &[("ITCOV_GRACE", "2")]) {
        for text in ["first=", "second=", "waiting\r\n"] {
            window.expect(text);
        }
        let children = ["first", "second"].map(|name| number(&window.screen, name));
        let suite = parent_of(children[1]);
        window.close();
        have_ended(LIMIT, "the run", &[&children[..], &[suite]].concat());
    }
}

#[test]
fn a_suite_that_the_terminal_has_stopped_ends_with_that() {
    let krate = TestCrate::shared();
    krate.write("suite.sh", "$ITCOV_BIN one; read line; read line\n");
    let line = "set -m; just itcov-exec sh suite.sh & wait";
    let mut window = Window::open(&krate, &["sh", "-c", line], &[]);
    window.expect("the suite is stopped (SIGTTIN)");
    let (_, rest) = window
        .screen
        .split_once("the suite runs as process ")
        .unwrap();
    let suite = rest.split(':').next().unwrap().parse().unwrap();
    let tool = parent_of(suite);
    window.close();
    have_ended(LIMIT, "the run", &[suite, tool]);
}

#[test]
fn a_program_that_ignores_the_end_of_the_terminal_ends_too() {
    let krate = TestCrate::shared();
    let script = "trap '' HUP\necho waiting\nwhile :; do sleep 0.1; done\n";
    krate.write("program.sh", script);
    let variables = [("ITCOV_PROGRAM", "/bin/sh"), ("ITCOV_TIMEOUT", "0")];
    for mut window in open_each(&krate, "itcov program.sh", &variables) {
        let all = window.run();
        window.close();
        have_ended(LIMIT, "the run", &all);
    }
}

#[test]
fn a_build_ends_with_its_window() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("windowed", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    let script =
        "trap '' HUP; echo $PPID $$ >ids.half; mv ids.half ids; while :; do sleep 0.1; done";
    krate.write(
        "build.rs",
        &format!(
            "fn main() {{\n    let mut sh = std::process::Command::new(\"sh\");\n    \
             sh.args([\"-c\", {script:?}]).status().unwrap();\n}}\n"
        ),
    );
    krate.itcov(&["init"]).ends_with(0);
    for words in leaders("itcov") {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let window = Window::open(&krate, &words, &[]);
        wait_until("the build script runs", || krate.has("ids"));
        let ids = krate.read("ids");
        let ids: Vec<u32> = ids
            .split_whitespace()
            .map(|id| id.parse().unwrap())
            .collect();
        window.close();
        have_ended(LIMIT, "the build", &ids);
        std::fs::remove_file(krate.root.join("ids")).unwrap();
    }
}

/// A run that was to outlive its terminal goes on until it is stopped.
#[track_caller]
fn outlives(krate: &TestCrate, shell: &str, line: &str) {
    let mut window = Window::open(krate, &[shell, "-c", line], &[("ITCOV_TIMEOUT", "0")]);
    window.expect("started");
    wait_until("it runs", || {
        krate.has("said")
            && krate.read("said").contains("runs as process")
            && krate.read("out").contains("waiting")
    });
    let program = program_id(&krate.read("said"));
    let tool = parent_of(parent_of(program));
    // Its harness, and so its program, dies with it.
    let _tool = Outliving(tool);
    window.close();
    std::thread::sleep(Duration::from_secs(1));
    assert!(
        is_alive(program) && is_alive(tool),
        "{}",
        krate.read("said")
    );
    signal("TERM", tool);
    wait_until("the report is there", || {
        krate.read("out").contains("Total")
    });
    assert!(!is_alive(program));
}

#[test]
fn a_run_that_was_to_outlive_its_window_goes_on() {
    // just does not pass on what nohup has asked for.
    for command in [
        "nohup cargo-itcov itcov run -- wait",
        "setsid just itcov wait",
    ] {
        let krate = TestCrate::shared();
        let line =
            format!("{command} >out 2>said </dev/null & echo started; while :; do sleep 0.1; done");
        outlives(&krate, "sh", &line);
    }
}

#[test]
#[ignore = "needs bash"]
fn a_run_that_a_shell_has_disowned_goes_on() {
    let krate = TestCrate::shared();
    let line = "set -m; just itcov wait >out 2>said </dev/null & disown; echo started; sleep 1000";
    outlives(&krate, "bash", line);
}
