//! What axe finds on the pages: the rules of WCAG 2, and what is good practice.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::accessible::PAGES;
use super::subject::changed;
use super::{measured, write_with};
use crate::scenarios::pages::recorded;
use crate::support::chromium::Chromium;

#[test]
#[ignore = "needs Chromium, and axe: python3 -m venv target/readers && target/readers/bin/pip install --no-deps axe-playwright-python"]
fn axe_finds_nothing_on_any_kind_of_page() {
    let mut browser = Chromium::reused();
    let measured = measured();
    // It is put into the pages, whose policy is against that.
    browser.call("Page.setBypassCSP", &json!({"enabled": true}));
    find_nothing(&mut browser, &measured.pages, &PAGES);
}

#[test]
#[ignore = "needs Chromium, and axe: python3 -m venv target/readers && target/readers/bin/pip install --no-deps axe-playwright-python"]
fn axe_finds_nothing_on_pages_with_scenarios_or_of_changed_lines() {
    let mut browser = Chromium::reused();
    browser.call("Page.setBypassCSP", &json!({"enabled": true}));
    let (_krate, pages) = recorded(&[("one", &[0, 2]), ("two", &[2])]);
    let index = fs::read_to_string(pages.join("index.html")).unwrap();
    assert!(index.contains("<p class=more>"), "{index}");
    let with_scenarios = [
        "index.html",
        "pages/scenarios.html",
        "pages/src.main.rs.html",
    ];
    find_nothing(&mut browser, &pages, &with_scenarios);

    let fixture = changed();
    let pages = fixture.root().join("pages");
    write_with(&fixture, &pages, &["--changed-since", "main"]);
    find_nothing(
        &mut browser,
        &pages,
        &["index.html", "pages/src.lib.rs.html"],
    );
}

/// Looks at the pages in light, in dark, and in a narrow window, with all open that can be opened.
pub(super) fn find_nothing(browser: &mut Chromium, directory: &Path, pages: &[&str]) {
    // The contrast of colours takes most of the time. In a narrow window, `every_text_can_be_read_in_light_and_in_dark` looks at
    // it, and nothing else depends on the colours.
    for (width, scheme, without) in [
        (1280, "light", &[][..]),
        (1280, "dark", &[]),
        (320, "light", &["color-contrast"]),
    ] {
        browser.size(width, 800);
        browser.prefer(scheme);
        for page in pages {
            browser.open(&directory.join(page), "");
            browser.value(
                "document.querySelectorAll('#code details, #scenarios details').forEach((it) => { it.open = true; })",
            );
            browser.press("n");
            // Who reaches a line, if there are scenarios.
            browser.press("s");
            let found = browser.axe(without);
            assert_eq!(found, json!([]), "{page}, {scheme}, {width} pixels");
        }
    }
}
