//! What the installed just says of a justfile. It only reads: `--dump` evaluates nothing and runs nothing. `recipes` has it run
//! something, `planned` asks it about files that are not there yet.

pub mod planned;
pub mod recipes;

use std::process::{Command, Output, Stdio};

use cargo_metadata::camino::Utf8Path;
use cargo_metadata::semver::Version;

use super::RECIPES;
use crate::output;

/// The oldest just that accepts our recipes: their attribute `positional-arguments` is of 1.29.
pub const OLDEST: Version = Version::new(1, 29, 0);

/// What just makes of a justfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is no just, or one that is too old for our recipes.
    Unknown,
    /// It takes it, and it defines this.
    Accepts(Dump),
    /// It does not; its own message.
    Rejects(String),
    /// It misses our recipes, which the justfile imports, or stumbles over something in them; its own message.
    AwaitsRecipes(String),
}

/// The names that a justfile and what it imports define.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dump {
    /// Its recipes.
    pub recipes: Vec<String>,
    /// Other names for recipes.
    pub aliases: Vec<String>,
    /// Its modules; what is in them has no name here.
    pub modules: Vec<String>,
    /// Its variables.
    pub variables: Vec<String>,
}

/// The version of the just on the PATH, or `None` where there is none.
pub fn version() -> Option<Version> {
    let output = run(&["--version"], None)?;
    let text = String::from_utf8_lossy(&output.stdout);
    Version::parse(text.trim().strip_prefix("just ")?).ok()
}

/// What the just on the PATH says of a justfile. `has_recipes`: whether our recipes are beside it.
pub fn verdict(justfile: &Utf8Path, has_recipes: bool) -> Verdict {
    if version().is_none_or(|version| version < OLDEST) {
        return Verdict::Unknown;
    }
    // What is unstable in this version may be what the user turns on by a variable.
    let arguments = [
        "--unstable",
        "--color",
        "never",
        "--justfile",
        justfile.as_str(),
        "--dump",
        "--dump-format",
        "json",
    ];
    let Some(output) = run(&arguments, justfile.parent()) else {
        return Verdict::Unknown;
    };
    if output.status.success() {
        return dump(&output.stdout).map_or(Verdict::Unknown, Verdict::Accepts);
    }
    let message = String::from_utf8_lossy(&output.stderr)
        .trim_end()
        .to_owned();
    if is_about_recipes(&message, has_recipes) {
        Verdict::AwaitsRecipes(message)
    } else {
        Verdict::Rejects(message)
    }
}

/// Runs just, unmoved by the variables that steer it (`JUST_QUIET` would keep its message back).
fn run(arguments: &[&str], directory: Option<&Utf8Path>) -> Option<Output> {
    let mut command = command(arguments, directory);
    output::running(&command);
    command.output().ok()
}

/// just, unmoved by the variables that steer it.
fn command(arguments: &[&str], directory: Option<&Utf8Path>) -> Command {
    let mut command = Command::new("just");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("JUST_") {
            command.env_remove(name);
        }
    }
    if let Some(directory) = directory {
        command.current_dir(directory);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Whether just's message points at our recipes, or at an import of them where they are not there.
///
/// ```text
/// error: could not find source file for import
///  ——▶ justfile:3:8
///   │
/// 3 │ import 'itcov.just'
/// ```
fn is_about_recipes(message: &str, has_recipes: bool) -> bool {
    let is_in_recipes = message.lines().any(|line| {
        let place = line.split_once("▶ ").map(|(_, place)| place);
        place.and_then(|place| place.split(':').next()) == Some(RECIPES)
    });
    let misses_a_file = message
        .to_lowercase()
        .contains("could not find source file for import");
    let import = message
        .lines()
        .filter_map(|line| line.split_once("│ "))
        .map(|(_, source)| source);
    let mut import = import.filter(|source| source.trim_start().starts_with("import"));
    is_in_recipes || !has_recipes && misses_a_file && import.any(|source| source.contains(RECIPES))
}

fn dump(json: &[u8]) -> Option<Dump> {
    let json: serde_json::Value = serde_json::from_slice(json).ok()?;
    let names = |key: &str| -> Vec<String> {
        let object = json.get(key).and_then(serde_json::Value::as_object);
        object
            .into_iter()
            .flat_map(|object| object.keys().cloned())
            .collect()
    };
    Some(Dump {
        recipes: names("recipes"),
        aliases: names("aliases"),
        modules: names("modules"),
        variables: names("assignments"),
    })
}
