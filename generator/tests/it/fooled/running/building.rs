//! A build that nobody waits for any more ends, with whatever it has started.

use std::os::unix::process::CommandExt;
use std::thread;
use std::time::Duration;

use super::have_ended;
use crate::build::package;
use crate::support::process::{parent_of, wait_until};
use crate::support::{Output, Running, TestCrate, tools};

/// However busy the machine is.
const LIMIT: Duration = Duration::from_secs(20);

/// What the build script starts: a child that does not stop, and a server in a session of its own, which does not either.
const CHILDREN: &str = "\
trap '' HUP INT TERM
setsid sh -c 'echo $$ >server; while :; do sleep 0.1; done' &
until [ -s server ]; do sleep 0.01; done
echo $PPID $$ $(cat server) >ids.half
mv ids.half ids
while :; do sleep 0.1; done";

/// A crate whose build takes its time.
fn slow() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("slow", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    krate.write(
        "build.rs",
        &format!(
            "fn main() {{\n    let mut sh = std::process::Command::new(\"sh\");\n    \
             sh.args([\"-c\", {CHILDREN:?}]).status().unwrap();\n}}\n"
        ),
    );
    krate.itcov(&["init"]).ends_with(0);
    krate
}

/// Starts it as the words say, in a process group of its own.
fn start(krate: &TestCrate, words: &[&str]) -> Running {
    let mut command = krate.command(words[0]);
    Running::start(command.args(&words[1..]).process_group(0))
}

/// The build script, its child, the server, cargo, the two guards and the tool, as soon as all are there.
fn all(krate: &TestCrate) -> [u32; 7] {
    wait_until("the build script has started its children", || {
        krate.has("ids")
    });
    let ids = krate.read("ids");
    let ids: Vec<u32> = ids
        .split_whitespace()
        .map(|id| id.parse().unwrap())
        .collect();
    let cargo = parent_of(ids[0]);
    let guard = parent_of(cargo);
    let outer = parent_of(guard);
    [
        ids[0],
        ids[1],
        ids[2],
        cargo,
        guard,
        outer,
        parent_of(outer),
    ]
}

fn kill(krate: &TestCrate, signal: &str, id: &str) {
    krate.sh(&format!("kill -{signal} {id}")).ends_with(0);
}

/// Ends the build in some way, once it is given whom there is to end, and sees that nothing lives on.
fn ends(words: &[&str], end: &(dyn Fn(&TestCrate, u32, [u32; 7]) + Sync)) {
    let krate = slow();
    let recipe = "\nwrapped:\n    sh -c 'cargo itcov run; true'\n";
    krate.write("justfile", &(krate.read("justfile") + recipe));
    let run = start(&krate, words);
    let all = all(&krate);
    end(&krate, run.id(), all);
    have_ended(LIMIT, &format!("{words:?}"), &all);
    let output = run.finish();
    assert_ne!(output.status, 0, "{words:?}: {output:?}");
}

#[test]
fn however_it_is_cancelled_a_build_ends_with_its_children_and_servers() {
    let just = tools::just().to_str().unwrap();
    let tool = tools::cargo_itcov().to_str().unwrap();
    let run = [just, "itcov"];
    thread::scope(|scope| {
        scope.spawn(|| {
            // What it does when its time is over, it does when it is told to end.
            ends(&["timeout", "600", just, "itcov"], &|krate, timeout, _| {
                kill(krate, "TERM", &timeout.to_string());
            });
        });
        scope.spawn(|| {
            ends(&run, &|krate, just, _| {
                kill(krate, "TERM", &format!("-{just}"));
            });
            ends(&run, &|krate, just, _| {
                kill(krate, "KILL", &format!("-{just}"));
            });
        });
        scope.spawn(|| {
            ends(&run, &|krate, just, _| {
                kill(krate, "KILL", &just.to_string());
            });
            ends(&run, &|krate, _, all| {
                kill(krate, "KILL", &all[6].to_string());
            });
        });
        scope.spawn(|| {
            // The shell between just and the tool.
            ends(&[just, "wrapped"], &|krate, _, all| {
                kill(krate, "KILL", &parent_of(all[6]).to_string());
            });
            ends(&[tool, "itcov", "build"], &|krate, tool, _| {
                kill(krate, "HUP", &tool.to_string());
            });
        });
        scope.spawn(|| {
            // Each guard alone, and one with the tool.
            ends(&run, &|krate, _, all| {
                kill(krate, "KILL", &all[4].to_string());
            });
            ends(&run, &|krate, _, all| {
                kill(krate, "KILL", &all[5].to_string());
            });
            ends(&run, &|krate, _, all| {
                kill(krate, "KILL", &format!("{} {}", all[5], all[6]));
            });
        });
    });
}

#[test]
fn at_a_terminal_a_signal_to_the_tool_alone_ends_the_children_of_cargo_too() {
    let end = |name: &str, above: bool| {
        let krate = slow();
        let terminal = krate.terminal(&[]);
        terminal.enter("just itcov; echo status=$?=");
        let all = all(&krate);
        let target = if above { parent_of(all[6]) } else { all[6] };
        kill(&krate, name, &target.to_string());
        have_ended(LIMIT, name, &all);
        terminal.expect("status=");
    };
    thread::scope(|scope| {
        scope.spawn(|| end("TERM", false));
        scope.spawn(|| end("KILL", false));
        scope.spawn(|| end("KILL", true));
    });
}

#[test]
fn what_a_finished_build_has_left_running_runs_on() {
    // As the server of a compiler cache does.
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("serving", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    let script = "setsid sleep 1000 >/dev/null 2>&1 & echo $! >server";
    krate.write(
        "build.rs",
        &format!(
            "fn main() {{\n    let mut sh = std::process::Command::new(\"sh\");\n    \
             sh.args([\"-c\", {script:?}]).status().unwrap();\n}}\n"
        ),
    );
    krate.itcov(&["run"]).ends_with(0);
    let server = krate.read("server");
    Output::of(krate.command("kill").arg(server.trim())).ends_with(0);
}
