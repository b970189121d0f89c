//! A command whose system calls are counted, watched, and made to fail.

use std::collections::HashMap;
use std::process::Command;

use crate::support::{Output, TestCrate, tools};

/// `cargo itcov` under strace, with an expression that says what to do to which calls. What it starts, cargo, is left
/// alone.
pub fn command(krate: &TestCrate, expression: &str, arguments: &[&str]) -> Command {
    let mut command = krate.command("strace");
    command.args(["-o", "/dev/null", "-e", expression]);
    command
        .arg(tools::cargo_itcov())
        .arg("itcov")
        .args(arguments);
    command
}

/// One system call of a command.
#[derive(Clone, Debug)]
pub struct Call {
    /// What it is.
    pub name: String,
    /// Which of the calls of this name, from 1.
    pub number: usize,
    /// How strace shows it.
    pub line: String,
    /// Whether something of the crate's has been changed before it, or is by it.
    has_begun: bool,
}

impl Call {
    /// What to do to this call, and no other.
    pub fn inject(&self, what: &str) -> String {
        format!("inject={}:{what}:when={}", self.name, self.number)
    }

    /// Whether it can leave a trace on the disk, or make one last.
    pub fn is_change(&self) -> bool {
        self.has_begun && self.may_change()
    }

    fn may_change(&self) -> bool {
        match self.name.as_str() {
            "open" | "openat" => self.line.contains("O_CREAT"),
            "write" => !self.line.starts_with("write(1,") && !self.line.starts_with("write(2,"),
            name => [
                "rename", "mkdir", "rmdir", "unlink", "link", "chmod", "chown", "sync", "truncate",
            ]
            .iter()
            .any(|change| name.contains(change) && name != "readlink"),
        }
    }
}

/// The calls of a command, run to its end.
pub fn calls(krate: &TestCrate, arguments: &[&str]) -> Vec<Call> {
    let log = krate.root.with_file_name("calls");
    let mut command = krate.command("strace");
    command.args(["-e", "signal=none", "-o"]).arg(&log);
    command
        .arg(tools::cargo_itcov())
        .arg("itcov")
        .args(arguments);
    Output::of(&mut command).ends_with(0);
    let log = std::fs::read_to_string(log).unwrap();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut calls: Vec<Call> = Vec::new();
    let mut has_begun = false;
    for line in log.lines() {
        // At the end there is a line about it.
        let Some((name, _)) = line.split_once('(').filter(|_| !line.starts_with('+')) else {
            continue;
        };
        let number = counts.entry(name).or_default();
        *number += 1;
        let call = Call {
            name: name.to_owned(),
            number: *number,
            line: line.to_owned(),
            has_begun,
        };
        has_begun |= call.may_change() && line.contains(krate.root.to_str().unwrap());
        calls.push(Call { has_begun, ..call });
    }
    calls
}

/// Ends the command by SIGKILL before the call, which is then not made: so does the kernel when the signal is there at its
/// entry. Gives whether there was such a call.
#[track_caller]
pub fn kill_before(krate: &TestCrate, call: &Call, arguments: &[&str]) -> bool {
    // strace ends as the command did.
    let output = Output::of(&mut command(krate, &call.inject("signal=KILL"), arguments));
    match output.signal {
        Some(9) => true,
        None => {
            output.ends_with(0);
            false
        }
        Some(_) => panic!("{output:?}"),
    }
}
