//! The supervisor: starts the programs' harnesses and the suite, waits for what ends the run, and ends the rest.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::ancestor::Ancestor;
use super::process::{self, Group};
use super::settings::Settings;
use super::terminal::Terminal;
use super::{Failure, control, interrupts, say};

/// How often the supervisor looks at what it waits for.
const TICK: Duration = Duration::from_millis(20);

/// How often it looks whether somebody still waits for the run.
const LOOK: Duration = Duration::from_millis(200);

/// How long a harness may take to start its program.
const BEGIN: Duration = Duration::from_secs(5);

/// What is started of a program: its harness, with its words and its environment.
#[derive(Debug)]
pub struct Start {
    /// For people.
    pub name: String,
    /// The harness.
    pub harness: PathBuf,
    /// The words behind it.
    pub arguments: Vec<OsString>,
    /// The whole environment.
    pub environment: BTreeMap<OsString, OsString>,
}

/// The suite: its command, and what it gets beside this process's environment.
#[derive(Debug)]
pub struct Suite {
    /// The command and its words.
    pub words: Vec<OsString>,
    /// Variables.
    pub environment: BTreeMap<OsString, OsString>,
}

/// What is to run.
#[derive(Debug)]
pub struct Plan {
    /// The programs that are started, at once.
    pub programs: Vec<Start>,
    /// What runs against them, or by itself.
    pub suite: Option<Suite>,
}

/// How a run was.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status of the run.
    pub status: u8,
    /// Whether it came so far that it counts.
    pub counts: bool,
}

/// Runs the plan to its end. Afterwards nothing of it is left.
///
/// # Errors
///
/// If the control address cannot be had, or something answers where the program is to.
pub fn run(plan: &Plan, settings: &Settings, signals: &Receiver<i32>) -> Result<Outcome, Failure> {
    let (sender, stops) = channel();
    let control = control::serve(settings.control, move || {
        let _ = sender.send(());
    });
    let control = control.map_err(|error| Failure {
        status: 1,
        message: format!(
            "cannot listen at the control address {}: {error}",
            settings.control
        ),
    })?;
    let is_taken = |limit: Duration| {
        settings
            .ready
            .iter()
            .any(|address| address.ask(limit).is_ok())
    };
    if !plan.programs.is_empty() && is_taken(Duration::from_secs(1)) {
        return Err(Failure {
            status: 1,
            message: "something answers at ITCOV_READY before the program has started".to_owned(),
        });
    }
    process::adopt_orphans();
    let mut run = Run {
        plan,
        settings,
        signals,
        stops: &stops,
        control: control.to_string(),
        just: Ancestor::just(),
        looked: Instant::now(),
        terminal: Terminal::take(),
        children: Vec::new(),
        inputs: Vec::new(),
        requests: 0,
        interrupts: 0,
        last: None,
    };
    let outcome = run.go();
    run.stop();
    Ok(outcome)
}

struct Run<'a> {
    plan: &'a Plan,
    settings: &'a Settings,
    signals: &'a Receiver<i32>,
    stops: &'a Receiver<()>,
    control: String,
    just: Option<Ancestor>,
    looked: Instant,
    terminal: Option<Terminal>,
    /// The harnesses, then the suite.
    children: Vec<Child>,
    /// The programs' inputs, which stay open.
    inputs: Vec<io::PipeWriter>,
    /// How many signals and requests to stop nobody has heeded yet.
    requests: usize,
    /// How many Ctrl-C at the terminal, which reach the run's foreground group by themselves.
    interrupts: usize,
    /// The last of these.
    last: Option<Came>,
}

/// Who gets a signal: the name for people, the process, and its group.
type Target = (String, Pid, Group);

/// A signal that has come.
#[derive(Clone, Copy, PartialEq)]
struct Came {
    number: i32,
    by_terminal: bool,
}

