//! When a report is made.

use llvm_coverage::terminal::Harmless as _;
use std::env;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

/// In seconds since 1970, or what `SOURCE_DATE_EPOCH` says, by which the same coverage is the same file:
/// <https://reproducible-builds.org/specs/source-date-epoch/>.
///
/// # Errors
///
/// If it says no number.
pub fn now() -> io::Result<u64> {
    let Some(said) = env::var_os("SOURCE_DATE_EPOCH") else {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        return Ok(since.map_or(0, |since| since.as_secs()));
    };
    let seconds = said.to_str().and_then(|said| said.parse().ok());
    seconds.ok_or_else(|| {
        let said = said.harmless();
        io::Error::other(format!(
            "SOURCE_DATE_EPOCH is {said}, which is no number of seconds since 1970: set it to one, or unset it"
        ))
    })
}
