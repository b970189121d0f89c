//! `cargo itcov update`: renews the scaffold.

use anyhow::{Result, bail};

use crate::commands::writing::Writing;
use crate::output::{self, Format};
use crate::progress::during;
use crate::scaffold::facts::Facts;
use crate::scaffold::just::planned;
use crate::scaffold::metadata::Cargo;
use crate::scaffold::plan::{Mode, install};
use crate::scaffold::template::{Rendered, Request, TemplateOption};

/// Renew the scaffold, as this version writes it.
///
/// Files that nobody has edited are replaced; the timeout and the options that you have set are kept. Edited files stay as
/// they are: the command shows how they differ from what this version writes, and exits with 1. Missing files are written again.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov update                   renew what is there
  cargo itcov update --dry-run         only show what would change, as a diff")]
pub struct Update {
    #[command(flatten)]
    template: TemplateOption,
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
        if facts.packages.is_empty() {
            bail!("there is no scaffold here to renew: type `cargo itcov init`");
        }
        let rendered = Rendered::now(&facts, &template)?;
        let plan = during("planning", || {
            install(&facts, &Request::default(), &rendered, Mode::Renew)
        })?;
        if rendered.is_own {
            planned::refuse_rejected(&facts, &plan)?;
        }
        self.writing.carry_out("update", &plan, lock.as_ref())?;
        if self.writing.format == Format::Human && !self.writing.dry_run {
            plan.changes.iter().for_each(output::difference);
            if plan.is_current() {
                output::say("\nNothing to do: the scaffold is current.");
            }
        }
        if !plan.problems.is_empty() {
            bail!("not every file was renewed: see the warnings");
        }
        Ok(())
    }
}
