//! What `docs/by-hand.md` says is done here, block by block, in crates that `cargo itcov` has never seen.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Output, Reporter, TestCrate, repository, tools};

/// The page's blocks, by what they are for.
struct Page {
    /// Copies harness and recipes.
    copy: String,
    /// The list of programs, for `itcov.just` instead of the one there.
    programs: String,
    /// A section with the feature, and one with the test target.
    manifest: String,
    /// A line for `[package]` in the edition 2015.
    autotests: String,
    /// For a program with required features: a line instead of that in `Cargo.toml`, and the list of programs.
    required: [String; 2],
    /// A line for the `justfile`.
    import: String,
    measure: String,
    remove: String,
    /// The steps that do without recipes.
    steps: [String; 6],
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
        assert_eq!(
            languages,
            [
                &["sh", "just", "toml", "toml", "toml", "just", "just"][..],
                &["sh"; 8]
            ]
            .concat(),
            "other blocks than this test knows"
        );
        let mut texts = blocks.into_iter().map(|(_, text)| text.to_owned());
        let mut next = || texts.next().unwrap();
        Page {
            copy: next(),
            programs: next(),
            manifest: next(),
            autotests: next(),
            required: [next(), next()],
            import: next(),
            measure: next(),
            remove: next(),
            steps: [(); 6].map(|()| next()),
        }
    }
}

/// The crate of the page, beside the clone of this repository that the page asks for.
fn my_app() -> TestCrate {
    let krate = TestCrate::partly_linked("my-app", "my_app");
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

/// Puts the list of programs in the place of the one in the recipes.
#[track_caller]
fn change_programs(krate: &TestCrate, list: &str) {
    let text = krate.read("itcov.just");
    let (first, _) = list.split_once('\n').unwrap();
    let [before, rest] = text.split(first).collect::<Vec<_>>()[..] else {
        panic!("another number of lines than one: {first}")
    };
    let (_, after) = rest.split_once("\n'''\n").unwrap();
    krate.write("itcov.just", &format!("{before}{list}{after}"));
}

#[test]
fn the_page_leads_to_a_measured_run_and_back() {
    let page = Page::read();
    let mut krate = my_app();
    let has_llvm_tools = tools::has_llvm_tools();
    if has_llvm_tools {
        krate.reporter = Reporter::Llvm;
    }
    krate.write("justfile", "hello:\n    echo hello\n\n");
    let before = krate.files();
    let [manifest, justfile] = ["Cargo.toml", "justfile"].map(|path| krate.read(path));

    paste(&krate, &page.copy);
    change_programs(&krate, &page.programs);
    append(&krate, "Cargo.toml", &page.manifest);
    append(&krate, "justfile", &page.import);
    assert_eq!(paste(&krate, &page.measure).lines_of_total(), (2, 9));
    assert!(krate.read("lcov.info").contains("unused.rs"));
    paste(&krate, "cargo test --all-features; just hello");

    paste(&krate, &page.remove);
    krate.write("Cargo.toml", &manifest);
    krate.write("justfile", &justfile);
    fs::remove_file(krate.root.join("lcov.info")).unwrap();
    fs::remove_file(krate.root.join("Cargo.lock")).unwrap();
    assert!(krate.files() == before);

    if has_llvm_tools {
        // From here on with nothing of itcov, and the second time with what the first has left there.
        for _ in 0..2 {
            let output = paste(&krate, &page.steps.concat());
            assert_eq!(output.lines_of_total(), (2, 9), "{}", output.stdout);
            assert!(output.stdout.contains("unused.rs"), "{}", output.stdout);
        }
        assert!(!krate.has("target/debug/my-app"), "not replaced, nor made");
    }
}

impl Output {
    /// The total of either table: lines that ran, and all lines.
    #[track_caller]
    fn lines_of_total(&self) -> (u32, u32) {
        let llvm = self.stdout.contains("\nTOTAL ");
        self.lines_of(if llvm { "TOTAL" } else { "Total" })
    }
}

#[test]
fn what_the_page_says_of_old_editions_and_required_features_is_so() {
    let page = Page::read();
    let krate = my_app();
    let section = "[package]\n";
    let manifest = format!(
        "{section}name = \"my-app\"\nversion = \"0.1.0\"\n\n[[bin]]\nname = \"my-app\"\npath = \"src/main.rs\"\n\
         required-features = [\"cli\"]\n\n[features]\ncli = []\n"
    );
    krate.write("Cargo.toml", &manifest);
    krate.write("src/main.rs", "fn main() {}\n");
    krate.write("tests/other.rs", "#[test]\nfn found() {}\n");

    paste(&krate, &page.copy);
    change_programs(&krate, &page.programs);
    change_programs(&krate, &page.required[1]);
    let [_, feature] = page.manifest.split("[features]\n").collect::<Vec<_>>()[..] else {
        panic!("no features in {}", page.manifest)
    };
    let (feature, test) = feature.split_once("\n\n").unwrap();
    let required = page.required[0].trim_end();
    let test: String = test
        .lines()
        .map(|line| {
            if line.starts_with("required-features") {
                required
            } else {
                line
            }
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let manifest = manifest.replace(section, &format!("{section}{}", page.autotests));
    krate.write("Cargo.toml", &format!("{manifest}{feature}\n\n{test}"));
    append(&krate, "justfile", &page.import);

    krate.just(&["itcov"]).ends_with(0).lines_of("src/main.rs");
    krate
        .cargo(&["test"])
        .ends_with(0)
        .prints("test found ... ok");
}
