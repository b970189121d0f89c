//! What itcov's own lines look like, and how they are known again.

use crate::scaffold::TEST_TARGET;

/// The comment behind what was added.
const MARK: &str = "# itcov";

/// A line with the mark behind it.
pub fn marked(line: &str) -> String {
    format!("{line} {MARK}")
}

/// Whether what follows a header or a value in its line is the mark. In an inline table a comma may precede it.
pub fn is_mark(rest: &str) -> bool {
    let rest = rest.trim();
    let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    rest.strip_prefix('#')
        .is_some_and(|comment| comment.trim() == "itcov")
}

/// Where the harness is, relative to the package.
pub fn harness_path() -> String {
    format!("tests/{TEST_TARGET}.rs")
}

/// The feature as a line.
pub fn feature(name: &str) -> String {
    format!("{} = []", key(name))
}

/// The keys of the test target, a line each.
pub fn test(required: &[&str]) -> [String; 5] {
    [
        format!("name = {}", quoted(TEST_TARGET)),
        format!("path = {}", quoted(&harness_path())),
        format!("required-features = {}", list(required)),
        // It is a `main`: what stands behind `--` are the program's arguments.
        "harness = false".to_owned(),
        // Built when it is asked for by name, and by no `cargo test` or `cargo clippy`, whatever features are on.
        "test = false".to_owned(),
    ]
}

/// Strings as TOML writes them.
pub fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// A key as TOML wants it: bare where that is possible.
fn key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(is_bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// cargo allows no quote, backslash or control character in the names that come here.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
