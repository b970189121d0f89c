//! Work that goes on beside.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Begins it. Whatever it is, it has one type here, so what a thread needs is compiled once.
///
/// # Errors
///
/// If the system has no thread left.
pub fn begin(work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let work: Box<dyn FnOnce() + Send> = Box::new(work);
    Builder::new().spawn(work)
}
