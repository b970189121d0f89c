use std::fmt;

use crate::model::Status;

/// Why an operation on orders did not happen.
#[derive(Debug)]
pub enum Error {
    /// What was sent is not an order; the text names the field and what it accepts.
    Invalid(String),
    /// There is no order with this number.
    NotFound(i64),
    /// The order is in a state from which the wanted one cannot be reached.
    Transition {
        /// The order's number.
        id: i64,
        /// The state it is in, and stays in.
        from: Status,
        /// The state that was asked for.
        to: Status,
    },
    /// The database did not do what it was asked.
    Database(rusqlite::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(what) => f.write_str(what),
            Self::NotFound(id) => write!(f, "there is no order {id}"),
            Self::Transition { id, from, to } => {
                write!(f, "order {id} is {from} and cannot become {to}")
            }
            Self::Database(error) => write!(f, "database: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
