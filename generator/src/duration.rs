//! Durations, as people write them for options, variables and recipes.

use std::time::Duration;

/// A number of seconds, or numbers with units: `90`, `90s`, `5m`, `1h30m`. The harness takes the same.
pub fn parse(text: &str) -> Option<Duration> {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"hms".contains(&byte));
    let seconds = text.parse().ok().map(Duration::from_secs);
    // What humantime takes for milliseconds, the harness does not take.
    seconds
        .or_else(|| humantime::parse_duration(text).ok())
        .filter(|_| is_plain && !text.contains("ms"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse;

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
            "5ms",
            "1h30",
            "5minutes",
            "99999999999999999999",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
