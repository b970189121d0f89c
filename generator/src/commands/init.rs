//! `cargo itcov init`: puts the scaffold into a crate.

use anyhow::Result;

use crate::commands::writing::Writing;
use crate::commands::writing::ask::ask;
use crate::output::{self, Format};
use crate::progress::during;
use crate::scaffold::facts::Facts;
use crate::scaffold::just::planned;
use crate::scaffold::metadata::Cargo;
use crate::scaffold::plan::{Mode, install};
use crate::scaffold::selection::Selection;
use crate::scaffold::template::{Rendered, Request, TemplateOption, Variables};

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
  cargo itcov init -p api -p worker    for several services
  cargo itcov init --bin serve         later: make the harness run another program
  cargo itcov init --workspace         for every package of the workspace that has a binary
  cargo itcov init --timeout 10m       let a run last ten minutes, if not told otherwise
  cargo itcov init --template ../ours  with a template of your own")]
pub struct Init {
    #[command(flatten)]
    selection: Selection,
    /// The name of the feature that the harness is behind [default: manual-integration]
    #[arg(long, value_name = "NAME", value_parser = feature_name)]
    feature: Option<String>,
    /// How long a run may last unless `ITCOV_TIMEOUT` says otherwise: 90, 90s, 5m, 1h30m; 0 is no limit [default: 60s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<String>,
    #[command(flatten)]
    template: TemplateOption,
    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    cargo: Cargo,
}

impl Init {
    /// Reads the crate, plans, and carries the plan out or shows it.
    pub fn run(self) -> Result<()> {
        let template = self.template.read()?;
        let (workspace, lock) = self.writing.open(&self.cargo)?;
        // Who wants JSON is a script.
        let asked = |question: &str, names: &[&str]| match self.writing.format {
            Format::Human => ask(question, names),
            Format::Json => Ok(None),
        };
        let facts = Facts::chosen(&workspace, &self.selection, &asked)?;
        let request = Request {
            feature: self.feature,
            timeout: self.timeout,
        };
        let rendered = Rendered::of(&facts, &Variables::of(&facts, &request), &template)?;
        let plan = during("planning", || {
            install(&facts, &request, &rendered, Mode::Add)
        })?;
        if rendered.is_own {
            planned::refuse_rejected(&facts, &plan)?;
        }
        self.writing.carry_out("init", &plan, lock.as_ref())?;
        if self.writing.dry_run || self.writing.format == Format::Json {
            return Ok(());
        }
        if !plan.is_unchanged() {
            next_steps(&facts);
        } else if plan.problems.is_empty() {
            output::say("\nNothing to do: the scaffold is in place.");
        }
        Ok(())
    }
}

fn next_steps(facts: &Facts) {
    let mut packages = facts.packages.iter();
    let Some((package, bin)) =
        packages.find_map(|package| Some((package, &package.bin.as_ref()?.name)))
    else {
        return;
    };
    let is_alone = facts.packages.len() == 1 && facts.of_others().is_empty();
    let which = if is_alone {
        String::new()
    } else {
        format!(" itcov_options='-p {}'", package.name)
    };
    output::say(&format!(
        "
Type next:
  just{which} itcov             run {bin} (arguments go behind), use it, press Ctrl-C, read the report
  just{which} itcov-suite CMD   run {bin}, run CMD against it, read the report
  just{which} itcov-exec CMD    run CMD, which starts it itself (cargo test, or a script that runs \"$ITCOV_BIN\"), read the report"
    ));
    let has_just = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|directory| directory.join("just").is_file())
    });
    if !has_just {
        output::say("\njust is not on the PATH; get it with: cargo install just");
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

/// Takes what the harness takes for `ITCOV_TIMEOUT`.
fn duration(text: &str) -> Result<String, String> {
    let parsed = crate::duration::parse(text);
    let wrong = "a duration is 90, 90s, 5m or 1h30m; 0 is no limit";
    parsed.map(|_| text.to_owned()).ok_or_else(|| wrong.into())
}
