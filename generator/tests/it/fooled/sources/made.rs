//! What decides how a program is made, and is no part of it.

use crate::build::package;
use crate::support::repository::Git;
use crate::support::tools::cargo_itcov;
use crate::support::{Output, TestCrate};

#[test]
fn a_program_that_would_be_made_otherwise_meets_no_threshold() {
    let krate = TestCrate::empty();
    let more = "\n[features]\ndefault = [\"more\"]\nmore = []\n[dependencies]\nmade = { path = \"made\" }\n\
                [workspace]\nmembers = [\"made\"]\n";
    krate.write("Cargo.toml", &(package("app", "") + more));
    krate.write(
        "made/Cargo.toml",
        &package("made", "[lib]\nproc-macro = true\n"),
    );
    krate.write(
        "made/src/lib.rs",
        "#[proc_macro]\npub fn made(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    \
         \"1\".parse().unwrap()\n}\n",
    );
    krate.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=data\");\n    println!(\"cargo::rerun-if-changed=src\");\n    \
         println!(\"cargo::rerun-if-changed=target\");\n    std::fs::write(\"data/made.txt\", \"1\").unwrap();\n}\n",
    );
    krate.write("data/one.txt", "1");
    krate.write("notes.txt", "1");
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", made::made!());\n    #[cfg(not(feature = \"more\"))]\n    println!();\n}\n",
    );
    let git = Git::init(&krate.root);
    krate.write(".gitignore", "/target\n/data/made.txt\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    git.commit("first");
    krate.itcov(&["run"]).ends_with(0);
    let report = ["report", "--fail-under-lines", "100"];
    for (file, from, to) in [
        ("Cargo.toml", "[\"more\"]", "[]"),
        ("made/Cargo.toml", "[lib]", "[lib]\ndoc = false"),
        ("made/src/lib.rs", "\"1\"", "\"2\""),
        (
            "build.rs",
            "main() {",
            "main() {\n    println!(\"cargo::rustc-cfg=other\");",
        ),
        ("data/one.txt", "1", "2"),
    ] {
        krate.itcov(&report).ends_with(0).says("100.00%");
        let before = krate.read(file);
        assert!(before.contains(from), "{before}");
        krate.write(file, &before.replacen(from, to, 1));
        for words in [&[][..], &["--changed-since", "HEAD"], &["--include", "src"]] {
            let failed = krate.itcov(&[&report[..], words].concat()).ends_with(1);
            failed.says(&format!("{file} has changed since the program was built"));
        }
        krate.write(file, &before);
    }
    krate.write("notes.txt", "2");
    krate.itcov(&report).ends_with(0);

    // A manifest that is as at the revision, and was another one when the program was built.
    let before = krate.read("Cargo.toml");
    krate.write("Cargo.toml", &before.replacen("[\"more\"]", "[]", 1));
    krate.itcov(&["run"]).ends_with(0);
    krate.write("Cargo.toml", &before);
    let since = [&report[..], &["--changed-since", "HEAD"]].concat();
    krate
        .itcov(&since)
        .ends_with(1)
        .says("Cargo.toml has changed");
    // The same program, of a manifest that says it otherwise.
    krate.itcov(&["run"]).ends_with(0);
    krate.write("Cargo.toml", &(before + "# The end.\n"));
    krate.itcov(&["run", "--add"]).ends_with(0);
    krate.itcov(&report).ends_with(0);
}

