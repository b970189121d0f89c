//! The user's justfile: facts in, an edit out.
//!
//! [`read`] finds it and asks the installed just about it; everything else is pure.

mod find;
mod import;
mod items;
mod lexer;
mod names;
mod shell;

use anyhow::{Result, bail};
use cargo_metadata::camino::{Utf8Component, Utf8Path, Utf8PathBuf};

pub use find::read;
pub use import::import_line;
pub use import::{Removed, without_import};

use super::RECIPES;
use super::just::Verdict;
use items::{Kind, items};

/// The justfile of a workspace, and what is around it.
pub struct Justfile {
    /// The workspace's root, where the recipes are.
    pub root: Utf8PathBuf,
    /// Absolute; `justfile` where there is none.
    pub path: Utf8PathBuf,
    /// `None` where there is none.
    pub text: Option<String>,
    /// The justfile itself and what it imports, at any depth, but for our recipes.
    pub sources: Vec<Source>,
    /// What the installed just says.
    pub verdict: Verdict,
    /// The nearest justfile above the root: what just finds there as long as the root has none.
    pub parent: Option<Utf8PathBuf>,
    /// Justfiles between the root and the measured packages: there, just finds these first.
    pub nearer: Vec<Utf8PathBuf>,
}

/// A file of a justfile.
pub struct Source {
    /// Absolute.
    pub path: Utf8PathBuf,
    /// All of it.
    pub text: String,
}

impl Source {
    /// The file that an import in this one names.
    fn beside(&self, import: &str) -> Utf8PathBuf {
        let directory = self.path.parent().unwrap_or(Utf8Path::new("/"));
        let home = std::env::home_dir().and_then(|home| Utf8PathBuf::try_from(home).ok());
        let path = match (import.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => directory.join(import),
        };
        // As just does it: without a look at the file system.
        path.components()
            .fold(Utf8PathBuf::new(), |mut clean, part| {
                match part {
                    Utf8Component::CurDir => {}
                    Utf8Component::ParentDir => {
                        clean.pop();
                    }
                    part => clean.push(part),
                }
                clean
            })
    }
}

/// What becomes of a justfile.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// The whole text.
    pub after: String,
    /// What the user ought to know, a sentence each.
    pub notes: Vec<String>,
}

impl Justfile {
    /// The files that import our recipes, and whether just does without them where they are missing.
    fn imports(&self) -> impl Iterator<Item = (&Utf8Path, bool)> {
        let recipes = self.root.join(RECIPES);
        self.sources.iter().flat_map(move |source| {
            let imports = items(&source.text)
                .into_iter()
                .filter_map(|item| match item.kind {
                    Kind::Import { optional } if source.beside(item.name) == recipes => {
                        Some(optional)
                    }
                    _ => None,
                });
            let imports: Vec<bool> = imports.collect();
            imports
                .into_iter()
                .map(|optional| (source.path.as_path(), optional))
        })
    }

    /// Whether the recipes are imported, by the justfile or by what it imports.
    pub fn imports_recipes(&self) -> bool {
        self.imports().next().is_some()
    }

    /// A file that just would reject without the recipes, once the line that [`without_import`] takes out is gone.
    pub fn still_needed_by(&self) -> Option<&Utf8Path> {
        let taken_out = self
            .text
            .as_deref()
            .is_some_and(|text| without_import(text).is_some());
        let mut needed = self.imports().filter(|(_, optional)| !optional);
        needed.find_map(|(path, _)| (path != self.path || !taken_out).then_some(path))
    }
}

/// Whether there is a recipe in a text, or one may be in what it brings in.
pub fn has_recipes(text: &str) -> bool {
    let brings = |kind: Kind| kind.is_import() || matches!(kind, Kind::Recipe | Kind::Module);
    items(text).iter().any(|item| brings(item.kind))
}

/// The names of the recipes in a text.
pub fn recipe_names(text: &str) -> Vec<&str> {
    let all = items(text).into_iter();
    let recipes = all.filter(|item| item.kind == Kind::Recipe);
    recipes.map(|item| item.name).collect()
}

