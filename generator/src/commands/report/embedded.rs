//! Files that are part of a program as text or bytes, though they look like sources.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;

use super::modules::{Modules, Names, Source, Wanted};

/// Those of the `compiled` files that sources name in `include_str!` or `include_bytes!`, that none has as a module or includes as
/// code, and that no other macro is given. The first `sources` are those that are known for such; all paths are without links.
pub fn find<'a>(
    compiled: &HashSet<PathBuf>,
    sources: impl Iterator<Item = &'a PathBuf>,
) -> HashSet<PathBuf> {
    let mut names = Names::of(Wanted::These(compiled));
    for path in sources {
        names.follow(Source {
            path: path.clone(),
            modules: Modules::Unknown,
        });
    }
    &names.embedded - &names.known()
}

/// The `compiled` files that a macro may include as code, by what it is given in a source of this directory.
pub fn included(
    name: &str,
    given: TokenStream,
    directory: &Path,
    compiled: &HashSet<PathBuf>,
) -> HashSet<PathBuf> {
    let mut names = Names::of(Wanted::These(compiled));
    names.add_call(name, given, directory);
    names.known()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fs;
    use std::path::PathBuf;

    use super::find;

    #[test]
    fn what_is_embedded_and_no_module_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let main = r#"
mod module;
mod inner { mod deep; #[path = "other.rs"] mod renamed; }
#[cfg_attr(unix, path = "unix.rs")]
pub(crate) mod system;
const ALL: [&str; 7] = [include_str!("text.rs"), include_str!("module.rs"), include_str!("inner/deep.rs"),
    include_str!("inner/other.rs"), include_str!("unix.rs"), include_str!("part.rs"), include_str!("below/last.rs")];
const BYTES: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/template/", "main.rs"));
const OTHER: &str = include_str!(concat!("below/../", "beside.rs"));
fn main() {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/part.rs"));
    println!("{}{}", include_str!("loaded.rs"), include_str!("shown.rs"));
    load!("../loaded.rs");
}
"#;
        let files = [
            ("main.rs", main),
            ("module.rs", "#[path = \"below/last.rs\"] mod last;"),
            ("below/last.rs", ""),
            ("inner/deep.rs", ""),
            ("inner/other.rs", ""),
            ("unix.rs", ""),
            ("part.rs", ""),
            ("unknown.rs", ""),
            ("text.rs", "mod helped;"),
            ("template/main.rs", "mod helped;"),
            ("template/helped.rs", ""),
            ("beside.rs", ""),
            ("loaded.rs", ""),
            ("shown.rs", ""),
        ];
        let mut compiled = HashSet::new();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            compiled.insert(path);
        }
        let embedded = find(&compiled, [root.join("main.rs")].iter());
        let wanted =
            ["text.rs", "template/main.rs", "beside.rs", "shown.rs"].map(|name| root.join(name));
        assert_eq!(embedded, HashSet::<PathBuf>::from(wanted));
    }
}
