//! A group of processes with little memory, so that the kernel kills one without the machine being short of it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::process::wait_until;

/// A control group of its own, of either version. It goes with the value.
pub struct ControlGroup {
    directory: PathBuf,
    /// The file in which the kernel counts whom it has killed.
    events: &'static str,
}

impl ControlGroup {
    /// Makes a group that may have so many bytes; if that cannot be, it says why.
    pub fn create(bytes: u64) -> Result<Self, String> {
        let hierarchy = Path::new("/sys/fs/cgroup");
        let of_root = fs::read_to_string(hierarchy.join("cgroup.subtree_control"));
        let unified = of_root.is_ok_and(|has| has.split_whitespace().any(|it| it == "memory"));
        let (parent, limit, events) = if unified {
            (hierarchy.to_owned(), "memory.max", "memory.events")
        } else {
            let parent = hierarchy.join("memory");
            (parent, "memory.limit_in_bytes", "memory.oom_control")
        };
        let directory = parent.join(format!("itcov-test-{}", std::process::id()));
        fs::create_dir(&directory)
            .map_err(|error| format!("no control group in {}: {error}", parent.display()))?;
        let group = Self { directory, events };
        group
            .write(limit, &bytes.to_string())
            .map_err(|error| format!("the memory of a control group has no limit: {error}"))?;
        // Where there is something to swap to.
        let _ = group.write("memory.swap.max", "0");
        let _ = group.write("memory.swappiness", "0");
        Ok(group)
    }

    fn write(&self, file: &str, value: &str) -> std::io::Result<()> {
        fs::write(self.directory.join(file), value)
    }

    /// Moves a process into the group.
    pub fn add(&self, id: u32) {
        self.write("cgroup.procs", &id.to_string()).unwrap();
    }

    /// How many of its processes the kernel has killed for want of memory.
    pub fn kills(&self) -> u32 {
        let events = fs::read_to_string(self.directory.join(self.events)).unwrap();
        let mut lines = events.lines();
        let count = lines.find_map(|line| line.strip_prefix("oom_kill "));
        count.unwrap().parse().unwrap()
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = fs::remove_dir(&self.directory);
            return;
        }
        // Of a process that has just ended, the kernel may have something left to do.
        wait_until("the control group is empty", || {
            fs::remove_dir(&self.directory).is_ok()
        });
    }
}
