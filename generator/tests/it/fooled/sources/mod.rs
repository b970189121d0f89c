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

use crate::support::{Output, TestCrate, tools};

/// A gate that all changed lines have to have run for.
const SINCE_HEAD: [&str; 5] = [
    "report",
    "--changed-since",
    "HEAD",
    "--fail-under-lines",
    "100",
];

/// The tool in the workspace `app`, beside which others are.
fn in_app(krate: &TestCrate, words: &[&str]) -> Output {
    let mut itcov = krate.command(tools::cargo_itcov());
    itcov.arg("itcov").args(words);
    Output::of(itcov.current_dir(krate.root.join("app")))
}
