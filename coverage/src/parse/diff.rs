//! The lines that a branch has changed, as `git diff` says it.
//!
//! The format is the "unified" one of git-diff(1), section "Generating patch text with -p". A line counts as changed if
//! it is new, or not as it was; what is only gone has none.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::bytes::Malformed;

/// The lines of a file that have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lines {
    /// All of them, as those of a new file.
    All,
    /// These, from the top to the bottom.
    Ranges(Vec<RangeInclusive<u32>>),
}

impl Lines {
    /// These without others, which are from the top to the bottom.
    #[must_use]
    pub fn without(&self, others: &[RangeInclusive<u32>]) -> Lines {
        let mut rest = match self {
            Self::All if others.is_empty() => return Self::All,
            Self::All => vec![1..=u32::MAX],
            Self::Ranges(ranges) => ranges.clone(),
        };
        for other in others {
            let cut = |range: RangeInclusive<u32>| {
                let before = *range.start()..=other.start().saturating_sub(1).min(*range.end());
                let after = other.end().saturating_add(1).max(*range.start())..=*range.end();
                [before, after].into_iter().filter(|it| !it.is_empty())
            };
            rest = rest.into_iter().flat_map(cut).collect();
        }
        Self::Ranges(rest)
    }

    /// Whether one of the lines has changed.
    pub fn touch(&self, lines: &RangeInclusive<u32>) -> bool {
        match self {
            Self::All => true,
            Self::Ranges(ranges) => {
                let next = ranges.partition_point(|range| range.end() < lines.start());
                ranges
                    .get(next)
                    .is_some_and(|range| range.start() <= lines.end())
            }
        }
    }
}

/// The lines that a diff says have changed, by the bytes of the files' paths in the repository. The prefix of the
/// new paths must be `b/`.
///
/// # Errors
///
/// If it is not a diff, with the line that shows it.
pub fn parse(diff: &[u8]) -> Result<BTreeMap<Vec<u8>, Vec<RangeInclusive<u32>>>, Malformed> {
    let mut files: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut current = None;
    let mut rest = diff.split_inclusive(|byte| *byte == b'\n');
    while let Some(line) = rest.next() {
        let at_this_line = |why: Malformed| {
            let line = String::from_utf8_lossy(line);
            Malformed::from(format!(
                "the diff is not understood at {:?}: {why}",
                line.trim_end()
            ))
        };
        if line.starts_with(b"diff ") {
            current = None;
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            current = path(name).map_err(at_this_line)?;
        } else if line.starts_with(b"@@ ") {
            let changed = hunk(line, &mut rest).map_err(at_this_line)?;
            if let Some(path) = &current {
                files.entry(Vec::clone(path)).or_default().extend(changed);
            }
        }
    }
    Ok(files)
}

/// The path behind `+++ `; none of a file that is gone.
fn path(name: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
    let name = name.strip_suffix(b"\n").unwrap_or(name);
    // What has a space in it ends with a tab.
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    if name == b"/dev/null" {
        return Ok(None);
    }
    let name = match name.strip_prefix(b"\"") {
        Some(quoted) => unquoted(quoted).ok_or(Malformed::new("the path's quotes do not end"))?,
        None => name.to_vec(),
    };
    let path = name
        .strip_prefix(b"b/")
        .ok_or(Malformed::new("the path has no prefix"))?;
    Ok(Some(path.to_vec()))
}

