//! The justfile: whether just takes it, and finds the recipes.

use cargo_metadata::camino::Utf8Path;

use super::finding::{Finding, Status};
use crate::scaffold::RECIPES;
use crate::scaffold::just::{Verdict, recipes};
use crate::scaffold::justfile::Justfile;

/// Whether `just itcov` finds the recipes.
pub fn finding(
    root: &Utf8Path,
    has_recipes: bool,
    justfile: &Result<Box<Justfile>, String>,
) -> Option<Finding> {
    let name = "justfile";
    let justfile = match justfile {
        Ok(justfile) => justfile,
        Err(error) => return Some(Finding::ok(name, "not readable").because(Status::Wrong, error)),
    };
    let found = if justfile.text.is_some() {
        Finding::ok(name, justfile.path.as_str())
    } else if has_recipes {
        Finding::ok(name, format!("none in {root}"))
    } else {
        return None;
    };
    Some(match &justfile.verdict {
        Verdict::Rejects(message) => found.because(
            Status::Wrong,
            format!("just rejects it, and so every recipe in it:\n{message}"),
        ),
        Verdict::AwaitsRecipes(message) if has_recipes => found
            .because(
                Status::Wrong,
                format!("just rejects what is in {RECIPES} now:\n{message}"),
            )
            .typing("just --list"),
        Verdict::AwaitsRecipes(_) => found
            .because(
                Status::Wrong,
                format!("it imports {RECIPES}, which is not there, so just rejects it"),
            )
            .typing("cargo itcov init"),
        _ if has_recipes && !justfile.imports_recipes() => found
            .because(
                Status::Missing,
                format!("it does not import {RECIPES}, so there is no `just itcov`"),
            )
            .typing("cargo itcov init"),
        Verdict::Accepts(_) if has_recipes => match recipes::failure(&justfile.path) {
            Some(why) => found.because(Status::Wrong, why),
            None => found,
        },
        _ => found,
    })
}
