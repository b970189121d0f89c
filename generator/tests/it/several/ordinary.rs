//! Programs and plugins of other packages that come from an ordinary build: that it is said, and what is said to do.

use std::fs;

use super::member;
use crate::support::{Output, TestCrate};

/// Loads the files whose names have a dot, and starts the others.
const HOST: &str = r#"use std::ffi::{CString, c_char, c_void};

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: i32) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

fn main() {
    for file in std::env::args().skip(1) {
        if !file.contains(".so") {
            assert!(std::process::Command::new(file).status().unwrap().success());
            continue;
        }
        let file = CString::new(file).unwrap();
        let function = unsafe { dlsym(dlopen(file.as_ptr(), 2), c"plug".as_ptr()) };
        let function: extern "C" fn() = unsafe { std::mem::transmute(function) };
        function();
    }
}
"#;

const PLUGIN: &str =
    "#[unsafe(no_mangle)]\npub extern \"C\" fn plug() {\n    println!(\"plugged\");\n}\n";

/// A program, another one that it starts, and plugins that it loads: one is a `cdylib`, one a `dylib`. All are built.
pub fn host() -> TestCrate {
    let krate = TestCrate::empty();
    let members = "[\"host\", \"helper\", \"plugin\", \"rusty\"]";
    krate.write(
        "Cargo.toml",
        &format!("[workspace]\nmembers = {members}\nresolver = \"3\"\n"),
    );
    member(&krate, "host", "");
    krate.write("host/src/main.rs", HOST);
    member(&krate, "helper", "");
    krate.write(
        "helper/src/main.rs",
        "fn main() {\n    println!(\"helped\");\n}\n",
    );
    for (package, kind) in [("plugin", "cdylib"), ("rusty", "dylib")] {
        let library = format!("\n[lib]\ncrate-type = [\"{kind}\"]\n");
        member(&krate, package, &library);
        krate.write(&format!("{package}/src/lib.rs"), PLUGIN);
    }
    krate.cargo(&["build", "--workspace"]).ends_with(0);
    krate
}

const ALONG: [(&str, &str); 3] = [
    ("helper", "helper"),
    ("plugin", "libplugin.so"),
    ("rusty", "librusty.so"),
];

/// The program is given the words, by each of the commands.
fn by_each_command(krate: &TestCrate, options: &[&str], words: &str) -> Vec<Output> {
    let host = [&["-p", "host"], options].concat();
    let words: Vec<&str> = words.split_whitespace().collect();
    let run = [&["run"], &host[..], &["--"], &words].concat();
    let script = format!("\"$ITCOV_BIN\" {}", words.join(" "));
    let exec = [&["exec"], &host[..], &["--", "sh", "-c", &script]].concat();
    let mut all = vec![krate.itcov(&run), krate.itcov(&exec)];
    // A suite that starts the helper beside the program.
    if !words[0].contains(".so") {
        let suite = [&["suite"], &host[..], &["--args", "true", "--"], &words].concat();
        all.push(krate.itcov(&suite));
    }
    all.into_iter().map(|it| it.ends_with(0)).collect()
}

#[test]
fn what_is_started_or_loaded_of_another_package_is_said() {
    let krate = host();
    for (package, file) in ALONG {
        let ordinary = format!("target/debug/{file}");
        let said = format!("{ordinary}, which is not instrumented: ");
        let along = format!("; `--with {package}` measures it along\n");
        for output in by_each_command(&krate, &[], &ordinary) {
            output.says("opened").says(&said).says(&along);
        }
        let idle =
            format!("built along, but neither started nor loaded: target/itcov/debug/{file}\n");
        for output in by_each_command(&krate, &["--with", package], &ordinary) {
            let output = output.says("opened").says(&said).says(&idle);
            let is_named = output.stderr.contains(&format!(
                "; the measured one is target/itcov/debug/{file}\n"
            ));
            let beside = format!("\"${{ITCOV_BIN%/*}}/{file}\", or have a link");
            assert!(
                is_named || output.stderr.contains(&beside),
                "{}",
                output.stderr
            );
            assert!(
                !output.stderr.contains("CARGO_BIN_EXE"),
                "{}",
                output.stderr
            );
        }
        // As it is said to do.
        for output in by_each_command(
            &krate,
            &["--with", package],
            &format!("target/itcov/debug/{file}"),
        ) {
            assert!(!output.stderr.contains("opened"), "{}", output.stderr);
            assert!(
                !output.stderr.contains("built along, but"),
                "{}",
                output.stderr
            );
            let source = if file == package { "main" } else { "lib" };
            assert_eq!(
                output.lines_of(&format!("{package}/src/{source}.rs")),
                (3, 3)
            );
        }
    }
    let both = "target/debug/libplugin.so target/debug/helper";
    krate
        .itcov(&["run", "-p", "host", "--", "target/debug/libplugin.so", "target/debug/helper"])
        .ends_with(0)
        .says("target/debug/helper and target/debug/libplugin.so, which are not instrumented: what they did does not count; \
               `--with helper,plugin` measures them along\n");
    let link = "ln -sf \"${ITCOV_BIN%/*}/libplugin.so\" target/debug/libplugin.so; \
                ln -sf \"${ITCOV_BIN%/*}/helper\" target/debug/helper";
    let script = format!("{link}; \"$ITCOV_BIN\" {both}");
    let linked = krate.itcov(&[
        "exec",
        "-p",
        "host",
        "--with",
        "helper,plugin",
        "--",
        "sh",
        "-c",
        &script,
    ]);
    let linked = linked.ends_with(0);
    assert!(!linked.stderr.contains("opened"), "{}", linked.stderr);
    assert_eq!(linked.lines_of("plugin/src/lib.rs"), (3, 3));
}

