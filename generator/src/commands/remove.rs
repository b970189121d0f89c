//! `cargo itcov remove`: takes the scaffold out of a crate.

use anyhow::Result;

use crate::build::layout::Layout;
use crate::commands::writing::Writing;
use crate::output::{self, Format};
use crate::progress::during;
use crate::scaffold::facts::Facts;
use crate::scaffold::metadata::Cargo;
use crate::scaffold::plan::remove;
use crate::scaffold::template::{Rendered, TemplateOption, Variables};

/// Take the scaffold out again, every byte of it.
///
/// Deletes `tests/manual_integration.rs` and `itcov.just`, and takes the added lines out of `Cargo.toml` and the justfile, which
/// are then as they were. Edited files stay, and are named.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov remove                   take it out of the crate or workspace
  cargo itcov remove --dry-run         only show what would change, as a diff
  cargo itcov remove -p worker         leave the other packages as they are
  cargo itcov remove --force           edited files too")]
pub struct Remove {
    /// The package to take it out of, if not of all; may be given several times
    #[arg(short, long, value_name = "NAME")]
    package: Vec<String>,
    /// Delete itcov's files also where they have been edited
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    template: TemplateOption,
    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    cargo: Cargo,
}

impl Remove {
    /// Reads the workspace, plans, and carries the plan out or shows it.
    pub fn run(self) -> Result<()> {
        let template = self.template.read()?;
        let (workspace, lock) = self.writing.open(&self.cargo)?;
        let facts = during("reading the crates", || {
            Facts::scaffolded(&workspace, &self.package)
        })?;
        let rendered = Rendered::of(&facts, &Variables::without(&facts), &template)?;
        let plan = during("planning", || remove(&facts, &rendered, self.force))?;
        self.writing.carry_out("remove", &plan, lock.as_ref())?;
        if plan.is_unchanged() && !self.writing.dry_run && self.writing.format == Format::Human {
            output::say("Nothing to do: there is no scaffold.");
        }
        let built = Layout::new(&workspace.metadata).itcov;
        if !self.writing.dry_run && built.is_dir() {
            let built = shell_words::quote(&built.to_string_lossy()).into_owned();
            output::note(&format!(
                "what was built and measured is still there; to delete it, type: rm -r {built}"
            ));
        }
        Ok(())
    }
}
