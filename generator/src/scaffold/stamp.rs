//! The stamp in each file that is itcov's: which version wrote it, and whether anybody has edited it since.
//!
//! It is one line, a comment: `Written by cargo-itcov 0.1.0 (md5 0123…): …`. The digest tells an edit from none and guards
//! against nobody, so MD5 will do; it is that of the [canonical](digest) text. A file that was made of a template of the
//! user's says so: `Written by cargo-itcov 0.1.0 from a template (md5 0123…): …`.

use cargo_metadata::semver::Version;

use super::manifest::line_end;
use super::values;

/// What stands before the version in a stamp.
const MARK: &str = "Written by cargo-itcov ";

/// What stands behind the version where a template of the user's was rendered.
const OF_TEMPLATE: &str = " from a template";

/// What opens and closes the digest.
const DIGEST: (&str, char) = (" (md5 ", ')');

/// What to type for another version of the file, by where it is from.
const UPDATE: [&str; 2] = [
    "`cargo itcov update`",
    "`cargo itcov update --template DIR`",
];

/// The stamp of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// The version of cargo-itcov that wrote the file.
    pub version: Version,
    /// The digest of what it wrote.
    pub digest: &'a str,
    /// Whether it was made of a template of the user's.
    pub is_of_template: bool,
}

/// The stamp, which is among the first lines.
pub fn of(text: &str) -> Option<Stamp<'_>> {
    text.lines().take(60).find_map(parse)
}

fn parse(line: &str) -> Option<Stamp<'_>> {
    let (version, rest) = line.split_once(MARK)?.1.split_once(DIGEST.0)?;
    let plain = version.strip_suffix(OF_TEMPLATE);
    Some(Stamp {
        version: plain.unwrap_or(version).parse().ok()?,
        digest: rest.split_once(DIGEST.1)?.0,
        is_of_template: plain.is_some(),
    })
}

/// A text that was made of a template of the user's, with the right stamp; it gets one in a comment if it has none. What
/// is no different from the built-in version keeps that one's.
pub fn of_template(text: &str, comment: &str, builtin: &str) -> String {
    if of(text).is_some() && is_same(text, builtin) {
        return with_line_ends_of(text, builtin);
    }
    renewed(text).unwrap_or_else(|| {
        let line_end = line_end(text);
        let line = format!(
            "{comment} {}: {} renews it{line_end}",
            mark(&digest(text)),
            UPDATE[1]
        );
        // The line that names an interpreter has to be the first.
        let first = if text.starts_with("#!/") {
            text.find('\n').map_or(text.len(), |end| end + 1)
        } else {
            0
        };
        format!("{}{line}{}", &text[..first], &text[first..])
    })
}

/// The text with a right stamp in the place of the one that it has.
pub fn renewed(text: &str) -> Option<String> {
    of(text)?;
    let line = text.lines().find(|line| parse(line).is_some())?;
    let (comment, rest) = line.split_once(MARK)?;
    let sentence = rest.split_once(DIGEST.0)?.1.split_once(DIGEST.1)?.1;
    let sentence = sentence.replace(UPDATE[0], UPDATE[1]);
    let renewed = format!("{comment}{}{sentence}", mark(&digest(text)));
    Some(text.replacen(line, &renewed, 1))
}

fn mark(digest: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "{MARK}{version}{OF_TEMPLATE}{}{digest}{}",
        DIGEST.0, DIGEST.1
    )
}

/// The text with the line ends that another one has.
pub fn with_line_ends_of(other: &str, text: &str) -> String {
    if line_end(other) == "\r\n" {
        text.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        text.to_owned()
    }
}

/// Whether two texts differ in no more than the stamp and the line ends.
pub fn is_same(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|text| text.lines().filter(|line| parse(line).is_none()));
    one.eq(other)
}

/// The digest of a text, leaving out what differs between files that nobody has edited: the stamp itself, the line
/// ends, which git changes on some machines, and the values that were filled in for a crate or set by its user.
pub fn digest(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    let blank = values::blank(text);
    for line in blank.lines().filter(|line| parse(line).is_none()) {
        canonical.push_str(line);
        canonical.push('\n');
    }
    format!("{:x}", md5::compute(canonical))
}

#[cfg(test)]
mod tests {
    use super::{digest, of, of_template, renewed};

    const TEXT: &str = "# recipes\n# Written by cargo-itcov 1.2.3 (md5 00ff): `cargo itcov update` renews it\nbody\n";

    #[test]
    fn the_stamp_is_found_in_a_comment_of_any_kind() {
        for text in [
            TEXT.to_owned(),
            TEXT.replace("# ", "// "),
            TEXT.replace('\n', "\r\n"),
        ] {
            let stamp = of(&text).unwrap();
            assert_eq!(
                (stamp.version.to_string().as_str(), stamp.digest),
                ("1.2.3", "00ff")
            );
        }
        assert_eq!(of("# itcov\n"), None);
    }

    #[test]
    fn neither_the_stamp_nor_line_ends_nor_configuration_change_the_digest() {
        let same = digest(TEXT);
        assert_eq!(digest(&TEXT.replace("1.2.3", "1.2.4")), same);
        assert_eq!(digest(&TEXT.replace('\n', "\r\n")), same);
        assert_ne!(digest(&TEXT.replace("body", "edited")), same);
        let options = |value: &str| digest(&format!("{TEXT}itcov_options := '{value}'\n"));
        assert_eq!(options("--release"), options(""));
    }

    #[test]
    fn a_file_of_a_template_has_a_stamp_that_says_so() {
        let stamped = renewed(TEXT).unwrap();
        let stamp = of(&stamped).unwrap();
        assert!(stamp.is_of_template);
        assert_eq!(stamp.digest, digest(&stamped));
        assert!(stamped.contains("): `cargo itcov update --template DIR` renews it\nbody"));
        assert_eq!(renewed(&stamped), Some(stamped));
        assert_eq!(renewed("body\n"), None);
    }

    #[test]
    fn a_file_without_a_stamp_gets_one() {
        for (text, before) in [
            ("body\n", ""),
            ("#!/usr/bin/env just\nbody\n", "#!/usr/bin/env just\n"),
        ] {
            let stamped = of_template(text, "#", TEXT);
            let stamp = of(&stamped).unwrap();
            assert!(
                stamp.is_of_template && stamp.digest == digest(&stamped),
                "{stamped}"
            );
            assert!(stamped.starts_with(&format!("{before}# Written by")));
            assert!(stamped.ends_with("body\n"));
        }
    }

    #[test]
    fn what_is_no_different_from_the_built_in_version_is_that() {
        assert_eq!(of_template(&TEXT.replace("00ff", "ff00"), "#", TEXT), TEXT);
        assert!(
            of(&of_template("# recipes\nbody\n", "#", TEXT))
                .unwrap()
                .is_of_template
        );
    }
}
