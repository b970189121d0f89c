//! The stamp in each file that is itcov's: which version wrote it, and whether anybody has edited it since.
//!
//! It is one line, a comment: `Written by cargo-itcov 0.1.0 (md5 0123…): …`. The digest tells an edit from none and guards
//! against nobody, so MD5 will do; it is that of the [canonical](digest) text.

use cargo_metadata::semver::Version;

use super::recipes;

/// What stands before the version in a stamp.
const MARK: &str = "Written by cargo-itcov ";

/// The stamp of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// The version of cargo-itcov that wrote the file.
    pub version: Version,
    /// The digest of what it wrote.
    pub digest: &'a str,
}

/// The stamp, which is among the first lines.
pub fn of(text: &str) -> Option<Stamp<'_>> {
    text.lines().take(60).find_map(parse)
}

fn parse(line: &str) -> Option<Stamp<'_>> {
    let (version, rest) = line.split_once(MARK)?.1.split_once(" (md5 ")?;
    Some(Stamp {
        version: version.parse().ok()?,
        digest: rest.split_once(')')?.0,
    })
}

/// The digest of a text, leaving out what differs between files that nobody has edited: the stamp itself, the line
/// ends, which git changes on some machines, and the values of the configuration, which are the user's.
pub fn digest(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    let blank = recipes::without_values(text);
    for line in blank.lines().filter(|line| parse(line).is_none()) {
        canonical.push_str(line);
        canonical.push('\n');
    }
    format!("{:x}", md5::compute(canonical))
}

#[cfg(test)]
mod tests {
    use super::{digest, of};

    const TEXT: &str = "# recipes\n# Written by cargo-itcov 1.2.3 (md5 00ff): cargo itcov update renews it\nbody\n";

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
        let timeout = |value: &str| digest(&format!("{TEXT}itcov_timeout := '{value}'\n"));
        assert_eq!(timeout("5m"), timeout("60s"));
    }
}
