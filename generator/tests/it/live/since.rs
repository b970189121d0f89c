//! Marks and resets of a live report.

use serde_json::json;

use super::{SOURCE, act, line_of_act, start, visit};
use crate::scenarios::program;
use crate::support::chromium::Chromium;
use crate::support::process::signal;
use crate::support::{Running, TestCrate};

/// Whether a function's first line is one of those that have run since the mark.
fn has_moved(krate: &TestCrate, number: usize) -> String {
    let line = line_of_act(krate, number);
    format!("document.getElementById('L{line}').classList.contains('moved')")
}

#[test]
#[ignore = "needs chromium"]
fn what_ran_since_a_mark_is_told_apart_on_each_page() {
    let krate = program();
    let (run, address) = start(&krate);
    act(&krate, "0 1");
    let mut browser = Chromium::start();
    browser.visit(&format!("{address}/"));
    browser.until("document.querySelector('#tree tbody tr') !== null");
    visit(&mut browser, &address, SOURCE);
    let disabled = "document.getElementById('since').disabled";
    assert_eq!(browser.value(disabled), json!(true));
    browser.press("m");
    browser.until("document.documentElement.classList.contains('since')");
    let sign = |number: usize| {
        let line = line_of_act(&krate, number);
        format!("getComputedStyle(document.querySelector('#L{line} > b'), '::after').content")
    };
    assert_eq!(browser.text(&sign(1)), "none");
    act(&krate, "2");
    browser.until(&format!("{} !== 'none'", sign(2)));
    assert_eq!(browser.text(&sign(1)), "none");
    // Another page knows it as well, and the same one after a while.
    browser.visit(&format!("{address}/"));
    browser.until("document.querySelector('#tree tbody tr.moved') !== null");
    visit(&mut browser, &address, SOURCE);
    browser.until(&has_moved(&krate, 2));
    assert_eq!(browser.value(&has_moved(&krate, 1)), json!(false));

    // A mark with a name is a scenario.
    browser.value("document.getElementById('name').focus()");
    browser.write("by hand");
    browser.press("Enter");
    browser.until("document.getElementById('marked').textContent.includes('by hand')");
    browser.until(&format!("!{}", has_moved(&krate, 2)));
    act(&krate, "3");
    browser.until(&has_moved(&krate, 3));
    // So is one that a suite has set.
    let mut scenario = krate.command("cargo-itcov");
    scenario.env("ITCOV_CONTROL", address.trim_start_matches("http://"));
    scenario.args(["scenario", "by suite", "--", "sh", "act.sh", "4"]);
    Running::start(&mut scenario).finish().ends_with(0);
    browser.until("document.getElementById('marked').textContent.includes('by suite')");
    browser.until(&has_moved(&krate, 4));
    assert_eq!(browser.value(&has_moved(&krate, 3)), json!(false));
    signal("INT", run.id());
    run.finish().ends_with(0);
    let scenarios = krate.itcov(&["scenarios"]).ends_with(0).stdout;
    let names: Vec<&str> = scenarios.lines().collect();
    assert_eq!(names, ["by hand", "by suite"]);
}

#[test]
#[ignore = "needs chromium"]
fn a_reset_forgets_what_was_counted_and_the_program_goes_on() {
    let krate = program();
    let (run, address) = start(&krate);
    act(&krate, "0 1 2");
    let mut browser = Chromium::start();
    visit(&mut browser, &address, SOURCE);
    let class = |number: usize| {
        let line = line_of_act(&krate, number);
        format!("document.getElementById('L{line}').classList[0]")
    };
    browser.until(&format!("{} === 'c'", class(2)));
    browser.press("r");
    browser.until(&format!("{} === 'u'", class(2)));
    assert_eq!(
        browser.text("document.getElementById('events').innerText"),
        ""
    );
    act(&krate, "3 3");
    browser.until(&format!("{} === 'c'", class(3)));
    assert_eq!(browser.text(&class(0)), "u");
    signal("INT", run.id());
    run.finish().ends_with(0);
    // So does the report.
    let lcov = krate.itcov(&["report", "--lcov", "-"]).ends_with(0).stdout;
    let count = |number: usize| {
        let line = line_of_act(&krate, number);
        let start = format!("DA:{line},");
        let count = lcov.lines().find_map(|it| it.strip_prefix(&start));
        count.unwrap().to_owned()
    };
    assert_eq!([0, 1, 2, 3, 4].map(count), ["0", "0", "0", "2", "0"]);
}

#[test]
fn a_reset_is_asked_for_at_the_control_address_and_scenarios_go_with_it() {
    let krate = program();
    let script = "sh act.sh 99\n\
        cargo-itcov scenario first -- sh act.sh 0 0\n\
        curl -sSf -X POST http://$ITCOV_CONTROL/reset\n\
        cargo-itcov scenario second -- sh act.sh 1 1 1\n";
    krate
        .itcov(&["suite", "--", "sh", "-ec", script])
        .ends_with(0);
    let scenarios = krate.itcov(&["scenarios"]).ends_with(0).stdout;
    assert_eq!(scenarios, "second\n");
    let lcov = krate.itcov(&["report", "--lcov", "-"]).ends_with(0).stdout;
    for (number, count) in [(0, 0), (1, 3)] {
        let line = line_of_act(&krate, number);
        assert!(
            lcov.contains(&format!("DA:{line},{count}\n")),
            "{number}: {lcov}"
        );
    }
}

#[test]
#[ignore = "needs chromium"]
fn another_build_and_a_child_process_are_followed() {
    let krate = program();
    // The program starts itself for a part of its work.
    let main = krate.read("src/main.rs");
    let main = main.replacen(
        "        act(word.parse().unwrap());",
        "        if word == \"child\" {\n            let own = std::env::current_exe().unwrap();\n            \
         std::process::Command::new(own).arg(\"5\").status().unwrap();\n            continue;\n        }\n        \
         act(word.parse().unwrap());",
        1,
    );
    let main = main.replacen(
        "fn main() {\n",
        "fn main() {\n    if let Some(number) = std::env::args().nth(1) {\n        return act(number.parse().unwrap());\n    }\n",
        1,
    );
    krate.write("src/main.rs", &main);
    let (run, address) = start(&krate);
    act(&krate, "0");
    let mut browser = Chromium::start();
    visit(&mut browser, &address, SOURCE);
    let class = |number: usize| {
        let line = line_of_act(&krate, number);
        format!("document.getElementById('L{line}').classList[0]")
    };
    assert_eq!(browser.text(&class(5)), "u");
    act(&krate, "child");
    browser.until(&format!("{} === 'c'", class(5)));
    // What is built meanwhile is another program, of which nothing has run here.
    krate.write("src/main.rs", &format!("// Another text.\n{main}"));
    krate.itcov(&["build"]).ends_with(0);
    act(&krate, "1");
    let shown = "document.getElementById('events').innerText.includes('act_1')";
    browser.until(shown);
    krate.write("src/main.rs", &main);
    browser.until(&format!("{} === 'c'", class(1)));
    signal("INT", run.id());
    run.finish();
}
