//! The text of a source, as far as it is one: a path of the mapping may lead to something else by now.

use std::path::{Path, PathBuf};

use super::source::Source;
use crate::files;
use crate::terminal::Harmless as _;

/// No longer text is shown, in bytes: its page has several times as many.
const LONGEST: u64 = 16 << 20;

/// The sources of the workspace at a root.
pub struct Sources {
    root: PathBuf,
}

impl Sources {
    /// Those of the workspace at `root`.
    pub fn of(root: &Path) -> Self {
        Self {
            root: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
        }
    }

    /// The source at `path`, if it is a regular file of the workspace or of its package. A link to anything else has come
    /// there since the build, or is not shown anyway: whoever gets the pages may not be meant to read it.
    pub fn read(&self, path: &Path) -> Source {
        Source::new(self.text(path))
    }

    fn text(&self, path: &Path) -> Result<Vec<u8>, String> {
        let cannot = |error| format!("cannot read {}: {error}", path.harmless());
        let real = path.canonicalize().map_err(cannot)?;
        let of_package = || package(path)?.canonicalize().ok();
        if !real.starts_with(&self.root) && !of_package().is_some_and(|it| real.starts_with(it)) {
            return Err(format!(
                "{} is a link that leads out of the workspace and of its package, to {}, which is not shown",
                path.harmless(),
                real.harmless()
            ));
        }
        files::read(&real, LONGEST).map_err(cannot)
    }
}

/// The directory of the package that has the file, else that of the file.
fn package(path: &Path) -> Option<&Path> {
    let mut directories = path.ancestors().skip(1);
    directories
        .find(|directory| directory.join("Cargo.toml").is_file())
        .or(path.parent())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_a_link_leads_to_is_shown_if_it_is_of_the_workspace_or_of_the_package() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        for package in ["app", "app/member", "other/linked"] {
            fs::create_dir_all(at(package)).unwrap();
            fs::write(at(package).join("Cargo.toml"), "").unwrap();
            fs::write(at(package).join("lib.rs"), "fn own() {}").unwrap();
        }
        fs::write(at("secret"), "secret").unwrap();
        fs::create_dir(at("beside")).unwrap();
        fs::write(at("beside/lib.rs"), "secret").unwrap();
        // The workspace itself, and a member of it, may be links.
        symlink(at("app"), at("workspace")).unwrap();
        symlink(at("other/linked"), at("app/linked")).unwrap();
        symlink("member/lib.rs", at("app/inside.rs")).unwrap();
        symlink(at("secret"), at("app/out.rs")).unwrap();
        symlink(at("beside"), at("app/src")).unwrap();
        symlink("/dev/zero", at("app/zero.rs")).unwrap();
        let sources = Sources::of(&at("workspace"));
        let read = |path: &str| match sources.read(&at(path)) {
            Source::Text { text, .. } => Ok(text),
            Source::Missing(why) => Err(why),
        };
        for shown in [
            "workspace/lib.rs",
            "app/lib.rs",
            "workspace/member/lib.rs",
            "workspace/linked/lib.rs",
            "workspace/inside.rs",
            "other/linked/lib.rs",
        ] {
            assert_eq!(read(shown).as_deref(), Ok("fn own() {}"), "{shown}");
        }
        for (hidden, goal) in [
            ("workspace/out.rs", "/secret"),
            ("workspace/src/lib.rs", "/beside/lib.rs"),
            ("workspace/zero.rs", "/dev/zero"),
        ] {
            let why = read(hidden).unwrap_err();
            let expected = format!("{goal}, which is not shown");
            assert!(why.contains(hidden) && why.ends_with(&expected), "{why}");
        }
    }

    #[test]
    fn what_would_be_a_page_of_gigabytes_is_not_shown() {
        let directory = tempfile::tempdir().unwrap();
        let sources = Sources::of(directory.path());
        let path = directory.path().join("lib.rs");
        for (text, expected) in [
            ("\n".repeat(200_001), "it has more than 200,000 lines"),
            (
                "&".repeat((16 << 20) + 1),
                "it has more than 16777216 bytes",
            ),
        ] {
            fs::write(&path, text).unwrap();
            match sources.read(&path) {
                Source::Missing(why) => assert!(why.contains(expected), "{why}"),
                Source::Text { .. } => panic!("it is shown: {expected}"),
            }
        }
    }

    #[test]
    fn what_is_no_regular_file_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("lib.rs")).unwrap();
        let sources = Sources::of(directory.path());
        match sources.read(&directory.path().join("lib.rs")) {
            Source::Missing(why) => assert!(why.contains("is a directory"), "{why}"),
            Source::Text { .. } => panic!("a directory has no text"),
        }
    }
}
