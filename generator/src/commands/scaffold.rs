//! What the commands that write into a crate have in common.

use anyhow::Result;

use super::output::{self, Format};
use crate::scaffold::metadata::{Cargo, Unreadable, Workspace};
use crate::scaffold::plan::Plan;
use crate::scaffold::{apply, facts};

/// How a plan is carried out or shown.
#[derive(clap::Args)]
pub struct Writing {
    /// Show what would change as a unified diff and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How to say what changes: for people, or as JSON for scripts
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

impl Writing {
    /// Writes the plan, or shows it.
    pub fn carry_out(&self, command: &str, plan: &Plan) -> Result<()> {
        if !self.dry_run {
            apply::apply(plan)?;
        }
        match self.format {
            Format::Json => output::json(command, plan, !self.dry_run)?,
            Format::Human if self.dry_run => output::diffs(plan),
            Format::Human => output::changes(plan),
        }
        output::remarks(plan);
        Ok(())
    }
}

/// Reads the workspace. Where a manifest names the harness and it is not there, cargo refuses the crate; it is put back, as
/// that is harmless and everything else needs cargo.
pub fn open(cargo: &Cargo, writing: &Writing) -> Result<(Workspace, ())> {
    loop {
        match cargo.read() {
            Ok(workspace) => return Ok((workspace, ())),
            Err(Unreadable::HarnessMissing(path)) if !writing.dry_run => {
                apply::apply(&facts::harness_again(&path)?)?;
            }
            Err(unreadable) => return Err(unreadable.into_error()),
        }
    }
}
