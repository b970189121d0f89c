//! Changes in what `cfg` leaves out of a file that was built.

use crate::build::package;
use crate::denominator::source_lines::scaffolded;
use crate::support::TestCrate;
use crate::support::repository::Git;

#[test]
fn no_threshold_is_met_by_a_change_in_what_cfg_leaves_out() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &(package("app", "") + "[features]\nmore = []\n"),
    );
    let main = "fn main() {\n    println!(\"app\");\n}\n";
    krate.write("src/main.rs", main);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    let report = |words: &[&str]| {
        krate.itcov(&["run"]).ends_with(0);
        let since = super::SINCE_HEAD;
        krate.itcov(&[&since[..], words].concat())
    };
    let more = "#[cfg(feature = \"more\")]\nfn more() {\n    println!(\"more\");\n}\n";
    krate.write("src/main.rs", &(main.to_owned() + more));
    let why =
        "src/main.rs (no code for line 4, which `cfg` leaves out or the compiler has no lines of)";
    report(&[])
        .ends_with(1)
        .says(&format!("cannot be told: {why}"));
    // It is said where something else has run, and is no matter where it is not meant.
    krate.write(
        "src/main.rs",
        &(main.replacen("\"app\"", "\"a\"", 1) + more),
    );
    report(&[])
        .ends_with(0)
        .says(&format!("not measured: {why}"));
    for none in [
        "#[cfg(test)]\nmod tests {\n    fn helper() {}\n    #[test]\n    fn test() {\n        helper();\n    }\n}\n",
        "macro_rules! made {\n    () => {\n        fn made() {}\n    };\n}\n",
        "// fn more() {}\n",
    ] {
        krate.write("src/main.rs", &(main.to_owned() + none));
        let met = report(&[]).ends_with(0);
        assert!(!met.stderr.contains("no code for"), "{}", met.stderr);
    }
}

#[test]
fn no_threshold_is_met_by_what_cfg_leaves_out_of_a_file_without_other_code() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        &(package("app", "") + "[features]\nmore = []\n"),
    );
    let off = "#![cfg(feature = \"more\")]\n";
    krate.write("src/headed.rs", off);
    krate.write("src/types.rs", "pub struct Number(pub u8);\n");
    krate.write("src/checks.rs", "#![cfg(test)]\n");
    krate.write(
        "src/main.rs",
        "mod checks;\nmod headed;\nmod types;\nfn main() {\n    types::Number(1);\n}\n",
    );
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = Git::init(&krate.root);
    git.commit("first");
    let gate = || {
        krate.itcov(&["run"]).ends_with(0);
        let since = ["--changed-since", "HEAD", "--fail-under-lines", "100"];
        krate.itcov(&[&["report"], &since[..]].concat())
    };
    let function = "fn double(number: u8) -> u8 {\n    number * 2\n}\n";
    let method = "#[cfg(feature = \"more\")]\nimpl Number {\n    pub fn get(&self) -> u8 {\n        self.0\n    }\n}\n";
    let number = "pub struct Number(pub u8);\n";
    for (file, text, line) in [
        ("src/headed.rs", off.to_owned() + function, 1),
        ("src/types.rs", number.to_owned() + method, 2),
    ] {
        krate.write(file, &text);
        let why = format!(
            "{file} (no code for line {line}, which `cfg` leaves out or the compiler has no lines of)"
        );
        gate().ends_with(1).says(&format!("cannot be told: {why}"));
        git.commit("next");
    }
    // Tests and types have no code of the program.
    krate.write("src/checks.rs", &format!("#![cfg(test)]\n{function}"));
    krate.write(
        "src/types.rs",
        &format!("{number}pub struct Other;\n{method}"),
    );
    let met = gate().ends_with(0);
    assert!(!met.stderr.contains("no code for"), "{}", met.stderr);
}

