//! Ratios: how many of how many ran, and the percentage.
//!
//! Whatever people read has the percentage from [`Ratio::percentage`]. What programs read is not rounded: llvm-cov's
//! JSON has [`Ratio::percent`], Cobertura has [`Ratio::share`].

use std::fmt;
use std::ops::AddAssign;

/// The decimals of a percentage, as in llvm-cov's table.
pub const DECIMALS: usize = 2;

/// How many of how many ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratio {
    /// How many ran.
    pub covered: usize,
    /// How many there are.
    pub total: usize,
}

impl Ratio {
    /// How many of these ran.
    pub fn of(covered: impl IntoIterator<Item = bool>) -> Self {
        let mut ratio = Self::default();
        for covered in covered {
            ratio += Self {
                covered: usize::from(covered),
                total: 1,
            };
        }
        ratio
    }

    /// The larger of each, for functions that are one function in the source.
    pub(super) fn max(self, other: Self) -> Self {
        Self {
            covered: self.covered.max(other.covered),
            total: self.total.max(other.total),
        }
    }

    /// How many did not run.
    pub fn missing(self) -> usize {
        self.total.saturating_sub(self.covered)
    }

    /// From 0 to 1; `None` of nothing.
    pub fn share(self) -> Option<f64> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a program has fewer lines than 2 to the power of 52"
        )]
        let [covered, total] = [self.covered, self.total].map(|number| number as f64);
        (self.total > 0).then(|| covered / total)
    }

    /// From 0 to 100, computed as llvm-cov does; `None` of nothing.
    pub fn percent(self) -> Option<f64> {
        self.share().map(|share| share * 100.0)
    }

    /// The percentage with these decimals, `None` of nothing. It is rounded as llvm-cov rounds, but `100.00%` is only
    /// said if everything ran, and `0.00%` if nothing did: llvm-cov says 100.00% of 20,000 lines of 20,001.
    pub fn percentage(self, decimals: usize) -> Option<String> {
        let rounded = |percent: f64| format!("{percent:.decimals$}");
        let percent = rounded(self.percent()?);
        let shown = if self.covered == 0 || self.missing() == 0 {
            percent
        } else if percent == rounded(100.0) {
            format!("99.{}", "9".repeat(decimals))
        } else if percent == rounded(0.0) {
            format!("0.{}1", "0".repeat(decimals.saturating_sub(1)))
        } else {
            percent
        };
        Some(shown + "%")
    }
}

impl AddAssign for Ratio {
    fn add_assign(&mut self, other: Self) {
        self.covered += other.covered;
        self.total += other.total;
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.covered, self.total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percentage(covered: usize, total: usize) -> String {
        let ratio = Ratio { covered, total };
        ratio.percentage(DECIMALS).unwrap()
    }

    #[test]
    fn a_percentage_is_rounded_as_c_does() {
        assert_eq!(percentage(2, 3), "66.67%");
        // Halfway between 3.12 and 3.13, and between 9.37 and 9.38: to the even one.
        assert_eq!([percentage(1, 32), percentage(3, 32)], ["3.12%", "9.38%"]);
        // No binary fraction is 54.385; the one of this quotient is below it.
        assert_eq!(percentage(10_877, 20_000), "54.38%");
        assert_eq!(percentage(7, 7), "100.00%");
        assert_eq!(Ratio::default().percentage(DECIMALS), None);
    }

    #[test]
    fn almost_all_is_not_all_and_almost_nothing_is_not_nothing() {
        let decimals = |covered, total, decimals| {
            let ratio = Ratio { covered, total };
            ratio.percentage(decimals).unwrap()
        };
        assert_eq!(percentage(20_000, 20_001), "99.99%");
        assert_eq!(percentage(1, 20_001), "0.01%");
        assert_eq!(percentage(usize::MAX - 1, usize::MAX), "99.99%");
        assert_eq!(decimals(20_000, 20_001, 3), "99.995%");
        assert_eq!(decimals(9_999_999, 10_000_000, 4), "99.9999%");
        assert_eq!(decimals(1, 10_000_000, 4), "0.0001%");
    }

    #[test]
    fn percentages_are_those_of_llvm_cov_and_only_all_and_nothing_are_whole() {
        let pairs = (1..600).flat_map(|total| (0..=total).map(move |covered| (covered, total)));
        let large = (19_900..20_100).flat_map(|total| {
            let covered = (0..5).chain(total - 5..=total);
            covered.map(move |covered| (covered, total))
        });
        for (covered, total) in pairs.chain(large) {
            let shown = percentage(covered, total);
            assert_eq!(shown == "100.00%", covered == total, "{covered}/{total}");
            assert_eq!(shown == "0.00%", covered == 0, "{covered}/{total}");
            // What C's `%.2f` prints of llvm-cov's `double(Covered) / double(NumLines) * 100.0`.
            #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
            let theirs = format!("{:.2}%", covered as f64 / total as f64 * 100.0);
            let is_named = ["100.00%", "0.00%"].contains(&&*theirs) && shown != theirs;
            assert!(shown == theirs || is_named, "{covered}/{total}: {theirs}");
            if is_named {
                assert!(total >= 20_000, "{covered}/{total}");
            }
        }
    }
}
