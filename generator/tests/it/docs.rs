//! The pages of the repository: each can be found, and no link is dead.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::repository;

/// The files and folders that people write, without what is built and test data.
fn written() -> Vec<PathBuf> {
    let is_of_people = |path: &Path| {
        let left_out = ["target", ".git", "fixtures", "corpus"];
        !left_out.iter().any(|name| path.ends_with(name))
    };
    let entries = walkdir::WalkDir::new(repository()).into_iter();
    let entries = entries.filter_entry(|entry| is_of_people(entry.path()));
    entries.map(|entry| entry.unwrap().into_path()).collect()
}

/// The pages among them.
pub fn pages() -> Vec<PathBuf> {
    let mut pages = written();
    pages.retain(|path| path.extension().is_some_and(|it| it == "md"));
    pages
}

/// Where the links of a page lead: the file, and the place in it.
fn links(page: &Path) -> Vec<(PathBuf, Option<String>)> {
    let text = fs::read_to_string(page).unwrap();
    let links = text.split("](").skip(1);
    let links = links.map(|rest| rest.split(')').next().unwrap().to_owned());
    let links = links.filter(|link| !link.contains("://"));
    let links = links.map(|link| {
        let (path, place) = match link.split_once('#') {
            Some((path, place)) => (path, Some(place.to_owned())),
            None => (&*link, None),
        };
        let file = match path {
            "" => page.to_owned(),
            path => page.parent().unwrap().join(path),
        };
        (file, place)
    });
    links.collect()
}

/// The places of a page, as GitHub calls them after their headings.
fn places(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).unwrap();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let headings = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let places = headings.map(|heading| {
        let chars = heading.chars();
        let kept = chars.filter(|it| it.is_alphanumeric() || "-_ ".contains(*it));
        kept.collect::<String>().replace(' ', "-")
    });
    places.collect()
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 20, "{pages:?}");
    for page in pages {
        for (file, place) in links(&page) {
            let link = format!("{}: {} {place:?}", page.display(), file.display());
            assert!(file.exists(), "{link}");
            assert!(place.is_none_or(|it| places(&file).contains(&it)), "{link}");
        }
    }
}

#[test]
fn each_page_of_docs_is_two_clicks_from_the_readme() {
    let leads_to = |page: &str, goal: &Path| {
        let links = links(&repository().join(page)).into_iter();
        let mut links = links.filter_map(|(file, _)| file.canonicalize().ok());
        links.any(|file| file == goal)
    };
    let index = repository().join("docs/README.md");
    assert!(leads_to("README.md", &index));
    for page in fs::read_dir(repository().join("docs")).unwrap() {
        let page = page.unwrap().path();
        let is_page = page.extension().is_some_and(|it| it == "md");
        if is_page && page != index {
            assert!(leads_to("docs/README.md", &page), "{}", page.display());
        }
    }
}

#[test]
fn the_files_that_a_map_names_are_there() {
    let root = repository();
    let places = [
        root.clone(),
        root.join("generator/src"),
        root.join("generator/tests/it"),
    ];
    for page in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root.join(page)).unwrap();
        let names = text.split('`').skip(1).step_by(2);
        let is_path = |name: &&str| {
            let is_of_paths = |it: char| it.is_ascii_alphanumeric() || "/._-".contains(it);
            name.contains('/') && name.chars().all(is_of_paths) && !name.contains("NAME")
        };
        let paths: Vec<&str> = names.filter(is_path).collect();
        assert!(paths.len() > 10, "{paths:?}");
        for path in paths {
            let is_there = |place: &PathBuf| {
                let file = place.join(path);
                file.exists() || file.with_extension("rs").exists()
            };
            assert!(places.iter().any(is_there), "{page}: {path}");
        }
    }
}

/// By a README of its own or of the folder above, or by what its Rust says of it. What users have in their crates says nothing.
#[test]
fn each_folder_says_what_it_is_for() {
    let says = |file: PathBuf| {
        let text = fs::read_to_string(file);
        text.is_ok_and(|text| text.starts_with("//!") || text.starts_with("# "))
    };
    let is_silent = |folder: &PathBuf| {
        let own = [
            "README.md",
            "mod.rs",
            "lib.rs",
            "main.rs",
            "src/lib.rs",
            "src/main.rs",
        ];
        let own = own.map(|name| folder.join(name));
        let beside = [
            folder.with_extension("rs"),
            folder.with_file_name("README.md"),
        ];
        !own.into_iter().chain(beside).any(says)
    };
    let mut folders = written();
    let of_users = ["examples/orders-api", "template"].map(|name| repository().join(name));
    folders.retain(|path| path.is_dir() && !of_users.iter().any(|it| path.starts_with(it)));
    folders.retain(is_silent);
    assert!(folders.is_empty(), "{folders:?}");
}
