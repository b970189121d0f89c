//! Processes that serve other tests than the one that has started them.

use serde_json::Value;

use super::changed::with;
use crate::blocks::block;
use crate::build::package;
use crate::support::TestCrate;
use crate::support::repository::Git;
use crate::support::tools::pytest;

/// Does what words say: those behind `serve` come from its input, and those behind `daemon` by a socket.
const MAIN: &str = r#"use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};

fn alpha() {
    println!("alpha");
}

fn beta() {
    println!("beta");
}

fn act(word: &str) {
    match word {
        "alpha" => alpha(),
        "beta" => beta(),
        "stop" => std::process::exit(0),
        _ => {}
    }
}

fn serve() {
    for line in std::io::stdin().lines() {
        act(&line.unwrap());
    }
}

unsafe extern "C" {
    fn prctl(option: i32, value: u64, a: u64, b: u64, c: u64) -> i32;
}

fn daemon() {
    if std::env::var_os("HIDES").is_some() {
        // PR_SET_DUMPABLE, as agents for keys do it.
        unsafe { prctl(4, 0, 0, 0, 0) };
    }
    for stream in UnixListener::bind("socket").unwrap().incoming() {
        let (mut stream, mut word) = (stream.unwrap(), String::new());
        stream.read_to_string(&mut word).unwrap();
        act(&word);
        stream.write_all(b"done").unwrap();
    }
}

