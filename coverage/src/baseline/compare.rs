//! Comparing: two coverages and what is known of their texts become what has changed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::comparison::{Changes, Comparison, Gone};
use super::pairs::{pairs, same_lines};
use super::pieces::{CodeLine, Piece, Text, pieces};
use super::roots::{IsThere, Roots};
use crate::count::{Coverage, FileCoverage};
use crate::formats::names;
use crate::parallel;

/// What gives the text of a source, if it is known.
pub type TextOf<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// The texts of the sources, as far as they are known, by the paths that they have now.
pub struct Texts<'a> {
    /// That of a file now.
    pub now: TextOf<'a>,
    /// The earlier one. None if nothing is known of the time of the earlier report.
    pub earlier: Option<TextOf<'a>>,
    /// Whether there is a file now, also one that the report does not have.
    pub is_there: IsThere<'a>,
}

/// What has changed since an `earlier` coverage, in the workspace at `root`. `name` is what people call the earlier one. A file is
/// the same if it has the same name in the workspace, wherever that was.
pub fn compare(
    name: String,
    earlier: &Coverage,
    now: &Coverage,
    root: &Path,
    texts: &Texts<'_>,
) -> Comparison {
    let measured: HashSet<&Path> = now.files.iter().map(|it| Path::new(&*it.path)).collect();
    let is_there = |path: &Path| measured.contains(path) || (texts.is_there)(path);
    let roots = Roots::find(earlier, root, &is_there);
    let named = |path: &Path| names::name(path, root).into_owned();
    let files = now.files.iter().enumerate();
    let places: HashMap<String, usize> = files
        .map(|(place, file)| (named(Path::new(&*file.path)), place))
        .collect();
    let old: Vec<Old> = earlier
        .files
        .iter()
        .map(|file| {
            let path = Path::new(&*file.path);
            let is_own = roots.is_own(path);
            let here = roots.here(path);
            let name = named(&here);
            let text = |of: TextOf| of(here.to_str()?);
            Old {
                place: places.get(&name).copied(),
                text: texts.earlier.filter(|_| is_own).and_then(text),
                file,
                name,
                is_own,
            }
        })
        .collect();
    let is_known: Vec<bool> = {
        let mut is_known = vec![false; now.files.len()];
        old.iter()
            .filter_map(|it| it.place)
            .for_each(|place| is_known[place] = true);
        is_known
    };

    let was = together(parallel::map(&old, 1, &|old| old.pieces(earlier)));
    let places: Vec<usize> = (0..now.files.len()).collect();
    let is = together(parallel::map(&places, 1, &|place| {
        let file = &now.files[*place];
        let text = (texts.now)(&file.path);
        let text = Text {
            text: text.as_deref(),
            is_compared: texts.earlier.is_some(),
        };
        pieces(now, file, Some(*place), text)
    }));
    let partners = pairs(&was, &is);
    let same = old.iter().filter_map(|old| {
        let place = old.place?;
        let text = (texts.now)(&now.files[place].path)?;
        Some((place, same_lines(old.text.as_deref()?, &text)))
    });
    let same = same.collect();
    let missing = old.iter().filter(|old| old.is_missing());
    let of_other_texts = old.iter().filter(|old| old.is_of_other_text());
    Comparison {
        name,
        in_both: is_known.iter().filter(|it| **it).count(),
        new: (now.files.iter().zip(&is_known))
            .filter(|(_, is_known)| !**is_known)
            .map(|(file, _)| Arc::clone(&file.path))
            .collect(),
        roots: roots.doubt(),
        missing: missing.map(|old| old.name.clone()).collect(),
        of_other_texts: of_other_texts.map(|old| old.name.clone()).collect(),
        gone: gone(&was, &partners, now),
        without_code: without_code(&was, &is, &partners, now, &same),
        shorter: shorter(&was, &is, &partners, now),
        files: changes(&was, &is, &partners, now),
    }
}

/// A file of the earlier report.
struct Old<'a> {
    file: &'a FileCoverage,
    name: String,
    /// Its place now.
    place: Option<usize>,
    text: Option<String>,
    /// It is of the workspace.
    is_own: bool,
}

