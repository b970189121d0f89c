//! The main job, shown on a real service: a fresh copy of `examples/orders-api` without the harness gets it, is built
//! instrumented and run, its integration suite makes its requests and looks at the database, and the report follows.
//!
//! Needs cargo and a C compiler (for `SQLite`).

mod bare;

use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match demonstrate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn demonstrate() -> Result<(), Failure> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize()?;
    // <target>/debug/examples/demo
    let built = env::current_exe()?
        .ancestors()
        .nth(2)
        .ok_or("a program has a directory")?
        .to_owned();
    let demo = built.with_file_name("demo");
    let krate = demo.join("orders-api");

    step("Building cargo itcov");
    // Of the same dependencies as this example, which are built.
    let arguments = ["build", "--bins", "--example", "demo"];
    run(Command::new("cargo")
        .args(arguments)
        .current_dir(&repository))?;
    let path = tool_first(&demo, &built)?;

    step(&format!(
        "A fresh copy of examples/orders-api, without the harness: {}",
        krate.display()
    ));
    if krate.exists() {
        fs::remove_dir_all(&krate)?;
    }
    bare::copy(&repository.join("examples/orders-api"), &krate)?;

    // The port may be in use on this machine, so any free one is taken.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let variables = [
        ("ITCOV_ARGS", format!("--listen {address} --db orders.db")),
        ("ITCOV_READY", format!("http://{address}/health")),
        ("ORDERS_URL", format!("http://{address}")),
    ];
    let in_crate = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&krate)
            .env("PATH", &path);
        // What is built for a demonstration serves the next one.
        command.env("CARGO_TARGET_DIR", demo.join("target"));
        command
    };
    step("$ cargo itcov init");
    run(&mut in_crate("cargo", &["itcov", "init"]))?;

    for (name, value) in &variables {
        step(&format!("$ export {name}='{value}'"));
    }
    step(
        "$ cargo itcov suite -- cargo run -p orders-suite    # the same as: just itcov-suite cargo run -p orders-suite",
    );
    let suite = [
        "itcov",
        "suite",
        "--",
        "cargo",
        "run",
        "--quiet",
        "-p",
        "orders-suite",
    ];
    run(in_crate("cargo", &suite).envs(variables))?;
    for words in [&["scenarios"][..], &["scenarios", "--smallest"]] {
        step(&format!("$ cargo itcov {}", words.join(" ")));
        // As at a terminal, wherever it is shown.
        let table = [words, &["--format", "table"]].concat();
        run(in_crate("cargo", &["itcov"]).args(table))?;
    }
    step("$ cargo itcov report --html coverage");
    let mut pages = in_crate("cargo", &["itcov", "report", "--html", "coverage"]);
    // The table is above.
    run(pages.stdout(Stdio::null()))?;
    step(&format!(
        "Done. Look at file://{}",
        krate.join("coverage/index.html").display()
    ));
    Ok(())
}

/// A PATH on which `cargo itcov` is that of this build.
fn tool_first(demo: &Path, built: &Path) -> Result<std::ffi::OsString, Failure> {
    let directory = demo.join("bin");
    fs::create_dir_all(&directory)?;
    let link = directory.join("cargo-itcov");
    if fs::symlink_metadata(&link).is_ok() {
        fs::remove_file(&link)?;
    }
    symlink(built.join("cargo-itcov"), link)?;
    let rest = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(
        std::iter::once(directory).chain(env::split_paths(&rest)),
    )?)
}

fn step(text: &str) {
    println!("\n==> {text}");
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", command.get_program().display()).into())
    }
}
