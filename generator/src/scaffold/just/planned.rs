//! What just says of a plan before it is carried out. It is asked about a copy of the workspace's directory, in which what stays is
//! a link; nothing is evaluated, and nothing runs.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Result, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};

use super::{Verdict, verdict};
use crate::scaffold::RECIPES;
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::facts::Facts;

/// Refuses a plan for which just would reject the justfile and all that is in it.
///
/// # Errors
///
/// With just's message. Where just is not there, or the copy says nothing about the workspace, nothing is refused.
pub fn refuse_rejected(facts: &Facts, plan: &Plan) -> Result<()> {
    let justfile = &facts.justfile.path;
    let is_recipes = |change: &Change| change.path == facts.recipes.path;
    let mut changes = plan.changes.iter();
    if changes.all(|change| !is_recipes(change) || change.is_unchanged()) {
        return Ok(());
    }
    let asked = |text: &dyn Fn(&Change) -> Option<String>| {
        let files = plan.changes.iter().filter_map(|change| {
            let name = change.path.strip_prefix(&facts.root).ok()?;
            Some((name.to_owned(), text(change)?))
        });
        ask(&facts.root, justfile, &files.collect::<Vec<_>>()).unwrap_or(Verdict::Unknown)
    };
    let (Verdict::Rejects(message) | Verdict::AwaitsRecipes(message)) =
        asked(&|change| change.after.clone())
    else {
        return Ok(());
    };
    // It may miss what the copy does not have, as what an import finds above the workspace.
    let now = asked(&|change| match &change.before {
        Some(text) => Some(text.clone()),
        None if is_recipes(change) => Some(String::new()),
        None if change.path == *justfile => change.after.clone(),
        None => None,
    });
    if !matches!(now, Verdict::Accepts(_)) {
        return Ok(());
    }
    bail!(
        "just rejects what the template makes of {RECIPES}, and so every recipe of {justfile} would be lost: \
         change the template; nothing was written\n{message}"
    )
}

/// What just says of a justfile if the root of the workspace has these files.
fn ask(
    root: &Utf8Path,
    justfile: &Utf8Path,
    files: &[(Utf8PathBuf, String)],
) -> io::Result<Verdict> {
    let directory = tempfile::tempdir()?;
    let copy = Utf8Path::from_path(directory.path()).ok_or(io::ErrorKind::InvalidFilename)?;
    let names: Vec<&Utf8Path> = files.iter().map(|(name, _)| name.as_path()).collect();
    link(root.as_std_path(), copy.as_std_path(), &names)?;
    for (name, text) in files {
        let file = copy.join(name);
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(file, text)?;
    }
    let name = justfile.strip_prefix(root).unwrap_or(justfile);
    Ok(verdict(&copy.join(name), true))
}

/// Links what is in a directory, but for these files. The directories above them are made, so that nothing is written through a
/// link.
fn link(from: &Path, to: &Path, but: &[&Utf8Path]) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        let below: Vec<&Utf8Path> = but
            .iter()
            .filter_map(|path| path.strip_prefix(Path::new(&name)).ok())
            .collect();
        let (from, to) = (from.join(&name), to.join(&name));
        if below.is_empty() {
            std::os::unix::fs::symlink(from, to)?;
        } else if from.is_dir() {
            fs::create_dir(&to)?;
            link(&from, &to, &below)?;
        }
    }
    Ok(())
}
