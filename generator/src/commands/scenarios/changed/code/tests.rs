//! What a replacement in a text changes.

use super::{Doubt, Function, Makers};

fn changed(compiled: &str, other: &str) -> Result<Vec<Function>, Doubt> {
    super::changed(compiled, other, &Makers::default())
}

const TEXT: &str = "\
use std::fmt;
const A: u8 = 1;
pub struct S(u8);
impl S {
    /// Says it.
    pub fn say(
        &self,
    ) -> u8 {
        let add = |it: u8| it + 1;
        add(self.0)
    }
    const fn early() -> u8 { 1 }
    fn one(&self) -> u8 { 1 } const N: u8 = 2;
}
trait T {
    fn given(&self) -> u8 { 3 }
}
static LATE: Lazy = Lazy::new(|| 4);
made! { fn inside() { 5 } }
async fn outer() {
    fn inner() -> u8 {
        6
    }
    inner();
}
fn with_impl() {
    use std::io;
    impl T for S { const K: u8 = 7; fn kind() -> u8 { 8 } }
    other();
}
fn with_const() {
    const LIMIT: u8 = 9;
    other(LIMIT);
}
mod deep {
    pub(crate) unsafe extern \"C\" fn deepest(a: bool, b: bool) -> bool {
        a && b
    }
    fn waiting() -> impl Fn() { const { 10 }; || () }
}
";

/// What a replacement changes: the first and the last lines of functions, or the line of a doubt.
fn of(from: &str, to: &str) -> Result<Vec<(u32, u32)>, u32> {
    assert_eq!(TEXT.matches(from).count(), 1, "{from}");
    let there = changed(TEXT, &TEXT.replace(from, to));
    let back = changed(&TEXT.replace(from, to), TEXT);
    assert_eq!(there.is_ok(), back.is_ok(), "{from}");
    let functions = there.map_err(|doubt| doubt.line.unwrap())?;
    let ends = functions
        .iter()
        .map(|it| (*it.lines.start(), *it.lines.end()));
    Ok(ends.collect())
}

#[test]
fn what_is_in_a_body_belongs_to_its_function() {
    for (from, to, lines) in [
        ("it + 1", "it + 2", (6, 11)),
        ("add(self.0)", "add(self.0); 2", (6, 11)),
        (
            "say(\n        &self,\n    ) -> u8 {\n",
            "say(\n        &self,\n    ) -> u8 {\n\n x;",
            (6, 11),
        ),
        ("-> u8 { 1 } const N", "-> u8 { 2 } const N", (13, 13)),
        ("{ 3 }", "{ 4 }", (16, 16)),
        ("        6\n", "        7\n", (21, 23)),
        ("    inner();", "    inner(1);", (20, 25)),
        ("fn inner() -> u8", "fn inner() -> u16", (20, 25)),
        ("{ 8 }", "{ 9 }", (28, 28)),
        ("    other();", "    others();", (26, 30)),
        ("LIMIT: u8 = 9", "LIMIT: u8 = 10", (31, 34)),
        ("a && b", "a & &b", (36, 38)),
        ("const { 10 }", "const { 11 }", (39, 39)),
    ] {
        assert_eq!(of(from, to), Ok(vec![lines]), "{to}");
    }
    assert_eq!(of("        a && b\n", "\n // And.\n a && b"), Ok(vec![]));
}

#[test]
fn all_else_may_have_an_effect_anywhere() {
    for (from, to, line) in [
        ("A: u8 = 1", "A: u8 = 2", 2),
        ("/// Says it.", "/// Says.", 5),
        ("pub fn say", "fn say", 6),
        ("fn say", "fn tell", 6),
        ("&self,\n    ) -> u8", "&self,\n    ) -> u16", 8),
        ("early() -> u8 { 1 }", "early() -> u8 { 2 }", 12),
        ("N: u8 = 2", "N: u8 = 3", 13),
        ("fn one(&self) -> u8", "const fn one(&self) -> u8", 13),
        ("|| 4", "|| 5", 18),
        ("{ 5 }", "{ 6 }", 19),
        ("use std::io", "use std::fs", 27),
        ("K: u8 = 7", "K: u8 = 8", 28),
        ("kind()", "kind(_: u8)", 28),
        ("struct S(u8)", "struct S(u16)", 3),
        ("unsafe extern", "extern", 36),
    ] {
        assert_eq!(of(from, to), Err(line), "{to}");
    }
    let why = "is no Rust that is understood";
    assert_eq!(changed(TEXT, "fn"), Err(Doubt { line: None, why }));
    assert_eq!(changed("1 + 1", "1 + 1"), Err(Doubt { line: None, why }));
}