impl Old<'_> {
    fn pieces(&self, earlier: &Coverage) -> Vec<Piece> {
        let text = Text {
            text: self.text.as_deref(),
            is_compared: true,
        };
        pieces(earlier, self.file, self.place, text)
    }

    fn is_missing(&self) -> bool {
        let mut lines = self.file.lines.iter();
        self.is_own && self.place.is_none() && lines.any(|line| line.count > 0)
    }

    /// Whether it has more lines than its text.
    fn is_of_other_text(&self) -> bool {
        let last = self
            .file
            .lines
            .last()
            .map_or(0, |last| last.number as usize);
        let text = self.text.as_ref();
        text.is_some_and(|text| text.lines().count() < last)
    }
}

fn together(pieces: Vec<Vec<Piece>>) -> Vec<Piece> {
    pieces.into_iter().flatten().collect()
}

/// The functions that ran and are none of now, by the earlier partners of those of now.
fn gone(was: &[Piece], partners: &[Option<usize>], now: &Coverage) -> Vec<Gone> {
    let found: HashSet<usize> = partners.iter().copied().flatten().collect();
    let pieces = was.iter().enumerate();
    let left = pieces.filter(|(place, _)| !found.contains(place));
    let ran = left.filter(|(_, piece)| piece.lines.iter().any(CodeLine::ran));
    let functions = ran.filter(|(_, piece)| !piece.name.is_empty());
    let gone = functions.filter_map(|(_, piece)| {
        Some(Gone {
            path: Arc::clone(&now.files[piece.file?].path),
            name: piece.name.clone(),
        })
    });
    gone.collect()
}

fn without_code(
    was: &[Piece],
    is: &[Piece],
    partners: &[Option<usize>],
    now: &Coverage,
    same: &HashMap<usize, HashMap<u32, u32>>,
) -> BTreeMap<Arc<str>, Vec<u32>> {
    let mut files: BTreeMap<Arc<str>, Vec<u32>> = BTreeMap::new();
    for (piece, earlier) in is.iter().zip(partners) {
        let (Some(earlier), Some(file)) = (earlier.map(|it| &was[it]), piece.file) else {
            continue;
        };
        // Of one that was elsewhere, the lines are those of another text.
        let same = same.get(&file).filter(|_| earlier.file == Some(file));
        let lines = earlier.without_code(piece, same);
        if !lines.is_empty() {
            let path = Arc::clone(&now.files[file].path);
            files.entry(path).or_default().extend(lines);
        }
    }
    files
}

fn shorter(
    was: &[Piece],
    is: &[Piece],
    partners: &[Option<usize>],
    now: &Coverage,
) -> BTreeMap<Arc<str>, Vec<u32>> {
    let mut files: BTreeMap<Arc<str>, Vec<u32>> = BTreeMap::new();
    for (piece, earlier) in is.iter().zip(partners) {
        if let (Some(earlier), Some(file)) = (earlier, piece.file)
            && let Some(first) = was[*earlier].ran_behind(piece)
        {
            let path = Arc::clone(&now.files[file].path);
            files.entry(path).or_default().push(first);
        }
    }
    files
}

fn changes(
    was: &[Piece],
    is: &[Piece],
    partners: &[Option<usize>],
    now: &Coverage,
) -> BTreeMap<Arc<str>, Changes> {
    let mut files: BTreeMap<Arc<str>, Changes> = BTreeMap::new();
    for (piece, earlier) in is.iter().zip(partners) {
        let (Some(earlier), Some(file)) = (earlier.map(|it| &was[it]), piece.file) else {
            continue;
        };
        let mut changes = Changes::default();
        for (before, after) in earlier.lines_in_both(piece) {
            let line = &piece.lines[after];
            match earlier.lines[before].ran_and_runs(line) {
                (false, true) => changes.gained.push(line.number),
                (true, false) => changes.lost.push(line.number),
                _ => {}
            }
        }
        if !changes.is_empty() {
            let path = Arc::clone(&now.files[file].path);
            let of_file = files.entry(path).or_default();
            of_file.gained.append(&mut changes.gained);
            of_file.lost.append(&mut changes.lost);
        }
    }
    // What is in no function comes last.
    for changes in files.values_mut() {
        changes.gained.sort_unstable();
        changes.lost.sort_unstable();
    }
    files
}
