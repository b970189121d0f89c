//! Numbers for people: counts that fit a narrow column, percentages, dates.

use std::time::{Duration, UNIX_EPOCH};

use crate::count::ratio::{DECIMALS, Ratio};

/// A count in at most five characters: `999`, `1.2k`, `35M`. It is cut and not rounded.
pub fn compact(count: u64) -> String {
    let mut unit = 1;
    for suffix in ["", "k", "M", "G", "T", "P", "E"] {
        let (whole, tenth) = (count / unit, count / (unit / 10).max(1) % 10);
        match whole {
            0..1000 if unit == 1 => return whole.to_string(),
            0..10 => return format!("{whole}.{tenth}{suffix}"),
            10..1000 => return format!("{whole}{suffix}"),
            _ if suffix == "E" => break,
            _ => unit *= 1000,
        }
    }
    // u64 ends at 18E.
    format!("{}E", count / unit)
}

/// A count with all its digits: `1,234,567`.
pub fn exact(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The same, of things that are in memory.
pub fn number(count: usize) -> String {
    exact(count as u64)
}

/// A number and its noun: `1 file`, `2 files`.
pub fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", number(count))
}

/// The percentage, and `–` of nothing.
pub fn percent(ratio: Ratio) -> String {
    ratio.percentage(DECIMALS).unwrap_or_else(|| "–".into())
}

/// How long a bar is, in whole hundredths: some of it is there if something ran, and missing if something did not.
pub fn bar(ratio: Ratio) -> usize {
    match ratio.covered {
        covered if covered >= ratio.total => 100 * usize::from(ratio.total > 0),
        0 => 0,
        covered => (covered * 100 / ratio.total).clamp(1, 99),
    }
}

/// The class of a ratio's colours: the steps are those of the table.
pub fn level(ratio: Ratio) -> &'static str {
    match ratio.percent() {
        None => "e",
        _ if ratio.covered == ratio.total => "g",
        Some(percent) if percent >= 80.0 => "y",
        Some(_) => "r",
    }
}

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

/// A time as `2026-11-23 01:02 UTC`.
pub fn date(seconds: u64) -> String {
    let time = UNIX_EPOCH + Duration::from_secs(seconds.min(LAST));
    let time = humantime::format_rfc3339_seconds(time).to_string();
    let [day, minute] = [&time[..10], &time[11..16]];
    format!("{day} {minute} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(covered: usize, total: usize) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn a_count_fits_a_narrow_column() {
        let shown = [
            0,
            999,
            1_000,
            1_290,
            12_999,
            999_999,
            1_500_000,
            35_000_000_000,
            u64::MAX,
        ]
        .map(compact);
        assert_eq!(
            shown,
            [
                "0", "999", "1.0k", "1.2k", "12k", "999k", "1.5M", "35G", "18E"
            ]
        );
    }

    #[test]
    fn all_digits_are_grouped() {
        assert_eq!(
            [1, 999, 1000, 1_234_567].map(exact),
            ["1", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn almost_all_is_not_all_and_almost_nothing_is_not_nothing() {
        let ratios = [
            ratio(0, 0),
            ratio(0, 9),
            ratio(1, 100_000),
            ratio(2, 3),
            ratio(99_999, 100_000),
            ratio(7, 7),
        ];
        assert_eq!(
            ratios.map(percent),
            ["–", "0.00%", "0.01%", "66.67%", "99.99%", "100.00%"]
        );
        assert_eq!(ratios.map(bar), [0, 0, 1, 66, 99, 100]);
        assert_eq!(ratios.map(level), ["e", "r", "r", "r", "y", "g"]);
    }

    #[test]
    fn a_date_is_the_one_of_greenwich() {
        assert_eq!(date(0), "1970-01-01 00:00 UTC");
        assert_eq!(date(1_709_210_096), "2024-02-29 12:34 UTC");
    }
}
