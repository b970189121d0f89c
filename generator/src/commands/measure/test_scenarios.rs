//! Scenarios by themselves: what a suite finds in its environment, so that each of its tests is one.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};

use super::Built;
use crate::build::runner::{self, is_split};
use crate::commands::exec::as_variables;
use crate::measured::Recording;
use crate::measured::scenarios::apart::NAME;
use crate::run::Failure;
use llvm_coverage::terminal::Harmless as _;

/// What to say where a suite has named none.
pub const NONE: &str = "no scenario was named: --scenarios tells apart the tests of `cargo nextest run`, and what runs \
    \"$ITCOV_BIN\" with ITCOV_SCENARIO or in a test of pytest; `cargo test` runs its tests in one process";

/// What tells them apart.
pub struct Apart {
    variables: Vec<(OsString, OsString)>,
    /// Keeps a directory within reach under a name that cargo does not split.
    _open: File,
}

impl Apart {
    /// Makes the executables that start something of a scenario: one for cargo, and one for each program.
    ///
    /// # Errors
    ///
    /// If they cannot be written, or cargo is to run programs with something that cannot be named in a variable.
    pub fn prepare(built: &Built, recording: &Recording) -> Result<Apart> {
        let executable = built.wrapper.link(NAME);
        let executable = executable.context("cannot write into the target directory")?;
        let open = File::open(executable.with_file_name(""))?;
        let mut runner = if is_split(executable.as_os_str()) {
            let place = format!(
                "/proc/{}/fd/{}/{NAME}",
                std::process::id(),
                open.as_raw_fd()
            );
            OsString::from(place)
        } else {
            executable.clone().into_os_string()
        };
        let configured = built.programs.first().map(|(_, program)| &program.runner);
        for word in configured.into_iter().flatten() {
            if is_split(word) {
                let word = word.harmless();
                return Err(Failure::usage(format!(
                    "--scenarios cannot go with a runner that has a space in it: {word}; put it into a script, and name that"
                ))
                .into());
            }
            runner.push(" ");
            runner.push(word);
        }
        let mut variables = vec![(runner::variable(&built.target).into(), runner)];
        let directory = recording.directory().join(".programs");
        for (_, program) in &built.programs {
            let script = script(&executable, &program.invocation.executable)?;
            let file = directory.join(&program.bin);
            let written = || -> std::io::Result<()> {
                fs::create_dir_all(&directory)?;
                fs::write(&file, &script)?;
                fs::set_permissions(&file, Permissions::from_mode(0o755))
            };
            written().with_context(|| format!("cannot write {}", file.harmless()))?;
            variables.extend(as_variables(built, &program.bin, &file));
        }
        Ok(Apart {
            variables,
            _open: open,
        })
    }

    /// What a suite finds in its environment.
    pub fn variables(&self) -> impl Iterator<Item = (OsString, OsString)> + use<> {
        self.variables.clone().into_iter()
    }
}

/// A script and not a link, so that it can be linked to under another name.
fn script(executable: &Path, program: &Path) -> Result<String> {
    let quoted = |path: &Path| {
        let text = path.to_str().map(|it| shell_words::quote(it).into_owned());
        text.with_context(|| format!("{} is not UTF-8", path.harmless()))
    };
    Ok(format!(
        "#!/bin/sh\nexec {} {} \"$@\"\n",
        quoted(executable)?,
        quoted(program)?
    ))
}
