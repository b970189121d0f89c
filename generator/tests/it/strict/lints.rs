//! Crates whose lints leave little room.

use super::{CLIPPY, ROW, Row};

/// Everything that a crate can forbid and still have code in it. Of clippy's lints for restriction those are allowed that
/// a small program cannot do without.
const FORBIDDING: &str = r#"[package]
name = "forbidding"
version = "0.1.0"
edition = "2024"

[lints.rust]
unsafe_code = "forbid"
missing_docs = "forbid"
missing_debug_implementations = "forbid"
unexpected_cfgs = "forbid"
unused_results = "forbid"
unused_qualifications = "forbid"
unreachable_pub = "forbid"
unused_crate_dependencies = "deny"
future_incompatible = { level = "deny", priority = -1 }
rust_2018_idioms = { level = "deny", priority = -1 }
unused = { level = "deny", priority = -1 }
warnings = { level = "deny", priority = -2 }

[lints.clippy]
all = { level = "deny", priority = -1 }
pedantic = { level = "deny", priority = -1 }
nursery = { level = "deny", priority = -1 }
restriction = { level = "deny", priority = -1 }
blanket_clippy_restriction_lints = "allow"
implicit_return = "allow"
print_stdout = "allow"

[dependencies]
helper = { path = "helper" }
"#;

/// A workspace's lints, for its members to inherit.
const WORKSPACE: &str = r#"[workspace]
resolver = "3"
members = ["app", "helper", "macros"]

[workspace.lints.rust]
unsafe_code = "forbid"
missing_docs = "deny"
unexpected_cfgs = "deny"
unused = { level = "deny", priority = -1 }
warnings = { level = "deny", priority = -2 }

[workspace.lints.clippy]
pedantic = { level = "deny", priority = -1 }
"#;

const MAIN: &str =
    "//! A program.\n\n/// Starts it.\nfn main() {\n    println!(\"{}\", helper::one());\n}\n";

const HELPER: &str =
    "//! Helps.\n\n/// One.\n#[inline]\n#[must_use]\npub const fn one() -> i32 {\n    1\n}\n";

fn member(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
}

#[test]
fn a_crate_that_forbids_and_denies_all_it_can_hears_no_complaint() {
    Row {
        files: &[
            ("Cargo.toml", FORBIDDING),
            ("src/main.rs", MAIN),
            ("helper/Cargo.toml", &member("helper", "")),
            ("helper/src/lib.rs", HELPER),
        ],
        commands: &[CLIPPY],
        is_forbidding: true,
        covered: &[("src/main.rs", (3, 3))],
        ..ROW
    }
    .holds();
}

#[test]
fn the_lints_of_a_workspace_are_inherited_by_the_program_its_libraries_and_its_macros() {
    let inherits = "[lints]\nworkspace = true\n";
    let app = member(
        "app",
        &format!(
            "[dependencies]\nhelper.path = \"../helper\"\nmacros.path = \"../macros\"\n\
             [build-dependencies]\nhelper.path = \"../helper\"\n{inherits}"
        ),
    );
    let macros = "[lib]\nproc-macro = true\n[dependencies]\nhelper.path = \"../helper\"\n";
    Row {
        files: &[
            ("Cargo.toml", WORKSPACE),
            ("app/Cargo.toml", &app),
            (
                "app/build.rs",
                "//! Asks the library.\nfn main() {\n    println!(\"cargo::rustc-env=ONE={}\", helper::one());\n}\n",
            ),
            (
                "app/src/main.rs",
                "//! A program.\n#![deny(warnings)]\n#![forbid(unsafe_code)]\n#![deny(clippy::all)]\nfn main() {\n    \
                 println!(\"{} {}\", env!(\"ONE\"), macros::one!() + helper::one());\n}\n",
            ),
            ("helper/Cargo.toml", &member("helper", inherits)),
            ("helper/src/lib.rs", HELPER),
            ("macros/Cargo.toml", &member("macros", &(macros.to_owned() + inherits))),
            (
                "macros/src/lib.rs",
                "//! A macro.\nuse proc_macro::TokenStream;\n/// One.\n#[proc_macro]\n\
                 pub fn one(_: TokenStream) -> TokenStream {\n    \
                 helper::one().to_string().parse().unwrap_or_default()\n}\n",
            ),
        ],
        is_forbidding: true,
        commands: &["test --workspace --all-features", "clippy --workspace --all-targets --all-features"],
        covered: &[("app/src/main.rs", (3, 3)), ("helper/src/lib.rs", (3, 3))],
        ..ROW
    }
    .holds();
}

/// What rustc has that a crate may deny, beside what only a nightly one takes.
const DENYING: &str = r#"
absolute_paths_not_starting_with_crate = "deny"
ambiguous_negative_literals = "deny"
elided_lifetimes_in_paths = "deny"
explicit_outlives_requirements = "deny"
future_incompatible = { level = "deny", priority = -1 }
keyword_idents = { level = "deny", priority = -1 }
let_underscore_drop = "deny"
macro_use_extern_crate = "deny"
meta_variable_misuse = "deny"
missing_copy_implementations = "deny"
missing_debug_implementations = "deny"
missing_docs = "deny"
missing_unsafe_on_extern = "deny"
non_ascii_idents = "deny"
nonstandard_style = { level = "deny", priority = -1 }
redundant_imports = "deny"
redundant_lifetimes = "deny"
rust_2018_compatibility = { level = "deny", priority = -1 }
rust_2018_idioms = { level = "deny", priority = -1 }
rust_2021_compatibility = { level = "deny", priority = -1 }
rust_2024_compatibility = { level = "deny", priority = -1 }
single_use_lifetimes = "deny"
trivial_casts = "deny"
trivial_numeric_casts = "deny"
unexpected_cfgs = "deny"
unit_bindings = "deny"
unreachable_pub = "deny"
unsafe_code = "deny"
unused = { level = "deny", priority = -1 }
unused_crate_dependencies = "deny"
unused_extern_crates = "deny"
unused_import_braces = "deny"
unused_lifetimes = "deny"
unused_macro_rules = "deny"
unused_qualifications = "deny"
unused_results = "deny"
variant_size_differences = "deny"
warnings = { level = "deny", priority = -2 }
"#;

#[test]
fn the_harness_compiles_where_everything_is_denied_in_every_edition() {
    for edition in ["2015", "2018", "2021", "2024"] {
        // In the edition 2015, the lints of later ones have something to say about any use of a dependency.
        let (dependency, main) = if edition == "2015" {
            ("", MAIN.replace("helper::one()", "1"))
        } else {
            (
                "[dependencies]\nhelper = { path = \"helper\" }\n",
                MAIN.to_owned(),
            )
        };
        let manifest = format!(
            "[package]\nname = \"denying\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n\
             {dependency}[lints.rust]{DENYING}"
        );
        Row {
            files: &[
                ("Cargo.toml", &manifest),
                ("src/main.rs", &main),
                (
                    "helper/Cargo.toml",
                    &(member("helper", "") + "[workspace]\n"),
                ),
                ("helper/src/lib.rs", HELPER),
            ],
            commands: &[CLIPPY],
            ..ROW
        }
        .is_quiet();
    }
}
