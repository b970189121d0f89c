//! Where the workspace of an earlier report was: it may have been made in another checkout, or on another machine.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::count::{Coverage, FileCoverage};
use crate::formats::names;

/// Whether there is a file at a path now.
pub type IsThere<'a> = &'a (dyn Fn(&Path) -> bool + Sync);

/// The roots of a workspace, then and now.
pub struct Roots<'a> {
    earlier: PathBuf,
    now: &'a Path,
    is_there: IsThere<'a>,
    /// Where the earlier one may have been as well.
    other: Option<PathBuf>,
}

impl<'a> Roots<'a> {
    /// The root of the earlier workspace is that of now, if there are files at the paths that they had. If not, it is the directory
    /// below which most of the files are called as those that are there `now`, measured or not. Of several, it is the one with most
    /// of the earlier files below it, then the one by which most are found, and then the one that is called like that of now.
    pub fn find(earlier: &Coverage, now: &'a Path, is_there: IsThere<'a>) -> Self {
        let files = earlier.files.iter();
        let files = files.map(|file| (Path::new(&*file.path), file));
        // The files of packages may be called as those of the workspace.
        let own = files.filter(|(path, _)| names::downloaded(path).is_none());
        let own: Vec<(&Path, &FileCoverage)> = own.collect();
        let mut votes: BTreeMap<&Path, usize> = BTreeMap::new();
        for (path, _) in &own {
            for directory in path.ancestors().skip(1).filter(|it| it.is_absolute()) {
                let below = path.strip_prefix(directory);
                if below.is_ok_and(|below| is_there(&now.join(below))) {
                    *votes.entry(directory).or_default() += 1;
                }
            }
        }
        let at = |directory: &Path| Self {
            earlier: directory.to_owned(),
            now,
            is_there,
            other: None,
        };
        let rank = |(directory, votes): (&Path, usize)| {
            let below = own.iter().filter(|(path, _)| path.starts_with(directory));
            (directory == now, votes, below.count())
        };
        let ranked = votes.iter().map(|(directory, votes)| (*directory, *votes));
        let most = ranked.clone().map(rank).max();
        let best = ranked.filter(|it| Some(rank(*it)) == most);
        let found = |directory: &Path| {
            let roots = at(directory);
            let places = own.iter().map(|(path, _)| roots.here(path));
            places
                .filter(|it| is_there(it))
                .collect::<BTreeSet<_>>()
                .len()
        };
        let alike = |directory: &Path| {
            let here = now.components().rev();
            let alike = directory.components().rev().zip(here);
            alike.take_while(|(one, other)| one == other).count()
        };
        let mut best: Vec<(usize, usize, &Path)> = best
            .map(|(directory, _)| (found(directory), alike(directory), directory))
            .collect();
        best.sort_by_key(|(found, alike, _)| Reverse((*found, *alike)));
        let Some((found, _, directory)) = best.first().copied() else {
            return at(now);
        };
        let mut roots = at(directory);
        let as_well = best.get(1).filter(|it| it.0 == found).map(|it| it.2);
        // What ran outside of it, and would be there if it were another one.
        let outside = own.iter().filter(|(path, file)| {
            let is_found = || path.starts_with(directory) || is_there(&roots.here(path));
            directory != now && file.lines.iter().any(|line| line.count > 0) && !is_found()
        });
        let around = outside.map(|(path, _)| {
            let mut directories = path.ancestors().skip(1);
            directories.find(|it| {
                let below = path.strip_prefix(it);
                below.is_ok_and(|below| is_there(&now.join(below)))
            })
        });
        let around = around.flatten().next();
        roots.other = as_well.or(around).map(Path::to_owned);
        roots
    }

    /// Where a file of the earlier report is now. A member of the workspace may be beside its root.
    pub fn here(&self, path: &Path) -> PathBuf {
        let common = self.earlier.ancestors().enumerate();
        let mut common = common.filter_map(|(up, it)| Some((up, path.strip_prefix(it).ok()?)));
        let Some((up, below)) = common.next() else {
            return path.to_owned();
        };
        if up == 0 {
            return self.now.join(below);
        }
        let moved = self.now.ancestors().nth(up).map(|it| it.join(below));
        moved
            .filter(|it| (self.is_there)(it))
            .unwrap_or_else(|| path.to_owned())
    }

    /// Where the workspace may have been, if that is not sure.
    pub fn doubt(&self) -> Option<[PathBuf; 2]> {
        let other = self.other.clone();
        other.map(|other| [self.earlier.clone(), other])
    }

    /// Whether a file is none that cargo has downloaded.
    pub fn is_own(&self, path: &Path) -> bool {
        path.starts_with(&self.earlier) || names::downloaded(path).is_none()
    }
}
