//! How much a file may unfold to.
//!
//! A few bytes can stand for very many: compressed names, short paths below a long directory, a region that ends
//! billions of lines further down. What a compiler writes stays far below these limits.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::bytes::Malformed;
use super::sections::Sections;

/// For each byte of the sections, this many of text, and this many lines.
const TIMES: u64 = 64;
/// So much text is allowed in any case, in bytes.
const TEXT: u64 = 64 * 1024;
/// So many lines are allowed in any case.
const LINES: u64 = 1024 * 1024;

/// What is left for one object.
pub struct Allowance {
    text: u64,
    lines: AtomicU64,
}

impl Allowance {
    /// For an object with these sections.
    pub fn of(sections: &Sections<'_>) -> Self {
        let lengths =
            [&sections.covmap, &sections.covfun, &sections.names].map(|section| section.len());
        let length = u64::try_from(lengths.iter().sum::<usize>()).unwrap_or(u64::MAX);
        let unfolded = length.saturating_mul(TIMES);
        Self {
            text: unfolded.saturating_add(TEXT),
            lines: unfolded.saturating_add(LINES).into(),
        }
    }

    /// Takes so many bytes of text off.
    pub fn spend_text(&mut self, bytes: u64) -> Result<(), Malformed> {
        self.text = self
            .text
            .checked_sub(bytes)
            .ok_or(Malformed::new("its names would be far longer than it is"))?;
        Ok(())
    }

    /// Takes so many lines off.
    pub fn spend_lines(&self, lines: u64) -> Result<(), Malformed> {
        let left = |left: u64| left.checked_sub(lines);
        self.lines
            .fetch_update(Relaxed, Relaxed, left)
            .map(drop)
            .map_err(|_| Malformed::new("its functions would have far more lines than can be"))
    }
}
