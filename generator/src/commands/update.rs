//! `cargo itcov update`: renews the scaffold.

use anyhow::{Result, bail};

use super::output::{self, Format};
use super::scaffold::Writing;
use crate::progress::during;
use crate::scaffold::facts::Facts;
use crate::scaffold::metadata::Cargo;
use crate::scaffold::owned::Status;
use crate::scaffold::plan::{Mode, Wishes, install, variables};
use crate::scaffold::template::{Choice, Rendered};

/// Renew the scaffold, as this version writes it.
///
/// Files that nobody has edited are replaced. In edited ones, your edits stay: they are merged with what has changed, or, where
/// both have changed the same lines, the new version is put beside, as NAME.new. What is missing is put back.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov update                   renew what is there
  cargo itcov update --dry-run         only show what would change, as a diff")]
pub struct Update {
    #[command(flatten)]
    template: Choice,
    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    cargo: Cargo,
}

impl Update {
    /// Reads the workspace, plans, and carries the plan out or shows it.
    pub fn run(self) -> Result<()> {
        let template = self.template.read()?;
        let (workspace, lock) = self.writing.open(&self.cargo)?;
        let facts = during("reading the crates", || Facts::scaffolded(&workspace, &[]))?;
        if facts.measured.is_empty() {
            bail!(if facts.packages.is_empty() {
                "there is no scaffold to renew: `cargo itcov init` puts it in"
            } else {
                "no itcov.just says which programs are measured: `cargo itcov init` puts it in"
            });
        }
        let wishes = Wishes::default();
        let rendered = Rendered::of(&facts, &variables(&facts, &wishes), &template)?;
        let plan = during("planning", || {
            install(&facts, &wishes, &rendered, Mode::Renew)
        })?;
        self.writing.carry_out("update", &plan, lock.as_ref())?;
        if self.writing.format == Format::Human && !self.writing.dry_run {
            for change in &plan.changes {
                if matches!(change.found, Status::Stale { edited: true, .. }) {
                    output::diff(change);
                }
            }
            if plan.is_current() {
                output::say("\nNothing to do: the scaffold is current.");
            }
        }
        if !plan.problems.is_empty() {
            bail!("not everything could be renewed");
        }
        Ok(())
    }
}
