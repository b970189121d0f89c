//! The just that this run was started by, and what has started that: when one has gone, nobody waits for the run.

use std::fs;
use std::io::{self, ErrorKind};
use std::sync::OnceLock;

/// A process, told from a later one with the same number by when it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancestor {
    id: u32,
    began: String,
}

impl Ancestor {
    /// The nearest of [`Ancestor::justs`].
    pub fn just() -> Option<&'static Ancestor> {
        Ancestor::justs().first()
    }

    /// Those above this process when it was first asked for. The nearest is its parent, or that of the shell in between; the
    /// others have started that one in their own session: `setsid` lets it outlive them.
    pub fn justs() -> &'static [Ancestor] {
        static JUSTS: OnceLock<Vec<Ancestor>> = OnceLock::new();
        JUSTS.get_or_init(Ancestor::find)
    }

    fn find() -> Vec<Ancestor> {
        let mut found = Vec::new();
        let mut session = None;
        let mut between = 0;
        let mut id = std::os::unix::process::parent_id();
        while let Some(stat) = Stat::of(id)
            && session.is_none_or(|session| session == stat.session)
        {
            if stat.name == "just" {
                session = Some(stat.session);
                let began = stat.began;
                found.push(Ancestor { id, began });
            } else if found.is_empty() {
                between += 1;
            }
            if between == 3 {
                break;
            }
            id = stat.parent;
        }
        found
    }

    /// Whether it has ended. Where that cannot be read, as no file can be opened, it has not.
    pub fn has_gone(&self) -> bool {
        match Stat::read(self.id) {
            Ok(stat) => stat.is_none_or(|stat| stat.began != self.began || stat.has_ended()),
            Err(error) => {
                error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(libc::ESRCH)
            }
        }
    }

    /// What has started it.
    pub fn parent(&self) -> Option<u32> {
        Some(Stat::of(self.id)?.parent)
    }
}

/// A flag of a process: see `include/linux/sched.h` of the kernel.
const PF_EXITING: u32 = 4;

/// What `/proc/<id>/stat` says: see proc(5).
pub struct Stat {
    pub name: String,
    state: String,
    /// Whether it closes its files, and becomes a zombie next.
    is_ending: bool,
    /// The process that has started or adopted it.
    pub parent: u32,
    /// Its process group.
    pub group: i32,
    session: i32,
    began: String,
}

impl Stat {
    /// Whether somebody or the terminal has stopped it.
    pub fn is_stopped(&self) -> bool {
        self.state == "T"
    }

    /// Whether it began before another one.
    pub fn is_older_than(&self, other: &Stat) -> bool {
        let began = |it: &Stat| it.began.parse::<u64>().unwrap_or(u64::MAX);
        began(self) < began(other)
    }

    /// Whether it is a zombie: it has not been waited for yet.
    pub fn is_zombie(&self) -> bool {
        self.state == "Z"
    }

    /// Whether it is a zombie, or becomes one now.
    pub fn has_ended(&self) -> bool {
        self.is_ending || self.is_zombie()
    }

    /// Of a process that is there.
    pub fn of(id: u32) -> Option<Stat> {
        Stat::read(id).ok()?
    }

    /// The same; none if the text cannot be understood.
    fn read(id: u32) -> io::Result<Option<Stat>> {
        let text = fs::read_to_string(format!("/proc/{id}/stat"))?;
        Ok(Stat::parse(&text))
    }

    fn parse(text: &str) -> Option<Stat> {
        // The name may have spaces and parentheses.
        let (before, rest) = text.rsplit_once(") ")?;
        let (_, name) = before.split_once('(')?;
        let fields: Vec<&str> = rest.split(' ').collect();
        Some(Stat {
            name: name.to_owned(),
            state: (*fields.first()?).to_owned(),
            is_ending: fields.get(6)?.parse::<u32>().ok()? & PF_EXITING != 0,
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            session: fields.get(3)?.parse().ok()?,
            began: (*fields.get(19)?).to_owned(),
        })
    }
}
