//! cargo's configuration, as far as it decides how a measured program is built and run: the compiler and its wrappers, the target,
//! linkers and runners.
//!
//! The crate that reads it refuses what cargo takes in other keys (`jobs = "default"`, `retry = "3"`). So of the environment it gets
//! only what is needed; and where it refuses a file, it reads copies that have nothing else.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_config2::{Config, ResolveOptions, Walk};
use llvm_coverage::files;
use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

/// The keys of `[build]`.
const BUILD: [&str; 4] = [
    "rustc",
    "rustc-wrapper",
    "rustc-workspace-wrapper",
    "target",
];

/// The keys of each table in `[target]`.
const TARGET: [&str; 2] = ["linker", "runner"];

/// Reads it, as for a cargo that is started here.
///
/// # Errors
///
/// If one of its files cannot be read.
pub fn load() -> Result<Config> {
    let here = env::current_dir().context("cannot tell the current directory")?;
    let options = ResolveOptions::default().env(variables());
    let read = Config::load_with_options(&here, options);
    read.or_else(|error| of_copies(&here).map_err(|_| error))
        .context("cannot read cargo's configuration")
}

/// What of the environment counts.
fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_needed))
}

fn is_needed(variable: &str) -> bool {
    let of_build = |key: &str| {
        let mut keys = BUILD.iter().map(|it| it.to_uppercase().replace('-', "_"));
        keys.any(|it| it == key)
    };
    match variable.strip_prefix("CARGO_") {
        Some(rest) => match rest.strip_prefix("BUILD_") {
            Some(key) => of_build(key),
            None => rest.starts_with("TARGET_") && rest != "TARGET_DIR",
        },
        None => variable == "CARGO" || of_build(variable),
    }
}

/// Of copies of its files, in directories that lie in each other as those around the files do, the home of cargo outermost.
fn of_copies(here: &Path) -> Result<Config> {
    let copies = tempfile::tempdir()?;
    let mut directory = copies.path().to_owned();
    let mut files: Vec<_> = Walk::new(here).collect();
    files.reverse();
    for file in files {
        directory.push("in");
        fs::create_dir_all(directory.join(".cargo"))?;
        let text = files::read_text(&file)?;
        let root = file.parent().and_then(Path::parent).unwrap_or(here);
        fs::write(directory.join(".cargo/config.toml"), needed(&text, root)?)?;
    }
    let variables = variables().map(|(name, value)| match value.to_str() {
        // It would be looked for below the copies.
        Some(text) if is_relative(text) => (name, below(here, text).into()),
        _ => (name, value),
    });
    let options = ResolveOptions::default().env(variables).cargo_home(None);
    Ok(Config::load_with_options(&directory, options)?)
}

/// The needed keys of a file, with absolute paths; relative ones begin at `root`.
fn needed(text: &str, root: &Path) -> Result<String> {
    let mut document: DocumentMut = text.parse()?;
    document.retain(|key, _| ["build", "target"].contains(&key));
    if let Some(build) = document.get_mut("build").and_then(Item::as_table_like_mut) {
        keep(build, &BUILD, root);
    }
    if let Some(targets) = document.get_mut("target").and_then(Item::as_table_like_mut) {
        for (_, target) in targets.iter_mut() {
            if let Some(target) = target.as_table_like_mut() {
                keep(target, &TARGET, root);
            }
        }
    }
    Ok(document.to_string())
}

fn keep(table: &mut dyn TableLike, keys: &[&str], root: &Path) {
    let all: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in all.iter().filter(|key| !keys.contains(&key.as_str())) {
        table.remove(key);
    }
    for (key, item) in table.iter_mut() {
        // It would be more words.
        let is_taken_apart = &*key == "runner" && root.to_string_lossy().contains(' ');
        if let Some(words) = item.as_str().filter(|_| is_taken_apart) {
            let words: Array = words.split_whitespace().collect();
            *item = toml_edit::value(words);
        }
        // Of a list it is the first word, behind which there are arguments.
        let value = match item.as_value_mut() {
            Some(Value::Array(array)) => array.get_mut(0),
            value => value,
        };
        if let Some(value) = value
            && let Some(text) = value.as_str().filter(|text| is_relative(text))
        {
            *value = below(root, text).into();
        }
    }
}

/// Whether a program or a target's file is at a relative path; a name alone is on the `PATH`, or a target's.
fn is_relative(text: &str) -> bool {
    let is_path = text.contains('/') || Path::new(text).extension() == Some(OsStr::new("json"));
    is_path && !text.starts_with('/')
}

fn below(directory: &Path, text: &str) -> String {
    format!("{}/{text}", directory.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::{is_needed, needed};

    #[test]
    fn only_what_is_needed_is_kept_with_absolute_paths() {
        let text = "paths = 1\n[build]\njobs = \"default\"\nrustc-wrapper = \"bin/wrap\"\ntarget = \"t.json\"\n\
            [net]\nretry = \"3\"\n[target.a]\nlinker = \"cc\"\nrunner = [\"./run\", \"./a\"]\nrustflags = 1\n\
            [target.'cfg(unix)']\nrunner = \"../run it\"\n";
        let expected = "[build]\nrustc-wrapper = \"/r/bin/wrap\"\ntarget = \"/r/t.json\"\n\
            [target.a]\nlinker = \"cc\"\nrunner = [\"/r/./run\", \"./a\"]\n\
            [target.'cfg(unix)']\nrunner = \"/r/../run it\"\n";
        let compact = |text: &str| -> Vec<String> {
            let parsed: toml_edit::DocumentMut = text.parse().unwrap();
            let text = parsed.to_string();
            text.lines().map(|line| line.replace(' ', "")).collect()
        };
        let found = needed(text, "/r".as_ref()).unwrap();
        assert_eq!(compact(&found), compact(expected));
        let spaced = needed("[target.a]\nrunner = \"run/it a\"\n", "/r s".as_ref()).unwrap();
        assert_eq!(spaced, "[target.a]\nrunner = [\"/r s/run/it\", \"a\"]\n");
    }

    #[test]
    fn of_the_environment_only_programs_and_targets_count() {
        for variable in [
            "CARGO",
            "RUSTC",
            "RUSTC_WRAPPER",
            "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
            "CARGO_BUILD_TARGET",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER",
        ] {
            assert!(is_needed(variable), "{variable}");
        }
        for variable in [
            "CARGO_BUILD_JOBS",
            "CARGO_NET_OFFLINE",
            "CARGO_TARGET_DIR",
            "CARGO_TERM_COLOR",
            "PATH",
        ] {
            assert!(!is_needed(variable), "{variable}");
        }
    }
}
