//! More than one process or thread of the program at the same time.

use super::by_itself::{End, ended};
use super::lab::Lab;
use super::{Measured, Row};
use crate::support::Output;

pub const ROWS: [Row; 3] = [
    Row {
        name: "200 child processes at once, every second one killed by SIGKILL",
        measure: |lab| together(lab, "children", 201, 201),
    },
    Row {
        name: "16 threads",
        measure: |lab| together(lab, "threads", 161, 1),
    },
    Row {
        name: "`fork` without `exec`",
        measure: forked,
    },
];

fn together(lab: &Lab, argument: &str, work: u64, processes: u64) -> Measured {
    let run = lab.run();
    ended(&Output::of(&mut run.program(&[argument])), &End::Status(0));
    let function = format!("together::{argument}");
    Measured::Cell(run.was_exact(work, processes, &[&function]))
}

/// Both processes have the same counters, so the work of both is counted. The function that forks is begun by one process
/// and left by two; what it derives from both counts can be too small, so a line of it that ran may show none.
fn forked(lab: &Lab) -> Measured {
    let run = lab.run();
    ended(&Output::of(&mut run.program(&["fork"])), &End::Status(0));
    let counts = run.counts();
    // No count is more than both processes had together.
    let most = lab.clean().all().max().unwrap() * 3;
    assert!(counts.all().all(|count| count <= most));
    let cell = run.was_exact(3, 1, &["together::forked"]);
    // The last function of its file.
    let first = counts.first_line("together::forked");
    let of_function: Vec<_> = counts.lines("together.rs").range(first..).collect();
    let hidden = of_function.iter().filter(|(_, count)| **count == 0);
    match hidden.count() {
        0 => Measured::Cell(cell),
        1 => Measured::Cell(cell + ", but for the function that calls it"),
        _ => panic!("more than a line that ran shows no count: {of_function:?}"),
    }
}
