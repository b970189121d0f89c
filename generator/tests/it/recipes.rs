//! The recipes, run by a real just.

use crate::support::TestCrate;

#[test]
fn arguments_reach_the_program_unchanged() {
    let krate = TestCrate::scaffolded("arguments");
    let arguments = ["two words", "it's \"quoted\"", "$HOME `id` \\", "*", "", "line\nbreak\n", "--flag=1", "-x", "ü"];
    let output = krate.just(&[&["itcov"], &arguments[..]].concat()).ends_with(0);
    assert_eq!(output.stdout.lines().next().unwrap(), format!("{arguments:?}"));
}
