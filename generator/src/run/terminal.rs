//! The terminal: the run has a foreground process group of its own, so Ctrl-C reaches the run, and neither just nor this
//! process, which goes on to the report.

use std::fs::File;
use std::io::{IsTerminal, Write, stdin};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, getpgid, kill_current_process_group, test_kill_process_group};
use rustix::termios::{
    LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp,
};

use super::ancestor::{Ancestor, Stat};
use super::process::{Group, shares_group};
use super::sentinel;

/// Whether this process is in the foreground of a terminal.
pub fn is_in_foreground() -> bool {
    Foreground::of_this_process().is_some()
}

/// Whether this process is in the foreground of a terminal, which is its own.
pub fn has_foreground() -> bool {
    is_in_foreground() && is_of_terminal()
}

/// The group of this process; none if it is from outside of the namespace in which this process is.
fn own_group() -> Option<Pid> {
    Pid::from_raw(own_group_number())
}

fn own_group_number() -> i32 {
    #[allow(unsafe_code)]
    // SAFETY: it only gives a number.
    unsafe {
        libc::getpgrp()
    }
}

/// Whether this process has a terminal.
pub fn is_there() -> bool {
    File::open("/dev/tty").is_ok()
}

/// Whether this process is in the background of the terminal that is its input.
pub fn is_in_background() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| Some(group) != own_group())
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
        (tcgetpgrp(&device).ok()? == own_group()?).then_some(Foreground { device })
    }

    /// Whether it has gone. The system tells whoever leads the session, and the others when that has ended: but just waits for
    /// what it has started.
    pub fn has_gone(&self) -> bool {
        let mut device = [PollFd::new(&self.device, PollFlags::empty())];
        let now = Timespec::default();
        poll(&mut device, Some(&now)).is_ok() && device[0].revents().contains(PollFlags::HUP)
    }
}

/// Ends what a program that draws on the whole screen has begun: the screen of its own, the region that scrolls, the hidden cursor and
/// its shape, reports of the mouse and of the focus, bracketed paste, keys that are told otherwise (also by kitty's protocol), lines that
/// do not wrap, output that is held back, colours. The cursor is saved first, as leaving the screen takes it to where it was last saved,
/// and the region to the top.
const LEAVE: &str = "\x1b7\x1b[?1049l\x1b7\x1b[r\x1b8\x1b[?25h\x1b[0 q\
    \x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l\
    \x1b[<99u\x1b[?1l\x1b>\x1b[?7h\x1b[?2026l\x1b[0m\r";

/// How long what stops may take to do so.
const AROUND_STOP: Duration = Duration::from_millis(100);

/// The terminal during a run.
pub struct Terminal {
    device: File,
    /// How it was before.
    settings: Option<Termios>,
    /// The group of this process.
    own: Pid,
    /// The process that tells of Ctrl-C.
    sentinel: Pid,
    /// The group of the run.
    group: Pid,
}

impl Terminal {
    /// Takes the terminal, if this process is in its foreground: for the group of a child, or for a new one.
    pub fn take(child: Option<Pid>) -> Option<Terminal> {
        is_for_run().then(|| match child {
            Some(child) => Terminal::take_for(child),
            None => Terminal::take_as(None),
        })?
    }

    /// The same for a child that uses it already, whoever else does.
    pub fn take_for(child: Pid) -> Option<Terminal> {
        Terminal::take_as(Some(getpgid(Some(child)).ok()?))
    }

    /// Takes it again.
    pub fn take_again(&self) {
        if is_for_run() {
            self.give_to_group(self.group);
        }
    }

    fn take_as(group: Option<Pid>) -> Option<Terminal> {
        let Foreground { device } = Foreground::of_this_process()?;
        #[allow(unsafe_code)]
        // SAFETY: no handler is replaced. This process goes back to the terminal from its background.
        unsafe {
            libc::signal(libc::SIGTTOU, libc::SIG_IGN);
        }
        let sentinel = sentinel::start(group).ok()?;
        let settings = tcgetattr(&device).ok();
        let group = group.unwrap_or(sentinel);
        tcsetpgrp(&device, group).ok()?;
        Some(Terminal {
            device,
            settings,
            own: own_group()?,
            sentinel,
            group,
        })
    }

    /// The group of the run.
    pub fn group(&self) -> Group {
        Group::Of(self.group)
    }

    /// Whether it was the sentinel that has ended: there is another one then, and it was Ctrl-C if the status is that of SIGINT.
    pub fn has_ended(&mut self, id: Pid) -> bool {
        if id != self.sentinel {
            return false;
        }
        let again = sentinel::start(Some(self.group)).or_else(|_| sentinel::start(None));
        if let Ok(sentinel) = again {
            self.sentinel = sentinel;
            if getpgid(Some(sentinel)).is_ok_and(|group| group != self.group) {
                self.give_to_group(sentinel);
                self.group = sentinel;
            }
        }
        true
    }

