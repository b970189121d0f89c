//! Which program has reached a line of a library that several use: linked into each, loaded with each, or loaded by each.

use std::fs;

use serde_json::Value;

use super::member;
use crate::denominator::source_lines::SourceLines;
use crate::support::{Output, TestCrate, stdout, tools};

/// What each of the libraries has: lines 1 to 3 are for one program, 5 to 7 for the other.
const LIBRARY: &str = "\
pub fn of_api() -> u32 {
    1
}

pub fn of_worker() -> u32 {
    2
}
";

/// Calls a function of the plugin beside the program.
const LOAD: &str = r#"use std::ffi::{CString, c_char, c_void};

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: i32) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

pub fn plugin(name: &str) -> u32 {
    let file = std::env::current_exe().unwrap().with_file_name("libplugin.so");
    let file = CString::new(file.display().to_string()).unwrap();
    let name = CString::new(name).unwrap();
    let function = unsafe { dlsym(dlopen(file.as_ptr(), 2), name.as_ptr()) };
    let function: extern "C" fn() -> u32 = unsafe { std::mem::transmute(function) };
    function()
}
"#;

const LIBRARIES: [&str; 3] = ["linked", "along", "plugin"];

/// Two programs, one of which starts the other if it has an argument, and the libraries.
fn programs() -> TestCrate {
    let krate = TestCrate::empty();
    let members = "[\"api\", \"worker\", \"linked\", \"along\", \"plugin\", \"load\"]";
    let workspace = format!("[workspace]\nmembers = {members}\nresolver = \"3\"\n");
    krate.write("Cargo.toml", &workspace);
    member(&krate, "linked", "");
    member(&krate, "load", "");
    member(&krate, "along", "\n[lib]\ncrate-type = [\"dylib\"]\n");
    member(&krate, "plugin", "\n[lib]\ncrate-type = [\"cdylib\"]\n");
    let exported = "#[unsafe(no_mangle)] pub extern \"C\" fn";
    let plugin = LIBRARY.replace("pub fn", exported);
    for (library, text) in LIBRARIES.into_iter().zip([LIBRARY, LIBRARY, &plugin]) {
        krate.write(&format!("{library}/src/lib.rs"), text);
    }
    krate.write("load/src/lib.rs", LOAD);
    for package in ["api", "worker"] {
        let paths = ["linked", "along", "load"].map(|it| format!("{it}.path = \"../{it}\"\n"));
        let dependencies = format!("\n[dependencies]\n{}", paths.concat());
        member(&krate, package, &dependencies);
        let function = format!("of_{package}");
        let main = format!(
            "fn main() {{
    let found = [linked::{function}(), along::{function}(), load::plugin(\"{function}\")];
    println!(\"{package} {{found:?}}\");
    if std::env::args().len() > 1 {{
        let worker = std::env::current_exe().unwrap().with_file_name(\"worker\");
        assert!(std::process::Command::new(worker).status().unwrap().success());
    }}
}}
"
        );
        krate.write(&format!("{package}/src/main.rs"), &main);
    }
    krate
}

/// Of a report on some programs, how often the functions of each library ran: that of one program, and of the other.
#[track_caller]
fn assert_ran(krate: &TestCrate, options: &[&str], api: u64, worker: u64) {
    let report = [&["report", "--lcov", "-"], options].concat();
    let report = krate.itcov(&report).ends_with(0);
    assert_eq!(report.stderr, "", "{options:?}");
    let lines = SourceLines::of(&report.stdout);
    for library in LIBRARIES {
        let count = |line| lines.count(&format!("{library}/src/lib.rs"), line);
        let counts = [count(2), count(6)];
        assert_eq!(counts, [Some(api), Some(worker)], "{library} {options:?}");
    }
}

#[test]
fn a_report_on_one_program_has_what_it_reached_of_the_libraries_that_it_shares() {
    let krate = programs();
    let itcov = |arguments: &[&str], argument: &str| {
        let mut command = krate.command(tools::cargo_itcov());
        command.args(
            [
                &[arguments[0], "-p", "api,worker", "--with", "plugin"],
                &arguments[1..],
            ]
            .concat(),
        );
        let said = Output::of(command.env("ITCOV_ARGS_api", argument)).ends_with(0);
        said.prints("api [1, 1, 1]\n").prints("worker [2, 2, 2]\n")
    };
    // Each from a process of its own.
    itcov(&["run"], "");
    assert_ran(&krate, &[], 1, 1);
    assert_ran(&krate, &["--bin", "api"], 1, 0);
    assert_ran(&krate, &["-p", "worker"], 0, 1);
    assert_ran(&krate, &["--bin", "api,worker"], 1, 1);
    every_format_has_what_the_api_reached(&krate);

    // One is started by the other, too, and has its environment.
    itcov(&["run"], "worker");
    assert_ran(&krate, &[], 1, 2);
    assert_ran(&krate, &["--bin", "api"], 1, 0);
    assert_ran(&krate, &["--bin", "worker"], 0, 2);

    // All have that of the suite, or none that says where the profile goes.
    let suite = "\"$ITCOV_BIN_api\"; unset LLVM_PROFILE_FILE; \"$ITCOV_BIN_api\" worker";
    itcov(&["exec", "--", "sh", "-c", suite], "");
    assert_ran(&krate, &[], 2, 1);
    assert_ran(&krate, &["--bin", "api"], 2, 0);
    assert_ran(&krate, &["--bin", "worker"], 0, 1);

    // What ran elsewhere is in one directory.
    let elsewhere = tempfile::tempdir().unwrap();
    let brought = elsewhere.path().to_str().unwrap();
    let standard = stdout(krate.command("rustc").args(["--print", "target-libdir"]));
    let libraries = format!("target/itcov/debug:{}", standard.trim());
    let mut api = krate.command("target/itcov/debug/api");
    api.env("LLVM_PROFILE_FILE", format!("{brought}/%m%c.profraw"))
        .env("LD_LIBRARY_PATH", libraries);
    Output::of(api.arg("worker")).ends_with(0);
    assert_ran(&krate, &["--profiles", brought], 1, 1);
    assert_ran(&krate, &["--bin", "api", "--profiles", brought], 1, 0);
    assert_ran(&krate, &["--bin", "worker", "--profiles", brought], 0, 1);
}

fn every_format_has_what_the_api_reached(krate: &TestCrate) {
    let report = |arguments: &[&str]| {
        let report = [&["report", "--bin", "api"], arguments].concat();
        krate.itcov(&report).ends_with(0)
    };
    let table = report(&["--html", "pages"]);
    let markdown = report(&["--markdown", "-"]).stdout;
    let cobertura = report(&["--cobertura", "-"]).stdout;
    let [json, codecov] = ["--json", "--codecov"]
        .map(|format| -> Value { serde_json::from_str(&report(&[format, "-"]).stdout).unwrap() });
    for library in LIBRARIES {
        let file = format!("{library}/src/lib.rs");
        assert_eq!(table.lines_of(&file), (3, 6));
        let row = format!("| `{file}` | 50.00% (3/6) |");
        assert!(markdown.contains(&row), "{row} is not in\n{markdown}");
        let page = format!("pages/pages/{library}.src.lib.rs.html");
        let page = fs::read_to_string(krate.root.join(page)).unwrap();
        assert!(
            page.contains("<b>50.00%</b> <small>3 of 6</small>"),
            "{page}"
        );
        let expected = serde_json::json!({"1": 1, "2": 1, "3": 1, "5": 0, "6": 0, "7": 0});
        assert_eq!(codecov["coverage"][&file], expected);
        let class = format!("filename=\"{file}\" line-rate=\"0.5\" ");
        assert!(cobertura.contains(&class), "{class} is not in\n{cobertura}");
        let mut files = json["data"][0]["files"].as_array().unwrap().iter();
        let path = krate.root.join(&file);
        let found = files.find(|it| it["filename"].as_str() == path.to_str());
        let lines = &found.unwrap()["summary"]["lines"];
        assert_eq!((&lines["covered"], &lines["count"]), (&3.into(), &6.into()));
    }
}
