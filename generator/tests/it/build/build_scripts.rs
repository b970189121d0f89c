//! Build scripts: the cargo that they start, and what they put beside the program.

use super::{is_fresh, is_untouched, ordinary, package, strays};
use crate::support::TestCrate;

/// A program that starts another one, which its build script has built by cargo with these options.
fn host(options: &str) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &package(
            "host",
            "[workspace]\nmembers = [\"member\"]\nexclude = [\"guest\"]\n",
        ),
    );
    for guest in ["guest", "member"] {
        krate.write(&format!("{guest}/Cargo.toml"), &package(guest, ""));
        krate.write(
            &format!("{guest}/src/main.rs"),
            &format!("fn main() {{\n    println!(\"I am the {guest}\");\n}}\n"),
        );
    }
    let script = r#"
fn main() {
    println!("cargo:rerun-if-changed=guest/src");
    let root = std::path::PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR").unwrap());
    let (guest, target) = OPTIONS;
    drop(out);
    let mut cargo = std::process::Command::new(std::env::var("CARGO").unwrap());
    cargo.args(["build", "--target-dir"]).arg(&target).current_dir(root.join(guest));
    assert!(cargo.status().unwrap().success());
    println!("cargo:rustc-env=GUEST={}", target.join("debug").join(guest).display());
}
"#;
    krate.write("build.rs", &script.replace("OPTIONS", options));
    krate.write(
        "src/main.rs",
        "fn main() {\n    std::process::Command::new(env!(\"GUEST\")).status().unwrap();\n}\n",
    );
    krate
}

#[test]
fn a_cargo_in_a_build_script_works_as_in_an_ordinary_build() {
    for (options, guest) in [
        ("(\"guest\", root.join(\"guest/target\"))", "guest"),
        ("(\"guest\", out.clone())", "guest"),
        ("(\"guest\", out.join(\"target\"))", "guest"),
        ("(\"member\", out.join(\"deps\"))", "member"),
        (
            "(\"member\", root.join(\"target/of-the-build-script\"))",
            "member",
        ),
    ] {
        let krate = host(options);
        let says = format!("I am the {guest}\n");
        let output = krate.itcov(&["run"]).ends_with(0).prints(&says);
        assert_eq!(output.lines_of("Total"), (3, 3), "{options}");
        assert!(!output.stderr.contains("warning"), "{}", output.stderr);
        krate.cargo(&["run", "--quiet"]).ends_with(0).prints(&says);
        let target = krate.root.join("target");
        let before = ordinary(&target);
        krate.itcov(&["run"]).ends_with(0).prints(&says);
        // This one is no directory of ordinary builds alone.
        if !options.contains("of-the-build-script") {
            is_untouched(&target, &before);
        }
        is_fresh(&krate, &["build"]);
        assert_eq!(strays(&krate), [""; 0], "{options}");
    }
}

#[test]
fn what_a_build_script_puts_beside_the_program_is_there() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("beside", ""));
    krate.write("greeting.txt", "hello\n");
    krate.write(
        "build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=greeting.txt");
    let out = std::env::var("OUT_DIR").unwrap();
    let profile = std::path::Path::new(&out).ancestors().nth(3).unwrap();
    std::fs::create_dir_all(profile.join("assets")).unwrap();
    std::fs::copy("greeting.txt", profile.join("assets/greeting.txt")).unwrap();
}
"#,
    );
    krate.write(
        "src/main.rs",
        r#"fn main() {
    let file = std::env::current_exe().unwrap().with_file_name("assets").join("greeting.txt");
    print!("{}", std::fs::read_to_string(file).unwrap());
}
"#,
    );
    for options in [&[][..], &["--release"], &["--scope", "all"]] {
        krate.cargo(&["build"]).ends_with(0);
        let run = [&["run"], options].concat();
        krate.itcov(&run).ends_with(0).prints("hello\n");
        let exec = [&["exec"], options, &["--", "sh", "-c", "\"$ITCOV_BIN\""]].concat();
        krate.itcov(&exec).ends_with(0).prints("hello\n");
    }
    // What the ordinary build has there is its own.
    krate.write("greeting.txt", "changed\n");
    krate.itcov(&["run"]).ends_with(0).prints("changed\n");
    assert_eq!(krate.read("target/debug/assets/greeting.txt"), "hello\n");
}
