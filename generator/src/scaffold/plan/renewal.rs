//! What becomes of a file that is itcov's alone.

use anyhow::{Result, bail};

use super::relative;
use crate::scaffold::change::{Change, Plan};
use crate::scaffold::facts::Facts;
use crate::scaffold::metadata::TextFile;
use crate::scaffold::owned::FileStatus;
use crate::scaffold::stamp::with_line_ends_of;
use crate::scaffold::template::Rendered;

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
    /// What becomes of a file; `latest` is what this version writes. Notes and problems go into the plan. An error where
    /// the file is somebody else's.
    pub fn plan(
        &self,
        plan: &mut Plan,
        file: &TextFile,
        what: &str,
        latest: &str,
    ) -> Result<Change> {
        let name = relative(&file.path, &self.facts.root);
        let before = file.text.clone();
        let found = FileStatus::of(before.as_deref(), latest, self.rendered.is_own);
        let renewed = || with_line_ends_of(before.as_deref().unwrap_or_default(), latest);
        let mut after = before.clone();
        let mut is_behind = false;
        match &found {
            FileStatus::Current | FileStatus::Edited => {}
            FileStatus::Foreign => bail!(
                "{} already exists, and itcov did not write it: move or rename it",
                file.path
            ),
            FileStatus::Newer { version } => plan.problems.push(format!(
                "{name} is of cargo-itcov {version}, which is newer than this one: install that version or a later one"
            )),
            FileStatus::OfTemplate => {
                if self.mode == Mode::Renew {
                    plan.notes.push(format!(
                        "{name} is from a template of your own and was not looked at: pass --template DIR to renew it"
                    ));
                }
            }
            // That can be had again, and a template was asked for.
            FileStatus::Stale {
                edited: false,
                of_template: false,
                ..
            } if self.rendered.is_own => after = Some(renewed()),
            FileStatus::Stale { version, .. } if self.mode == Mode::Add => {
                plan.notes.push(if self.rendered.is_own {
                    format!("{name} is of an earlier state of the template: `cargo itcov update --template DIR` renews it")
                } else {
                    format!("{name} is of cargo-itcov {version}: `cargo itcov update` renews it")
                });
            }
            FileStatus::Missing | FileStatus::Outdated | FileStatus::Stale { edited: false, .. } => {
                after = Some(renewed());
            }
            FileStatus::Stale { edited: true, .. } => {
                is_behind = true;
                plan.problems.push(format!(
                    "{name} has been edited, so it stays as it is: `cargo itcov update` shows how it differs from what this \
                     version writes; copy what you want, and the line `Written by cargo-itcov`"
                ));
            }
        }
        Ok(Change {
            path: file.path.clone(),
            name,
            what: what.to_owned(),
            found,
            latest: is_behind.then(renewed),
            before,
            after,
            executable: false,
        })
    }
}
