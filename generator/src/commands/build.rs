//! `cargo itcov build`: builds the program and tells how to run it elsewhere.

use std::process::ExitCode;

use anyhow::Result;

use crate::build::options::BuildOptions;
use crate::commands::measure::Measure;
use crate::output;
use crate::run::{interrupts, say};
use llvm_coverage::terminal::Harmless as _;

/// Build the program instrumented, and say where it is and how to run it elsewhere.
///
/// A copy of it runs anywhere, with one variable, and makes a directory with its profile. Copy that back and give it to
/// `cargo itcov report --profiles`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov build --release          the program, as it is to be tried in a container or on other hosts
  cargo itcov report --profiles DIR    what ran there")]
pub struct Build {
    #[command(flatten)]
    build: BuildOptions,
}

impl Build {
    pub fn run(self) -> Result<ExitCode> {
        let workspace = self.build.cargo.read()?;
        let measure = Measure::new(&workspace, &self.build)?;
        let built = measure.build(measure.programs()?)?;
        interrupts::let_go();
        let executables: Vec<_> = built
            .programs
            .iter()
            .map(|(_, program)| &program.invocation.executable)
            .collect();
        for executable in &executables {
            say(&format!(
                "the instrumented program is {}",
                executable.harmless()
            ));
        }
        let which = if executables.len() == 1 { "it" } else { "each" };
        say(&format!(
            "elsewhere, run a copy of {which}; copy DIR, which it makes, back, and report on it here:"
        ));
        for executable in &executables {
            let name = executable.file_name().unwrap_or_default().to_string_lossy();
            say(&format!(
                "    LLVM_PROFILE_FILE=DIR/%m%c.profraw ./{}",
                shell_words::quote(&name)
            ));
        }
        say("    cargo itcov report --profiles DIR");
        for executable in executables {
            output::path(executable);
        }
        Ok(ExitCode::SUCCESS)
    }
}
