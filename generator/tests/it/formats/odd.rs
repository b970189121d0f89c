//! A crate whose files and functions have names that a format might trip over.

use std::fs;

use crate::support::instrumented::Instrumented;

/// In the directory `src`. Without `%`, which genhtml takes for one of its own.
pub const ODD: &str = "a b & <c> 'd' | `e` _f_ é#\"\\.rs";
/// The same with a line break, which an lcov trace file has no way to say.
pub const BROKEN: &str = "broken\nname.rs";

/// The same with what would turn a terminal red.
pub const RED: &str = "\u{1b}[31mred.rs";

const SOURCE: &str = "pub fn größer<T: PartialOrd>(one: T, other: T) -> u8 {
    if one > other { 1 } else { 2 }
}
pub fn r#match() -> u8 {
    [1, 2].iter().map(|it| it + 1).sum()
}
pub fn idle() -> u8 {
    3
}
";

/// Built and run; the odd files are part of the program.
pub fn crate_with(names: &[&str]) -> Instrumented {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let mut calls = vec!["unlinked_module::used()".to_owned()];
    let mut modules = vec![];
    for (number, name) in names.iter().enumerate() {
        fs::write(fixture.root().join("src").join(name), SOURCE).unwrap();
        modules.push(format!("#[path = {name:?}]\nmod odd{number};\n"));
        calls.extend(
            ["größer(1, 2)", "größer(\"a\", \"b\")", "r#match()"]
                .map(|call| format!("odd{number}::{call}")),
        );
    }
    let calls = calls.join(" + ");
    let main = format!(
        "{}fn main() {{ println!(\"{{}}\", {calls}) }}\n",
        modules.concat()
    );
    fs::write(fixture.root().join("src/main.rs"), main).unwrap();
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    fixture
}
