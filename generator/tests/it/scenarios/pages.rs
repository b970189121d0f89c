//! Scenarios in the pages, in Chromium.

use std::path::PathBuf;

use serde_json::json;

use super::{program, scenario, suite};
use crate::support::TestCrate;
use crate::support::chromium::Chromium;

fn recorded(scenarios: &[(&str, &[usize])]) -> (TestCrate, PathBuf) {
    let krate = program();
    let script = scenarios
        .iter()
        .map(|(name, functions)| scenario(name, functions));
    suite(&krate, &script.collect::<String>());
    krate.itcov(&["report", "--html", "pages"]).ends_with(0);
    let pages = krate.root.canonicalize().unwrap().join("pages");
    (krate, pages)
}

/// The line that has this text.
fn line(krate: &TestCrate, text: &str) -> usize {
    let main = krate.read("src/main.rs");
    1 + main.lines().position(|line| line == text).unwrap()
}

#[test]
#[ignore = "needs chromium"]
fn a_line_tells_who_reaches_it_and_a_scenario_what_it_reaches() {
    let one = "pays <b>twice</b>";
    let all: [(&str, &[usize]); 3] = [(one, &[0, 2]), ("two", &[2]), ("three", &[1, 4])];
    let (krate, pages) = recorded(&all);
    let mut browser = Chromium::start();
    let source = pages.join("pages/src.main.rs.html");
    let [act_0, act_2, shared] = [
        "fn act_0(number: usize) {",
        "fn act_2(number: usize) {",
        "fn shared() {",
    ]
    .map(|text| line(&krate, text));

    browser.open(&source, &format!("#L{act_2}"));
    let number = |line: usize| format!("document.getElementById('L{line}').dataset.s ?? ''");
    assert_eq!(browser.text(&number(act_2)), "2");
    assert_eq!(browser.text(&number(act_0)), "1");
    // Only the start.
    assert_eq!(browser.text(&number(1)), "");
    let is_alone =
        |line: usize| format!("document.getElementById('L{line}').classList.contains('one')");
    assert_eq!(browser.value(&is_alone(act_0)), json!(true));
    assert_eq!(browser.value(&is_alone(act_2)), json!(false));

    // By keyboard: who reaches the line, and then one of them colours the source.
    browser.press("s");
    let who = "document.getElementById('who').innerText.replaceAll('\\n', ' ')";
    let said = browser.text(who);
    assert!(
        said.contains(&format!("Line {act_2}: 2 scenarios")),
        "{said}"
    );
    assert!(
        said.contains(one) && said.contains("two") && !said.contains("three"),
        "{said}"
    );
    for _ in 0..3 {
        browser.press("Tab");
    }
    browser.press("Enter");
    let chosen = "document.getElementById('by').selectedOptions[0].textContent";
    assert_eq!(browser.text(chosen), "two");
    let is_in =
        |line: usize| format!("document.getElementById('L{line}').classList.contains('in')");
    assert_eq!(browser.value(&is_in(act_2)), json!(true));
    assert_eq!(browser.value(&is_in(act_0)), json!(false));
    browser.press("Escape");
    assert_eq!(
        browser.value("document.getElementById('who').hidden"),
        json!(true)
    );
    // The address keeps it.
    browser.value("window.isBefore = true; location.reload()");
    browser.until(
        "!window.isBefore && document.readyState === 'complete' && \
         document.getElementById('by')?.selectedOptions[0].textContent === 'two'",
    );
    assert_eq!(browser.value(&is_in(act_2)), json!(true));

    // A click on the number of a line.
    browser.value(&format!("document.querySelector('#L{shared} > a').click()"));
    let said = browser.text(who);
    assert!(
        said.contains("1 scenario") && said.contains("three"),
        "{said}"
    );

    // The page of all of them: a filter, and what one reaches.
    browser.open(&pages.join("index.html"), "");
    browser.value("document.querySelector('.more a').click()");
    browser.settle("scenarios.html");
    browser.value("document.getElementById('filter').focus()");
    browser.write("TWICE");
    let shown = "[...document.querySelectorAll('#scenarios tbody tr')].filter((row) => row.offsetHeight).length";
    assert_eq!(browser.value(shown), json!(1));
    browser.value("document.querySelector('#scenarios summary').click()");
    browser.until("document.querySelector('#scenarios details a') !== null");
    browser.value("document.querySelector('#scenarios details a').click()");
    browser.settle("src.main.rs.html");
    browser.until(&format!(
        "document.getElementById('by')?.selectedOptions[0].textContent === {}",
        json!(one)
    ));
    assert_eq!(browser.value(&is_in(act_0)), json!(true));
    assert_eq!(browser.complaints(&pages), [""; 0]);
}

#[test]
fn pages_of_a_run_without_scenarios_have_none() {
    let krate = program();
    suite(&krate, "sh act.sh 1\n");
    krate.itcov(&["report", "--html", "pages"]).ends_with(0);
    assert!(!krate.has("pages/pages/scenarios.js"));
    assert!(!krate.read("pages/index.html").contains("scenario"));
    assert!(
        !krate
            .read("pages/pages/src.main.rs.html")
            .contains("scenario")
    );
}
