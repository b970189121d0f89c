//! Seeding: what an ordinary build has made of the dependencies is not built again, and stays as it is.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use super::{compiled, is_fresh, is_untouched, ordinary, package};
use crate::support::process::{Output, signal, wait_until};
use crate::support::tools::{cargo_itcov, of_rustc};
use crate::support::{Running, TestCrate};

/// A program with a dependency that has a build script, and one that has none.
fn with_dependencies() -> TestCrate {
    let krate = TestCrate::empty();
    let rest = "[dependencies]\nanyhow = \"1\"\nitoa = \"1\"\n\n[profile.quick]\ninherits = \"dev\"\ndebug = 0\n";
    krate.write("Cargo.toml", &package("seeded", rest));
    krate.write(
        "src/main.rs",
        "fn main() -> anyhow::Result<()> {\n    println!(\"{}\", itoa::Buffer::new().format(7));\n    Ok(())\n}\n",
    );
    krate
}

/// Measures: nothing but the program itself is compiled, and the ordinary build stays as it is.
#[track_caller]
fn compiles_the_program_alone(krate: &TestCrate, cargo: &[&str], ours: &[&str]) {
    krate.cargo(cargo).ends_with(0);
    let target = krate.root.join("target");
    let before = ordinary(&target);
    let run = krate.itcov(&[&["run"], ours].concat()).ends_with(0);
    assert_eq!(compiled(&run), ["seeded"], "{cargo:?}");
    is_untouched(&target, &before);
    is_fresh(krate, cargo);
    let again = krate.itcov(&[&["run"], ours].concat()).ends_with(0);
    assert_eq!(compiled(&again), [""; 0], "{cargo:?}");
}

#[test]
fn any_profile_and_any_target_is_seeded() {
    let krate = with_dependencies();
    let host = of_rustc("host: ");
    for options in [
        &[][..],
        &["--release"],
        &["--profile", "quick"],
        &["--target", &host, "--release"],
    ] {
        let cargo = [&["build"], options].concat();
        compiles_the_program_alone(&krate, &cargo, options);
    }
    let krate = with_dependencies();
    krate.write(
        ".cargo/config.toml",
        &format!("[build]\ntarget = \"{host}\"\n"),
    );
    compiles_the_program_alone(&krate, &["build"], &[]);
    let suite = ["exec", "--", "cargo", "run", "--quiet"];
    let suite = krate.itcov(&suite).ends_with(0).prints("7\n");
    assert_eq!(suite.lines_of("Total"), (4, 4));
}

#[test]
fn a_build_directory_of_the_configuration_is_seeded_from_and_left_alone() {
    let krate = with_dependencies();
    let elsewhere = tempfile::tempdir().unwrap();
    let directory = elsewhere.path().join("build {workspace-path-hash}");
    let config = format!("[build]\nbuild-dir = {:?}\n", directory.to_str().unwrap());
    krate.write(".cargo/config.toml", &config);
    compiles_the_program_alone(&krate, &["build"], &[]);
    let before = ordinary(elsewhere.path());
    assert!(!before.is_empty());
    let suite = ["exec", "--", "cargo", "run", "--quiet"];
    let suite = krate.itcov(&suite).ends_with(0).prints("7\n");
    assert_eq!(suite.lines_of("Total"), (4, 4));
    is_untouched(elsewhere.path(), &before);
}

#[test]
fn the_program_is_that_of_cargo_build_and_development_dependencies_are_not_built() {
    let krate = TestCrate::empty();
    // With the feature, the dependency says something else, and needs another one.
    let rest = "[dependencies]\npairs.path = \"../pairs\"\n\n[dev-dependencies]\nitoa = \"1\"\n\
                pairs = { path = \"../pairs\", features = [\"ordered\"] }\n\n\
                [profile.dev]\npanic = \"abort\"\n\n[profile.release]\npanic = \"abort\"\n";
    krate.write("Cargo.toml", &package("seeded", rest));
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{} {}\", pairs::TEXT, cfg!(panic = \"abort\"));\n}\n",
    );
    let rest = "[dependencies]\nindex = { path = \"../index\", optional = true }\n\n\
                [features]\nordered = [\"dep:index\"]\n";
    krate.write("../pairs/Cargo.toml", &package("pairs", rest));
    krate.write(
        "../pairs/src/lib.rs",
        "pub const TEXT: &str = if cfg!(feature = \"ordered\") { \"b a\" } else { \"a b\" };\n",
    );
    krate.write("../index/Cargo.toml", &package("index", ""));
    krate.write("../index/src/lib.rs", "");
    for cargo in [&["build"][..], &["test", "--no-run"]] {
        krate.cargo(cargo).ends_with(0);
    }
    let ordinary = krate.cargo(&["run", "--quiet"]).ends_with(0).stdout;
    assert_eq!(ordinary, "a b true\n");
    let run = krate.itcov(&["run"]).ends_with(0).prints(&ordinary);
    assert_eq!(compiled(&run), ["seeded"]);
    is_fresh(&krate, &["build"]);
    is_fresh(&krate, &["test", "--no-run"]);
    // Without an ordinary build, what only tests need is not built either.
    fs::remove_dir_all(krate.root.join("target")).unwrap();
    let run = krate.itcov(&["run"]).ends_with(0).prints(&ordinary);
    let compiled = compiled(&run);
    assert_eq!(compiled, ["pairs", "seeded"], "{}", run.stderr);
}

