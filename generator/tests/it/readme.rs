//! What the README and its pages show is run here.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;

use crate::examples::{bare, build_of_orders_api};
use crate::support::{Output, TestCrate, free_port, repository, tools};

fn page(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap()
}

/// A page's blocks of a language, in their order.
fn blocks<'page>(text: &'page str, language: &str) -> Vec<&'page str> {
    let start = format!("```{language}\n");
    let blocks = text.split(&start).skip(1);
    let blocks = blocks.map(|rest| rest.split_once("```").unwrap().0);
    blocks.collect::<Vec<_>>()
}

/// Runs a block as a script, as a user would paste it.
fn run(krate: &TestCrate, block: &str) -> Output {
    Output::of(krate.command("sh").args(["-euc", block]))
}

fn copy_of(example: &str) -> TestCrate {
    let krate = TestCrate::empty();
    bare::copy(&repository().join("examples").join(example), &krate.root).unwrap();
    krate
}

/// The block with ports that are free instead of those of the page.
fn with_free_ports(block: &str) -> String {
    let [first, second] = [free_port(), free_port()].map(|port| port.to_string());
    block.replace("8080", &first).replace("8081", &second)
}

/// A workspace of two services that share a library, with a suite that starts the programs that it is given.
fn services() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"api\", \"worker\", \"shared\"]\nresolver = \"3\"\n",
    );
    let package = |name: &str, rest: &str| {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}"
        );
        krate.write(&format!("{name}/Cargo.toml"), &manifest);
    };
    package("shared", "");
    krate.write("shared/src/lib.rs", include_str!("../fixtures/services.rs"));
    for name in ["api", "worker"] {
        package(name, "[dependencies]\nshared.path = \"../shared\"\n");
        let main = format!("fn main() {{\n    shared::run(\"{name}\")\n}}\n");
        krate.write(&format!("{name}/src/main.rs"), &main);
    }
    krate.write(
        "suite.sh",
        "#!/bin/sh\necho the suite\n${ITCOV_BIN_api:-:}\n${ITCOV_BIN_worker:-:}\n",
    );
    Output::of(krate.command("chmod").args(["+x", "suite.sh"])).ends_with(0);
    krate.itcov(&["init", "--workspace"]).ends_with(0);
    krate
}

#[test]
fn the_blocks_of_the_pages_are_those_that_tests_run() {
    let readme = page("README.md");
    let [demo, install, _, _, by_hand, ..] = blocks(&readme, "sh")[..] else {
        panic!("other blocks than the tests know");
    };
    // Run by `examples.rs`, by `template.rs` (from the package), and by `terminal.rs`.
    assert_eq!(demo, "cargo run --example demo\n");
    assert_eq!(
        install,
        "cargo install --locked --path generator\ncargo install --locked just\n"
    );
    assert_eq!(by_hand, "just itcov --listen 127.0.0.1:8080\n");
    let gate = page(".ci/run");
    assert!(gate.lines().any(|line| line.starts_with("cargo test")));

    for (name, number) in [
        ("README.md", 9),
        ("docs/templates.md", 2),
        ("docs/running.md", 3),
        ("docs/several-programs.md", 2),
        ("docs/control-address.md", 1),
        ("docs/other-machines.md", 1),
        ("docs/report.md", 1),
    ] {
        assert_eq!(blocks(&page(name), "sh").len(), number, "{name}");
    }
}

#[test]
fn a_service_is_measured_as_the_readme_says_also_in_a_pipeline() {
    let readme = page("README.md");
    let blocks = blocks(&readme, "sh");
    let (init, suite, report) = (blocks[2], with_free_ports(blocks[3]), blocks[8]);
    let address = suite
        .split_once("'--listen ")
        .and_then(|(_, rest)| rest.split(' ').next());
    let address = address.unwrap();
    let krate = copy_of("orders-api");
    let target = build_of_orders_api();
    let variables = format!(
        "export CARGO_TARGET_DIR={} ORDERS_URL=http://{address} GITHUB_STEP_SUMMARY=summary.md\n",
        target.display()
    );
    let script = format!("{variables}{init}{suite}{report}");
    run(&krate, &script)
        .ends_with(0)
        .prints("14 scenarios, 0 failed");
    assert!(krate.read("lcov.info").contains("refunds.rs"));
    // The last line has forgotten the run.
    run(&krate, &format!("{variables}just itcov-report")).ends_with(1);

    let (_, yaml) = readme.split_once("```yaml\n").unwrap();
    let yaml = yaml.split_once("```").unwrap().0;
    let steps = yaml.lines().filter_map(|line| line.split_once("- run: "));
    let steps: Vec<_> = steps.map(|(_, step)| step).collect();
    assert_eq!(steps.len(), 5);
    let (exports, _) = suite.split_once("just ").unwrap();
    fs::remove_dir_all(krate.root.join("coverage")).unwrap();
    let script = format!("{GIT}{variables}{exports}{}", steps.join("\n"));
    run(&krate, &script).ends_with(0);
    assert!(krate.read("summary.md").contains("<!-- itcov -->"));
    assert!(krate.has("coverage/index.html"));
}

