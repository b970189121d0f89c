//! A crate in a temporary directory, built and run as a user would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tools::{self, Reporter};
use super::{Output, Running, Terminal};

/// A program that prints its arguments, waits, fails or serves, as it is told.
pub const PROGRAM: &str = r#"
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("wait") => wait(),
        Some("fail") => std::process::exit(arguments[1].parse().unwrap()),
        Some("serve") => serve(&arguments[1]),
        Some("graceful") => graceful(),
        _ => println!("{arguments:?}"),
    }
}

fn wait() {
    println!("waiting");
    loop {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

static INTERRUPTS: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" {
    fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
    fn _exit(status: i32) -> !;
}

extern "C" fn interrupted(_: i32) {
    if INTERRUPTS.fetch_add(1, Ordering::SeqCst) > 0 {
        unsafe { _exit(9) }
    }
}

/// Takes its time after a first SIGINT, and quits at once on a second.
fn graceful() {
    unsafe { signal(2, interrupted) };
    println!("waiting");
    while INTERRUPTS.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    println!("flushed");
}

fn serve(address: &str) {
    let listener = std::net::TcpListener::bind(address).expect("cannot listen");
    println!("listening");
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut request = [0; 1024];
        let length = stream.read(&mut request).unwrap();
        let body = if request[..length].starts_with(b"GET /served") { served() } else { "ready" };
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    }
}

fn served() -> &'static str {
    "served"
}
"#;

/// The crate, its files and its tools. The directory goes with the value.
pub struct TestCrate {
    /// Holds the directory until the end of the test.
    _directory: tempfile::TempDir,
    /// The crate's root.
    pub root: PathBuf,
    /// Which tool reports.
    pub reporter: Reporter,
}

impl TestCrate {
    /// A crate of one program, `main.rs` being [`PROGRAM`].
    pub fn new(name: &str) -> TestCrate {
        let krate = TestCrate::empty();
        krate.write(
            "Cargo.toml",
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        );
        krate.write("src/main.rs", PROGRAM);
        krate
    }

    /// A directory with nothing in it.
    pub fn empty() -> TestCrate {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap().join("krate");
        fs::create_dir(&root).unwrap();
        TestCrate {
            _directory: directory,
            root,
            reporter: Reporter::Itcov,
        }
    }

    /// The crate in which the truth is 2 of 9 lines: `unused.rs` is never reached, and so not linked.
    pub fn unlinked() -> TestCrate {
        let krate = TestCrate::new("unlinked");
        krate.write(
            "src/lib.rs",
            "pub mod unused;\npub fn one() -> i32 { 1 }\npub fn two() -> i32 { 2 }\n",
        );
        krate.write(
            "src/unused.rs",
            "pub fn three(x: i32) -> i32 {\n    if x > 2 {\n        return 3;\n    }\n    4\n}\n",
        );
        krate.write(
            "src/main.rs",
            "fn main() { println!(\"{}\", unlinked::one()); }\n",
        );
        krate.itcov(&["init"]).ends_with(0);
        krate
    }

    /// A crate with the scaffold in place.
    pub fn scaffolded(name: &str) -> TestCrate {
        let krate = TestCrate::new(name);
        krate.itcov(&["init"]).ends_with(0);
        krate
    }

    /// The crate in a directory of this one.
    pub fn inside(mut self, directory: &str) -> TestCrate {
        self.root.push(directory);
        self
    }

    /// The same crate, reported on by the given tool.
    pub fn reported_by(mut self, reporter: Reporter) -> TestCrate {
        self.reporter = reporter;
        self
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// A command in the crate's directory, to be changed before it runs.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = tools::command(program, self.reporter);
        command.current_dir(&self.root);
        command
    }

    pub fn cargo(&self, arguments: &[&str]) -> Output {
        Output::of(self.command("cargo").args(arguments))
    }

    pub fn itcov(&self, arguments: &[&str]) -> Output {
        Output::of(
            self.command(tools::cargo_itcov())
                .arg("itcov")
                .args(arguments),
        )
    }

    pub fn just(&self, arguments: &[&str]) -> Output {
        self.just_with(arguments, &[])
    }

    /// `just` with variables in its environment.
    pub fn just_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        Output::of(
            self.command(tools::just())
                .args(arguments)
                .envs(variables.iter().copied()),
        )
    }

    /// `just`, running on.
    pub fn start_just(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Running {
        Running::start(
            self.command(tools::just())
                .args(arguments)
                .envs(variables.iter().copied()),
        )
    }

    /// An interactive shell at a pseudo-terminal, in the crate's directory.
    pub fn terminal(&self, variables: &[(&str, &str)]) -> Terminal {
        let mut command = self.command("sh");
        command.envs(variables.iter().copied());
        Terminal::start(&command)
    }

    /// Every file below the root but those below `target`, with its bytes.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut directories = vec![self.root.clone()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(&directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if !path.ends_with("target") && !path.ends_with(".git") {
                        directories.push(path);
                    }
                } else {
                    files.push((path.clone(), fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }
}