#[test]
fn no_threshold_is_met_by_statements_that_cfg_leaves_out() {
    let krate = TestCrate::empty();
    let more = "[features]\nmore = []\n";
    krate.write("Cargo.toml", &package("app", more));
    let main = |more: &str| {
        format!("fn main() {{\n    println!(\"a\");\n{more}    println!(\"b\");\n}}\n")
    };
    krate.write("src/main.rs", &main(""));
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    let gate = |words: &[&str]| {
        let since = ["--changed-since", "HEAD", "--fail-under-lines", "100"];
        krate.itcov(&["report"]);
        krate.itcov(&[&["report"], &since[..], words].concat())
    };
    let off = "    #[cfg(feature = \"more\")]\n";
    for statement in [
        "    println!(\"c\");\n",
        "    {\n        println!(\"c\");\n    }\n",
        "    let _ = 1;\n",
    ] {
        krate.write("src/main.rs", &main(&format!("{off}{statement}")));
        krate.itcov(&["run"]).ends_with(0);
        gate(&[])
            .ends_with(1)
            .says("src/main.rs (no code for line 3, which `cfg` leaves out or the compiler has no lines of)");
        krate.itcov(&["run", "--features", "more"]).ends_with(0);
        let met = gate(&[]).ends_with(0);
        assert!(!met.stderr.contains("no code for"), "{}", met.stderr);
    }
    // What is given to a macro is statements, too.
    let passed = |rest: &str| format!("    passed! {{ {rest}println!(\"d\"); }}\n");
    let defined = "macro_rules! passed {\n    (if #[cfg($($if:tt)*)] { $($one:tt)* } else { $($other:tt)* } $($all:tt)*) => {\n        \
                   #[cfg($($if)*)] { $($one)* } #[cfg(not($($if)*))] { $($other)* } $($all)*\n    };\n    \
                   ($($all:tt)*) => { $($all)* };\n}\n";
    for (rest, line) in [
        ("\n#[cfg(feature = \"more\")]\nprintln!(\"c\");\n", 10),
        (
            "if #[cfg(feature = \"more\")] {\nprintln!(\"c\");\n} else {}\n",
            9,
        ),
        (
            "if #[cfg(not(feature = \"more\"))] {} else {\nprintln!(\"c\");\n}\n",
            9,
        ),
    ] {
        let text = defined.to_owned() + &main(&passed(rest));
        krate.write("src/main.rs", &text.replace("\"c\"", "\"before\""));
        let git = Git(krate.root.clone());
        git.commit("with a macro");
        krate.write("src/main.rs", &text);
        let run = krate.itcov(&["run"]).ends_with(0);
        assert!(run.stdout.starts_with("a\nd\nb\n"), "{run:?}");
        let said = format!(
            "src/main.rs (no code for line {line}, which `cfg` leaves out or the compiler has no lines of)"
        );
        gate(&[]).ends_with(1).says(&said);
    }
    let arm = "    match 1 {\n        #[cfg(feature = \"more\")]\n        2 => {}\n        _ => {}\n    }\n";
    krate.write("src/main.rs", &main(arm));
    krate.itcov(&["run"]).ends_with(0);
    // The others have run.
    let met = gate(&[]).ends_with(0);
    met.says("no code for line 4, which `cfg` leaves out");
    for test in [
        "    #[cfg(test)]\n    println!();\n",
        "    #[cfg(not(coverage))]\n    println!();\n",
    ] {
        krate.write("src/main.rs", &main(test));
        krate.itcov(&["run"]).ends_with(0);
        gate(&[]).ends_with(0);
    }
}

