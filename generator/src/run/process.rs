//! Processes: how they are started, signalled and waited for.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, getpid};

use super::ancestor::Stat;

/// For how long those are stopped first that are to be killed.
const STOPPING: Duration = Duration::from_secs(1);

/// In which process group one is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// One of its own, which is signalled as a whole.
    Own,
    /// The same in a session of its own: what has no terminal cannot be stopped by one.
    Session,
    /// That of the terminal's foreground.
    Of(Pid),
}

/// Starts a command as the child of this thread. It ends with this process, by the given signal.
///
/// # Errors
///
/// If it cannot be run.
pub fn start(command: &mut Command, group: Group, end_with: Signal) -> io::Result<Pid> {
    let begin = move || {
        match group {
            Group::Own => rustix::process::setpgid(None, None)?,
            Group::Session => drop(rustix::process::setsid()?),
            Group::Of(group) => rustix::process::setpgid(None, Some(group))?,
        }
        #[cfg(target_os = "linux")]
        rustix::process::set_parent_process_death_signal(Some(end_with))?;
        // What this process ignores is its own affair.
        #[allow(unsafe_code)]
        // SAFETY: it allocates nothing, and no handler of this process can run in the child.
        unsafe {
            libc::signal(libc::SIGTTOU, libc::SIG_DFL);
        }
        Ok(())
    };
    #[allow(unsafe_code)]
    // SAFETY: the function makes system calls and allocates nothing.
    unsafe {
        command.pre_exec(begin);
    }
    let child = command.spawn()?;
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    id.ok_or_else(|| io::Error::other("the process has no number"))
}

/// The list of the main thread's children. It adopts orphans. The file stays open, as later there may be no descriptor left.
static ADOPTED: OnceLock<Option<File>> = OnceLock::new();

/// Has this process adopt what its children leave behind.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    }
    let list = || File::open(format!("/proc/self/task/{}/children", std::process::id())).ok();
    ADOPTED.get_or_init(list);
}

/// What a list has now.
fn read_again(list: &File) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut some = [0; 4096];
    loop {
        match list.read_at(&mut some, bytes.len() as u64)? {
            0 => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            read => bytes.extend_from_slice(&some[..read]),
        }
    }
}

/// Sends a signal to a process or to its group. It may have ended.
pub fn signal(id: Pid, group: Group, signal: Signal) {
    let _ = match group {
        Group::Own | Group::Session => rustix::process::kill_process_group(id, signal),
        Group::Of(_) => rustix::process::kill_process(id, signal),
    };
}

/// What has become of a child.
pub enum Change {
    /// Its exit status, or 128 and the number of the signal.
    Ended(i32),
    /// The number of the signal.
    Stopped(i32),
    Continued,
}

/// A child of which something has become.
pub fn changed() -> Option<(Pid, Change)> {
    let options = WaitOptions::NOHANG | WaitOptions::UNTRACED | WaitOptions::CONTINUED;
    let (id, status) = rustix::process::wait(options).ok()??;
    let change = match status.stopping_signal() {
        Some(signal) => Change::Stopped(signal),
        None if status.continued() => Change::Continued,
        None => Change::Ended(code(status)),
    };
    Some((id, change))
}

/// Waits for the end of a child, as [`Change::Ended`] gives it; none if there is no child.
pub fn wait() -> Option<(Pid, i32)> {
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((id, status))) => return Some((id, code(status))),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

fn code(status: WaitStatus) -> i32 {
    let signal = status.terminating_signal().map(|signal| 128 + signal);
    signal.or(status.exit_status()).unwrap_or(1)
}

/// Whether processes can be looked at in `/proc`: it is there, and is not that of another namespace, where each has another number.
pub fn are_visible() -> bool {
    fs::read_link("/proc/self").is_ok_and(|id| id == Path::new(&getpid().to_string()))
}

/// What goes on below this process.
#[derive(Debug, Default)]
pub struct Left {
    /// What it can end.
    pub own: Vec<Pid>,
    /// What it cannot, as that is another user's.
    pub others: Vec<Pid>,
}

/// How far [`left`] looks below what this process can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Not at all: a process can end what it has started.
    Upper,
    All,
}

/// What the threads of this process have started or adopted, and what is below that.
pub fn left(depth: Depth) -> Left {
    let adopted = ADOPTED
        .get()
        .and_then(|list| read_again(list.as_ref()?).ok());
    let mut left = Left::default();
    let mut unseen = listed(getpid(), adopted);
    while let Some(id) = unseen.pop() {
        match rustix::process::test_kill_process(id) {
            Ok(()) => {
                left.own.push(id);
                if depth == Depth::All {
                    unseen.extend(children_of(id));
                }
            }
            Err(rustix::io::Errno::PERM) => {
                left.others.push(id);
                // For zombies there, the other one has to wait.
                let is_zombie = |id: &Pid| stat(*id).is_none_or(|stat| stat.is_zombie());
                unseen.extend(children_of(id).into_iter().filter(|id| !is_zombie(id)));
            }
            Err(_) => {}
        }
    }
    left
}

