//! A cargo that does not outlive this process: when a signal has come, or the just that waits has gone, it ends as well.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::run::ancestor::Ancestor;
use crate::run::{interrupts, terminal};

/// How often it is looked whether the build is still wanted.
const TICK: Duration = Duration::from_millis(50);

/// A child that is ended when nobody waits for it any more, until the value goes.
pub struct Guarded {
    /// cargo.
    pub child: Child,
    is_done: Arc<AtomicBool>,
}

/// Starts a cargo. In a terminal's foreground it shares the group of this process, so Ctrl-C reaches it; elsewhere it has a
/// group of its own, which ends as a whole.
///
/// # Errors
///
/// If it cannot be run.
pub fn start(cargo: &mut Command) -> io::Result<Guarded> {
    let has_group = !terminal::is_in_foreground();
    if has_group {
        cargo.process_group(0);
    }
    let child = cargo.spawn()?;
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let is_done = Arc::new(AtomicBool::new(false));
    let (done, just) = (Arc::clone(&is_done), Ancestor::just());
    thread::spawn(move || {
        while !done.load(SeqCst) {
            if just.as_ref().is_some_and(Ancestor::has_gone) {
                interrupts::raise(libc::SIGTERM);
            }
            if let Some(id) = id.filter(|_| interrupts::has_come()) {
                let _ = if has_group {
                    kill_process_group(id, Signal::TERM)
                } else {
                    kill_process(id, Signal::TERM)
                };
                return;
            }
            thread::sleep(TICK);
        }
    });
    Ok(Guarded { child, is_done })
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.is_done.store(true, SeqCst);
    }
}
