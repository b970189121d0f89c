//! Which program is measured, and that its counts are those of this build.

use crate::support::{Output, TestCrate, tools};

#[test]
fn the_program_is_the_one_that_cargo_run_has() {
    let krate = TestCrate::empty();
    let member = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    // The tests ask for a mock of the library, the build script for its generator.
    krate.write(
        "Cargo.toml",
        &member(
            "app",
            "[workspace]\nmembers = [\"core\"]\n[dependencies]\ncore-lib.path = \"core\"\n\
             [dev-dependencies]\ncore-lib = { path = \"core\", features = [\"mock\"] }\n\
             [build-dependencies]\ncore-lib = { path = \"core\", features = [\"generator\"] }\n",
        ),
    );
    krate.write("build.rs", "fn main() { core_lib::generate(); }\n");
    krate.write(
        "src/main.rs",
        "fn main() { println!(\"{}\", core_lib::kind()); }\n",
    );
    krate.write(
        "core/Cargo.toml",
        &member("core-lib", "[features]\nmock = []\ngenerator = []\n"),
    );
    krate.write(
        "core/src/lib.rs",
        "#[cfg(feature = \"generator\")]\npub fn generate() {\n}\n\
         pub fn kind() -> &'static str { if cfg!(feature = \"mock\") { \"mock\" } else { \"real\" } }\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    krate.cargo(&["run"]).ends_with(0).prints("real\n");
    let output = krate.just(&["itcov"]).ends_with(0).prints("real\n");
    assert_eq!(
        output.lines_of("core/src/lib.rs"),
        (1, 1),
        "{}",
        output.stdout
    );
    let again = krate.just(&["itcov"]).ends_with(0);
    assert!(!again.stderr.contains("Compiling"), "{}", again.stderr);
}

#[test]
fn counts_belong_to_the_build_that_made_them() {
    let krate = TestCrate::scaffolded("toggled");
    krate.write(
        "src/main.rs",
        "fn main() {\n    if cfg!(other) {\n        println!(\"other\");\n    } else {\n        println!(\"usual\");\n    }\n}\n",
    );
    let first = krate.just(&["itcov"]).ends_with(0).prints("usual");
    let other = [("RUSTFLAGS", "--cfg other")];
    let forgotten = krate
        .just_with(&["itcov_options=--add", "itcov"], &other)
        .ends_with(0)
        .prints("other")
        .says("toggled has changed, so what was measured of it before is forgotten");
    let (covered, all) = forgotten.lines_of("Total");
    assert!(covered < all, "{}", forgotten.stdout);
    let back = krate.just(&["itcov"]).ends_with(0).prints("usual");
    assert_eq!(back.lines_of("Total"), first.lines_of("Total"));
    assert!(!back.stderr.contains("LLVM Profile"), "{}", back.stderr);
    assert!(!back.stderr.contains("forgotten"), "{}", back.stderr);
}

#[test]
fn a_crate_with_strict_lints_is_not_disturbed() {
    let krate = TestCrate::new("strict");
    let lints = "[lints.rust]\nunsafe_code = \"forbid\"\nmissing_docs = \"deny\"\nunreachable_pub = \"deny\"\n\
                 unused_results = \"deny\"\n[lints.clippy]\npedantic = { level = \"deny\", priority = -1 }\n\
                 nursery = { level = \"deny\", priority = -1 }\n";
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + lints));
    krate.write(
        "src/main.rs",
        "//! Strict.\n\nfn main() {\n    println!(\"fine\");\n}\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    let warnings = |arguments: &[&str]| {
        Output::of(
            krate
                .command("cargo")
                .args(arguments)
                .env("RUSTFLAGS", "-D warnings"),
        )
        .ends_with(0)
    };
    warnings(&["test", "--all-features"]);
    warnings(&["clippy", "--all-targets", "--all-features"]);
    krate
        .just_with(&["itcov"], &[("RUSTFLAGS", "-D warnings")])
        .ends_with(0)
        .prints("fine\n");
}

#[test]
fn the_program_runs_where_the_user_is() {
    let krate = TestCrate::new("here");
    krate.write(
        "src/main.rs",
        "fn main() { println!(\"{}\", std::env::current_dir().unwrap().display()); }\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    let root = krate.root.clone();
    let krate = krate.inside("src");
    krate
        .just(&["itcov"])
        .ends_with(0)
        .prints(&format!("{}/src\n", root.display()));
}

#[test]
fn a_program_with_shared_libraries_is_measured() {
    let krate = TestCrate::new("shared");
    let rest = "[workspace]\nmembers = [\"engine\"]\n[dependencies]\nengine.path = \"engine\"\n";
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + rest));
    krate.write(
        "src/main.rs",
        "fn main() { println!(\"{}\", engine::started()); }\n",
    );
    krate.write(
        "engine/Cargo.toml",
        "[package]\nname = \"engine\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"dylib\"]\n",
    );
    krate.write(
        "engine/src/lib.rs",
        "pub fn started() -> i32 {\n    1\n}\npub fn stopped() -> i32 {\n    2\n}\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    let output = krate.just(&["itcov"]).ends_with(0).prints("1\n");
    assert_eq!(output.lines_of("engine/src/lib.rs"), (3, 6));
}

#[test]
fn an_older_cargo_without_a_build_directory_is_served() {
    let krate = TestCrate::unlinked();
    let real = Output::of(krate.command("sh").args(["-c", "command -v cargo"])).stdout;
    // What cargo said before 1.91.
    let shim = format!(
        "#!/bin/sh\nunset CARGO_BUILD_BUILD_DIR\n\
         if [ \"$1\" = metadata ]; then {0} \"$@\" | sed 's/,\"build_directory\":\"[^\"]*\"//'; else exec {0} \"$@\"; fi\n",
        real.trim()
    );
    krate.write("shim/cargo", &shim);
    Output::of(krate.command("chmod").args(["+x", "shim/cargo"])).ends_with(0);
    let mut command = krate.command("sh");
    command.args(["-c", "PATH=$PWD/shim:$PATH just itcov"]);
    Output::of(&mut command).ends_with(0).prints("22.22%");
}

#[test]
fn the_report_is_of_the_crate_wherever_it_is_asked_for() {
    let krate = TestCrate::unlinked();
    let elsewhere = tempfile::tempdir().unwrap();
    krate.write(
        ".cargo/config.toml",
        &format!("[build]\ntarget-dir = {:?}\n", elsewhere.path()),
    );
    let manifest = krate.root.join("Cargo.toml");
    let mut command = krate.command(tools::cargo_itcov());
    command
        .current_dir("/")
        .args(["itcov", "run", "--manifest-path"])
        .arg(&manifest);
    Output::of(&mut command).ends_with(0).prints("22.22%");
    let mut command = krate.command(tools::just());
    command
        .current_dir(krate.root.join("src"))
        .env("CARGO_TARGET_DIR", "out");
    Output::of(command.arg("itcov"))
        .ends_with(0)
        .prints("22.22%");
}
