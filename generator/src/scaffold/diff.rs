//! A plan as a unified diff.

use anstyle::{AnsiColor, Style};
use diffy::{DiffOptions, PatchFormatter};

use super::change::Change;

/// The change as `diff -u` and `git apply` know it; empty where nothing changes.
pub fn unified(change: &Change) -> String {
    if change.is_unchanged() {
        return String::new();
    }
    let name = |text: &Option<String>, side: &str| match text {
        Some(_) => format!("{side}/{}", change.name),
        None => "/dev/null".to_owned(),
    };
    between(
        &name(&change.before, "a"),
        change.before.as_deref().unwrap_or_default(),
        &name(&change.after, "b"),
        change.after.as_deref().unwrap_or_default(),
    )
}

/// The diff with the colours of `git diff`.
pub fn coloured(diff: &str) -> String {
    let style = |line: &str| match line.as_bytes() {
        [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => Style::new().bold(),
        [b'-', ..] => AnsiColor::Red.on_default(),
        [b'+', ..] => AnsiColor::Green.on_default(),
        [b'@', ..] => AnsiColor::Cyan.on_default(),
        _ => Style::new(),
    };
    let lines = diff.split_inclusive('\n').map(|line| {
        let style = style(line);
        let (text, end) = line.split_at(line.trim_end_matches('\n').len());
        format!("{style}{text}{style:#}{end}")
    });
    lines.collect()
}

/// What leads from one text to another.
pub fn between(old_name: &str, old: &str, new_name: &str, new: &str) -> String {
    let patch = DiffOptions::new()
        .set_original_filename(old_name.to_owned())
        .set_modified_filename(new_name.to_owned())
        .create_patch(old, new);
    PatchFormatter::new()
        .suppress_blank_empty(false)
        .fmt_patch(&patch)
        .to_string()
}
