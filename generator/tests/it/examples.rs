//! The examples carry what the generator writes, and their suites are measured.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::support::process::program_id;
use crate::support::{Output, Reporter, TestCrate, free_port, get, repository, tools};

#[path = "../../examples/demo/bare.rs"]
pub mod bare;

/// A copy of an example, without the scaffold.
pub fn without_scaffold(name: &str) -> TestCrate {
    let krate = TestCrate::empty();
    bare::copy(&repository().join("examples").join(name), &krate.root).unwrap();
    krate
}

/// Where an ordinary build of `orders-api` and its suite is, which all tests share: a measured build takes from it what is
/// built of the dependencies. The demonstration and the gate build there as well.
pub fn build_of_orders_api() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../demo/target");
        // One after the other, as features are those of what is built together.
        for package in ["orders-api", "orders-suite"] {
            let mut cargo = tools::command("cargo", Reporter::Itcov);
            cargo.args(["build", "--quiet", "--locked", "-p", package]);
            cargo.current_dir(repository().join("examples/orders-api"));
            Output::of(cargo.env("CARGO_TARGET_DIR", &target)).ends_with(0);
        }
        target
    };
    BUILT.get_or_init(build).clone()
}

#[test]
fn the_examples_carry_what_the_generator_writes() {
    for name in ["orders-api", "wordstat"] {
        let krate = without_scaffold(name);
        assert!(!krate.read("Cargo.toml").contains("manual-integration"));
        krate.itcov(&["init"]).ends_with(0);
        for file in [
            "Cargo.toml",
            "itcov.just",
            "justfile",
            "tests/manual_integration.rs",
        ] {
            let committed =
                std::fs::read_to_string(repository().join("examples").join(name).join(file))
                    .unwrap();
            assert!(
                krate.read(file) == committed,
                "examples/{name}/{file} differs from what `cargo itcov init` writes"
            );
        }
    }
}

#[test]
fn the_demonstration_measures_orders_api_from_init_to_the_report() {
    build_of_orders_api();
    let mut demo = tools::command("cargo", Reporter::Itcov);
    // It finds what the tests were built with.
    if let Some(incremental) = std::env::var_os("CARGO_INCREMENTAL") {
        demo.env("CARGO_INCREMENTAL", incremental);
    }
    demo.args(["run", "--quiet", "--example", "demo"])
        .current_dir(repository());
    let target = tools::built().ancestors().nth(2).unwrap();
    let output = Output::of(demo.env("CARGO_TARGET_DIR", target)).ends_with(0);
    assert!(
        output.stdout.contains("14 scenarios, 0 failed"),
        "{}",
        output.stdout
    );
    assert_eq!(output.lines_of("crates/orders/src/refunds.rs").0, 0);
    assert!(output.lines_of("crates/orders/src/refunds.rs").1 > 0);
    assert!(output.lines_of("src/routes.rs").0 > 0);
    assert!(
        !output.stdout.contains(".cargo"),
        "code of a dependency is in the report:\n{}",
        output.stdout
    );
    assert!(
        !output.stdout.contains("suite/src"),
        "the suite is in the report:\n{}",
        output.stdout
    );
}

#[test]
fn orders_api_is_used_by_hand_at_a_terminal_and_stops_gracefully() {
    let krate = without_scaffold("orders-api");
    krate.itcov(&["init"]).ends_with(0);
    let build = build_of_orders_api();
    let port = free_port();
    let terminal = krate.terminal(&[("CARGO_BUILD_BUILD_DIR", build.to_str().unwrap())]);
    terminal.enter(&format!(
        "just itcov --listen 127.0.0.1:{port}; echo status=$?="
    ));
    terminal.expect(&format!("listening on 127.0.0.1:{port}"));
    assert_eq!(get(port, "/orders?customer=Ada"), "[]");
    let program = program_id(&terminal.screen());
    terminal.interrupt();
    terminal.expect("status=0=");
    let screen = terminal.screen();
    assert!(
        screen.contains("stopped\r\n") && screen.contains("Total"),
        "{screen}"
    );
    assert!(!screen.contains("error:"), "{screen}");
    assert!(!crate::support::process::is_alive(program));
}

#[test]
fn wordstat_is_measured_by_a_suite_that_starts_it_many_times() {
    let krate = without_scaffold("wordstat");
    krate.itcov(&["init"]).ends_with(0);
    let output = krate
        .just(&["itcov-exec", "tests/suite.sh"])
        .ends_with(0)
        .prints("25 cases, 0 failed");
    let (covered, all) = output.lines_of("Total");
    assert!(covered > all / 2 && covered < all, "{}", output.stdout);
    let profiles = "find target/itcov/.checkouts -name '*.itcov' | wc -l";
    let profiles = Output::of(krate.command("sh").args(["-c", profiles]));
    assert_eq!(profiles.stdout, "1\n", "one profile for all processes");
}
