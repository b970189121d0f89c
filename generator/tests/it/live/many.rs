//! A live report on a large program.

use std::fmt::Write as _;

use serde_json::json;

use super::{act, start};
use crate::support::TestCrate;
use crate::support::chromium::Chromium;
use crate::support::process::signal;

pub const FILES: usize = 1000;
/// In each file.
pub const FUNCTIONS: usize = 10;

/// A program with a file of functions for each number that it is told to act on.
pub fn large(files: usize) -> TestCrate {
    let krate = crate::scenarios::program();
    let mut main = String::new();
    for file in 0..files {
        let _ = writeln!(main, "mod m{file};");
    }
    main.push_str(
        "\nfn main() {\n    loop {\n        std::thread::sleep(std::time::Duration::from_millis(2));\n        \
         let Ok(words) = std::fs::read_to_string(\"command\") else { continue };\n        \
         match words.trim() {\n",
    );
    for file in 0..files {
        let _ = writeln!(main, "            \"{file}\" => m{file}::f0(0),");
        let mut text = String::new();
        for function in 0..FUNCTIONS {
            let next = if function + 1 < FUNCTIONS {
                format!("f{}(number)", function + 1)
            } else {
                "println!(\"{number}\")".to_owned()
            };
            let _ = writeln!(
                text,
                "pub fn f{function}(number: usize) {{\n    if number == {function} {{\n        {next};\n    }}\n}}\n"
            );
        }
        krate.write(&format!("src/m{file}.rs"), &text);
    }
    main.push_str(
        "            _ => {}\n        }\n        std::fs::remove_file(\"command\").unwrap();\n    }\n}\n",
    );
    krate.write("src/main.rs", &main);
    krate
}

/// Counts what an update costs: the requests that the page makes, and the rows that it changes.
const WATCH: &str = "(() => { performance.clearResourceTimings(); window.rows = new Set(); window.watch ??= new MutationObserver((all) => {\
       for (const { target } of all) window.rows.add((target.nodeType === 1 ? target : target.parentElement)?.closest('tr')); });\
     watch.observe(document.querySelector('#tree'), { subtree: true, childList: true, characterData: true, attributes: true }); })()";

/// The bytes of the largest answer.
const LARGEST: &str =
    "Math.max(...performance.getEntriesByType('resource').map((it) => it.decodedBodySize))";

/// An update of the first page has at most so many bytes, however many files there are.
const UPDATE: u64 = 8 << 10;

/// A page that follows has asked for what has changed, and not for the whole page.
pub fn has_asked_for_parts(browser: &mut Chromium) {
    let asked = "[...new Set(performance.getEntriesByType('resource').map((it) => new URL(it.name).pathname))].join()";
    let asked = browser.text(asked);
    // What was asked before may be listed late.
    let is_short = |path: &str| ["/parts", "/since", "/reset"].contains(&path);
    assert!(asked.split(',').all(is_short), "{asked}");
}

#[test]
#[ignore = "needs chromium, and minutes"]
fn of_a_thousand_files_an_update_has_what_has_changed() {
    for files in [10, FILES] {
        let krate = large(files);
        let (run, address) = start(&krate);
        act(&krate, "0");
        let mut browser = Chromium::start();
        browser.visit(&format!("{address}/"));
        browser.until("document.getElementById('live').textContent === 'live' && document.querySelector('#tree tbody tr') !== null");
        let rows = browser.value("document.querySelectorAll('#tree tbody tr').length");
        assert!(rows.as_u64().unwrap() >= files as u64);
        for number in 1..6 {
            let row = format!(
                "[...document.querySelectorAll('#tree tbody tr')].find((it) => it.textContent.includes('m{number}.rs')).innerText"
            );
            let before = browser.text(&row);
            browser.value(WATCH);
            act(&krate, &number.to_string());
            browser.until(&format!("{row} !== {}", json!(before)));
            has_asked_for_parts(&mut browser);
            let largest = browser.value(LARGEST);
            assert!(largest.as_u64().unwrap() < UPDATE, "{largest} bytes");
            // That of the file, of the program's own file, and of the directory around them.
            let changed = browser.value("window.rows.size").as_u64().unwrap();
            assert!((1..=3).contains(&changed), "{changed} rows of {files}");
        }
        // So is that of the page of all functions, which has rows for those of the file alone.
        let functions = format!("{address}/pages/~functions.html");
        browser.visit(&functions);
        browser.until("document.getElementById('live').textContent === 'live'");
        let rows = browser.value("document.querySelectorAll('#functions tbody tr').length");
        assert!(rows.as_u64().unwrap() > (files * FUNCTIONS) as u64);
        browser.value("performance.clearResourceTimings()");
        let calls = "[...document.querySelectorAll('#functions tbody tr')].find((it) => it.textContent.includes('m6.rs') && it.textContent.startsWith('f0')).textContent";
        let before = browser.text(calls);
        act(&krate, "6");
        browser.until(&format!("{calls} !== {}", json!(before)));
        has_asked_for_parts(&mut browser);
        let largest = browser.value(LARGEST);
        assert!(largest.as_u64().unwrap() < UPDATE, "{largest} bytes");
        signal("INT", run.id());
        run.finish().ends_with(0);
    }
}
