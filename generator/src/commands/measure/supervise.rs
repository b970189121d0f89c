//! The run of a measurement: its plan, with what is done at marks and for browsers meanwhile.

use std::io;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::Measure;
use super::browser::LiveOptions;
use crate::commands::not_measured::{going_on, started};
use crate::live::{Live, Panel};
use crate::measured::Recording;
use crate::measured::scenarios::{self, Recorder};
use crate::run::control::Pages;
use crate::run::marks::{Mark, Marks};
use crate::run::plan::Plan;
use crate::run::settings::Settings;
use crate::run::supervisor::{self, Hooks, Outcome};
use crate::run::{complain, say_loss};
use llvm_coverage::terminal::Harmless as _;

impl Measure<'_> {
    /// Runs the plan, and keeps what was measured.
    ///
    /// # Errors
    ///
    /// If the run cannot begin, or what was measured cannot be kept.
    pub fn run(
        &self,
        plan: &Plan,
        settings: &Settings,
        recording: &mut Recording,
    ) -> Result<Outcome> {
        let mut outcome = self.supervise(plan, settings, recording)?;
        let is_lost =
            || recording.unknown() > 0 || recording.has_lost() || recording.elsewhere().is_some();
        if outcome.counts && recording.profiles()?.is_empty() && !is_lost() {
            complain("no measured program has run: there is no profile; this run does not count");
            outcome = Outcome {
                status: outcome.status.max(1),
                counts: false,
            };
        }
        if outcome.counts {
            recording.keep(&say_loss)?;
        }
        Ok(outcome)
    }

    /// Runs the plan.
    ///
    /// # Errors
    ///
    /// If the run cannot begin, its scenarios cannot be recorded, or its directory is gone.
    pub fn supervise(
        &self,
        plan: &Plan,
        settings: &Settings,
        recording: &Recording,
    ) -> Result<Outcome> {
        let recorder = Arc::new(recording.recorder()?);
        // If this process is killed, nobody can note it any more.
        recording.note_failure()?;
        let live = self
            .live
            .as_ref()
            .map(|_| LiveOptions::begin(self, recording));
        let live = live.transpose()?;
        let marks = marks(Arc::clone(&recorder), live.clone());
        let pages = live
            .clone()
            .map(|live| -> Pages { Arc::new(move |stream, path| live.answer(stream, path)) });
        let panel = self.live.as_ref().zip(live.as_ref());
        let panel = panel.and_then(|(how, live)| how.panel(live));
        let rows = panel.as_ref().map(Panel::rows);
        let hooks = Hooks {
            marks,
            pages,
            started: match self.live.clone() {
                Some(how) => Box::new(move |address| how.show(address)),
                None => Box::new(|_| {}),
            },
            left: {
                let part = recording.directory().to_owned();
                Box::new(move || {
                    if let Err(error) = scenarios::after_suite(&part) {
                        complain(&format!(
                            "cannot note which scenarios have left something behind: {error}"
                        ));
                    }
                })
            },
            shows: Box::new(move |shows| rows.iter().for_each(|rows| rows.show(shows))),
        };
        let outcome = supervisor::run(plan, settings, &self.signals, &hooks);
        if let Some(live) = live {
            live.end();
        }
        if let Some(panel) = panel {
            panel.end();
        }
        let outcome = outcome?;
        let directory = recording.directory();
        if !directory.exists() {
            bail!(
                "the run is lost: something has removed {}, as `cargo clean` does in a suite; clean before the run, or with -p",
                directory.harmless()
            );
        }
        let mut noted = recorder.end(scenarios::Outcome::Ended);
        if outcome.status == 0 {
            noted = noted.and_then(|()| recording.note_success());
        }
        // As on a full disk: what has run counts all the same.
        if let Err(error) = noted {
            complain(&format!(
                "cannot note the scenarios, so they are forgotten: {error}"
            ));
            recording.forget_scenarios()?;
        }
        recording.close();
        started::elsewhere(recording)?;
        going_on::part(recording, &self.layout.itcov)?;
        Ok(outcome)
    }
}

/// What is done at a mark: it is recorded, and a live report shows what runs from then on.
fn marks(recorder: Arc<Recorder>, live: Option<Arc<Live>>) -> Marks {
    Arc::new(move |mark| match mark {
        Mark::Begin(name, will_end) => {
            recorder.start(name.clone(), will_end)?;
            if let Some(live) = &live {
                live.mark(Some(name));
            }
            Ok(())
        }
        Mark::End(name, has_passed) => {
            let outcome = has_passed.map(scenarios::Outcome::of);
            let outcome = outcome.unwrap_or(scenarios::Outcome::Ended);
            match name {
                Some(name) => recorder.end_of(&name, outcome),
                None => recorder.end(outcome),
            }
        }
        Mark::Cut => recorder.end(scenarios::Outcome::Cut),
        Mark::Unnamed => match &live {
            Some(live) => {
                live.mark(None);
                Ok(())
            }
            None => Err(io::Error::other(
                "only a live report has marks without a name",
            )),
        },
        Mark::Reset => {
            recorder.reset()?;
            if let Some(live) = &live {
                live.reset();
            }
            Ok(())
        }
    })
}
