//! The state of a file that is itcov's: the harness, the recipes.

use cargo_metadata::semver::Version;

use super::stamp;

/// How a file compares with what this version writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is none.
    Missing,
    /// It is what this version writes.
    Current,
    /// It is this version's, with edits.
    Edited,
    /// It is itcov's, for another program or feature.
    Outdated,
    /// Another version wrote it, or another state of this one.
    Stale {
        /// What its stamp says.
        version: Version,
        /// Whether somebody has edited it since.
        edited: bool,
    },
    /// A later version wrote it.
    Newer {
        /// What its stamp says.
        version: Version,
    },
    /// It is somebody else's.
    Foreign,
}

impl Status {
    /// Compares a file with what this version writes.
    pub fn of(text: Option<&str>, latest: &str) -> Status {
        let Some(text) = text else {
            return Status::Missing;
        };
        let Some(found) = stamp::of(text) else {
            return if text == latest {
                Status::Current
            } else if is_ours(text) {
                Status::Edited
            } else {
                Status::Foreign
            };
        };
        let edited = stamp::digest(text) != found.digest;
        let this: Version = env!("CARGO_PKG_VERSION")
            .parse()
            .expect("cargo takes no other version");
        if stamp::of(latest).is_some_and(|latest| latest.digest == found.digest) {
            if edited {
                Status::Edited
            } else {
                Status::Current
            }
        } else if found.version > this {
            Status::Newer {
                version: found.version,
            }
        } else {
            Status::Stale {
                version: found.version,
                edited,
            }
        }
    }
}

/// Whether itcov has written the text, whoever has edited it since.
pub fn is_ours(text: &str) -> bool {
    stamp::of(text).is_some() || text.lines().take(2).any(|line| line.contains("itcov"))
}

/// Whether the text is as itcov has written it, in whatever version.
pub fn is_untouched(text: &str) -> bool {
    stamp::of(text).is_some_and(|found| found.digest == stamp::digest(text))
}

#[cfg(test)]
mod tests {
    use super::Status;
    use crate::scaffold::stamp;

    fn stamped(version: &str, body: &str) -> String {
        let digest = stamp::digest(body);
        format!("# Written by cargo-itcov {version} (md5 {digest}): x\n{body}")
    }

    #[test]
    fn a_file_is_known_by_its_stamp() {
        let latest = stamped(env!("CARGO_PKG_VERSION"), "new\n");
        let status = |text: &str| Status::of(Some(text), &latest);
        assert_eq!(Status::of(None, &latest), Status::Missing);
        assert_eq!(status(&latest), Status::Current);
        assert_eq!(status(&latest.replace('\n', "\r\n")), Status::Current);
        assert_eq!(status(&format!("{latest}mine\n")), Status::Edited);
        let old = |edited| Status::Stale {
            version: "0.0.1".parse().unwrap(),
            edited,
        };
        assert_eq!(status(&stamped("0.0.1", "old\n")), old(false));
        assert_eq!(status(&(stamped("0.0.1", "old\n") + "mine\n")), old(true));
        let newer = Status::Newer {
            version: "99.0.0".parse().unwrap(),
        };
        assert_eq!(status(&stamped("99.0.0", "newest\n")), newer);
        assert_eq!(status("mine:\n"), Status::Foreign);
        assert_eq!(status("# itcov, without its stamp\n"), Status::Edited);
    }
}
