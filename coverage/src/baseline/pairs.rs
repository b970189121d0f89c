//! Which code is which: the functions of two reports, and their lines.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use imara_diff::{Algorithm, Diff, InternedInput, Interner};

use super::pieces::{CodeLine, Piece};

/// For each piece of now the earlier one that it was, by their places. In a file, functions of one name are the same one; of several,
/// first those that have not changed. Elsewhere they are if they have the same name and have not changed. Where the texts are known, one
/// of another name in the same file is if all but its first line has the same text.
pub fn pairs(earlier: &[Piece], now: &[Piece]) -> Vec<Option<usize>> {
    let mut pairs = Pairs {
        earlier,
        now,
        is_taken: vec![false; earlier.len()],
        found: vec![None; now.len()],
    };
    for is_unchanged in [true, false] {
        pairs.find(is_unchanged, |piece| Some((piece.file?, &piece.name)));
    }
    pairs.find(true, |piece| {
        let is_function = !piece.name.is_empty();
        is_function.then_some((0, &piece.name))
    });
    pairs.find(false, |piece| {
        let (_, rest) = piece.texts.as_ref()?.split_first()?;
        let is_function = !piece.name.is_empty() && rest.len() > 1;
        is_function.then_some((piece.file?, rest))
    });
    pairs.found
}

struct Pairs<'a> {
    earlier: &'a [Piece],
    now: &'a [Piece],
    /// Which of the earlier ones are one of now.
    is_taken: Vec<bool>,
    found: Vec<Option<usize>>,
}

impl<'a> Pairs<'a> {
    /// Finds those with the same key among those that are left: the first one, which may have to be unchanged.
    fn find<K: Eq + Hash>(&mut self, is_unchanged: bool, key: impl Fn(&'a Piece) -> Option<K>) {
        let mut left: HashMap<_, BTreeMap<usize, &Piece>> = HashMap::new();
        for (place, piece) in self.earlier.iter().enumerate() {
            if let Some(key) = key(piece).filter(|_| !self.is_taken[place]) {
                left.entry(key).or_default().insert(place, piece);
            }
        }
        for (place, piece) in self.now.iter().enumerate() {
            let candidates = key(piece).and_then(|key| left.get_mut(&key));
            let Some(candidates) = candidates.filter(|_| self.found[place].is_none()) else {
                continue;
            };
            let mut fitting = candidates.iter();
            let was = fitting.find(|(_, was)| !is_unchanged || was.is_same(piece));
            if let Some(was) = was.map(|(was, _)| *was) {
                candidates.remove(&was);
                self.is_taken[was] = true;
                self.found[place] = Some(was);
            }
        }
    }
}

impl Piece {
    /// Whether nothing in it has changed, as far as that can be told.
    fn is_same(&self, other: &Self) -> bool {
        match (&self.texts, &other.texts) {
            (Some(one), Some(other)) => one == other,
            _ => self.shapes == other.shapes,
        }
    }

    /// The lines that both have, by their places in each.
    pub fn lines_in_both(&self, now: &Self) -> Vec<(usize, usize)> {
        match (&self.texts, &now.texts) {
            (Some(one), Some(other)) => in_both(one, other),
            _ => in_both(&self.shapes, &now.shapes),
        }
    }
}

impl Piece {
    /// The lines of now where code began that ran, and where none begins any more. `same` tells which lines are the same by the
    /// texts. Without it, those of a function with as many lines are the same one by one, and of others nothing is known.
    pub fn without_code(&self, now: &Self, same: Option<&HashMap<u32, u32>>) -> Vec<u32> {
        let (Some(was), Some(is)) = (self.extent(), now.extent()) else {
            return Vec::new();
        };
        let has_moved = |line: u32| match same {
            Some(same) => same.get(&line).copied(),
            None => (was.1 - was.0 == is.1 - is.0).then(|| line - was.0 + is.0),
        };
        let begins: HashSet<u32> = now.begins().map(|it| it.number).collect();
        let ran = self.begins().filter(|it| it.ran());
        let lines = ran.filter_map(|it| has_moved(it.number));
        lines.filter(|number| !begins.contains(number)).collect()
    }

    /// The first line of a function now, if a line of it ran that would be behind its last one.
    pub fn ran_behind(&self, now: &Self) -> Option<u32> {
        let ((first, _), (is_first, is_last)) = self.extent().zip(now.extent())?;
        let mut ran = self.lines.iter().filter(|it| it.ran());
        ran.any(|it| it.number - first > is_last - is_first)
            .then_some(is_first)
    }

    /// The lines in which code begins.
    fn begins(&self) -> impl Iterator<Item = &CodeLine> {
        let lines = self.lines.iter().zip(&self.shapes);
        let begin = lines.filter(|(_, shape)| shape.iter().any(|(is_last, ..)| !is_last));
        begin.map(|(line, _)| line)
    }

    /// The first line of a function and the last one.
    fn extent(&self) -> Option<(u32, u32)> {
        let lines = self.lines.first().zip(self.lines.last());
        let lines = lines.filter(|_| !self.name.is_empty());
        lines.map(|(first, last)| (first.number, last.number))
    }
}

/// The lines that are in both texts: the numbers that those of the first have in the second.
pub fn same_lines(earlier: &str, now: &str) -> HashMap<u32, u32> {
    let lines = |text: &'_ str| text.lines().map(str::trim).map(str::to_owned).collect();
    let [earlier, now]: [Vec<String>; 2] = [earlier, now].map(lines);
    let number = |place: usize| u32::try_from(place + 1).unwrap_or(u32::MAX);
    let both = in_both(&earlier, &now).into_iter();
    both.map(|(was, is)| (number(was), number(is))).collect()
}

fn in_both<T: Eq + std::hash::Hash>(earlier: &[T], now: &[T]) -> Vec<(usize, usize)> {
    let mut interner = Interner::new(earlier.len() + now.len());
    let input = InternedInput {
        before: earlier.iter().map(|it| interner.intern(it)).collect(),
        after: now.iter().map(|it| interner.intern(it)).collect(),
        interner,
    };
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let left = |length: usize, is_gone: &dyn Fn(u32) -> bool| -> Vec<usize> {
        let places = (0..length).zip(0..);
        let left = places.filter(|(_, number)| !is_gone(*number));
        left.map(|(place, _)| place).collect()
    };
    let was = left(earlier.len(), &|number| diff.is_removed(number));
    let is = left(now.len(), &|number| diff.is_added(number));
    was.into_iter().zip(is).collect()
}