    /// Whether a child is the sentinel, and no part of the run.
    pub fn is_sentinel(&self, id: Pid) -> bool {
        id == self.sentinel
    }

    /// Whether the group of the run is in the foreground.
    pub fn is_in_foreground(&self) -> bool {
        tcgetpgrp(&self.device) == Ok(self.group)
    }

    /// Whether a child is in the group of the run.
    pub fn is_for(&self, child: Pid) -> bool {
        getpgid(Some(child)) == Ok(self.group)
    }

    /// Whether a child is in the foreground.
    pub fn is_of(&self, child: Pid) -> bool {
        tcgetpgrp(&self.device).ok() == getpgid(Some(child)).ok()
    }

    /// Whether a child could be brought to the foreground.
    pub fn give_to(&self, child: Pid) -> bool {
        getpgid(Some(child)).is_ok_and(|group| self.give_to_group(group))
    }

    /// The same for a group, if the foreground is that of this run or nobody's: a run in the background takes it from none.
    fn give_to_group(&self, group: Pid) -> bool {
        let is_ours = tcgetpgrp(&self.device).is_ok_and(|foreground| {
            [self.own, self.group, group].contains(&foreground)
                || test_kill_process_group(foreground) == Err(Errno::SRCH)
        });
        is_ours && tcsetpgrp(&self.device, group).is_ok()
    }

    /// Stops this process and what shares its group, such as just, until a shell lets it go on: in the foreground, where the
    /// child gets the terminal again, or in the background.
    pub fn pause(&self, child: Pid) {
        // A program that draws on the whole screen puts the terminal right before it stops.
        thread::sleep(AROUND_STOP);
        let modes = tcgetattr(&self.device);
        if let Some(settings) = &self.settings {
            let _ = tcsetattr(&self.device, OptionalActions::Now, settings);
        }
        let _ = tcsetpgrp(&self.device, self.own);
        let _ = kill_current_process_group(Signal::TSTP);
        // Another thread may receive it.
        thread::sleep(AROUND_STOP);
        if self.give_to(child)
            && let Ok(modes) = modes
        {
            let _ = tcsetattr(&self.device, OptionalActions::Now, &modes);
        }
    }

    /// Goes back to the foreground. Whether the program has left the terminal in a mode of its own, as one that was killed
    /// does: what was said meanwhile may be gone with its screen.
    pub fn give_back(mut self) -> bool {
        self.restore()
    }

    fn restore(&mut self) -> bool {
        let _ = rustix::process::kill_process(self.sentinel, Signal::KILL);
        let is_given = self.give_to_group(self.own);
        let Some(settings) = self.settings.take().filter(|_| is_given) else {
            return false;
        };
        let is_left = tcgetattr(&self.device).is_ok_and(|now| {
            now.local_modes != settings.local_modes || now.output_modes != settings.output_modes
        });
        // To wait for what is being written would be to wait for Ctrl-Q after Ctrl-S.
        let _ = tcsetattr(&self.device, OptionalActions::Now, &settings);
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

/// Whether the run may have the foreground of this process.
fn is_for_run() -> bool {
    is_of_terminal() && !is_read_by_another()
}

/// Whether a pager, or the like, has the keyboard: somebody who shares the group of this process reads key by key.
fn is_read_by_another() -> bool {
    let modes = File::open("/dev/tty")
        .ok()
        .and_then(|device| tcgetattr(device).ok());
    modes.is_some_and(|modes| !modes.local_modes.contains(LocalModes::ICANON)) && shares_group()
}

/// Whether the foreground is this process's, and not that of a script that has it in its background: such a process is in
/// the foreground's group as well, but its input is /dev/null, or something else that is not the terminal.
fn is_of_terminal() -> bool {
    if is_null() {
        return false;
    }
    if stdin().is_terminal() {
        return true;
    }
    let above = Ancestor::just().and_then(Ancestor::parent);
    let above = above.unwrap_or_else(std::os::unix::process::parent_id);
    Stat::of(above).is_some_and(|stat| stat.group != own_group_number())
}

/// Whether the input is /dev/null.
fn is_null() -> bool {
    let input = std::fs::metadata("/dev/stdin");
    let null = std::fs::metadata("/dev/null");
    matches!((input, null), (Ok(input), Ok(null)) if input.file_type().is_char_device() && input.rdev() == null.rdev())
}
