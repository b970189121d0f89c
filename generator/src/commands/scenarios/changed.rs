//! The scenarios that reach what a branch has changed. In doubt it is all of them.
//!
//! A program does something else only if it comes to code that has changed. Which code that is, is told by the functions: a line
//! that is new may run where the lines around it did not. What is in no function, such as a type, a constant or a macro, may be
//! used anywhere, and so may what is no source of the program at all.
//!
//! The mapping is of the text that was compiled: that is either the one at the revision or the present one, file by file.

mod code;
mod early;
mod git;
mod inside;
mod local;
mod lock;
mod makers;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::Package;
use early::Early;
use git::Changes;
use inside::Inside;
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::terminal::harmless;
use llvm_coverage::{Coverage, files};
use lock::Lock;
use makers::Makers;

use super::around;
use super::place::extent;
use crate::build::layout::Layout;
use crate::build::sources::is_final;
use crate::build::texts::{State, Text};
use crate::commands::report::written::Written;
use crate::commands::scenarios::recorded::Counted;
use crate::measured::missing;
use crate::progress::during;
use crate::scaffold::metadata::Workspace;

/// How many reasons are told.
const TOLD: usize = 3;

/// What a change affects.
#[derive(Debug, Default)]
pub struct Affected {
    /// The scenarios that come to changed code, or may.
    scenarios: BTreeSet<usize>,
    /// Why it may affect all.
    doubts: BTreeSet<String>,
    /// The changed functions that nothing in the record comes to.
    unreached: BTreeSet<String>,
}

/// What is known of the run.
pub struct Run<'a> {
    pub workspace: &'a Workspace,
    /// Has the functions of all that was measured.
    pub coverage: &'a Coverage,
    pub counted: &'a Counted,
    /// The directories of its parts.
    pub parts: &'a [&'a Path],
    /// What was read of build scripts and macros, and by them.
    pub made_by: &'a BTreeSet<Text>,
    /// The names of the crates that the programs are made of and that are not measured, by their directories.
    pub outside: &'a BTreeMap<PathBuf, String>,
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

    /// What to know of those that are selected, if it is a list of names.
    pub fn limits(&self) -> Option<String> {
        // Others are selected as they may run it themselves.
        let first = self.unreached.first().filter(|_| self.scenarios.is_empty());
        match first {
            _ if !self.doubts.is_empty() => Some(
                "these are the scenarios of the last run: if that was not of the whole suite, or tests are new, run the whole suite"
                    .to_owned(),
            ),
            Some(place) => Some(format!(
                "no scenario of the last run reaches {place}, which has changed: a test that was not in it may"
            )),
            None => None,
        }
    }

    /// The places of the scenarios.
    pub fn places(&self, counted: &Counted) -> Vec<usize> {
        let is_all = !self.doubts.is_empty();
        let named = counted.named().into_iter();
        named
            .filter(|it| is_all || self.scenarios.contains(it))
            .collect()
    }

    fn doubt(&mut self, why: String) {
        self.doubts.insert(why);
    }
}

/// What has changed since this branch and the revision parted.
///
/// # Errors
///
/// If git cannot tell.
pub fn affected(run: &Run, revision: &str) -> Result<Affected> {
    let root = run.workspace.metadata.workspace_root.as_std_path();
    let changes = during("asking git what has changed", || {
        Changes::of(root, revision)
    });
    let changes =
        changes.with_context(|| format!("cannot tell what has changed since {revision}"))?;
    let written = Written::of(&Layout::new(&run.workspace.metadata).store);
    let is_report = |path: &Path| changes.is_untracked(path) && written.has(path);
    let mut affected = Affected::default();
    let texts = Texts::of(&run.counted.index.texts);
    doubt_the_record(run, &texts, &changes, &is_report, &mut affected);
    let made_by = run.made_by.iter().map(|text| real(&text.path)).collect();
    let lock = Lock::of(root);
    let packages = local::packages(run.workspace)?;
    let packages: Vec<&Package> = packages.iter().collect();
    let early = Early::of(&packages, &lock, &made_by);
    let sources = run.counted.index.texts.iter();
    let sources = sources.filter_map(|text| files::read_text(&text.path).ok());
    let makers = Makers::of(sources);
    let known = known(run.coverage);
    let inside = Inside::of(root, &packages, &lock, run.counted);
    for path in changes.paths.iter().filter(|path| !is_report(path)) {
        let shown = changes.shown(path).harmless().into_owned();
        let (Some(files), Some(texts)) = (known.get(path), texts.by_path.get(path)) else {
            affected.doubt(format!(
                "{shown} has changed, which has no code that was measured"
            ));
            continue;
        };
        if let Some(why) = early.why(path) {
            affected.doubt(format!("{shown} has changed, {why}"));
        }
        affected.add_changed(run, (&changes, &makers), path, files, texts, &inside);
    }
    Ok(affected)
}

