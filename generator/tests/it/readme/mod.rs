//! What the README and the pages show is run here, block by block.

mod programs;
mod reference;
mod scenarios;
mod services;
mod templates;

use crate::blocks::block;
use crate::examples::bare;
use crate::support::{Output, TestCrate, free_port, repository};

/// Runs a block as a script, as a user would paste it.
fn run(krate: &TestCrate, block: &str) -> Output {
    Output::of(krate.command("sh").args(["-euc", block]))
}

fn copy_of(example: &str) -> TestCrate {
    let krate = TestCrate::empty();
    bare::copy(&repository().join("examples").join(example), &krate.root).unwrap();
    krate
}

/// The README has these words in a row, wherever its lines end.
#[track_caller]
pub fn says(claim: &str) {
    let page = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let words: Vec<&str> = page.split_whitespace().collect();
    assert!(
        words.join(" ").contains(claim),
        "the README does not say: {claim}"
    );
}

/// The block with ports that are free instead of those of the page.
fn with_free_ports(block: &str) -> String {
    let [first, second] = [free_port(), free_port()].map(|port| port.to_string());
    block.replace("8080", &first).replace("8081", &second)
}

/// A branch with a commit that the main branch does not have.
const GIT: &str = r#"
git() { command git -c user.name=itcov -c user.email=itcov@example.org "$@"; }
git init -q
printf '%s\n' target orders.db >.gitignore
git add .
git commit -q -m first
git update-ref refs/remotes/origin/main HEAD
for file in crates/orders/src/lib.rs src/main.rs; do
    if [ -e "$file" ]; then echo '// A comment.' >>"$file"; fi
done
git commit -q -a -m second
"#;

#[test]
fn what_others_run_is_what_they_run() {
    // By `examples.rs`, by `template.rs` (from the package), by `terminal.rs` and by `live/mod.rs`.
    let demo = block("README.md", "cargo run --example demo");
    assert_eq!(demo, "cargo run --example demo\n");
    let install = block("README.md", "cargo install");
    assert_eq!(
        install,
        "cargo install --locked --path .\ncargo install --locked just\n"
    );
    let by_hand = block("README.md", "just itcov --listen");
    assert_eq!(by_hand, "just itcov --listen 127.0.0.1:8080\n");
    let live = block("docs/running.md", "just itcov-live");
    assert_eq!(live, "just itcov-live --port 8080\n");
}
