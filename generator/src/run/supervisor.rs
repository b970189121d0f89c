//! The supervisor: starts the programs' harnesses and the suite, waits for what ends the run, and ends the rest.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Pid;

use super::control::Pages;
use super::marks::{Mark, Marks};
use super::plan::Plan;
use super::process::{self, Change, Group};
use super::settings::Settings;
use super::terminal::{self, Terminal};
use super::{Failure, complain, control, ended, interrupts, ready, said, say};
use crate::background;

/// How often the supervisor looks at what it waits for.
pub(super) const TICK: Duration = Duration::from_millis(20);

/// How a run was.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status of the run.
    pub status: u8,
    /// Whether it came so far that it counts.
    pub counts: bool,
}

/// What others do while a plan runs.
pub struct Hooks {
    /// At marks.
    pub marks: Marks,
    /// For browsers, if the run has pages.
    pub pages: Option<Pages>,
    /// Before the programs start, when the control address is known.
    pub started: Box<dyn Fn(SocketAddr)>,
    /// When the suite has ended, before what it has left behind is stopped.
    pub left: Box<dyn Fn()>,
    /// Whether the terminal is the run's, which it is not while that is stopped or in the background.
    pub shows: Box<dyn Fn(bool)>,
}

/// Runs the plan to its end. Afterwards nothing of it is left.
///
/// # Errors
///
/// If the control address cannot be had, or something answers where the program is to.
pub fn run(
    plan: &Plan,
    settings: &Settings,
    signals: &Receiver<i32>,
    hooks: &Hooks,
) -> Result<Outcome, Failure> {
    let (sender, stops) = channel();
    let commands = control::Commands {
        stop: Box::new(move || {
            let _ = sender.send(());
        }),
        marks: Arc::clone(&hooks.marks),
        pages: hooks.pages.clone(),
    };
    let control = control::serve(settings.control, commands);
    let control = control.map_err(|error| Failure {
        status: 1,
        message: format!(
            "cannot listen at the control address {}: {error}; port 0 takes any free one",
            settings.control
        ),
    })?;
    if !plan.programs.is_empty() {
        ready::look_for_others(&settings.ready)?;
    }
    (hooks.started)(control);
    process::adopt_orphans();
    let mut run = Run {
        plan,
        settings,
        signals,
        stops: &stops,
        control: control.to_string(),
        is_in_foreground: terminal::is_in_foreground(),
        terminal: Terminal::take(None),
        shows: &hooks.shows,
        children: Vec::new(),
        inputs: Vec::new(),
        requests: 0,
        interrupts: 0,
        last: None,
        why: None,
        is_stop_said: false,
    };
    (hooks.shows)(run.has_foreground() || !terminal::is_there());
    let outcome = run.go();
    // What runs while the programs stop is no scenario's.
    let last = if run.has_suite_ended() {
        Mark::End(None, None)
    } else {
        Mark::Cut
    };
    if let Err(error) = (hooks.marks)(last) {
        complain(&format!("cannot note the last scenario: {error}"));
    }
    if run.suite_status().is_some() {
        (hooks.left)();
    }
    let is_left = run.stop();
    said::wait_for_readers();
    if is_left {
        run.why.iter().for_each(|why| say(why));
    }
    Ok(outcome)
}

/// A run that goes on.
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) settings: &'a Settings,
    pub(super) signals: &'a Receiver<i32>,
    pub(super) stops: &'a Receiver<()>,
    pub(super) control: String,
    pub(super) terminal: Option<Terminal>,
    /// Whether this process is in the foreground, and has left it to others.
    pub(super) is_in_foreground: bool,
    /// See [`Hooks`].
    pub(super) shows: &'a dyn Fn(bool),
    /// The harnesses, then the suite.
    pub(super) children: Vec<Child>,
    /// The programs' inputs, which stay open.
    pub(super) inputs: Vec<io::PipeWriter>,
    /// How many signals and requests to stop nobody has heeded yet.
    pub(super) requests: usize,
    /// How many Ctrl-C at the terminal, which reach the run's foreground group by themselves.
    pub(super) interrupts: usize,
    /// The last of these.
    pub(super) last: Option<Came>,
    /// What has ended the run, if none of its processes has.
    why: Option<String>,
    /// Whether it was said that one is stopped.
    pub(super) is_stop_said: bool,
}

