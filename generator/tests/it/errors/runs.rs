//! Errors of runs: what steers them, the build, and what the program and the suite do.

use std::fs;
use std::net::TcpListener;

use super::page::Section;
use super::{dependencies, suites};
use crate::support::process::signal;
use crate::support::{Running, TestCrate, free_port, tools};

pub fn section() -> Section {
    let mut section = Section::new("run, suite, exec and build");
    settings(&mut section);
    dependencies::add_to(&mut section);
    builds(&mut section);
    let shop = TestCrate::scaffolded("shop");
    ready(&mut section, &shop);
    started(&mut section, &shop);
    at_once(&mut section, &shop);
    suites::add_to(&mut section, &shop);
    section
}

fn settings(section: &mut Section) {
    let shop = TestCrate::new("shop");
    for (case, line) in [
        (
            "The timeout is not a duration",
            "ITCOV_TIMEOUT=soon cargo itcov run",
        ),
        ("The same of an option", "cargo itcov run --grace '10 s'"),
        (
            "The terminal cannot show the live report",
            "cargo itcov run --live=terminal",
        ),
        (
            "The stop signal is another one",
            "cargo itcov run --stop-signal SIGKILL",
        ),
        (
            "The control address is not a loopback address",
            "cargo itcov run --control 0.0.0.0:8099",
        ),
        (
            "The readiness address has no scheme",
            "ITCOV_READY=localhost:8080 cargo itcov suite -- true",
        ),
        (
            "A quote is not closed",
            "cargo itcov suite --args \"--name 'shop\" -- true",
        ),
        (
            "Tests and all dependencies cannot be measured at once",
            "cargo itcov exec --tests --scope all -- cargo test",
        ),
    ] {
        section.usage(&shop, case, line);
    }
    section.ends_with(
        127,
        &shop,
        "There is no such suite",
        "cargo itcov suite -- ./suite.sh",
    );
    section.ends_with(
        127,
        &shop,
        "An option of cargo itcov comes after the recipe's name, or after `--`",
        "cargo itcov exec -- --scenarios cargo nextest run",
    );
    section.ends_with(
        127,
        &shop,
        "A whole command is in quotes",
        "cargo itcov exec 'pytest -q'",
    );
    section.ends_with(
        126,
        &shop,
        "The command is a directory",
        "cargo itcov exec ./src",
    );
    section.usage(
        &shop,
        "A command is meant that there is not",
        "cargo itcov test",
    );
}

fn builds(section: &mut Section) {
    let shop = TestCrate::new("shop");
    shop.write("src/main.rs", "fn main() { none() }\n");
    section.error(
        &shop,
        "The program does not compile (behind what rustc says)",
        "cargo itcov run",
    );
    let shop = TestCrate::scaffolded("shop");
    let harness = shop.read("tests/manual_integration.rs");
    shop.write(
        "tests/manual_integration.rs",
        &(harness + "use serde as _;\n"),
    );
    section.shortened(
        1,
        &shop,
        "The harness uses a crate",
        "cargo itcov run",
        "standard library\n",
    );
}

fn ready(section: &mut Section, shop: &TestCrate) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().port();
    let port = free_port();
    section.show(&taken, "8080");
    section.show(&port, "8081");
    section.error(
        shop,
        "Something else answers where the program is to listen",
        &format!("cargo itcov suite --ready tcp://127.0.0.1:{taken} -- true"),
    );
    section.error(
        shop,
        "The control address is in use",
        &format!("cargo itcov run --control 127.0.0.1:{taken}"),
    );
    let suite = |options: &str| format!("cargo itcov suite {options} -- true");
    section.error(
        shop,
        "The program ends too early",
        &suite(&format!("--args 'fail 3' --ready tcp://127.0.0.1:{port}")),
    );
    section.error(
        shop,
        "The program does not listen where it is waited for",
        &suite(&format!(
            "--args wait --ready tcp://127.0.0.1:{port} --ready-timeout 1s"
        )),
    );
    section.error(
        shop,
        "The program answers with an error, such as that of a login",
        &suite(&format!(
            "--args 'starting 127.0.0.1:{port} forever' --ready http://127.0.0.1:{port}/ --ready-timeout 1s"
        )),
    );
}

fn started(section: &mut Section, shop: &TestCrate) {
    shop.write("suite.sh", "#!/bin/sh\ntrue\n");
    section.ends_with(
        126,
        shop,
        "The suite may not be executed",
        "cargo itcov exec -- ./suite.sh",
    );
    section.error(
        shop,
        "The suite does not start the program",
        "cargo itcov exec -- sh suite.sh",
    );
    section.error(
        shop,
        "The suite fails before it starts the program",
        "cargo itcov exec -- false",
    );
    shop.cargo(&["build", "--quiet"]).ends_with(0);
    section.error(
        shop,
        "The suite starts the ordinary program",
        "cargo itcov exec -- target/debug/shop",
    );
    fs::create_dir(shop.root.join("bin")).unwrap();
    fs::copy(
        shop.root.join("target/debug/shop"),
        shop.root.join("bin/shop"),
    )
    .unwrap();
    section.error(
        shop,
        "The suite starts an installed program",
        "PATH=$PWD/bin:$PATH cargo itcov exec -- shop",
    );
}

/// What is said of another run that goes on.
fn at_once(section: &mut Section, shop: &TestCrate) {
    let mut run = shop.command(tools::cargo_itcov());
    let mut run = Running::start(run.args(["itcov", "run", "--", "wait"]));
    run.expect("waiting\n");
    section.show(&run.id(), "4711");
    section.error(
        shop,
        "Another run goes on, and cannot be told apart",
        "cargo itcov exec --tests -- cargo test",
    );
    section.error(
        shop,
        "The run that is to be added to goes on",
        "cargo itcov run --add",
    );
    section.remark(
        shop,
        "Another run goes on, and each counts its own",
        "cargo itcov run >/dev/null",
    );
    section.remark(
        shop,
        "A run that goes on is not forgotten",
        "cargo itcov clean",
    );
    signal("INT", run.id());
    run.finish().ends_with(0);
    let main = shop.read("src/main.rs");
    shop.write(
        "src/main.rs",
        &main.replace("{arguments:?}", "{arguments:#?}"),
    );
    section.remark(
        shop,
        "The program has changed since the run that is added to",
        "cargo itcov run --add >/dev/null",
    );
}
