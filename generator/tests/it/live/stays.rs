//! An updated page: it is the one that is asked for anew, and what a reader does with it stays.

use serde_json::json;

use super::{act, line, start, visit};
use crate::scenarios::program;
use crate::support::chromium::Chromium;
use crate::support::process::signal;

/// All that a page says of what ran, but of the loop that the program waits in.
const SAID: &str = "[...document.querySelectorAll('#code p:not(#L3, #L4), #code details, #outline, #strip, .sums, .why, #at, .way, .cards, .worst, \
     tbody tr')].map((it) => it.innerHTML.replace(/ (id|tabindex|aria-\\w+)=\"[^\"]*\"/g, '').replaceAll('\\n', ' ')).join('\\n')";

/// The same program, with a generic function that two functions use.
fn generic() -> crate::support::TestCrate {
    let krate = program();
    let main = krate.read("src/main.rs")
        + "\nfn shown<T: std::fmt::Display>(it: T) {\n    println!(\"{it}\");\n}\n";
    let main = main.replacen(
        "fn act_2(number: usize) {\n",
        "fn act_2(number: usize) {\n    shown(number);\n",
        1,
    );
    let main = main.replacen(
        "fn act_3(number: usize) {\n",
        "fn act_3(number: usize) {\n    shown(\"three\");\n",
        1,
    );
    krate.write("src/main.rs", &main);
    krate
}

#[test]
#[ignore = "needs chromium"]
fn an_updated_page_is_the_one_that_is_asked_for_anew() {
    let krate = generic();
    let (run, address) = start(&krate);
    act(&krate, "0");
    let mut browser = Chromium::start();
    for (page, functions) in [
        (
            "pages/src.main.rs.html",
            ["1", "2", "3", "4 5 6 7 8 9 10 11"],
        ),
        ("", ["0", "1", "2", "3 4 5 6 7"]),
        ("pages/~functions.html", ["0", "1", "2", "3 4 5"]),
    ] {
        visit(&mut browser, &address, page);
        browser.value("window.isSame = true; 0");
        for functions in functions {
            act(&krate, functions);
        }
        // The page asks for the last of it after a while.
        browser.value("new Promise((done) => setTimeout(done, 3000))");
        let updated = browser.text(SAID);
        assert_eq!(
            browser.value("window.isSame === true"),
            json!(true),
            "{page} was loaded again"
        );
        visit(&mut browser, &address, page);
        let anew = browser.text(SAID);
        assert_eq!(updated.lines().count(), anew.lines().count(), "{page}");
        for (updated, anew) in updated.lines().zip(anew.lines()) {
            assert_eq!(updated, anew, "{page}");
        }
        // And after a reset, with other functions.
        if page.contains("main") {
            browser.press("r");
            browser.until("document.querySelector('#events a') === null");
        }
    }
    signal("INT", run.id());
    run.finish().ends_with(0);
}

#[test]
#[ignore = "needs chromium"]
fn the_focus_and_what_is_selected_stay() {
    let krate = program();
    let (run, address) = start(&krate);
    act(&krate, "0");
    let mut browser = Chromium::start();
    visit(&mut browser, &address, "pages/src.main.rs.html");
    let first = line(&krate, "fn act_1(number: usize) {");
    // From the middle of a line to that of another one.
    let select = format!(
        "{{ const text = (line) => document.createTreeWalker(document.querySelector(`#L${{line}} code`), NodeFilter.SHOW_TEXT).nextNode();\
           getSelection().setBaseAndExtent(text({first}), 1, text({}), 2); }}; document.querySelector('#L{first} > a').focus();\
           getSelection().toString()",
        first + 4
    );
    let selected = browser.text(&select);
    assert!(selected.contains("number % 2"), "{selected}");
    act(&krate, "1 1");
    browser.until(&format!(
        "document.getElementById('L{first}').classList[0] === 'c'"
    ));
    assert_eq!(browser.text("getSelection().toString()"), selected);
    let focus = "document.activeElement.closest('p').id";
    assert_eq!(browser.text(focus), format!("L{first}"));

    // So does the focus on a link of the first page.
    visit(&mut browser, &address, "");
    browser.value("document.querySelector('.worst a').focus()");
    act(&krate, "2");
    browser.until("document.getElementById('events').innerText.includes('act_2')");
    browser.value("new Promise((done) => setTimeout(done, 1000))");
    assert_eq!(
        browser.value("document.activeElement.closest('.worst') !== null"),
        json!(true)
    );
    signal("INT", run.id());
    run.finish().ends_with(0);
}
