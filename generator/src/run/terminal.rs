//! The terminal: the run has a foreground process group of its own, so Ctrl-C reaches the run, and neither just nor this
//! process, which goes on to the report.

use std::fs::File;
use std::io::{self, IsTerminal, Write, stdin};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::process::{ChildStdin, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, getpgrp};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp};

use super::ancestor::{Ancestor, Stat};
use super::process::{Group, start};

/// Whether this process is in the foreground of a terminal, which is its own.
pub fn is_in_foreground() -> bool {
    Foreground::of_this_process().is_some() && is_of_terminal(getpgrp())
}

/// Whether this process is in the background of the terminal that is its input.
pub fn is_in_background() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group != getpgrp())
}

/// A terminal in whose foreground this process is.
pub struct Foreground {
    device: File,
}

impl Foreground {
    /// That of this process's group.
    pub fn of_this_process() -> Option<Foreground> {
        let mut options = File::options();
        let device = options.read(true).write(true).open("/dev/tty").ok()?;
        (tcgetpgrp(&device).ok()? == getpgrp()).then_some(Foreground { device })
    }

    /// Whether it has gone. The system tells whoever leads the session, and the others when that has ended: but just waits for
    /// what it has started.
    pub fn has_gone(&self) -> bool {
        let mut device = [PollFd::new(&self.device, PollFlags::empty())];
        let now = Timespec::default();
        poll(&mut device, Some(&now)).is_ok() && device[0].revents().contains(PollFlags::HUP)
    }
}

/// Ends what a program that draws on the whole screen has begun: the screen of its own, the hidden cursor, reports of the
/// mouse, bracketed paste, colours. The cursor is saved first, as leaving the screen takes it to where it was last saved.
const LEAVE: &str =
    "\x1b7\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[0m\r";

/// The terminal during a run.
pub struct Terminal {
    device: File,
    /// How it was before.
    settings: Option<Termios>,
    /// The group of this process.
    own: Pid,
    /// The process that tells of Ctrl-C: it does nothing but die of it.
    sentinel: Pid,
    /// It ends with its input.
    input: ChildStdin,
    /// The group of the run.
    group: Pid,
}

impl Terminal {
    /// Takes the terminal, if this process is in its foreground.
    pub fn take() -> Option<Terminal> {
        let Foreground { device } = Foreground::of_this_process()?;
        let own = getpgrp();
        if !is_of_terminal(own) {
            return None;
        }
        #[allow(unsafe_code)]
        // SAFETY: no handler is replaced. This process goes back to the terminal from its background.
        unsafe {
            libc::signal(libc::SIGTTOU, libc::SIG_IGN);
        }
        let (sentinel, input) = sentinel(None).ok()?;
        let settings = tcgetattr(&device).ok();
        tcsetpgrp(&device, sentinel).ok()?;
        Some(Terminal {
            device,
            settings,
            own,
            sentinel,
            input,
            group: sentinel,
        })
    }

    /// The group of the run.
    pub fn group(&self) -> Group {
        Group::Of(self.group)
    }

    /// Whether it was the sentinel that has ended: if by a signal, there is another one then, and it was Ctrl-C.
    pub fn has_ended(&mut self, id: Pid) -> bool {
        if id != self.sentinel {
            return false;
        }
        let again = sentinel(Some(self.group)).or_else(|_| sentinel(None));
        if let Ok((sentinel, input)) = again {
            (self.sentinel, self.input) = (sentinel, input);
            if rustix::process::getpgid(Some(sentinel)).is_ok_and(|group| group != self.group) {
                self.group = sentinel;
                let _ = tcsetpgrp(&self.device, sentinel);
            }
        }
        true
    }

    /// Whether a child is the sentinel, and no part of the run.
    pub fn is_sentinel(&self, id: Pid) -> bool {
        id == self.sentinel
    }

    /// Goes back to the foreground. Whether the program has left the terminal in a mode of its own, as one that was killed
    /// does: what was said meanwhile may be gone with its screen.
    pub fn give_back(mut self) -> bool {
        self.restore()
    }

    fn restore(&mut self) -> bool {
        let _ = rustix::process::kill_process(self.sentinel, Signal::KILL);
        let _ = tcsetpgrp(&self.device, self.own);
        let Some(settings) = self.settings.take() else {
            return false;
        };
        let is_left = tcgetattr(&self.device).is_ok_and(|now| {
            now.local_modes != settings.local_modes || now.output_modes != settings.output_modes
        });
        let _ = tcsetattr(&self.device, OptionalActions::Drain, &settings);
        if is_left {
            let _ = self.device.write_all(LEAVE.as_bytes());
        }
        is_left
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.restore();
    }
}

fn sentinel(group: Option<Pid>) -> io::Result<(Pid, ChildStdin)> {
    let mut command = Command::new("cat");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let (input, output) = io::pipe()?;
    command.stdin(input);
    let id = start(
        &mut command,
        group.map_or(Group::Own, Group::Of),
        Signal::KILL,
    )?;
    Ok((id, ChildStdin::from(std::os::fd::OwnedFd::from(output))))
}

/// Whether the foreground is this process's, and not that of a script that has it in its background: such a process is in
/// the foreground's group as well, but its input is /dev/null, or something else that is not the terminal.
fn is_of_terminal(own: Pid) -> bool {
    if is_null() {
        return false;
    }
    if stdin().is_terminal() {
        return true;
    }
    let above = Ancestor::just().and_then(Ancestor::parent);
    let above = above.unwrap_or_else(std::os::unix::process::parent_id);
    Stat::of(above).is_some_and(|stat| stat.group != own.as_raw_nonzero().get())
}

/// Whether the input is /dev/null.
fn is_null() -> bool {
    let input = std::fs::metadata("/dev/stdin");
    let null = std::fs::metadata("/dev/null");
    matches!((input, null), (Ok(input), Ok(null)) if input.file_type().is_char_device() && input.rdev() == null.rdev())
}
