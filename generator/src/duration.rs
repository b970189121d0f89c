//! Durations, as options, variables and recipes have them, and the harness as well.

use std::time::Duration;

/// A number of seconds, or numbers with units. The harness takes the same.
pub fn parse(text: &str) -> Option<Duration> {
    let mut parts = text.split_inclusive(['h', 'm', 's']).peekable();
    parts.peek()?;
    let seconds = parts.try_fold(0_u64, |sum, part| {
        let end = part.find(|it: char| !it.is_ascii_digit());
        let (number, unit) = part.split_at(end.unwrap_or(part.len()));
        let unit = match unit {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            "" if number == text => 1,
            _ => return None,
        };
        sum.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)
    });
    seconds.map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::time::Duration;

    #[test]
    fn durations_are_seconds_or_have_units() {
        for (text, seconds) in [
            ("90", 90),
            ("0", 0),
            ("90s", 90),
            ("5m", 300),
            ("1h30m", 5400),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in [
            "",
            "s",
            "-1",
            "1 h",
            "1d",
            "5minutes",
            "100ms",
            "1h30",
            "+1",
            "5µ",
            "99999999999999999999",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
