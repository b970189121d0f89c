//! Programs that look like the measured ones and are not: those of ordinary builds, and installed ones.

use std::fs;
use std::path::{Path, PathBuf};

use super::layout::Layout;

/// The files of these names that ordinary builds have made, in `<target>/[<triple>/]<profile>/`, and those that a shell finds. Links
/// to measured programs are none.
pub fn programs(layout: &Layout, names: &[&str]) -> Vec<PathBuf> {
    let directories = |of: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(of).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| *path != layout.itcov && path.is_dir())
            .collect()
    };
    let mut all = directories(&layout.ordinary);
    let below: Vec<PathBuf> = all.iter().flat_map(|it| directories(it)).collect();
    all.extend(below);
    let path = std::env::var_os("PATH").unwrap_or_default();
    all.extend(std::env::split_paths(&path).filter(|it| !it.starts_with(&layout.itcov)));
    let files = all
        .iter()
        .flat_map(|directory| names.iter().map(|name| directory.join(name)));
    let itcov = fs::canonicalize(&layout.itcov).ok();
    let is_link = |file: &Path| {
        let target = fs::canonicalize(file).ok().zip(itcov.as_ref());
        target.is_some_and(|(target, itcov)| target.starts_with(itcov))
    };
    files
        .filter(|file| file.is_file() && !is_link(file))
        .collect()
}
