//! Commands run to their end, with what they wrote.

use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// No command of a test takes longer; one that does fails its test.
const LIMIT: Duration = Duration::from_secs(600);

/// What a command wrote and how it ended.
#[derive(Debug)]
pub struct Output {
    /// The exit status, -1 after a signal.
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Runs the command to its end, its input closed.
    pub fn of(command: &mut Command) -> Output {
        // Files and not pipes: a process that outlives the command cannot keep the test waiting.
        let mut files = [tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap()];
        let mut child = command
            .stdin(Stdio::null())
            .stdout(files[0].try_clone().unwrap())
            .stderr(files[1].try_clone().unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > LIMIT {
                child.kill().unwrap();
                panic!("{command:?} did not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let [stdout, stderr] = files.each_mut().map(|file| {
            let mut bytes = Vec::new();
            file.rewind().unwrap();
            file.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Output { status: status.code().unwrap_or(-1), stdout, stderr }
    }

    /// Fails the test unless the command ended with this status.
    #[track_caller]
    pub fn ends_with(self, status: i32) -> Output {
        assert_eq!(self.status, status, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless standard error has the text.
    #[track_caller]
    pub fn says(self, text: &str) -> Output {
        assert!(self.stderr.contains(text), "no {text:?} in\n{}", self.stderr);
        self
    }

    /// Fails the test unless standard output has the text.
    #[track_caller]
    pub fn prints(self, text: &str) -> Output {
        assert!(self.stdout.contains(text), "no {text:?} in\n{}", self.stdout);
        self
    }
}

/// Waits until the condition holds, half a minute at most.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
