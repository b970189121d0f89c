//! The page: sections of cases, each with a command line and what is said.

use std::fmt::Write as _;

use crate::support::TestCrate;

/// Where the crate of each case is said to be.
const PLACE: &str = "/projects";

/// What begins what is of interest.
const BEGINNINGS: [&str; 3] = ["error:", "warning:", "note:"];

/// What is in what a run says of what it does.
const ROUTINE: [&str; 10] = [
    "building ",
    "the instrumented program is ",
    "elsewhere, run a copy of ",
    "    ",
    " runs as process ",
    " ends the run",
    "the suite waits for ",
    "the suite ended after ",
    "the run ends, so ",
    " ended ",
];

/// What cargo says beside it.
const OF_CARGO: [&str; 4] = [
    "error: could not compile",
    "Compiling ",
    "Finished ",
    "Running `",
];

/// A part of the page.
pub struct Section {
    text: String,
    /// What is another at each run, such as a port, and what the page has in its place.
    shown: Vec<(String, &'static str)>,
}

impl Section {
    pub fn new(title: &str) -> Section {
        Section {
            text: format!("## {title}\n"),
            shown: Vec::new(),
        }
    }

    pub fn text(self) -> String {
        self.text
    }

    /// Has the page show another text in the place of one.
    pub fn show(&mut self, text: &impl ToString, shown: &'static str) {
        self.shown.push((text.to_string(), shown));
    }

    /// A case that is wrong, as an error says.
    #[track_caller]
    pub fn error(&mut self, krate: &TestCrate, case: &str, line: &str) {
        self.ends_with(1, krate, case, line);
    }

    /// Wrong usage.
    #[track_caller]
    pub fn usage(&mut self, krate: &TestCrate, case: &str, line: &str) {
        self.ends_with(2, krate, case, line);
    }

    /// What is good to know, of a command that succeeds.
    #[track_caller]
    pub fn remark(&mut self, krate: &TestCrate, case: &str, line: &str) {
        self.ends_with(0, krate, case, line);
    }

    /// A case that ends with a status.
    #[track_caller]
    pub fn ends_with(&mut self, status: i32, krate: &TestCrate, case: &str, line: &str) {
        self.shortened(status, krate, case, line, "\n\n\n");
    }

    /// A case of which is shown what is said up to the words of somebody else, behind a text.
    #[track_caller]
    pub fn shortened(
        &mut self,
        status: i32,
        krate: &TestCrate,
        case: &str,
        line: &str,
        behind: &str,
    ) {
        let output = krate.sh(line);
        assert_eq!(output.status, status, "{case}\n{line}\n{}", output.stderr);
        let said = said(&self.of_page(krate, &output.stderr), behind);
        assert!(!said.is_empty(), "{case}\n{line}\n{}", output.stderr);
        let status = match status {
            0 | 1 => String::new(),
            status => format!(" (exit status {status})"),
        };
        let line = self.of_page(krate, line);
        let _ = write!(
            self.text,
            "\n{case}{status}:\n\n```console\n$ {line}\n{said}```\n"
        );
    }

    /// With places of the page instead of those of the test.
    fn of_page(&self, krate: &TestCrate, text: &str) -> String {
        let above = krate.root.parent().unwrap();
        let shop = format!("{PLACE}/shop");
        let text = text.replace(krate.root.to_str().unwrap(), &shop);
        let text = text.replace(above.to_str().unwrap(), PLACE);
        let shown = self.shown.iter();
        let text = shown.fold(text, |text, (from, to)| text.replace(from, to));
        with_first_numbers(&text)
    }
}

/// Runs and their parts are called by the time.
fn with_first_numbers(text: &str) -> String {
    fn behind(text: &str) -> &str {
        text.trim_start_matches(|it: char| it.is_ascii_digit())
    }
    let mut parts = text.split("/runs/");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let run = behind(part);
        let (number, rest) = match run.strip_prefix('/') {
            Some(below) if below != behind(below) => ("1/1", behind(below)),
            _ => ("1", run),
        };
        let _ = write!(shown, "/runs/{number}{rest}");
    }
    shown
}

fn is_routine(what: &str) -> bool {
    ROUTINE.iter().any(|it| what.contains(it)) && !what.starts_with("error:")
}

/// The errors, warnings and notes, without what a run says of what it does.
fn said(text: &str, behind: &str) -> String {
    let mut said = String::new();
    let mut is_of_interest = false;
    for line in text.lines() {
        if OF_CARGO.iter().any(|it| line.trim_start().starts_with(it)) {
            is_of_interest = false;
        } else if BEGINNINGS.iter().any(|it| line.starts_with(it)) {
            is_of_interest = true;
        } else if let Some(what) = line.strip_prefix("itcov: ") {
            is_of_interest = !is_routine(what);
        }
        if is_of_interest {
            said.push_str(line.trim_end());
            said.push('\n');
        }
    }
    match said.split_once(behind) {
        Some((before, _)) => format!("{before}{behind} …\n"),
        None => said,
    }
}