/// A branch with a commit that the main branch does not have.
const GIT: &str = r#"
git() { command git -c user.name=itcov -c user.email=itcov@example.org "$@"; }
git init -q
printf '%s\n' target orders.db >.gitignore
git add .
git commit -q -m first
git update-ref refs/remotes/origin/main HEAD
for file in crates/orders/src/lib.rs src/main.rs; do
    if [ -e "$file" ]; then echo '// A comment.' >>"$file"; fi
done
git commit -q -a -m second
"#;

#[test]
fn a_command_line_program_is_measured_as_the_pages_say() {
    let [readme, running, report] = ["README.md", "docs/running.md", "docs/report.md"].map(page);
    let other_machines = page("docs/other-machines.md");
    let readme_blocks = blocks(&readme, "sh");
    let (exec, in_cargo_test) = (readme_blocks[5], readme_blocks[6]);
    let elsewhere = blocks(&other_machines, "sh")[0];
    // Run by `live/mod.rs`.
    assert_eq!(blocks(&running, "sh")[2], "just itcov-live --port 8080\n");
    let krate = copy_of("wordstat");
    krate.itcov(&["init"]).ends_with(0);
    assert!(readme.contains(&format!("```console\n$ {exec}```")));
    let output = run(&krate, exec).ends_with(0);
    let table = blocks(&readme, "text")[0];
    assert!(output.stdout.ends_with(table), "{}", output.stdout);

    let output = run(&krate, &format!("{GIT}{in_cargo_test}")).ends_with(0);
    assert!(output.lines_of("src/main.rs").0 > 0);
    run(&krate, blocks(&report, "sh")[0]).ends_with(0);
    assert!(krate.read("lcov.info").contains("SF:"));

    let built = krate.just(&["itcov-build"]).ends_with(0).stdout;
    let program = built.trim();
    for host in ["host-a", "host-b"] {
        let profile = format!("LLVM_PROFILE_FILE={host}/%m%c.profraw");
        assert!(other_machines.contains(&profile.replace(host, "DIR")));
        run(&krate, &format!("{profile} {program} Cargo.toml")).ends_with(0);
    }
    krate.just(&["itcov-clean"]).ends_with(0);
    krate.just(&["itcov-build"]).ends_with(0);
    assert!(run(&krate, elsewhere).ends_with(0).lines_of("Total").0 > 0);
}

/// What the test of the README asks.
const ASK: &str = r#"
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

fn ask_until_it_answers(path: &str) -> String {
    for _ in 0..1000 {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let Ok(mut stream) = TcpStream::connect("127.0.0.1:PORT") else { continue };
        // In one piece: the server answers what it has read first.
        stream.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        return answer;
    }
    panic!("no answer");
}

"#;

const GREETER: &str = r#"
use std::io::{Read, Write};

fn main() {
    let listener = std::net::TcpListener::bind("127.0.0.1:PORT").unwrap();
    for stream in listener.incoming() {
        greet(&mut stream.unwrap());
    }
}

fn greet(stream: &mut std::net::TcpStream) {
    let _ = stream.read(&mut [0; 1024]);
    let _ = stream.write_all(b"hello");
}
"#;

#[test]
fn a_server_that_a_test_kills_is_measured_as_the_page_says() {
    let readme = page("README.md");
    let port = free_port().to_string();
    let krate = TestCrate::new("my-service");
    krate.write("src/main.rs", &GREETER.replace("PORT", &port));
    let exec = page("docs/exec.md");
    let test = ASK.replace("PORT", &port) + blocks(&exec, "rust")[0];
    krate.write("tests/server.rs", &test);
    krate.itcov(&["init"]).ends_with(0);
    let output = run(&krate, blocks(&readme, "sh")[6]).ends_with(0);
    let (covered, all) = output.lines_of("src/main.rs");
    // The test may kill the server before it comes to the end of a function.
    assert!(covered + 2 >= all && covered > 5, "{}", output.stdout);
}

#[test]
fn several_programs_are_measured_as_the_pages_say() {
    let [readme, several] = ["README.md", "docs/several-programs.md"].map(page);
    let (in_readme, several) = (blocks(&readme, "sh")[7], blocks(&several, "sh"));
    let krate = services();
    let block = with_free_ports(in_readme);
    let output = run(&krate, &block).ends_with(0).prints("the suite\n");
    for program in ["api", "worker"] {
        assert!(output.lines_of(&format!("{program}/src/main.rs")).0 > 0);
    }
    let (exports, _) = block.split_once("just ").unwrap();
    let output = run(&krate, &format!("{exports}{}", several[0])).ends_with(0);
    assert_eq!(output.stdout.matches("the suite\n").count(), 3);
    let output = run(&krate, several[1]).ends_with(0);
    assert!(output.lines_of("api/src/main.rs").0 > 0);
    assert!(output.lines_of("worker/src/main.rs").0 > 0);
}

