//! Services: started, asked, killed and stopped as the pages say.

use super::{GIT, copy_of, run, with_free_ports};
use crate::blocks::{block, page};
use crate::examples::build_of_orders_api;
use crate::support::process::signal;
use crate::support::{Output, Running, TestCrate, free_port};

/// A workspace of two services and a command line program that share a library, with a suite that starts the programs that it is given.
fn services() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"api\", \"worker\", \"cli\", \"shared\"]\nresolver = \"3\"\n",
    );
    let package = |name: &str, rest: &str| {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}"
        );
        krate.write(&format!("{name}/Cargo.toml"), &manifest);
    };
    package("shared", "");
    krate.write(
        "shared/src/lib.rs",
        include_str!("../../fixtures/services.rs"),
    );
    for name in ["api", "worker", "cli"] {
        package(name, "[dependencies]\nshared.path = \"../shared\"\n");
        let main = format!("fn main() {{\n    shared::run(\"{name}\")\n}}\n");
        krate.write(&format!("{name}/src/main.rs"), &main);
    }
    krate.write(
        "suite.sh",
        "#!/bin/sh\necho the suite\n${ITCOV_BIN_api:-:}\n${ITCOV_BIN_worker:-:}\n",
    );
    Output::of(krate.command("chmod").args(["+x", "suite.sh"])).ends_with(0);
    krate.itcov(&["init", "--workspace"]).ends_with(0);
    krate
}

#[test]
fn a_service_is_measured_as_the_readme_says_also_in_a_pipeline() {
    let init = block("README.md", "cargo itcov init");
    let suite = with_free_ports(&block("README.md", "export ITCOV_ARGS="));
    let report = block("README.md", "just itcov-report");
    let address = suite
        .split_once("'--listen ")
        .and_then(|(_, rest)| rest.split(' ').next());
    let address = address.unwrap();
    let krate = copy_of("orders-api");
    let target = build_of_orders_api();
    let variables = format!(
        "export CARGO_TARGET_DIR={} ORDERS_URL=http://{address} GITHUB_STEP_SUMMARY=summary.md\n",
        target.display()
    );
    let script = format!("{variables}{init}{suite}{report}");
    run(&krate, &script)
        .ends_with(0)
        .prints("14 scenarios, 0 failed");
    assert!(krate.read("target/lcov.info").contains("refunds.rs"));
    // The last line has forgotten the run.
    run(&krate, &format!("{variables}just itcov-report")).ends_with(1);

    let yaml = block("README.md", "steps:");
    let steps = yaml.lines().filter_map(|line| line.split_once("- run: "));
    let steps: Vec<_> = steps.map(|(_, step)| step).collect();
    assert_eq!(steps.len(), 5);
    let (exports, _) = suite.split_once("just ").unwrap();
    let script = format!("{GIT}{variables}{exports}{}", steps.join("\n"));
    run(&krate, &script).ends_with(0);
    assert!(krate.read("summary.md").contains("<!-- itcov -->"));
    assert!(krate.has("coverage/index.html"));
}

#[test]
fn the_example_s_service_and_suite_run_as_its_page_says() {
    let krate = copy_of("orders-api");
    let (first, second) = (free_port().to_string(), free_port().to_string());
    let target = build_of_orders_api();
    let of = |beginning: &str| format!("export CARGO_TARGET_DIR={}\n{beginning}", target.display());
    let service = block("examples/orders-api/README.md", "cargo run");
    let service = format!("exec {}", service.replace("8080", &first));
    let mut shell = krate.command("sh");
    let mut running = Running::start(shell.args(["-euc", &of(&service)]));
    running.expect(&format!("listening on 127.0.0.1:{first}"));
    let suite = block("examples/orders-api/README.md", "ORDERS_URL=");
    let passed = "14 scenarios, 0 failed";
    run(&krate, &of(&suite.replace("8080", &first)))
        .ends_with(0)
        .prints(passed);
    signal("INT", running.id());
    running.finish().ends_with(0);
    krate.itcov(&["init"]).ends_with(0);
    // The page's port is the service's and the suite's own.
    let measured = block("examples/orders-api/README.md", "ITCOV_READY=");
    let elsewhere = format!(
        "export ITCOV_ARGS='--listen 127.0.0.1:{second}' ORDERS_URL=http://127.0.0.1:{second}\n{}",
        measured.replace("8080", &second)
    );
    run(&krate, &of(&elsewhere)).ends_with(0).prints(passed);
}

