//! The list of files: sorted, filtered, folded.

use super::{ROWS, Reader};
use crate::html::write;
use crate::support::chromium::Chromium;
use crate::support::instrumented::Instrumented;

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn the_files_are_sorted_by_any_column_with_mouse_and_keyboard() {
    let mut browser = Reader::of("index.html", "");
    let by_name = "app/src/ flow.rs macros.rs main.rs never_linked.rs traits.rs twice.rs waiting.rs \
                   helper/src/ lib.rs";
    assert_eq!(browser.text(ROWS), by_name);
    let click = |column: usize| {
        format!(
            "document.querySelectorAll('thead th button')[{}].click()",
            column - 1
        )
    };
    let sorted = |column: usize| {
        format!(
            "document.querySelectorAll('thead th')[{}].getAttribute('aria-sort')",
            column - 1
        )
    };
    // The first click shows what is worst.
    for (column, first) in [
        (2, "ascending"),
        (3, "descending"),
        (4, "ascending"),
        (5, "ascending"),
    ] {
        browser.value(&click(column));
        assert_eq!(browser.text(&sorted(column)), first, "column {column}");
        let worst_first = in_app(&mut browser, column);
        browser.value(&click(column));
        assert_ne!(browser.text(&sorted(column)), first, "column {column}");
        assert_eq!(browser.text(&sorted(1)), "none");
        let worst_last = in_app(&mut browser, column);
        let (up, down) = match column {
            3 => (worst_last, worst_first),
            _ => (worst_first, worst_last),
        };
        assert!(
            up.is_sorted() && up.len() > 4 && up[0] < up[up.len() - 1],
            "{up:?}"
        );
        assert!(down.is_sorted_by(|a, b| a >= b), "{down:?}");
    }

    // The files of a directory stay in it.
    let names = browser.text(ROWS);
    let (app, helper) = (
        names.find("app/src/").unwrap(),
        names.find("helper/src/").unwrap(),
    );
    assert!(
        (app < helper) == (names.find("flow.rs").unwrap() < helper),
        "{names}"
    );

    browser.value("document.querySelector('thead th button').focus()");
    browser.press("Enter");
    assert_eq!(browser.text(ROWS), by_name);
    browser.finish();
}

/// The percentages of the files in `app/src`, as they are shown; those of nothing are left out.
fn in_app(browser: &mut Chromium, column: usize) -> Vec<f64> {
    let cells = browser.value(&format!(
        "[...document.querySelectorAll('#tree tr.d1 a[href*=\".app.\"], #tree tr.d1 a[href*=\"/app.\"]')]\
         .map((link) => link.closest('tr').cells[{}]).map((cell) => (cell.querySelector('b') ?? cell).textContent)",
        column - 1
    ));
    let cells = cells.as_array().unwrap().iter();
    cells
        .filter_map(|cell| cell.as_str().unwrap().trim_end_matches('%').parse().ok())
        .collect()
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn the_files_are_filtered_by_a_part_of_the_path_a_glob_and_what_is_missing() {
    let mut browser = Reader::of("index.html", "");
    let count = "document.getElementById('count').textContent";
    browser.press("/");
    browser.write("helper");
    assert_eq!(browser.text(ROWS), "helper/src/ lib.rs");
    assert_eq!(browser.text(count), "1 of 8 files");
    browser.press("Escape");
    browser.write("app/*/t*.rs");
    assert_eq!(browser.text(ROWS), "app/src/ traits.rs twice.rs");
    browser.press("Escape");
    assert_eq!(browser.text(count), "");
    browser.value("document.querySelector('.tw').click()");
    assert_eq!(browser.text(ROWS), "app/src/ helper/src/ lib.rs");
    assert_eq!(
        browser.text("document.querySelector('.tw').getAttribute('aria-expanded')"),
        "false"
    );
    browser.value("document.getElementById('fold').click()");
    assert!(browser.text(ROWS).contains("flow.rs"));
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn files_of_which_everything_ran_can_be_left_out() {
    let mut browser = Chromium::reused();
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    let pages = fixture.root().join("pages");
    write(&fixture, &pages);
    browser.open(&pages.join("index.html"), "");
    assert_eq!(browser.text(ROWS), "src/ lib.rs main.rs unused.rs");
    browser.value("document.getElementById('only').click()");
    assert_eq!(browser.text(ROWS), "src/ lib.rs unused.rs");
}
