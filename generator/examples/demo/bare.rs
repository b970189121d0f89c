//! An example of the repository as it was before `cargo itcov init`.

use std::fs;
use std::io;
use std::path::Path;

/// What `init` adds to the manifest of a crate that has neither features nor declared tests.
const ADDED: &str = "
[features] # itcov
manual-integration = [] # itcov

[[test]] # itcov
name = \"manual_integration\"
path = \"tests/manual_integration.rs\"
required-features = [\"manual-integration\"]
harness = false
test = false
";

/// Copies the crate without its scaffold and without what was built of it.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let scaffold =
        ["itcov.just", "justfile", "tests/manual_integration.rs"].map(|file| from.join(file));
    let wanted =
        |path: &Path| !scaffold.iter().any(|file| file == path) && path != from.join("target");
    for entry in walkdir::WalkDir::new(from)
        .into_iter()
        .filter_entry(|entry| wanted(entry.path()))
    {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from).map_err(io::Error::other)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    let manifest = to.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    let bare = text
        .strip_suffix(ADDED)
        .ok_or_else(|| io::Error::other("the manifest does not end with the scaffold"))?;
    fs::write(manifest, bare)
}
