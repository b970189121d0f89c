//! Flags of the compiler and targets of the build that do not come from the manifest.

use super::{CLIPPY, ROW, Row};
use crate::support::tools::of_rustc;

const MANIFEST: &str = "[package]\nname = \"my-app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

/// Compiles under a flag of its own alone.
const MAIN: &str =
    "//! A program.\n\n#[cfg(flagged)]\nfn main() {\n    println!(\"{}\", my_app::one());\n}\n";

const LIBRARY: &str = "//! A library.\n\n/// One.\n#[must_use]\npub fn one() -> i32 {\n    1\n}\n";

const FILES: [(&str, &str); 3] = [
    ("Cargo.toml", MANIFEST),
    ("src/main.rs", MAIN),
    ("src/lib.rs", LIBRARY),
];

const COVERED: [(&str, (u32, u32)); 2] = [("src/main.rs", (3, 3)), ("src/lib.rs", (3, 3))];

#[test]
fn warnings_are_errors_by_the_environment() {
    let flags = "-D warnings -D missing_docs -D unsafe_code --cfg flagged --check-cfg=cfg(flagged)";
    Row {
        files: &FILES,
        variables: &[
            ("RUSTFLAGS", flags),
            ("RUSTDOCFLAGS", "-D warnings --cfg flagged"),
        ],
        commands: &[CLIPPY, "doc --all-features --document-private-items"],
        covered: &COVERED,
        ..ROW
    }
    .holds();
}

#[test]
fn flags_and_a_target_by_the_configuration_are_followed() {
    let configuration = format!(
        "[build]\ntarget = \"{}\"\nrustflags = [\"-Dwarnings\", \"-Dmissing_docs\", \"--cfg\", \"flagged\", \
         \"--check-cfg=cfg(flagged)\"]\nrustdocflags = [\"-Dwarnings\", \"--cfg\", \"flagged\"]\n\
         [env]\nFROM_CONFIGURATION = \"1\"\n",
        of_rustc("host: ")
    );
    Row {
        files: &[&FILES[..], &[(".cargo/config.toml", &configuration)]].concat(),
        commands: &[CLIPPY, "doc --all-features"],
        covered: &COVERED,
        ..ROW
    }
    .holds();
}

#[test]
#[ignore = "needs the standard library for musl: rustup target add x86_64-unknown-linux-musl"]
fn a_target_by_the_environment_is_followed() {
    let host = of_rustc("host: ");
    // The same processor with another C library, linked statically: it needs no other linker.
    let musl = host.replace("-gnu", "-musl");
    for target in [&host, &musl] {
        Row {
            files: &FILES,
            variables: &[
                ("CARGO_BUILD_TARGET", target),
                (
                    "RUSTFLAGS",
                    "--cfg flagged --check-cfg=cfg(flagged) -Dwarnings",
                ),
            ],
            covered: &COVERED,
            ..ROW
        }
        .holds();
    }
}

#[test]
#[ignore = "needs the standard library for musl: rustup target add x86_64-unknown-linux-musl"]
fn of_several_targets_in_the_configuration_this_machines_is_measured() {
    let host = of_rustc("host: ");
    let musl = host.replace("-gnu", "-musl");
    let configuration = format!("[build]\ntarget = [\"{musl}\", \"{host}\"]\n");
    Row {
        files: &[&FILES[..], &[(".cargo/config.toml", &configuration)]].concat(),
        variables: &[(
            "RUSTFLAGS",
            "--cfg flagged --check-cfg=cfg(flagged) -Dwarnings",
        )],
        covered: &COVERED,
        ..ROW
    }
    .holds();
}

#[test]
#[ignore = "needs the standard library for Windows: rustup target add x86_64-pc-windows-gnu"]
fn a_check_for_another_system_finds_nothing_wrong() {
    let target = "x86_64-pc-windows-gnu";
    let flags = "--cfg flagged --check-cfg=cfg(flagged) -Dwarnings";
    let check = format!("check --all-targets --all-features --target {target}");
    Row {
        files: &FILES,
        variables: &[("RUSTFLAGS", flags)],
        commands: &[&check],
        covered: &COVERED,
        ..ROW
    }
    .holds();
}
