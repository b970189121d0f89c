//! What a report is about: everything, or a part that was asked for.

use std::fmt::Write as _;

use crate::baseline::Comparison;

/// What the numbers of a report are of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The revision since which lines have changed, if these alone count.
    pub since: Option<String>,
    /// The globs that a file has to match, one of them at least, if there are some.
    pub include: Vec<String>,
    /// The globs that no file matches.
    pub exclude: Vec<String>,
    /// What else tells it from an ordinary report, such as `scope: all`. It is said in brackets.
    pub remark: Option<String>,
    /// One of the files has changed since the program was built.
    pub is_stale: bool,
    /// What has changed since an earlier report, if it is compared with one.
    pub against: Option<Comparison>,
}

impl Subject {
    /// What is said behind "Coverage", with a space in front: ` of the lines changed since origin/main`. Nothing if
    /// it is of the whole workspace. What somebody has typed is quoted.
    pub fn phrase(&self, quoted: impl Fn(&str) -> String) -> String {
        let list = |globs: &[String]| {
            let globs: Vec<_> = globs.iter().map(|glob| quoted(glob)).collect();
            globs.join(", ")
        };
        let mut text = String::new();
        if let Some(since) = &self.since {
            let _ = write!(text, " of the lines changed since {}", quoted(since));
        }
        if !self.include.is_empty() {
            let of = if self.since.is_some() { "in" } else { "of" };
            let _ = write!(text, " {of} {}", list(&self.include));
        }
        if !self.exclude.is_empty() {
            let _ = write!(text, " without {}", list(&self.exclude));
        }
        if let Some(remark) = &self.remark {
            let _ = write!(text, " ({remark})");
        }
        text
    }

    /// What there is to say where there are no files: nothing with code has changed.
    pub fn nothing(&self, quoted: impl Fn(&str) -> String) -> Option<String> {
        let since = quoted(self.since.as_deref()?);
        Some(if self.is_stale {
            format!(
                "What has changed since {since} is newer than the build, so nothing can be told of it."
            )
        } else {
            format!("No line with code has changed since {since}.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        format!("`{text}`")
    }

    #[test]
    fn what_the_numbers_are_of_is_said_and_nothing_of_the_whole_workspace() {
        let all = Subject::default();
        assert_eq!(all.phrase(quoted), "");
        let part = Subject {
            include: vec!["src".into(), "*.rs".into()],
            exclude: vec!["src/gen".into()],
            remark: Some("scope: all".into()),
            ..Subject::default()
        };
        assert_eq!(
            part.phrase(quoted),
            " of `src`, `*.rs` without `src/gen` (scope: all)"
        );
        let changed = Subject {
            since: Some("origin/main".into()),
            remark: Some("scope: linked".into()),
            ..part
        };
        assert_eq!(
            changed.phrase(str::to_owned),
            " of the lines changed since origin/main in src, *.rs without src/gen (scope: linked)"
        );
    }

    #[test]
    fn of_no_files_it_is_said_why_there_are_none() {
        let mut subject = Subject::default();
        assert_eq!(subject.nothing(quoted), None);
        subject.since = Some("main".into());
        assert_eq!(
            subject.nothing(quoted).unwrap(),
            "No line with code has changed since `main`."
        );
        subject.is_stale = true;
        let newer = subject.nothing(quoted).unwrap();
        assert!(newer.contains("is newer than the build"), "{newer}");
    }
}
