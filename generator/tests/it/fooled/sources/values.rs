//! Changes in lines of functions of which the compiler's mapping has no code: a literal, a constant or a pattern that stands alone.

use crate::build::package;
use crate::support::repository::Git;
use crate::support::{Output, TestCrate};

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

/// A program in a repository; what a gate on the changed lines says after a run with these words, when one text is another.
fn gate_of(main: &'static str) -> impl Fn(&str, &str, &[&str]) -> Output {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", main);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    move |from, to, words| {
        assert!(main.contains(from), "{from}");
        krate.write("src/main.rs", &main.replacen(from, to, 1));
        krate.itcov(&[&["run"], words].concat()).ends_with(0);
        krate.itcov(&super::SINCE_HEAD)
    }
}

#[test]
fn a_changed_line_without_code_counts_as_that_of_its_statement() {
    let gate = gate_of(MAIN);
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

/// What is in a closure, a block, an arm or a macro between functions that never ran, beside code that ran.
const WITHIN: &str = "use std::sync::LazyLock;

macro_rules! only_here { ($($items:item)*) => { $(#[cfg(unix)] $items)* } }

#[derive(Debug, Clone, Copy)]
struct Limits {
    retries: u8,
}

static FEW: LazyLock<Limits> = LazyLock::new(|| {
    limits(
        11,
    )
});

only_here! {
    fn given() -> Limits {
        limits(
            12,
        )
    }
}

fn limits(retries: u8) -> Limits {
    Limits { retries }
}

fn logic(one: bool, other: bool) -> bool {
    one
        && // and
        other
}

fn main() {
    let many = std::env::args().count();
    let list: &[u8] = Some(&[7u8, 7][..]).unwrap_or_else(|| &[
        13,
        14,
    ]);
    let a = Some(limits(1)).unwrap_or_else(|| Limits {
        retries: 15,
    });
    println!(\"{list:?} {a:?} {}\", a.retries);
    if many > 1 {
        const LIMIT: usize = 16;
        println!(\"{} {:?} {:?}\", many.min(LIMIT), *FEW, given());
    }
    if many > 2 {
        println!(\"{}\", logic(many > 3, many > 4));
    }
    let it = match many {
        99 => const {
            17
        },
        _ => 0,
    };
    println!(\"{it}\");
}
";

#[test]
fn what_is_within_something_that_never_ran_does_not_count_as_what_is_around_that() {
    let gate = gate_of(WITHIN);
    let lines = ["11,", "12,", "LIMIT: usize = 16", "&& //", "retries: 15"];
    let to = ["9,", "9,", "LIMIT: usize = 9", "|| //", "retries: 9"];
    for (from, to) in lines.into_iter().zip(to) {
        gate(from, to, &[]).ends_with(1).says("0 of 1 lines ran");
    }
    for (from, to) in lines.into_iter().zip(to).take(3) {
        gate(from, to, &["--", "all"])
            .ends_with(0)
            .says("100.00% of the lines ran");
    }
    // Of these the compiler has nothing.
    for (from, to) in [("13,", "9,"), ("            17\n", "            9\n")] {
        let (before, _) = WITHIN.split_once(from.trim()).unwrap();
        let line = before.lines().count();
        gate(from, to, &[])
            .ends_with(1)
            .says(&format!("no code for line {line}"));
    }
}

/// A crate of which some is not to be measured, with a closure behind a text of several bytes a character, and what no build has.
const HEADED: &str = "#![cfg_attr(coverage_nightly, feature(coverage_attribute))]

struct Limits {
    delay: u8,
}

fn main() {
    let known = std::env::args().nth(1).filter(|it| it == \"最大再試行回数の設定値\").map(|_| Limits {
        delay: 10,
    });
    println!(\"{}\", known.map_or(0, |it| it.delay));
}

#[cfg_attr(feature = \"api\", doc = \"GET /policies/{id}/coverage\")]
pub fn policy(number: u8) -> u8 {
    return number;
    #[allow(unreachable_code)]
    {
        number + 1
    }
}
";

#[test]
fn neither_a_character_of_several_bytes_nor_the_word_coverage_makes_a_change_one_that_has_run() {
    let gate = gate_of(HEADED);
    gate("delay: 10", "delay: 11", &[])
        .ends_with(1)
        .says("0 of 1 lines ran");
    gate("number + 1", "number + 2", &[])
        .ends_with(1)
        .says("nothing that has changed was measured");
}
