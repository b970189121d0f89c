//! What stands around the compiler and around cargo: flags, wrappers, subcommands, toolchains.

use std::env;
use std::path::{Path, PathBuf};

use super::{package, strays};
use crate::support::tools::{self, of_rustc};
use crate::support::{Output, TestCrate};

const LIBRARY: &str =
    "pub fn answer() -> u8 {\n    42\n}\n\npub fn called_by_tests() -> u8 {\n    7\n}\n";

const TEST: &str = r#"#[test]
fn it_answers() {
    assert_eq!(app::called_by_tests(), 7);
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_app"));
    assert!({ program }.status().unwrap().success());
}
"#;

/// One of whose library's functions the program calls, and the tests the other; with a build script.
fn app(configuration: &str) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/lib.rs", LIBRARY);
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", app::answer());\n}\n",
    );
    krate.write("tests/it.rs", TEST);
    krate.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo:rerun-if-env-changed=AGAIN\");\n}\n",
    );
    krate.write(".cargo/config.toml", configuration);
    krate
}

fn script(krate: &TestCrate, name: &str, text: &str) -> String {
    krate.write(name, text);
    Output::of(krate.command("chmod").args(["+x", name])).ends_with(0);
    krate.root.join(name).display().to_string()
}

fn itcov(krate: &TestCrate, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut itcov = krate.command(tools::cargo_itcov());
    itcov.arg("itcov").args(arguments);
    Output::of(itcov.envs(variables.iter().copied())).ends_with(0)
}

/// What the program reaches is counted, and nothing is warned of.
#[track_caller]
fn measures(krate: &TestCrate, output: &Output) {
    let said = format!("{}\n{}", output.stderr, output.stdout);
    assert_eq!(output.lines_of("src/lib.rs"), (3, 6), "{said}");
    assert_eq!(output.lines_of("src/main.rs"), (3, 3), "{said}");
    assert!(!said.contains("warning"), "{said}");
    assert_eq!(strays(krate), [""; 0], "{said}");
}

const TESTS: [&str; 5] = ["exec", "--", "cargo", "test", "--quiet"];

#[test]
fn flags_that_instrument_already_change_nothing() {
    let flags = "-Cinstrument-coverage -C link-dead-code";
    let configuration = "[build]\nrustflags = [\"-C\", \"instrument-coverage\"]\n";
    for (configuration, variables) in [
        ("", &[("RUSTFLAGS", flags), ("AGAIN", "1")][..]),
        (configuration, &[]),
    ] {
        let krate = app(configuration);
        measures(&krate, &itcov(&krate, &["run"], variables));
        // The build script runs in the suite once more.
        let suite = ["exec", "--", "env", "AGAIN=2", "cargo", "test", "--quiet"];
        measures(&krate, &itcov(&krate, &suite, variables));
        let suite = [
            "exec", "--tests", "--", "env", "AGAIN=3", "cargo", "test", "--quiet",
        ];
        let output = itcov(&krate, &suite, variables);
        assert_eq!(output.lines_of("src/lib.rs"), (6, 6));
        assert_eq!(strays(&krate), [""; 0]);
    }
}

const PASSES_ON: &str = "#!/bin/sh\nexec \"$@\"\n";

