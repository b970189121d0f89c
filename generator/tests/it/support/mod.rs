//! What the tests share: real crates in temporary directories, real tools, real terminals.

pub mod krate;
pub mod process;
pub mod terminal;
pub mod tools;

pub use krate::TestCrate;
pub use process::{Output, wait_until};
pub use terminal::Terminal;

use std::net::TcpListener;
use std::path::PathBuf;

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A port on 127.0.0.1 that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
