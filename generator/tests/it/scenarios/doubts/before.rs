//! What build scripts and macros run and read, before the program is there.

use super::{app, recorded};
use crate::build::package;
use crate::scenarios::changed::{changed, with};
use crate::support::TestCrate;

#[test]
fn what_build_scripts_and_macros_run_selects_all() {
    let krate = TestCrate::empty();
    let used = "\n[dependencies]\nshared = { path = \"shared\" }\nother = { path = \"other\" }\n\
                [build-dependencies]\nshared = { path = \"shared\" }\n\
                [workspace]\nmembers = [\"shared\", \"other\"]\n";
    krate.write("Cargo.toml", &(package("app", "") + used));
    for (name, number) in [("shared", 7), ("other", 8)] {
        krate.write(&format!("{name}/Cargo.toml"), &package(name, ""));
        let text = format!("pub fn number() -> u8 {{\n    {number}\n}}\n");
        krate.write(&format!("{name}/src/lib.rs"), &text);
    }
    krate.write("src/part.rs", "pub fn part() -> u8 {\n    3\n}\n");
    krate.write(
        "build.rs",
        "#[path = \"src/part.rs\"]\nmod part;\nfn main() {\n    \
         println!(\"cargo::rustc-env=MADE={}\", part::part() + shared::number());\n}\n",
    );
    krate.write(
        "src/main.rs",
        "mod part;\nfn main() {\n    match std::env::args().nth(1).unwrap().as_str() {\n        \
         \"made\" => println!(\"{}\", env!(\"MADE\")),\n        \"part\" => println!(\"{}\", part::part()),\n        \
         \"shared\" => println!(\"{}\", shared::number()),\n        _ => println!(\"{}\", other::number()),\n    }\n}\n",
    );
    recorded(&krate, &["made", "part", "shared", "other"]);
    for (file, from, to, why) in [
        ("src/part.rs", "3", "4", "part of a build script or macro"),
        (
            "shared/src/lib.rs",
            "7",
            "8",
            "a build script or macro uses",
        ),
    ] {
        let (names, said) = with(&krate, file, from, to);
        assert_eq!(names, ["made", "part", "shared", "other"]);
        assert!(
            said.contains(&format!("{file} has changed, which ")),
            "{said}"
        );
        assert!(said.contains(why), "{said}");
    }
    let (names, said) = with(&krate, "other/src/lib.rs", "    8\n", "    9\n");
    assert_eq!((names, &*said), (vec!["other".to_owned()], ""));
}

#[test]
fn what_a_build_script_reads_and_git_ignores_selects_all() {
    let krate = app("fn main() {\n    println!(env!(\"WORD\"));\n}\n");
    krate.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=target/../src/ignored.rs\");\n    \
         let word = std::fs::read_to_string(\"src/ignored.rs\").unwrap();\n    \
         println!(\"cargo::rustc-env=WORD={word}\");\n}\n",
    );
    krate.write("src/ignored.rs", "one");
    recorded(&krate, &["one"]);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    let (names, said) = with(&krate, "src/ignored.rs", "one", "two");
    assert_eq!(names, ["one"]);
    assert!(said.contains("with another text of "), "{said}");
}