struct Child {
    name: String,
    id: Pid,
    group: Group,
    is_suite: bool,
    since: Instant,
    /// When, and its exit status.
    end: Option<(Instant, i32)>,
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
            let timeout = settings.timeout;
            let timeout = if timeout.is_zero() {
                String::new()
            } else {
                format!(", ITCOV_TIMEOUT={timeout:?}")
            };
            say(&format!(
                "Ctrl-C{timeout} or POST http://{}/stop ends the run",
                self.control
            ));
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
            thread::sleep(TICK);
            // A signal reaches the children as well, whose end may be seen first.
            self.look_for_signals();
            if let Some(Came { number, .. }) = self.last {
                say(&format!("{} has come", interrupts::name(number)));
                let status = if has_suite {
                    process::status_of(number)
                } else {
                    0
                };
                return ends(status, !has_suite || is_suite_started);
            }
            let is_limited = !settings.timeout.is_zero() && !plan.programs.is_empty();
            if is_limited && started.elapsed() >= settings.timeout {
                say(&format!("ITCOV_TIMEOUT={:?} is over", settings.timeout));
                return ends(if has_suite { 124 } else { 0 }, true);
            }
            if is_suite_started {
                match self.children.last().and_then(|suite| suite.end) {
                    Some((_, status)) => return ends(status, true),
                    None => continue,
                }
            }
            let ended: Vec<(Instant, i32, String)> = self
                .children
                .iter()
                .filter_map(|child| {
                    child
                        .end
                        .map(|(when, status)| (when, status, child.name.clone()))
                })
                .collect();
            // The first that failed, or else the first.
            let first = ended
                .iter()
                .min_by_key(|(when, status, _)| (*status == 0, *when));
            let have_all = ended.len() == plan.programs.len();
            if let Some(answers) = &answers {
                while let Ok(now) = answers.try_recv() {
                    answer = now;
                }
            }
            match (first, &answer) {
                (Some((_, status, _)), _) if !has_suite && have_all => return ends(*status, true),
                (Some((_, status, who)), _) if waits && (*status != 0 || have_all) => {
                    say(&format!(
                        "error: {who} has ended before it was ready; nothing of it counts"
                    ));
                    return ends(1, false);
                }
                (_, Ok(())) if has_suite && self.have_begun(started) => match self.start_suite() {
                    Ok(()) => is_suite_started = true,
                    Err(status) => return ends(status, false),
                },
                (_, Err(error)) if waits && started.elapsed() >= settings.ready_timeout => {
                    say(&format!(
                        "error: the program was not ready within {:?}: {error}; nothing of it counts",
                        settings.ready_timeout
                    ));
                    return ends(1, false);
                }
                _ => {}
            }
        }
    }

    fn start_program(&mut self, program: &Start) -> Result<(), i32> {
        let mut command = Command::new(&program.harness);
        command
            .args(&program.arguments)
            .env_clear()
            .envs(&program.environment);
        let seconds = |time: Duration| time.as_secs().to_string();
        command
            .env("ITCOV_TIMEOUT", "0")
            .env("ITCOV_GRACE", seconds(self.settings.grace))
            .env("ITCOV_STOP_SIGNAL", &self.settings.stop_signal)
            .env("ITCOV_CONTROL", &self.control);
        // A suite has the terminal's input to itself, and several programs cannot share it. Theirs stays open, as some end
        // with it.
        let has_input = self.plan.suite.is_none() && self.plan.programs.len() == 1;
        let mut group = Group::Own;
        if has_input {
            group = self.terminal.as_ref().map_or(Group::Own, Terminal::group);
        } else {
            let (input, output) =
                io::pipe().map_err(|error| cannot_start(&program.name, &error))?;
            command.stdin(input);
            self.inputs.push(output);
        }
        self.start(&program.name, &mut command, group, Signal::TERM, false)
    }

    fn start_suite(&mut self) -> Result<(), i32> {
        let Some(suite) = &self.plan.suite else {
            return Ok(());
        };
        let [program, arguments @ ..] = &suite.words[..] else {
            return Ok(());
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_remove("LLVM_PROFILE_FILE")
            .envs(&suite.environment)
            .env("ITCOV_CONTROL", &self.control);
        let group = self.terminal.as_ref().map_or(Group::Own, Terminal::group);
        self.start("the suite", &mut command, group, Signal::KILL, true)?;
        let id = self
            .children
            .last()
            .map_or(0, |child| child.id.as_raw_nonzero().get());
        say(&format!(
            "the suite runs as process {id}: {command:?}",
            command = Words(&suite.words)
        ));
        Ok(())
    }

    fn start(
        &mut self,
        name: &str,
        command: &mut Command,
        group: Group,
        end_with: Signal,
        is_suite: bool,
    ) -> Result<(), i32> {
        let id =
            process::start(command, group, end_with).map_err(|error| cannot_start(name, &error))?;
        self.children.push(Child {
            name: name.to_owned(),
            id,
            group,
            is_suite,
            since: Instant::now(),
            end: None,
        });
        Ok(())
    }

    /// Whether each harness has started its program. One that gets a signal before knows nothing of it yet.
    fn have_begun(&self, since: Instant) -> bool {
        let has_begun = |child: &Child| child.end.is_some() || process::has_child(child.id);
        self.children.iter().all(has_begun) || since.elapsed() >= BEGIN
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
        thread::spawn(move || {
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
        receiver
    }

    /// Takes note of what has ended, be it an orphan.
    fn look(&mut self) {
        while let Some((id, status)) = process::reap() {
            if self
                .terminal
                .as_mut()
                .is_some_and(|terminal| terminal.has_ended(id))
            {
                if status == process::status_of(libc::SIGINT) {
                    self.interrupts += 1;
                    self.last = Some(Came {
                        number: libc::SIGINT,
                        by_terminal: true,
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
                    let how = if status > 128 {
                        interrupts::name(status - 128)
                    } else {
                        format!("status {status}")
                    };
                    say(&format!(
                        "the suite ended after {:.1?}: {how}",
                        child.since.elapsed()
                    ));
                }
            }
        }
    }

    fn look_for_signals(&mut self) {
        let mut came: Vec<i32> = self.signals.try_iter().collect();
        came.extend(self.stops.try_iter().map(|()| libc::SIGINT));
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            if self.just.as_ref().is_some_and(Ancestor::has_gone) {
                self.just = None;
                came.push(libc::SIGTERM);
            }
        }
        for number in came {
            self.requests += 1;
            self.last = Some(Came {
                number,
                by_terminal: false,
            });
        }
    }

    /// Ends the suite, then the programs at once, then what they have left behind.
    fn stop(&mut self) {
        let first = self
            .last
            .and_then(|came| Signal::from_named_raw(came.number));
        let has_come = self.last.is_some_and(|came| came.by_terminal);
        // One has ended the run; those that come after it hurry.
        (self.requests, self.interrupts) = (0, 0);
        let steps = [first.unwrap_or(Signal::INT), Signal::TERM, Signal::KILL];
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
        self.end(&[Signal::TERM, Signal::KILL], false, &|_| {
            let left = process::children()
                .into_iter()
                .filter(|id| !is_sentinel(*id));
            left.map(|id| ("what was left behind".to_owned(), id, Group::Of(id)))
                .collect()
        });
        drop(terminal);
        self.look();
    }

    /// The harnesses stop their programs, harder and harder. Each signal that comes meanwhile hurries them. Those that have
    /// the terminal get Ctrl-C from there.
    fn end_programs(&mut self) {
        let foreground = self.terminal.as_ref().map(Terminal::group);
        let mut by_terminal = self.last.is_some_and(|came| came.by_terminal);
        let mut is_first = true;
        loop {
            self.look();
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
                (self.requests, self.interrupts, is_first) = (0, 0, false);
            }
            thread::sleep(TICK);
            self.look_for_signals();
        }
    }

    /// Signals those who are alive, unless the first signal `has_come` to them; harder after each grace or another signal.
    fn end(&mut self, steps: &[Signal], mut has_come: bool, alive: &dyn Fn(&Self) -> Vec<Target>) {
        let mut since = Instant::now();
        let mut told: Vec<Pid> = Vec::new();
        let mut steps = steps.iter().copied().peekable();
        let Some(mut step) = steps.next() else { return };
        loop {
            self.look();
            let targets = alive(self);
            if targets.is_empty() {
                return;
            }
            for (_, id, group) in &targets {
                if !has_come && !told.contains(id) {
                    process::signal(*id, *group, step);
                    told.push(*id);
                }
            }
            thread::sleep(TICK);
            self.look_for_signals();
            let limit = if step == Signal::KILL {
                Duration::from_secs(10)
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

fn cannot_start(name: &str, error: &io::Error) -> i32 {
    say(&format!("error: cannot start {name}: {error}"));
    if error.kind() == io::ErrorKind::PermissionDenied {
        126
    } else {
        127
    }
}

/// Words as a command is shown.
struct Words<'a>(&'a [OsString]);

impl std::fmt::Debug for Words<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, word) in self.0.iter().enumerate() {
            let space = if number == 0 { "" } else { " " };
            write!(out, "{space}{word:?}")?;
        }
        Ok(())
    }
}

/// Whether a suite's command is there.
///
/// # Errors
///
/// If it is not, with the exit status that a shell has for that.
pub fn find_command(word: &OsString) -> Result<(), Failure> {
    let path = Path::new(word);
    let is_there = if path.components().count() > 1 {
        path.exists()
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|directory| directory.join(word).is_file())
    };
    if is_there {
        return Ok(());
    }
    Err(Failure {
        status: 127,
        message: format!(
            "cannot start the suite: there is no command {}",
            word.display()
        ),
    })
}