#[test]
fn another_version_of_a_dependency_is_taken() {
    let krate = with_dependencies();
    let manifest = krate.read("Cargo.toml");
    for (number, version) in ["1.0.14", "1.0.15", "1.0.14"].iter().enumerate() {
        let text = manifest.replace("itoa = \"1\"", &format!("itoa = \"={version}\""));
        krate.write("Cargo.toml", &text);
        // Once without an ordinary build before.
        if number != 1 {
            krate.cargo(&["build"]).ends_with(0);
        }
        let run = krate.itcov(&["run"]).ends_with(0).prints("7\n");
        assert_eq!(
            compiled(&run).contains(&"itoa"),
            number == 1,
            "{}",
            run.stderr
        );
        assert!(run.stdout.contains("Total"));
    }
}

/// Writes into the file that is there, as some linkers do.
const LINKER: &str = r#"#!/bin/sh
out= last=
for word; do [ "$last" = -o ] && out=$word; last=$word; done
[ -e "$out" ] || exec cc "$@"
mv "$out" "$out.old" && cc "$@" && cat "$out" >"$out.old" && mv "$out.old" "$out"
"#;

#[test]
fn nothing_is_written_through_to_the_ordinary_build_by_whatever_linker() {
    let krate = with_dependencies();
    // Not members of the workspace, so they are seeded, and they may change.
    let manifest = krate.read("Cargo.toml");
    let dependencies = "[dependencies]\nscript.path = \"../script\"\nmacros.path = \"../macros\"\n";
    krate.write(
        "Cargo.toml",
        &manifest.replace("[dependencies]\n", dependencies),
    );
    krate.write(
        "../script/Cargo.toml",
        &package("script", "build = \"build.rs\"\n"),
    );
    krate.write(
        "../script/src/lib.rs",
        "pub const TEXT: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/text\"));\n",
    );
    krate.write(
        "../macros/Cargo.toml",
        &package("macros", "[lib]\nproc-macro = true\n"),
    );
    let change = |text: &str| {
        let out = "std::env::var(\"OUT_DIR\").unwrap()";
        krate.write(
            "../script/build.rs",
            &format!(
                "fn main() {{\n    std::fs::write({out} + \"/text\", \"{text}\").unwrap();\n}}\n"
            ),
        );
        krate.write(
            "../macros/src/lib.rs",
            &format!(
                "#[proc_macro]\npub fn text(_: proc_macro::TokenStream) -> proc_macro::TokenStream {{\n    \
                 \"\\\"{text}\\\"\".parse().unwrap()\n}}\n"
            ),
        );
    };
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{} {}\", script::TEXT, macros::text!());\n}\n",
    );
    krate.write("linker.sh", LINKER);
    Output::of(krate.command("chmod").args(["+x", "linker.sh"])).ends_with(0);
    let linker = krate.root.join("linker.sh");
    krate.write(
        ".cargo/config.toml",
        &format!("[target.{}]\nlinker = {linker:?}\n", of_rustc("host: ")),
    );
    change("one");
    krate
        .cargo(&["run", "--quiet"])
        .ends_with(0)
        .prints("one one\n");
    let target = krate.root.join("target");
    let before = ordinary(&target);
    let run = krate.itcov(&["run"]).ends_with(0).prints("one one\n");
    assert_eq!(compiled(&run), ["seeded"]);
    for text in ["two", "three"] {
        change(text);
        let says = format!("{text} {text}\n");
        let run = krate.itcov(&["run"]).ends_with(0).prints(&says);
        let compiled = compiled(&run);
        assert!(compiled.contains(&"script") && compiled.contains(&"macros"));
        is_untouched(&target, &before);
    }
    krate
        .cargo(&["run", "--quiet"])
        .ends_with(0)
        .prints("three three\n");
}

#[test]
fn an_ordinary_build_that_goes_on_is_waited_for_and_a_signal_ends_the_wait() {
    let krate = with_dependencies();
    krate.write(
        "build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-env-changed=WAIT_FOR");
    let Ok(file) = std::env::var("WAIT_FOR") else { return };
    std::fs::write(format!("{file}.waits"), "").unwrap();
    while !std::path::Path::new(&file).exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
"#,
    );
    let file = krate.root.join("go");
    let mut cargo = krate.command("cargo");
    let cargo = Running::start(cargo.arg("build").env("WAIT_FOR", &file));
    wait_until("the build script waits", || krate.has("go.waits"));
    let start = || {
        let mut itcov = krate.command(cargo_itcov());
        let mut itcov = Running::start(itcov.args(["itcov", "run"]));
        itcov.expect("waiting for another cargo, which builds in ");
        itcov
    };
    let interrupted = start();
    signal("INT", interrupted.id());
    assert_ne!(interrupted.finish().status, 0);
    let waits = start();
    krate.write("go", "");
    cargo.finish().ends_with(0);
    let run = waits.finish().ends_with(0).prints("7\n");
    assert_eq!(compiled(&run), ["seeded"]);
}

#[test]
fn a_seeding_that_was_interrupted_is_completed_by_the_next_run() {
    let krate = with_dependencies();
    krate.cargo(&["build"]).ends_with(0);
    let target = krate.root.join("target");
    let before = ordinary(&target);
    for milliseconds in (0..120).step_by(20) {
        let _ = fs::remove_dir_all(target.join("itcov"));
        let mut itcov = krate.command(cargo_itcov());
        itcov
            .args(["itcov", "build"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut itcov = itcov.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        itcov.kill().unwrap();
        itcov.wait().unwrap();
        let run = krate.itcov(&["run"]).ends_with(0).prints("7\n");
        let compiled = compiled(&run);
        assert!(
            compiled.is_empty() || compiled == ["seeded"],
            "{}",
            run.stderr
        );
        assert_eq!(run.lines_of("Total"), (4, 4));
        is_untouched(&target, &before);
    }
}
