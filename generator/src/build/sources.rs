//! The files that rustc has read. It lists them in the crate's dep-info, a makefile that names each one as a target of its own:
//! <https://doc.rust-lang.org/rustc/command-line-arguments.html#--emit-specifies-the-types-of-output-files-to-generate>.

use std::env;
use std::path::{Component, Path, PathBuf};

/// The Rust files that a dep-info names.
pub fn files(list: &str) -> impl Iterator<Item = PathBuf> {
    listed(list).filter(|file| file.extension().is_some_and(|it| it == "rs"))
}

/// All files that a dep-info names.
pub fn listed(list: &str) -> impl Iterator<Item = PathBuf> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let targets = lines.filter_map(|line| line.strip_suffix(':'));
    targets.map(|target| PathBuf::from(target.replace("\\ ", " ")))
}

/// Whether a file is of a package that cargo has downloaded, and so it stays as it is.
pub fn is_final(file: &Path) -> bool {
    let is_in = |home: PathBuf| {
        // Beside these there may be anything, where it is the user's home.
        ["registry/src", "git/checkouts"]
            .iter()
            .any(|name| file.starts_with(home.join(name)))
    };
    cargo_home().is_some_and(is_in)
}

/// Where cargo has what it downloads, and settings:
/// <https://doc.rust-lang.org/cargo/guide/cargo-home.html>.
pub fn cargo_home() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").filter(|it| !it.is_empty());
    let home = home.map(|it| env::current_dir().unwrap_or_default().join(it));
    home.or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// The path without `.` and `..`, as the mapping has it.
pub fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// Whether a `clean` path is that of another file than was read: `link/..` is beside what the link leads to.
pub fn is_elsewhere(clean: &Path, read: &Path) -> bool {
    clean != read && clean.canonicalize().ok() != read.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::{clean, files};
    use std::path::{Path, PathBuf};

    #[test]
    fn each_file_is_a_target() {
        let list = "/t/app: src/main.rs ../my\\ files/a.rs\n\nsrc/main.rs:\n../my\\ files/a.rs:\nlogo.png:\n# env-dep:X=1\n";
        let found: Vec<PathBuf> = files(list).collect();
        assert_eq!(
            found,
            ["src/main.rs", "../my files/a.rs"].map(PathBuf::from)
        );
        assert_eq!(
            clean(Path::new("/w/app/../shared/./a.rs")),
            Path::new("/w/shared/a.rs")
        );
    }
}
