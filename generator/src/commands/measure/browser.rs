//! How a run is followed in a browser.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::Measure;
use crate::commands::report::{display, html};
use crate::live::{Live, Panel, browser};
use crate::measured::Recording;
use crate::run::{Failure, say};

/// Whether a run is followed.
#[derive(Args, Clone)]
#[command(next_help_heading = "Run options")]
pub struct LiveOptions {
    /// Show the report while the program runs: in the browser, or in the upper half of the terminal
    #[arg(
        long, value_enum, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "browser"
    )]
    live: Option<Where>,
    /// Print the address of the live report, and open no browser
    #[arg(long, requires = "live")]
    no_open: bool,
}

/// Where a run is followed.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Where {
    Browser,
    Terminal,
}

impl LiveOptions {
    /// Itself, if a run is followed.
    ///
    /// # Errors
    ///
    /// If the terminal cannot show it.
    pub fn if_wanted(&self) -> Result<Option<LiveOptions>, Failure> {
        if self.live == Some(Where::Terminal) && !Panel::is_possible() {
            return Err(Failure::usage(
                "--live=terminal needs a terminal of at least 16 rows as standard error, and TERM that is not \"dumb\"; \
                 --live shows the report in a browser",
            ));
        }
        Ok(self.live.map(|_| self.clone()))
    }

    /// Begins to follow a run.
    ///
    /// # Errors
    ///
    /// If the time is not known.
    pub fn begin(measure: &Measure, recording: &Recording) -> Result<Arc<Live>> {
        let metadata = &measure.workspace.metadata;
        let about = html::about(metadata)?;
        let generated = vec![
            measure.layout.ordinary.clone(),
            measure.layout.ordinary_build.clone(),
        ];
        let root = metadata.workspace_root.as_std_path();
        Ok(Live::begin(recording, root, about, generated)?)
    }

    /// Shows it at the terminal, if it is wanted there.
    pub fn panel(&self, live: &Arc<Live>) -> Option<Panel> {
        let is_wanted = self.live == Some(Where::Terminal);
        let begin = || Panel::begin(Arc::clone(live), display::screen()).ok();
        is_wanted.then(begin).flatten()
    }

    /// Says where it is, and opens it.
    pub fn show(&self, address: SocketAddr) {
        let address = format!("http://{address}/");
        say(&format!("the live report is at {address}"));
        let is_wanted = self.live == Some(Where::Browser) && !self.no_open;
        if is_wanted && !browser::open(&address) {
            say("cannot open a browser here");
        }
    }
}
