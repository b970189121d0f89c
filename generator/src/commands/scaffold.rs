//! What the commands that write into a crate have in common.

use anyhow::Result;

use super::output::{self, Format};
use crate::scaffold::apply;
use crate::scaffold::plan::Plan;

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
