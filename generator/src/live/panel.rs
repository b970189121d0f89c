//! The live report at the terminal: the upper half shows what has run so far, and the programs write below it.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _, stderr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use llvm_coverage::Coverage;
use llvm_coverage::formats::order::Order;
use llvm_coverage::formats::screen::{Screen, width};
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::formats::table;
use llvm_coverage::formats::view::View;
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::terminal::harmless;

use super::report::{First, Live};
use crate::background;

/// It is drawn no more often than this.
const PAUSE: Duration = Duration::from_millis(100);

/// How often it is looked whether the terminal has another size.
const LOOK: Duration = Duration::from_secs(1);

/// So many functions that ran for the first time are named.
const FIRSTS: usize = 3;

/// Of a table its head, the line below that, the line above the sum, and the sum.
const AROUND: usize = 4;

/// A terminal with fewer rows has no panel.
const LEAST: usize = 16;

/// The report at the terminal, as long as a run goes on.
pub struct Panel {
    thread: JoinHandle<()>,
    rows: Arc<Rows>,
}

/// The rows that the report has.
#[derive(Default)]
pub struct Rows {
    is_shown: AtomicBool,
    /// The rows and columns of the terminal for which it has them.
    of: Mutex<Option<(usize, usize)>>,
}

impl Rows {
    /// Takes them as soon as something is drawn, or gives them back at once.
    pub fn show(&self, is_shown: bool) {
        self.is_shown.store(is_shown, SeqCst);
        if !is_shown {
            self.give_back();
        }
    }

    fn give_back(&self) {
        if let Some((rows, _)) = self.of().take() {
            let _ = write(&given_back(rows / 2));
        }
    }

    fn of(&self) -> MutexGuard<'_, Option<(usize, usize)>> {
        self.of.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Panel {
    /// Whether standard error is a terminal that can show it.
    pub fn is_possible() -> bool {
        let can_draw =
            std::env::var_os("TERM").is_some_and(|term| term != "dumb" && !term.is_empty());
        stderr().is_terminal() && can_draw && size().is_some_and(|(rows, _)| rows >= LEAST)
    }

    /// Shows a report until its run is over, while its rows are shown.
    ///
    /// # Errors
    ///
    /// If there can be no thread.
    pub fn begin(live: Arc<Live>, screen: Screen) -> io::Result<Panel> {
        let rows = Arc::<Rows>::default();
        let shown = Arc::clone(&rows);
        let thread = background::begin(move || show(&live, screen, &shown))?;
        Ok(Panel { thread, rows })
    }

    /// Its rows.
    pub fn rows(&self) -> Arc<Rows> {
        Arc::clone(&self.rows)
    }

    /// Gives the terminal back, once the run is over. After Ctrl-S it takes nothing.
    pub fn end(self) {
        let since = Instant::now();
        while !self.thread.is_finished() && since.elapsed() < LOOK {
            thread::sleep(PAUSE / 10);
        }
    }
}

/// Rows and columns of the terminal.
fn size() -> Option<(usize, usize)> {
    let size = rustix::termios::tcgetwinsize(stderr()).ok()?;
    let (rows, columns) = (usize::from(size.ws_row), usize::from(size.ws_col));
    (rows > 0 && columns > 0).then_some((rows, columns))
}

fn show(live: &Live, screen: Screen, rows: &Rows) {
    let mut next = 0;
    loop {
        draw(live, screen, rows);
        let is_shown = rows.is_shown.load(SeqCst);
        let (_, later, is_over) = live.events(next, if is_shown { LOOK } else { PAUSE });
        next = later;
        if is_over {
            break;
        }
        thread::sleep(PAUSE);
    }
    rows.give_back();
}

fn draw(live: &Live, screen: Screen, shown: &Rows) {
    let mut before = shown.of();
    let now = size().filter(|(rows, _)| *rows >= LEAST);
    let Some((rows, columns)) = now.filter(|_| shown.is_shown.load(SeqCst)) else {
        return;
    };
    let height = rows / 2;
    let mut text = String::new();
    if *before != now {
        text.push_str(&taken(rows, height));
    }
    let screen = Screen {
        width: Some(columns),
        ..screen
    };
    text.push_str(&drawn(&lines(live, screen, height), height));
    *before = now;
    // In one go, so that nothing that a program writes gets between.
    let _ = write(&text);
}

fn write(text: &str) -> io::Result<()> {
    let mut bytes = text.to_owned().into_bytes();
    if AutoStream::choice(&stderr()) == ColorChoice::Never {
        bytes = without_colours(text).into_bytes();
    }
    stderr().lock().write_all(&bytes)
}

/// Drops the sequences that end with `m`: <https://ecma-international.org/publications-and-standards/standards/ecma-48/>, SGR.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|it: char| !it.is_ascii_digit() && it != ';');
        match end {
            Some(end) if part[end..].starts_with('m') => out.push_str(&part[end + 1..]),
            _ => {
                out.push_str("\x1b[");
                out.push_str(part);
            }
        }
    }
    out
}

