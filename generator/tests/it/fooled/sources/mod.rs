//! Which text a number is of: `docs/trust.md`.

mod asynchronous;
mod cached;
mod cfg;
mod declared;
mod early;
mod edited;
mod hidden;
mod included;
mod left_out;
mod made;
mod outside;
mod unbuilt;
mod understood;
mod unreached;
mod values;

/// A gate that all changed lines have to have run for.
const SINCE_HEAD: [&str; 5] = [
    "report",
    "--changed-since",
    "HEAD",
    "--fail-under-lines",
    "100",
];
