//! `cargo itcov check`: is the scaffold there, and current?

mod options;

use anyhow::{Result, bail};
use serde::Serialize;

use crate::output::{self, Format};
use crate::progress::during;
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::facts::Facts;
use crate::scaffold::metadata::Cargo;
use crate::scaffold::owned::FileStatus;
use crate::scaffold::plan;
use crate::scaffold::template::{Rendered, TemplateOption};

/// Check that the scaffold is in place and current, for pipelines.
///
/// Exits with 1 if anything is missing, stale or does not work, and names it. Edited files are fine, as long as just accepts them
/// and the values in them are valid.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo itcov check                    0 if everything is in place and current, else 1
  cargo itcov check --format json      the same for a script")]
pub struct Check {
    /// How to say what was found: for people, or as JSON for scripts
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    #[command(flatten)]
    template: TemplateOption,
    #[command(flatten)]
    cargo: Cargo,
}

#[derive(Serialize)]
struct Findings {
    ok: bool,
    files: Vec<Finding>,
    notes: Vec<String>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct Finding {
    path: String,
    status: &'static str,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

impl Check {
    /// Reads the workspace and says what it found.
    pub fn run(self, cli: &clap::Command) -> Result<()> {
        let template = self.template.read()?;
        let workspace = self.cargo.read()?;
        let facts = during("reading the crates", || Facts::scaffolded(&workspace, &[]))?;
        let rendered = Rendered::now(&facts, &template)?;
        let mut plan = during("planning", || plan::check(&facts, &rendered))?;
        let options = plan::look(&mut plan, &facts, &rendered);
        let refused = options.and_then(|options| options::refused(cli, &workspace, &options));
        plan.problems.extend(refused);
        let findings = Findings::of(plan);
        match self.format {
            Format::Json => output::print(&serde_json::to_string_pretty(&findings)?),
            Format::Human => findings.say(),
        }
        findings.verdict()
    }
}

impl Findings {
    fn of(plan: Plan) -> Findings {
        let ok = plan.is_current();
        Findings {
            ok,
            files: plan.changes.into_iter().map(Finding::of).collect(),
            notes: plan.notes,
            problems: plan.problems,
        }
    }

    fn say(&self) {
        for file in &self.files {
            if file.is_fine() && output::is_quiet() {
                continue;
            }
            output::finding(file.status, &file.path, &file.what, file.version.as_deref());
        }
        for note in &self.notes {
            output::note(note);
        }
        for problem in self.problems.iter().filter(|_| !self.files.is_empty()) {
            output::warn(problem);
        }
    }
}

impl Findings {
    /// An error that says what to type, where anything is missing or stale.
    fn verdict(&self) -> Result<()> {
        if self.ok {
            return Ok(());
        }
        let bad: Vec<&Finding> = self.files.iter().filter(|file| !file.is_fine()).collect();
        if self.files.is_empty() {
            bail!(self.problems.join("\n"));
        }
        if bad.is_empty() {
            bail!("the scaffold does not work: see the warnings");
        }
        let is_missing = bad.iter().any(|file| file.status == "missing");
        let command = if is_missing { "init" } else { "update" };
        bail!(
            "{} of {} files of the scaffold are not as they should be: type `cargo itcov {command}`",
            bad.len(),
            self.files.len()
        );
    }
}

impl Finding {
    /// Whether a check passes with it.
    fn is_fine(&self) -> bool {
        matches!(self.status, "current" | "edited")
    }

    fn of(change: Change) -> Finding {
        let unchanged = change.is_unchanged();
        let (status, version) = match change.found {
            FileStatus::Missing => ("missing", None),
            FileStatus::Stale { version, .. } => ("stale", Some(version)),
            FileStatus::Newer { version } => ("newer", Some(version)),
            FileStatus::Edited => ("edited", None),
            FileStatus::Foreign => ("differing", None),
            FileStatus::Current | FileStatus::OfTemplate if unchanged => ("current", None),
            FileStatus::Current | FileStatus::OfTemplate | FileStatus::Outdated => ("stale", None),
        };
        Finding {
            path: change.name,
            status,
            what: change.what,
            version: version.map(|version| version.to_string()),
        }
    }
}
