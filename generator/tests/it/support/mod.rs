//! What the tests share: real crates in temporary directories, real tools, real terminals.

pub mod chromium;
pub mod control;
pub mod firefox;
pub mod instrumented;
pub mod krate;
pub mod llvm;
pub mod process;
pub mod repository;
pub mod shared;
pub mod terminal;
pub mod tools;
pub mod versions;

pub use krate::TestCrate;
pub use process::{Output, Running};
pub use terminal::Terminal;
pub use tools::Reporter;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .canonicalize()
        .unwrap()
}

/// A port on 127.0.0.1 that was free a moment ago. The system gives out none of this range by itself, each call takes the next
/// one, and each process begins elsewhere.
pub fn free_port() -> u16 {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let next = || {
        let place = std::process::id() * 97 + CALLS.fetch_add(1, Relaxed);
        12_000 + u16::try_from(place % 20_000).unwrap()
    };
    std::iter::repeat_with(next).find(is_free).unwrap()
}

/// The answer to a request, without its headers.
pub fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// A command in a directory, with the tools on its PATH.
pub fn command(program: impl AsRef<Path>, directory: &Path) -> Command {
    let mut command = tools::command(program, Reporter::Itcov);
    command.current_dir(directory);
    command
}

/// Runs a command that must succeed, and gives what it printed.
#[track_caller]
pub fn stdout(command: &mut Command) -> String {
    Output::of(command).ends_with(0).stdout
}

/// An archive of this length (System V, as `ar` writes it), whose one member begins with these bytes.
pub fn archive(member: &str, begin: &[u8], length: usize) -> Vec<u8> {
    let size = length - 68;
    let header = format!("{member}/");
    let mut all = format!("!<arch>\n{header:<16}0           0     0     644     {size:<10}`\n");
    all.truncate(68);
    let mut all = [all.as_bytes(), begin].concat();
    all.resize(length, 0);
    all
}

/// How often the program's `main` was entered, by a trace file.
#[track_caller]
pub fn entries_of_main(lcov: &str) -> u64 {
    let mut counts = lcov.lines().filter_map(|line| {
        let (count, name) = line.strip_prefix("FNDA:")?.split_once(',')?;
        name.ends_with("4main").then(|| count.parse().unwrap())
    });
    counts
        .next()
        .unwrap_or_else(|| panic!("no main in\n{lcov}"))
}

/// The directory with what was measured in the only checkout of a target directory.
pub fn checkout(target: &Path) -> PathBuf {
    let mut checkouts = std::fs::read_dir(target.join("itcov/.checkouts")).unwrap();
    checkouts.next().unwrap().unwrap().path()
}
