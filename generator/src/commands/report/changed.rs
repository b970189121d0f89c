//! The lines that a branch changed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use llvm_coverage::parse::diff::{self, Lines};
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::{Coverage, files};

use super::cfg::Cfg;
use super::git::{Paths, Repository, as_path};
use super::given;
use super::mapped::Mapped;
use super::of_statement;
use super::unbuilt::{self, Sources, Unbuilt};
use super::without_code;
use crate::build::sources::is_final;
use crate::build::texts::Text;
use crate::parsed::parse;
use crate::progress::during;
use crate::readable;
use crate::scaffold::metadata::Workspace;

/// Which lines are reported on.
#[derive(Args)]
#[command(next_help_heading = "Files")]
pub struct ChangedSince {
    /// Only report lines changed since the merge base with REV, such as origin/main
    ///
    /// Uncommitted lines count too, as do files that git does not know, and submodules. A function or region counts if it has one of
    /// these lines. If no code has changed, every threshold is met, unless a changed file was not built.
    #[arg(long, value_name = "REV", value_parser = NonEmptyStringValueParser::new())]
    changed_since: Option<String>,
}

impl ChangedSince {
    /// The revision, if only what has changed since is reported on.
    pub fn revision(&self) -> Option<&str> {
        self.changed_since.as_deref()
    }

    /// The coverage of the lines that are asked for, in the repository of the workspace. Of the `stale` files those stay that git
    /// says have changed.
    ///
    /// # Errors
    ///
    /// If git cannot tell which these are.
    pub fn apply(
        &self,
        coverage: Coverage,
        workspace: &Workspace,
        built: Built,
    ) -> Result<Changed> {
        let Built {
            texts,
            is_own,
            mut stale,
            outside,
            cfg,
        } = built;
        let Some(revision) = self.revision() else {
            return Ok(Changed {
                coverage,
                stale,
                unbuilt: Vec::new(),
                untracked: BTreeSet::new(),
            });
        };
        let paths = texts.iter().map(|text| text.path.as_path());
        let built = Sources::new(paths_of(&coverage).chain(paths.clone()), workspace);
        let included = given::of_other_names(texts);
        let is_source = |path: &&Path| {
            let is_rust = || path.extension().is_some_and(|it| it == "rs");
            let is_included = || path.canonicalize().is_ok_and(|it| included.contains(&it));
            is_own(path) && (is_rust() || is_included())
        };
        let files = paths_of(&coverage).chain(stale.iter().map(PathBuf::as_path));
        let files = files.chain(paths.filter(is_source)).collect();
        let (mut lines, differences) = during("asking git what has changed", || {
            changed(files, &built, outside, revision, workspace)
        })
        .with_context(|| format!("cannot tell what has changed since {revision}"))?;
        stale.retain(|path| lines.contains_key(path));
        let mut unbuilt = unbuilt::find(differences.lines.keys(), &built, workspace, outside);
        unbuilt.extend(untracked(outside, &differences));
        let cfg = cfg();
        let sources = Sources::new(paths_of(&coverage), workspace);
        unbuilt.extend(without_code::in_others(
            texts,
            &differences.lines,
            &sources,
            &cfg,
        ));
        unbuilt.extend(without_code::leave_out(&coverage, texts, &cfg, &mut lines));
        let is_changed = |path: &str, range: RangeInclusive<u32>| {
            let changed = lines.get(Path::new(path));
            changed.is_some_and(|changed| changed.touch(&range))
        };
        let has_code = coverage.files.iter().any(|file| {
            let mut all = file.lines.iter();
            all.any(|it| is_changed(&file.path, it.number..=it.number))
        });
        let mut given = given::without_code(&coverage, texts, &differences.lines, &sources);
        given.retain(|it| unbuilt.iter().all(|known| known.path != it.path));
        // Of what was not measured nothing has run.
        let mut measured = lines.clone();
        let has = |all: &[Unbuilt], path: &Path| all.iter().any(|it| it.path == path);
        measured.retain(|path, _| !has(&unbuilt, path) && (has_code || !has(&given, path)));
        unbuilt.extend(given);
        let stand_for_others = standing_for_others(&coverage, &measured);
        let is_changed = |path: &str, range: RangeInclusive<u32>| {
            let others = stand_for_others.get(Path::new(path));
            others.is_some_and(|it| it.range(range.clone()).next().is_some())
                || is_changed(path, range)
        };
        let coverage = coverage.of_lines(is_changed);
        Ok(Changed {
            coverage,
            stale,
            unbuilt,
            untracked: differences.unknown,
        })
    }
}

