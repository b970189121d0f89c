//! The just that this run was started by: when it has gone, nobody waits for the run.

use std::fs;

/// A process, told from a later one with the same number by when it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancestor {
    id: u32,
    began: String,
}

impl Ancestor {
    /// The nearest just above this process: its parent, or that of the shell in between.
    pub fn just() -> Option<Ancestor> {
        let mut id = std::os::unix::process::parent_id();
        for _ in 0..3 {
            let stat = Stat::of(id)?;
            if stat.name == "just" {
                return Some(Ancestor {
                    id,
                    began: stat.began,
                });
            }
            id = stat.parent;
        }
        None
    }

    /// Whether it has ended.
    pub fn has_gone(&self) -> bool {
        // A zombie has not been waited for yet.
        !Stat::of(self.id).is_some_and(|stat| stat.began == self.began && stat.state != "Z")
    }

    /// What has started it.
    pub fn parent(&self) -> Option<u32> {
        Some(Stat::of(self.id)?.parent)
    }
}

/// What `/proc/<id>/stat` says: see proc(5).
pub struct Stat {
    name: String,
    state: String,
    parent: u32,
    /// Its process group.
    pub group: i32,
    began: String,
}

impl Stat {
    /// Of a process that is there.
    pub fn of(id: u32) -> Option<Stat> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name may have spaces and parentheses.
        let (before, rest) = text.rsplit_once(") ")?;
        let (_, name) = before.split_once('(')?;
        let fields: Vec<&str> = rest.split(' ').collect();
        Some(Stat {
            name: name.to_owned(),
            state: (*fields.first()?).to_owned(),
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            began: (*fields.get(19)?).to_owned(),
        })
    }
}
