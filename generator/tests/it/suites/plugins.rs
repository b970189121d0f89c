//! Plugins that the suite's cargo builds itself, and the program loads.

use crate::build::{package, strays};
use crate::support::TestCrate;

const PROGRAM: &str = r#"use std::ffi::{CString, c_char, c_void};

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: i32) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

fn main() {
    for file in std::env::args().skip(1) {
        let handle = unsafe { dlopen(CString::new(file).unwrap().as_ptr(), 2) };
        let twice = unsafe { dlsym(handle, c"twice".as_ptr()) };
        let twice: extern "C" fn(i32) -> i32 = unsafe { std::mem::transmute(twice) };
        assert_eq!(twice(21), 42);
    }
}
"#;

const PLUGIN: &str =
    "#[unsafe(no_mangle)]\npub extern \"C\" fn twice(number: i32) -> i32 {\n    number * 2\n}\n";

const TEST: &str = r#"use std::process::Command;

#[test]
fn it_loads_plugins() {
    let mut cargo = Command::new(env!("CARGO"));
    assert!(cargo.args(["build", "--workspace"]).status().unwrap().success());
    let app = std::path::Path::new(env!("CARGO_BIN_EXE_app"));
    let files = ["libplug.so", "libeither.so"].map(|name| app.with_file_name(name));
    assert!(Command::new(app).args(files).status().unwrap().success());
}
"#;

/// A program, its plugins, one of which is a library of Rust as well, and a package without code.
fn program() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"plug\", \"either\", \"empty\"]\nresolver = \"3\"\n",
    );
    krate.write("app/Cargo.toml", &package("app", ""));
    krate.write("app/src/main.rs", PROGRAM);
    krate.write("app/tests/loads.rs", TEST);
    for (plugin, types) in [
        ("plug", "[\"cdylib\"]"),
        ("either", "[\"cdylib\", \"rlib\"]"),
        ("empty", "[\"lib\"]"),
    ] {
        let library = format!("[lib]\ncrate-type = {types}\n");
        krate.write(&format!("{plugin}/Cargo.toml"), &package(plugin, &library));
        let text = if plugin == "empty" { "" } else { PLUGIN };
        krate.write(&format!("{plugin}/src/lib.rs"), text);
    }
    krate
}

#[test]
fn a_plugin_that_the_suite_builds_is_named_and_measured_if_it_is_built_along() {
    let krate = program();
    let test = ["--", "cargo", "test", "--quiet"];
    let said = |name: &str| {
        format!(
            "a shared library of {name} has run, which is not measured; `--with {name}` measures it along"
        )
    };
    let output = krate.itcov(&[&["exec"][..], &test].concat()).ends_with(0);
    let output = output.says(&said("plug")).says(&said("either"));
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    assert_eq!(output.lines_of("Total"), output.lines_of("app/src/main.rs"));
    let with = ["exec", "--with", "plug"];
    let output = krate.itcov(&[&with[..], &test].concat()).ends_with(0);
    assert!(!output.stderr.contains(&said("plug")), "{}", output.stderr);
    let output = output.says(&said("either"));
    assert_eq!(output.lines_of("plug/src/lib.rs"), (3, 3));
    let with = ["exec", "--with", "plug,either"];
    let output = krate.itcov(&[&with[..], &test].concat()).ends_with(0);
    assert!(!output.stderr.contains("not measured"), "{}", output.stderr);
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    for plugin in ["plug", "either"] {
        assert_eq!(output.lines_of(&format!("{plugin}/src/lib.rs")), (3, 3));
    }
    assert_eq!(strays(&krate), [""; 0]);
}
