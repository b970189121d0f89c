//! Names: how a source file is called in what people read.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::count::{Coverage, FileCoverage};

/// The files of the workspace at `root`, then all others, each in the order of the names.
pub fn in_order<'a>(coverage: &'a Coverage, root: &Path) -> Vec<(&'a FileCoverage, Cow<'a, str>)> {
    let named = |file: &'a FileCoverage| (file, name(Path::new(&*file.path), root));
    let mut files: Vec<_> = coverage.files.iter().map(named).collect();
    files.sort_by(|(a, a_name), (b, b_name)| {
        let is_other = |file: &FileCoverage| !Path::new(&*file.path).starts_with(root);
        (is_other(a), a_name).cmp(&(is_other(b), b_name))
    });
    files
}

/// The name of the source file at `path`: [`relative`] to `root` if it is below it. One that cargo has downloaded
/// begins with its package and version, as in `serde-1.0.0/src/lib.rs`, or with its repository and commit. Every
/// other file has its path.
pub fn name<'a>(path: &'a Path, root: &Path) -> Cow<'a, str> {
    relative(path, root).unwrap_or_else(|| {
        downloaded(path).map_or_else(
            || path.to_string_lossy(),
            |name| name.to_string_lossy().into_owned().into(),
        )
    })
}

/// The path of a file below `root`, relative to it. Relative to `/`, it is the absolute path.
pub fn relative<'a>(path: &'a Path, root: &Path) -> Option<Cow<'a, str>> {
    let below = path.strip_prefix(root).ok()?;
    let is_absolute = root == Path::new("/");
    Some(if is_absolute { path } else { below }.to_string_lossy())
}

/// The name of a file in cargo's `registry/src/<registry>/<package>-<version>/` or
/// `git/checkouts/<repository>-<hash>/<commit>/`, wherever `CARGO_HOME` is.
pub(crate) fn downloaded(path: &Path) -> Option<PathBuf> {
    let mut components = path.components();
    while let Some(component) = components.next() {
        let mut inside = components.clone();
        let mut next = || match inside.next() {
            Some(Component::Normal(name)) => Some(name),
            _ => None,
        };
        match component.as_os_str().to_str() {
            Some("registry") if next() == Some(OsStr::new("src")) => {
                next()?;
                let name = inside.as_path();
                return (name.components().count() > 1).then(|| name.into());
            }
            Some("git") if next() == Some(OsStr::new("checkouts")) => {
                let (repository, commit) = (next()?.to_str()?, next()?.to_str()?);
                let (repository, _) = repository.rsplit_once('-')?;
                return Some(Path::new(&format!("{repository}-{commit}")).join(inside.as_path()));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::summary::Summary;

    #[test]
    fn a_file_is_named_after_where_it_comes_from() {
        let name = |path: &str| name(Path::new(path), Path::new("/projects/app")).into_owned();
        assert_eq!(name("/projects/app/src/main.rs"), "src/main.rs");
        assert_eq!(
            name("/projects/shared/src/lib.rs"),
            "/projects/shared/src/lib.rs"
        );
        let registry = "/home/me/.cargo/registry/src/example.org-0123456789abcdef";
        assert_eq!(
            name(&format!("{registry}/serde-1.0.0/src/lib.rs")),
            "serde-1.0.0/src/lib.rs"
        );
        let checkouts = "/opt/cargo/git/checkouts";
        assert_eq!(
            name(&format!(
                "{checkouts}/my-lib-0123456789abcdef/89abcde/core/src/lib.rs"
            )),
            "my-lib-89abcde/core/src/lib.rs"
        );
        assert_eq!(
            name("/projects/git/registry/src/lib.rs"),
            "/projects/git/registry/src/lib.rs"
        );
    }

    #[test]
    fn relative_to_the_root_of_all_files_is_absolute() {
        for path in ["/app/src/main.rs", "/cargo/registry/src/a/b-1.0.0/lib.rs"] {
            assert_eq!(name(Path::new(path), Path::new("/")), path);
        }
        let relative = |path: &'static str| relative(Path::new(path), Path::new("/app"));
        assert_eq!(relative("/app/src/main.rs").unwrap(), "src/main.rs");
        assert_eq!(relative("/apple/main.rs"), None);
    }

    #[test]
    fn the_workspace_comes_first() {
        let file = |path: &str| FileCoverage {
            path: path.into(),
            summary: Summary::default(),
            functions: vec![],
            segments: vec![],
            lines: vec![],
        };
        let coverage = Coverage {
            files: vec![
                file("/cargo/registry/src/a/b-1.0.0/src/lib.rs"),
                file("/cargo/registry/src/z/a-1.0.0/src/lib.rs"),
                file("/projects/app/src/main.rs"),
            ],
            ..Coverage::default()
        };
        let names = in_order(&coverage, Path::new("/projects/app"));
        let names: Vec<_> = names.iter().map(|(_, name)| &**name).collect();
        assert_eq!(
            names,
            ["src/main.rs", "a-1.0.0/src/lib.rs", "b-1.0.0/src/lib.rs"]
        );
    }
}