#[test]
fn options_go_to_the_recipes_as_the_page_says() {
    let running = page("docs/running.md");
    let [release, add, ..] = blocks(&running, "sh")[..] else {
        panic!("other blocks than the test knows");
    };
    let krate = TestCrate::scaffolded("documented");
    run(&krate, release).ends_with(0).says("release");
    let output = run(&krate, add).ends_with(0);
    output.prints("[\"--first\"]").prints("[\"--second\"]");
}

#[test]
#[ignore = "needs curl"]
fn a_run_is_stopped_by_curl_as_the_page_says() {
    let control = page("docs/control-address.md");
    let stop = blocks(&control, "sh")[0];
    let krate = TestCrate::scaffolded("stopped");
    let suite = format!("{stop}sleep 100");
    let variables = [("ITCOV_ARGS", "wait")];
    krate
        .just_with(&["itcov-suite", "sh", "-c", &suite], &variables)
        .ends_with(130)
        .prints("the run ends");
}

#[test]
fn a_new_crate_is_made_as_the_page_says() {
    let templates = page("docs/templates.md");
    let krate = TestCrate::empty();
    krate.write("clone/bin/.keep", "");
    let clone = krate.root.join("clone");
    symlink(repository().join("template"), clone.join("template")).unwrap();
    // `cargo generate` from its library, where cargo looks for it.
    symlink(tools::cargo_generate(), clone.join("bin/cargo-generate")).unwrap();
    let generate = blocks(&templates, "sh")[1];
    run(
        &krate,
        &format!("cd clone\nPATH=$PWD/bin:$PATH\n{generate}"),
    )
    .ends_with(0);
    assert!(krate.has("my-service/itcov.just"));
}

#[test]
fn the_pages_have_every_recipe_variable_and_option() {
    let krate = TestCrate::scaffolded("documented");
    let running = page("docs/running.md");
    let variables = page("docs/variables.md");
    let others = [
        "README.md",
        "docs/building.md",
        "docs/exec.md",
        "docs/formats.md",
        "docs/report.md",
        "docs/scaffold.md",
        "docs/scenarios.md",
    ]
    .map(page);
    let pages = others.concat() + &running + &variables;
    let listed = krate
        .just(&["--list", "--list-heading", ""])
        .ends_with(0)
        .stdout;
    for line in listed.lines().filter(|line| line.contains('#')) {
        let recipe = line.split('#').next().unwrap().trim();
        assert!(
            running.contains(&format!("| `{recipe}` |")),
            "docs/running.md has no row for {recipe}"
        );
    }

    let commands = [
        "init",
        "check",
        "update",
        "remove",
        "doctor",
        "run",
        "suite",
        "exec",
        "build",
        "clean",
        "report",
        "scenario",
        "scenarios",
    ];
    let helps = commands.map(|command| {
        let help = krate.itcov(&[command, "--help"]).ends_with(0).stdout;
        help.split("Examples:").next().unwrap().to_owned()
    });
    let words = helps.iter().flat_map(|help| help.split_whitespace());
    let trimmed = words
        .clone()
        .map(|word| word.trim_end_matches([',', '.', ']', ';', ')']));
    // A value that may be left out stands in brackets: `--live[=<WHERE>]`.
    let options = trimmed.filter_map(|word| word.split('[').next());
    for option in options.filter(|word| word.starts_with("--") && word.len() > 2) {
        let elsewhere = ["--help", "--version", "--quiet", "--color", "--force"];
        let mentioned = ["`", " "].map(|before| format!("{before}{option}"));
        assert!(
            elsewhere.contains(&option) || mentioned.iter().any(|it| pages.contains(it)),
            "no page tells of {option}"
        );
    }

    let names = |text: &str| -> BTreeSet<String> {
        let parts = text.split("ITCOV_").skip(1);
        let names = parts.map(|part| {
            let end = part.find(|char: char| !char.is_ascii_uppercase() && char != '_');
            part[..end.unwrap_or(part.len())]
                .trim_end_matches('_')
                .to_owned()
        });
        names.collect()
    };
    let known = helps.concat() + &krate.read("tests/manual_integration.rs");
    assert_eq!(names(&variables), names(&known));
}

#[test]
fn the_numbers_of_the_readme_are_those_of_the_benchmark() {
    let results = page("bench/README.md");
    let seconds = |step: &str| {
        // The table of steps has a row that begins so, and behind it the one of results.
        let mut rows = results
            .lines()
            .filter(|line| line.starts_with(&format!("| {step} | `")));
        let cells: Vec<&str> = rows.next_back().unwrap().split(" | ").collect();
        cells[2].parse::<f64>().unwrap().round()
    };
    let claim = format!(
        "takes {} s, beside {} s with `cargo llvm-cov`",
        seconds("c"),
        seconds("d")
    );
    let readme: Vec<String> = page("README.md")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert!(
        readme.join(" ").contains(&claim),
        "the README does not say: {claim}"
    );
}
