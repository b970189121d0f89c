//! `cargo itcov remove`: everything is as it was.

use crate::support::TestCrate;

#[test]
fn every_byte_is_as_it_was() {
    let manifests: [fn(String) -> String; 6] = [
        |text| text,
        |text| text + "\n[features]\n",
        |text| text + "\n[features]\ndefault = []\n\n\n\n",
        |text| (text + "[dependencies]").trim_end().to_owned(),
        |text| (text + "# the end\n").replace('\n', "\r\n"),
        |text| format!("\u{feff}{text}").replace("2024", "2015"),
    ];
    let justfiles = [
        None,
        Some(""),
        Some("a:\n    true\n"),
        Some("a:\n    true"),
        Some("a:\r\n    true\r\n\r\n"),
    ];
    for (number, change) in manifests.into_iter().enumerate() {
        let krate = TestCrate::new("bytes");
        krate.write("Cargo.toml", &change(krate.read("Cargo.toml")));
        if let Some(text) = justfiles[number % justfiles.len()] {
            krate.write("justfile", text);
        }
        let before = krate.files();
        krate.itcov(&["init"]).ends_with(0);
        assert!(krate.files() != before);
        krate
            .itcov(&["remove"])
            .ends_with(0)
            .prints("Deleted tests/manual_integration.rs");
        assert!(
            krate.files() == before,
            "{number}:\n{}",
            krate.read("Cargo.toml")
        );
        assert!(!krate.has("tests"), "a directory is left over");
        krate
            .itcov(&["remove"])
            .ends_with(0)
            .prints("Nothing to do");
    }
}

#[test]
fn what_the_user_wrote_meanwhile_stays() {
    let krate = TestCrate::new("meanwhile");
    let manifest = krate.read("Cargo.toml");
    krate.itcov(&["init"]).ends_with(0);
    let edited = krate
        .read("Cargo.toml")
        .replace("[[test]]", "[profile.dev]\nopt-level = 1\n\n[[test]]");
    krate.write(
        "Cargo.toml",
        &(edited + "\n[lib]\npath = \"src/main.rs\"\n"),
    );
    krate.write(
        "justfile",
        &(krate.read("justfile") + "\nmine:\n    true\n"),
    );
    krate.write("tests/mine.rs", "");
    krate.itcov(&["remove"]).ends_with(0);
    assert_eq!(
        krate.read("Cargo.toml"),
        manifest + "\n[profile.dev]\nopt-level = 1\n\n[lib]\npath = \"src/main.rs\"\n"
    );
    assert_eq!(krate.read("justfile"), "mine:\n    true\n");
    assert!(krate.has("tests/mine.rs") && !krate.has("tests/manual_integration.rs"));
    krate
        .cargo(&["metadata", "--no-deps", "--format-version", "1"])
        .ends_with(0);
}

#[test]
fn edited_files_stay_unless_told_otherwise() {
    let krate = TestCrate::new("edited");
    let before = krate.files();
    krate.itcov(&["init"]).ends_with(0);
    let edited = krate.read("itcov.just") + "# mine\n";
    krate.write("itcov.just", &edited);
    krate
        .itcov(&["remove"])
        .ends_with(0)
        .prints("Kept itcov.just")
        .says("itcov.just has been edited, so it stays: delete it, or pass --force");
    assert_eq!(krate.read("itcov.just"), edited);
    assert!(!krate.has("justfile"), "nobody imports it any more");
    krate
        .itcov(&["remove", "--force"])
        .ends_with(0)
        .prints("Deleted itcov.just");
    assert!(krate.files() == before);
}

#[test]
fn a_dry_run_shows_what_would_go_and_removes_nothing() {
    let krate = TestCrate::scaffolded("dry");
    let before = krate.files();
    let diff = krate.itcov(&["remove", "--dry-run"]).ends_with(0).stdout;
    assert!(diff.contains("--- a/justfile\n+++ /dev/null\n"), "{diff}");
    assert!(diff.contains("\n-[[test]]"), "{diff}");
    assert!(krate.files() == before);
}

