//! Runs wordstat from `cargo test`. `just itcov-exec cargo test` measures what it does.

use std::process::{Command, Stdio};

#[test]
fn it_says_what_it_was_not_given() {
    let output = Command::new(env!("CARGO_BIN_EXE_wordstat"))
        .arg("no-such-file")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no-such-file"), "{said}");
}
