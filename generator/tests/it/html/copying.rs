//! What is copied from a listing, through the real clipboard of two browsers.

use std::fs;

use super::either::Browser;
use super::{measured, write};
use crate::support::chromium::Chromium;
use crate::support::firefox::Firefox;
use crate::support::instrumented::Instrumented;

/// Copies, pastes into a field, and gives what came.
fn copied(browser: &mut impl Browser) -> String {
    browser.control("c", "copy");
    browser.value(
        "(() => { const field = document.createElement('textarea'); document.body.append(field); field.focus();\
         field.onpaste = (event) => { window.pasted = event.clipboardData.getData('text/plain'); }; })()",
    );
    browser.control("v", "paste");
    let pasted = browser.value("window.pasted");
    browser.value("document.querySelector('textarea').remove()");
    pasted.as_str().unwrap().to_owned()
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn copying_gives_the_source_byte_for_byte() {
    copies_the_source(&mut Chromium::reused());
}

#[test]
#[ignore = "needs Firefox (Debian: apt-get install firefox-esr)"]
fn copying_gives_the_source_byte_for_byte_in_firefox() {
    copies_the_source(&mut Firefox::start());
}

fn copies_the_source(browser: &mut impl Browser) {
    let measured = measured();
    let sources = measured.fixture.root();
    // Blank lines, tabs, wide characters, marks of instantiations, and characters that others stand for; line ends of two bytes.
    for (page, source) in [
        ("helper.src.lib.rs.html", "helper/src/lib.rs"),
        ("app.src.flow.rs.html", "app/src/flow.rs"),
        ("app.src.traits.rs.html", "app/src/traits.rs"),
    ] {
        let text = fs::read_to_string(sources.join(source)).unwrap();
        browser.open(&measured.pages.join("pages").join(page), "");
        browser.value("document.getElementById('code').focus()");
        browser.control("a", "selectAll");
        assert!(copied(browser) == text, "{source}: {}", copied(browser));
        browser.value(
            "document.querySelectorAll('#code details').forEach((it) => { it.open = true; })",
        );
        let ends = if text.contains('\r') { "\r\n" } else { "\n" };
        let lines: Vec<_> = text.split(ends).collect();
        browser.select((3, 2), (30, 4));
        let expected = [&[&lines[2][2..]], &lines[3..29], &[&lines[29][..4]]].concat();
        assert_eq!(copied(browser), expected.join(ends), "{source}");
        browser.select((9, 0), (10, 0));
        assert_eq!(copied(browser).trim_end(), lines[8], "{source}");
    }
    // What is selected in the note below a function is copied as it stands there.
    browser.open(&measured.pages.join("pages/helper.src.lib.rs.html"), "");
    let name = "document.querySelector('#code details li code')";
    browser.value(&format!("{name}.closest('details').open = true"));
    browser.value(&format!("getSelection().selectAllChildren({name})"));
    let shown = browser.value(&format!("{name}.textContent"));
    assert_eq!(copied(browser), shown.as_str().unwrap());
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_last_line_without_an_end_is_copied_without_one() {
    let mut browser = Chromium::reused();
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    let main = fixture.root().join("src/main.rs");
    let text = fs::read_to_string(&main).unwrap();
    // Line ends of both kinds, so that none can be told from the others by itself.
    let text = text.trim_end().replacen('\n', "\r\n", 1);
    fs::write(&main, &text).unwrap();
    let pages = fixture.root().join("pages");
    write(&fixture, &pages);
    browser.open(&pages.join("pages/src.main.rs.html"), "");
    browser.value("document.getElementById('code').focus()");
    browser.control("a", "selectAll");
    assert_eq!(copied(&mut browser), text);
}