#[test]
fn a_wrapper_that_is_replaced_is_named_wherever_it_is_set() {
    let krate = app("");
    let wrapper = script(&krate, "wrapper.sh", PASSES_ON);
    let said = format!("RUSTC_WORKSPACE_WRAPPER ({wrapper}) is not called for this build");
    let configuration =
        format!("[build]\nrustc-workspace-wrapper = {wrapper:?}\nrustc-wrapper = {wrapper:?}\n");
    krate.write(".cargo/config.toml", &configuration);
    for scope in ["workspace", "all"] {
        let output = itcov(&krate, &["run", "--scope", scope], &[]);
        measures(&krate, &output.says(&said));
    }
    // An empty one switches that of the configuration off.
    let none = [("RUSTC_WORKSPACE_WRAPPER", ""), ("RUSTC_WRAPPER", "")];
    let output = itcov(&krate, &["run", "--scope", "all"], &none);
    assert!(
        !output.stderr.contains("is not called"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_suite_whose_cargo_calls_another_wrapper_is_told() {
    let krate = app("");
    // As `cargo auditable` does.
    let wrapper = script(&krate, "wrapper.sh", PASSES_ON);
    let variable = format!("RUSTC_WORKSPACE_WRAPPER={wrapper}");
    let suite = ["exec", "--", "env", &variable, "cargo", "run", "--quiet"];
    let output = krate.itcov(&suite).ends_with(1);
    output
        .says("a cargo of the suite has built target/itcov/debug/app without instrumentation")
        .says("`cargo auditable`");
    measures(&krate, &itcov(&krate, &TESTS, &[]));
}

#[test]
fn a_subcommand_that_sets_target_and_linker_builds_measured_programs() {
    let krate = app("");
    let linker = script(&krate, "bin/linker", "#!/bin/sh\nexec cc \"$@\"\n");
    let host = of_rustc("host: ");
    let variable = host.replace('-', "_").to_uppercase();
    let text = format!(
        "#!/bin/sh\nexport CC={linker} CARGO_TARGET_{variable}_LINKER={linker}\n\
         command=$2\nshift 2\nexec \"$CARGO\" \"$command\" --target {host} \"$@\"\n"
    );
    script(&krate, "bin/cargo-elsewhere", &text);
    let script = "PATH=$PWD/bin:$PATH; cargo elsewhere test --quiet";
    let output = itcov(&krate, &["exec", "--", "sh", "-c", script], &[]);
    measures(&krate, &output);
    assert!(krate.has(&format!("target/itcov/{host}/debug/app")));
}

#[test]
fn the_cargo_that_is_named_in_the_environment_builds() {
    let krate = app("");
    let cargo = script(
        &krate,
        "cargo.sh",
        "#!/bin/sh\necho \"$1\" >>\"${0%.sh}.log\"\nexec cargo \"$@\"\n",
    );
    measures(&krate, &itcov(&krate, &["run"], &[("CARGO", &cargo)]));
    assert_eq!(krate.read("cargo.log"), "metadata\nrun\n");
}

#[test]
#[ignore = "needs sccache"]
fn sccache_is_called_and_never_gives_back_what_is_not_measured() {
    let krate = app("");
    let port = crate::support::free_port().to_string();
    let cache = krate.root.join("target/cache").display().to_string();
    let variables = [
        ("SCCACHE_SERVER_PORT", port.as_str()),
        ("SCCACHE_DIR", &cache),
        ("SCCACHE_IDLE_TIMEOUT", "60"),
        ("CARGO_INCREMENTAL", "0"),
    ];
    let by_environment = [&variables[..], &[("RUSTC_WRAPPER", "sccache")]].concat();
    let run = |program: &Path, words: &[&str]| {
        let mut command = krate.command(program);
        command.args(words).envs(by_environment.iter().copied());
        Output::of(&mut command).ends_with(0)
    };
    let forget = || {
        for directory in ["target/debug", "target/itcov"] {
            let _ = std::fs::remove_dir_all(krate.root.join(directory));
        }
    };
    // First the cache has what is not instrumented, then perhaps what is.
    run("cargo".as_ref(), &["build"]);
    for _ in 0..2 {
        forget();
        measures(&krate, &itcov(&krate, &["run"], &by_environment));
        measures(&krate, &itcov(&krate, &TESTS, &by_environment));
    }
    forget();
    run("cargo".as_ref(), &["run"]);
    assert_eq!(strays(&krate), [""; 0]);
    forget();
    krate.write(
        ".cargo/config.toml",
        "[build]\nrustc-wrapper = \"sccache\"\n",
    );
    measures(&krate, &itcov(&krate, &["run"], &variables));
    for _ in 0..2 {
        forget();
        let all = itcov(&krate, &["run", "--scope", "all"], &variables);
        measures(&krate, &all);
    }
    run("sccache".as_ref(), &["--stop-server"]);
}

#[test]
#[ignore = "needs rustup"]
fn the_toolchain_of_the_directory_or_of_the_command_line_builds() {
    let krate = app("");
    // Its cargo, which is not the first where a toolchain's own is.
    let command = krate.command("cargo");
    let mut variables = command.get_envs();
    let path = variables.find_map(|(name, value)| value.filter(|_| name == "PATH"));
    let all: Vec<PathBuf> = env::split_paths(path.unwrap()).collect();
    let first = all.iter().filter(|it| it.join("rustup").is_file()).take(1);
    let path = env::join_paths(first.chain(&all)).unwrap();
    let rustup = |words: &[&str]| {
        let mut command = krate.command(words[0]);
        command
            .args(&words[1..])
            .env_remove("RUSTUP_TOOLCHAIN")
            .env("PATH", &path);
        command
            .env("RUSTUP_AUTO_INSTALL", "0")
            .env("RUST_BACKTRACE", "0");
        Output::of(&mut command)
    };
    let active = rustup(&["rustup", "show", "active-toolchain"]).ends_with(0);
    let name = active.stdout.split_whitespace().next().unwrap().to_owned();
    let with = |channel: &str| {
        let text = format!("[toolchain]\nchannel = \"{channel}\"\n");
        krate.write("rust-toolchain.toml", &text);
    };
    with(&name);
    measures(&krate, &rustup(&["cargo", "itcov", "run"]).ends_with(0));
    with("nobodys");
    for command in [&["cargo", "itcov", "run"][..], &["cargo-itcov", "run"]] {
        rustup(command).ends_with(1).says("toolchain 'nobodys'");
    }
    let doctor = rustup(&["cargo-itcov", "doctor"]).ends_with(1);
    assert!(
        doctor.stdout.contains("type: rustup toolchain install"),
        "{}",
        doctor.stdout
    );
    let plus = format!("+{name}");
    measures(
        &krate,
        &rustup(&["cargo", &plus, "itcov", "run"]).ends_with(0),
    );
}