fn paths_of(coverage: &Coverage) -> impl Iterator<Item = &Path> {
    coverage.files.iter().map(|file| Path::new(&*file.path))
}

/// The lines with code that stand for changed ones that have none, by their files.
fn standing_for_others(
    coverage: &Coverage,
    changed: &HashMap<PathBuf, Lines>,
) -> HashMap<PathBuf, BTreeSet<u32>> {
    let with_changes = coverage.files.iter().filter_map(|file| {
        let path = Path::new(&*file.path);
        let changed = changed.get(path)?;
        let code: BTreeSet<u32> = file.lines.iter().map(|it| it.number).collect();
        let text = files::read_text(path).ok()?;
        let mapped = Mapped::of(coverage, file, &text);
        let has_code = |line| code.contains(&line);
        let found = of_statement::instead(&parse(&text), &mapped, &has_code, &|line| {
            changed.touch(&(line..=line))
        });
        Some((path.to_owned(), found))
    });
    with_changes.collect()
}

/// What is known of the build.
pub struct Built<'a> {
    /// What was compiled.
    pub texts: &'a BTreeSet<Text>,
    /// Whether a file was written by hand for what was measured.
    pub is_own: &'a dyn Fn(&Path) -> bool,
    /// What is another text now.
    pub stale: Vec<PathBuf>,
    /// The names of the crates that the programs are made of as well, and that are not of the workspace, by their directories.
    pub outside: &'a BTreeMap<PathBuf, String>,
    /// What was set where each file was compiled.
    pub cfg: &'a dyn Fn() -> HashMap<PathBuf, Vec<Cfg>>,
}

/// What has changed.
pub struct Changed {
    pub coverage: Coverage,
    /// What is not that of the build.
    pub stale: Vec<PathBuf>,
    /// What is no part of what was measured.
    pub unbuilt: Vec<Unbuilt>,
    /// What git does not tell changes of.
    pub untracked: BTreeSet<PathBuf>,
}

impl Changed {
    /// Without files that are not reported on.
    pub fn without(mut self, is_left_out: impl Fn(&Path) -> bool) -> Self {
        self.unbuilt.retain(|it| !is_left_out(&it.path));
        self.untracked.retain(|it| !is_left_out(it));
        self
    }
}

/// The crates `outside` of the workspace of which git knows no file, so it does not say whether they have changed.
fn untracked(outside: &BTreeMap<PathBuf, String>, differences: &Differences) -> Vec<Unbuilt> {
    let is_untracked = |directory: &Path| {
        let mut known = differences.tracked.iter().chain(differences.lines.keys());
        // A repository in this one is listed as a directory.
        !known.any(|it| it.starts_with(directory) && it != directory)
    };
    let outside = outside.iter().filter(|(directory, _)| {
        let real = directory.canonicalize();
        real.is_ok_and(|real| is_untracked(&real))
    });
    let unbuilt = |(directory, name): (&PathBuf, &String)| Unbuilt {
        path: directory.clone(),
        why: format!(
            "the repository does not track the crate {name}, which is not of the workspace: --also {name} measures it"
        ),
    };
    outside.map(unbuilt).collect()
}

/// What git says, by paths without links.
#[derive(Default)]
struct Differences {
    lines: HashMap<PathBuf, Lines>,
    tracked: HashSet<PathBuf>,
    /// Files of the report that are not tracked, and not just new.
    unknown: BTreeSet<PathBuf>,
}

/// A file of the report.
struct Wanted<'a> {
    path: &'a Path,
    /// The file without links: the compiler's paths are as cargo was started.
    real: PathBuf,
    /// The links that lead to it.
    links: Vec<PathBuf>,
}

impl<'a> Wanted<'a> {
    fn new(path: &'a Path) -> Self {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let links = if real == path {
            Vec::new()
        } else {
            links(path)
        };
        Self { path, real, links }
    }
}

/// The links on the way to a file, each at a path without other links.
pub fn links(path: &Path) -> Vec<PathBuf> {
    let mut links = Vec::new();
    let mut next: Vec<PathBuf> = path.ancestors().map(Path::to_owned).collect();
    while let Some(path) = next.pop() {
        let directory = path.parent().and_then(|it| it.canonicalize().ok());
        let (Ok(to), Some(directory), Some(name)) =
            (fs::read_link(&path), directory, path.file_name())
        else {
            continue;
        };
        let link = directory.join(name);
        // It may lead to another one.
        if !links.contains(&link) {
            let to = directory.join(to);
            next.extend(to.ancestors().map(Path::to_owned));
            links.push(link);
        }
    }
    links
}

