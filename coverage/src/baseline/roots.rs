//! Where the workspace of an earlier report was: it may have been made in another checkout, or on another machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::count::Coverage;
use crate::formats::names;

/// Whether there is a file at a path now.
pub type IsThere<'a> = &'a (dyn Fn(&Path) -> bool + Sync);

/// The roots of a workspace, then and now.
pub struct Roots<'a> {
    earlier: PathBuf,
    now: &'a Path,
    is_there: IsThere<'a>,
}

impl<'a> Roots<'a> {
    /// The root of the earlier workspace is the directory below which most of the files are called as those that are there `now`,
    /// measured or not. Of several, it is the one with most of the earlier files below it, and then the one that is called like that
    /// of now.
    pub fn find(earlier: &Coverage, now: &'a Path, is_there: IsThere<'a>) -> Self {
        let paths = earlier.files.iter().map(|file| Path::new(&*file.path));
        // The files of packages may be called as those of the workspace.
        let own = paths.filter(|path| names::downloaded(path).is_none());
        let own: Vec<&Path> = own.collect();
        let mut votes: BTreeMap<&Path, usize> = BTreeMap::new();
        for path in &own {
            for directory in path.ancestors().skip(1).filter(|it| it.is_absolute()) {
                let below = path.strip_prefix(directory);
                if below.is_ok_and(|below| is_there(&now.join(below))) {
                    *votes.entry(directory).or_default() += 1;
                }
            }
        }
        let best = |(directory, votes): &(&Path, usize)| {
            let below = own.iter().filter(|path| path.starts_with(directory));
            let here = now.components().rev();
            let alike = directory.components().rev().zip(here);
            let alike = alike.take_while(|(one, other)| one == other).count();
            (*votes, *directory == now, below.count(), alike)
        };
        let most = votes.into_iter().max_by_key(best);
        Self {
            earlier: most.map_or(now, |(directory, _)| directory).to_owned(),
            now,
            is_there,
        }
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

    /// Whether a file is none that cargo has downloaded.
    pub fn is_own(&self, path: &Path) -> bool {
        path.starts_with(&self.earlier) || names::downloaded(path).is_none()
    }
}
