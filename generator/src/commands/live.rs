//! How a run is followed in a browser.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use super::measure::Measure;
use super::report::html;
use crate::live::Live;
use crate::measured::Recording;
use crate::run::say;

/// Whether a run is followed.
#[derive(Args, Clone)]
#[command(next_help_heading = "Run options")]
pub struct LiveOptions {
    /// Show the report in the browser while the program runs
    #[arg(long)]
    live: bool,
    /// Print the address of the live report, and open no browser
    #[arg(long, requires = "live")]
    no_open: bool,
}

impl LiveOptions {
    /// Itself, if a run is followed.
    pub fn if_wanted(&self) -> Option<LiveOptions> {
        self.live.then(|| self.clone())
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
        Ok(Live::begin(recording, root, about, generated))
    }

    /// Says where it is, and opens it.
    pub fn show(&self, address: SocketAddr) {
        let address = format!("http://{address}/");
        say(&format!("the live report is at {address}"));
        if !self.no_open && open::that_detached(&address).is_err() {
            say("cannot open a browser here");
        }
    }
}
