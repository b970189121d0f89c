//! A signal from outside.

use super::by_itself::{End, ended};
use super::control_group::ControlGroup;
use super::lab::Lab;
use super::{Measured, Row};
use crate::support::process::signal;

const CAUGHT: [(&str, i32); 4] = [("INT", 2), ("TERM", 15), ("HUP", 1), ("QUIT", 3)];

pub const ROWS: [Row; 4] = [
    Row {
        name: "SIGINT, SIGTERM, SIGHUP or SIGQUIT, not handled",
        measure: |lab| {
            each(CAUGHT, |signal, number| {
                unhandled(lab, signal, &End::Signal(number))
            })
        },
    },
    Row {
        name: "the same signals, handled: more work, then `main` returns",
        measure: |lab| each(CAUGHT, |signal, _| handled(lab, signal)),
    },
    Row {
        name: "SIGKILL",
        measure: |lab| Measured::Cell(unhandled(lab, "KILL", &End::Signal(9))),
    },
    Row {
        name: "killed by the kernel, out of memory",
        measure: out_of_memory,
    },
];

/// `exact` if it is so with each signal.
fn each(signals: [(&str, i32); 4], measure: impl Fn(&str, i32) -> String) -> Measured {
    let other = signals.into_iter().find_map(|(signal, number)| {
        let cell = measure(signal, number);
        (cell != "exact").then(|| format!("SIG{signal}: {cell}"))
    });
    Measured::Cell(other.unwrap_or_else(|| "exact".to_owned()))
}

fn unhandled(lab: &Lab, name: &str, end: &End) -> String {
    let run = lab.run();
    let running = run.start(&["wait"]);
    signal(name, running.id());
    ended(&running.finish(), end);
    run.was_exact(1, 1, &["ending::end"])
}

fn handled(lab: &Lab, name: &str) -> String {
    let run = lab.run();
    let mut running = run.start(&["graceful"]);
    running.expect("listening\n");
    signal(name, running.id());
    ended(&running.finish(), &End::Status(0));
    run.was_exact(2, 1, &["ending::graceful"])
}

fn out_of_memory(lab: &Lab) -> Measured {
    let group = match ControlGroup::create(32 << 20) {
        Ok(group) => group,
        Err(why) => return Measured::Skipped(why),
    };
    let run = lab.run();
    let go = run.directory().join("go");
    let running = run.start(&["out-of-memory", go.to_str().unwrap()]);
    group.add(running.id());
    std::fs::write(go, "").unwrap();
    ended(&running.finish(), &End::Signal(9));
    assert_eq!(group.kills(), 1);
    Measured::Cell(run.was_exact(1, 1, &["ending::out_of_memory"]))
}