/// What the justfile has to become, so that `just itcov` works. `recipes` is the text of ours.
///
/// # Errors
///
/// Where a name of ours is taken, and where just rejects the justfile as it is, but for the recipes that are still to come.
pub fn plan(justfile: &Justfile, recipes: &str) -> Result<Edit> {
    let Justfile { path, text, .. } = justfile;
    // With the recipes in place, just's names are ours as well.
    let dump = match &justfile.verdict {
        Verdict::Accepts(dump) if !justfile.imports_recipes() => Some(dump),
        _ => None,
    };
    let taken = names::taken(&justfile.sources, dump, recipes);
    if !taken.is_empty() {
        bail!(
            "{}; {RECIPES} has the same: rename yours first",
            taken.join("\n")
        );
    }
    if let Verdict::Rejects(message) = &justfile.verdict {
        bail!("just rejects {path}: fix it first; nothing was written\n{message}");
    }
    let mut notes = Vec::new();
    let after = match text {
        None => {
            notes.extend(
                justfile
                    .parent
                    .as_deref()
                    .map(|parent| in_the_way(&justfile.root, parent)),
            );
            import::created(justfile.parent.is_some())
        }
        Some(text) if justfile.imports_recipes() => text.clone(),
        Some(text) => import::with_import(text).unwrap_or_else(|| text.clone()),
    };
    notes.extend(
        justfile
            .nearer
            .iter()
            .map(|nearer| nearer_one(&justfile.root, nearer)),
    );
    notes.extend(shell::foreign(&justfile.sources).map(|shell| {
        format!(
            "{path} sets the shell {shell}, and itcov's recipes need a POSIX shell such as sh or bash: \
             type `cargo itcov run` instead of `just itcov`"
        )
    }));
    Ok(Edit { after, notes })
}

fn in_the_way(root: &Utf8Path, parent: &Utf8Path) -> String {
    format!(
        "in {root}, just now finds the new justfile instead of {parent}; recipes of that one still work here (set fallback), but \
         plain `just` and `just --list` show the new one"
    )
}

fn nearer_one(root: &Utf8Path, nearer: &Utf8Path) -> String {
    let directory = nearer.parent().unwrap_or(root);
    format!(
        "type `just itcov` in {root}: in {directory}, just takes {nearer}, which does not have it"
    )
}

#[cfg(test)]
mod tests {
    use super::{Edit, Justfile, Source, plan};
    use crate::scaffold::just::{Dump, Verdict};

    const OURS: &str = "itcov *ARGS:\n    true\n";

    fn justfile(text: Option<&str>) -> Justfile {
        let source = |text: &str| Source {
            path: "/up/crate/justfile".into(),
            text: text.to_owned(),
        };
        Justfile {
            root: "/up/crate".into(),
            path: "/up/crate/justfile".into(),
            text: text.map(str::to_owned),
            sources: text.into_iter().map(source).collect(),
            verdict: Verdict::Unknown,
            parent: None,
            nearer: Vec::new(),
        }
    }

    fn after(justfile: &Justfile) -> Edit {
        plan(justfile, OURS).unwrap()
    }

    #[test]
    fn without_a_justfile_one_is_made_that_leaves_the_one_above_within_reach() {
        let none = justfile(None);
        let expected = Edit {
            after: "import 'itcov.just'\n".into(),
            notes: Vec::new(),
        };
        assert_eq!(after(&none), expected);

        let below = Justfile {
            parent: Some("/up/Justfile".into()),
            ..none
        };
        let edit = after(&below);
        assert_eq!(edit.after, "set fallback # itcov\nimport 'itcov.just'\n");
        assert!(edit.notes[0].contains("/up/Justfile"), "{:?}", edit.notes);
        // What is there already has been in the way before.
        let there = Justfile {
            parent: Some("/up/Justfile".into()),
            ..justfile(Some("a:\n"))
        };
        assert_eq!(after(&there).after, "a:\n\nimport 'itcov.just'\n");
        assert!(after(&there).notes.is_empty());
    }

    #[test]
    fn an_import_in_another_file_counts() {
        let mut divided = justfile(Some("import 'just/ci.just'\n"));
        divided.sources.push(Source {
            path: "/up/crate/just/ci.just".into(),
            text: "import '../itcov.just'\n".into(),
        });
        // The names that just finds are ours then.
        divided.verdict = Verdict::Accepts(Dump {
            recipes: vec!["itcov".into()],
            ..Dump::default()
        });
        assert_eq!(after(&divided).after, "import 'just/ci.just'\n");
        divided.sources[1].text.push_str("itcov:\n");
        let error = plan(&divided, OURS).unwrap_err().to_string();
        assert!(
            error.starts_with("/up/crate/just/ci.just has a recipe `itcov` of its own (line 2)"),
            "{error}"
        );
    }

    #[test]
    fn what_just_rejects_is_left_alone_unless_only_the_recipes_are_missing() {
        let mut broken = justfile(Some("a: b\n"));
        broken.verdict = Verdict::Rejects("error: unknown dependency".into());
        let error = plan(&broken, OURS).unwrap_err().to_string();
        assert!(error.contains("unknown dependency"), "{error}");
        broken.verdict = Verdict::AwaitsRecipes(String::new());
        assert_eq!(after(&broken).after, "a: b\n\nimport 'itcov.just'\n");
    }
}
