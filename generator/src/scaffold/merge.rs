//! Renewing a file that its user has edited.

use super::manifest::line_end;
use super::recipes;

/// The user's text with what changed between two versions of itcov's, or `None` where both changed the same lines.
/// `base` is what the user's text grew out of, `latest` what itcov writes now.
pub fn three_way(base: &str, users: &str, latest: &str) -> Option<String> {
    let plain = |text: &str| text.replace("\r\n", "\n");
    let users_plain = plain(users);
    // The configuration is the user's and no matter of merging.
    let base = configured(&plain(base), &users_plain);
    let latest = configured(&plain(latest), &users_plain);
    let merged = diffy::merge(&base, &users_plain, &latest).ok()?;
    Some(with_line_ends_of(users, &merged))
}

/// The text with the configuration of another one.
fn configured(text: &str, other: &str) -> String {
    let text = recipes::with_settings_of(text, other);
    match recipes::programs(other) {
        Ok(programs) => recipes::with_programs(&text, &programs),
        Err(_) => text,
    }
}

/// The text with the line ends that another one has.
pub fn with_line_ends_of(other: &str, text: &str) -> String {
    if line_end(other) == "\r\n" {
        text.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::three_way;

    const BASE: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

    #[test]
    fn edits_in_different_places_go_together() {
        let users = BASE.replace("two", "2");
        let latest = BASE.replace("five", "5");
        let merged = BASE.replace("two", "2").replace("five", "5");
        assert_eq!(three_way(BASE, &users, &latest), Some(merged.clone()));
        let windows = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(
            three_way(BASE, &windows(&users), &latest),
            Some(windows(&merged))
        );
    }

    #[test]
    fn edits_of_the_same_line_do_not() {
        let edit = |to: &str| BASE.replace("two", to);
        assert_eq!(three_way(BASE, &edit("2"), &edit("zwei")), None);
        assert_eq!(three_way(BASE, &edit("2"), &edit("2")), Some(edit("2")));
    }
}
