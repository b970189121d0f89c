//! The process that tells of Ctrl-C: this executable under another name, in the group of the run. It ends when the terminal sends
//! it SIGINT, and not when something of the run sends that to its own group.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use rustix::process::{Pid, Signal};

use super::process::{self, Group};

/// The name of the executable that is the sentinel.
const NAME: &str = "itcov-sentinel";

/// Starts it in a group, or in one of its own. It ends with this process.
pub fn start(group: Option<Pid>) -> io::Result<Pid> {
    let mut command = Command::new("/proc/self/exe");
    command
        .arg0(NAME)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let group = group.map_or(Group::Own, Group::Of);
    // It begins with what this thread does not receive.
    block(libc::SIG_BLOCK);
    let id = process::start(&mut command, group, Signal::KILL);
    block(libc::SIG_UNBLOCK);
    id
}

/// Whether this process was started as the sentinel.
pub fn is_meant(name: &OsStr) -> bool {
    name == NAME
}

/// Waits for Ctrl-C.
pub fn main() -> ExitCode {
    let set = interrupt();
    #[allow(unsafe_code)]
    // SAFETY: both are plain data that outlive the call.
    let is_typed = || unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        libc::sigwaitinfo(&raw const set, &raw mut info) == libc::SIGINT
            && info.si_code == libc::SI_KERNEL
    };
    while !is_typed() {}
    ExitCode::from(130)
}

fn block(how: i32) {
    let set = interrupt();
    #[allow(unsafe_code)]
    // SAFETY: the set outlives the call.
    unsafe {
        libc::pthread_sigmask(how, &raw const set, std::ptr::null_mut());
    }
}

/// The set of SIGINT alone.
fn interrupt() -> libc::sigset_t {
    #[allow(unsafe_code)]
    // SAFETY: it is plain data.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGINT);
        set
    }
}