/// Who gets a signal: the name for people, the process, and its group.
pub(super) type Target = (String, Pid, Group);

/// A signal that has come, or a request that is as good as one.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Came {
    pub(super) number: i32,
    pub(super) by: By,
}

/// How a signal has come.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum By {
    /// It is a Ctrl-C that has reached the run as well.
    Terminal,
    /// It has come to this process alone.
    Signal,
    /// It is a request to the control address.
    Request,
}

pub(super) struct Child {
    pub(super) name: String,
    pub(super) id: Pid,
    pub(super) group: Group,
    pub(super) is_suite: bool,
    pub(super) since: Instant,
    /// When, and its exit status.
    pub(super) end: Option<(Instant, i32)>,
    /// The signal that has stopped it, if it does not go on.
    pub(super) stopped: Option<i32>,
}

impl Run<'_> {
    /// Starts everything, and waits until the run is over.
    fn go(&mut self) -> Outcome {
        let (plan, settings) = (self.plan, self.settings);
        let ends = |status: i32, counts: bool| Outcome {
            status: u8::try_from(status).unwrap_or(1),
            counts,
        };
        let started = Instant::now();
        for program in &plan.programs {
            if let Err(status) = self.start_program(program) {
                return ends(status, false);
            }
        }
        let has_suite = plan.suite.is_some();
        if !plan.programs.is_empty() || settings.is_control_wished {
            self.say_what_ends_it();
        }
        let waits = has_suite && !plan.programs.is_empty() && !settings.ready.is_empty();
        let answers = waits.then(|| self.wait_until_ready());
        let mut answer = if waits {
            Err("no answer yet".to_owned())
        } else {
            Ok(())
        };
        let mut is_suite_started = false;
        loop {
            self.look();
            self.look_at_foreground();
            self.look_at_stopped();
            thread::sleep(TICK);
            // A signal reaches the children as well, whose end may be seen first.
            self.look_for_signals();
            if let Some(Came { number, by }) = self.last {
                self.ends_as(match by {
                    By::Request => "POST /stop has come".to_owned(),
                    By::Terminal | By::Signal => format!("{} has come", interrupts::name(number)),
                });
                let status = if has_suite {
                    process::status_of(number)
                } else {
                    self.first_failure()
                };
                return ends(status, !has_suite || is_suite_started);
            }
            let is_limited = !settings.timeout.is_zero() && !plan.programs.is_empty();
            if is_limited && started.elapsed() >= settings.timeout {
                self.ends_as(format!("ITCOV_TIMEOUT={:?} is over", settings.timeout));
                if let Err(error) = &answer {
                    complain(&format!(
                        "the program was not ready by then, so the suite has not begun: {error}; this run does not count"
                    ));
                }
                let status = if has_suite { 124 } else { self.first_failure() };
                return ends(status, answer.is_ok());
            }
            if is_suite_started {
                match self.children.last().and_then(|suite| suite.end) {
                    Some((_, 0)) if self.has_failed_meanwhile() => return ends(1, true),
                    Some((_, status)) => return ends(status, true),
                    None => continue,
                }
            }
            let (first, have_all) = self.first_end();
            if let Some(answers) = &answers {
                while let Ok(now) = answers.try_recv() {
                    answer = now;
                }
            }
            match (first, &answer) {
                (Some((_, status)), _) if !has_suite && have_all => return ends(status, true),
                (Some((who, status)), _) if waits && (status != 0 || have_all) => {
                    complain(&format!(
                        "{who} ended before it was ready; this run does not count"
                    ));
                    return ends(1, false);
                }
                (_, Ok(())) if has_suite && self.have_begun(started) => match self.start_suite() {
                    Ok(()) => is_suite_started = true,
                    Err(status) => return ends(status, false),
                },
                (_, Err(error)) if waits && started.elapsed() >= settings.ready_timeout => {
                    let without = if plan.programs.iter().all(|it| it.arguments.is_empty()) {
                        " (it was started without arguments: ITCOV_ARGS is not set)"
                    } else {
                        ""
                    };
                    complain(&format!(
                        "the program was not ready within {:?}: {error}{without}; this run does not count",
                        settings.ready_timeout
                    ));
                    return ends(1, false);
                }
                _ => {}
            }
        }
    }

    /// Says what can end the run.
    fn say_what_ends_it(&self) {
        let timeout = self.settings.timeout;
        let timeout = if timeout.is_zero() {
            String::new()
        } else {
            format!(", ITCOV_TIMEOUT={timeout:?}")
        };
        // A program that reads the keyboard itself gets Ctrl-C as a key.
        let own_end = match (&self.plan.suite, &self.plan.programs[..]) {
            (Some(_), _) => "",
            (None, [_]) => "the program's end, ",
            (None, _) => "the end of all programs, ",
        };
        say(&format!(
            "{own_end}Ctrl-C{timeout} or POST http://{}/stop ends the run",
            self.control
        ));
    }

    /// Says what has ended the run.
    fn ends_as(&mut self, why: String) {
        say(&why);
        self.why = Some(why);
    }

    /// Asks from a thread, so that nothing keeps the supervisor from seeing a signal or the end of a program.
    fn wait_until_ready(&self) -> Receiver<Result<(), String>> {
        let addresses = self.settings.ready.clone();
        let limit = self.settings.ready_timeout;
        let urls: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        say(&format!(
            "the suite waits for {}, ITCOV_READY_TIMEOUT={limit:?} at the latest",
            urls.join(" ")
        ));
        let (sender, receiver): (Sender<Result<(), String>>, _) = channel();
        let asks = background::begin(move || {
            for address in addresses {
                while let Err(error) = address.ask(limit) {
                    if sender.send(Err(format!("{address}: {error}"))).is_err() {
                        return;
                    }
                    thread::sleep(TICK);
                }
            }
            let _ = sender.send(Ok(()));
        });
        if let Err(error) = asks {
            complain(&format!("cannot ask whether the program is ready: {error}"));
        }
        receiver
    }

    /// Takes note of what has ended, be it an orphan.
    pub(super) fn look(&mut self) {
        while let Some((id, change)) = process::changed() {
            let status = match change {
                Change::Ended(status) => status,
                Change::Stopped(signal) => {
                    self.note_stop(id, Some(signal));
                    continue;
                }
                Change::Continued => {
                    self.note_stop(id, None);
                    continue;
                }
            };
            if self
                .terminal
                .as_mut()
                .is_some_and(|terminal| terminal.has_ended(id))
            {
                if status == process::status_of(libc::SIGINT) {
                    self.interrupts += 1;
                    self.last = Some(Came {
                        number: libc::SIGINT,
                        by: By::Terminal,
                    });
                }
                continue;
            }
            let child = self
                .children
                .iter_mut()
                .find(|child| child.id == id && child.end.is_none());
            if let Some(child) = child {
                child.end = Some((Instant::now(), status));
                if child.is_suite {
                    say(&format!(
                        "the suite ended after {:.1?}: {}",
                        child.since.elapsed(),
                        ended::how(status)
                    ));
                }
            }
        }
    }

    pub(super) fn look_for_signals(&mut self) {
        let signals = self.signals.try_iter().map(|number| (number, By::Signal));
        let stops = self.stops.try_iter().map(|()| (libc::SIGINT, By::Request));
        for (number, by) in signals.chain(stops) {
            self.requests += 1;
            self.last = Some(Came { number, by });
        }
    }
}
