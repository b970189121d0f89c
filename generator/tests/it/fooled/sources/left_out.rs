//! Crates of the workspace that could fall out of the report.

use std::fs;
use std::path::Path;

use crate::build::package;
use crate::support::{Output, TestCrate, tools};

/// `app` uses `helper`, and by way of `glue`, which is no member, `core-of-it`.
fn workspace(configuration: &str) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"helper\", \"core-of-it\"]\ndefault-members = [\"app\"]\nexclude = [\"glue\"]\n\
         resolver = \"2\"\n\n[profile.dev.package.helper]\ncodegen-units = 255\n",
    );
    let dependencies =
        "\n[dependencies]\nhelper = { path = \"../helper\" }\nglue = { path = \"../glue\" }\n";
    krate.write("app/Cargo.toml", &package("app", dependencies));
    krate.write(
        "app/src/main.rs",
        "fn main() {\n    println!(\"{}\", helper::help() + glue::glue());\n}\n",
    );
    krate.write("app/src/bin/build_script_tool.rs", "fn main() {\n}\n");
    krate.write("app/build.rs", "fn main() {\n}\n");
    krate.write("helper/Cargo.toml", &package("helper", ""));
    krate.write("helper/src/lib.rs", &library("help"));
    krate.write("core-of-it/Cargo.toml", &package("core-of-it", ""));
    krate.write("core-of-it/src/lib.rs", &library("core"));
    let dependency = "\n[dependencies]\ncore-of-it = { path = \"../core-of-it\" }\n";
    krate.write("glue/Cargo.toml", &package("glue", dependency));
    krate.write(
        "glue/src/lib.rs",
        "pub fn glue() -> u8 {\n    core_of_it::core()\n}\n",
    );
    krate.write(".cargo/config.toml", configuration);
    krate
}

/// A function that runs and one that does not.
fn library(name: &str) -> String {
    format!("pub fn {name}() -> u8 {{\n    1\n}}\n\npub fn idle() -> u8 {{\n    2\n}}\n")
}

fn run(krate: &TestCrate, variables: &[(&str, &str)]) -> Output {
    let mut itcov = krate.command(tools::cargo_itcov());
    itcov.args(["itcov", "run", "--bin", "app"]);
    Output::of(itcov.envs(variables.iter().copied())).ends_with(0)
}

/// Every member is in the report, and nothing is warned of.
#[track_caller]
fn is_whole(output: &Output) {
    let said = format!("{}\n{}", output.stderr, output.stdout);
    assert!(!said.contains("warning"), "{said}");
    for library in ["helper/src/lib.rs", "core-of-it/src/lib.rs"] {
        assert!(said.contains(library), "{said}");
        assert_eq!(output.lines_of(library), (3, 6), "{said}");
    }
    assert_eq!(output.lines_of("app/src/main.rs"), (3, 3), "{said}");
}

#[test]
fn no_setting_takes_a_member_out_of_the_report() {
    let krate = workspace("[env]\nCARGO_TARGET_TMPDIR = \"tests\"\n");
    is_whole(&run(&krate, &[]));
    // It is around all of them.
    is_whole(&run(&krate, &[("CARGO_TARGET_DIR", ".")]));
    let root = krate.root.display();
    let flags = format!(
        "--remap-path-prefix={root}/helper=/elsewhere --remap-path-prefix {root}/core-of-it= --remap-path-prefix=app=moved \
         -Cinstrument-coverage=off"
    );
    is_whole(&run(&krate, &[("RUSTFLAGS", &flags)]));
    // In a file, as rustc takes them, and with what nightly compilers know.
    krate.write(
        "flags",
        &flags.replace(' ', "\n").replace("prefix\n", "prefix="),
    );
    let flags = format!("@{root}/flags -Zremap-cwd-prefix=/gone");
    is_whole(&run(
        &krate,
        &[
            ("RUSTC_BOOTSTRAP", "1"),
            ("CARGO_UNSTABLE_TRIM_PATHS", "true"),
            ("CARGO_PROFILE_DEV_TRIM_PATHS", "all"),
            ("RUSTFLAGS", &flags),
        ],
    ));
}

#[test]
fn no_directory_that_cargo_builds_in_takes_a_source_out_of_the_report() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write(
        "build.rs",
        "fn main() {\n    let to = std::env::var(\"OUT_DIR\").unwrap() + \"/made.rs\";\n    \
         std::fs::write(to, \"pub fn made() {}\").unwrap();\n}\n",
    );
    krate.write(
        "src/main.rs",
        "mod inner;\ninclude!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\nfn main() {\n    made();\n}\n",
    );
    krate.write("src/inner/mod.rs", "pub mod more;\n");
    krate.write("src/inner/more.rs", &library("help"));
    let run = ["exec", "--", "sh", "-c", "$ITCOV_BIN"];
    let again = [
        "exec",
        "--",
        "cargo",
        "run",
        "-q",
        "--target-dir",
        "src/inner/other",
    ];
    for (variable, directory) in [
        ("CARGO_TARGET_DIR", "target"),
        ("CARGO_TARGET_DIR", "src/inner"),
        ("CARGO_BUILD_BUILD_DIR", "src"),
    ] {
        for words in [&run[..], &again] {
            let itcov = |words: &[&str]| {
                let mut itcov = krate.command(tools::cargo_itcov());
                itcov.arg("itcov").args(words).env(variable, directory);
                Output::of(&mut itcov).ends_with(0)
            };
            itcov(words);
            let output = itcov(&["report"]);
            assert_eq!(output.lines_of("src/inner/more.rs"), (0, 6), "{directory}");
            assert_eq!(output.lines_of("Total"), (3, 9), "{directory}");
        }
    }
}

