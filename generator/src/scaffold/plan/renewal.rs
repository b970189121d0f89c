//! What becomes of a file that is itcov's alone.

use anyhow::{Result, bail};

use super::{Change, Plan, relative};
use crate::scaffold::facts::{Facts, OwnedFile};
use crate::scaffold::owned::{Status, is_untouched};
use crate::scaffold::template::Rendered;
use crate::scaffold::{merge, stamp};

/// What becomes of a file that another version has written.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// It stays.
    Add,
    /// It is renewed.
    Renew,
}

/// Decides what becomes of the files that are itcov's alone.
pub struct Renewal<'a> {
    /// The workspace.
    pub facts: &'a Facts,
    /// What this version writes.
    pub rendered: &'a Rendered,
    /// What becomes of what another version has written.
    pub mode: Mode,
}

impl Renewal<'_> {
    /// Adds what becomes of a file to the plan; `latest` is what this version writes. An error where it is somebody else's.
    pub fn plan(&self, plan: &mut Plan, owned: &OwnedFile, what: &str, latest: &str) -> Result<()> {
        let file = &owned.file;
        let name = relative(&file.path, &self.facts.root);
        let before = file.text.clone();
        let found = Status::of(before.as_deref(), latest, self.rendered.is_own);
        let kept = || before.clone().unwrap_or_default();
        let left = &owned.beside;
        // Somebody is merging by hand in what was put beside.
        let is_begun = left.text.as_deref().is_some_and(|text| !is_untouched(text));
        let mut beside = None;
        let after = match &found {
            Status::Missing => latest.to_owned(),
            Status::Current | Status::Edited | Status::Outdated => kept(),
            Status::Foreign => bail!(
                "{} is there and is not itcov's: move it, or rename it",
                file.path
            ),
            Status::Newer { version } => {
                plan.problems.push(format!(
                    "{name} is of cargo-itcov {version}, which is newer than this one: install that version"
                ));
                kept()
            }
            Status::OfTemplate => {
                if self.mode == Mode::Renew {
                    plan.notes.push(format!(
                        "{name} is from a template of your own: with --template DIR it is compared with that"
                    ));
                }
                kept()
            }
            // That can be had again, and a template was asked for.
            Status::Stale {
                edited: false,
                of_template: false,
                ..
            } if self.rendered.is_own => merge::with_line_ends_of(&kept(), latest),
            Status::Stale { version, .. } if self.mode == Mode::Add => {
                plan.notes.push(if self.rendered.is_own {
                    format!("{name} is not what the template makes now: `cargo itcov update --template DIR` renews it")
                } else {
                    format!("{name} is of cargo-itcov {version}, in another state than this one's: `cargo itcov update` renews it")
                });
                kept()
            }
            Status::Stale { edited: false, .. } => merge::with_line_ends_of(&kept(), latest),
            Status::Stale { edited: true, .. } => {
                let merged = owned
                    .base
                    .as_deref()
                    .and_then(|base| merge::three_way(base, &kept(), latest));
                merged.unwrap_or_else(|| {
                    beside = Some(latest.to_owned());
                    if !is_begun {
                        plan.problems.push(conflict(&name, owned.base.is_some()));
                    }
                    kept()
                })
            }
        };
        // Whether it is resolved what a template has put beside, only that template can tell.
        let is_templates = before
            .as_deref()
            .and_then(stamp::of)
            .is_some_and(|stamp| stamp.is_of_template);
        let is_resolved = matches!(found, Status::Current | Status::Edited)
            && (self.rendered.is_own || !is_templates);
        plan.changes.push(Change {
            path: file.path.clone(),
            name: name.clone(),
            what: what.to_owned(),
            found,
            before,
            after: Some(after),
            executable: false,
        });
        let stays = left.text.clone().filter(|_| !is_resolved || is_begun);
        if beside.is_some() || (left.text.is_some() && self.mode == Mode::Renew) {
            if is_begun {
                plan.problems.push(format!(
                    "{name}.new has been edited, so it stays: move it over {name}, or delete it"
                ));
            }
            plan.changes.push(Change {
                path: left.path.clone(),
                name: format!("{name}.new"),
                what: format!("{what} as this version writes it"),
                found: if is_begun {
                    Status::Edited
                } else {
                    Status::Current
                },
                before: left.text.clone(),
                after: if is_begun { stays } else { beside.or(stays) },
                executable: false,
            });
        }
        Ok(())
    }
}

fn conflict(name: &str, has_base: bool) -> String {
    let why = if has_base {
        "was edited in places that this version has changed too"
    } else {
        "was edited, and git does not have what it was before"
    };
    format!(
        "{name} {why}: it stays as it is, and what this version writes is in {name}.new; \
         put your edits into that, and move it over {name}"
    )
}
