//! This executable in a suite of `exec`, which has variables that have its cargo build in the place of the measured one. Without
//! them, it builds and finds what it does anywhere else: a report is on the run that goes on, or on what was run in another checkout.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::build::call::{BEFORE, SET};

/// Begins again with the environment that the user had, if it is another one. What the suite itself has set since stays.
///
/// # Errors
///
/// If the system does not let it.
pub fn begin_again(arguments: &[OsString]) -> io::Result<()> {
    let set: Vec<(OsString, OsString)> = env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.as_bytes().strip_prefix(SET.as_bytes())?;
            Some((OsString::from_vec(name.to_owned()), value))
        })
        .collect();
    let [first, rest @ ..] = arguments else {
        return Ok(());
    };
    if set.is_empty() {
        return Ok(());
    }
    let mut command = Command::new(env::current_exe()?);
    command.arg0(first).args(rest);
    for (name, value) in set {
        let [ours, before] = [SET, BEFORE].map(|prefix| {
            let mut long = OsString::from(prefix);
            long.push(&name);
            long
        });
        command.env_remove(ours);
        if env::var_os(&name) == Some(value) {
            match env::var_os(before) {
                Some(before) => command.env(name, before),
                None => command.env_remove(name),
            };
        }
    }
    Err(command.exec())
}
