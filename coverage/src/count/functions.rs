//! Functions with their counts: mappings and profile brought together.
//!
//! Which records count, and which of several for one function, is decided as llvm-cov does when it loads
//! one object after the other.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::profile::{Lookup, Profile};
use super::values::Values;
use crate::hash::{HashMap, HashSet};
use crate::parse::counter::{Counter, Expression};
use crate::parse::mapping::FunctionMapping;
use crate::parse::regions::{Kind, Position, Region};

/// A function as one object has it, with how often each part of it ran, or with what `R` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function<R = Vec<CountedRegion>> {
    /// Its mangled name.
    pub name: Arc<str>,
    /// The paths of its source files: its own, then those of what is expanded in it.
    pub files: Vec<Arc<str>>,
    /// In the order of the mapping, never empty; the first is that of the whole body.
    pub regions: R,
}

/// How often each part of a function ran is not counted yet.
#[derive(Debug, Clone)]
pub(super) struct Uncounted {
    /// The hashes by which a profile knows it.
    pub(super) hashes: (u64, u64),
    regions: Vec<Region>,
    expressions: Vec<Expression>,
}

/// A stretch of source, and how often it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedRegion {
    /// What it stands for.
    pub kind: Kind,
    /// Which of the function's files it is in.
    pub file: usize,
    /// For an expansion: which of the function's files is the inside.
    pub expanded_file: Option<usize>,
    /// Its first place.
    pub start: Position,
    /// The first place behind it.
    pub end: Position,
    /// How often it ran.
    pub count: u64,
}

impl CountedRegion {
    /// The lines that it has a place in.
    pub fn lines(&self) -> RangeInclusive<u32> {
        let ends_before_its_last_line = self.end.column <= 1 && self.end.line > self.start.line;
        self.start.line..=self.end.line - u32::from(ends_before_its_last_line)
    }
}

impl Function {
    /// How often the function was entered.
    pub fn count(&self) -> u64 {
        self.regions.first().map_or(0, |region| region.count)
    }

    /// The line where it begins.
    pub fn line(&self) -> u32 {
        self.regions.first().map_or(0, |region| region.start.line)
    }

    /// Which of its files the function is written in: the first that is not the inside of an expansion.
    pub fn own_file(&self) -> Option<usize> {
        (0..self.files.len()).find(|file| {
            self.regions
                .iter()
                .all(|region| region.expanded_file != Some(*file))
        })
    }

    /// Its regions in one of its files.
    pub fn regions_in(&self, file: usize) -> impl Iterator<Item = &CountedRegion> {
        self.regions
            .iter()
            .filter(move |region| region.file == file)
    }
}

/// What the profile has to say about a function as one object has it.
#[derive(Debug)]
pub struct Counted<R = Vec<CountedRegion>> {
    name: Arc<str>,
    name_hash: u64,
    found: Found,
    /// Its files and regions, if the profile has all that they need.
    body: Option<(Vec<Arc<str>>, R)>,
}

#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// Its counters.
    Counts,
    /// Nothing: it never ran.
    Nothing,
    /// Those of another build.
    OtherBuild,
    /// Counters, but the object says only that a unit did not use it.
    Unused { ran: bool },
}

impl Counted {
    /// Counts a function. Of one that is not `wanted`, which is told by its files, only the profile is noted.
    pub fn new(
        mapping: FunctionMapping,
        profile: &Profile,
        wanted: impl FnOnce(&[Arc<str>]) -> bool,
    ) -> Self {
        Self::with(mapping, profile, wanted, |_, regions| regions)
    }
}

impl Counted<Uncounted> {
    /// What is to be counted later, of other profiles. This one decides which record of a function counts.
    pub(super) fn later(
        mapping: FunctionMapping,
        profile: &Profile,
        wanted: impl FnOnce(&[Arc<str>]) -> bool,
    ) -> Self {
        Self::with(mapping, profile, wanted, |mapping, _| Uncounted {
            hashes: (mapping.name_hash, mapping.hash),
            regions: std::mem::take(&mut mapping.regions),
            expressions: std::mem::take(&mut mapping.expressions),
        })
    }
}

impl<R> Counted<R> {
    fn with(
        mut mapping: FunctionMapping,
        profile: &Profile,
        wanted: impl FnOnce(&[Arc<str>]) -> bool,
        make: impl FnOnce(&mut FunctionMapping, Vec<CountedRegion>) -> R,
    ) -> Self {
        let (found, counts) = match profile.find(mapping.name_hash, mapping.hash) {
            Lookup::Counts(counts) => (Found::Counts, Some(counts)),
            Lookup::Unknown => (Found::Nothing, None),
            // A record without a hash says that a unit did not use the function; it is of no build.
            Lookup::OtherBuild { ran } if mapping.hash == 0 => (Found::Unused { ran }, None),
            Lookup::OtherBuild { .. } => (Found::OtherBuild, None),
        };
        let ran = counts
            .and_then(|counts| counts.first())
            .is_some_and(|count| *count > 0);
        let is_empty = mapping.regions.len() == 1 && mapping.regions[0].counter == Counter::Zero;
        // One that ran and is empty is unused in this unit, but used in another one, whose record says more.
        let is_left_out = (ran && is_empty) || !wanted(&mapping.files);
        let regions = if is_left_out {
            None
        } else {
            counted(&mapping.regions, &mapping.expressions, counts)
        };
        let regions = regions.filter(|regions| !regions.is_empty());
        let body = regions.map(|regions| make(&mut mapping, regions));
        Self {
            name: mapping.name,
            name_hash: mapping.name_hash,
            found,
            body: body.map(|regions| (mapping.files, regions)),
        }
    }
}

