//! A live report on a run with a suite, and how it begins and ends.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{SOURCE, act, line_of_act, visit};
use crate::scenarios::program;
use crate::support::chromium::Chromium;
use crate::support::control::{address, ask};
use crate::support::process::{child_id, is_alive, signal, wait_until};
use crate::support::{Running, TestCrate};

/// A suite that goes on until there is the file `done`.
const UNTIL_DONE: &str = "until [ -e done ]; do sleep 0.02; done";

/// Begins a suite that is followed, and says where.
fn start(krate: &TestCrate, arguments: &[&str], script: &str) -> (Running, String) {
    let mut command = krate.command("cargo-itcov");
    command.args(["suite", "--live", "--no-open"]);
    command.args(arguments).args(["--", "sh", "-ec", script]);
    let mut run = Running::start(&mut command);
    let address = address(&mut run);
    (run, format!("http://{address}"))
}

fn class(line: usize) -> String {
    format!("document.getElementById('L{line}').classList[0]")
}

#[test]
#[ignore = "needs chromium"]
fn pages_follow_a_suite_and_say_at_its_end_how_the_report_is_written() {
    let krate = program();
    let script = format!(
        "sh act.sh 0\nuntil [ -e go ]; do sleep 0.02; done\nsh act.sh 1\n{UNTIL_DONE}\nexit 3"
    );
    let (run, address) = start(&krate, &[], &script);
    let mut browser = Chromium::start();
    visit(&mut browser, &address, SOURCE);
    let [zero, one] = [0, 1].map(|number| class(line_of_act(&krate, number)));
    browser.until(&format!("{zero} === 'c'"));
    assert_eq!(browser.text(&one), "u");
    krate.write("go", "");
    browser.until(&format!("{one} === 'c'"));
    krate.write("done", "");
    run.finish().ends_with(3).prints("src/main.rs");
    browser.until("document.documentElement.classList.contains('over')");
    let status = "document.getElementById('live')";
    assert_eq!(
        browser.text(&format!("{status}.textContent")),
        "The run is over. cargo itcov report --html DIR writes the full report."
    );
    // What it names is what does it.
    let command = browser.text(&format!("{status}.querySelector('code').textContent"));
    krate.sh(&command.replace("DIR", "pages")).ends_with(0);
    assert!(krate.has("pages/index.html"));
}

/// A workspace with two programs, each of which does what a file beside its manifest says.
fn two_programs() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"2\"\n",
    );
    for name in ["one", "two"] {
        krate.write(
            &format!("{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        );
        krate.write(
            &format!("{name}/src/main.rs"),
            &format!(
                "fn main() {{\n    let command = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/command\");\n    loop {{\n        \
                 std::thread::sleep(std::time::Duration::from_millis(2));\n        \
                 if std::fs::remove_file(command).is_ok() {{\n            acts_as_{name}();\n        }}\n    }}\n}}\n\
                 fn acts_as_{name}() {{\n    println!(\"{name} has acted\");\n}}\n"
            ),
        );
    }
    krate
}

#[test]
#[ignore = "needs chromium"]
fn two_programs_of_one_run_are_both_followed() {
    let krate = two_programs();
    let (mut run, address) = start(&krate, &["-p", "one", "-p", "two"], UNTIL_DONE);
    let mut browser = Chromium::start();
    for (name, other) in [("one", "two"), ("two", "one")] {
        let main = krate.read(&format!("{name}/src/main.rs"));
        let acts = format!("fn acts_as_{name}() {{");
        let first = class(1 + main.lines().position(|it| it == acts).unwrap());
        let page = format!("pages/{name}.src.main.rs.html");
        visit(&mut browser, &address, &page);
        browser.until(&format!(
            "document.getElementById('L1').classList[0] === 'c' && {first} === 'u'"
        ));
        krate.write(&format!("{name}/command"), "");
        run.expect(&format!("{name} has acted"));
        browser.until(&format!("{first} === 'c'"));
        let events = browser.text("document.getElementById('events').innerText");
        let is_told = |name: &str| events.contains(&format!("acts_as_{name}"));
        assert!(is_told(name), "{events}");
        assert_eq!(is_told(other), name == "two", "{events}");
    }
    krate.write("done", "");
    run.finish().ends_with(0);
}

#[test]
#[ignore = "needs chromium"]
fn a_program_that_is_started_again_is_followed_on() {
    let krate = program();
    // The program starts itself for a part of its work, which ends.
    let main = krate.read("src/main.rs");
    let main = main.replacen(
        "        act(word.parse().unwrap());",
        "        if let Some(number) = word.strip_prefix(\"child-\") {\n            let own = std::env::current_exe().unwrap();\n            \
         std::process::Command::new(own).arg(number).status().unwrap();\n            continue;\n        }\n        \
         act(word.parse().unwrap());",
        1,
    );
    let main = main.replacen(
        "fn main() {\n",
        "fn main() {\n    if let Some(number) = std::env::args().nth(1) {\n        return act(number.parse().unwrap());\n    }\n",
        1,
    );
    krate.write("src/main.rs", &main);
    let (run, address) = start(&krate, &[], UNTIL_DONE);
    let mut browser = Chromium::start();
    visit(&mut browser, &address, SOURCE);
    let count = format!(
        "document.querySelector('#L{} > b').textContent.trim()",
        line_of_act(&krate, 5)
    );
    for times in 1..4 {
        act(&krate, "child-5");
        browser.until(&format!("{count} === {}", json!(times.to_string())));
    }
    act(&krate, "child-7");
    browser.until(&format!("{} === 'c'", class(line_of_act(&krate, 7))));
    krate.write("done", "");
    run.finish().ends_with(0);
}

#[test]
fn the_browser_is_opened_at_the_address_that_is_said_and_outlives_the_run() {
    let krate = program();
    krate.write(
        "first/xdg-open",
        "#!/bin/sh\nsleep 0.5\nsetsid sh -c 'echo child=$$= >browser; exec sleep 1000' &\n\
         printf %s \"$*\" >\"$0.new\"\nmv \"$0.new\" \"$0.opened\"\n",
    );
    let first = krate.root.join("first");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(first.join("xdg-open"), executable).unwrap();
    let start = |arguments: &[&str]| {
        let mut command = krate.command("cargo-itcov");
        let path = command.get_envs().find(|(name, _)| *name == "PATH");
        let path = path.and_then(|(_, value)| Some(value?.to_owned()));
        let path = path.unwrap_or_else(|| env::var_os("PATH").unwrap());
        let path = env::join_paths(std::iter::once(first.clone()).chain(env::split_paths(&path)));
        command.env("PATH", path.unwrap()).args(["run", "--live"]);
        let mut run = Running::start(command.args(arguments));
        run.program();
        let address = address(&mut run);
        (run, address)
    };
    let (run, address) = start(&[]);
    wait_until("a browser is opened", || krate.has("first/xdg-open.opened"));
    let opened = krate.read("first/xdg-open.opened");
    assert_eq!(opened, format!("http://{address}/"));
    let page = ask(&address, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    signal("INT", run.id());
    run.finish()
        .ends_with(0)
        .says(&format!("the live report is at {opened}"));
    let browser = child_id(&krate.read("browser"));
    assert!(is_alive(browser));
    signal("KILL", browser);

    fs::remove_file(first.join("xdg-open.opened")).unwrap();
    let (run, _) = start(&["--no-open"]);
    act(&krate, "0");
    signal("INT", run.id());
    run.finish().ends_with(0);
    assert!(!krate.has("first/xdg-open.opened"));
}
