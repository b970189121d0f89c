//! What the README shows is run here.

use std::collections::BTreeSet;
use std::fs;

use crate::examples::bare;
use crate::several::services;
use crate::support::{Output, TestCrate, free_port, repository, tools};

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).unwrap()
}

/// The README's blocks of shell commands, in their order.
fn blocks(text: &str) -> Vec<&str> {
    let blocks = text.split("```sh\n").skip(1);
    blocks
        .map(|rest| rest.split_once("```").unwrap().0)
        .collect()
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

/// Runs the steps of the pipeline in a copy of orders-api that is measured already.
fn run_pipeline(krate: &TestCrate, page: &str) {
    let yaml = page.split_once("```yaml\n").unwrap().1;
    let yaml = yaml.split_once("```").unwrap().0;
    let steps = yaml.lines().filter_map(|line| line.split_once("- run: "));
    let steps: Vec<_> = steps.map(|(_, step)| step).collect();
    assert_eq!(steps.len(), 5);

    let address = format!("127.0.0.1:{}", free_port());
    let variables = format!(
        "export ITCOV_ARGS='--listen {address} --db orders.db' ITCOV_READY=http://{address}/health \
         ORDERS_URL=http://{address} GITHUB_STEP_SUMMARY=summary.md\n"
    );
    let git = "git() { command git -c user.name=itcov -c user.email=itcov@example.org \"$@\"; }
git init -q\necho target >.gitignore\ngit add .\ngit commit -q -m first\ngit update-ref refs/remotes/origin/main HEAD
echo '// A comment.' >>crates/orders/src/lib.rs\ngit commit -q -a -m second\n";
    run(krate, &format!("{git}{variables}{}", steps.join("\n"))).ends_with(0);
    assert!(krate.read("summary.md").contains("<!-- itcov -->"));
    assert!(krate.has("coverage/index.html"));
}

#[test]
fn every_block_is_one_that_a_test_runs() {
    let page = readme();
    let [
        demo,
        test,
        install,
        init,
        suite,
        by_hand,
        exec,
        in_cargo_test,
        report,
        elsewhere,
        several,
        generate,
    ] = blocks(&page)[..]
    else {
        panic!("other blocks than the tests know: {:#?}", blocks(&page));
    };
    // Run by `examples.rs`, by whoever runs this, by `template.rs` (from the package), and by `terminal.rs`.
    assert_eq!(demo, "cargo run --example demo\n");
    assert_eq!(test, "cargo test\n");
    assert_eq!(
        install,
        "cargo install --locked --path generator\ncargo install --locked just\n"
    );
    assert_eq!(by_hand, "just itcov --listen 127.0.0.1:8080\n");
    let gate = fs::read_to_string(repository().join(".ci/run")).unwrap();
    assert!(gate.lines().any(|line| line == test.trim_end()));

    // The port of the README may be in use here.
    let krate = copy_of("orders-api");
    let suite = suite.replace("8080", &free_port().to_string());
    let address = suite
        .split(['/', '='])
        .find_map(|part| part.strip_prefix("'--listen "));
    let address = address
        .and_then(|rest| rest.split(' ').next())
        .unwrap_or_default();
    let script = format!("{init}export ORDERS_URL=http://{address}\n{suite}{report}");
    run(&krate, &script)
        .ends_with(0)
        .prints("14 scenarios, 0 failed");
    assert!(krate.read("lcov.info").contains("refunds.rs"));
    krate.just(&["itcov-report"]).ends_with(1);
    run_pipeline(&krate, &page);

    let krate = copy_of("wordstat");
    krate.itcov(&["init"]).ends_with(0);
    let output = run(&krate, exec).ends_with(0);
    let table = page
        .split_once("```text\n")
        .unwrap()
        .1
        .split_once("```")
        .unwrap()
        .0;
    assert!(output.stdout.ends_with(table), "{}", output.stdout);
    let lines = page.split_once("```rust\n").unwrap().1;
    let lines = lines.split_once("```").unwrap().0;
    assert!(krate.read("tests/cli.rs").contains(lines));
    krate.just(&["itcov-clean"]).ends_with(0);
    let output = run(&krate, in_cargo_test).ends_with(0);
    assert!(output.lines_of("src/main.rs").0 > 0);
    let built = krate.just(&["itcov-build"]).ends_with(0).stdout;
    let program = built.split_whitespace().next_back().unwrap();
    for host in ["host-a", "host-b"] {
        let profile = format!("LLVM_PROFILE_FILE={host}/%m%c.profraw");
        assert!(page.contains(&profile.replace(host, "DIR")));
        run(&krate, &format!("{profile} {program} Cargo.toml")).ends_with(0);
    }
    krate.just(&["itcov-clean"]).ends_with(0);
    krate.just(&["itcov-build"]).ends_with(0);
    assert!(run(&krate, elsewhere).ends_with(0).lines_of("Total").0 > 0);

    let krate = services();
    krate.write("suite.sh", "echo the suite\n");
    Output::of(krate.command("chmod").args(["+x", "suite.sh"])).ends_with(0);
    let several = several
        .replace("8080", &free_port().to_string())
        .replace("8081", &free_port().to_string());
    let output = run(&krate, &several).ends_with(0).prints("the suite\n");
    for program in ["api", "worker"] {
        assert!(output.lines_of(&format!("{program}/src/main.rs")).0 > 0);
    }

    let krate = TestCrate::empty();
    krate.write("clone/bin/.keep", "");
    let clone = krate.root.join("clone");
    std::os::unix::fs::symlink(repository().join("template"), clone.join("template")).unwrap();
    // `cargo generate` from its library, where cargo looks for it.
    std::os::unix::fs::symlink(tools::cargo_generate(), clone.join("bin/cargo-generate")).unwrap();
    run(
        &krate,
        &format!("cd clone\nPATH=$PWD/bin:$PATH\n{generate}"),
    )
    .ends_with(0);
    assert!(krate.has("my-service/itcov.just"));
}

#[test]
fn every_link_leads_somewhere() {
    let docs = fs::read_dir(repository().join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    let named = [
        "README.md",
        "ARCHITECTURE.md",
        "bench/README.md",
        "fuzz/README.md",
    ];
    for page in named.iter().map(|name| repository().join(name)).chain(docs) {
        if page.extension().is_none_or(|it| it != "md") {
            continue;
        }
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            let path = link.split('#').next().unwrap();
            if !path.is_empty() && !path.contains("://") {
                let there = page.parent().unwrap().join(path);
                assert!(there.exists(), "{}: {link}", page.display());
            }
        }
    }
}

#[test]
fn the_recipes_and_variables_of_the_readme_are_those_there_are() {
    let text = readme();
    let krate = TestCrate::scaffolded("documented");
    let listed = krate
        .just(&["--list", "--list-heading", ""])
        .ends_with(0)
        .stdout;
    for line in listed.lines().filter(|line| line.contains('#')) {
        let recipe = line.split('#').next().unwrap().trim();
        assert!(
            text.contains(&format!("| `{recipe}` |")),
            "the README has no row for {recipe}"
        );
    }

    let names = |text: &str, before: &str, after: char| -> BTreeSet<String> {
        let rows = text
            .lines()
            .filter_map(|line| line.strip_prefix(before)?.split_once(after));
        rows.map(|(name, _)| name.to_owned()).collect()
    };
    let known = names(&krate.read("itcov.just"), "# ITCOV_", ' ');
    assert_eq!(names(&text, "| `ITCOV_", '`'), known);
    let harness = names(
        &krate.read("tests/manual_integration.rs"),
        "//! | `ITCOV_",
        '`',
    );
    // Between the recipes and the harness, of no use to people.
    assert_eq!(
        harness.difference(&known).collect::<Vec<_>>(),
        ["CLEAN", "PARENT", "TERMINAL"]
    );

    let variables = krate.just(&["--variables"]).ends_with(0).stdout;
    // What `init` has set for the crate.
    let set = ["itcov_programs"];
    for variable in variables.split_whitespace() {
        assert!(
            set.contains(&variable) || text.contains(&format!("{variable}=")),
            "the README is silent on {variable}"
        );
    }

    let [init, report] = ["init", "report"].map(|command| {
        let help = krate.itcov(&[command, "--help"]).ends_with(0).stdout;
        help.split("Examples:").next().unwrap().to_owned()
    });
    let options = init.split_whitespace().chain(report.split_whitespace());
    for option in options.filter(|word| word.starts_with("--")) {
        let option = option.trim_end_matches([',', '.', ']']);
        let everywhere = ["--help", "--version"].contains(&option);
        let mentioned = ["`", " "].map(|before| format!("{before}{option}"));
        assert!(
            everywhere || mentioned.iter().any(|mention| text.contains(mention)),
            "the README is silent on {option}"
        );
    }
}

#[test]
fn the_numbers_of_the_readme_are_those_of_the_benchmark() {
    let results = fs::read_to_string(repository().join("bench/README.md")).unwrap();
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
    assert!(
        readme().contains(&claim),
        "the README does not say: {claim}"
    );
}
