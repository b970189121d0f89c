//! Scenarios in the pages, in Chromium.

use std::path::PathBuf;

use serde_json::json;

use super::{program, scenario, suite};
use crate::live::{act, line};
use crate::support::chromium::Chromium;
use crate::support::control::{address, ask};
use crate::support::process::signal;
use crate::support::{Running, TestCrate};

/// A program after a suite of these scenarios, and the pages on it.
pub fn recorded(scenarios: &[(&str, &[usize])]) -> (TestCrate, PathBuf) {
    let krate = program();
    let script = scenarios
        .iter()
        .map(|(name, functions)| scenario(name, functions));
    suite(&krate, &script.collect::<String>());
    krate.itcov(&["report", "--html", "pages"]).ends_with(0);
    let pages = krate.root.canonicalize().unwrap().join("pages");
    (krate, pages)
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

    // In a narrow window, the choice stands where the text does.
    browser.size(320, 700);
    let left = |id: &str| format!("document.querySelector('{id}').getBoundingClientRect().left");
    let text = browser.value(&left("h1"));
    assert_eq!(browser.value(&left("#scenario")), text);
    browser.until("document.querySelector('#by').getBoundingClientRect().left >= document.querySelector('h1').getBoundingClientRect().left");
    browser.size(1280, 900);
    // On paper, nobody says what the numbers are.
    let printed = "getComputedStyle(document.querySelector('p[data-s]'), '::after').content";
    assert!(browser.text(printed).contains("scenarios"));
    browser.call("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    assert_eq!(browser.text(printed), "none");
    browser.call("Emulation.setEmulatedMedia", &json!({"media": ""}));
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

/// So many scenarios, which a large suite may have.
const MANY: usize = 1000;

#[test]
#[ignore = "needs chromium"]
fn a_thousand_scenarios_are_there_at_once() {
    let krate = program();
    let mut command = krate.command("cargo-itcov");
    let mut run = Running::start(command.arg("run"));
    run.program();
    let address = address(&mut run);
    for number in 0..MANY {
        let mark = format!("POST /scenario/number-{number} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = ask(&address, &mark);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        act(&krate, &format!("{} {}", number % 12, number / 7 % 12));
    }
    signal("INT", run.id());
    run.finish().ends_with(0);
    krate.itcov(&["report", "--html", "pages"]).ends_with(0);
    let size = krate.sh("du -sk pages | cut -f 1").stdout;
    eprintln!("{MANY} scenarios: the pages have {} KiB", size.trim());
    let pages = krate.root.canonicalize().unwrap().join("pages");
    let mut browser = Chromium::start();
    for page in [
        "index.html",
        "pages/src.main.rs.html",
        "pages/scenarios.html",
    ] {
        browser.open(&pages.join(page), "");
        let took = browser.value("performance.getEntriesByType('navigation')[0].loadEventEnd");
        eprintln!("{MANY} scenarios: {page} is there after {took} ms");
    }
    let rows = "document.querySelectorAll('#scenarios tbody tr').length";
    assert_eq!(browser.value(rows), json!(MANY));
    browser.open(&pages.join("pages/src.main.rs.html"), "");
    let line = line(&krate, "fn act_3(number: usize) {");
    let number = format!("document.getElementById('L{line}').dataset.s");
    let those = (0..MANY)
        .filter(|it| it % 12 == 3 || it / 7 % 12 == 3)
        .count();
    assert_eq!(browser.text(&number), those.to_string());
    let begin = "performance.now()";
    let before = browser.value(begin).as_f64().unwrap();
    browser.value("(() => { const by = document.getElementById('by'); by.selectedIndex = 500; by.dispatchEvent(new Event('change', { bubbles: true })); })()");
    let after = browser.value(begin).as_f64().unwrap();
    eprintln!(
        "{MANY} scenarios: one colours the source after {:.0} ms",
        after - before
    );
    assert_eq!(
        browser.value("document.querySelectorAll('#code p.in').length > 0"),
        json!(true)
    );
}
