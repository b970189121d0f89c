//! Changes in modules that no build had, wherever they are.

use crate::build::package;
use crate::support::repository::Git;
use crate::support::{Output, TestCrate, tools};

const OLD: &str = "pub fn f() -> usize { 1 }\n";
const NEW: &str = "pub fn f() -> usize { 2 }\n";

fn begin(krate: &TestCrate) -> Git {
    krate.write(".gitignore", "target\n");
    let git = Git::init(&krate.root);
    git.commit("first");
    git
}

#[test]
fn a_module_below_no_manifest_is_part_of_the_program_that_declares_it() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", "[workspace]\nmembers = [\"app\"]\n");
    krate.write(
        "app/Cargo.toml",
        &package("app", "[features]\nextra = []\n"),
    );
    let main = "#[cfg(feature = \"extra\")]\n#[path = \"../../shared/part.rs\"]\nmod part;\n\
                #[cfg(test)]\n#[path = \"../../shared/help.rs\"]\nmod help;\nfn main() {}\n";
    krate.write("app/src/main.rs", main);
    for name in ["part", "part/deep", "help", "other"] {
        krate.write(&format!("shared/{name}.rs"), OLD);
    }
    krate.write("shared/part.rs", "mod deep;\n");
    krate.write("shared/deep.rs", OLD);
    begin(&krate);
    krate.itcov(&["run"]).ends_with(0);
    for name in ["help", "other", "part/deep"] {
        krate.write(&format!("shared/{name}.rs"), NEW);
    }
    krate.itcov(&super::SINCE_HEAD).ends_with(0);
    for (name, text) in [("part", "mod deep;\nfn f() {}\n"), ("deep", NEW)] {
        let name = format!("shared/{name}.rs");
        let before = krate.read(&name);
        krate.write(&name, text);
        let said = format!("{name} (no `mod` line that was compiled names it)");
        krate.itcov(&super::SINCE_HEAD).ends_with(1).says(&said);
        krate.write(&name, &before);
    }
}

#[test]
fn a_module_for_tests_with_a_path_is_the_file_at_that_path() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &package("app", "[lib]\nproc-macro = true\n[features]\nreal = []\n"),
    );
    krate.write("src/lib.rs", "mod made;\n");
    let main = "#[cfg(test)]\n#[path = \"clock_mock.rs\"]\nmod clock;\n\
                #[cfg(feature = \"real\")]\n#[path = \"clock.rs\"]\nmod real;\nfn main() {}\n";
    krate.write("src/main.rs", main);
    let files = ["src/clock_mock.rs", "src/made.rs", "src/clock.rs"];
    for file in files {
        krate.write(file, OLD);
    }
    begin(&krate);
    for file in &files[..2] {
        krate.write(file, NEW);
    }
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&super::SINCE_HEAD).ends_with(0);
    // Though the library of its package is a macro.
    krate.write("src/clock.rs", NEW);
    krate
        .itcov(&super::SINCE_HEAD)
        .ends_with(1)
        .says("src/clock.rs (no `mod` line that was compiled names it)");
}

#[test]
fn a_module_of_a_crate_outside_of_the_workspace_that_is_measured_is_named() {
    let krate = TestCrate::empty();
    let more = "[workspace]\n[dependencies]\nhelp = { path = \"../help\" }\n";
    krate.write("app/Cargo.toml", &package("app", more));
    krate.write("app/src/main.rs", "fn main() {\n    help::help();\n}\n");
    krate.write(
        "help/Cargo.toml",
        &package("help", "[features]\nextra = []\n"),
    );
    let lib = "#[cfg(feature = \"extra\")]\nmod extra;\npub fn help() {}\n";
    krate.write("help/src/lib.rs", lib);
    krate.write("help/src/extra.rs", OLD);
    begin(&krate);
    krate.write("help/src/extra.rs", NEW);
    for options in [&[][..], &["--also", "help"], &["--scope", "all"]] {
        super::in_app(&krate, &[&["run"], options].concat()).ends_with(0);
        super::in_app(&krate, &super::SINCE_HEAD)
            .ends_with(1)
            .says("help/src/extra.rs (");
    }
}

