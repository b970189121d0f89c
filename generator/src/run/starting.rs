//! How a run starts its programs' harnesses and its suite.

use std::io;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::harness;
use super::plan::{Start, Words};
use super::process::{self, Group};
use super::supervisor::{Child, Run};
use super::terminal::{self, Terminal};
use super::{complain, say, settings};

/// How long a harness may take to start its program.
const BEGIN: Duration = Duration::from_secs(5);

impl Run<'_> {
    pub(super) fn start_program(&mut self, program: &Start) -> Result<(), i32> {
        let compiled = program.harness.as_ref().map(Command::new);
        let mut command = compiled.unwrap_or_else(harness::command);
        command
            .args(&program.arguments)
            .env_clear()
            .envs(&program.environment);
        let seconds = |time: Duration| time.as_secs().to_string();
        command
            .env("ITCOV_TIMEOUT", "0")
            .env("ITCOV_GRACE", seconds(self.settings.grace))
            .env("ITCOV_STOP_SIGNAL", &self.settings.stop_signal)
            .envs(self.control_variables());
        // A suite has the terminal's input to itself, and several programs cannot share it. Theirs stays open, as some end
        // with it.
        let is_for_it = self.plan.suite.is_none() && self.plan.programs.len() == 1;
        // In the background of a terminal, the system stops whoever reads from it, with the harness.
        let has_input = is_for_it && (self.terminal.is_some() || !terminal::is_in_background());
        let mut group = Group::Session;
        if has_input {
            group = self.terminal.as_ref().map_or(group, Terminal::group);
        } else {
            let (input, output) =
                io::pipe().map_err(|error| cannot_start(&program.name, &error))?;
            command.stdin(input);
            self.inputs.push(output);
        }
        self.start(&program.name, &mut command, group, Signal::TERM, false)
    }

    pub(super) fn start_suite(&mut self) -> Result<(), i32> {
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
            // What a cargo around this one has set is not to be taken for what a cargo of the suite sets: see `linked/first.rs`.
            .env_remove("CARGO_PKG_NAME")
            .envs(&suite.environment)
            .envs(self.control_variables());
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

    /// The control address, and that the tool has set it: a run within this one has another.
    fn control_variables(&self) -> [(&'static str, &String); 2] {
        [settings::CONTROL, settings::SET_CONTROL].map(|name| (name, &self.control))
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
            stopped: None,
        });
        Ok(())
    }

    /// Whether each harness has started its program. One that gets a signal before knows nothing of it yet.
    pub(super) fn have_begun(&self, since: Instant) -> bool {
        let has_begun =
            |child: &Child| child.end.is_some() || !process::children_of(child.id).is_empty();
        self.children.iter().all(has_begun) || since.elapsed() >= BEGIN
    }
}

fn cannot_start(name: &str, error: &io::Error) -> i32 {
    let (status, way_out) = match error.kind() {
        io::ErrorKind::PermissionDenied => (126, "; make it executable (chmod +x)"),
        _ => (127, ""),
    };
    complain(&format!("cannot start {name}: {error}{way_out}"));
    status
}
