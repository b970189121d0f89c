//! `cargo itcov doctor`: what is installed, what is not, what that means, what to type.

use std::io::Write as _;

use anyhow::{Result, bail};
use cargo_metadata::camino::Utf8PathBuf;

use crate::doctor::{findings, show};
use crate::output::Format;

/// Check that everything a measured run needs is installed.
///
/// Looks at the system, the toolchain, just and the variables that change a run, and in a crate at the scaffold and the
/// justfile. Changes nothing. Exits with 1 if a measured run would not work.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov doctor                 what is here and what is not
  cargo itcov doctor --format json   the same for scripts: name, status, found, means, command
  cargo itcov doctor --format json | jq -r '.findings[] | select(.status == \"missing\").command'
                                     what to type

Status:
  ok         as it ought to be
  note       works, and is good to know
  missing    needed, and not there
  old        needed in a newer version
  wrong      there, and not as it has to be")]
pub struct Doctor {
    /// Path to the crate's Cargo.toml [default: the nearest one, upwards from the current directory]
    #[arg(long, value_name = "PATH", help_heading = "Manifest options")]
    manifest_path: Option<Utf8PathBuf>,
    /// How to say what was found: for people, or as JSON for scripts
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

impl Doctor {
    /// Looks, and says what there is to say.
    pub fn run(&self) -> Result<()> {
        let findings = findings(self.manifest_path.as_deref());
        let mut out = anstream::stdout().lock();
        match self.format {
            Format::Human => show::text(&mut out, &findings)?,
            Format::Json => writeln!(out, "{:#}", show::json(&findings))?,
        }
        let bad = findings.iter().filter(|finding| !finding.status.is_fine());
        let names: Vec<&str> = bad.map(|finding| finding.name.as_str()).collect();
        if !names.is_empty() {
            bail!("a measured run would not work: {}", names.join(", "));
        }
        Ok(())
    }
}