/// What the test of the README asks.
const ASK: &str = r#"
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

fn ask_until_it_answers(path: &str) -> String {
    for _ in 0..1000 {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let Ok(mut stream) = TcpStream::connect("127.0.0.1:PORT") else { continue };
        // In one piece: the server answers what it has read first.
        stream.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        return answer;
    }
    panic!("no answer");
}

"#;

const GREETER: &str = r#"
use std::io::{Read, Write};

fn main() {
    let listener = std::net::TcpListener::bind("127.0.0.1:PORT").unwrap();
    for stream in listener.incoming() {
        greet(&mut stream.unwrap());
    }
}

fn greet(stream: &mut std::net::TcpStream) {
    let _ = stream.read(&mut [0; 1024]);
    let _ = stream.write_all(b"hello");
}
"#;

#[test]
fn a_server_that_a_test_kills_is_measured_as_the_page_says() {
    let port = free_port().to_string();
    let krate = TestCrate::new("my-service");
    krate.write("src/main.rs", &GREETER.replace("PORT", &port));
    let test = ASK.replace("PORT", &port) + &block("docs/exec.md", "#[test]");
    krate.write("tests/server.rs", &test);
    krate.itcov(&["init"]).ends_with(0);
    let output = run(&krate, &block("README.md", "just itcov-exec cargo test")).ends_with(0);
    let (covered, all) = output.lines_of("src/main.rs");
    // The test may kill the server before it comes to the end of a function.
    assert!(covered + 2 >= all && covered > 5, "{}", output.stdout);
}

#[test]
fn several_programs_are_measured_as_the_pages_say() {
    let krate = services();
    let suite = with_free_ports(&block("README.md", "export ITCOV_ARGS_api="));
    let output = run(&krate, &suite).ends_with(0).prints("the suite\n");
    for program in ["api", "worker"] {
        assert!(output.lines_of(&format!("{program}/src/main.rs")).0 > 0);
    }
    let (exports, _) = suite.split_once("just ").unwrap();
    let output = run(
        &krate,
        &format!(
            "{exports}{}",
            block("docs/several-programs.md", "just itcov_options=")
        ),
    )
    .ends_with(0);
    assert_eq!(output.stdout.matches("the suite\n").count(), 3);
    let output = run(
        &krate,
        &block("docs/several-programs.md", "just itcov-report"),
    )
    .ends_with(0);
    assert!(output.lines_of("api/src/main.rs").0 > 0);
    assert!(output.lines_of("worker/src/main.rs").0 > 0);
}

#[test]
fn a_script_starts_several_programs_as_the_page_says() {
    let krate = services();
    let page = page("docs/several-programs.md");
    let line = "just itcov_options='-p api -p cli' itcov-exec sh both.sh";
    assert!(page.contains(&format!("`{line}`")));
    krate.write("both.sh", &block("docs/several-programs.md", "# both.sh"));
    let output = run(&krate, line).ends_with(0);
    assert!(output.lines_of("cli/src/main.rs").0 > 0);
}

#[test]
#[ignore = "needs curl"]
fn a_run_is_stopped_by_curl_as_the_page_says() {
    let stop = block("docs/control-address.md", "curl");
    let krate = TestCrate::scaffolded("stopped");
    let suite = format!("{stop}sleep 100");
    let variables = [("ITCOV_ARGS", "wait")];
    krate
        .just_with(&["itcov-suite", "sh", "-c", &suite], &variables)
        .ends_with(130)
        .says("POST /stop has come");
}
