use std::collections::BTreeSet;
use std::fs;

use super::{Modules, Names, Source, Wanted};

/// The files that a root names, of these.
fn named(wanted: Wanted<'_>, files: &[(&str, &str)]) -> BTreeSet<String> {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let mut names = Names::of(wanted);
    names.follow(Source {
        path: root.join(files[0].0),
        modules: Modules::Beside,
    });
    let known = names.known().into_iter();
    let names = known.map(|it| {
        it.strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .into_owned()
    });
    names.collect()
}

#[test]
fn modules_are_where_the_compiler_looks_for_them() {
    let main = r#"
#[cfg(windows)]
mod plain;
mod own;
mod inline { mod deep; #[path = "renamed.rs"] mod other; }
#[path = "given/part.rs"]
mod given;
#[cfg_attr(unix, path = "unix.rs")]
mod r#match;
real! { #[cfg(windows)] pub(crate) mod made; }
const A: u8 = include!("value.rs");
mod gone;
"#;
    let files = [
        ("main.rs", main),
        ("plain.rs", "mod below;"),
        ("below.rs", ""),
        ("plain/below.rs", ""),
        ("own/mod.rs", "mod beside;"),
        ("own/beside.rs", ""),
        ("own/mod/beside.rs", ""),
        ("inline/deep.rs", ""),
        ("inline/renamed.rs", ""),
        ("deep.rs", ""),
        ("given/part.rs", "mod next;"),
        ("given/next.rs", ""),
        ("given/part/next.rs", ""),
        ("unix.rs", ""),
        ("made.rs", ""),
        ("value.rs", "1"),
    ];
    let others = [
        "below.rs",
        "own/mod/beside.rs",
        "deep.rs",
        "given/part/next.rs",
    ];
    let wanted = files.iter().map(|(name, _)| *name);
    let wanted = wanted.filter(|it| !others.contains(it));
    assert_eq!(
        named(Wanted::All, &files),
        wanted.map(str::to_owned).collect()
    );
}

#[test]
fn what_is_for_tests_is_part_of_no_program() {
    let main = r#"
mod a;
#[cfg(test)]
// Tests.
mod tests;
#[cfg(test)] pub(crate) mod b; // B
#[cfg(all(test, unix))]
mod d;
#[cfg(any(test, unix))]
mod e;
#[cfg(test)]
mod f;
#[cfg(not(test))]
mod f;
#[cfg(test)]
#[path = "g_mock.rs"]
mod g;
#[cfg(test)]
mod inner { mod h; }
/// Not `#[cfg(test)]`.
#[cfg_attr(feature = "extra", doc = "cfg(test)")]
#[cfg(feature = "cfg(test)")]
mod i;
mod j;
"#;
    let names = [
        "a", "tests", "b", "d", "e", "f", "g", "g_mock", "inner/h", "i",
    ];
    let names = names.map(|it| format!("{it}.rs"));
    let mut files = vec![
        ("main.rs", main),
        ("j.rs", "#![cfg(test)]\nmod k;"),
        ("j/k.rs", ""),
    ];
    files.extend(names.iter().map(|it| (&**it, "")));
    let found = named(Wanted::OfPrograms, &files);
    let wanted = ["a.rs", "e.rs", "f.rs", "i.rs", "main.rs"];
    assert_eq!(found, wanted.map(str::to_owned).into());
}
