//! `cargo itcov init`: puts the scaffold into a crate.

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};

use crate::scaffold::facts::Selection;
use crate::scaffold::plan::{Change, Plan, Wishes};
use crate::scaffold::{apply, diff};

const DONE: Style = AnsiColor::Green.on_default().bold();
const SAME: Style = AnsiColor::Cyan.on_default().bold();

/// Put the harness, its feature and the recipes into a crate.
///
/// Adds `tests/manual_integration.rs`, `itcov.just`, lines to `Cargo.toml` and one line to the justfile. Lines are only added;
/// ordinary builds stay as they are. What is there already stays, so running it again does no harm.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov init                     in a crate with one binary
  cargo itcov init --dry-run           only show what would change, as a diff
  cargo itcov init -p api --bin serve  in a workspace with several packages and binaries
  cargo itcov init --timeout 10m       let a run last ten minutes unless ITCOV_TIMEOUT says otherwise")]
pub struct Init {
    #[command(flatten)]
    selection: Selection,
    /// The name of the feature that the harness is behind
    #[arg(long, value_name = "NAME", default_value = "manual-integration", value_parser = feature_name)]
    feature: String,
    /// How long a run may last unless `ITCOV_TIMEOUT` says otherwise: 90, 90s, 5m, 1h30m; 0 is no limit
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration)]
    timeout: String,
    /// Show what would change as a unified diff and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Init {
    /// Reads the crate, plans, and carries the plan out or shows it.
    pub fn run(self) -> Result<()> {
        let krate = self.selection.read()?;
        let plan = Plan::init(
            &krate,
            &Wishes {
                feature: self.feature,
                timeout: self.timeout,
            },
        )?;
        if self.dry_run {
            for change in &plan.changes {
                anstream::print!("{}", diff::unified(change).context("a diff is text")?);
            }
            return Ok(());
        }
        apply::apply(&plan)?;
        for change in &plan.changes {
            report(change);
        }
        if plan.is_unchanged() {
            anstream::println!("\nNothing to do: the scaffold is in place.");
        } else {
            next_steps(&krate.bin);
        }
        for note in &plan.notes {
            anstream::println!("\nnote: {note}");
        }
        Ok(())
    }
}

fn report(change: &Change) {
    let (style, word) = match &change.before {
        _ if change.is_unchanged() => (SAME, "Unchanged"),
        Some(_) => (DONE, "Edited"),
        None => (DONE, "Created"),
    };
    anstream::println!(
        "{style}{word:>12}{style:#} {} ({})",
        change.name,
        change.what
    );
}

fn next_steps(bin: &str) {
    anstream::println!(
        "
Type next:
  just itcov             run {bin} (arguments go behind), use it, press Ctrl-C, read the report
  just itcov-suite CMD   run {bin}, run CMD against it, read the report
  just itcov-exec CMD    run CMD, which starts \"$ITCOV_BIN\" itself, read the report"
    );
    let has_just = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|directory| directory.join("just").is_file())
    });
    if !has_just {
        anstream::println!("\njust is not on the PATH; get it with: cargo install just");
    }
}

fn feature_name(name: &str) -> Result<String, String> {
    if name == "default" {
        return Err("the feature `default` is on in every build: choose another name".into());
    }
    let first = name.starts_with(|first: char| first.is_alphanumeric() || first == '_');
    if first
        && name
            .chars()
            .all(|char| char.is_alphanumeric() || "_-+.".contains(char))
    {
        Ok(name.to_owned())
    } else {
        Err("a feature's name has letters, digits, `_`, `-`, `+` and `.`, and begins with a letter, digit or `_`".into())
    }
}

/// Takes what the harness takes: see `parse_duration` there.
fn duration(text: &str) -> Result<String, String> {
    let number = |digits: &str| !digits.is_empty() && digits.parse::<u32>().is_ok();
    let units = text
        .split_inclusive(['h', 'm', 's'])
        .all(|part| number(part.trim_end_matches(['h', 'm', 's'])));
    if !text.is_empty() && units && (text.ends_with(['h', 'm', 's']) || number(text)) {
        Ok(text.to_owned())
    } else {
        Err("a duration is 90, 90s, 5m or 1h30m; 0 is no limit".into())
    }
}
