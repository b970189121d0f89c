//! What of a template only a new crate needs, so it goes nowhere in one that is there already.

use cargo_metadata::camino::Utf8Path;

/// At the top of a template.
const AT_THE_TOP: [&str; 6] = [
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "cargo-generate.toml",
    "src",
    "target",
];

/// What just takes for the justfile, in any case: the user has one, or gets one.
const JUSTFILES: [&str; 2] = ["justfile", ".justfile"];

/// Whether only a new crate needs a file or directory, which may be at the top of the template.
pub fn needs(name: &str, is_at_the_top: bool) -> bool {
    let is_justfile = || JUSTFILES.iter().any(|it| name.eq_ignore_ascii_case(it));
    // In each directory git would take it for a repository, and run its hooks.
    let is_repository = name.eq_ignore_ascii_case(".git");
    // A script of cargo-generate.
    let is_hook = Utf8Path::new(name).extension() == Some("rhai");
    is_repository || is_hook || is_at_the_top && (AT_THE_TOP.contains(&name) || is_justfile())
}