fn connect() -> UnixStream {
    if !std::path::Path::new("socket").exists() {
        let mut daemon = Command::new(std::env::current_exe().unwrap());
        let null = Stdio::null;
        daemon.arg("daemon").stdin(null()).stdout(null()).stderr(null()).spawn().unwrap();
    }
    loop {
        match UnixStream::connect("socket") {
            Ok(stream) => return stream,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    }
}

fn ask(word: &str) {
    let (mut stream, mut done) = (connect(), String::new());
    stream.write_all(word.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    stream.read_to_string(&mut done).unwrap();
    assert!(done == "done" || word == "stop");
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words[0].as_str() {
        "serve" => serve(),
        "daemon" => daemon(),
        "ask" => ask(&words[1]),
        word => act(word),
    }
}
"#;

/// What tests of pytest begin with.
const STARTS: &str = r#"import os, pytest, subprocess

class Server:
    def __init__(self):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([os.environ["ITCOV_BIN"], "serve"], stdin=pipe, stdout=pipe, text=True)

    def ask(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == word + "\n"

    def kill(self):
        self.process.kill()
        self.process.wait()

def run(*words):
    subprocess.run([os.environ["ITCOV_BIN"], *words], check=True)
"#;

const ALPHA_AND_BETA: &str = r#"
def test_alpha(server):
    server.ask("alpha")

def test_beta(server):
    server.ask("beta")
"#;

fn fixture(scope: &str) -> String {
    format!(
        "\n@pytest.fixture(scope=\"{scope}\")\ndef server():\n    server = Server()\n    yield server\n    server.kill()\n"
    )
}

/// A program whose suite is these files, recorded.
fn recorded(files: &[(&str, &str)], suite: &[&str]) -> TestCrate {
    let krate = committed(files);
    let run = [&["exec", "--scenarios", "--"], suite].concat();
    krate.itcov(&run).ends_with(0);
    krate
}

fn committed(files: &[(&str, &str)]) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", MAIN);
    for (file, text) in files {
        krate.write(file, text);
    }
    krate.write(".gitignore", "/target\n__pycache__\n/socket\n/tried\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    krate
}

fn by_pytest(files: &[(&str, &str)]) -> TestCrate {
    recorded(files, &[&pytest(), "-q", "-p", "no:cacheprovider"])
}

/// Of a server for the session, what each test asks of it.
#[test]
#[ignore = "needs pytest"]
fn tests_that_name_their_requests_are_told_apart_as_the_page_says() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", MAIN);
    let page = block("docs/scenarios.md", "import os, pytest");
    krate.write("conftest.py", &page);
    let tests = format!("{STARTS}{}{ALPHA_AND_BETA}", fixture("session"));
    krate.write("test_app.py", &tests);
    let suite = [&pytest(), "-q", "-p", "no:cacheprovider"];
    krate.itcov(&[&["exec"], &suite[..]].concat()).ends_with(0);
    for name in ["alpha", "beta"] {
        let reach = ["scenarios", "--reach", name];
        let names = krate.itcov(&reach).ends_with(0).stdout;
        assert_eq!(names, format!("test_{name}\n"));
    }
    // The fixture does nothing where there is no run.
    krate.cargo(&["build"]).ends_with(0);
    let alone = [&["ITCOV_BIN=target/debug/app"], &suite[..]].concat();
    krate.sh(&alone.join(" ")).ends_with(0);
}

/// The scenarios, and those of them that are shared.
fn scenarios(krate: &TestCrate) -> (Vec<String>, Vec<String>) {
    let rows = krate.itcov(&["scenarios", "--format", "json"]).ends_with(0);
    let rows: Value = serde_json::from_str(&rows.stdout).unwrap();
    let names = |is_meant: &dyn Fn(&Value) -> bool| {
        let rows = rows.as_array().unwrap().iter().filter(|it| is_meant(it));
        let names = rows.map(|row| row["name"].as_str().unwrap().to_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    (
        names(&|_| true),
        names(&|row| row["shared"].as_bool().unwrap()),
    )
}

/// The scenarios that a change of `beta` selects, and what is said.
fn of_beta(krate: &TestCrate) -> (Vec<String>, String) {
    let (mut names, said) = with(krate, "src/main.rs", "println!(\"beta\")", "println!()");
    names.sort();
    (names, said)
}

/// All are selected by a change of `beta`, as something that one of them has started came to it.
fn all_are_selected_by(krate: &TestCrate, name: &str) {
    let (all, _) = scenarios(krate);
    let (names, said) = of_beta(krate);
    assert_eq!(names, all);
    let why = format!("every scenario is selected: what {name} has started reached src/main.rs:");
    assert!(said.contains(&why), "{said}");
    assert!(said.contains("run the whole suite"), "{said}");
}

#[test]
#[ignore = "needs pytest: python3 -m venv target/readers && target/readers/bin/pip install pytest"]
fn what_a_fixture_of_a_session_serves_selects_all_and_is_said() {
    let tests = [STARTS, &fixture("session"), ALPHA_AND_BETA].concat();
    let krate = by_pytest(&[("test_app.py", &tests)]);
    let alpha = "test_app.py::test_alpha";
    let own = vec![alpha.to_owned()];
    assert_eq!(scenarios(&krate), (own.clone(), own));
    all_are_selected_by(&krate, alpha);

    let table = krate
        .itcov(&["scenarios", "--format", "table"])
        .ends_with(0);
    assert!(
        table.stdout.contains("test_alpha  shared "),
        "{}",
        table.stdout
    );
    let note = "\nshared: what the scenario has started may have served other tests as well.";
    assert!(table.stdout.contains(note), "{}", table.stdout);
    let note = format!(
        "note: other tests may have used what these scenarios have started, and what they reached there counts for these: {alpha}; without --scenarios,"
    );
    for words in [
        &["scenarios", "--reach", "beta"][..],
        &["scenarios", "--smallest"],
        &["scenarios", "--only", alpha],
        &["report", "--scenario", alpha],
    ] {
        krate.itcov(words).ends_with(0).says(&note);
    }
}

#[test]
#[ignore = "needs pytest: python3 -m venv target/readers && target/readers/bin/pip install pytest"]
fn what_a_fixture_of_a_file_or_class_serves_selects_all() {
    let module = [STARTS, &fixture("module"), ALPHA_AND_BETA].concat();
    let class = "\nclass TestIt:\n    def test_alpha(self, server):\n        server.ask(\"alpha\")\n\n    \
                 def test_beta(self, server):\n        server.ask(\"beta\")\n";
    let class = [STARTS, &fixture("class"), class].concat();
    let files = [
        ("test_a.py", &*module),
        ("test_b.py", &module),
        ("test_c.py", &class),
    ];
    let krate = by_pytest(&files);
    let (all, shared) = scenarios(&krate);
    let expected = [
        "test_a.py::test_alpha",
        "test_b.py::test_alpha",
        "test_c.py::TestIt::test_alpha",
    ];
    assert_eq!(shared, expected);
    assert_eq!(all, expected);
    all_are_selected_by(&krate, expected[0]);
}

#[test]
#[ignore = "needs pytest: python3 -m venv target/readers && target/readers/bin/pip install pytest"]
fn what_a_fixture_starts_for_each_test_is_its_own() {
    let tests = [STARTS, &fixture("function"), ALPHA_AND_BETA].concat();
    let krate = by_pytest(&[("test_app.py", &tests)]);
    let both = ["test_app.py::test_alpha", "test_app.py::test_beta"].map(str::to_owned);
    assert_eq!(scenarios(&krate), (both.to_vec(), Vec::new()));
    assert_eq!(of_beta(&krate), (vec![both[1].clone()], String::new()));
}

#[test]
#[ignore = "needs pytest: python3 -m venv target/readers && target/readers/bin/pip install pytest"]
fn what_goes_on_while_another_test_starts_something_or_until_the_end_is_shared() {
    let started = "\nserver = None\n\ndef test_alpha():\n    global server\n    server = Server()\n    server.ask(\"alpha\")\n";
    let alpha = "test_app.py::test_alpha".to_owned();
    let another =
        "\ndef test_beta():\n    run(\"other\")\n    server.ask(\"beta\")\n    server.kill()\n";
    let krate = by_pytest(&[("test_app.py", &[STARTS, started, another].concat())]);
    let both = vec![alpha.clone(), "test_app.py::test_beta".to_owned()];
    assert_eq!(scenarios(&krate), (both, vec![alpha.clone()]));
    all_are_selected_by(&krate, &alpha);

    let until_the_end = r#"import socket

def test_alpha():
    run("ask", "alpha")

def test_beta():
    daemon = socket.socket(socket.AF_UNIX)
    daemon.connect("socket")
    daemon.sendall(b"beta")
    daemon.shutdown(socket.SHUT_WR)
    assert daemon.recv(4) == b"done"
"#;
    let krate = by_pytest(&[("test_app.py", &[STARTS, until_the_end].concat())]);
    let own = vec![alpha.clone()];
    assert_eq!(scenarios(&krate), (own.clone(), own));
    all_are_selected_by(&krate, &alpha);
}

#[test]
fn where_a_suite_says_itself_what_a_process_is_for_that_holds() {
    let script = "ITCOV_SCENARIO=one \"$ITCOV_BIN\" ask alpha\n\
                  ITCOV_SCENARIO=two PYTEST_CURRENT_TEST='a.py::b (setup)' \"$ITCOV_BIN\" beta\n";
    let krate = recorded(&[("suite.sh", script)], &["sh", "-e", "suite.sh"]);
    let both = ["one", "two"].map(str::to_owned);
    assert_eq!(scenarios(&krate), (both.to_vec(), Vec::new()));
    assert_eq!(of_beta(&krate), (vec![both[1].clone()], String::new()));
}

/// Runs the program in a test of pytest, as its environment says.
fn in_test(test: &str, worker: &str, words: &str) -> String {
    format!(
        "PYTEST_CURRENT_TEST='a.py::{test}' PYTEST_XDIST_WORKER={worker} \"$ITCOV_BIN\" {words}\n"
    )
}

#[test]
fn what_goes_on_while_another_worker_of_pytest_starts_something_is_not_shared() {
    for (worker, expected) in [("gw0", &["a.py::x"][..]), ("gw1", &[])] {
        let script =
            in_test("x (call)", "gw0", "ask alpha") + &in_test("y (call)", worker, "ask stop");
        let krate = recorded(&[("suite.sh", &script)], &["sh", "-e", "suite.sh"]);
        assert_eq!(scenarios(&krate).1, expected, "{worker}");
    }
}

#[test]
fn what_is_known_of_processes_outlives_the_tool() {
    let script = in_test("x (setup)", "", "alpha") + &in_test("y (call)", "", "beta");
    let krate = recorded(&[("suite.sh", &script)], &["sh", "-e", "suite.sh"]);
    let before = scenarios(&krate);
    assert_eq!(before.1, ["a.py::x"]);
    let killed = script + "kill -KILL $PPID\n";
    krate.itcov(&["exec", "--scenarios", "--", "sh", "-ec", &killed]);
    assert_eq!(scenarios(&krate), before);
}

/// Tests of which each gives its words to the program.
fn tests(all: &[(&str, &str)]) -> String {
    let tests = all.iter().map(|(name, words)| {
        format!(
            "#[test]\nfn {name}() {{\n    let mut app = std::process::Command::new(env!(\"CARGO_BIN_EXE_app\"));\n    \
             assert!(app.args({words:?}.split(' ')).status().unwrap().success());\n}}\n"
        )
    });
    tests.collect()
}

#[test]
#[ignore = "needs cargo-nextest"]
fn a_daemon_that_outlives_its_test_of_nextest_selects_all() {
    let tests = tests(&[
        ("a_alpha", "ask alpha"),
        ("b_beta", "ask beta"),
        ("c_alone", "beta"),
        ("d_stop", "ask stop"),
    ]);
    let suite = ["cargo", "nextest", "run", "-j", "1"];
    let krate = recorded(&[("tests/all.rs", &tests)], &suite);
    let first = "app::all a_alpha";
    assert_eq!(scenarios(&krate).1, [first]);
    all_are_selected_by(&krate, first);
    let main = krate.read("src/main.rs");
    krate.write("src/main.rs", &main.replace("\"beta\")", "\"b\")"));
    let filter = [
        "scenarios",
        "--changed-since",
        "HEAD",
        "--format",
        "nextest",
    ];
    krate.itcov(&filter).ends_with(0).prints("all()\n");
}

#[test]
#[ignore = "needs cargo-nextest"]
fn a_daemon_that_nobody_may_look_into_selects_all() {
    let tests = tests(&[
        ("a_alone", "alpha"),
        ("b_alpha", "ask alpha"),
        ("c_beta", "ask beta"),
        ("d_stop", "ask stop"),
    ]);
    let krate = committed(&[("tests/all.rs", &tests)]);
    // Root may look into all.
    let run = "HIDES=1 setpriv --bounding-set=-all --inh-caps=-all cargo-itcov exec --scenarios -- cargo nextest run -j 1";
    krate.sh(run).ends_with(0);
    let first = "app::all b_alpha";
    assert_eq!(scenarios(&krate).1, [first]);
    all_are_selected_by(&krate, first);
}

#[test]
#[ignore = "needs cargo-nextest"]
fn a_daemon_of_a_try_that_has_failed_counts() {
    let flaky = "#[test]\nfn a_flaky() {\n    a_alpha();\n    assert!(std::fs::create_dir(\"tried\").is_err());\n}\n";
    let tests = tests(&[("a_alpha", "ask alpha"), ("b_beta", "ask beta")]);
    let tests = flaky.to_owned() + &tests.replacen("#[test]\n", "", 1);
    let suite = ["cargo", "nextest", "run", "-j", "1", "--retries", "1"];
    let krate = recorded(&[("tests/all.rs", &tests)], &suite);
    let first = "app::all a_flaky";
    assert_eq!(scenarios(&krate).1, [first]);
    all_are_selected_by(&krate, first);
}
