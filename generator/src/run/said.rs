//! What is said on the standard error. A reader who does not read, as a pager or a terminal after Ctrl-S, is to hold up no signal,
//! no limit and no end of a run.

use std::io::{ErrorKind, Write as _, stderr, stdout};
use std::os::fd::AsFd as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::interrupts;
use crate::background;

/// How long a message is waited for while signals are received, which would end nothing by themselves, or when one has come.
const PATIENCE: Duration = Duration::from_secs(1);

/// Before a write is tried again.
const AGAIN: Duration = Duration::from_millis(10);

/// Whether a message was waited for in vain, and none was written since.
static IS_STUCK: AtomicBool = AtomicBool::new(false);

/// A text, and what goes when it is written.
type Message = (String, Sender<()>);

/// Writes a text behind those before it, in one go, so that nothing that a program writes gets between.
pub fn write(text: String) {
    static WRITER: OnceLock<Option<Sender<Message>>> = OnceLock::new();
    let writer = WRITER.get_or_init(|| {
        let (sender, messages) = channel();
        let begun = background::begin(move || write_all(&messages));
        begun.is_ok().then_some(sender)
    });
    let Some(writer) = writer else {
        return put(&text);
    };
    let (done, is_done) = channel();
    let _ = writer.send((text, done));
    // Who has sent a signal waits for the end.
    if !interrupts::are_received() && !interrupts::has_come() {
        let _ = is_done.recv();
    } else if !IS_STUCK.load(SeqCst)
        && is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout)
    {
        IS_STUCK.store(true, SeqCst);
    }
}

/// Waits until all is written, as far as the end waits for that: somebody may read again.
pub fn finish() {
    IS_STUCK.store(false, SeqCst);
    write(String::new());
}

fn write_all(messages: &Receiver<Message>) {
    for (text, _done) in messages {
        put(&text);
        IS_STUCK.store(false, SeqCst);
    }
}

fn put(text: &str) {
    let mut left = text.as_bytes();
    while !left.is_empty() {
        match stderr().write(left) {
            Ok(written) if written > 0 => left = &left[written..],
            // What runs may have set that nobody waits for the reader.
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(AGAIN),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => return,
        }
    }
}

/// Has this process wait for readers again, whatever what has run has set of the files that they share.
pub fn wait_for_readers() {
    for file in [stdout().as_fd(), stderr().as_fd()] {
        let flags = fcntl_getfl(file);
        let _ = flags.and_then(|flags| fcntl_setfl(file, flags - OFlags::NONBLOCK));
    }
}
