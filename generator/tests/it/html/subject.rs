//! What the pages say that they are of, and the pages of what has changed.

use std::fs;

use super::write_with;
use crate::support::chromium::Chromium;
use crate::support::instrumented::Instrumented;
use crate::support::repository::Git;

/// More lines than a page shows around those that count.
fn comments() -> String {
    "// A comment.\n".repeat(40)
}

/// A repository in which line 43 of the library has changed since the branch `main`, and is not committed.
pub fn changed() -> Instrumented {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let library = |number: u32| {
        let text = format!(
            "pub mod unused;\n{comments}pub fn used() -> u8 {{\n    {number}\n}}\n{comments}",
            comments = comments()
        );
        fs::write(fixture.root().join("src/lib.rs"), text).unwrap();
    };
    library(7);
    let git = Git::init(&fixture.root());
    git.commit("one");
    git.run(&["checkout", "--quiet", "-b", "topic"]);
    library(8);
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    fixture
}

#[test]
fn each_page_says_what_it_is_of_and_of_which_commit() {
    let fixture = changed();
    let pages = fixture.root().join("pages");
    write_with(
        &fixture,
        &pages,
        &["--changed-since", "main", "--exclude", "src/main.rs"],
    );
    let commit = Git(fixture.root()).run(&["rev-parse", "HEAD"]);
    let of = "<p class=part>Coverage of the lines changed since <code>main</code> without <code>src/main.rs</code></p>";
    let revision = format!(
        "<span>Commit {} with uncommitted changes, branch topic</span>",
        &commit[..10]
    );
    for page in ["index.html", "pages/src.html", "pages/src.lib.rs.html"] {
        let text = fs::read_to_string(pages.join(page)).unwrap();
        assert!(
            text.contains(of) && text.contains(&revision),
            "{page}: {text}"
        );
    }
    write_with(&fixture, &pages, &[]);
    let index = fs::read_to_string(pages.join("index.html")).unwrap();
    assert!(
        !index.contains("class=part") && index.contains(&revision),
        "{index}"
    );
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn changed_lines_are_marked_and_the_others_wait_behind_a_fold() {
    let mut browser = Chromium::reused();
    let fixture = changed();
    let pages = fixture.root().canonicalize().unwrap().join("pages");
    write_with(&fixture, &pages, &["--changed-since", "main"]);
    let page = pages.join("pages/src.lib.rs.html");
    browser.open(&page, "");
    let marked = "[...document.querySelectorAll('#code .v')].map((line) => line.id).join()";
    assert_eq!(browser.text(marked), "L43");
    let shown = "[...document.querySelectorAll('#code p')].filter((line) => line.checkVisibility()).map((line) => line.id).join()";
    assert_eq!(browser.text(shown), "L40,L41,L42,L43,L44,L45,L46");
    assert_eq!(
        browser.text("document.querySelector('#code summary').innerText"),
        "… 39 lines …"
    );
    // The arrows go past what is folded.
    browser.value("document.querySelector('#code summary').focus()");
    browser.press("ArrowDown");
    assert_eq!(browser.text("document.activeElement.textContent"), "40");
    browser.press("ArrowUp");
    assert_eq!(browser.text("document.activeElement.tagName"), "SUMMARY");
    // A link to a line opens what it is in.
    browser.open(&page, "#L5");
    browser.until("document.getElementById('L5').checkVisibility()");
    assert_eq!(browser.complaints(&pages), Vec::<String>::new());
}
