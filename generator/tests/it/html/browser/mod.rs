//! The pages in Chromium: what a reader sees, and what the keys do.

mod files;
mod legible;
mod listing;
mod without;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::{Measured, measured};
use crate::support::chromium::Chromium;

const FLOW: &str = "pages/app.src.flow.rs.html";
const HELPER: &str = "pages/helper.src.lib.rs.html";
const MISSING: &str = "pages/app.src.twice.rs.html";

/// The names of the rows that are shown, from the top to the bottom.
const ROWS: &str = "[...document.querySelectorAll('#tree tbody tr')].filter((row) => row.offsetHeight)\
                    .map((row) => row.cells[0].textContent.trim()).join(' ')";

/// A browser with a page of the report.
struct Reader {
    browser: Chromium,
    measured: Arc<Measured>,
}

impl Reader {
    fn of(page: &str, fragment: &str) -> Self {
        let measured = measured();
        let browser = Chromium::reused();
        let mut reader = Self { browser, measured };
        reader.visit(page, fragment);
        reader
    }

    fn visit(&mut self, page: &str, fragment: &str) {
        self.browser.open(&self.measured.pages.join(page), fragment);
    }

    /// Nothing was wrong with the pages, and they asked for nothing but themselves.
    #[track_caller]
    fn finish(mut self) {
        let complaints = self.browser.complaints(&self.measured.pages);
        assert_eq!(complaints, Vec::<String>::new());
    }
}

impl Deref for Reader {
    type Target = Chromium;

    fn deref(&self) -> &Chromium {
        &self.browser
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Chromium {
        &mut self.browser
    }
}