/// What was compiled.
struct Texts<'a> {
    /// By their paths without links. If links lead to one, each may have been compiled at another time.
    by_path: BTreeMap<PathBuf, Vec<&'a Text>>,
}

impl<'a> Texts<'a> {
    fn of(texts: &'a BTreeSet<Text>) -> Texts<'a> {
        let mut by_path = BTreeMap::<PathBuf, Vec<&Text>>::new();
        for text in texts {
            by_path.entry(real(&text.path)).or_default().push(text);
        }
        Texts { by_path }
    }
}

/// The path without links. What is gone has none.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Adds why what was recorded may not be what there would be now, or not all of it.
fn doubt_the_record(
    run: &Run,
    texts: &Texts,
    changes: &Changes,
    is_report: &dyn Fn(&Path) -> bool,
    affected: &mut Affected,
) {
    let index = &run.counted.index;
    let lost = run.coverage.functions_without_mapping + run.coverage.functions_of_other_builds;
    if lost > 0 {
        affected.doubt(format!(
            "functions ran of which is not known where they are written: {lost}"
        ));
    }
    if index.not_counted > 0 {
        affected.doubt(format!(
            "of some processes it is not known what they did: {}",
            index.not_counted
        ));
    }
    for name in run.outside.values() {
        affected.doubt(format!("the crate {name} is not measured"));
    }
    for text in run.made_by.iter().filter(|it| !it.is_as_it_was()) {
        if !changes.paths.contains(&real(&text.path)) {
            affected.doubt(recorded_otherwise(changes.shown(&text.path).harmless()));
        }
    }
    for (path, texts) in &texts.by_path {
        let is_same = |text: &&Text| text.state() == State::Same;
        let shown = changes.shown(path).harmless();
        if !changes.know(path) && !is_final(path) {
            affected.doubt(format!("the repository does not track {shown}"));
        } else if !changes.paths.contains(path) && !texts.iter().all(is_same) {
            affected.doubt(recorded_otherwise(shown));
        }
    }
    for part in run.parts {
        affected.doubts.extend(missing(part));
        let Some(others) = around::since(&changes.repository, part) else {
            affected.doubt("of which commit the scenarios were recorded is not known".to_owned());
            continue;
        };
        // Of what was compiled, the texts tell.
        let others = others.iter();
        let others = others.filter(|it| !texts.by_path.contains_key(*it) && !is_report(it));
        for path in others {
            let shown = changes.shown(path).harmless();
            affected.doubt(recorded_otherwise(shown));
        }
    }
    for (place, scenario) in run.counted.scenarios.iter().enumerate() {
        if !scenario.is_whole {
            affected.scenarios.insert(place);
        }
    }
}

fn recorded_otherwise(shown: impl Display) -> String {
    format!("the scenarios were recorded with another text of {shown}")
}

/// The functions that have changed in a file: their lines in the text that was compiled.
///
/// # Errors
///
/// Says why it may be more.
fn functions(
    path: &Path,
    text: &Text,
    file: &Known,
    (changes, makers): (&Changes, &Makers),
    shown: &str,
) -> Result<Vec<RangeInclusive<u32>>, String> {
    let before = changes.text(path);
    let now = files::read(path, files::TEXT).ok();
    let (Some(before), Some(now)) = (before, now) else {
        return Err(format!("{shown} is gone, new or another kind of file"));
    };
    let (compiled, other) = match (text.is(&before), text.is(&now)) {
        (true, _) => (before, now),
        (false, true) => (now, before),
        (false, false) => return Err(recorded_otherwise(shown)),
    };
    let [compiled, other] = [compiled, other].map(|it| String::from_utf8_lossy(&it).into_owned());
    let functions = code::changed(&compiled, &other, makers).map_err(|doubt| match doubt.line {
        Some(line) => format!("{shown}:{line} {}", doubt.why),
        None => format!("{shown} {}", doubt.why),
    })?;
    let is_unknown = |it: &&code::Function| !file.begin.range(it.head.clone()).any(|_| true);
    match functions.iter().find(is_unknown) {
        Some(function) => Err(format!(
            "{shown}:{} is in a function of which is not known whether it runs",
            function.lines.start()
        )),
        None => Ok(functions.into_iter().map(|it| it.lines).collect()),
    }
}

impl Affected {
    /// The scenarios that come to what has changed in a file: by each of the paths at which it was compiled.
    fn add_changed(
        &mut self,
        run: &Run,
        (changes, makers): (&Changes, &Makers),
        path: &Path,
        files: &[Known],
        texts: &[&Text],
        inside: &Inside,
    ) {
        let shown = changes.shown(path).harmless().into_owned();
        let each = files
            .iter()
            .flat_map(|file| texts.iter().map(move |text| (file, text)));
        for (file, text) in each {
            match functions(path, text, file, (changes, makers), &shown) {
                Ok(functions) => {
                    for lines in &functions {
                        self.add(run.counted, file.path, lines, &shown);
                    }
                    if !functions.is_empty() {
                        self.scenarios.extend(inside.having(path));
                    }
                }
                Err(why) => self.doubt(why),
            }
        }
    }

