//! Where the workspace of an earlier report was: it may have been made in another checkout, or on another machine.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::count::Coverage;
use crate::formats::names;

/// The root of the earlier workspace: the directory below which most of the files are called as those of now.
pub fn root_of(earlier: &Coverage, now: &Coverage, root: &Path) -> PathBuf {
    let names = now.files.iter();
    let names = names.filter_map(|file| names::relative(Path::new(&*file.path), root));
    let names: HashSet<_> = names.collect();
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    // The files of packages may be called as those of the workspace.
    let is_own = |path: &&str| names::downloaded(Path::new(path)).is_none();
    let paths = earlier.files.iter().map(|file| &*file.path);
    for path in paths.filter(is_own) {
        for (slash, _) in path.match_indices('/') {
            if names.contains(&path[slash + 1..]) {
                *votes.entry(&path[..slash]).or_default() += 1;
            }
        }
    }
    let best = |(directory, votes): &(&str, usize)| (*votes, Path::new(directory) == root);
    let most = votes.into_iter().max_by_key(best);
    most.map_or_else(|| root.to_owned(), |(directory, _)| directory.into())
}