/// A path that is quoted as in C, behind its first quote (git-config(1), `core.quotePath`).
fn unquoted(quoted: &[u8]) -> Option<Vec<u8>> {
    let mut path = vec![];
    let mut bytes = quoted.iter().copied();
    loop {
        let byte = match bytes.next()? {
            b'"' => return Some(path),
            b'\\' => match bytes.next()? {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                first @ b'0'..=b'3' => {
                    let digits = [first, bytes.next()?, bytes.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()?
                }
                escaped => escaped,
            },
            byte => byte,
        };
        path.push(byte);
    }
}

const TOO_LONG: Malformed = Malformed::new("the hunk is longer than its head says");

/// The lines that a hunk adds, of which `head` is the first line, and `rest` begins with the second.
fn hunk<'a>(
    head: &[u8],
    rest: &mut impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<RangeInclusive<u32>>, Malformed> {
    let ((_, mut old), (mut number, mut new)) =
        extents(head).ok_or(Malformed::new("the hunk's head is malformed"))?;
    let mut ranges: Vec<RangeInclusive<u32>> = vec![];
    while old > 0 || new > 0 {
        let line = rest.next().ok_or(Malformed::new("the hunk does not end"))?;
        let (is_old, is_new) = match line[0] {
            b'-' => (true, false),
            b'+' => (false, true),
            b' ' | b'\n' => (true, true),
            // `\ No newline at end of file`
            b'\\' => (false, false),
            _ => return Err(Malformed::new("the hunk is shorter than its head says")),
        };
        old = old.checked_sub(u32::from(is_old)).ok_or(TOO_LONG)?;
        new = new.checked_sub(u32::from(is_new)).ok_or(TOO_LONG)?;
        if is_new && !is_old {
            match ranges.last_mut() {
                Some(last) if *last.end() + 1 == number => *last = *last.start()..=number,
                _ => ranges.push(number..=number),
            }
        }
        number = number.saturating_add(u32::from(is_new));
    }
    Ok(ranges)
}

/// From `@@ -12,3 +14 @@`: of the old file and of the new one the first line and the number of lines.
fn extents(head: &[u8]) -> Option<((u32, u32), (u32, u32))> {
    let mut words = std::str::from_utf8(head.split(|byte| *byte == b'@').nth(2)?)
        .ok()?
        .split_whitespace();
    let extent = |word: Option<&str>, sign| {
        let word = word?.strip_prefix(sign)?;
        let (start, count) = word.split_once(',').unwrap_or((word, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    Some((extent(words.next(), '-')?, extent(words.next(), '+')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(diff: &str) -> Vec<(String, Vec<RangeInclusive<u32>>)> {
        let files = parse(diff.as_bytes()).unwrap().into_iter();
        files
            .map(|(path, ranges)| (String::from_utf8(path).unwrap(), ranges))
            .collect()
    }

    #[test]
    fn lines_without_others_are_what_is_left_of_them() {
        let some = Lines::Ranges(vec![1..=4, 8..=8, 10..=12]);
        let rest = some.without(&[4..=10, 12..=20]);
        assert_eq!(rest, Lines::Ranges(vec![1..=3, 11..=11]));
        assert_eq!(some.without(&[]), some);
        assert_eq!(Lines::All.without(&[]), Lines::All);
        let rest = Lines::All.without(&[1..=2, 5..=6]);
        assert_eq!(rest, Lines::Ranges(vec![3..=4, 7..=u32::MAX]));
    }

    #[test]
    fn what_is_new_has_changed_and_what_is_gone_has_no_line() {
        let diff = "\
diff --git a/src/a.rs b/src/a.rs
index 1..2 100644
--- a/src/a.rs
+++ b/src/a.rs
@@ -3,0 +4,2 @@ fn f() {
+    one();\r
++++ b/not/a/head
@@ -9,2 +11,0 @@
-gone
--- a/gone
@@ -20 +20 @@
-old
\\ No newline at end of file
+new
\\ No newline at end of file
diff --git a/gone.rs b/gone.rs
deleted file mode 100644
--- a/gone.rs
+++ /dev/null
@@ -1 +0,0 @@
-gone
diff --git a/old.rs b/renamed.rs
similarity index 90%
rename from old.rs
rename to renamed.rs
--- a/old.rs
+++ b/renamed.rs
@@ -7 +7 @@
-a
+b
diff --git a/b.bin b/b.bin
Binary files a/b.bin and b/b.bin differ
diff --git a/mode.rs b/mode.rs
old mode 100644
new mode 100755
";
        let expected = [
            ("renamed.rs".into(), vec![7..=7]),
            ("src/a.rs".into(), vec![4..=5, 20..=20]),
        ];
        assert_eq!(changed(diff), expected);
        assert_eq!(changed(""), []);
    }

    #[test]
    fn lines_around_a_change_have_not_changed() {
        let diff = "+++ b/a.rs\n@@ -1,4 +1,5 @@\n one\n-two\n+2\n+2.5\n\n+4\n-four\n";
        assert_eq!(changed(diff), [("a.rs".into(), vec![2..=3, 5..=5])]);
    }

    #[test]
    fn paths_are_quoted_as_in_c() {
        let path = |name: &str| {
            path(name.as_bytes()).map(|it| it.map(|it| String::from_utf8(it).unwrap()))
        };
        assert_eq!(path("b/a b.rs\t\n").unwrap().unwrap(), "a b.rs");
        assert_eq!(
            path("\"b/\\303\\244\\t\\\"\\\\.rs\"\n").unwrap().unwrap(),
            "ä\t\"\\.rs"
        );
        assert_eq!(path("/dev/null\n").unwrap(), None);
        assert!(path("\"b/a.rs\n").is_err());
        assert!(path("a.rs\n").is_err());
    }

    #[test]
    fn what_is_no_diff_is_refused_with_its_line() {
        for (diff, says) in [
            ("@@ -1 nothing @@\n", "head is malformed"),
            ("@@ -1,9999999999 +1 @@\n", "head is malformed"),
            ("@@ -1 +1,2 @@\n-a\n+b\n", "does not end"),
            ("@@ -1 +1,2 @@\n-a\n-a\n", "longer than its head says"),
            ("@@ -1,2 +1 @@\n-a\n*a\n", "shorter than its head says"),
            ("+++ a.rs\n", "no prefix"),
        ] {
            let error = parse(diff.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{diff:?}: {error}");
            assert!(error.contains("not understood at \""), "{error}");
        }
    }

    #[test]
    fn a_stretch_of_lines_is_touched_by_one_of_them() {
        let lines = Lines::Ranges(vec![3..=4, 9..=9]);
        let touched = |from, to| lines.touch(&(from..=to));
        assert!(touched(4, 4) && touched(1, 3) && touched(5, 20) && touched(9, 9));
        assert!(!touched(1, 2) && !touched(5, 8) && !touched(10, 11));
        assert!(Lines::All.touch(&(1..=1)));
    }
}
