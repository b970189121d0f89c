//! The state of a file that is itcov's: the harness, the recipes.

use cargo_metadata::semver::Version;

use super::stamp;

/// How a file compares with what this version writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// There is none.
    Missing,
    /// It is what this version writes.
    Current,
    /// It is this version's, with edits.
    Edited,
    /// It is this version's, for another program, feature or edition.
    Outdated,
    /// Another version wrote it, or another state of this one.
    Stale {
        /// What its stamp says.
        version: Version,
        /// Whether somebody has edited it since.
        edited: bool,
        /// Whether it was made of a template of the user's.
        of_template: bool,
    },
    /// A later version wrote it.
    Newer {
        /// What its stamp says.
        version: Version,
    },
    /// It was made of a template that was not given now, and nobody has edited it since.
    OfTemplate,
    /// It is somebody else's.
    Foreign,
}

impl FileStatus {
    /// Compares a file with what this version writes, from the built-in template or from one that was `given`.
    pub fn of(text: Option<&str>, latest: &str, given: bool) -> FileStatus {
        let Some(text) = text else {
            return FileStatus::Missing;
        };
        let Some(found) = stamp::of(text) else {
            return if text == latest {
                FileStatus::Current
            } else if is_ours(text) {
                FileStatus::Edited
            } else {
                FileStatus::Foreign
            };
        };
        let edited = stamp::digest(text) != found.digest;
        let this: Version = env!("CARGO_PKG_VERSION")
            .parse()
            .expect("cargo takes no other version");
        let is_latest = stamp::of(latest).is_some_and(|latest| latest.digest == found.digest);
        if is_latest && !edited {
            if stamp::is_same(text, latest) {
                FileStatus::Current
            } else {
                FileStatus::Outdated
            }
        } else if found.is_of_template && !given && !edited {
            FileStatus::OfTemplate
        } else if is_latest || (found.is_of_template && !given) {
            FileStatus::Edited
        } else if found.version > this && !found.is_of_template {
            FileStatus::Newer {
                version: found.version,
            }
        } else {
            FileStatus::Stale {
                version: found.version,
                edited,
                of_template: found.is_of_template,
            }
        }
    }
}

/// Whether the text says which version of itcov has written it.
pub fn is_stamped(text: &str) -> bool {
    stamp::of(text).is_some()
}

/// Whether it was made of a template of the user's.
pub fn is_of_template(text: &str) -> bool {
    stamp::of(text).is_some_and(|found| found.is_of_template)
}

/// How the harness and the recipes begin.
const BEGINNINGS: [&str; 2] = ["//! The itcov harness:", "# itcov: "];

/// Whether itcov has written the text, whoever has edited it since, or lost its stamp.
pub fn is_ours(text: &str) -> bool {
    stamp::of(text).is_some()
        || BEGINNINGS
            .iter()
            .any(|beginning| text.starts_with(beginning))
}

/// Whether the text is as itcov has written it, in whatever version.
pub fn is_untouched(text: &str) -> bool {
    stamp::of(text).is_some_and(|found| found.digest == stamp::digest(text))
}

#[cfg(test)]
mod tests {
    use super::FileStatus;
    use crate::scaffold::stamp;

    fn stamped(version: &str, body: &str) -> String {
        let digest = stamp::digest(body);
        format!("# Written by cargo-itcov {version} (md5 {digest}): x\n{body}")
    }

    #[test]
    fn a_file_is_known_by_its_stamp() {
        let latest = stamped(env!("CARGO_PKG_VERSION"), "new\n");
        let status = |text: &str| FileStatus::of(Some(text), &latest, false);
        assert_eq!(FileStatus::of(None, &latest, false), FileStatus::Missing);
        assert_eq!(status(&latest), FileStatus::Current);
        assert_eq!(status(&latest.replace('\n', "\r\n")), FileStatus::Current);
        assert_eq!(status(&format!("{latest}mine\n")), FileStatus::Edited);
        let of = |bin: &str| stamped("1.0.0", &format!("env!(\"CARGO_BIN_EXE_{bin}\")\n"));
        assert_eq!(
            FileStatus::of(Some(&of("a")), &of("b"), false),
            FileStatus::Outdated
        );
        let old = |edited| FileStatus::Stale {
            version: "0.0.1".parse().unwrap(),
            edited,
            of_template: false,
        };
        assert_eq!(status(&stamped("0.0.1", "old\n")), old(false));
        assert_eq!(status(&(stamped("0.0.1", "old\n") + "mine\n")), old(true));
        let newer = FileStatus::Newer {
            version: "99.0.0".parse().unwrap(),
        };
        assert_eq!(status(&stamped("99.0.0", "newest\n")), newer);
        assert_eq!(status("mine:\n"), FileStatus::Foreign);
        assert_eq!(status("# itcov: without its stamp\n"), FileStatus::Edited);
        assert_eq!(status("// not of itcov\n"), FileStatus::Foreign);
    }

    #[test]
    fn a_file_of_a_template_is_compared_with_that_only() {
        let builtin = stamped(env!("CARGO_PKG_VERSION"), "new\n");
        let own = |body: &str| stamp::renewed(&stamped("0.0.1", body)).unwrap();
        let status = |text: &str, given| {
            let latest = if given { &own("own\n") } else { &builtin };
            FileStatus::of(Some(text), latest, given)
        };
        assert_eq!(status(&own("own\n"), true), FileStatus::Current);
        assert_eq!(status(&own("own\n"), false), FileStatus::OfTemplate);
        for given in [true, false] {
            assert_eq!(
                status(&(own("own\n") + "mine\n"), given),
                FileStatus::Edited
            );
        }
        let stale = |version: &str, of_template| FileStatus::Stale {
            version: version.parse().unwrap(),
            edited: false,
            of_template,
        };
        let this = env!("CARGO_PKG_VERSION");
        assert_eq!(status(&own("older\n"), true), stale(this, true));
        assert_eq!(status(&builtin, true), stale(this, false));
        assert_eq!(
            status(
                &stamped("99.0.0", "own\n").replace(" (md5", " from a template (md5"),
                false
            ),
            FileStatus::OfTemplate
        );
    }
}
