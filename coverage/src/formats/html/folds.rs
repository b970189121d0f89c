//! Folds: what is between the lines that a report is of, if these are few.

use std::ops::RangeInclusive;

use crate::count::lines::Line;

/// So many lines around those that count are shown.
const AROUND: u32 = 3;

/// A fold saves as many lines at least.
const LEAST: u32 = 10;

/// The stretches of a file of `length` lines that have none of the `counts` in or near them.
pub fn between(counts: &[Line], length: u32) -> Vec<RangeInclusive<u32>> {
    let mut folds = vec![];
    let mut start = 1_u32;
    let numbers = counts.iter().map(|line| line.number);
    // Behind the end there is no line to have others around it.
    let ends = numbers.map(|number| (number.saturating_sub(AROUND), number.saturating_add(AROUND)));
    for (before, after) in ends.chain([(length.saturating_add(1), length)]) {
        if before >= start.saturating_add(LEAST) && !counts.is_empty() {
            folds.push(start..=(before - 1).min(length));
        }
        start = start.max(after.saturating_add(1));
    }
    folds.retain(|fold| !fold.is_empty());
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(numbers: &[u32], length: u32) -> Vec<RangeInclusive<u32>> {
        let counts: Vec<_> = numbers
            .iter()
            .map(|&number| Line { number, count: 1 })
            .collect();
        between(&counts, length)
    }

    #[test]
    fn what_is_far_from_the_lines_that_count_is_folded() {
        assert_eq!(folded(&[50, 51, 70], 100), [1..=46, 55..=66, 74..=100]);
    }

    #[test]
    fn what_is_short_is_not_folded() {
        assert_eq!(folded(&[13, 29], 41), []);
        assert_eq!(folded(&[14, 31], 44), [1..=10, 18..=27, 35..=44]);
    }

    #[test]
    fn a_file_that_has_changed_since_does_no_harm() {
        assert_eq!(folded(&[], 100), []);
        assert_eq!(folded(&[90], 20), [1..=20]);
        assert_eq!(folded(&[1, u32::MAX], 0), []);
    }
}
