//! What of a run is stopped, and goes on later: by Ctrl-Z, as it uses the terminal from its background, or by somebody.

use rustix::process::{Pid, Signal, getpgid};

use super::ancestor::Stat;
use super::process::{self, Group};
use super::supervisor::{Child, Run};
use super::terminal::{self, Terminal};
use super::{interrupts, say};

impl Run<'_> {
    /// Takes note of a child that is stopped, or that goes on.
    pub(super) fn note_stop(&mut self, id: Pid, stopped: Option<i32>) {
        if let Some(terminal) = &self.terminal
            && terminal.is_sentinel(id)
            && let Some(signal) = stopped
        {
            let has_terminal = |child: &Child| child.end.is_none() && terminal.is_for(child.id);
            // Where nobody else has the terminal, nobody else stops by Ctrl-Z.
            if signal == libc::SIGTSTP && !self.children.iter().any(has_terminal) {
                self.pause(terminal, id);
            }
            // It would not die of Ctrl-C.
            process::signal(id, Group::Of(id), Signal::CONT);
        }
        for child in self.children.iter_mut().filter(|child| child.id == id) {
            child.stopped = stopped;
        }
    }

    /// Stops this process, until a shell lets it go on.
    fn pause(&self, terminal: &Terminal, id: Pid) {
        (self.shows)(false);
        terminal.pause(id);
    }

    /// Whether the foreground is that of this process or of the run.
    pub(super) fn has_foreground(&self) -> bool {
        let terminal = self.terminal.as_ref();
        self.is_in_foreground || terminal.is_some_and(Terminal::is_in_foreground)
    }

    /// A shell has brought this process to the foreground: the run takes that, so that Ctrl-C and Ctrl-Z reach it.
    pub(super) fn look_at_foreground(&mut self) {
        let is_in_foreground = terminal::is_in_foreground();
        let was_in_foreground = std::mem::replace(&mut self.is_in_foreground, is_in_foreground);
        if is_in_foreground && !was_in_foreground {
            if let Some(terminal) = &self.terminal {
                terminal.take_again();
            } else {
                let suite = self.children.last().filter(|child| child.is_suite);
                self.terminal = Terminal::take(suite.map(|child| child.id));
            }
        }
        if self.has_foreground() {
            (self.shows)(true);
        }
    }

    /// As a shell does: what has stopped in the foreground stops the whole run, until the shell lets that go on. What the
    /// system has stopped in the background, as it uses the terminal, goes on as soon as it can have that.
    pub(super) fn look_at_stopped(&mut self) {
        let Some((name, id, signal)) = self.stopped() else {
            self.is_stop_said = false;
            return;
        };
        let uses_terminal = [libc::SIGTTIN, libc::SIGTTOU].contains(&signal);
        if uses_terminal && self.terminal.is_none() {
            self.terminal = Terminal::take_for(id);
        }
        let goes_on = match &self.terminal {
            Some(terminal) if uses_terminal => terminal.give_to(id),
            Some(terminal) if terminal.is_of(id) => {
                self.pause(terminal, id);
                true
            }
            Some(_) => false,
            // It has gone, and says so to who uses it.
            None => uses_terminal && !terminal::is_there(),
        };
        if goes_on {
            return self.continue_stopped();
        }
        if !std::mem::replace(&mut self.is_stop_said, true) {
            let signal = interrupts::name(signal);
            say(&if uses_terminal {
                format!(
                    "{name} is stopped ({signal}), as it uses the terminal from the background: it goes on when the run comes to the \
                     foreground, as by `fg`"
                )
            } else {
                format!("{name} is stopped by {signal}, and goes on after `kill -CONT {id}`")
            });
        }
    }

    /// The first that is stopped, and by which signal. A harness goes on beside a program that has stopped itself.
    fn stopped(&self) -> Option<(String, Pid, i32)> {
        let terminal = self.terminal.as_ref();
        self.children.iter().find_map(|child| {
            let name = || child.name.clone();
            if child.end.is_some() {
                return None;
            }
            if let Some(signal) = child.stopped {
                return Some((name(), child.id, signal));
            }
            let terminal = terminal.filter(|it| !child.is_suite && child.group == it.group())?;
            let mut programs = process::children_of(child.id).into_iter();
            let program = programs.find(|id| is_stopped(*id))?;
            let had_terminal = terminal.is_of(program);
            let signal = if had_terminal {
                libc::SIGTSTP
            } else {
                libc::SIGTTIN
            };
            Some((name(), program, signal))
        })
    }

    /// Lets all go on that are stopped.
    pub(super) fn continue_stopped(&mut self) {
        if self.stopped().is_none() {
            return;
        }
        for child in self.children.iter_mut().filter(|child| child.end.is_none()) {
            child.stopped = None;
            if child.is_suite {
                let group = getpgid(Some(child.id)).unwrap_or(child.id);
                process::signal(group, Group::Own, Signal::CONT);
            } else {
                continue_harness(child.id);
            }
        }
    }
}

/// Lets a harness go on, with its program and what that has started.
pub(super) fn continue_harness(id: Pid) {
    process::signal(id, Group::Of(id), Signal::CONT);
    for program in process::children_of(id) {
        let group = getpgid(Some(program)).unwrap_or(program);
        process::signal(group, Group::Own, Signal::CONT);
    }
}

fn is_stopped(id: Pid) -> bool {
    Stat::of(id.as_raw_nonzero().get().unsigned_abs()).is_some_and(|stat| stat.is_stopped())
}