#[test]
fn half_a_scaffold_goes_too() {
    let whole = TestCrate::new("half");
    let bare = whole.files();
    whole.itcov(&["init"]).ends_with(0);
    let bytes = |files: &[(std::path::PathBuf, Vec<u8>)]| -> Vec<Vec<u8>> {
        files.iter().map(|(_, bytes)| bytes.clone()).collect()
    };
    for missing in ["tests/manual_integration.rs", "itcov.just", "justfile"] {
        let krate = TestCrate::scaffolded("half");
        std::fs::remove_file(krate.root.join(missing)).unwrap();
        krate.itcov(&["remove"]).ends_with(0);
        assert!(bytes(&krate.files()) == bytes(&bare), "{missing}");
    }
}

#[test]
fn one_package_of_several_is_taken_out() {
    let krate = crate::workspaces::services();
    let before = krate.files();
    krate.itcov(&["init", "-p", "api"]).ends_with(0);
    let one = krate.files();
    krate.itcov(&["init", "-p", "worker"]).ends_with(0);
    krate
        .itcov(&["remove", "-p", "worker"])
        .ends_with(0)
        .prints("Unchanged itcov.just");
    assert!(krate.files() == one);
    krate
        .itcov(&["remove", "-p", "other"])
        .ends_with(1)
        .says("the workspace has no package `other`; it has:");
    krate
        .itcov(&["remove", "-p", "api"])
        .ends_with(0)
        .prints("Deleted itcov.just");
    assert!(krate.files() == before);
}

#[test]
fn a_feature_that_another_member_turns_on_stays() {
    let metadata = ["metadata", "--format-version", "1", "--offline"];
    for (other, how) in [
        (
            "[dependencies]\napp = { path = \"..\", features = [\"manual-integration\"] }\n",
            "the package `other` depends on it",
        ),
        (
            "[target.'cfg(unix)'.dev-dependencies]\napp = { workspace = true }\n",
            "the package `other` depends on it",
        ),
        (
            "[dependencies]\nit = { path = \"..\", package = \"app\" }\n[features]\nall = [\"it/manual-integration\"]\n",
            "`all` of the package `other` turns it on",
        ),
        (
            "[dependencies]\napp = { path = \"..\", optional = true }\n[features]\nall = [\"dep:app\", \"app?/manual-integration\"]\n",
            "`all` of the package `other` turns it on",
        ),
    ] {
        let krate = TestCrate::new("app");
        krate.write("src/lib.rs", "");
        let manifest = krate.read("Cargo.toml")
            + "\n[workspace]\nmembers = [\"other\"]\n\n[workspace.dependencies]\n\
               app = { path = \".\", features = [\"manual-integration\"] }\n";
        krate.write("Cargo.toml", &manifest);
        let of_other = "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n";
        krate.write("other/Cargo.toml", of_other);
        krate.write("other/src/lib.rs", "");
        krate.itcov(&["init"]).ends_with(0);
        krate.write("other/Cargo.toml", &format!("{of_other}{other}"));
        krate.cargo(&metadata).ends_with(0);
        krate.itcov(&["remove"]).ends_with(0).says(&format!(
            "the feature `manual-integration` stays, without the mark: {how}\n"
        ));
        krate.cargo(&metadata).ends_with(0);
        assert!(
            krate
                .read("Cargo.toml")
                .contains("\nmanual-integration = []\n")
        );
        assert!(!krate.has("tests") && !krate.has("itcov.just"));
        krate.itcov(&["init"]).ends_with(0);
        krate.itcov(&["check"]).ends_with(0);
    }
}

#[test]
fn a_feature_of_a_namesake_does_not_make_it_stay() {
    let krate = TestCrate::new("app");
    let before =
        krate.read("Cargo.toml") + "\n[workspace]\nmembers = [\"other\"]\nexclude = [\"old\"]\n";
    krate.write("Cargo.toml", &before);
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n\n");
    krate.write(
        "old/Cargo.toml",
        &(package("app") + "[features]\nmanual-integration = []\n"),
    );
    krate.write("old/src/lib.rs", "");
    krate.write(
        "other/Cargo.toml",
        &(package("other")
            + "[dependencies]\napp = { path = \"../old\", features = [\"manual-integration\"] }\n"),
    );
    krate.write("other/src/lib.rs", "");
    krate.itcov(&["init"]).ends_with(0);
    krate.itcov(&["remove"]).ends_with(0);
    assert_eq!(krate.read("Cargo.toml"), before);
}
