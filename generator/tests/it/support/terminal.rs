//! A real pseudo-terminal with a shell at it.

use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pty_process::blocking::Pty;

/// What the shell shows when it waits for a command.
const PROMPT: &str = "ready> ";

/// A terminal, the shell at it, and all that was ever on the screen.
pub struct Terminal {
    keyboard: Arc<Pty>,
    screen: Arc<Mutex<String>>,
    shell: Child,
}

impl Terminal {
    /// Starts an interactive `sh` with the directory and environment of the given command.
    pub fn start(like: &Command) -> Terminal {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        let mut shell = pty_process::blocking::Command::new(like.get_program())
            .arg("-i")
            .env("PS1", PROMPT);
        for (name, value) in like.get_envs() {
            shell = match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell = shell
            .current_dir(like.get_current_dir().unwrap())
            .env_remove("ENV");
        let shell = shell.spawn(pts).unwrap();
        let keyboard = Arc::new(pty);
        let screen = Arc::new(Mutex::new(String::new()));
        let (source, sink) = (Arc::clone(&keyboard), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = (&*source).read(&mut bytes) {
                sink.lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
        });
        let terminal = Terminal {
            keyboard,
            screen,
            shell,
        };
        terminal.expect(PROMPT);
        terminal
    }

    /// Types a line.
    pub fn enter(&self, line: &str) {
        (&*self.keyboard)
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        self.press(b"\x03");
    }

    /// Presses keys.
    pub fn press(&self, keys: &[u8]) {
        (&*self.keyboard).write_all(keys).unwrap();
    }

    /// Closes the window: the shell ends, and its terminal with it.
    pub fn hang_up(mut self) {
        // The kernel tells the terminal's foreground processes when the shell, which leads the session, has ended.
        self.shell.kill().unwrap();
        self.shell.wait().unwrap();
    }

    /// Waits until the text is on the screen, five minutes at most (builds are waited for).
    #[track_caller]
    pub fn expect(&self, text: &str) {
        let started = Instant::now();
        while !self.screen().contains(text) {
            assert!(
                started.elapsed() < Duration::from_mins(5),
                "no {text:?} on the screen:\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// All that was on the screen.
    pub fn screen(&self) -> String {
        self.screen.lock().unwrap().clone()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have been ended already.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
