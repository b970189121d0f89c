//! The plan: a pure function from what a crate is and what is wanted to the list of file changes.

mod install;
mod manifest;
mod others;
mod remove;
mod renewal;
mod working;

use anyhow::Result;
use cargo_metadata::camino::Utf8Path;

use super::change::Plan;
use super::facts::Facts;
use super::template::{Rendered, Request};

pub use install::install;
pub use remove::remove;
pub use renewal::Mode;
pub use working::{broken, look, wrong_timeout};

/// What a file is that only a template of the user's has, for people.
const OF_TEMPLATE: &str = "of the template";

/// What is missing or stale, as what would be done about it.
pub fn check(facts: &Facts, rendered: &Rendered) -> Result<Plan> {
    if facts.packages.is_empty() {
        return Ok(Plan {
            problems: vec!["there is no scaffold here: type `cargo itcov init`".to_owned()],
            ..Plan::default()
        });
    }
    install(facts, &Request::default(), rendered, Mode::Renew)
}

fn relative(path: &Utf8Path, root: &Utf8Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string()
}