/// Kills all below this process that is meant. Each is stopped first: none can start another one while those before it end.
pub fn kill_left(is_meant: &dyn Fn(Pid) -> bool) {
    let since = Instant::now();
    let mut stopped = HashSet::new();
    loop {
        let mut new = left(Depth::All).own;
        new.retain(|id| is_meant(*id) && !stopped.contains(id));
        if new.is_empty() || since.elapsed() >= STOPPING {
            break;
        }
        for id in &new {
            signal(*id, Group::Of(*id), Signal::STOP);
        }
        stopped.extend(new);
    }
    for id in stopped {
        signal(id, Group::Of(id), Signal::KILL);
    }
}

/// What the threads of a process have started or adopted.
pub fn children_of(id: Pid) -> Vec<Pid> {
    listed(id, None)
}

/// Whether none of them goes on, though a parent may not have waited for them yet.
pub fn have_children_ended(id: Pid) -> bool {
    are_visible()
        && children_of(id)
            .into_iter()
            .all(|id| stat(id).is_none_or(|stat| stat.has_ended()))
}

fn stat(id: Pid) -> Option<Stat> {
    Stat::of(id.as_raw_nonzero().get().unsigned_abs())
}

/// The same, with one more list of them.
fn listed(id: Pid, more: Option<String>) -> Vec<Pid> {
    if !are_visible() {
        return Vec::new();
    }
    let threads = fs::read_dir(format!("/proc/{id}/task"))
        .into_iter()
        .flatten();
    let lists = threads.filter_map(|it| fs::read_to_string(it.ok()?.path().join("children")).ok());
    let lists: Vec<String> = lists.chain(more).collect();
    if lists.is_empty() {
        return with_parent(id);
    }
    let ids = lists.iter().flat_map(|list| list.split_whitespace());
    let ids: BTreeSet<i32> = ids.filter_map(|id| id.parse().ok()).collect();
    ids.into_iter().filter_map(Pid::from_raw).collect()
}

/// The processes that a process has started or adopted. Each process is looked at: a kernel without `CONFIG_PROC_CHILDREN` has no
/// list of them.
fn with_parent(parent: Pid) -> Vec<Pid> {
    let number = |id: u32| i32::try_from(id).ok().and_then(Pid::from_raw);
    let children = all()
        .into_iter()
        .filter(|(_, it)| number(it.parent) == Some(parent));
    children.filter_map(|(id, _)| number(id)).collect()
}

/// All processes that can be seen.
fn all() -> BTreeMap<u32, Stat> {
    let processes = fs::read_dir("/proc").into_iter().flatten();
    let ids = processes.filter_map(|it| it.ok()?.file_name().to_str()?.parse().ok());
    ids.filter_map(|id| Some((id, Stat::of(id)?))).collect()
}

/// Whether somebody shares the group of this process whom it has not started, and who has not started it: such as a pager that
/// it writes to.
pub fn shares_group() -> bool {
    let all = all();
    let from = |id: u32| std::iter::successors(Some(id), |id| Some(all.get(id)?.parent));
    let own = std::process::id();
    let Some(group) = all.get(&own).map(|it| it.group) else {
        return false;
    };
    let mut others = all
        .iter()
        .filter(|(_, it)| it.group == group && !it.has_ended());
    others.any(|(id, _)| !from(own).any(|it| it == *id) && !from(*id).any(|it| it == own))
}

/// `130` for SIGINT.
pub fn status_of(signal: i32) -> i32 {
    128 + signal
}

/// SIGINT for `130`; none for `255`, as there are 64 signals.
pub fn signal_of(status: i32) -> Option<i32> {
    let signal = status - 128;
    (1..=64).contains(&signal).then_some(signal)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use rustix::process::{Signal, WaitOptions, getpid, waitpid};

    use super::{Depth, Group, children_of, left, signal, start, with_parent};

    #[test]
    fn children_and_theirs_are_found_with_and_without_a_list() {
        let script = "sleep 100 & echo; wait";
        let mut shell = Command::new("sh");
        let (mut output, writer) = std::io::pipe().unwrap();
        shell.args(["-c", script]).stdout(writer);
        let child = start(&mut shell, Group::Own, Signal::KILL).unwrap();
        std::io::Read::read_exact(&mut output, &mut [0]).unwrap();
        assert!(left(Depth::Upper).own.contains(&child));
        for children_of in [children_of, with_parent] {
            assert!(children_of(getpid()).contains(&child));
            let below = children_of(child);
            assert!(below.len() == 1 && children_of(below[0]).is_empty());
            let all = left(Depth::All).own;
            let at = all.iter().position(|id| *id == child).unwrap();
            assert_eq!(all[at + 1], below[0]);
        }
        signal(child, Group::Own, Signal::KILL);
        assert!(
            waitpid(Some(child), WaitOptions::empty())
                .unwrap()
                .is_some()
        );
    }
}
