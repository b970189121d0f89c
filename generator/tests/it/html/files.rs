//! The pages as files: complete without a browser's help, and in no other place than they may be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{measured, write};
use crate::support::{Output, stdout};

/// Every file below a directory, by its name, but for the marker.
fn files(directory: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for inside in ["", "pages"] {
        for entry in fs::read_dir(directory.join(inside)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() && entry.file_name() != ".coverage-html" {
                let name = entry.path();
                let name = name.strip_prefix(directory).unwrap().display().to_string();
                files.insert(name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    files
}

/// What stands behind `name=` in a page, with quotes or without.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let before = format!(" {name}=");
    page.split(&before)
        .skip(1)
        .map(|rest| match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap(),
            None => rest.split([' ', '>']).next().unwrap(),
        })
        .collect()
}

#[test]
fn every_link_leads_to_a_page_and_to_a_place_in_it() {
    let measured = measured();
    let files = files(&measured.pages);
    let ids: BTreeMap<_, BTreeSet<_>> = files
        .iter()
        .map(|(name, page)| (name.as_str(), attributes(page, "id").into_iter().collect()))
        .collect();
    let mut followed = BTreeSet::new();
    for (name, page) in files
        .iter()
        .filter(|(_, text)| text.starts_with("<!doctype html>"))
    {
        let mut links = attributes(page, "href");
        links.extend(attributes(page, "src"));
        for link in links.into_iter().filter(|link| !link.starts_with("data:")) {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = match (file, name.starts_with("pages/")) {
                ("", _) => name.clone(),
                (file, true) => file
                    .strip_prefix("../")
                    .map_or_else(|| format!("pages/{file}"), str::to_owned),
                (file, false) => file.to_owned(),
            };
            assert!(files.contains_key(&target), "{name}: there is no {link}");
            assert!(
                place.is_empty() || ids[target.as_str()].contains(place),
                "{name}: there is no place {link}"
            );
            followed.insert(target);
        }
    }
    assert_eq!(
        followed.into_iter().collect::<Vec<_>>(),
        files.keys().cloned().collect::<Vec<_>>()
    );
}

#[test]
fn the_numbers_are_those_of_the_table() {
    let measured = measured();
    let fixture = &measured.fixture;
    let directory = fixture.root().join("numbers");
    let table = stdout(&mut fixture.report(&["--html", directory.to_str().unwrap()]));
    let page = fs::read_to_string(directory.join("index.html")).unwrap();
    let total = table
        .lines()
        .find(|line| line.starts_with("Total"))
        .unwrap();
    let mut compared = 0;
    for ratio in total.split_whitespace().filter(|word| word.contains('/')) {
        let (covered, total) = ratio.split_once('/').unwrap();
        assert!(
            page.contains(&format!("<p>{covered} of {total} ran")),
            "{ratio}"
        );
        compared += 1;
    }
    for line in table.lines().filter(|line| line.contains(".rs ")) {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap().rsplit('/').next().unwrap();
        let row = |row: &&str| row.replace("<wbr>", "").contains(&format!("\">{name}</a>"));
        let rows: Vec<_> = page.lines().filter(row).collect();
        for ratio in words.filter(|word| word.contains('/')) {
            let shown = format!("<small>{ratio}</small>");
            assert!(
                rows.iter().any(|row| row.contains(&shown)),
                "{name}: {ratio}"
            );
            compared += 1;
        }
    }
    assert!(compared > 20, "{table}");
}

#[test]
fn the_same_counts_make_the_same_bytes() {
    let measured = measured();
    let fixture = &measured.fixture;
    let [one, two] = ["one", "two"].map(|name| fixture.root().join(name));
    write(fixture, &one);
    write(fixture, &two);
    let (one, two) = (files(&one), files(&two));
    assert!(one == two && one.len() > 12, "{:?}", one.keys());
    assert!(one["index.html"].contains("2023-11-14 22:13 UTC"));
}

#[test]
fn nothing_is_written_among_foreign_files() {
    let measured = measured();
    let fixture = &measured.fixture;
    let directory = fixture.root().join("helper");
    let arguments = ["--html", directory.to_str().unwrap(), "--lcov", "no.info"];
    let output = Output::of(&mut fixture.report(&arguments))
        .ends_with(1)
        .says("files in it that are of no report, such as ")
        .says("nothing was written");
    assert_eq!(output.stdout, "");
    assert!(!directory.join(".coverage-html").exists());
    assert!(!fixture.root().join("no.info").exists());
}

#[test]
fn without_a_browser_the_first_page_is_named_in_plain_words() {
    let measured = measured();
    // Another test opens what is written where nothing is said, perhaps at the same time.
    let pages = measured.fixture.root().join("unopened");
    let mut report = measured
        .fixture
        .report(&["--html", pages.to_str().unwrap(), "--open"]);
    let bin = measured.fixture.root().join("no-browser");
    fs::create_dir(&bin).unwrap();
    for opener in ["xdg-open", "gio", "gnome-open", "kde-open", "wslview"] {
        let opener = bin.join(opener);
        fs::write(&opener, "#!/bin/sh\nexit 3\n").unwrap();
        fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    report.env("PATH", format!("{}:{path}", bin.display()));
    let output = Output::of(&mut report).ends_with(1);
    let (_, error) = output.stderr.split_once("error: ").unwrap();
    assert!(
        error.starts_with("cannot open a browser here; the first page is /")
            && error.ends_with("/unopened/index.html\n"),
        "{error}"
    );
}

#[test]
fn what_is_opened_is_the_first_page() {
    let measured = measured();
    let fixture = &measured.fixture;
    let bin = fixture.root().join("bin");
    fs::create_dir(&bin).unwrap();
    let opener = bin.join("xdg-open");
    fs::write(
        &opener,
        "#!/bin/sh\nprintf %s \"$1\" > \"$0.new\" && mv \"$0.new\" \"$0.asked\"\n",
    )
    .unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let mut report = fixture.report(&["--open"]);
    let path = std::env::var("PATH").unwrap();
    report.env("PATH", format!("{}:{path}", bin.display()));
    Output::of(&mut report)
        .ends_with(0)
        .says("the first page is ");
    let asked = bin.join("xdg-open.asked");
    let end = Instant::now() + Duration::from_secs(20);
    while !asked.exists() {
        assert!(Instant::now() < end, "nothing was opened");
        std::thread::sleep(Duration::from_millis(20));
    }
    let address = fs::read_to_string(asked).unwrap();
    let page = fixture
        .root()
        .canonicalize()
        .unwrap()
        .join("target/itcov/html/index.html");
    assert_eq!(Path::new(&address), page);
    let html = fs::read_to_string(page).unwrap();
    assert!(
        html.contains("<h1>crate</h1>"),
        "the name of the workspace's directory"
    );
}
