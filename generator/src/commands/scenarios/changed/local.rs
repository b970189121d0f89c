//! The packages at paths, whose sources may change: the members of the workspace, and what they use outside of it.

use anyhow::Result;
use cargo_metadata::{Dependency, DependencyKind, Package};

use crate::scaffold::metadata::{Cargo, Workspace};

/// All of them.
///
/// # Errors
///
/// If cargo cannot read one.
pub fn packages(workspace: &Workspace) -> Result<Vec<Package>> {
    let mut all = workspace.members().to_vec();
    let members = all.len();
    let mut next = 0;
    while next < all.len() {
        // Of others, what their tests need may be missing.
        let counts = |it: &&Dependency| next < members || it.kind != DependencyKind::Development;
        let uses = all[next].dependencies.iter().filter(counts);
        let paths: Vec<_> = uses.filter_map(|it| it.path.clone()).collect();
        for manifest in paths.iter().map(|it| it.join("Cargo.toml")) {
            let is_it = |it: &Package| it.manifest_path == manifest;
            if !all.iter().any(is_it) {
                let said = Cargo::default().ask(&manifest, &["--no-deps".to_owned()])?;
                all.extend(said.packages.into_iter().filter(is_it));
            }
        }
        next += 1;
    }
    Ok(all)
}
