//! Runs wordstat from `cargo test`.

use std::process::{Command, Stdio};

/// The program that `ITCOV_BIN` names, else the one that cargo has built for this test.
fn wordstat() -> Command {
    let built = env!("CARGO_BIN_EXE_wordstat");
    Command::new(std::env::var_os("ITCOV_BIN").unwrap_or_else(|| built.into()))
}

#[test]
fn it_says_what_it_was_not_given() {
    let output = wordstat()
        .arg("no-such-file")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no-such-file"), "{said}");
}