impl Uncounted {
    /// Counts its regions, if the profile has all that they need.
    pub(super) fn counted(&self, profile: &Profile) -> Option<Vec<CountedRegion>> {
        counted(&self.regions, &self.expressions, self.counts(profile))
    }

    /// Its counters.
    pub(super) fn counts<'a>(&self, profile: &'a Profile) -> Option<&'a [u64]> {
        match profile.find(self.hashes.0, self.hashes.1) {
            Lookup::Counts(counts) => Some(counts),
            Lookup::Unknown | Lookup::OtherBuild { .. } => None,
        }
    }
}

/// The functions of all objects.
#[derive(Debug)]
pub struct Functions<R = Vec<CountedRegion>> {
    /// Those that count, in the order of the objects.
    pub known: Vec<Function<R>>,
    /// The names of those whose profile is of another build, so that it does not count.
    pub of_other_builds: HashSet<Arc<str>>,
    /// The names of those that ran, but of which the objects say only that a unit did not use them: under
    /// link-time optimisation with `lto = "thin"` LLVM loses the mapping of what it inlines across crates.
    pub without_mapping: HashSet<Arc<str>>,
    /// Those whose profile is of another build, if no object has one whose profile is of this build.
    outdated: Vec<Counted<R>>,
    /// What was said of functions that a unit did not use and another one did, if nobody says more of them; and how many were
    /// known before.
    unused: Vec<(usize, Counted<R>)>,
    /// The hashes of the names, and the numbers of the lists of files.
    seen: HashSet<(u64, usize)>,
    /// Each list of files once, with its number.
    lists: HashMap<Vec<Arc<str>>, usize>,
    /// The name hashes of those that had their counts.
    matched: HashSet<u64>,
}

impl<R> Default for Functions<R> {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            of_other_builds: HashSet::default(),
            without_mapping: HashSet::default(),
            outdated: Vec::new(),
            unused: Vec::new(),
            seen: HashSet::default(),
            lists: HashMap::default(),
            matched: HashSet::default(),
        }
    }
}

impl Functions {
    /// Adds what an object says about a function, unless an object before it said it already.
    pub fn add(&mut self, mapping: FunctionMapping, profile: &Profile) {
        self.add_counted(Counted::new(mapping, profile, |_| true));
    }
}

impl<R> Functions<R> {
    /// Adds a function as an object has it, unless an object before had it already.
    pub fn add_counted(&mut self, function: Counted<R>) {
        match function.found {
            Found::Counts => {
                self.matched.insert(function.name_hash);
                self.without_mapping.remove(&function.name);
            }
            Found::OtherBuild => {
                self.of_other_builds.insert(Arc::clone(&function.name));
                self.outdated.push(function);
                return;
            }
            Found::Unused { ran } => {
                if !self.matched.contains(&function.name_hash) {
                    if ran {
                        self.without_mapping.insert(Arc::clone(&function.name));
                    }
                    self.unused.push((self.known.len(), function));
                }
                return;
            }
            Found::Nothing => {}
        }
        self.know(function);
    }

    /// All that count, when every object has had its say. A function whose profile is of another build counts as not
    /// run, as it is no less code. So does one of which nobody has said more than that a unit did not use it: it has
    /// lost its mapping.
    pub fn into_known(mut self) -> Vec<Function<R>> {
        for function in std::mem::take(&mut self.outdated) {
            if !self.matched.contains(&function.name_hash) {
                self.know(function);
            }
        }
        // Where llvm-cov has them: as they came.
        let mut unused = Vec::new();
        for (place, function) in std::mem::take(&mut self.unused) {
            if !self.matched.contains(&function.name_hash) {
                unused.extend(self.new_one(function).map(|function| (place, function)));
            }
        }
        let mut unused = unused.into_iter().peekable();
        let mut known = Vec::with_capacity(self.known.len() + unused.len());
        for (place, function) in self.known.into_iter().enumerate() {
            while let Some((_, unused)) = unused.next_if(|(before, _)| *before <= place) {
                known.push(unused);
            }
            known.push(function);
        }
        known.extend(unused.map(|(_, function)| function));
        known
    }

    fn know(&mut self, function: Counted<R>) {
        let function = self.new_one(function);
        self.known.extend(function);
    }

    /// The function, unless it was known before.
    fn new_one(&mut self, function: Counted<R>) -> Option<Function<R>> {
        let (mut files, regions) = function.body?;
        let list = if let Some((known, list)) = self.lists.get_key_value(&files) {
            files.clone_from_slice(known);
            *list
        } else {
            let list = self.lists.len();
            self.lists.insert(files.clone(), list);
            list
        };
        let is_new = self.seen.insert((function.name_hash, list));
        is_new.then_some(Function {
            name: function.name,
            files,
            regions,
        })
    }
}

/// The regions with their counts, or `None` if the profile lacks a counter that they need.
fn counted(
    regions: &[Region],
    expressions: &[Expression],
    counts: Option<&[u64]>,
) -> Option<Vec<CountedRegion>> {
    let values = Values::new(counts, expressions);
    // Collected into an option, it would have room for more than there are.
    let mut counted = Vec::with_capacity(regions.len());
    for region in regions {
        if region.kind != Kind::Branch {
            counted.push(CountedRegion {
                kind: region.kind,
                file: region.file,
                expanded_file: region.expanded_file,
                start: region.start,
                end: region.end,
                count: values.count(region.counter)?,
            });
        }
    }
    Some(counted)
}

#[cfg(test)]
mod tests;
