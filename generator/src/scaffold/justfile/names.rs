//! The names that the recipes need, and who has them already.

use super::Source;
use super::items::{Item, Kind, items};
use crate::scaffold::just::Dump;

/// Functions of just that the recipes call: a definition of the user's would be called in their place.
const CALLED: [&str; 1] = ["env"];

/// Recipes, aliases and modules share their names, variables have names of their own, and so have functions.
#[derive(Clone, Copy, PartialEq)]
enum Space {
    Recipe,
    Variable,
    Function,
}

/// What stands in the way of the recipes, a sentence each: what has one of their names, and where.
///
/// A name counts even where just would let one definition win over another (`set allow-duplicate-recipes`), and where it
/// is not looked at on this system (`[windows]`). `dump` is what just has found: it is asked for what the text does not
/// show, and holds the user's names alone.
pub fn taken(sources: &[Source], dump: Option<&Dump>, recipes: &str) -> Vec<String> {
    let defined = items(recipes);
    let ours: Vec<(Space, &str)> = defined
        .iter()
        .filter_map(|item| Some((space(item.kind)?, item.name)))
        .chain(CALLED.map(|name| (Space::Function, name)))
        .collect();
    let is_taken =
        |item: &Item| space(item.kind).is_some_and(|space| ours.contains(&(space, item.name)));

    let mut found = Vec::new();
    let mut names = Vec::new();
    for source in sources {
        for item in items(&source.text).into_iter().filter(is_taken) {
            names.push(item.name.to_owned());
            found.push(sentence(
                source,
                item.kind,
                item.name,
                &format!(" (line {})", item.line),
            ));
        }
    }
    if let (Some(dump), Some(root)) = (dump, sources.first()) {
        let kinds = [
            (Kind::Recipe, &dump.recipes),
            (Kind::Alias, &dump.aliases),
            (Kind::Module, &dump.modules),
            (Kind::Variable, &dump.variables),
        ];
        for (kind, in_dump) in kinds {
            let unseen = in_dump.iter().filter(|name| {
                !names.contains(name)
                    && space(kind).is_some_and(|space| ours.contains(&(space, name)))
            });
            found.extend(unseen.map(|name| sentence(root, kind, name, "")));
        }
    }
    found
}

fn sentence(source: &Source, kind: Kind, name: &str, place: &str) -> String {
    let path = &source.path;
    let kind = match kind {
        Kind::Alias => "an alias",
        Kind::Module => "a module",
        Kind::Variable => "a variable",
        Kind::Function => "a function",
        Kind::Recipe | Kind::Setting | Kind::Import { .. } => "a recipe",
    };
    format!("{path} has {kind} `{name}` of its own{place}")
}

fn space(kind: Kind) -> Option<Space> {
    match kind {
        Kind::Recipe | Kind::Alias | Kind::Module => Some(Space::Recipe),
        Kind::Variable => Some(Space::Variable),
        Kind::Function => Some(Space::Function),
        Kind::Setting | Kind::Import { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Dump, Source, taken};

    const OURS: &str =
        "itcov_scope := 'x'\n_itcov := 'y'\nitcov *ARGS:\n    body:\nitcov-suite CMD *ARGS:\n";

    fn of(text: &str, dump: Option<&Dump>) -> Vec<String> {
        let source = Source {
            path: "/r/justfile".into(),
            text: text.to_owned(),
        };
        taken(&[source], dump, OURS)
    }

    #[test]
    fn whatever_has_one_of_our_names_is_found() {
        for (text, what) in [
            (
                "a:\n  true\nitcov:\n",
                "a recipe `itcov` of its own (line 3)",
            ),
            (
                "@itcov-suite x='1': a\n",
                "a recipe `itcov-suite` of its own (line 1)",
            ),
            (
                "alias itcov := test\n",
                "an alias `itcov` of its own (line 1)",
            ),
            ("mod? itcov\n", "a module `itcov` of its own (line 1)"),
            (
                "export _itcov := 'x'\n",
                "a variable `_itcov` of its own (line 1)",
            ),
            ("env(x) := x\n", "a function `env` of its own (line 1)"),
            (
                "[windows]\nitcov:\n",
                "a recipe `itcov` of its own (line 2)",
            ),
        ] {
            assert_eq!(
                of(text, None),
                [format!("/r/justfile has {what}")],
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_of_another_kind_or_in_a_body_is_free() {
        for text in [
            "itcov := 'a variable'\n",
            "itcov_scope:\n",
            "test:\n    itcov: no recipe\n# itcov:\nitcov2:\n",
            "test itcov='1':\n",
            "mod other 'itcov.just'\n",
        ] {
            assert_eq!(of(text, None), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_only_just_sees_is_found_and_nothing_is_said_twice() {
        let dump = Dump {
            recipes: vec!["itcov".into(), "other".into()],
            variables: vec!["_itcov".into(), "itcov".into()],
            ..Dump::default()
        };
        assert_eq!(
            of("_itcov := 'x'\n", Some(&dump)),
            [
                "/r/justfile has a variable `_itcov` of its own (line 1)",
                "/r/justfile has a recipe `itcov` of its own"
            ]
        );
    }
}
