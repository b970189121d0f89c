//! The template, as `cargo generate` expands it, and as the packaged generator brings it along.

use std::fs;

use crate::support::{Output, TestCrate, free_port, repository, tools};

#[test]
fn cargo_generate_makes_a_crate_in_which_the_recipes_work() {
    let krate = TestCrate::empty();
    let template = repository().join("template");
    let mut generate = krate.command(tools::cargo_generate());
    generate
        .args([
            "generate",
            "--name",
            "my-service",
            "--vcs",
            "none",
            "--path",
        ])
        .arg(template);
    Output::of(&mut generate).ends_with(0);
    let krate = krate.inside("my-service");
    assert!(!krate.has("variables.rhai") && !krate.has("cargo-generate.toml"));

    // What the generator would write is there already.
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    krate.cargo(&["fmt", "--check"]).ends_with(0);
    krate
        .cargo(&[
            "clippy",
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ])
        .ends_with(0);
    let port = free_port();
    let (address, ready) = (
        format!("127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}/hello/you"),
    );
    let output = krate
        .just_with(
            &["itcov-suite", "true"],
            &[("ITCOV_ARGS", &address), ("ITCOV_READY", &ready)],
        )
        .ends_with(0)
        .prints(&format!("listening on http://{address}"));
    let (covered, all) = output.lines_of("src/main.rs");
    assert!(covered > all / 2 && covered < all, "{}", output.stdout);
}

#[test]
fn the_package_installs_outside_the_repository_and_brings_the_template() {
    let krate = TestCrate::empty();
    // The workspace's own target directory, so that the dependencies are not built another time.
    let target = tools::built().ancestors().nth(2).unwrap();
    let mut package = krate.command("cargo");
    package.current_dir(repository()).args([
        "package",
        "-p",
        "cargo-itcov",
        "-p",
        "llvm-coverage",
        "--no-verify",
        "--allow-dirty",
        "--quiet",
    ]);
    Output::of(package.arg("--target-dir").arg(target)).ends_with(0);
    let [name, library] = ["cargo-itcov", "llvm-coverage"].map(|package| {
        let name = format!("{package}-{}", env!("CARGO_PKG_VERSION"));
        let archive = target.join("package").join(format!("{name}.crate"));
        Output::of(krate.command("tar").arg("xzmf").arg(archive)).ends_with(0);
        name
    });
    // The library is taken from its package and not from the registry.
    let lock = format!("{name}/Cargo.lock");
    let text = krate.read(&lock);
    let (before, of_library) = text.split_at(text.find("name = \"llvm-coverage\"").unwrap());
    let is_of_registry = |line: &&str| line.starts_with("source") || line.starts_with("checksum");
    let source: String = of_library
        .split_inclusive('\n')
        .filter(is_of_registry)
        .take(2)
        .collect();
    krate.write(
        &lock,
        &(before.to_owned() + &of_library.replacen(&source, "", 1)),
    );
    let library = krate.root.join(library);
    let patch = format!("patch.crates-io.llvm-coverage.path='{}'", library.display());
    assert!(krate.has(&format!("{name}/template/Cargo.toml.liquid")));

    let mut install = krate.command("cargo");
    install.args([
        "install",
        "--debug",
        "--locked",
        "--quiet",
        "--path",
        &name,
        "--root",
        "installed",
        "--config",
        &patch,
    ]);
    // With the workspace's profile, which the package does not have, and so with the dependencies that it has built.
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let profile = manifest[manifest.find("[profile.dev]").unwrap()..].replacen(
        "\"line-tables-only\"",
        "false",
        1,
    );
    krate.write("profile.toml", &profile);
    install.args(["--config", "profile.toml"]);
    install.env("CARGO_BUILD_BUILD_DIR", target);
    if let Some(incremental) = std::env::var_os("CARGO_INCREMENTAL") {
        install.env("CARGO_INCREMENTAL", incremental);
    }
    Output::of(install.arg("--target-dir").arg(target.join("installed"))).ends_with(0);
    fs::remove_dir_all(krate.root.join(&name)).unwrap();

    let fresh = TestCrate::new("fresh");
    let installed = krate.root.join("installed/bin/cargo-itcov");
    Output::of(fresh.command(installed).args(["itcov", "init"])).ends_with(0);
    let twin = TestCrate::scaffolded("fresh");
    for file in [
        "tests/manual_integration.rs",
        "itcov.just",
        "Cargo.toml",
        "justfile",
    ] {
        assert!(fresh.read(file) == twin.read(file), "{file} differs");
    }
}
