//! A live report for everybody: keyboards, both themes, a phone.

use serde_json::json;

use super::{act, start};
use crate::scenarios::program;
use crate::support::chromium::Chromium;
use crate::support::process::signal;

const PAGES: [&str; 3] = ["", "pages/~functions.html", "pages/src.main.rs.html"];

#[test]
#[ignore = "needs Chromium, and axe: python3 -m venv target/readers && target/readers/bin/pip install --no-deps axe-playwright-python"]
fn axe_finds_nothing_on_a_live_page() {
    let krate = program();
    let (run, address) = start(&krate);
    act(&krate, "0 1");
    let mut browser = Chromium::start();
    browser.visit(&format!("{address}/"));
    browser.until("document.querySelector('#tree tbody tr') !== null");
    browser.press("m");
    browser.until("document.documentElement.classList.contains('since')");
    act(&krate, "2");
    browser.call("Page.setBypassCSP", &json!({"enabled": true}));
    // The contrast of colours takes most of the time, and does not depend on the width.
    for (width, scheme, without) in [
        (1280, "light", &[][..]),
        (1280, "dark", &[]),
        (360, "light", &["color-contrast"]),
    ] {
        browser.size(width, 800);
        browser.prefer(scheme);
        for page in PAGES {
            browser.value("localStorage.clear(); localStorage.setItem('coverage-since', 'yes')");
            browser.visit(&format!("{address}/{page}"));
            browser.until("document.getElementById('live').textContent !== 'connecting'");
            assert_eq!(
                browser.text("document.getElementById('live').textContent"),
                "live",
                "{page}"
            );
            browser.until("document.querySelector('.moved, #functions') !== null");
            browser.until("document.getAnimations().length === 0");
            let found = browser.axe(without);
            assert_eq!(found, json!([]), "{page}, {scheme}, {width} pixels");
            // Nothing is wider than the window.
            let wider = "document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :\
                 [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > innerWidth)\
                   .map((it) => it.outerHTML)";
            assert_eq!(browser.value(wider), json!([]), "{page}, {width} pixels");
        }
    }
    signal("INT", run.id());
    run.finish().ends_with(0);
}

#[test]
#[ignore = "needs chromium"]
fn a_keyboard_reaches_whatever_the_page_can_do() {
    let krate = program();
    let (run, address) = start(&krate);
    act(&krate, "0");
    let mut browser = Chromium::start();
    browser.visit(&format!("{address}/"));
    browser.until("document.querySelector('#tree tbody tr') !== null");
    browser.until("document.querySelector('#events a') !== null");
    browser.press("m");
    browser.until("document.querySelector('.since .moved') !== null");
    let mut reached = Vec::new();
    for _ in 0..40 {
        browser.press("Tab");
        let at = "document.activeElement.id || document.activeElement.closest('[id]')?.id || ''";
        reached.push(browser.text(at));
    }
    for wanted in ["mark", "name", "reset", "since", "events", "tree"] {
        assert!(
            reached.iter().any(|it| it == wanted),
            "{wanted}: {reached:?}"
        );
    }
    // The list of keys has them.
    browser.visit(&format!("{address}/pages/src.main.rs.html"));
    browser.press("?");
    browser.until("document.querySelector('dialog') !== null");
    let keys = browser.text("document.querySelector('dialog').innerText");
    for what in ["show what runs from now on", "forget what was counted"] {
        assert!(keys.contains(what), "{keys}");
    }
    signal("INT", run.id());
    run.finish().ends_with(0);
}
