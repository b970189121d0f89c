//! Commands and what they write, while they run and at their end.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// No command of a test takes longer; one that does fails its test.
const LIMIT: Duration = Duration::from_mins(15);

/// A command that runs, its input closed.
pub struct Running {
    child: Child,
    // Files and not pipes: a process that outlives the command cannot keep the test waiting.
    stdout: File,
    stderr: File,
}

impl Running {
    pub fn start(command: &mut Command) -> Running {
        let [stdout, stderr] = [(); 2].map(|()| tempfile::tempfile().unwrap());
        command
            .stdin(Stdio::null())
            .stdout(stdout.try_clone().unwrap())
            .stderr(stderr.try_clone().unwrap());
        let mut child = command.spawn();
        // Another test may just be starting something, and its process has what this one has written open until it is another
        // program.
        for _ in 0..100 {
            if !matches!(&child, Err(error) if error.kind() == ErrorKind::ExecutableFileBusy) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
            child = command.spawn();
        }
        let child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Running {
            child,
            stdout,
            stderr,
        }
    }

    /// Its number among the processes.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written to standard output so far.
    pub fn stdout(&mut self) -> String {
        text(&mut self.stdout)
    }

    /// What it has written to standard error so far.
    pub fn stderr(&mut self) -> String {
        text(&mut self.stderr)
    }

    /// Waits until it has printed or said the text. Once it has ended, nothing is waited for.
    #[track_caller]
    pub fn expect(&mut self, expected: &str) {
        wait_until(&format!("it says {expected:?}"), || {
            let has_ended = self.child.try_wait().unwrap().is_some();
            let (stdout, stderr) = (self.stdout(), self.stderr());
            let has_said = stdout.contains(expected) || stderr.contains(expected);
            assert!(
                has_said || !has_ended,
                "it ended and has not said {expected:?}:\n{stdout}\n{stderr}"
            );
            has_said
        });
    }

    /// The measured program's process, once the harness has named it.
    #[track_caller]
    pub fn program(&mut self) -> u32 {
        wait_until("the harness names its program", || {
            named_program(&self.stderr()).is_some()
        });
        program_id(&self.stderr())
    }

    /// The harness of the program.
    #[track_caller]
    pub fn harness(&mut self) -> u32 {
        parent_of(self.program())
    }

    /// `cargo itcov`, which supervises the run.
    #[track_caller]
    pub fn tool(&mut self) -> u32 {
        parent_of(self.harness())
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(mut self) -> Output {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > LIMIT {
                self.child.kill().unwrap();
                panic!("did not end:\n{}\n{}", self.stdout(), self.stderr());
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let (stdout, stderr) = (self.stdout(), self.stderr());
        Output {
            status: status.code().unwrap_or(-1),
            signal: status.signal(),
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    /// A test that fails leaves nothing that runs: what a killed run has started ends with it.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Reads a file from its start; its position, which the command shares, stays.
fn text(file: &mut File) -> String {
    let mut bytes = vec![0; usize::try_from(file.metadata().unwrap().len()).unwrap()];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, 0).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a command wrote and how it ended.
#[derive(Debug)]
pub struct Output {
    /// The exit status, -1 after a signal.
    pub status: i32,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Runs the command to its end.
    #[track_caller]
    pub fn of(command: &mut Command) -> Output {
        Running::start(command).finish()
    }

    /// Fails the test unless the command ended with this status.
    #[track_caller]
    pub fn ends_with(self, status: i32) -> Output {
        assert_eq!(
            self.status, status,
            "\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Fails the test unless standard error has the text.
    #[track_caller]
    pub fn says(self, text: &str) -> Output {
        assert!(
            self.stderr.contains(text),
            "no {text:?} in\n{}",
            self.stderr
        );
        self
    }

    /// Fails the test unless standard output has the text.
    #[track_caller]
    pub fn prints(self, text: &str) -> Output {
        assert!(
            self.stdout.contains(text),
            "no {text:?} in\n{}",
            self.stdout
        );
        self
    }

    /// The numbers of the report's row for a file, or for the total: covered and all lines.
    #[track_caller]
    pub fn lines_of(&self, name: &str) -> (u32, u32) {
        let row = self
            .stdout
            .lines()
            .find(|line| line.split_whitespace().next() == Some(name));
        let row =
            row.unwrap_or_else(|| panic!("no row {name:?} in\n{}\n{}", self.stdout, self.stderr));
        let fields: Vec<&str> = row.split_whitespace().collect();
        if let Some((covered, all)) = fields[1].split_once('/') {
            return (covered.parse().unwrap(), all.parse().unwrap());
        }
        // LLVM's table: regions, functions and lines, each as all, missed and a percentage.
        let (all, missed): (u32, u32) = (fields[7].parse().unwrap(), fields[8].parse().unwrap());
        (all - missed, all)
    }
}

/// Waits until the condition holds, two minutes at most: builds are waited for.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < Duration::from_mins(2),
            "waited in vain until {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The number that the harness's line gives for the first program (`itcov: app runs as process 123: ...`).
#[track_caller]
pub fn program_id(text: &str) -> u32 {
    named_program(text).unwrap_or_else(|| panic!("no program in\n{text}"))
}

pub fn named_program(text: &str) -> Option<u32> {
    let mut lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    lines.find_map(|line| {
        let (who, rest) = line.split_once(" runs as process ")?;
        let number = rest.split(':').next()?.parse().ok()?;
        (!who.ends_with("the suite")).then_some(number)
    })
}

/// The number that a program gives for a child of its own: `child=123=`.
#[track_caller]
pub fn child_id(text: &str) -> u32 {
    let (_, rest) = text
        .split_once("child=")
        .unwrap_or_else(|| panic!("no child in\n{text}"));
    rest.split('=').next().unwrap().parse().unwrap()
}

/// Whether a process is there. One that has ended and that nobody has waited for is not.
pub fn is_alive(id: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| {
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| !rest.starts_with('Z'))
    })
}

/// Sends a signal, given by its name, to one process.
pub fn signal(name: &str, id: u32) {
    Output::of(Command::new("sh").args(["-c", &format!("kill -{name} {id}")])).ends_with(0);
}

/// Who started the process.
pub fn parent_of(id: u32) -> u32 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}
