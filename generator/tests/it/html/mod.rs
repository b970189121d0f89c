//! `cargo itcov report --html`: the pages as files, and in a real browser.

mod accessible;
mod against;
mod axe;
mod browser;
mod copying;
pub mod costs;
mod either;
mod files;
mod functions;
mod large;
mod made;
mod numbers;
mod subject;
mod ways;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::support::instrumented::Instrumented;
use crate::support::stdout;

/// A crate that has run, and the pages on it.
struct Measured {
    fixture: Instrumented,
    pages: PathBuf,
}

/// The fixture, after a run in which some of everything happened; some of its sources have become awkward since.
/// Tests that run at the same time share it, and the last one removes it.
fn measured() -> Arc<Measured> {
    static SHARED: Mutex<Weak<Measured>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let measured = Arc::new(Measured::new());
        *shared = Arc::downgrade(&measured);
        measured
    })
}

impl Measured {
    fn new() -> Self {
        let fixture = Instrumented::build("kinds-of-code", "app");
        fixture.run(&["flow", "1", "2", "40"]);
        fixture.run(&["shapes"]);
        let sources = fixture.root();
        let helper = sources.join("helper/src/lib.rs");
        let text = fs::read_to_string(&helper).unwrap();
        let awkward = "// a\u{202e}b\u{c}c </script><b>\n";
        let long = format!("// {}\n", "long ".repeat(20_000));
        let wide = "\n\n\t//\ttabs\t宽 👩\u{200d}👧 é  \n";
        fs::write(&helper, format!("{text}{wide}{awkward}{long}")).unwrap();
        let traits = sources.join("app/src/traits.rs");
        let text = fs::read_to_string(&traits).unwrap();
        fs::write(&traits, text.replace('\n', "\r\n")).unwrap();
        fs::remove_file(sources.join("app/src/twice.rs")).unwrap();

        let pages = sources.canonicalize().unwrap().join("the pages");
        write(&fixture, &pages);
        Self { fixture, pages }
    }
}

fn write(fixture: &Instrumented, directory: &Path) {
    write_with(fixture, directory, &[]);
}

fn write_with(fixture: &Instrumented, directory: &Path, arguments: &[&str]) {
    let html = ["--html", directory.to_str().unwrap()];
    let mut report = fixture.report(&[&html, arguments].concat());
    stdout(report.env("SOURCE_DATE_EPOCH", "1700000000"));
}