/// The changed lines of some files by their paths, and what else git says.
fn changed(
    files: BTreeSet<&Path>,
    built: &Sources,
    outside: &BTreeMap<PathBuf, String>,
    revision: &str,
    workspace: &Workspace,
) -> Result<(HashMap<PathBuf, Lines>, Differences)> {
    let repository = Repository::around(workspace.metadata.workspace_root.as_std_path())?;
    let base = repository.merge_base(revision)?;
    let files: Vec<Wanted> = files.into_iter().map(Wanted::new).collect();
    let members = workspace.members().iter();
    let members: Vec<&Path> = members
        .filter_map(|it| Some(it.manifest_path.parent()?.as_std_path()))
        .collect();
    readable::by_git(files.iter().map(|it| it.real.as_path()))?;
    let outside = outside.keys().filter_map(|it| it.canonicalize().ok());
    let outside: Vec<PathBuf> = outside.collect();
    let is_wanted = |directory: &Path| {
        files.iter().any(|it| it.real.starts_with(directory))
            || members.iter().any(|it| it.starts_with(directory))
            || outside.iter().any(|it| it.starts_with(directory))
            || built.have_parts_in(directory)
    };
    let all_links: BTreeSet<&Path> = files
        .iter()
        .flat_map(|it| &it.links)
        .map(|it| &**it)
        .collect();
    let paths = Paths {
        kinds: kinds(files.iter().map(|it| it.path)),
        links: all_links.into_iter().collect(),
    };
    let mut differences = Differences::default();
    add(repository, &base, &paths, &is_wanted, &mut differences)?;
    let mut changed = HashMap::new();
    for file in &files {
        let is_other_file = file
            .links
            .iter()
            .any(|it| differences.lines.contains_key(it));
        let lines = match differences.lines.get(&file.real) {
            _ if is_other_file => Lines::All,
            Some(lines) => lines.clone(),
            None if differences.tracked.contains(&file.real) || is_final(&file.real) => continue,
            None => {
                differences.unknown.insert(file.path.to_owned());
                Lines::All
            }
        };
        if let Lines::All = lines {
            differences.lines.insert(file.real.clone(), Lines::All);
        }
        changed.insert(file.path.to_owned(), lines);
    }
    Ok((changed, differences))
}

/// Adds what has changed in a repository since a commit or tree of it, and in those of its submodules that are wanted.
fn add(
    mut repository: Repository,
    base: &str,
    paths: &Paths,
    is_wanted: &dyn Fn(&Path) -> bool,
    differences: &mut Differences,
) -> Result<()> {
    let entries = repository.entries()?;
    repository.look_at_all(&entries)?;
    let top = repository.top.clone();
    let diff = diff::parse(&repository.diff(base, paths)?)?;
    let parts = diff.into_iter();
    differences
        .lines
        .extend(parts.map(|(path, ranges)| (top.join(as_path(&path)), Lines::Ranges(ranges))));
    let whole = repository.untracked()?.into_iter();
    let whole = whole.chain(repository.encoded()?);
    differences
        .lines
        .extend(whole.map(|path| (top.join(path), Lines::All)));
    for entry in entries {
        if !entry.is_submodule {
            differences.tracked.insert(top.join(entry.path));
            continue;
        }
        let submodule = repository.submodule(&entry.path);
        if submodule.top.join(".git").exists() && is_wanted(&submodule.top) {
            let base = match repository.recorded(base, &entry.path)? {
                Some(commit) => commit,
                None => submodule.empty_tree()?,
            };
            add(submodule, &base, paths, is_wanted, differences)
                .with_context(|| format!("in the submodule {}", entry.path.harmless()))?;
        }
    }
    Ok(())
}

/// The extensions of files, and that of Rust's, so that git does not compare pictures. None where a file has no plain one.
fn kinds<'a>(files: impl Iterator<Item = &'a Path>) -> Vec<&'a str> {
    let kind = |path: &'a Path| path.extension()?.to_str();
    let is_plain = |kind: &&str| kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let kinds: Option<BTreeSet<&str>> = files.map(|it| kind(it).filter(is_plain)).collect();
    let rust = |mut kinds: BTreeSet<&'a str>| {
        kinds.insert("rs");
        kinds.into_iter().collect()
    };
    kinds.map(rust).unwrap_or_default()
}
