//! What generated manifests are made of.

/// Sections that have nothing to do with what is added, or only seem to.
pub const OTHERS: [&[&str]; 8] = [
    &[
        "[dependencies]",
        "serde = { version = \"1\", features = [\"derive\"] }",
        "x.version = \"1\"",
    ],
    &[
        "[package.metadata.docs.rs]",
        "features = [\"x\"]",
        "test = [{ name = \"manual_integration\" }]",
    ],
    &["[[bin]]", "name = \"b\"", "path = 'src/b.rs'"],
    &["[lib]", "test = false"],
    &[
        "[profile.release.package.\"*\"]",
        "opt-level = 3",
        "debug = 1_0",
    ],
    &["[target.'cfg(unix)'.dependencies]", "nix = '*'"],
    &[
        "[workspace]",
        "members = [",
        "  \"a\", # [features]",
        "",
        "  'b'",
        "]",
    ],
    &[
        "[[package.metadata.text]]",
        "at = 1979-05-27T07:32:00Z",
        "text = \"\"\"",
        "[features]",
        "manual-integration = [] # itcov",
        "",
        "[[test]] # itcov\"\"\"",
        "'#' = '''",
        "test = false '''",
    ],
];

/// Lines before an entry.
pub const FILLINGS: [&str; 8] = [
    "",
    "# a comment",
    "# [features]",
    "\t# [[test]]",
    "   ",
    "# \u{fc}\u{1f980}",
    "",
    "#",
];

/// What is behind an entry in its line.
pub const BEHIND: [&str; 6] = [
    "",
    " # why",
    "\t",
    "# [features]",
    "  ",
    " # \u{e4} 'x' = []",
];

/// Values of features.
pub const VALUES: [&[&str]; 5] = [
    &["[]"],
    &["[\"dep:serde\", 'x'] "],
    &["[", "    \"x\", # the first", "", "    \"x/y\",", "]"],
    &["[ # none", "]"],
    &["[\"\\u0078\", \"\"\"", "y\"\"\"]"],
];
