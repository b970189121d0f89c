//! The lines that scenarios reach, as sets; kept beside a run, so that they are counted once.
//!
//! The file is a line of JSON, and behind it the blocks of the sets, one set behind the other.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fixedbitset::FixedBitSet;
use llvm_coverage::files;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::build::layout::digest;
use crate::build::texts::Text;

/// The bytes of a block of a set.
const BLOCK: usize = 8;

/// What each of some scenarios reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// What the sets are of.
    pub lines: Lines,
    /// The lines that each scenario reaches.
    pub sets: Vec<FixedBitSet>,
    /// What was compiled, and when that was over.
    pub texts: BTreeSet<Text>,
    /// See `texts`.
    pub built: SystemTime,
    /// Of how many profiles it is not known what they would say.
    pub not_counted: usize,
}

/// Lines of source files, each with its number in the sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// The files by their paths, each with its lines from the top to the bottom, and the number of the first.
    files: Vec<(PathBuf, Vec<u32>, usize)>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    key: String,
    lines: Lines,
    sets: usize,
    texts: BTreeSet<Text>,
    built: SystemTime,
    not_counted: usize,
    /// Of the blocks.
    digest: String,
}

impl Lines {
    /// Those that are in one of the `reached`: what each scenario reaches, the places of the files each with its lines; and
    /// them as sets.
    pub fn of(
        paths: impl Iterator<Item = PathBuf>,
        reached: &[Vec<(usize, Vec<u32>)>],
    ) -> (Lines, Vec<FixedBitSet>) {
        let mut files: Vec<(PathBuf, Vec<u32>, usize)> =
            paths.map(|path| (path, Vec::new(), 0)).collect();
        for (file, lines) in reached.iter().flatten() {
            let known = &mut files[*file].1;
            known.extend_from_slice(lines);
            known.sort_unstable();
            known.dedup();
        }
        let mut first = 0;
        for file in &mut files {
            file.2 = first;
            first += file.1.len();
        }
        let lines = Lines { files };
        let sets = reached.iter().map(|files| {
            let mut set = FixedBitSet::with_capacity(first);
            for (file, numbers) in files {
                set.extend(numbers.iter().filter_map(|it| lines.number(*file, *it)));
            }
            set
        });
        let sets = sets.collect();
        (lines, sets)
    }

    fn number(&self, file: usize, line: u32) -> Option<usize> {
        let (_, lines, first) = self.files.get(file)?;
        Some(first + lines.binary_search(&line).ok()?)
    }

    /// The paths of the files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, ..)| path.as_path())
    }

    /// The lines of the file at a path that are in a set.
    pub fn within(&self, path: &Path, set: &FixedBitSet) -> Vec<u32> {
        let file = self.files.iter().find(|(known, ..)| known == path);
        let lines = file.into_iter().flat_map(|(_, lines, first)| {
            let numbered = lines.iter().enumerate();
            numbered.filter(move |(place, _)| set.contains(first + place))
        });
        lines.map(|(_, line)| *line).collect()
    }

    /// The set of the lines of the file at a path that are `wanted`.
    pub fn set(&self, path: &Path, wanted: impl Fn(u32) -> bool) -> FixedBitSet {
        let mut set = FixedBitSet::new();
        for (_, lines, first) in self.files.iter().filter(|(known, ..)| known == path) {
            for (place, _) in lines.iter().enumerate().filter(|(_, line)| wanted(**line)) {
                set.grow_and_insert(first + place);
            }
        }
        set
    }

    fn number_of_all(&self) -> usize {
        self.files
            .last()
            .map_or(0, |(_, lines, first)| first + lines.len())
    }
}

impl Index {
    /// Reads the one that has this key; `None` if there is none.
    pub fn read(file: &Path, key: &str) -> Option<Index> {
        let bytes = files::read(file, files::PROFILE).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
        let blocks = &bytes[end + 1..];
        if head.key != key || digest(blocks) != head.digest {
            return None;
        }
        let length = head.lines.number_of_all();
        let blocks = blocks.as_chunks::<BLOCK>().0;
        let blocks: Vec<usize> = blocks.iter().map(|it| usize::from_le_bytes(*it)).collect();
        let of_set = length.div_ceil(8 * BLOCK);
        let set = |place: usize| {
            let own = blocks.get(place * of_set..(place + 1) * of_set)?;
            Some(FixedBitSet::with_capacity_and_blocks(
                length,
                own.iter().copied(),
            ))
        };
        let sets: Option<Vec<FixedBitSet>> = (0..head.sets).map(set).collect();
        Some(Index {
            lines: head.lines,
            sets: sets?,
            texts: head.texts,
            built: head.built,
            not_counted: head.not_counted,
        })
    }

    /// Writes it, as a whole or not at all.
    ///
    /// # Errors
    ///
    /// If that is not possible.
    pub fn write(&self, file: &Path, key: String) -> io::Result<()> {
        let blocks = self.sets.iter().flat_map(FixedBitSet::as_slice);
        let blocks: Vec<u8> = blocks.flat_map(|block| block.to_le_bytes()).collect();
        let head = Head {
            key,
            lines: self.lines.clone(),
            sets: self.sets.len(),
            texts: self.texts.clone(),
            built: self.built,
            not_counted: self.not_counted,
            digest: digest(&blocks),
        };
        let mut half = NamedTempFile::new_in(file.parent().unwrap_or(Path::new(".")))?;
        serde_json::to_writer(&mut half, &head)?;
        half.write_all(b"\n")?;
        half.write_all(&blocks)?;
        half.persist(file)?;
        Ok(())
    }
}

/// What the file system says of some files: where one was written to, it says something else.
pub fn stamp<'a>(paths: impl Iterator<Item = &'a Path>) -> String {
    let mut all = String::new();
    for path in paths {
        let file = fs::metadata(path);
        let said = file.map(|it| (it.len(), it.modified().ok())).ok();
        let _ = writeln!(all, "{} {said:?}", path.to_string_lossy());
    }
    digest(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_for_its_key_alone() {
        let paths = ["/w/a.rs", "/w/b.rs", "/w/c.rs"].map(PathBuf::from);
        let reached = [
            vec![(0, vec![1, 2, 90]), (2, vec![7])],
            vec![],
            vec![(0, vec![2, 3])],
        ];
        let (lines, sets) = Lines::of(paths.into_iter(), &reached);
        let a = Path::new("/w/a.rs");
        assert_eq!(lines.within(a, &sets[0]), [1, 2, 90]);
        assert_eq!(lines.within(a, &sets[2]), [2, 3]);
        assert_eq!(lines.within(Path::new("/w/c.rs"), &sets[0]), [7]);
        assert!(sets[1].is_clear());
        let wanted = lines.set(a, |line| line > 2);
        assert!(!sets[0].is_disjoint(&wanted) && !sets[2].is_disjoint(&wanted));
        assert!(sets[1].is_disjoint(&wanted));

        let index = Index {
            lines,
            sets,
            texts: BTreeSet::new(),
            built: SystemTime::UNIX_EPOCH,
            not_counted: 2,
        };
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("index");
        index.write(&file, "key".into()).unwrap();
        assert_eq!(Index::read(&file, "key"), Some(index));
        assert_eq!(Index::read(&file, "another"), None);
        let bytes = fs::read(&file).unwrap();
        for length in 0..bytes.len() {
            fs::write(&file, &bytes[..length]).unwrap();
            assert_eq!(Index::read(&file, "key"), None);
        }
    }
}