#[test]
fn a_program_with_a_name_like_a_build_script_s_is_a_program() {
    let krate = workspace("");
    let mut itcov = krate.command(tools::cargo_itcov());
    itcov.args(["itcov", "run", "--bin", "build_script_tool"]);
    let output = Output::of(&mut itcov).ends_with(0);
    assert_eq!(output.lines_of("app/src/bin/build_script_tool.rs"), (2, 2));
}

#[test]
fn a_member_that_was_not_measured_is_named_and_no_threshold_is_met() {
    let krate = workspace("");
    run(&krate, &[]);
    let wrappers = krate.root.join("target/itcov/.wrapper");
    for wrapper in fs::read_dir(wrappers).unwrap() {
        for note in fs::read_dir(wrapper.unwrap().path().join("units")).unwrap() {
            forget(&note.unwrap().path(), "helper");
        }
    }
    let said = "not measured, though the program uses them: helper; no threshold is met";
    run(&krate, &[]).says(said);
    let gate = ["report", "--fail-under-lines", "1"];
    krate
        .itcov(&gate)
        .ends_with(1)
        .says(said)
        .says("a member of the workspace is not measured");
}

fn forget(note: &Path, name: &str) {
    if fs::read_to_string(note)
        .unwrap()
        .contains(&format!("\"name\":\"{name}\""))
    {
        fs::remove_file(note).unwrap();
    }
}

#[test]
fn an_example_that_is_called_like_the_program_does_not_take_its_place() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("my-app", ""));
    for (file, says) in [
        ("src/main.rs", "program"),
        ("examples/my-app.rs", "example"),
    ] {
        krate.write(
            file,
            &format!("fn main() {{\n    println!(\"{says}\");\n}}\n"),
        );
    }
    let example = "cargo run --quiet --example my-app";
    // Also one that is built elsewhere, and beside the program of another profile, which is the program.
    for (program, ran) in [
        ("true", 0),
        ("cargo run --quiet --release", 3),
        ("cargo run --quiet --release --target-dir elsewhere", 3),
    ] {
        for elsewhere in ["", " --target-dir elsewhere"] {
            let suite = format!("{example}{elsewhere}; {program}");
            let exec = krate.itcov(&["exec", "--", "sh", "-ec", &suite]);
            let exec = exec.ends_with(0).prints("example\n");
            assert_eq!(exec.lines_of("examples/my-app.rs"), (3, 3), "{suite}");
            assert_eq!(exec.lines_of("src/main.rs"), (ran, 3), "{suite}");
        }
    }
}

#[test]
fn what_is_asked_for_by_with_counts_though_it_has_not_run() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"task\"]\nresolver = \"2\"\n",
    );
    for name in ["app", "task"] {
        krate.write(&format!("{name}/Cargo.toml"), &package(name, ""));
        let main = format!("fn main() {{\n    println!(\"{name}\");\n}}\n");
        krate.write(&format!("{name}/src/main.rs"), &main);
    }
    let exec = |suite: &str| {
        let exec = [
            "exec", "-p", "app", "--with", "task", "--", "sh", "-ec", suite,
        ];
        krate.itcov(&exec).ends_with(0)
    };
    let started = exec("\"$ITCOV_BIN\"; cargo run --quiet -p task").prints("task\n");
    assert_eq!(started.lines_of("task/src/main.rs"), (3, 3));
    // It was not started, or another text of it was.
    let edits = "\"$ITCOV_BIN\"; cd task; cp -p src/main.rs kept; sed -i s/task/tusk/ src/main.rs
cargo run --quiet; mv kept src/main.rs";
    for (suite, prints) in [("\"$ITCOV_BIN\"", "app\n"), (edits, "tusk\n")] {
        let exec = exec(suite).prints(prints);
        assert_eq!(exec.lines_of("task/src/main.rs"), (0, 3), "{suite}");
        assert_eq!(exec.lines_of("Total"), (3, 6), "{suite}");
        krate
            .itcov(&["report", "--fail-under-lines", "60"])
            .ends_with(1);
        // Of some of the programs, what they have not started is none of theirs.
        let of_app = krate.itcov(&["report", "--bin", "app"]).ends_with(0);
        assert_eq!(of_app.lines_of("Total"), (3, 3), "{suite}");
    }
}
