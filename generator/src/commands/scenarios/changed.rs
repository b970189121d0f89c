//! The scenarios that reach what a branch has changed. In doubt it is all of them.
//!
//! A program does something else only if it comes to code that has changed. Which code that is, is told by the functions: a line
//! that is new may run where the lines around it did not. What is in no function, such as a type, a constant or a macro, may be
//! used anywhere, and so may what is no source of the program at all.
//!
//! The mapping is of the text that was compiled: that is either the one at the revision or the present one, file by file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use llvm_coverage::Coverage;
use llvm_coverage::parse::diff::{self, Hunk};

use super::place::extent;
use crate::build::texts::{State, Text};
use crate::commands::recorded::Counted;
use crate::commands::report::git::{Paths, Repository, as_path};
use crate::progress::during;
use crate::scaffold::metadata::Workspace;

/// How many reasons are told.
const TOLD: usize = 3;

/// What a change affects.
#[derive(Debug, Default)]
pub struct Affected {
    /// The scenarios that come to changed code.
    scenarios: BTreeSet<usize>,
    /// Why it may affect all.
    doubts: BTreeSet<String>,
}

impl Affected {
    /// Why it is all scenarios, if it is.
    pub fn why_all(&self) -> Option<String> {
        let told: Vec<&str> = self.doubts.iter().take(TOLD).map(String::as_str).collect();
        let more = self.doubts.len().saturating_sub(TOLD);
        let more = match more {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        (!told.is_empty()).then(|| format!("every scenario is selected: {}{more}", told.join("; ")))
    }

    /// The places of the scenarios.
    pub fn places(&self, counted: &Counted) -> Vec<usize> {
        let is_all = !self.doubts.is_empty();
        // A test that starts no program may call the code itself.
        let is_unknown = |it: usize| counted.index.sets[it].is_clear();
        let named = counted.named().into_iter();
        named
            .filter(|it| is_all || self.scenarios.contains(it) || is_unknown(*it))
            .collect()
    }
}

/// A file of which the mapping is known.
struct Known<'a> {
    /// Its path in the coverage.
    path: &'a str,
    /// Its functions: their lines, each once.
    functions: BTreeSet<(u32, u32)>,
}

/// What has changed since this branch and the revision parted. The coverage has the functions of all that was measured.
///
/// # Errors
///
/// If git cannot tell.
pub fn affected(
    workspace: &Workspace,
    revision: &str,
    coverage: &Coverage,
    counted: &Counted,
) -> Result<Affected> {
    let context = || format!("cannot tell what has changed since {revision}");
    let changes = during("asking git what has changed", || {
        Changes::of(workspace, revision)
    });
    let changes = changes.with_context(context)?;
    let mut affected = Affected::default();
    let at_base = changes.texts_at_base(&counted.index.texts, &mut affected.doubts);
    let known = known(coverage);
    for path in &changes.paths {
        let shown = path.strip_prefix(&changes.repository.top).unwrap_or(path);
        let shown = shown.display();
        let Some(file) = known.get(path) else {
            let doubt = format!("{shown} has changed, which has no code that was measured");
            affected.doubts.insert(doubt);
            continue;
        };
        let hunks = changes.hunks.get(path);
        let text = match at_base.get(path) {
            Some(text) => text.clone(),
            None => fs::read(path).unwrap_or_default(),
        };
        let text = String::from_utf8_lossy(&text);
        let text: Vec<&str> = text.lines().collect();
        for hunk in hunks.into_iter().flatten() {
            let lines = lines(hunk, at_base.contains_key(path));
            match functions_around(&file.functions, &lines, &text) {
                Ok(functions) => {
                    for range in functions {
                        affected.add(counted, file.path, &range, &shown.to_string());
                    }
                }
                Err(why) => {
                    let line = lines.start();
                    affected.doubts.insert(format!("{shown}:{line} {why}"));
                }
            }
        }
        if hunks.is_none() {
            let doubt = format!("{shown} is gone, new or another kind of file");
            affected.doubts.insert(doubt);
        }
    }
    Ok(affected)
}

impl Affected {
    /// The scenarios that come to some lines.
    fn add(&mut self, counted: &Counted, path: &str, range: &RangeInclusive<u32>, shown: &str) {
        let wanted = |line: u32| range.contains(&line);
        let set = counted.index.lines.set(Path::new(path), wanted);
        for (place, scenario) in counted.scenarios.iter().enumerate() {
            if counted.index.sets[place].is_disjoint(&set) {
                continue;
            }
            if scenario.name.is_none() {
                let line = range.start();
                self.doubts.insert(format!(
                    "{shown}:{line} runs outside of scenarios, as at the start"
                ));
            }
            self.scenarios.insert(place);
        }
    }
}

/// What git says.
struct Changes {
    repository: Repository,
    base: String,
    /// The files, by their paths without links.
    paths: BTreeSet<PathBuf>,
    hunks: BTreeMap<PathBuf, Vec<Hunk>>,
}

impl Changes {
    fn of(workspace: &Workspace, revision: &str) -> Result<Changes> {
        let root = workspace.metadata.workspace_root.as_std_path();
        let mut repository = Repository::around(root)?;
        let base = repository.merge_base(revision)?;
        let entries = repository.entries()?;
        repository.look_at_all(&entries)?;
        let top = repository.top.clone();
        let changed = repository.changed(&base)?.into_iter();
        let paths = changed.chain(repository.untracked()?);
        let all = Paths {
            kinds: Vec::new(),
            links: Vec::new(),
        };
        let hunks = diff::hunks(&repository.diff(&base, &all, false)?)?;
        let hunks = hunks.into_iter();
        Ok(Changes {
            paths: paths.map(|path| top.join(path)).collect(),
            hunks: hunks
                .map(|(path, it)| (top.join(as_path(&path)), it))
                .collect(),
            repository,
            base,
        })
    }