#[test]
fn no_threshold_is_met_by_methods_in_macros_or_by_what_no_build_has() {
    let krate = TestCrate::empty();
    let more = "[features]\nmore = []\n";
    krate.write("Cargo.toml", &package("app", more));
    let main = "\
macro_rules! more {
    ($($item:tt)*) => { #[cfg(feature = \"more\")] $($item)* };
}
struct One;
impl One {
    more! { fn method(&self) -> u8 { 1 } }
    fn base(&self) -> u8 { 0 }
}
trait Two {
    more! { fn given(&self) -> u8 { 2 } }
}
fn main() {
    more! { fn inner() -> u8 { 3 } }
    One.base();
    #[cfg(false)]
    println!(\"4\");
    println!();
}
";
    krate.write("src/main.rs", main);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    for (from, to, line) in [
        ("{ 1 }", "{ 5 }", 6),
        ("{ 2 }", "{ 5 }", 10),
        ("{ 3 }", "{ 5 }", 13),
        ("\"4\"", "\"5\"", 15),
    ] {
        krate.write("src/main.rs", &main.replace(from, to));
        krate.itcov(&["run"]).ends_with(0);
        let since = ["--changed-since", "HEAD", "--fail-under-lines", "100"];
        krate
            .itcov(&[&["report"], &since[..]].concat())
            .says(&format!(
                "src/main.rs (no code for line {line}, which `cfg` leaves out or the compiler has no lines of)"
            ))
            .ends_with(1);
    }
}

#[test]
fn whatever_a_function_is_it_is_not_taken_for_left_out_if_it_was_built() {
    let krate = scaffolded("denominator");
    krate.write(".gitignore", "/target\n");
    let git = Git::init(&krate.root);
    git.run(&["add", ".gitignore"]);
    git.run(&["commit", "-qm", "first"]);
    krate.itcov(&["run"]).ends_with(0);
    let said = krate
        .itcov(&["report", "--changed-since", "HEAD"])
        .ends_with(0);
    assert!(!said.stderr.contains("no code for"), "{}", said.stderr);
}

#[test]
fn a_file_that_is_embedded_as_text_has_no_code() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    let main = "mod used;\n#[doc = include_str!(\"noted.rs\")]\nstruct Noted;\nfn main() {\n    \
                println!(\"{}\", include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/template/main.rs\")));\n    \
                let _ = (include_bytes!(\"used.rs\"), include!(\"part.rs\"), Noted);\n}\n";
    krate.write("src/main.rs", main);
    let embedded = ["template/main.rs", "src/noted.rs"];
    let sources = ["src/used.rs", "src/part.rs"];
    for file in [embedded, sources].concat() {
        krate.write(file, "{}");
    }
    krate.write("src/used.rs", "");
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = Git::init(&krate.root);
    git.commit("first");
    let function = "#[cfg(windows)]\nfn elsewhere() {\n    println!();\n}\n";
    for file in embedded {
        krate.write(file, function);
    }
    krate.itcov(&["run"]).ends_with(0);
    let met = krate.itcov(&super::SINCE_HEAD).ends_with(0);
    assert!(!met.stderr.contains("no code for"), "{}", met.stderr);
    // What is a module or code as well has been left out.
    git.commit("next");
    krate.write("src/used.rs", function);
    krate.write("src/part.rs", &format!("{{ {function} }}"));
    krate.itcov(&["run"]).ends_with(0);
    krate
        .itcov(&super::SINCE_HEAD)
        .ends_with(1)
        .says("cannot be told: src/used.rs (no code for line 1, which `cfg` leaves out or the compiler has no lines of)");
}

