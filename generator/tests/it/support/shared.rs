//! One crate for all tests that only run things: scaffolded and built once, also where each test is a process of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use tempfile::TempDir;

use super::krate::PROGRAM;
use super::{Output, tools};

/// What cargo and the tool are told of it. It is no member of the workspace in whose target directory it is.
const MANIFEST: &str =
    "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";

/// A new directory in the crate.
pub fn directory() -> TempDir {
    static CRATE: OnceLock<(PathBuf, File)> = OnceLock::new();
    let (root, _) = CRATE.get_or_init(crate_in_use);
    tempfile::tempdir_in(root.join("scratch")).unwrap()
}

/// The crate, and the lock that keeps others from renewing it as long as this process is there.
fn crate_in_use() -> (PathBuf, File) {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared");
    fs::create_dir_all(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let lock = File::create(root.with_extension("lock")).unwrap();
    let content = content();
    loop {
        lock.lock_shared().unwrap();
        if is_of(&root, &content) {
            return (root, lock);
        }
        lock.unlock().unwrap();
        lock.lock().unwrap();
        if !is_of(&root, &content) {
            make(&root, &content);
        }
        lock.unlock().unwrap();
    }
}

/// What it is made of: another content makes another crate.
fn content() -> String {
    let tool = fs::metadata(tools::cargo_itcov()).unwrap();
    let changed = tool.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    format!("{} {changed:?}\n{MANIFEST}\n{PROGRAM}", tool.len())
}

fn is_of(root: &Path, content: &str) -> bool {
    fs::read_to_string(root.join("content")).is_ok_and(|text| text == content)
}

fn make(root: &Path, content: &str) {
    if root.exists() {
        fs::remove_dir_all(root).unwrap();
    }
    fs::create_dir_all(root.join("src")).unwrap();
    fs::create_dir_all(root.join("scratch")).unwrap();
    fs::write(root.join("Cargo.toml"), MANIFEST).unwrap();
    fs::write(root.join("src/main.rs"), PROGRAM).unwrap();
    let run = |program: &Path, words: &[&str]| {
        let mut command = tools::command(program, tools::Reporter::Itcov);
        Output::of(command.args(words).current_dir(root)).ends_with(0);
    };
    run(tools::cargo_itcov(), &["itcov", "init", "--allow-dirty"]);
    run(tools::just(), &["itcov"]);
    fs::write(root.join("content"), content).unwrap();
}
