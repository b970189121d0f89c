//! What is found, and how that is.

/// One thing that a measured run needs or is changed by.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub name: String,
    /// How it is.
    pub status: Status,
    /// What was found: a version, a path, a value.
    pub found: String,
    /// What that means for a run; `None` where all is well.
    pub means: Option<String>,
    /// What to type.
    pub advice: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As it ought to be.
    Ok,
    /// Needed, and not there.
    Missing,
    /// Needed in a newer version.
    Old,
    /// There and wrong.
    Wrong,
    /// Works; it is good to know.
    Note,
}

impl Status {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Missing => "missing",
            Status::Old => "old",
            Status::Wrong => "wrong",
            Status::Note => "note",
        }
    }

    /// Whether a measured run and its report work all the same.
    pub fn is_fine(self) -> bool {
        matches!(self, Status::Ok | Status::Note)
    }
}

impl Finding {
    /// All is well.
    pub fn ok(name: &str, found: impl Into<String>) -> Finding {
        Finding {
            name: name.to_owned(),
            status: Status::Ok,
            found: found.into(),
            means: None,
            advice: None,
        }
    }

    /// The status, and what it means for a run.
    pub fn because(self, status: Status, means: impl Into<String>) -> Finding {
        Finding {
            status,
            means: Some(means.into()),
            ..self
        }
    }

    /// With something to type.
    pub fn typing(self, advice: impl Into<String>) -> Finding {
        Finding {
            advice: Some(advice.into()),
            ..self
        }
    }
}
