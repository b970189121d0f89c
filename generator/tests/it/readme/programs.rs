//! Command line programs, and what is done to a crate at a shell.

use super::{GIT, copy_of, run};
use crate::blocks::{block, page};
use crate::support::TestCrate;

#[test]
fn a_command_line_program_is_measured_as_the_pages_say() {
    let other_machines = page("docs/other-machines.md");
    let exec = block("README.md", "just itcov-exec tests/suite.sh");
    let in_cargo_test = block("README.md", "just itcov-exec cargo test");
    let elsewhere = block("docs/other-machines.md", "just itcov-report");
    let krate = copy_of("wordstat");
    krate.itcov(&["init"]).ends_with(0);
    let as_it_is = block("README.md", "$ cargo itcov exec");
    assert_eq!(
        as_it_is,
        format!("$ {}", exec.replace("just itcov-exec", "cargo itcov exec"))
    );
    let output = run(&krate, &exec).ends_with(0);
    let table = block("README.md", "File ");
    assert!(output.stdout.ends_with(&table), "{}", output.stdout);

    let output = run(&krate, &format!("{GIT}{in_cargo_test}")).ends_with(0);
    assert!(output.lines_of("src/main.rs").0 > 0);
    run(&krate, &block("docs/report.md", "just itcov-report")).ends_with(0);
    assert!(krate.read("lcov.info").contains("SF:"));

    let built = krate.just(&["itcov-build"]).ends_with(0).stdout;
    let program = built.trim();
    for host in ["host-a", "host-b"] {
        let profile = format!("LLVM_PROFILE_FILE={host}/%m%c.profraw");
        assert!(other_machines.contains(&profile.replace(host, "DIR")));
        run(&krate, &format!("{profile} {program} Cargo.toml")).ends_with(0);
    }
    krate.just(&["itcov-clean"]).ends_with(0);
    krate.just(&["itcov-build"]).ends_with(0);
    assert!(run(&krate, &elsewhere).ends_with(0).lines_of("Total").0 > 0);
}

#[test]
fn the_example_s_program_and_suite_run_as_its_page_says() {
    let krate = copy_of("wordstat");
    let printed = run(&krate, &block("examples/wordstat/README.md", "cargo build")).ends_with(0);
    assert_eq!(
        printed.stdout,
        block("examples/wordstat/README.md", "lines 2")
    );
    let suite = block("examples/wordstat/README.md", "tests/suite.sh");
    run(&krate, &suite).ends_with(0).prints("0 failed");
    krate.itcov(&["init"]).ends_with(0);
    let measured = block("examples/wordstat/README.md", "just itcov-exec");
    let output = run(&krate, &measured).ends_with(0);
    assert!(output.lines_of("src/main.rs").0 > 0);
}

#[test]
fn options_go_to_the_recipes_as_the_page_says() {
    let release = block("docs/running.md", "just itcov_options='--release");
    let add = block("docs/running.md", "just itcov_options='--timeout");
    let krate = TestCrate::scaffolded("documented");
    run(&krate, &release).ends_with(0).says("release");
    let output = run(&krate, &add).ends_with(0);
    output.prints("[\"--first\"]").prints("[\"--second\"]");
}

#[test]
fn the_commands_of_the_package_s_page_work() {
    let krate = TestCrate::new("packaged");
    krate.write(
        "tests/starts.rs",
        "#[test]\nfn starts() {\n    let program = env!(\"CARGO_BIN_EXE_packaged\");\n    \
         assert!(std::process::Command::new(program).status().unwrap().success());\n}\n",
    );
    let commands = block("generator/README.md", "cargo itcov run");
    run(&krate, &commands)
        .ends_with(0)
        .prints("[\"--port\", \"8080\"]")
        .prints("Created itcov.just");
    assert!(krate.has("coverage/index.html"));
}