/// A program that the measured build has not made, as a feature was off.
#[test]
fn a_program_that_requires_a_feature_is_not_measured_by_its_package_alone() {
    let krate = host();
    let manifest = krate.read("helper/Cargo.toml");
    let bin = "[[bin]]\nname = \"helper\"\npath = \"src/main.rs\"\nrequired-features = [\"on\"]\n";
    let manifest = format!("{manifest}\n[features]\non = []\n\n{bin}");
    krate.write("helper/Cargo.toml", &manifest);
    let start = ["--", "target/debug/helper"];
    krate
        .itcov(&[&["run", "-p", "host", "--with", "helper"], &start[..]].concat())
        .ends_with(0)
        .says("what it did does not count; --features has to turn on what it requires\n");
}

/// To watch each takes a descriptor, unless there are too many.
#[test]
fn many_programs_take_no_descriptors_that_the_run_needs() {
    let krate = host();
    let helper = krate.root.join("target/debug/helper");
    let mut manifest = vec![krate.read("helper/Cargo.toml")];
    for name in (0..40).map(|number| format!("helper-{number}")) {
        fs::copy(&helper, helper.with_file_name(&name)).unwrap();
        manifest.push(format!(
            "[[bin]]\nname = \"{name}\"\npath = \"src/main.rs\"\n"
        ));
    }
    krate.write("helper/Cargo.toml", &manifest.join("\n"));
    krate
        .sh("ulimit -n 32; cargo itcov run -p host -- target/debug/helper-39")
        .ends_with(0)
        .says("target/debug/helper-39, which is not instrumented");
}

/// cargo opens what it finds fresh, and links with what it does not.
#[test]
fn a_build_of_the_workspace_is_no_use_of_what_it_finds_built() {
    let krate = host();
    let script = "cargo build --workspace --target-dir target; touch host/src/main.rs; \
                  cargo build --workspace --target-dir target; \"$ITCOV_BIN\"";
    let output = krate.itcov(&["exec", "-p", "host", "--", "sh", "-c", script]);
    let output = output.ends_with(0);
    assert!(!output.stderr.contains("opened"), "{}", output.stderr);
}

/// A library that programs are linked with is read by their builds.
#[test]
fn a_build_reads_the_libraries_that_it_links() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"host\", \"along\"]\nresolver = \"3\"\n",
    );
    member(&krate, "along", "\n[lib]\ncrate-type = [\"dylib\"]\n");
    krate.write("along/src/lib.rs", "pub fn along() -> u32 {\n    1\n}\n");
    member(
        &krate,
        "host",
        "\n[dependencies]\nalong.path = \"../along\"\n",
    );
    krate.write(
        "host/src/main.rs",
        "fn main() {\n    println!(\"{}\", along::along());\n}\n",
    );
    krate.cargo(&["build", "-p", "host"]).ends_with(0);
    let script =
        "touch host/src/main.rs; cargo build -p host --target-dir target; cargo run -p host";
    let output = krate.itcov(&["exec", "-p", "host", "--", "sh", "-c", script]);
    let output = output.ends_with(0);
    assert!(!output.stderr.contains("opened"), "{}", output.stderr);
}