#[test]
fn what_is_given_to_a_macro_that_makes_items_is_not_of_the_function_alone() {
    let text = "\
macro_rules! made { ($t:ident, $e:expr) => { impl Default for $t { fn default() -> Self { $t($e) } } } }
macro_rules! passed { ($($all:tt)*) => { made!($($all)*); } }
macro_rules! shown { ($e:expr) => { println!(\"{}\", $e) } }
fn one() {
    made!(A, 1);
    inner::passed!(B, 2);
    kept! { impl C { const N: usize = 3; } }
    shown!({ made!(D, 4); 5 });
    shown!(6);
    println!(\"7\");
    vec![8].len();
    quote! { impl E { const N: usize = 9; } }
}
";
    let makers = Makers::of([text.to_owned()].into_iter());
    for number in 1..=9 {
        let (from, to) = (format!("{number}"), format!("{number}0"));
        let (before, calls) = text.split_at(text.find("fn one").unwrap());
        let other = before.to_owned() + &calls.replace(&from, &to);
        let found = super::changed(text, &other, &makers);
        assert_eq!(
            found.is_err(),
            [1, 2, 3, 4, 5].contains(&number),
            "{number}"
        );
    }
}

#[test]
fn what_is_in_a_function_and_reached_from_elsewhere_is_not_of_the_function_alone() {
    for (item, is_own) in [
        ("static A: u8 = 1;", true),
        ("#[allow(dead_code)] #[cfg(unix)] static A: u8 = 1;", true),
        ("/// A text.\n static A: u8 = 1;", true),
        ("#[expect(dead_code)] const A: u8 = 1;", true),
        ("const A: u8 = { const B: u8 = 1; B };", true),
        ("shown!(1);", true),
        ("#[unsafe(no_mangle)] static A: u8 = 1;", false),
        ("#[export_name = \"B\"] static A: u8 = 1;", false),
        (
            "#[used] #[unsafe(link_section = \"s\")] static A: u8 = 1;",
            false,
        ),
        ("#[linkme::distributed_slice(ALL)] static A: u8 = 1;", false),
        ("#[cfg_attr(unix, no_mangle)] static A: u8 = 1;", false),
        ("#[made] const A: u8 = 1;", false),
        ("{ #[no_mangle] static A: u8 = 1; }", false),
        ("let a = || { #[no_mangle] static A: u8 = 1; };", false),
        ("const _: () = { #[no_mangle] static A: u8 = 1; };", false),
        (
            "const _: () = { impl T for S { const A: u8 = 1; } };",
            false,
        ),
        (
            "static A: u8 = { impl T for S { const A: u8 = 1; } 2 };",
            false,
        ),
        (
            "let a = [0; { impl T for S { const A: u8 = 1; } 2 }];",
            false,
        ),
        ("mangled!(1);", false),
        ("kept! { #[no_mangle] static A: u8 = 1; }", false),
    ] {
        let text = format!(
            "macro_rules! mangled {{ ($e:expr) => {{ #[unsafe(no_mangle)] static A: u8 = $e; }} }}
macro_rules! shown {{ ($e:expr) => {{ #[allow(unused)] static A: u8 = $e; }} }}
fn one() {{ {item} two(); }}"
        );
        let makers = Makers::of([text.clone()].into_iter());
        let found = super::changed(&text, &text.replace('1', "3"), &makers);
        assert_eq!(found.is_ok(), is_own, "{item}");
    }
}