#[test]
fn a_module_in_a_submodule_of_which_nothing_was_built_is_named() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", "[features]\nextra = []\n"));
    let main =
        "#[cfg(feature = \"extra\")]\n#[path = \"shared/part.rs\"]\nmod part;\nfn main() {}\n";
    krate.write("src/main.rs", main);
    krate.write("src/shared/part.rs", OLD);
    let inner = Git::init(&krate.root.join("src/shared"));
    inner.commit("inner");
    let git = begin(&krate);
    krate.write("src/shared/part.rs", NEW);
    krate.itcov(&["run"]).ends_with(0);
    let said = "src/shared/part.rs (no `mod` line that was compiled names it)";
    krate.itcov(&super::SINCE_HEAD).ends_with(1).says(said);
    inner.commit("inner, again");
    git.commit("second");
    let gate = super::SINCE_HEAD.map(|it| if it == "HEAD" { "HEAD~1" } else { it });
    krate.itcov(&gate).ends_with(1).says(said);
}

#[test]
fn all_lines_have_changed_of_what_is_not_tracked_and_has_no_code() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", "[features]\nextra = []\n"));
    krate.write(
        "build.rs",
        "fn main() {\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
         std::fs::write(out.clone() + \"/made.rs\", \"#[cfg(windows)] fn f() {}\").unwrap();\n    \
         std::fs::write(out + \"/made.in\", \"{ f(); }\").unwrap();\n}\n",
    );
    let main = "mod gated;\nmod made {\n    include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\n}\nfn f() {}\nfn main() {\n    \
                if std::env::args().count() > 3 {\n        include!(\"table.in\");\n        \
                include!(concat!(env!(\"OUT_DIR\"), \"/made.in\"));\n    }\n}\n";
    krate.write("src/main.rs", main);
    let files = [
        (
            "src/table.in",
            "{ f(); }\n",
            "no code of its own for line 1, which is included",
        ),
        (
            "src/gated.rs",
            "#[cfg(feature = \"extra\")]\npub fn gated() {}\n",
            "no code for line 1, which `cfg` leaves out",
        ),
    ];
    for (file, text, _) in files {
        krate.write(file, text);
    }
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = begin(&krate);
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&super::SINCE_HEAD).ends_with(0);
    for (file, text, why) in files {
        let said = format!("{file} ({why}");
        let gate = || krate.itcov(&super::SINCE_HEAD).ends_with(1).says(&said);
        krate.write(".gitignore", &format!("target\n/{file}\n/elsewhere\n"));
        git.run(&["rm", "--quiet", "--cached", file]);
        git.commit("ignored");
        gate();
        // A link out of the repository.
        krate.write("elsewhere", text);
        std::fs::remove_file(krate.root.join(file)).unwrap();
        std::os::unix::fs::symlink(krate.root.join("elsewhere"), krate.root.join(file)).unwrap();
        krate.write(".gitignore", "target\n/elsewhere\n");
        git.commit("link");
        krate.itcov(&["run"]).ends_with(0);
        gate();
        std::fs::remove_file(krate.root.join(file)).unwrap();
        krate.write(file, text);
        git.commit("as before");
        krate.itcov(&["run"]).ends_with(0);
    }
}

#[test]
fn what_cargo_has_downloaded_has_not_changed() {
    let krate = TestCrate::empty();
    let home = krate.root.join("home");
    let library = "home/registry/src/index/help-0.1.0";
    krate.write(&format!("{library}/Cargo.toml"), &package("help", ""));
    krate.write(&format!("{library}/src/lib.rs"), "pub fn help() {}\n");
    let more = format!(
        "[workspace]\nexclude = [\"home\"]\n[dependencies]\nhelp = {{ path = \"{library}\" }}\n"
    );
    krate.write("Cargo.toml", &package("app", &more));
    let main = "fn never() {\n    println!(\"1\");\n}\nfn main() {\n    help::help();\n    if std::env::args().count() > 3 {\n        never();\n    }\n}\n";
    krate.write("src/main.rs", main);
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    krate.write(".gitignore", "/target\n/home\n");
    Git::init(&krate.root).commit("first");
    krate.write("src/main.rs", &main.replace('1', "2"));
    let itcov = |arguments: &[&str]| {
        let mut command = krate.command(tools::cargo_itcov());
        command.env("CARGO_HOME", &home).arg("itcov");
        Output::of(command.args(arguments))
    };
    for options in [&[][..], &["--also", "help"], &["--scope", "all"]] {
        itcov(&[&["run"], options].concat()).ends_with(0);
        let report = itcov(&super::SINCE_HEAD)
            .ends_with(1)
            .says("0 of 1 lines ran");
        assert!(
            !report.stderr.contains("does not track"),
            "{}",
            report.stderr
        );
    }
}
