//! What steers a run: options, and variables of the same names.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

use super::Failure;
use super::ready::Address;

/// The variable of the program's arguments; of several programs, each has its own.
const ARGS: &str = "ITCOV_ARGS";

/// The variable of the control address.
pub(super) const CONTROL: &str = "ITCOV_CONTROL";

/// What the run around this one has set it to, if there is one.
pub(super) const SET_CONTROL: &str = "ITCOV_SET_ITCOV_CONTROL";

/// The options of a run. Each has a variable, which counts where the option is not given.
#[derive(clap::Args, Default)]
#[allow(clippy::doc_markdown)] // It is the help, which has no code marks.
#[command(next_help_heading = "Run options")]
pub struct RunOptions {
    /// How long the run may last: 90, 90s, 5m, 1h30m; 0 is no limit [default: 0] [env: ITCOV_TIMEOUT]
    #[arg(long, value_name = "DURATION")]
    pub timeout: Option<String>,
    /// How long a program may take to stop before the next, harder signal [default: 10s] [env: ITCOV_GRACE]
    #[arg(long, value_name = "DURATION")]
    pub grace: Option<String>,
    /// The signal that asks a program to stop: SIGINT or SIGTERM [default: SIGINT] [env: ITCOV_STOP_SIGNAL]
    #[arg(long, value_name = "SIGNAL")]
    pub stop_signal: Option<String>,
    /// A loopback address where `POST /stop` ends the run; port 0 is any free one [default: 127.0.0.1:0] [env: ITCOV_CONTROL]
    #[arg(long, value_name = "ADDRESS")]
    pub control: Option<String>,
    /// Add to the last run instead of beginning anew
    #[arg(long)]
    pub add: bool,
}

/// The options of a run with a suite.
#[derive(clap::Args, Default)]
#[allow(clippy::doc_markdown)] // It is the help, which has no code marks.
#[command(next_help_heading = "Run options")]
pub struct SuiteOptions {
    /// The program's arguments, quoted as for a shell; those of one of several are in `ITCOV_ARGS_<name>` [env: ITCOV_ARGS]
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub args: Option<String>,
    /// What the suite waits for, one or more: tcp://HOST:PORT, http://HOST:PORT/PATH [env: ITCOV_READY]
    #[arg(long, value_name = "URLS")]
    pub ready: Option<String>,
    /// How long it waits [default: 30s] [env: ITCOV_READY_TIMEOUT]
    #[arg(long, value_name = "DURATION")]
    pub ready_timeout: Option<String>,
}

/// What a run is steered by, read and checked before anything is built.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Zero is no limit.
    pub timeout: Duration,
    pub grace: Duration,
    /// `SIGINT` or `SIGTERM`.
    pub stop_signal: String,
    /// What the suite waits for.
    pub ready: Vec<Address>,
    pub ready_timeout: Duration,
    /// Where the control address is wished to be.
    pub control: SocketAddr,
    /// Whether it was wished for.
    pub is_control_wished: bool,
    /// Another program to run in the place of the only one.
    pub program: Option<OsString>,
}

impl Settings {
    /// Reads options and the variables of this process.
    ///
    /// # Errors
    ///
    /// If one of them is malformed.
    pub fn read(options: &RunOptions, suite: &SuiteOptions) -> Result<Settings, Failure> {
        Settings::of(options, suite, OF_PROCESS)
    }

    fn of(
        options: &RunOptions,
        suite: &SuiteOptions,
        variables: Variables,
    ) -> Result<Settings, Failure> {
        let value = |option: &Option<String>, name: &str, variable: &str| {
            Value::of(option.as_deref(), name, variable, variables)
        };
        let timeout = value(&options.timeout, "--timeout", "ITCOV_TIMEOUT");
        let grace = value(&options.grace, "--grace", "ITCOV_GRACE");
        let stop_signal = value(&options.stop_signal, "--stop-signal", "ITCOV_STOP_SIGNAL");
        let control = value(&options.control, "--control", CONTROL);
        // Within a run, the variable is where that one listens.
        let of_run_around = value(&None, "", SET_CONTROL).map(|it| it.text);
        let is_own =
            |it: &Value| options.control.is_some() || Some(&it.text) != of_run_around.as_ref();
        let control = control.filter(is_own);
        let ready = value(&suite.ready, "--ready", "ITCOV_READY");
        let ready_timeout = value(
            &suite.ready_timeout,
            "--ready-timeout",
            "ITCOV_READY_TIMEOUT",
        );
        let wrong_signal = "is neither SIGINT nor SIGTERM";
        let stop_signal = match &stop_signal {
            None => "SIGINT".to_owned(),
            Some(value) if ["SIGINT", "SIGTERM"].contains(&&*value.text) => value.text.clone(),
            Some(value) => return Err(value.wrong(wrong_signal)),
        };
        let loopback = "is not a loopback address such as 127.0.0.1:8099";
        Ok(Settings {
            timeout: duration(timeout.as_ref(), Duration::ZERO)?,
            grace: duration(grace.as_ref(), Duration::from_secs(10))?,
            stop_signal,
            ready: match &ready {
                None => Vec::new(),
                Some(value) => value
                    .text
                    .split_whitespace()
                    .map(Address::parse)
                    .collect::<Option<_>>()
                    .ok_or_else(|| {
                        value.wrong(
                            "is not tcp://HOST:PORT or http://HOST:PORT/PATH, or several of them; for anything else leave it unset, and wait in the suite",
                        )
                    })?,
            },
            ready_timeout: duration(ready_timeout.as_ref(), Duration::from_secs(30))?,
            is_control_wished: control.is_some(),
            control: match &control {
                None => SocketAddr::from(([127, 0, 0, 1], 0)),
                Some(value) => {
                    let address: Option<SocketAddr> = value.text.parse().ok();
                    address
                        .filter(|it| it.ip().is_loopback())
                        .ok_or_else(|| value.wrong(loopback))?
                }
            },
            program: variables("ITCOV_PROGRAM").filter(|text| !text.is_empty()),
        })
    }
}

