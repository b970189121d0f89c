//! Makes a module of the template's harness: the tool is the harness itself of a crate that has it unedited, or none.

use std::path::Path;
use std::{env, fs};

const TEMPLATE: &str = "template/tests/manual_integration.rs";

fn main() {
    println!("cargo::rerun-if-changed={TEMPLATE}");
    let text = fs::read_to_string(TEMPLATE).expect("the package has the template");
    // What stands at the beginning of a file is nothing for a module.
    let is_of_module = |line: &&str| !line.starts_with("//!") && !line.starts_with("#![");
    let lines: Vec<&str> = text.lines().filter(is_of_module).collect();
    let module = lines
        .join("\n")
        .replace("\nfn main() {", "\npub fn main() {")
        .replace("{{ unsafe_extern }}", "unsafe extern \"C\"")
        // The tool names the program in a variable.
        .replace("env!(\"CARGO_BIN_EXE_{{ bin }}\")", "\"\"");
    let directory = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&directory).join("harness.rs"), module).expect("it can be written");
}
