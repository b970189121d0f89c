//! What the commands that write into a crate have in common.

pub mod ask;

use anyhow::Result;

use crate::output::{self, Format};
use crate::progress::during;
use crate::scaffold::apply::{self, Lock};
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::metadata::{Cargo, Workspace};
use crate::scaffold::vcs;

/// How a plan is carried out or shown.
#[derive(clap::Args)]
pub struct Writing {
    /// List what would change, show it as a unified diff, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How to say what changes: for people, or as JSON for scripts
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
    #[command(flatten)]
    allow: vcs::Allow,
}

impl Writing {
    /// Reads the workspace, which nobody else changes as long as the lock is held; a dry run has none. What killed runs
    /// have left is cleared away.
    pub fn open(&self, cargo: &Cargo) -> Result<(Workspace, Option<Lock>)> {
        let mut workspace = cargo.read()?;
        if self.dry_run {
            return Ok((workspace, None));
        }
        // Where the workspace is, only cargo knows. The files are read later.
        let lock = Lock::acquire(&workspace.metadata.workspace_root)?;
        if lock.has_waited() {
            workspace = cargo.read()?;
        }
        let manifests = workspace.members().iter().map(|it| &it.manifest_path);
        apply::clear(manifests.filter_map(|path| path.parent()), &lock);
        Ok((workspace, Some(lock)))
    }

    /// Writes the plan, under the lock, or shows it.
    pub fn carry_out(&self, command: &str, plan: &Plan, lock: Option<&Lock>) -> Result<()> {
        if let Some(lock) = lock {
            vcs::refuse_dirty(&plan.changes, self.allow, Change::is_replaceable)?;
            during("writing", || apply::apply(plan, lock))?;
        }
        match self.format {
            Format::Json => output::json(command, plan, lock.is_some())?,
            Format::Human if lock.is_none() => output::diffs(plan),
            Format::Human => output::changes(plan),
        }
        output::remarks(plan);
        if lock.is_none()
            && let Err(refusal) =
                vcs::refuse_dirty(&plan.changes, self.allow, Change::is_replaceable)
        {
            output::note(&format!("this would be refused: {refusal}"));
        }
        Ok(())
    }
}
