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

#[test]
fn what_build_scripts_and_macros_use_outside_of_the_workspace_selects_all() {
    let krate = TestCrate::empty();
    let used = "\n[dependencies]\nshared = { path = \"shared\" }\nother = { path = \"other\" }\nitoa = \"1\"\n\
                [build-dependencies]\nbetween = { path = \"between\" }\nitoa = \"1\"\n\
                [patch.crates-io]\nitoa = { path = \"itoa\" }\n\
                [workspace]\nexclude = [\"shared\", \"other\", \"between\", \"itoa\"]\n";
    krate.write("Cargo.toml", &(package("app", "") + used));
    for (name, number, uses) in [
        ("shared", 7, ""),
        ("other", 8, "shared = { path = \"../shared\" }\n"),
        ("between", 9, "shared = { path = \"../shared\" }\n"),
        ("itoa", 10, ""),
    ] {
        let manifest = package(name, "").replace("0.1.0", "1.0.0");
        krate.write(
            &format!("{name}/Cargo.toml"),
            &format!("{manifest}\n[dependencies]\n{uses}"),
        );
        let text = format!("pub fn number() -> u8 {{\n    {number}\n}}\n");
        krate.write(&format!("{name}/src/lib.rs"), &text);
    }
    krate.write(
        "between/src/lib.rs",
        "pub fn number() -> u8 {\n    shared::number()\n}\n",
    );
    krate.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
         println!(\"cargo::rustc-env=MADE={}\", between::number() + itoa::number());\n}\n",
    );
    krate.write(
        "src/main.rs",
        "fn main() {\n    match std::env::args().nth(1).unwrap().as_str() {\n        \
         \"made\" => println!(\"{}\", env!(\"MADE\")),\n        \"shared\" => println!(\"{}\", shared::number()),\n        \
         \"itoa\" => println!(\"{}\", itoa::number()),\n        _ => println!(\"{}\", other::number()),\n    }\n}\n",
    );
    let all = ["made", "shared", "itoa", "other"];
    recorded(&krate, &all);
    let also = ["exec", "--scenarios", "--also", "shared,other,itoa"];
    krate
        .itcov(&[&also[..], &["--", "sh", "-e", "suite.sh"]].concat())
        .ends_with(0);
    assert_eq!(changed(&krate), (Vec::new(), String::new()));
    for (file, from, why) in [
        (
            "shared/src/lib.rs",
            "7",
            "which a build script or macro uses",
        ),
        (
            "itoa/src/lib.rs",
            "10",
            "so a build script or macro may use it",
        ),
    ] {
        let (names, said) = with(&krate, file, from, "11");
        assert_eq!(names, all);
        assert!(said.contains(why), "{said}");
    }
    let (names, said) = with(&krate, "other/src/lib.rs", "    8\n", "    9\n");
    assert_eq!((names, &*said), (vec!["other".to_owned()], ""));
}