#[test]
fn no_threshold_is_met_by_what_is_given_to_macros_that_cfg_makes_nothing_of() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", "[features]\nmore = []\n"));
    let macros = "\
macro_rules! more {
    ($($all:tt)*) => { #[cfg(feature = \"more\")] { $($all)* } };
}
#[cfg(feature = \"more\")]
macro_rules! log { ($it:expr) => { println!(\"{}\", $it) } }
#[cfg(not(feature = \"more\"))]
macro_rules! log { ($it:expr) => {} }
macro_rules! either {
    ($it:expr) => {
        #[cfg(feature = \"more\")]
        println!(\"{}\", $it);
        #[cfg(not(feature = \"more\"))]
        drop($it);
    };
}
macro_rules! nothing { ($($all:tt)*) => {} }
pub(crate) use {either, log, more, nothing};
";
    krate.write("src/macros.rs", macros);
    let main = "\
mod macros;
use macros::{either, more, nothing};
fn main() {
    more! {
        println!(\"1\");
    }
    println!();
    crate::macros::log!(\"2\");
    either!(\"3\");
    nothing!(\"4\");
}
";
    krate.write("src/main.rs", main);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    for (from, to, line) in [
        ("1", "5", Some(4)),
        ("2", "5", Some(8)),
        ("3", "5", None),
        ("4", "5", None),
    ] {
        krate.write("src/main.rs", &main.replace(from, to));
        krate.itcov(&["run"]).ends_with(0);
        let gate = krate.itcov(&super::SINCE_HEAD);
        match line {
            Some(line) => {
                let said = format!(
                    "src/main.rs (no code for line {line}, which `cfg` leaves out or the compiler has no lines of)"
                );
                gate.ends_with(1).says(&said);
            }
            None => assert!(!gate.ends_with(0).stderr.contains("no code for")),
        }
    }
    krate.write("src/main.rs", &main.replace('1', "5"));
    krate.itcov(&["run", "--features", "more"]).ends_with(0);
    krate.itcov(&super::SINCE_HEAD).ends_with(0);
}

#[test]
fn no_threshold_is_met_by_code_that_is_given_to_a_macro_and_has_no_lines() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    let main = "\
use std::cell::RefCell;
thread_local! {
    static TABLE: RefCell<Vec<u8>> = RefCell::new({
        let all = vec![1];
        all
    });
    static NONE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}
macro_rules! handlers {
    ($($name:ident($arg:ident) => $body:expr)*) => {
        $(fn $name($arg: &str) -> String { $body })*
    };
}
handlers! {
    greet(name) => {
        // A greeting.
        format!(\"hello {name}\")
    }
}
macro_rules! texts {
    ($($name:ident = $text:expr;)*) => { $(const $name: &str = $text;)* };
}
texts! {
    ONE = \"one\";
}
macro_rules! kept {
    ($it:expr) => {{
        thread_local! { static KEPT: u8 = $it; }
        KEPT.with(|it| *it)
    }};
}
fn idle() -> u8 {
    kept!({
        let it = 8;
        it
    })
}
fn main() {
    kept!({
        let it = 7;
        it
    });
    if std::env::args().count() > 5 {
        TABLE.with(|it| it.borrow_mut().clear());
        NONE.with(|it| it.borrow_mut().push(idle()));
        greet(ONE);
    }
}
";
    krate.write("src/main.rs", main);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    let gate = |main: &str| {
        krate.write("src/main.rs", main);
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&super::SINCE_HEAD)
    };
    for (from, to, line) in [
        ("vec![1]", "vec![2]", 4),
        ("hello {", "bye {", 17),
        ("let it = 8", "let it = 9", 34),
    ] {
        let said =
            format!("src/main.rs (no code of its own for line {line}, which is given to a macro)");
        gate(&main.replace(from, to)).ends_with(1).says(&said);
    }
    // Beside other code that has changed it is named.
    let beside = main.replace("hello {", "bye {");
    let beside = beside.replace("    if std", "    drop(1);\n    if std");
    let said = "src/main.rs (no code of its own for line 17, which is given to a macro)";
    gate(&beside).ends_with(0).says(said);
    // It is no matter where the macro is called in a line that ran, nor as a constant or text.
    for (from, to) in [
        ("let it = 7", "let it = 9"),
        ("A greeting", "One"),
        ("Vec::new()", "vec![]"),
        ("\"one\"", "\"two\""),
    ] {
        let met = gate(&main.replace(from, to)).ends_with(0);
        assert!(!met.stderr.contains("given to a macro"), "{}", met.stderr);
    }
}
