//! What tests call themselves: it counts where it is asked for, and the report tells what nothing else reached.

use super::package;
use crate::support::TestCrate;

const LIBRARY: &str = "pub fn answer() -> u8 {
    42
}

pub fn called_by_a_test() -> u8 {
    7
}

pub fn called_by_a_unit_test() -> u8 {
    8
}

pub fn called_by_nobody() -> u8 {
    9
}

#[cfg(test)]
mod tests {
    #[test]
    fn unit() {
        assert_eq!(super::called_by_a_unit_test(), 8);
    }
}
";
const MAIN: &str = "fn main() {
    println!(\"{}\", app::answer());
}
";
const BODY: &str = "    assert_eq!(app::called_by_a_test(), 7);
    let app = std::process::Command::new(env!(\"CARGO_BIN_EXE_app\")).output().unwrap();
    assert_eq!(app.stdout, b\"42\\n\");
}
";

fn app(krate: &TestCrate, rest: &str, test: &str) {
    krate.write("Cargo.toml", &package("app", rest));
    krate.write("src/lib.rs", LIBRARY);
    krate.write("src/main.rs", MAIN);
    krate.write("tests/app.rs", &format!("{test}{BODY}"));
}

#[test]
fn the_work_of_tests_counts_only_if_you_ask_for_it() {
    let krate = TestCrate::empty();
    app(&krate, "", "#[test]\nfn app() {\n");
    let suite = ["--", "cargo", "test", "--quiet"];
    let without = krate.itcov(&[&["exec"], &suite[..]].concat());
    let without = without.ends_with(0);
    assert_eq!(without.lines_of("src/lib.rs"), (3, 12));
    assert!(!without.stdout.contains("only tests"), "{}", without.stdout);

    let with = krate.itcov(&[&["exec", "--tests"], &suite[..]].concat());
    let with = with.ends_with(0);
    assert!(!with.stderr.contains("LLVM"), "{}", with.stderr);
    assert_eq!(with.lines_of("src/lib.rs"), (9, 12), "{}", with.stdout);
    assert_eq!(with.lines_of("src/main.rs"), (3, 3));
    let expected = "\nLines that only tests reached, from inside:\nsrc/lib.rs: 5-7, 9-11\n";
    assert!(with.stdout.ends_with(expected), "{}", with.stdout);
    assert!(!with.stdout.contains("tests/app.rs"), "{}", with.stdout);
    let markdown = krate.itcov(&["report", "--markdown", "-"]).ends_with(0);
    let markdown = markdown.stdout;
    assert!(markdown.contains("(with tests)"), "{markdown}");

    let again = krate.itcov(&[&["exec"], &suite[..]].concat());
    assert_eq!(again.ends_with(0).lines_of("src/lib.rs"), (3, 12));
}

#[test]
fn tests_that_start_no_program_count_alone_where_it_is_asked_for() {
    let krate = TestCrate::empty();
    app(&krate, "", "#[test]\nfn app() {\n");
    let test = "#[test]\nfn app() {\n    assert_eq!(app::called_by_a_test(), 7);\n}\n";
    krate.write("tests/app.rs", test);
    let suite = ["--", "cargo", "test", "--quiet", "--test", "app"];
    krate
        .itcov(&[&["exec"], &suite[..]].concat())
        .ends_with(1)
        .says("; what tests do themselves counts with --tests");
    let with = krate.itcov(&[&["exec", "--tests"], &suite[..]].concat());
    let with = with.ends_with(0);
    assert_eq!(with.lines_of("src/lib.rs"), (3, 12), "{}", with.stdout);
    assert_eq!(with.lines_of("src/main.rs"), (0, 3));
    let expected = "\nLines that only tests reached, from inside:\nsrc/lib.rs: 5-7\n";
    assert!(with.stdout.ends_with(expected), "{}", with.stdout);
    let report = krate.itcov(&["report"]).ends_with(0);
    assert_eq!(
        report.stdout,
        with.stdout[with.stdout.find("File ").unwrap()..]
    );
}

#[test]
fn a_test_with_a_harness_of_its_own_is_a_test() {
    let krate = TestCrate::empty();
    let target = "[[test]]\nname = \"app\"\nharness = false\n";
    app(&krate, target, "fn main() {\n");
    let suite = ["--", "cargo", "test", "--quiet", "--test", "app"];
    let without = krate.itcov(&[&["exec"], &suite[..]].concat());
    let without = without.ends_with(0);
    assert_eq!(without.lines_of("src/lib.rs"), (3, 12));
    assert!(
        !without.stderr.contains("another build"),
        "{}",
        without.stderr
    );
    let with = krate.itcov(&[&["exec", "--tests"], &suite[..]].concat());
    let expected = "from inside:\nsrc/lib.rs: 5-7\n";
    assert!(with.ends_with(0).stdout.ends_with(expected));
}

#[test]
fn what_tests_cannot_be_measured_with_is_said() {
    let krate = TestCrate::empty();
    app(&krate, "", "#[test]\nfn app() {\n");
    let words = ["exec", "--tests", "--scope", "all", "--", "true"];
    let refused = krate.itcov(&words).ends_with(2);
    assert!(refused.stderr.contains("--scope all"), "{}", refused.stderr);
}
