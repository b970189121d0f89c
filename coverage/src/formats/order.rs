//! Orders: which file is shown first.

use std::cmp::{Ordering, Reverse};

use crate::count::ratio::Ratio;
use crate::count::summary::Summary;

/// What the files are sorted by. Those that are equal stay in the order of their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The files of the workspace, then all others.
    #[default]
    Name,
    /// The lowest percentage of lines first.
    Lines,
    /// The lowest percentage of functions first.
    Functions,
    /// The lowest percentage of regions first.
    Regions,
    /// The most lines that did not run first.
    Missing,
}

impl Order {
    /// The order of two files of which these are the summaries.
    pub fn of(self, a: &Summary, b: &Summary) -> Ordering {
        match self {
            Self::Name => Ordering::Equal,
            Self::Lines => worst(a.lines, b.lines),
            Self::Functions => worst(a.functions, b.functions),
            Self::Regions => worst(a.regions, b.regions),
            Self::Missing => Reverse(a.lines.missing()).cmp(&Reverse(b.lines.missing())),
        }
    }
}

/// The lower share comes first, exactly; of nothing there is no share, so it comes last.
fn worst(a: Ratio, b: Ratio) -> Ordering {
    let product = |x: usize, y: usize| x as u128 * y as u128;
    (a.total == 0)
        .cmp(&(b.total == 0))
        .then_with(|| product(a.covered, b.total).cmp(&product(b.covered, a.total)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(covered: usize, total: usize) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn the_worst_comes_first_and_what_has_nothing_last() {
        let mut ratios = [ratio(0, 0), ratio(1, 1), ratio(1, 3), ratio(0, 9)];
        ratios.sort_by(|a, b| worst(*a, *b));
        assert_eq!(ratios, [ratio(0, 9), ratio(1, 3), ratio(1, 1), ratio(0, 0)]);
        assert_eq!(worst(ratio(1, 2), ratio(2, 4)), Ordering::Equal);
    }

    #[test]
    fn what_is_missing_is_a_number_and_no_share() {
        let summary = |lines| Summary {
            lines,
            ..Summary::default()
        };
        let (large, small) = (summary(ratio(90, 100)), summary(ratio(0, 5)));
        assert_eq!(Order::Missing.of(&large, &small), Ordering::Less);
        assert_eq!(Order::Lines.of(&large, &small), Ordering::Greater);
        assert_eq!(Order::Name.of(&large, &small), Ordering::Equal);
    }
}
