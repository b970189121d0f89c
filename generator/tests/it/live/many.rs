//! A live report on a large program.

use std::fmt::Write as _;
use std::time::Instant;

use serde_json::json;

use super::{act, start};
use crate::support::TestCrate;
use crate::support::chromium::Chromium;
use crate::support::process::signal;

const FILES: usize = 1000;
const FUNCTIONS: usize = 10;

/// A program with a file of functions for each number that it is told to act on.
fn large(files: usize) -> TestCrate {
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

#[test]
#[ignore = "needs chromium, and minutes"]
fn a_thousand_files_are_followed() {
    for files in [10, FILES] {
        let krate = large(files);
        let (run, address) = start(&krate);
        act(&krate, "0");
        let mut browser = Chromium::start();
        let begin = Instant::now();
        browser.visit(&format!("{address}/"));
        browser.until("document.getElementById('live').textContent === 'live' && document.querySelector('#tree tbody tr') !== null");
        eprintln!(
            "{files} files: the first page follows after {:?}",
            begin.elapsed()
        );
        let rows = browser.value("document.querySelectorAll('#tree tbody tr').length");
        assert!(rows.as_u64().unwrap() >= files as u64);
        for number in 1..6 {
            let row = format!(
                "[...document.querySelectorAll('#tree tbody tr')].find((it) => it.textContent.includes('m{number}.rs')).innerText"
            );
            let before = browser.text(&row);
            let asked = Instant::now();
            act(&krate, &number.to_string());
            browser.until(&format!("{row} !== {}", json!(before)));
            eprintln!("{files} files: a row changed after {:?}", asked.elapsed());
        }
        signal("INT", run.id());
        run.finish().ends_with(0);
    }
}
