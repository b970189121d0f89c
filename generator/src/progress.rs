//! What is being done, at a terminal, while it takes longer than one waits gladly.

use std::io::{IsTerminal, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::background;
use crate::verbosity;

/// Work that is done by then shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// Between two turns of the wheel.
const TURN: Duration = Duration::from_millis(100);

/// A wheel that turns.
const WHEEL: &str = "{spinner} {msg} ({elapsed})";

/// How much is done, where that is known.
const BAR: &str = "{spinner} {msg} {wide_bar} {human_pos}/{human_len} ({elapsed})";

/// Does work, and says so at a terminal if it takes long. Whatever the work says itself is to come after it.
pub fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let _shown = is_wanted().then(|| Shown::soon(WHEEL, what, 0));
    work()
}

/// As [`during`], for work of so many steps, which says when it has taken one: how many are done is shown.
pub fn during_each<T>(what: &str, steps: usize, work: impl FnOnce(&(dyn Fn() + Sync)) -> T) -> T {
    let form = if steps > 1 { BAR } else { WHEEL };
    let shown = is_wanted().then(|| Shown::soon(form, what, steps));
    work(&|| {
        if let Some(shown) = &shown {
            shown.bar.inc(1);
        }
    })
}

fn is_wanted() -> bool {
    verbosity::level() >= 0 && stderr().is_terminal() && can_move_the_cursor()
}

/// Whether the terminal can write over what it shows.
pub fn can_move_the_cursor() -> bool {
    std::env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}

/// What is shown until the value goes.
struct Shown {
    bar: ProgressBar,
    /// Taken when the work is done.
    timer: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Shown {
    fn soon(form: &str, what: &str, steps: usize) -> Shown {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(form);
        bar.set_style(style.expect("the template is a constant"));
        bar.set_message(what.to_owned());
        let (done, is_done) = channel();
        let later = bar.clone();
        let timer = background::begin(move || {
            if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                later.set_draw_target(ProgressDrawTarget::stderr());
                later.enable_steady_tick(TURN);
            }
        });
        Shown {
            bar,
            timer: timer.ok().map(|timer| (done, timer)),
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some((done, timer)) = self.timer.take() {
            drop(done);
            // It has nothing in it that panics.
            let _ = timer.join();
        }
        self.bar.finish_and_clear();
    }
}