/// Takes the upper rows: what stands there moves up and away, and all that is written scrolls below them (DECSTBM).
fn taken(rows: usize, height: usize) -> String {
    format!(
        "{}\x1b[{};{rows}r\x1b[{};1H",
        "\n".repeat(rows),
        height + 1,
        height + 1
    )
}

/// Draws lines into the upper rows, and goes back to where the programs write.
fn drawn(lines: &[String], height: usize) -> String {
    let mut text = "\x1b7".to_owned();
    for row in 0..height {
        let line = lines.get(row).map_or("", String::as_str);
        let _ = write!(text, "\x1b[{};1H\x1b[0m{line}\x1b[0m\x1b[K", row + 1);
    }
    text + "\x1b8"
}

/// Gives the upper rows back, empty.
fn given_back(height: usize) -> String {
    let mut text = "\x1b7\x1b[r".to_owned();
    for row in 1..=height {
        let _ = write!(text, "\x1b[{row};1H\x1b[0m\x1b[K");
    }
    text + "\x1b8"
}

/// What the upper rows show: the table, the files that ran last if there is no room for all, and the functions that ran for the
/// first time.
fn lines(live: &Live, screen: Screen, height: usize) -> Vec<String> {
    let firsts: Vec<First> = live
        .state()
        .firsts
        .iter()
        .rev()
        .take(FIRSTS)
        .cloned()
        .collect();
    // One more is the line below all.
    let most = height.saturating_sub(AROUND + FIRSTS + 2);
    let places = live.last(most);
    let mut lines = live.with_coverage(|coverage, followed| {
        let places = places.iter().filter(|it| **it < coverage.files.len());
        table_of(coverage, places, followed.root(), screen)
    });
    if places.is_empty() {
        lines = vec!["Nothing has run yet.".to_owned()];
    }
    let (root, all) =
        live.with_coverage(|coverage, followed| (followed.root().to_owned(), coverage.files.len()));
    for First {
        name, file, line, ..
    } in firsts
    {
        let file = Path::new(&file);
        let file = file.strip_prefix(&root).unwrap_or(file);
        let text = format!("new: {name} at {}:{line}", file.harmless());
        lines.push(
            screen
                .end_of(&harmless(text), screen.width.unwrap_or(80))
                .into_owned(),
        );
    }
    lines.truncate(height - 1);
    lines.resize(height - 1, String::new());
    let shown = if places.len() < all {
        format!("{} of {all} files: those that ran last ", places.len())
    } else {
        String::new()
    };
    let rule = if screen.unicode { "─" } else { "-" };
    let left = screen.width.unwrap_or(80).saturating_sub(width(&shown));
    lines.push(shown + &rule.repeat(left / width(rule)));
    lines
}

/// A table of files at these places, and of the sum of all.
fn table_of<'a>(
    coverage: &Coverage,
    places: impl Iterator<Item = &'a usize>,
    root: &Path,
    screen: Screen,
) -> Vec<String> {
    let some = Coverage {
        files: places.map(|place| coverage.files[*place].clone()).collect(),
        total: coverage.total,
        ..Coverage::default()
    };
    let view = View {
        coverage: &some,
        root,
        order: Order::Name,
        screen,
        subject: &Subject::default(),
    };
    let mut bytes = Vec::new();
    let _ = table::write(&mut bytes, &view);
    let text = String::from_utf8_lossy(&bytes);
    // Below an empty line is a sentence.
    text.lines()
        .take_while(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_stays_in_its_rows() {
        let text = drawn(&["a".to_owned(), "b".to_owned(), "c".to_owned()], 2);
        assert!(text.starts_with("\x1b7") && text.ends_with("\x1b8"));
        assert!(text.contains("\x1b[2;1H\x1b[0mb") && !text.contains('c'));
    }

    #[test]
    fn colours_are_dropped_and_the_rest_stays() {
        assert_eq!(
            without_colours("\x1b[1;31mred\x1b[0m\x1b[2;1Hx\x1b[K"),
            "red\x1b[2;1Hx\x1b[K"
        );
    }
}
