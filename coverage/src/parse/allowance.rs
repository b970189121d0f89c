//! How much a file may unfold to.
//!
//! A few bytes can stand for very many: compressed names, short paths below a long directory, a region that ends
//! billions of lines further down. What compilers write stays far below these limits: of 1,347 objects of published
//! programs, none had more than 0.18 lines or 6 bytes of text for a byte of its sections, and none more than 110,353 lines.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::bytes::Malformed;
use super::sections::Sections;

/// For each byte of the sections, so many bytes of text.
const TEXT_TIMES: u64 = 64;
/// For each byte of the sections, so many lines.
const LINES_TIMES: u64 = 2;
/// So much text a file may have in any case, in bytes.
const TEXT: u64 = 64 * 1024;
/// So many lines a file may have in any case.
const LINES: u64 = 1024 * 1024;

/// What is left of what a file may have in any case, of however many objects it is made.
pub struct Spare {
    text: AtomicU64,
    lines: AtomicU64,
}

impl Default for Spare {
    fn default() -> Self {
        Self {
            text: TEXT.into(),
            lines: LINES.into(),
        }
    }
}

/// What is left for one object of a file.
pub struct Allowance<'file> {
    text: AtomicU64,
    lines: AtomicU64,
    spare: &'file Spare,
}

impl<'file> Allowance<'file> {
    /// For an object with these sections.
    pub fn of(sections: &Sections<'_>, spare: &'file Spare) -> Self {
        let lengths =
            [&sections.covmap, &sections.covfun, &sections.names].map(|section| section.len());
        let length = u64::try_from(lengths.iter().sum::<usize>()).unwrap_or(u64::MAX);
        Self {
            text: length.saturating_mul(TEXT_TIMES).into(),
            lines: length.saturating_mul(LINES_TIMES).into(),
            spare,
        }
    }

    /// Takes so many bytes of text off.
    pub fn spend_text(&self, bytes: u64) -> Result<(), Malformed> {
        let is_left = take(&self.text, bytes) || take(&self.spare.text, bytes);
        is_left
            .then_some(())
            .ok_or(Malformed::new("its names would be far longer than it is"))
    }

    /// Takes so many lines off.
    pub fn spend_lines(&self, lines: u64) -> Result<(), Malformed> {
        let is_left = take(&self.lines, lines) || take(&self.spare.lines, lines);
        is_left.then_some(()).ok_or(Malformed::new(
            "its functions would have far more lines than can be",
        ))
    }
}

/// Takes so much off, if there is as much.
fn take(left: &AtomicU64, amount: u64) -> bool {
    let less = |left: u64| left.checked_sub(amount);
    left.fetch_update(Relaxed, Relaxed, less).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_may_have_what_its_bytes_say_and_a_file_some_more_once() {
        let sections = Sections {
            covfun: vec![0; 100].into(),
            ..Sections::default()
        };
        let spare = Spare::default();
        let [one, other] = [0; 2].map(|_| Allowance::of(&sections, &spare));
        for allowance in [&one, &other] {
            assert!(allowance.spend_lines(200).is_ok());
            assert!(allowance.spend_text(6400).is_ok());
        }
        assert!(one.spend_lines(LINES).is_ok() && other.spend_lines(1).is_err());
        assert!(one.spend_text(TEXT).is_ok() && other.spend_text(1).is_err());
    }
}
