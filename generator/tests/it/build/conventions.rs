//! What other tools have taught people to expect: `cfg(coverage)`, and sources under the names that they have on disk.

use super::package;
use crate::support::TestCrate;
use crate::support::repository::Git;

#[test]
fn cfg_coverage_is_set_as_cargo_llvm_cov_sets_it_unless_it_is_declined() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("marked", ""));
    krate.write(
        "src/main.rs",
        "#[cfg_attr(coverage_nightly, feature(coverage_attribute))]\n\
         fn main() {\n    println!(\"{} {}\", cfg!(coverage), cfg!(coverage_nightly));\n}\n",
    );
    let run = |options: &[&str]| krate.itcov(&[&["run"], options].concat()).ends_with(0);
    let output = run(&[]).prints("true false\n");
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    run(&["--no-cfg-coverage"]).prints("false false\n");
    krate.cargo(&["run"]).ends_with(0).prints("false false\n");
    // As a nightly compiler would have it.
    let mut nightly = krate.command(crate::support::tools::cargo_itcov());
    nightly.args(["itcov", "run"]).env("RUSTC_BOOTSTRAP", "1");
    crate::support::Output::of(&mut nightly)
        .ends_with(0)
        .prints("true true\n");
}

#[test]
fn what_is_marked_with_coverage_off_is_not_in_the_report() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("marked", ""));
    krate.write(
        "src/lib.rs",
        "#![cfg_attr(coverage_nightly, feature(coverage_attribute))]\n\
         pub fn one() -> u8 {\n    1\n}\n\
         #[cfg_attr(coverage_nightly, coverage(off))]\npub fn linked() -> u8 {\n    2\n}\n\
         #[cfg_attr(coverage_nightly, coverage(off))]\npub mod not_linked {\n    \
         pub fn three() -> u8 {\n        let three = || 3;\n        three()\n    }\n}\n",
    );
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", marked::one() + marked::linked());\n}\n",
    );
    // As a nightly compiler would have it.
    for scope in ["workspace", "all"] {
        let mut nightly = krate.command(crate::support::tools::cargo_itcov());
        nightly.args(["itcov", "run", "--scope", scope]);
        let output = crate::support::Output::of(nightly.env("RUSTC_BOOTSTRAP", "1"));
        let output = output.ends_with(0).prints("3\n");
        assert_eq!(output.lines_of("src/lib.rs"), (3, 3), "{scope}");
    }
    let stable = krate.itcov(&["run"]).ends_with(0);
    assert_eq!(stable.lines_of("src/lib.rs"), (6, 10));
}

#[test]
fn remapped_sources_are_found_where_they_are() {
    for option in ["=/build", "=", "=src"] {
        let krate = TestCrate::empty();
        krate.write("Cargo.toml", &package("remapped", ""));
        krate.write("src/main.rs", "fn main() {\n    println!(\"hi\");\n}\n");
        let root = krate.root.display();
        krate.write(
            ".cargo/config.toml",
            &format!("[build]\nrustflags = [\"--remap-path-prefix={root}{option}\"]\n"),
        );
        let output = krate.itcov(&["run"]).ends_with(0);
        assert_eq!(output.lines_of("src/main.rs"), (3, 3), "{option}");
    }
}

#[test]
fn a_module_outside_of_the_package_has_one_clean_name_in_every_format() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\"]\nresolver = \"3\"\n",
    );
    krate.write("app/Cargo.toml", &package("app", ""));
    krate.write(
        "app/src/main.rs",
        "#[path = \"../../shared/rules.rs\"]\nmod rules;\n\nfn main() {\n    println!(\"{}\", rules::used());\n}\n",
    );
    krate.write(
        "shared/rules.rs",
        "pub fn used() -> u32 {\n    1\n}\n\n#[allow(dead_code)]\npub fn unused() -> u32 {\n    2\n}\n",
    );
    let output = krate.itcov(&["run"]).ends_with(0);
    assert_eq!(output.lines_of("shared/rules.rs"), (3, 6));
    for format in ["--lcov", "--json", "--cobertura", "--codecov", "--markdown"] {
        let report = krate.itcov(&["report", format, "-"]).ends_with(0);
        assert!(report.stdout.contains("shared/rules.rs"), "{format}");
        assert!(!report.stdout.contains("/../"), "{format}");
    }
    let report = krate
        .itcov(&["report", "--exclude", "shared/**"])
        .ends_with(0);
    assert_eq!(report.lines_of("Total"), (3, 3));
}

