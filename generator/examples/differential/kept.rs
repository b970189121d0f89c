//! What `cargo itcov` keeps of the last run of a crate.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use walkdir::WalkDir;

use crate::llvm::Measured;

/// The program with its profiles, and the directories of its sources. The crate is in a directory of this `name`.
pub fn last_run(target: &Path, name: &str) -> Result<(Measured, Vec<PathBuf>)> {
    let store = checkout(&target.join("itcov/.checkouts"), name)?;
    let mut runs: Vec<PathBuf> = WalkDir::new(store.join("runs"))
        .into_iter()
        .filter_map(|entry| Some(entry.ok()?.into_path()))
        .filter(|path| path.ends_with("part.json"))
        .collect();
    ensure!(runs.len() == 1, "one run with one part: {runs:?}");
    let part = runs.remove(0);
    let json: Value = serde_json::from_slice(&fs::read(&part)?)?;
    let objects = &json["programs"][0]["objects"];
    let paths = |key: &str| -> Result<Vec<PathBuf>> {
        let paths = objects[key].as_array().context("no list of paths")?;
        let paths = paths.iter().filter_map(Value::as_str);
        Ok(paths.map(PathBuf::from).collect())
    };
    let files = WalkDir::new(part.with_file_name("")).sort_by_file_name();
    let files = files
        .into_iter()
        .filter_map(|entry| Some(entry.ok()?.into_path()));
    let profiles: Vec<PathBuf> = files
        .filter(|path| {
            path.extension()
                .is_some_and(|it| it == "profraw" || it == "itcov")
        })
        .collect();
    ensure!(!profiles.is_empty(), "nothing has run");
    let measured = Measured {
        objects: paths("files")?,
        profiles,
    };
    Ok((measured, paths("sources")?))
}

/// The directory of a checkout is called as the checkout, but for unusual characters, and a key.
fn checkout(checkouts: &Path, name: &str) -> Result<PathBuf> {
    let name: String = name
        .chars()
        .filter(|char| char.is_ascii_alphanumeric() || "-_.".contains(*char))
        .collect();
    for entry in fs::read_dir(checkouts)? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if file
            .rsplit_once('-')
            .is_some_and(|(start, _)| start == name)
        {
            return Ok(path);
        }
    }
    anyhow::bail!("{} has nothing of {name}", checkouts.display())
}
