//! Code that was not measured: crates from outside of the workspace, and other programs.

use super::{app, recorded};
use crate::build::package;
use crate::scenarios::changed::{changed, with};
use crate::support::TestCrate;

#[test]
fn a_crate_that_is_patched_in_from_outside_selects_all() {
    let krate = TestCrate::empty();
    let patched =
        "[dependencies]\nitoa = \"1\"\n[patch.crates-io]\nitoa = { path = \"../itoa\" }\n";
    krate.write("Cargo.toml", &package("app", patched));
    krate.write("src/main.rs", "fn main() {\n    itoa::act();\n}\n");
    krate.write(
        "../itoa/Cargo.toml",
        &package("itoa", "").replace("0.1.0", "1.0.0"),
    );
    krate.write("../itoa/src/lib.rs", "pub fn act() {}\n");
    recorded(&krate, &["one"]);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(said.contains("the crate itoa is not measured"), "{said}");
}

#[test]
fn what_is_outside_of_the_workspace_selects_all() {
    let krate = TestCrate::empty();
    let dependency =
        "\n[dependencies]\nbeside = { path = \"beside\" }\n[workspace]\nexclude = [\"beside\"]\n";
    krate.write("Cargo.toml", &(package("app", "") + dependency));
    krate.write("beside/Cargo.toml", &package("beside", ""));
    krate.write("beside/src/lib.rs", "pub fn act() {}\n");
    krate.write("src/main.rs", "fn main() {\n    beside::act();\n}\n");
    recorded(&krate, &["one"]);
    let (names, said) = changed(&krate);
    assert_eq!(names, ["one"]);
    assert!(said.contains("the crate beside is not measured"), "{said}");
    let run = [
        "exec",
        "--scenarios",
        "--also",
        "beside",
        "--",
        "sh",
        "-e",
        "suite.sh",
    ];
    krate.itcov(&run).ends_with(0);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    let (names, said) = with(&krate, "beside/src/lib.rs", "{}", "{ println!(); }");
    assert_eq!((names, &*said), (vec!["one".to_owned()], ""));
}

#[test]
fn one_of_several_programs_is_not_all() {
    let krate = app("fn main() {}\n");
    recorded(&krate, &["one"]);
    let words = ["scenarios", "--changed-since", "HEAD", "--bin", "app"];
    krate
        .itcov(&words)
        .ends_with(1)
        .says("--changed-since does not go with --package and --bin");
}
