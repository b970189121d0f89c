//! Changed lines of sources that were compiled, of which there is no code.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use llvm_coverage::parse::diff::Lines;
use llvm_coverage::{Coverage, files};

use super::cfg::{self, Cfg, macros};
use super::left_out;
use super::mapped::Mapped;
use super::not_understood;
use super::of_statement;
use super::unbuilt::{Sources, Unbuilt};
use crate::build::texts::Text;
use crate::parsed::{Parsed, parse};

/// The functions, statements and the like with changed lines of which there is no code in a file that has other code. For the
/// compiler, their lines are those of what is around them, so they are left out of the `lines`.
pub fn leave_out(
    coverage: &Coverage,
    texts: &BTreeSet<Text>,
    cfg: &HashMap<PathBuf, Vec<Cfg>>,
    lines: &mut HashMap<PathBuf, Lines>,
) -> Vec<Unbuilt> {
    let mut found = Vec::new();
    let mut macros = None;
    for file in &coverage.files {
        let path = Path::new(&*file.path);
        let (Some(changed), Ok(text)) = (lines.get_mut(path), files::read_text(path)) else {
            continue;
        };
        let macros = macros.get_or_insert_with(|| macros::changed(texts, cfg));
        let source = parse(&text);
        let mut out = cfg::left_out(&source, known(cfg, path));
        out.extend(macros::without_code(coverage, file, &text, macros));
        let mapped = Mapped::of(coverage, file, &text);
        let functions = left_out::functions(&source, &mapped);
        let code: BTreeSet<u32> = file.lines.iter().map(|it| it.number).collect();
        let unknown = of_statement::unknown(&source, &mapped, &|line| code.contains(&line));
        let without = [functions, unknown, out.clone()].concat();
        found.extend(named(path, changed, without, LEFT_OUT));
        found.extend(not_understood(path, changed, &source, &|line| {
            code.contains(&line)
        }));
        *changed = changed.without(&out);
    }
    found
}

/// The same of the files that were compiled and have no code at all, by the `changed` lines of files without links. What is known
/// of `sources` are those with code.
pub fn in_others(
    texts: &BTreeSet<Text>,
    changed: &HashMap<PathBuf, Lines>,
    sources: &Sources,
    cfg: &HashMap<PathBuf, Vec<Cfg>>,
) -> Vec<Unbuilt> {
    let paths = texts.iter().map(|text| text.path.as_path());
    let rust = paths.filter(|path| path.extension().is_some_and(|it| it == "rs"));
    let mut found = Vec::new();
    let mut embedded = None;
    for path in rust {
        let Ok(real) = path.canonicalize() else {
            continue;
        };
        let (Some(changed), Ok(text)) = (changed.get(&real), files::read_text(path)) else {
            continue;
        };
        if sources.have(&real) || sources.are_for_tests(&real) {
            continue;
        }
        let source = parse(&text);
        let out = cfg::left_out(&source, known(cfg, path));
        let functions = left_out::functions(&source, &Mapped::default());
        let mut named = named(path, changed, [functions, out].concat(), LEFT_OUT);
        named.extend(not_understood(path, changed, &source, &|_| false));
        if named.is_empty() {
            continue;
        }
        let embedded = embedded.get_or_insert_with(|| sources.embedded(texts));
        if !embedded.contains(&real) {
            found.extend(named);
        }
    }
    found
}

fn known<'a>(cfg: &'a HashMap<PathBuf, Vec<Cfg>>, path: &Path) -> &'a [Cfg] {
    cfg.get(path).map_or(&[][..], Vec::as_slice)
}

/// Why there is no code of lines.
const LEFT_OUT: &str = "which `cfg` leaves out or the compiler has no lines of";

fn not_understood(
    path: &Path,
    changed: &Lines,
    source: &Parsed,
    has_code: &dyn Fn(u32) -> bool,
) -> Vec<Unbuilt> {
    let lines = not_understood::lines(source, has_code).into_iter();
    let why = "in what is not understood, as by another edition of Rust";
    named(path, changed, lines.map(|it| it..=it).collect(), why)
}

/// Those that have changed.
fn named(
    path: &Path,
    changed: &Lines,
    mut all: Vec<RangeInclusive<u32>>,
    why: &str,
) -> Vec<Unbuilt> {
    all.retain(|it| changed.touch(it));
    all.sort_by_key(|it| (*it.start(), Reverse(*it.end())));
    // What is in another one is said with it.
    let mut end = 0;
    all.retain(|it| {
        let is_new = *it.end() > end;
        end = end.max(*it.end());
        is_new
    });
    let unbuilt = |it: &RangeInclusive<u32>| Unbuilt {
        path: path.to_owned(),
        why: format!("no code for line {}, {why}", it.start()),
    };
    all.iter().map(unbuilt).collect()
}