    /// The scenarios that come to some lines.
    fn add(&mut self, counted: &Counted, path: &str, range: &RangeInclusive<u32>, shown: &str) {
        let wanted = |line: u32| range.contains(&line);
        let set = counted.index.lines.set(Path::new(path), wanted);
        if counted.index.sets.iter().all(|it| it.is_disjoint(&set)) {
            self.unreached.insert(format!("{shown}:{}", range.start()));
        }
        for (place, scenario) in counted.scenarios.iter().enumerate() {
            if counted.index.sets[place].is_disjoint(&set) {
                continue;
            }
            if scenario.name.is_none() {
                let line = range.start();
                self.doubt(format!(
                    "{shown}:{line} runs outside of scenarios, as at the start"
                ));
            }
            if scenario.is_shared {
                let (line, name) = (range.start(), counted.name(place));
                self.doubt(format!(
                    "what {} has started reached {shown}:{line} and may have served any other test, so run the whole suite",
                    harmless(name)
                ));
            }
            self.scenarios.insert(place);
        }
    }
}

/// A file of which the mapping is known.
struct Known<'a> {
    /// Its path in the coverage.
    path: &'a str,
    /// The lines in which its functions begin.
    begin: BTreeSet<u32>,
}

/// The files that have functions, by their paths without links: crates may share one through links.
fn known(coverage: &Coverage) -> BTreeMap<PathBuf, Vec<Known<'_>>> {
    let mut known = BTreeMap::<PathBuf, Vec<Known>>::new();
    for file in &coverage.files {
        let real = real(Path::new(&*file.path));
        let extents = coverage.functions_of(file).filter_map(extent);
        let own = extents.filter(|(of, _)| *of == &*file.path);
        let begin = own.map(|(_, range)| *range.start()).collect();
        let file = Known {
            path: &file.path,
            begin,
        };
        known.entry(real).or_default().push(file);
    }
    known
}
