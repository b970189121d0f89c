//! Readers without scripts, or without eyes for the page.

use super::{FLOW, ROWS, Reader};

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn without_scripts_nothing_is_missing_but_what_they_do() {
    let mut browser = Reader::of("index.html", "");
    let off = serde_json::json!({"value": true});
    browser.call("Emulation.setScriptExecutionDisabled", &off);
    browser.visit("index.html", "");
    assert_eq!(
        browser.text("String(document.documentElement.classList.contains('js'))"),
        "false"
    );
    // What a script hides at first is not hidden.
    browser.value("document.querySelector('tbody tr').classList.add('x')");
    let rows = browser.text(ROWS);
    assert!(
        rows.starts_with("app/src/ flow.rs") && rows.ends_with("helper/src/ lib.rs"),
        "{rows}"
    );
    assert_eq!(
        browser.text("String(document.querySelectorAll('button, input').length)"),
        "0"
    );
    browser.visit(FLOW, "#U1");
    let top = browser.value("document.getElementById('U1').getBoundingClientRect().top");
    assert!((0.0..900.0).contains(&top.as_f64().unwrap()), "{top}");
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn who_does_not_see_the_page_finds_the_way_around_it() {
    let mut browser = Reader::of("index.html", "");
    for page in ["index.html", FLOW] {
        browser.visit(page, "");
        let missing = "['html[lang]', 'title', 'header nav[aria-label]', 'main#main', 'footer', 'h1', 'a.skip[href=\"#main\"]']\
                       .filter((it) => !document.querySelector(it)).join()";
        assert_eq!(browser.text(missing), "", "{page}");
        let unnamed = "[...document.querySelectorAll('a, button, input')].filter((it) => !(it.textContent.trim() || \
                       it.getAttribute('aria-label') || it.labels?.length)).map((it) => it.outerHTML).join()";
        assert_eq!(browser.text(unnamed), "", "{page}");
        let repeated = "[...document.querySelectorAll('[id]')].map((it) => it.id)\
                        .filter((id, place, all) => all.indexOf(id) !== place).join()";
        assert_eq!(browser.text(repeated), "", "{page}");
    }
    browser.visit("index.html", "");
    let heads = "document.querySelectorAll('thead th[scope=col]').length === 5 \
                 && !document.querySelector('tbody tr > :first-child:not(th[scope=row])') \
                 && document.querySelector('caption').textContent.length > 10";
    browser.until(heads);
    browser.press("Tab");
    assert_eq!(browser.text("document.activeElement.className"), "skip");
    browser.finish();
}
