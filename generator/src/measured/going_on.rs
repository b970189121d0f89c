//! Runs that go on, in this checkout or in another one that shares its target directory.

use std::path::PathBuf;

use anyhow::{Result, bail};
use llvm_coverage::files;

use super::numbered::numbered;
use super::part::{LINKED, TESTS};
use super::runs::{Store, is_going_on};
use super::unknown::settle;

/// What the lock of a run says behind its process if no other can go on.
pub(super) const ALONE: &str = " alone";

/// A run that goes on.
#[derive(Debug)]
struct GoingOn {
    run: PathBuf,
    /// The process, if it has said so yet.
    process: String,
    is_alone: bool,
    /// Where it goes on.
    place: &'static str,
}

impl Store {
    /// The runs that go on in any of the checkouts. A build of one may replace the program that another one's suite starts.
    fn going_on(&self) -> Result<Vec<GoingOn>> {
        let mut all = Vec::new();
        for store in self.beside()? {
            let place = if store.directory == self.directory {
                "this checkout"
            } else {
                "another checkout with this target directory"
            };
            let runs = store.runs()?.into_iter();
            all.extend(runs.filter_map(|run| going_on(run, place)));
        }
        Ok(all)
    }

    /// The directories of the runs that go on.
    pub(super) fn directories_going_on(&self) -> Result<Vec<PathBuf>> {
        Ok(self.going_on()?.into_iter().map(|it| it.run).collect())
    }

    /// Says which other runs go on.
    ///
    /// # Errors
    ///
    /// If they cannot be beside each other.
    pub fn look_for_others(&self, is_alone: bool, said: &dyn Fn(&str)) -> Result<()> {
        for other in self.going_on()? {
            let GoingOn { process, place, .. } = &other;
            if is_alone || other.is_alone {
                bail!(
                    "another run goes on in {place}, as process {process}, and --tests cannot tell apart what the two start: wait \
                     until it is over"
                );
            }
            said(&format!(
                "another run goes on in {place}, as process {process}; each reports on what it has built and started"
            ));
        }
        Ok(())
    }

    /// Gives the profiles of processes that could not know their run to the only run that goes on.
    pub(super) fn settle(&self) -> Result<()> {
        let mut parts = Vec::new();
        for other in self.going_on()? {
            parts.push(numbered(&other.run)?.pop());
        }
        let found = self.beside()?.into_iter();
        let found = found.flat_map(|it| [(it.linked(), LINKED), (it.linked_tests(), TESTS)]);
        settle(&found.collect::<Vec<_>>(), &parts)
    }
}

fn going_on(run: PathBuf, place: &'static str) -> Option<GoingOn> {
    is_going_on(&run).then(|| {
        let said = files::read_text(&run.join("lock")).unwrap_or_default();
        GoingOn {
            is_alone: said.ends_with(ALONE),
            process: said.trim_end_matches(ALONE).to_owned(),
            run,
            place,
        }
    })
}
