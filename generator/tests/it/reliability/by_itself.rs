//! The program ends by what it does itself.

use super::Measured;
use super::Row;
use super::lab::{Lab, Run};
use crate::support::Output;

/// How a process ended.
pub enum End {
    Status(i32),
    Signal(i32),
}

pub const ABORTED: End = End::Signal(6);

pub const ROWS: [Row; 10] = [
    Row {
        name: "`main` returns",
        measure: |lab| once(lab, "return", &End::Status(0), "end"),
    },
    Row {
        name: "`process::exit`",
        measure: |lab| once(lab, "process-exit", &End::Status(3), "process_exit"),
    },
    Row {
        name: "`_exit`",
        measure: |lab| once(lab, "underscore-exit", &End::Status(3), "underscore_exit"),
    },
    Row {
        name: "panic",
        measure: |lab| once(lab, "panic", &End::Status(101), "panicking"),
    },
    Row {
        name: "panic, with `panic = \"abort\"`",
        measure: |lab| ends(&lab.run_aborting(), "panic", &ABORTED, "panicking"),
    },
    Row {
        name: "`abort`",
        measure: |lab| once(lab, "abort", &ABORTED, "abort"),
    },
    Row {
        name: "segmentation fault",
        measure: |lab| once(lab, "segfault", &End::Signal(11), "segfault"),
    },
    Row {
        name: "stack overflow",
        measure: |lab| once(lab, "stack-overflow", &ABORTED, "end"),
    },
    Row {
        name: "no memory left (`RLIMIT_AS`)",
        measure: |lab| once(lab, "allocation-failure", &ABORTED, "allocation_failure"),
    },
    Row {
        name: "`exec` of another program",
        measure: |lab| once(lab, "exec", &End::Status(0), "exec"),
    },
];

fn once(lab: &Lab, argument: &str, end: &End, function: &str) -> Measured {
    ends(&lab.run(), argument, end, function)
}

fn ends(run: &Run<'_>, argument: &str, end: &End, function: &str) -> Measured {
    let output = Output::of(&mut run.program(&[argument])).prints("worked\n");
    ended(&output, end);
    Measured::Cell(run.was_exact(1, 1, &[&format!("ending::{function}")]))
}

/// Fails the test unless the program ended so.
#[track_caller]
pub fn ended(output: &Output, end: &End) {
    let (status, signal) = match end {
        End::Status(status) => (*status, None),
        End::Signal(signal) => (-1, Some(*signal)),
    };
    assert_eq!(
        (output.status, output.signal),
        (status, signal),
        "{}",
        output.stderr
    );
}
