//! What was built along, and has not run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::commands::measure::Built;
use crate::commands::not_measured::ordinary_builds::shown;
use crate::measured::origin::{may_be_of, own_functions};
use crate::run::say;

/// Says which programs and libraries that were built along have left none of these profiles.
pub fn say_of(built: &Built, profiles: &[PathBuf]) {
    let along: Vec<&Path> = built.along.iter().map(PathBuf::as_path).collect();
    if along.is_empty() {
        return;
    }
    let programs = built.programs.iter();
    let programs = programs.map(|(_, program)| program.invocation.executable.as_path());
    let all: Vec<&Path> = along.iter().copied().chain(programs).collect();
    // A suite may have removed one, or built it anew.
    let kept = built.part.programs.iter().map(|it| it.built).min();
    let is_old = |file: &&&Path| fs::metadata(file).and_then(|it| it.modified()).ok() <= kept;
    let Ok(functions) = own_functions(&all) else {
        return;
    };
    let has_not_run = along.iter().zip(&functions).filter(|(file, own)| {
        let has_run = || profiles.iter().any(|profile| may_be_of(profile, own));
        is_old(file) && !own.is_empty() && !has_run()
    });
    let names: Vec<String> = has_not_run.map(|(file, _)| shown(file)).collect();
    if !names.is_empty() {
        say(&format!(
            "built along, but neither started nor loaded: {}",
            names.join(", ")
        ));
    }
}
