//! What `docs/by-hand.md` says is done here, block by block, in crates that `cargo itcov` has never seen.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Output, Reporter, TestCrate, repository};

/// The page's blocks, by what they are for.
struct Page {
    /// Copies harness and recipes.
    copy: String,
    /// Names the program.
    name: String,
    /// For an edition before 2024.
    edition: String,
    /// A section with the feature, and one with the test target.
    manifest: String,
    /// A line for `[package]` in the edition 2015.
    autotests: String,
    /// For a program with required features.
    required: String,
    /// A line for the `justfile`.
    import: String,
    harness: String,
    measure: String,
    remove: String,
}

impl Page {
    fn read() -> Page {
        let page = fs::read_to_string(repository().join("docs/by-hand.md")).unwrap();
        // Text and blocks take turns.
        let blocks = page.split("```").skip(1).step_by(2);
        let blocks: Vec<_> = blocks
            .map(|block| block.split_once('\n').unwrap())
            .collect();
        let languages: Vec<&str> = blocks.iter().map(|(language, _)| *language).collect();
        let expected = [
            "sh", "sh", "sh", "toml", "toml", "sh", "just", "sh", "sh", "sh",
        ];
        assert_eq!(languages, expected, "other blocks than this test knows");
        let mut texts = blocks.into_iter().map(|(_, text)| text.to_owned());
        let mut next = || texts.next().unwrap();
        Page {
            copy: next(),
            name: next(),
            edition: next(),
            manifest: next(),
            autotests: next(),
            required: next(),
            import: next(),
            harness: next(),
            measure: next(),
            remove: next(),
        }
    }
}

/// The crate of the page, beside the clone of this repository that the page asks for.
fn my_app() -> TestCrate {
    let krate = TestCrate::partly_linked("my-app", "my_app").reported_by(Reporter::Llvm);
    symlink(repository(), krate.root.with_file_name("itcov")).unwrap();
    krate
}

/// Runs shell commands as a user would paste them.
#[track_caller]
fn paste(krate: &TestCrate, commands: &str) -> Output {
    Output::of(krate.command("sh").args(["-euc", commands])).ends_with(0)
}

fn append(krate: &TestCrate, path: &str, lines: &str) {
    let before = if krate.has(path) {
        krate.read(path)
    } else {
        String::new()
    };
    krate.write(path, &format!("{before}{lines}"));
}

fn put_in(page: &Page) -> TestCrate {
    let krate = my_app();
    krate.write("justfile", "hello:\n    echo hello\n\n");
    paste(&krate, &page.copy);
    paste(&krate, &page.name);
    append(&krate, "Cargo.toml", &format!("\n{}", page.manifest));
    append(&krate, "justfile", &page.import);
    krate
}

#[test]
fn the_page_leads_to_what_init_writes_and_back() {
    let page = Page::read();
    let krate = put_in(&page);
    paste(&krate, &page.harness).says("my-app runs as process");
    paste(&krate, "cargo test --all-features; just hello");
    krate
        .itcov(&["check"])
        .ends_with(0)
        .prints("Current tests/manual_integration.rs")
        .prints("Current itcov.just");

    paste(&krate, &format!("mkdir -p target/itcov; {}", page.remove));
    for path in ["tests/manual_integration.rs", "itcov.just"] {
        assert!(!krate.has(path), "{path}");
    }
}

#[test]
#[ignore = "needs LLVM's tools (rustup component add llvm-tools)"]
fn the_page_leads_to_a_measured_run() {
    let page = Page::read();
    let krate = put_in(&page);
    let output = paste(&krate, &page.measure);
    assert_eq!(output.lines_of("TOTAL"), (2, 3), "{}", output.stdout);
}

#[test]
fn what_the_page_says_of_old_editions_and_required_features_is_so() {
    let page = Page::read();
    let krate = my_app();
    let section = "[package]\n";
    let manifest = format!(
        "{section}{}name = \"my-app\"\nversion = \"0.1.0\"\n\n[[bin]]\nname = \"my-app\"\npath = \"src/main.rs\"\n\
         required-features = [\"cli\"]\n\n",
        page.autotests
    );
    let added = page
        .manifest
        .replace("[features]\n", "[features]\ncli = []\n");
    krate.write("Cargo.toml", &(manifest + &added));
    krate.write("src/main.rs", "fn main() {}\n");
    krate.write("tests/other.rs", "#[test]\nfn found() {}\n");
    for commands in [&page.copy, &page.name, &page.edition, &page.required] {
        paste(&krate, commands);
    }
    append(&krate, "justfile", &page.import);

    paste(
        &krate,
        "cargo test --features manual-integration,cli --test manual_integration",
    );
    krate
        .cargo(&["test"])
        .ends_with(0)
        .prints("test found ... ok");
    krate.itcov(&["check"]).ends_with(0);
}
