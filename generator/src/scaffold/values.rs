//! The values in itcov's own files: what is filled in for a crate, or set by its user, and so is no edit.

/// A place of a value: what stands before it and behind it in its line.
#[derive(Clone, Copy)]
pub struct Slot(&'static str, &'static str);

/// How long a run may last by default; the user's.
pub const TIMEOUT: Slot = Slot("export ITCOV_TIMEOUT := env('ITCOV_TIMEOUT', '", "')");

/// The variable of just that has options for `cargo itcov`.
pub const OPTIONS_NAME: &str = "itcov_options";

/// These options; the user's.
pub const OPTIONS: Slot = Slot("itcov_options := '", "'");

/// The features that cargo needs to build the harness.
pub const FEATURES: Slot = Slot("--features ", " --test manual_integration");

/// The feature that the harness is behind.
pub const FEATURE: Slot = Slot("#![cfg(feature = \"", "\")]");

/// The program that the harness runs.
pub const PROGRAM: Slot = Slot("env!(\"CARGO_BIN_EXE_", "\")");

/// The same in a comment.
const NAME: Slot = Slot("runs the real `main` of ", " while");

const ALL: [Slot; 6] = [TIMEOUT, OPTIONS, FEATURES, FEATURE, PROGRAM, NAME];

/// How a foreign block begins in the edition 2024, and in earlier ones.
const FOREIGN_BLOCK: [&str; 2] = ["unsafe extern \"C\" {", "extern \"C\" {"];

/// The first value in a slot.
pub fn get(text: &str, slot: Slot) -> Option<&str> {
    let value = find(text, slot, 0)?;
    Some(&text[value])
}

/// The text with this value wherever it has the slot.
pub fn set(text: &str, slot: Slot, value: &str) -> String {
    let mut text = text.to_owned();
    let mut from = 0;
    while let Some(place) = find(&text, slot, from) {
        from = place.start + value.len();
        text.replace_range(place, value);
    }
    text
}

/// The text with the values that a user has set in another one.
pub fn with_settings_of(text: &str, other: &str) -> String {
    [TIMEOUT, OPTIONS]
        .into_iter()
        .fold(text.to_owned(), |text, slot| match get(other, slot) {
            Some(value) => set(&text, slot, value),
            None => text,
        })
}

/// The text without any value.
pub fn blank(text: &str) -> String {
    let text = ALL
        .into_iter()
        .fold(text.to_owned(), |text, slot| set(&text, slot, ""));
    text.replace(FOREIGN_BLOCK[0], FOREIGN_BLOCK[1])
}

/// Where a value is, at or behind an offset.
fn find(text: &str, slot: Slot, from: usize) -> Option<std::ops::Range<usize>> {
    let Slot(before, after) = slot;
    let mut at = from;
    loop {
        let start = at + text[at..].find(before)? + before.len();
        let line = text[start..].lines().next().unwrap_or_default();
        if let Some(length) = line.find(after) {
            return Some(start..start + length);
        }
        at = start;
    }
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, OPTIONS, PROGRAM, TIMEOUT, blank, get, set, with_settings_of};

    const TEXT: &str = "export ITCOV_TIMEOUT := env('ITCOV_TIMEOUT', '60s')\nitcov_options := ''\n\
        cargo test --features\ncargo test --features a,b --test manual_integration --no-run\n\
        cargo test --features a,b --test manual_integration\n";

    #[test]
    fn values_are_read_and_set_wherever_they_are() {
        assert_eq!(get(TEXT, TIMEOUT), Some("60s"));
        assert_eq!(get(TEXT, FEATURES), Some("a,b"));
        assert_eq!(get(TEXT, PROGRAM), None);
        assert_eq!(set(TEXT, FEATURES, "a,b,c"), TEXT.replace("a,b", "a,b,c"));
        assert_eq!(set(TEXT, PROGRAM, "x"), TEXT);
    }

    #[test]
    fn only_the_users_values_are_taken_over() {
        let other = set(&set(TEXT, OPTIONS, "-p api"), TIMEOUT, "5m");
        assert_eq!(with_settings_of(TEXT, &set(&other, FEATURES, "z")), other);
        assert_eq!(with_settings_of(TEXT, "mine:\n"), TEXT);
    }

    #[test]
    fn values_and_editions_make_no_difference_to_the_blank_text() {
        assert_eq!(blank(&set(TEXT, TIMEOUT, "0")), blank(TEXT));
        assert_eq!(blank("unsafe extern \"C\" {\n"), blank("extern \"C\" {\n"));
        assert_ne!(blank(&TEXT.replace("cargo", "Cargo")), blank(TEXT));
    }
}
