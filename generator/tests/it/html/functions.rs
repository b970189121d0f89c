//! The page of all functions, and counts that are finer than those of lines.

use std::fmt::Write;
use std::fs;

use super::{measured, write};
use crate::support::chromium::Chromium;
use crate::support::instrumented::Instrumented;

const FUNCTIONS: &str = "pages/~functions.html";

/// The names of the functions that are shown, from the top to the bottom.
const NAMES: &str = "[...document.querySelectorAll('#functions tbody tr')].filter((row) => row.offsetHeight)\
                     .map((row) => row.cells[0].textContent.trim()).join()";

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn all_functions_are_on_one_page_by_what_is_missing_with_their_closures() {
    let mut browser = Chromium::reused();
    let measured = measured();
    browser.open(&measured.pages.join("index.html"), "");
    let top = browser
        .text("[...document.querySelectorAll('.worst .n a')].map((it) => it.textContent).join()");
    browser.press("f");
    browser.settle(FUNCTIONS);
    let names = browser.text(NAMES);
    assert!(
        names.starts_with(&top) && top.split(',').count() == 10,
        "{top} of {names}"
    );
    // Neither closures nor async bodies have rows.
    assert!(
        !names.contains("closure at") && !names.contains("async body"),
        "{names}"
    );
    let missing = "[...document.querySelectorAll('#functions tbody td:nth-child(3)')].map((it) => Number(it.textContent))";
    let missing: Vec<u64> = serde_json::from_value(browser.value(missing)).unwrap();
    assert!(
        missing.is_sorted_by(|a, b| a >= b) && missing[0] > 8,
        "{missing:?}"
    );

    // What is missing is what looks so in the listing.
    for (file, page) in [
        ("app/src/flow.rs", "pages/app.src.flow.rs.html"),
        ("app/src/waiting.rs", "pages/app.src.waiting.rs.html"),
    ] {
        browser.open(&measured.pages.join(FUNCTIONS), "");
        let sum = format!(
            "[...document.querySelectorAll('#functions tbody tr')].filter((row) => row.cells[1].textContent === '{file}')\
             .reduce((sum, row) => sum + Number(row.cells[2].textContent), 0)"
        );
        let sum = browser.value(&sum);
        browser.open(&measured.pages.join(page), "");
        assert_eq!(
            browser.value("document.querySelectorAll('#code p.u').length"),
            sum,
            "{file}"
        );
    }

    // Sorted, filtered, and followed.
    browser.open(&measured.pages.join(FUNCTIONS), "");
    browser.value("document.querySelectorAll('thead button')[4].click()");
    let calls = "[...document.querySelectorAll('#functions tbody td:nth-child(5)')].map((it) => Number(it.dataset.n ?? it.textContent))";
    let calls: Vec<u64> = serde_json::from_value(browser.value(calls)).unwrap();
    assert!(
        calls.is_sorted() && calls.last() > calls.first(),
        "{calls:?}"
    );
    browser.press("/");
    browser.write("waiting.rs");
    let left = browser.text(NAMES);
    assert!(
        left.contains("is_never_polled") && !left.contains("classify"),
        "{left}"
    );
    browser.value("[...document.querySelectorAll('#functions a')].find((it) => it.textContent === 'waits').click()");
    browser.settle("/pages/app.src.waiting.rs.html#L31");
    assert_eq!(browser.complaints(&measured.pages), Vec::<String>::new());
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_line_tells_what_its_parts_counted_to_mouse_and_keyboard() {
    let mut browser = Chromium::reused();
    let measured = measured();
    browser.open(&measured.pages.join("pages/app.src.flow.rs.html"), "");
    // sum += u32::from(left % 2 == 0 && sum > 3 || left == 7);
    let titles = browser.text("[...document.querySelectorAll('#L46 q')].map((it) => `${it.textContent}: ${it.title}`).join()");
    assert_eq!(titles, "sum > 3: 22×,left == 7: 23×");
    browser.value("document.querySelector('#L45 > a').focus()");
    assert_eq!(browser.value("document.getElementById('tip').hidden"), true);
    browser.press("ArrowDown");
    assert_eq!(browser.text("document.activeElement.textContent"), "46");
    assert_eq!(
        browser.text("document.getElementById('tip').innerText.replaceAll('\\n', ', ')"),
        "This line: 43 times, sum > 3 22 times, left == 7 23 times"
    );
    assert_eq!(
        browser.text("document.activeElement.getAttribute('aria-describedby')"),
        "tip"
    );
    browser.press("ArrowUp");
    assert_eq!(browser.text("document.activeElement.textContent"), "45");
    assert_eq!(browser.complaints(&measured.pages), Vec::<String>::new());
}

#[test]
fn every_instantiation_is_named_with_its_counts_and_those_that_did_not_run_come_first() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let mut library = String::from(
        "pub mod unused;\npub fn half<const N: usize>() -> usize {\n    if N % 2 == 0 { N } else { N + 1 }\n}\n\
         pub fn used() -> usize {\n    let is_run = std::env::args().count() < 9;\n    let mut sum = 0;\n",
    );
    for number in 0..150 {
        let condition = if number < 140 { "is_run" } else { "!is_run" };
        let _ = writeln!(
            library,
            "    if {condition} {{ sum += half::<{number}>() }}"
        );
    }
    library.push_str("    sum\n}\n");
    fs::write(fixture.root().join("src/lib.rs"), library).unwrap();
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    let pages = fixture.root().join("pages");
    write(&fixture, &pages);
    let page = fs::read_to_string(pages.join("pages/src.lib.rs.html")).unwrap();
    let note = page.split("150 instantiations, 140 ran").nth(1).unwrap();
    let note = note.split("</details>").next().unwrap();
    let (places, rest) = note.split_once("</small>").unwrap();
    let places: Vec<_> = places
        .rsplit('>')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let place = |name: &str| places.iter().position(|it| *it == name).unwrap();
    let entries: Vec<_> = rest.split("<li class=").skip(1).collect();
    assert_eq!(entries.len(), 150);
    assert!(entries[..10].iter().all(|it| it.starts_with('u')), "{note}");
    assert!(entries[10..].iter().all(|it| it.starts_with('h')), "{note}");
    let counts = |name: &str| {
        let entry = entries.iter().find(|it| it.contains(name)).unwrap();
        let counts = entry
            .split("<small>")
            .nth(1)
            .unwrap()
            .split("</small>")
            .next()
            .unwrap();
        counts.split_whitespace().collect::<Vec<_>>()
    };
    // `N`, and `N + 1`.
    let (even, odd) = (place("3:21"), place("3:32"));
    for (name, ran) in [
        ("half::&lt;4&gt;", ["1", "0"]),
        ("half::&lt;7&gt;", ["0", "1"]),
        ("half::&lt;144&gt;", ["0", "0"]),
    ] {
        let name = name.replace("::", "::<wbr>");
        let counts = counts(&name);
        assert_eq!(
            [counts[even], counts[odd]],
            ran,
            "{name}: {counts:?} at {places:?}"
        );
    }
}