#[test]
fn other_settings_of_the_build_meet_no_threshold() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {\n    println!();\n}\n");
    krate.itcov(&["run"]).ends_with(0);
    let report = ["report", "--fail-under-lines", "100"];
    let is_not_met = |file: &str| {
        let said = format!("{file} has changed since the program was built");
        krate.itcov(&report).ends_with(1).says(&said);
    };
    // Files that come, change and go.
    for (file, text) in [
        (".cargo/config.toml", "[build]\nrustflags = []\n"),
        (".cargo/config", "[build]\nrustflags = []\n"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"stable\"\n"),
        ("rust-toolchain", "[toolchain]\nchannel = \"stable\"\n"),
    ] {
        krate.itcov(&report).ends_with(0);
        krate.write(file, text);
        is_not_met(file);
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&report).ends_with(0);
        krate.write(file, &format!("# Other.\n{text}"));
        is_not_met(file);
        std::fs::remove_file(krate.root.join(file)).unwrap();
        krate.itcov(&report).ends_with(1).says("gone since");
        krate.itcov(&["run"]).ends_with(0);
    }
    // cargo looks for settings where it is started.
    let member = krate.root.join("src");
    let here = |arguments: &[&str]| {
        let mut command = krate.command(cargo_itcov());
        command.current_dir(&member).arg("itcov");
        Output::of(command.args(arguments))
    };
    here(&["run"]).ends_with(0);
    here(&report).ends_with(0);
    krate.write("src/.cargo/config.toml", "[build]\nrustflags = []\n");
    is_not_met("src/.cargo/config.toml");
    krate.itcov(&["run"]).ends_with(0);
    // What they include, however it is said, and what that includes.
    for (include, other) in [
        ("include = [\"one.toml\"]", "one"),
        ("include = [\"../one.toml\"]", "../one"),
        ("include = [{ path = \"one.toml\" }]", "one"),
        ("[[include]]\npath = \"one.toml\"", "one"),
    ] {
        krate.write(".cargo/config.toml", include);
        let other = format!(".cargo/{other}.toml");
        krate.write(&other, "include = [\"two.toml\"]\n");
        let two = other.replace("one", "two");
        krate.write(&two, "[build]\nrustflags = []\n");
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&report).ends_with(0);
        krate.write(&two, "[build]\nrustflags = [\"--cfg=two\"]\n");
        is_not_met(two.strip_prefix(".cargo/../").unwrap_or(&two));
    }
    std::fs::remove_dir_all(krate.root.join(".cargo")).unwrap();
    // Those of the user, which hold everywhere.
    let home = krate.root.join("home");
    let with_home = |arguments: &[&str]| {
        let mut command = krate.command(cargo_itcov());
        command.env("CARGO_HOME", &home).arg("itcov");
        Output::of(command.args(arguments))
    };
    with_home(&["run"]).ends_with(0);
    with_home(&report).ends_with(0);
    krate.write("home/config.toml", "[build]\nrustflags = []\n");
    let said = "home/config.toml has changed since the program was built";
    with_home(&report).ends_with(1).says(said);
    std::fs::remove_dir_all(&home).unwrap();
    krate.itcov(&["run"]).ends_with(0);
    // Which versions of dependencies.
    let lock = krate.read("Cargo.lock");
    let other = lock.replacen("version = 4", "version = 3", 1);
    assert_ne!(lock, other);
    krate.write("Cargo.lock", &other);
    is_not_met("Cargo.lock");
    krate.write("Cargo.lock", &lock);
    krate.itcov(&report).ends_with(0);
}

#[test]
fn a_checkout_in_the_home_of_cargo_is_none_of_its_downloads() {
    for around in ["git", "registry"] {
        let krate = TestCrate::empty();
        let home = krate.root.clone();
        let krate = krate.inside(&format!("{around}/app"));
        krate.write("Cargo.toml", &package("app", ""));
        krate.write(
            "build.rs",
            "fn main() {\n    println!(\"cargo::rerun-if-changed=data.txt\");\n}\n",
        );
        krate.write("data.txt", "1");
        krate.write("src/main.rs", "fn main() {\n    println!();\n}\n");
        let itcov = |arguments: &[&str]| {
            let mut command = krate.command(cargo_itcov());
            command.env("CARGO_HOME", &home).arg("itcov");
            Output::of(command.args(arguments))
        };
        itcov(&["run"]).ends_with(0);
        let gate = ["report", "--fail-under-lines", "100"];
        for file in ["data.txt", "Cargo.toml", "build.rs"] {
            itcov(&gate).ends_with(0);
            let before = krate.read(file);
            krate.write(file, &(before.clone() + "\n"));
            let said = format!("{file} has changed since the program was built");
            itcov(&gate).ends_with(1).says(&said);
            krate.write(file, &before);
        }
    }
}

#[test]
fn what_cargo_finds_by_itself_would_be_part_of_the_program() {
    let krate = TestCrate::empty();
    let more = "[dependencies]\nhelp = { path = \"help\" }\n[workspace]\n";
    krate.write("Cargo.toml", &package("app", more));
    krate.write("src/main.rs", "fn main() {\n    println!();\n}\n");
    krate.write("help/Cargo.toml", &package("help", ""));
    krate.write("help/src/lib.rs", "pub fn help() {}\n");
    krate.itcov(&["run"]).ends_with(0);
    let gate = ["report", "--fail-under-lines", "1"];
    krate.write("src/bin/other.rs", "fn main() {}\n");
    for file in ["build.rs", "src/lib.rs", "help/build.rs"] {
        krate.itcov(&gate).ends_with(0);
        krate.write(file, "pub fn main() {\n    println!();\n}\n");
        let said = format!("{file} has changed since the program was built");
        krate.itcov(&gate).ends_with(1).says(&said);
        std::fs::remove_file(krate.root.join(file)).unwrap();
    }
}
