//! Which code is which: the functions of two reports, and their lines.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use imara_diff::{Algorithm, Diff, InternedInput, Interner};

use super::pieces::Piece;

/// For each piece of now the earlier one that it was, by their places. In a file, functions of one name are the same one; of several,
/// first those that have not changed. Elsewhere they are if they have the same name and have not changed.
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
    fn find(&mut self, is_unchanged: bool, key: impl Fn(&'a Piece) -> Option<(usize, &'a String)>) {
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
    /// The lines of now where code began that ran, and where none begins any more. In a function that was edited so that it has more
    /// or less lines, they are known by the text alone.
    pub fn without_code(&self, now: &Self, text: &dyn Fn() -> Option<String>) -> Vec<u32> {
        let begin = |piece: &Self| -> BTreeSet<u32> {
            let lines = piece.lines.iter().zip(&piece.shapes);
            let begin = lines.filter(|(_, shape)| shape.iter().any(|(is_last, ..)| !is_last));
            begin.map(|(line, _)| line.number).collect()
        };
        let (began, begins) = (begin(self), begin(now));
        let all = (self.extent(), now.extent());
        let (Some((was_first, was_last)), Some((first, last))) = all else {
            return Vec::new();
        };
        let ran = self.lines.iter().enumerate();
        let ran = ran.filter(|(_, line)| line.ran() && began.contains(&line.number));
        let mut found: Vec<u32> = match &self.texts {
            Some(texts) => {
                let both: BTreeSet<usize> =
                    self.lines_in_both(now).into_iter().map(|it| it.0).collect();
                let left = ran.filter(|(place, _)| !both.contains(place));
                let left: BTreeSet<&str> = left.map(|(place, _)| &*texts[place]).collect();
                if left.is_empty() {
                    return Vec::new();
                }
                let text = text().unwrap_or_default();
                let lines = text.lines().zip(1..);
                let lines = lines.filter(|(line, _)| left.contains(line.trim()));
                let own = lines.filter(|(_, number)| (first..=last).contains(number));
                own.map(|(_, number)| number).collect()
            }
            None if was_last - was_first == last - first => ran
                .map(|(_, line)| line.number - was_first + first)
                .collect(),
            None => Vec::new(),
        };
        found.retain(|number| !begins.contains(number));
        found
    }

    /// The first line of a function and the last one.
    fn extent(&self) -> Option<(u32, u32)> {
        let lines = self.lines.first().zip(self.lines.last());
        let lines = lines.filter(|_| !self.name.is_empty());
        lines.map(|(first, last)| (first.number, last.number))
    }
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
