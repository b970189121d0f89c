//! `cargo itcov clean`: forgets what was measured.

use std::process::ExitCode;

use anyhow::Result;

use super::output;
use crate::build::layout::Layout;
use crate::measured::Store;
use crate::scaffold::metadata::Cargo;

/// Forget what was measured in this checkout. What was built stays.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov clean                    forget the last run, and what was added to it
  cargo itcov clean --manifest-path api/Cargo.toml
                                       that of another crate")]
pub struct Clean {
    #[command(flatten)]
    cargo: Cargo,
}

impl Clean {
    pub fn run(self) -> Result<ExitCode> {
        let workspace = self.cargo.read()?;
        let layout = Layout::new(&workspace.metadata);
        let going_on = Store::of(&layout).forget()?;
        if going_on > 0 {
            output::note(&format!("runs that still go on, and stay: {going_on}"));
        }
        Ok(ExitCode::SUCCESS)
    }
}
