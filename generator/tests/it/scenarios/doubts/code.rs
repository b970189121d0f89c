//! Code that has an effect where it does not run.

use super::{app, recorded};
use crate::scenarios::changed::{changed, with};

const TEXT: &str = r#"use std::sync::LazyLock;

const unsafe fn early() -> u8 {
    1
}

const EARLY: u8 = unsafe { early() };

static TABLE: LazyLock<u8> = LazyLock::new(|| {
    5
});

trait Named {
    fn name(&self) -> &str {
        "of the trait"
    }
}

struct A;
impl Named for A {}

impl A {
    fn own_name(&self) -> &str {
        "own"
    }
}

fn converted(some: Option<u8>) {
    let found = some.map(|it| {
        it as u16
    });
    println!("{}", size_of_val(&found));
}

fn wide() -> u16 {
    300
}

fn chosen(is_wide: bool) {
    let found = if is_wide { wide() } else { Default::default() };
    println!("{}", size_of_val(&found));
}

trait Kind {
    const KIND: u8;
}

fn outer() {
    impl Kind for A {
        const KIND: u8 = 4;
    }
    println!("outer");
}

struct One;
impl One { fn one() -> u8 { 1 } const TWO: u8 = 2; }

fn main() {
    match std::env::args().nth(1).unwrap().as_str() {
        "constant" => println!("{EARLY}"),
        "early" => println!("{}", unsafe { early() }),
        "table" => println!("{}", *TABLE),
        "name" => println!("{}", A.name()),
        "own" => println!("{}", A.own_name()),
        "some" => converted(Some(1)),
        "none" => converted(None),
        "wide" => chosen(true),
        "default" => chosen(false),
        "outer" => outer(),
        "kind" => println!("{}", A::KIND),
        "one" => println!("{}", One::one()),
        "two" => println!("{}", One::TWO),
        _ => {}
    }
}
"#;

#[test]
fn what_has_an_effect_where_it_does_not_run_selects_all() {
    let krate = app(TEXT);
    let all = [
        "constant", "early", "table", "name", "own", "some", "none", "wide", "default", "outer",
        "kind", "one", "two",
    ];
    recorded(&krate, &all);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    for (from, to, marked) in [
        // The compiler runs it.
        ("    1\n", "    2\n", "1"),
        // Whoever comes first does.
        ("    5\n", "    6\n", "5"),
        // It is found in the place of the trait's.
        ("fn own_name", "fn name", "fn own_name"),
        // What is behind an `else` has its type.
        ("wide() -> u16", "wide() -> u32", "fn wide"),
        ("KIND: u8 = 4", "KIND: u8 = 5", "KIND: u8 = 4"),
        ("const TWO: u8 = 2", "const TWO: u8 = 3", "const TWO"),
        (
            "    fn own_name",
            "    #[inline]\n    fn own_name",
            "fn own_name",
        ),
    ] {
        let (names, said) = with(&krate, "src/main.rs", from, to);
        assert_eq!(names, all, "{to}");
        let line = 1 + TEXT.lines().position(|line| line.contains(marked)).unwrap();
        let why = format!("src/main.rs:{line} is not in the body of a function");
        assert!(said.contains(&why), "{to}: {said}");
    }
    for (from, to, expected) in [
        ("\"own\"\n", "\"mine\"\n", vec!["own"]),
        // The type of what is around a closure is decided in it.
        ("it as u16", "it as u32", vec!["some", "none"]),
        ("    300\n", "    // More.\n    301\n", vec!["wide"]),
        ("    300\n", "    // The same.\n    300\n", vec![]),
        ("println!(\"outer\")", "println!(\"out\")", vec!["outer"]),
        ("{ 1 } const", "{ 3 } const", vec!["one"]),
    ] {
        let (names, said) = with(&krate, "src/main.rs", from, to);
        assert_eq!(
            (names, &*said),
            (expected.into_iter().map(str::to_owned).collect(), ""),
            "{to}"
        );
    }
}

#[test]
fn what_is_given_to_a_macro_that_makes_items_selects_all() {
    let krate = app(r#"mod macros;
struct Config(u8);

fn setup() {
    macros::default!(Config, 3);
    println!("setup");
}

fn main() {
    match std::env::args().nth(1).unwrap().as_str() {
        "setup" => setup(),
        _ => println!("{}", Config::default().0),
    }
}
"#);
    krate.write(
        "src/macros.rs",
        "macro_rules! default {\n    ($t:ident, $e:expr) => {\n        impl Default for $t {\n            \
         fn default() -> Self { $t($e) }\n        }\n    };\n}\npub(crate) use default;\n",
    );
    recorded(&krate, &["setup", "show"]);
    let (names, said) = with(&krate, "src/main.rs", ", 3)", ", 4)");
    assert_eq!(names, ["setup", "show"]);
    let why = "src/main.rs:5 is not in the body of a function";
    assert!(said.contains(why), "{said}");
    let (names, said) = with(&krate, "src/main.rs", "\"setup\")", "\"set up\")");
    assert_eq!((&*names.join(" "), &*said), ("setup", ""));
}

#[test]
fn a_static_that_is_reached_by_its_symbol_selects_all() {
    let krate = app(r#"fn setup() {
    #[unsafe(no_mangle)]
    static LIMIT: u8 = 3;
    static OWN: u8 = 4;
    println!("setup {OWN}");
}

unsafe extern "C" {
    #[link_name = "LIMIT"]
    static THE_LIMIT: u8;
}

fn main() {
    match std::env::args().nth(1).unwrap().as_str() {
        "setup" => setup(),
        _ => println!("{}", unsafe { THE_LIMIT }),
    }
}
"#);
    recorded(&krate, &["setup", "show"]);
    let (names, said) = with(&krate, "src/main.rs", "= 3;", "= 5;");
    assert_eq!(names, ["setup", "show"]);
    let why = "src/main.rs:3 is not in the body of a function";
    assert!(said.contains(why), "{said}");
    let (names, said) = with(&krate, "src/main.rs", "\"setup {", "\"set up {");
    assert_eq!((&*names.join(" "), &*said), ("setup", ""));
}
