//! `cargo itcov clean`: forgets what was measured.

use std::process::ExitCode;

use anyhow::Result;
use indicatif::HumanBytes;

use crate::build::layout::Layout;
use crate::measured::{Store, unused};
use crate::output;
use crate::run::say;
use crate::scaffold::metadata::Cargo;
use llvm_coverage::terminal::Harmless as _;

/// Forget what was measured in this checkout, and remove builds that nothing uses any more.
///
/// Removes builds for `--also` and those of other versions of cargo-itcov. The last build and what it shares with the next
/// one stay.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov clean                    forget the last run, and what was added to it
  cargo itcov clean --manifest-path api/Cargo.toml
                                       the same of another crate")]
pub struct Clean {
    #[command(flatten)]
    cargo: Cargo,
}

impl Clean {
    pub fn run(self) -> Result<ExitCode> {
        let workspace = self.cargo.read()?;
        let layout = Layout::new(&workspace.metadata);
        let going_on = Store::of(&layout)?.forget()?;
        say(&format!(
            "what was measured in this checkout is forgotten; the build stays in {}",
            layout.itcov.harmless()
        ));
        if going_on > 0 {
            output::note(&format!("runs that still go on and were kept: {going_on}"));
        }
        let freed = unused::remove(&layout)?;
        if freed > 0 {
            say(&format!(
                "{} of builds that nothing uses any more were deleted",
                HumanBytes(freed)
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
