//! The end of a run: the suite, the programs, and what they have left behind.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::process::{self, Depth, Group};
use super::supervisor::{By, Run, TICK, Target};
use super::terminal::Terminal;
use super::{interrupts, say, stopped};

/// How much longer than it says a harness may take.
const HARNESS: Duration = Duration::from_secs(10);

/// How long what was killed may take to end.
const KILL: Duration = Duration::from_secs(10);

/// How long a process of another user may take to end when what it has started has, as sudo does.
const OTHERS: Duration = Duration::from_secs(1);

impl Run<'_> {
    /// Ends the suite, then the programs at once, then what they have left behind. Whether the terminal was left in a mode
    /// of a program's own.
    pub(super) fn stop(&mut self) -> bool {
        let first = self
            .last
            .and_then(|came| Signal::from_named_raw(came.number));
        let has_come = self.last.is_some_and(|came| came.by == By::Terminal);
        let first = match first {
            Some(Signal::INT) | None => Signal::INT,
            Some(Signal::QUIT) => Signal::QUIT,
            // Many go on without a terminal, and nobody is there to wait for them. What others mean to a suite is not known.
            Some(_) => Signal::TERM,
        };
        // One has ended the run; those that come after it hurry.
        (self.requests, self.interrupts) = (0, 0);
        let steps = [first, Signal::TERM, Signal::KILL];
        self.end(&steps, has_come, &|run| {
            let suite = run
                .children
                .iter()
                .filter(|child| child.is_suite && child.end.is_none());
            suite
                .map(|child| (child.name.clone(), child.id, child.group))
                .collect()
        });
        self.end_programs();
        self.inputs.clear();
        let terminal = self.terminal.take();
        let is_sentinel = |id: Pid| {
            terminal
                .as_ref()
                .is_some_and(|terminal| terminal.is_sentinel(id))
        };
        self.end(&[Signal::TERM], false, &|_| {
            let left = process::left(Depth::Upper).own.into_iter();
            left.filter(|id| !is_sentinel(*id))
                .map(|id| ("what was left behind".to_owned(), id, Group::Of(id)))
                .collect()
        });
        let goes_on = self.kill_left(&|id| !is_sentinel(id));
        let is_left = terminal.is_some_and(Terminal::give_back);
        self.look();
        for id in goes_on {
            say(&format!(
                "process {id} was left behind and goes on, though it was killed"
            ));
        }
        say_what_others_have();
        is_left
    }

    /// The harnesses stop their programs, harder and harder. Each signal that comes meanwhile hurries them. Those that have
    /// the terminal get Ctrl-C from there.
    fn end_programs(&mut self) {
        let foreground = self.terminal.as_ref().map(Terminal::group);
        let mut by_terminal = self.last.is_some_and(|came| came.by == By::Terminal);
        let mut is_first = true;
        // A harness has no more than three steps.
        let limit = self
            .settings
            .grace
            .saturating_mul(3)
            .saturating_add(HARNESS);
        let mut since = Instant::now();
        loop {
            self.look();
            self.continue_stopped();
            if since.elapsed() >= limit {
                return self.kill_harnesses();
            }
            let alive: Vec<(Pid, Group)> = self
                .children
                .iter()
                .filter(|child| child.end.is_none() && !child.is_suite)
                .map(|child| (child.id, child.group))
                .collect();
            if alive.is_empty() {
                return;
            }
            if is_first || self.requests + self.interrupts > 0 {
                by_terminal = if is_first {
                    by_terminal
                } else {
                    self.requests == 0
                };
                let told = alive
                    .iter()
                    .filter(|(_, group)| !(by_terminal && Some(*group) == foreground));
                for (id, _) in told {
                    process::signal(*id, Group::Of(*id), Signal::TERM);
                }
                // Somebody may have stopped it, or its program.
                for (id, _) in &alive {
                    stopped::continue_harness(*id);
                }
                (self.requests, self.interrupts, is_first) = (0, 0, false);
                since = Instant::now();
            }
            thread::sleep(TICK);
            self.look_for_signals();
        }
    }

    /// Ends the harnesses. Their programs are what is left behind then.
    fn kill_harnesses(&mut self) {
        let harnesses = self.children.iter().filter(|child| !child.is_suite);
        for child in harnesses.filter(|child| child.end.is_none()) {
            say(&format!(
                "the harness of {} does not end, so SIGKILL follows",
                child.name
            ));
            process::signal(child.id, Group::Of(child.id), Signal::KILL);
        }
    }

    /// Kills what is meant of what SIGTERM has not ended, and gives what goes on all the same.
    fn kill_left(&mut self, is_meant: &dyn Fn(Pid) -> bool) -> Vec<Pid> {
        let left = || {
            let own = process::left(Depth::Upper).own.into_iter();
            own.filter(|id| is_meant(*id)).collect::<Vec<Pid>>()
        };
        let (mut alive, since) = (left(), Instant::now());
        if !alive.is_empty() {
            say("what was left behind does not stop on SIGTERM, so SIGKILL follows");
        }
        while !alive.is_empty() && since.elapsed() < KILL {
            process::kill_left(is_meant);
            thread::sleep(TICK);
            self.look();
            alive = left();
        }
        alive
    }

    /// Signals those who are alive, unless the first signal `has_come` to them; harder after each grace or another signal.
    fn end(&mut self, steps: &[Signal], mut has_come: bool, alive: &dyn Fn(&Self) -> Vec<Target>) {
        let mut since = Instant::now();
        let mut told: Vec<Pid> = Vec::new();
        let mut steps = steps.iter().copied().peekable();
        let Some(mut step) = steps.next() else { return };
        loop {
            self.look();
            self.continue_stopped();
            let targets = alive(self);
            if targets.is_empty() {
                return;
            }
            for (_, id, group) in &targets {
                if !has_come && !told.contains(id) {
                    process::signal(*id, *group, step);
                    // Whoever is stopped, as by reading a terminal in the background, handles no signal.
                    process::signal(*id, *group, Signal::CONT);
                    told.push(*id);
                }
            }
            thread::sleep(TICK);
            self.look_for_signals();
            let limit = if step == Signal::KILL {
                KILL
            } else {
                self.settings.grace
            };
            let came = std::mem::take(&mut self.requests) + std::mem::take(&mut self.interrupts);
            let hurries = step != Signal::KILL && came > 0;
            if since.elapsed() < limit && !hurries {
                continue;
            }
            while steps.peek() == Some(&step) {
                steps.next();
            }
            let Some(harder) = steps.next() else { return };
            let name = |signal: Signal| interrupts::name(signal.as_raw());
            let mut names: Vec<&String> = targets.iter().map(|(who, ..)| who).collect();
            names.dedup();
            for who in names {
                say(&format!(
                    "{who} does not stop on {}, so {} follows",
                    name(step),
                    name(harder)
                ));
            }
            (step, has_come, since) = (harder, false, Instant::now());
            told.clear();
        }
    }
}

/// Names what goes on as it is another user's.
fn say_what_others_have() {
    let since = Instant::now();
    let others = || process::left(Depth::Upper).others;
    while !others().is_empty() && since.elapsed() < OTHERS {
        thread::sleep(TICK);
    }
    for id in others() {
        say(&format!(
            "process {id} was left behind and goes on: it is another user's, so it cannot be ended from here"
        ));
    }
}