    /// The texts of files that were compiled as they are at the revision, and are not any more, by their paths without links.
    fn texts_at_base(
        &self,
        texts: &BTreeSet<Text>,
        doubts: &mut BTreeSet<String>,
    ) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut at_base = BTreeMap::new();
        let changed = texts.iter().filter(|text| text.state() != State::Same);
        for text in changed {
            // What is gone has no path without links of its own, but its directory may.
            let path = text
                .path
                .canonicalize()
                .unwrap_or_else(|_| text.path.clone());
            let below = path.strip_prefix(&self.repository.top).ok();
            let was = below.filter(|_| self.paths.contains(&path));
            let was = was.and_then(|below| self.repository.text(&self.base, below).ok());
            if let Some(bytes) = was.filter(|bytes| text.is(bytes)) {
                at_base.insert(path, bytes);
            } else {
                let shown = below.unwrap_or(&path).display();
                doubts.insert(format!(
                    "the scenarios were recorded with another text of {shown}"
                ));
            }
        }
        at_base
    }
}

/// The files that have functions, by their paths without links.
fn known(coverage: &Coverage) -> BTreeMap<PathBuf, Known<'_>> {
    let mut known = BTreeMap::new();
    for file in &coverage.files {
        let path = Path::new(&*file.path);
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let extents = coverage.functions_of(file).filter_map(extent);
        let own = extents.filter(|(of, _)| *of == &*file.path);
        let functions = own.map(|(_, range)| range.into_inner()).collect();
        let file = Known {
            path: &file.path,
            functions,
        };
        known.insert(real, file);
    }
    known
}

/// The lines of a hunk, before or after; of one without lines there, the two around it.
fn lines(hunk: &Hunk, is_before: bool) -> RangeInclusive<u32> {
    let (first, number) = if is_before { hunk.old } else { hunk.new };
    match number {
        0 => first..=first + 1,
        number => first..=first + number - 1,
    }
}

/// The functions that the lines are part of: the innermost, and where the lines are at its edge, the one around it.
///
/// # Errors
///
/// Says why they may be part of more.
fn functions_around(
    functions: &BTreeSet<(u32, u32)>,
    lines: &RangeInclusive<u32>,
    text: &[&str],
) -> Result<Vec<RangeInclusive<u32>>, &'static str> {
    let (first, last) = (*lines.start(), *lines.end());
    let around = functions.iter().filter(|it| it.0 <= first && last <= it.1);
    let mut around: Vec<(u32, u32)> = around.copied().collect();
    around.sort_by_key(|(start, end)| end - start);
    let mut found = Vec::new();
    for (start, end) in around {
        match head(start, text) {
            None => return Err("is in code that a macro makes"),
            Some(head) if head.contains("const fn") => {
                return Err("is in a function that the compiler may have run");
            }
            Some(_) => {}
        }
        found.push(start..=end);
        if start < first && last < end {
            return Ok(found);
        }
    }
    if found.is_empty() {
        return Err("is in no function");
    }
    Ok(found)
}

/// The line that begins a function whose code begins in the line `start`: the body of an async one may begin some lines later.
fn head<'a>(start: u32, text: &[&'a str]) -> Option<&'a str> {
    let end = usize::try_from(start).ok()?.min(text.len());
    let is_head = |line: &str| ["fn ", "|", "async"].iter().any(|it| line.contains(it));
    let last = text.get(end.checked_sub(1)?)?;
    if is_head(last) {
        return Some(last);
    }
    let above = text[..end - 1].iter().rev();
    let mut above = above.take_while(|line| !line.trim_end().ends_with([';', '}']));
    above.find(|line| line.contains("fn ")).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Hunk, functions_around, lines};

    #[test]
    fn a_change_belongs_to_the_functions_around_it() {
        let text = "\
const A: u8 = 1;
fn outer() {
    let inner = |x: u8| {
        x + 1
    };
    inner(1);
}
made!();
const fn early() -> u8 {
    1
}";
        let text: Vec<&str> = text.lines().collect();
        let functions = BTreeSet::from([(2, 7), (3, 5), (8, 8), (9, 11)]);
        let around = |lines| functions_around(&functions, &lines, &text);
        assert_eq!(around(4..=4), Ok(vec![3..=5]));
        assert_eq!(around(3..=4), Ok(vec![3..=5, 2..=7]));
        assert_eq!(around(5..=6), Ok(vec![2..=7]));
        assert_eq!(around(2..=2), Ok(vec![2..=7]));
        assert_eq!(around(1..=1), Err("is in no function"));
        assert_eq!(around(7..=8), Err("is in no function"));
        assert_eq!(around(8..=8), Err("is in code that a macro makes"));
        let early = "is in a function that the compiler may have run";
        assert_eq!(around(10..=10), Err(early));
    }

    #[test]
    fn where_lines_are_gone_it_is_those_around() {
        let hunk = Hunk {
            old: (7, 2),
            new: (6, 0),
        };
        assert_eq!(lines(&hunk, true), 7..=8);
        assert_eq!(lines(&hunk, false), 6..=7);
    }
}
