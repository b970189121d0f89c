//! The browser that shows a live report. It outlives the run, so it is none of the processes that the run ends: its parent has gone
//! before the run adopts what has none. That parent is this executable under another name.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// The name of the executable that opens a browser.
const NAME: &str = "itcov-browser";

/// Opens an address, before the run begins. Whether that could be done.
pub fn open(address: &str) -> bool {
    let mut opens = Command::new("/proc/self/exe");
    let status = opens.arg0(NAME).arg(address).status();
    status.is_ok_and(|status| status.success())
}

/// Whether this process was started to open a browser.
pub fn is_meant(name: &OsStr) -> bool {
    name == NAME
}

/// Opens the address that is its argument.
pub fn main(arguments: &[OsString]) -> ExitCode {
    let mut addresses = arguments.iter().skip(1);
    let is_opened = addresses.all(|address| open::that_detached(address).is_ok());
    ExitCode::from(u8::from(!is_opened))
}
