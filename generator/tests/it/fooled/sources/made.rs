//! What decides how a program is made, and is no part of it.

use crate::build::package;
use crate::support::TestCrate;
use crate::support::repository::Git;

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
