//! The percentage of a threshold, which is compared exactly.

use std::fmt;
use std::str::FromStr;

use llvm_coverage::count::ratio::{DECIMALS, Ratio};

/// A percentage, exactly as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Percent {
    text: String,
    /// In the given parts of one percent.
    value: u128,
    parts: u128,
}

/// How many decimals it may have.
const MOST_DECIMALS: usize = 9;
/// How many decimals of a share are right, as it is a binary fraction.
const EXACT_DECIMALS: usize = 12;

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) {
            return Err("it takes a number from 0 to 100, such as 80 or 79.5".into());
        }
        if decimals.len() > MOST_DECIMALS {
            return Err(format!("it takes {MOST_DECIMALS} decimals at most"));
        }
        match parsed(whole, decimals) {
            Some((value, parts)) if value <= 100 * parts => Ok(Self {
                text: text.to_owned(),
                value,
                parts,
            }),
            _ => Err("there are no more than 100 percent".into()),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Percent {
    /// How many more of it would have to have run.
    pub fn missing(&self, ratio: Ratio) -> u128 {
        let needed = (ratio.total as u128 * self.value).div_ceil(100 * self.parts);
        needed.saturating_sub(ratio.covered as u128)
    }

    /// The percentage of a share, as the report says it, or with more decimals if it would seem to be on the other side
    /// of this one.
    pub fn beside(&self, ratio: Ratio) -> String {
        let is_met = self.missing(ratio) == 0;
        let seems_met = |share: &str| {
            let (whole, decimals) = share.trim_end_matches('%').split_once('.')?;
            let (value, parts) = parsed(whole, decimals)?;
            Some(value * self.parts >= self.value * parts)
        };
        let mut shares = (DECIMALS..=EXACT_DECIMALS).filter_map(|it| ratio.percentage(it));
        let found = shares.find(|share| seems_met(share) == Some(is_met));
        found.unwrap_or_else(|| format!("just below {self}%"))
    }
}

/// Digits before and behind the point, as a number of parts of one.
fn parsed(whole: &str, decimals: &str) -> Option<(u128, u128)> {
    let value = format!("{whole}{decimals}").parse().ok()?;
    Some((value, (0..decimals.len()).fold(1, |parts, _| parts * 10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(least: &str, covered: usize, total: usize) -> u128 {
        let least: Percent = least.parse().unwrap();
        least.missing(Ratio { covered, total })
    }

    #[test]
    fn a_percentage_is_compared_exactly() {
        assert_eq!(missing("80", 79_999, 100_000), 1);
        assert_eq!(missing("80", 80_000, 100_000), 0);
        assert_eq!(missing("79.999", 79_999, 100_000), 0);
        assert_eq!(missing("79.9990001", 79_999, 100_000), 1);
        // No binary fraction is 1/3 or 0.1.
        assert_eq!(missing("33.333333333", 1, 3), 0);
        assert_eq!(missing("33.333333334", 1, 3), 1);
        assert_eq!(missing("0.1", 1, 1000), 0);
        assert_eq!(missing("100", usize::MAX - 1, usize::MAX), 1);
    }

    #[test]
    fn of_nothing_enough_ran() {
        assert_eq!(missing("100", 0, 0), 0);
        assert_eq!(missing("0", 0, 7), 0);
    }

    #[test]
    fn a_share_is_said_as_in_the_report_and_on_its_side_of_the_threshold() {
        let beside = |least: &str, covered, total| {
            let least: Percent = least.parse().unwrap();
            least.beside(Ratio { covered, total })
        };
        assert_eq!(beside("54.39", 54_386, 100_000), "54.386%");
        assert_eq!(beside("54.4", 54_386, 100_000), "54.39%");
        assert_eq!(beside("99.99", 9_998_999, 10_000_000), "99.98999%");
        assert_eq!(beside("99.995", 99_999, 100_000), "99.999%");
        assert_eq!(beside("100", 99_999, 100_000), "99.99%");
        assert_eq!(beside("0.001", 1, 1_000_000), "0.0001%");
        let half = usize::MAX / 2;
        assert_eq!(beside("50", half, usize::MAX), "just below 50%");
    }

    #[test]
    fn what_is_said_of_a_threshold_is_true_for_all_shares_and_exact() {
        let leasts = [
            "0",
            "0.01",
            "33.33",
            "33.333333333",
            "54.385",
            "66.67",
            "80",
            "99.99",
            "100",
        ];
        let leasts = leasts.map(|least| least.parse::<Percent>().unwrap());
        for total in 1..400 {
            for covered in 0..=total {
                let ratio = Ratio { covered, total };
                let share = ratio.percentage(DECIMALS).unwrap();
                let same: Percent = share.trim_end_matches('%').parse().unwrap();
                for least in leasts.iter().chain([&same]) {
                    let Percent { text, value, parts } = least;
                    let is_met = covered as u128 * 100 * parts >= value * total as u128;
                    assert_eq!(least.missing(ratio) == 0, is_met, "{ratio} {text}");
                    let said = least.beside(ratio);
                    let shown: Percent = said.trim_end_matches('%').parse().unwrap();
                    let [shown, wanted] = [shown.value * parts, value * shown.parts];
                    assert_eq!(shown >= wanted, is_met, "{ratio}: {said} of {text}");
                    // What the report says, unless that is on the other side.
                    let [reported, wanted] = [same.value * parts, value * same.parts];
                    let is_other = (reported >= wanted) != is_met;
                    assert_eq!(said != share, is_other, "{ratio}: {said} of {text}");
                }
            }
        }
    }

    #[test]
    fn a_threshold_is_a_number_from_0_to_100() {
        for right in ["0", "100", "100.0", "079.5", "0.000000001"] {
            assert_eq!(right.parse::<Percent>().unwrap().to_string(), right);
        }
        for wrong in [
            "",
            "-1",
            "+1",
            "80%",
            "1e1",
            ".5",
            "5.",
            "1.2.3",
            "NaN",
            "100.1",
            "101",
            "0.0000000001",
            "999999999999999999999999999999999999999999",
        ] {
            assert!(wrong.parse::<Percent>().is_err(), "{wrong}");
        }
    }
}