#[test]
fn a_plugin_is_named_if_it_was_not_built_along_and_measured_if_it_was() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"host\", \"plugin\"]\nresolver = \"3\"\n",
    );
    krate.write("host/Cargo.toml", &package("host", ""));
    krate.write(
        "plugin/Cargo.toml",
        &package("plugin", "[lib]\ncrate-type = [\"cdylib\"]\n"),
    );
    krate.write(
        "plugin/src/lib.rs",
        "#[unsafe(no_mangle)]\npub extern \"C\" fn twice(n: i32) -> i32 {\n    n * 2\n}\n",
    );
    krate.write(
        "host/src/main.rs",
        r#"use std::ffi::{CString, c_char, c_void};

unsafe extern "C" {
    fn dlopen(file: *const c_char, flags: i32) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

fn main() {
    let file = std::env::current_exe().unwrap().with_file_name("libplugin.so");
    let file = CString::new(file.display().to_string()).unwrap();
    let handle = unsafe { dlopen(file.as_ptr(), 2) };
    if handle.is_null() {
        return println!("no plugin");
    }
    let twice = unsafe { dlsym(handle, c"twice".as_ptr()) };
    let twice: extern "C" fn(i32) -> i32 = unsafe { std::mem::transmute(twice) };
    println!("{}", twice(21));
}
"#,
    );
    let output = krate.itcov(&["run"]).ends_with(0).prints("no plugin\n");
    let output = output.says("plugin/src/lib.rs; --with plugin builds it along");
    assert!(!output.stdout.contains("plugin/src/lib.rs"));
    let output = krate
        .itcov(&["run", "--with", "plugin"])
        .ends_with(0)
        .prints("42\n");
    assert_eq!(output.lines_of("plugin/src/lib.rs"), (3, 3));
    krate
        .itcov(&["run", "--with", "plugins"])
        .ends_with(1)
        .says(
            "the workspace has no package `plugins`, as --with names it; it has:\n  host\n  plugin",
        );
}

#[test]
fn services_get_names_relative_to_the_repository_and_people_to_the_workspace() {
    let repository = TestCrate::empty();
    Git::init(&repository.root);
    let krate = repository.inside("backend");
    krate.write("Cargo.toml", &package("backend", ""));
    krate.write("src/main.rs", "fn main() {\n    println!(\"hi\");\n}\n");
    let output = krate.itcov(&["run"]).ends_with(0);
    assert_eq!(output.lines_of("src/main.rs"), (3, 3));
    for format in ["--lcov", "--codecov", "--cobertura", "--markdown"] {
        let report = |options: &[&str]| {
            let report = krate
                .itcov(&[&["report", format, "-"], options].concat())
                .ends_with(0);
            report.stdout
        };
        let root = krate.root.to_str().unwrap();
        for (options, name) in [
            (&[][..], "backend/src/main.rs"),
            (&["--relative-to", "."], "src/main.rs"),
            (&["--relative-to", "/"], &format!("{root}/src/main.rs")),
        ] {
            let said = report(options);
            let names: Vec<&str> = said
                .split(['"', '`', '\n', ':'])
                .filter(|word| word.ends_with("src/main.rs"))
                .collect();
            assert_eq!(names, [name], "{format} {options:?}\n{said}");
        }
    }
    krate
        .itcov(&["report", "--codecov", "-", "--relative-to", "nowhere"])
        .ends_with(1)
        .says("--relative-to nowhere");
}
