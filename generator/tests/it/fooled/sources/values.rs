//! Changes in lines of functions of which the compiler's mapping has no code: a literal, a constant or a pattern that stands alone.

use crate::build::package;
use crate::support::TestCrate;
use crate::support::repository::Git;

const MAIN: &str = "const SHORT: u8 = 1;
const LONG: u8 = 60;

fn main() {
    let all = std::env::args().count() > 1;
    println!(\"{} {LONG}\", connect(0, SHORT));
    if all {
        serve(std::env::args().count());
    }
}

fn connect(port: u16, timeout: u8) -> String {
    format!(\"{port} {timeout}\")
}

fn serve(retries: usize) {
    const WANTED: usize =
        3;
    let connection = connect(
        // The port.
        5432,
        SHORT,
    );
    println!(\"{connection}\");
    assert_ne!(
        retries,
        300,
    );
    match retries {
        1
        | WANTED => println!(\"few\"),
        _ => println!(\"many\"),
    }
}
";

#[test]
fn a_changed_line_without_code_counts_as_that_of_its_statement() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", MAIN);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    let gate = |from: &str, to: &str, words: &[&str]| {
        krate.write("src/main.rs", &MAIN.replacen(from, to, 1));
        krate.itcov(&[&["run"], words].concat()).ends_with(0);
        krate.itcov(&super::SINCE_HEAD)
    };
    for (from, to) in [
        ("5432,", "5433,"),
        ("        SHORT,", "        LONG,"),
        ("300,", "301,"),
        ("        1\n", "        7\n"),
        ("        3;", "        2;"),
    ] {
        gate(from, to, &[]).ends_with(1).says("0 of 1 lines ran");
    }
    for (from, to) in [("5432,", "5433,"), ("        SHORT,", "        LONG,")] {
        gate(from, to, &["--", "all"])
            .ends_with(0)
            .says("100.00% of the lines ran");
    }
    // A comment, and what is no part of a function.
    for (from, to) in [("The port.", "Its port."), ("u8 = 60", "u8 = 61")] {
        gate(from, to, &[])
            .ends_with(0)
            .prints("No line with code has changed");
    }
}