/// Variables: what one of this name is set to.
type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

const OF_PROCESS: Variables = &|name| env::var_os(name);

/// Why a run refuses these options and `variables`, of whatever program they are.
pub fn refused(
    options: &RunOptions,
    suite: &SuiteOptions,
    variables: &BTreeMap<String, OsString>,
) -> Option<Failure> {
    let get: Variables = &|name| variables.get(name).cloned();
    let settings = Settings::of(options, suite, get).err();
    let is_of_arguments = |it: &&String| {
        it.strip_prefix(ARGS)
            .is_some_and(|it| it.is_empty() || it.starts_with('_'))
    };
    let names = variables.keys().filter(is_of_arguments);
    let given = names.filter_map(|name| Value::of(None, "", name, get));
    let option = Value::of(suite.args.as_deref(), "--args", "", get);
    let wrong = || given.chain(option).find_map(|it| it.words().err());
    settings.or_else(wrong)
}

/// A text and where it is from, for people.
struct Value {
    from: String,
    text: String,
    /// Whether the text is what was given: a variable may be no UTF-8.
    is_exact: bool,
}

impl Value {
    /// That of the option, or else of the variable. An empty variable is none.
    fn of(option: Option<&str>, name: &str, variable: &str, variables: Variables) -> Option<Value> {
        if let Some(text) = option {
            let (from, text) = (format!("{name} "), text.to_owned());
            let is_exact = true;
            return Some(Value {
                from,
                text,
                is_exact,
            });
        }
        let text = variables(variable).filter(|text| !text.is_empty())?;
        Some(Value {
            from: format!("{variable}="),
            text: text.to_string_lossy().into_owned(),
            is_exact: text.to_str().is_some(),
        })
    }

    /// The words of it, as for a shell.
    fn words(&self) -> Result<Vec<OsString>, Failure> {
        if !self.is_exact {
            return Err(self.wrong("is not UTF-8"));
        }
        let words = shell_words::split(&self.text);
        let words = words.map_err(|_| self.wrong("has a quote that is not closed"))?;
        Ok(words.into_iter().map(OsString::from).collect())
    }

    fn wrong(&self, why: &str) -> Failure {
        Failure::usage(format!("{}{} {why}", self.from, self.text))
    }
}

fn duration(value: Option<&Value>, unset: Duration) -> Result<Duration, Failure> {
    let Some(value) = value else { return Ok(unset) };
    crate::duration::parse(&value.text)
        .ok_or_else(|| value.wrong("is not a duration such as 90, 90s, 5m or 1h30m"))
}

/// The name of a program's own variable: `ITCOV_ARGS_my_api`.
pub fn variable(prefix: &str, program: &str) -> String {
    let plain = program.chars().map(|char| {
        if char.is_ascii_alphanumeric() {
            char
        } else {
            '_'
        }
    });
    format!("{prefix}_{}", plain.collect::<String>())
}

/// The arguments of a program: its own variable's, or else, if it is the only one, the option's or those of `ITCOV_ARGS`.
///
/// # Errors
///
/// If a quote is not closed, or a variable is no UTF-8.
pub fn arguments(
    program: &str,
    is_only: bool,
    option: Option<&str>,
) -> Result<Vec<OsString>, Failure> {
    let own = variable(ARGS, program);
    let value = Value::of(option, "--args", &own, OF_PROCESS);
    let of_all = || Value::of(None, "", ARGS, OF_PROCESS).filter(|_| is_only);
    value
        .or_else(of_all)
        .map_or(Ok(Vec::new()), |it| it.words())
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn a_variable_has_no_dash() {
        assert_eq!(variable("ITCOV_ARGS", "my-api"), "ITCOV_ARGS_my_api");
    }
}
