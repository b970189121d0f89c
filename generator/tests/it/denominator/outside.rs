//! Code beside the crates of the workspace.

use super::source_lines::SourceLines;
use crate::support::TestCrate;

/// A crate that is no workspace, with a dependency in it and one beside it.
fn alone() -> TestCrate {
    let krate = TestCrate::new("alone");
    let library = |directory: &str, name: &str| {
        krate.write(
            &format!("{directory}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.2.0\"\nedition = \"2024\"\n"),
        );
        krate.write(
            &format!("{directory}/src/lib.rs"),
            "pub fn one() -> u32 {\n    1\n}\n",
        );
    };
    library("helper", "helper");
    library("../beside", "beside");
    let dependencies =
        "[dependencies]\nbeside.path = \"../beside\"\nhelper.path = \"helper\"\n".to_owned();
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + &dependencies));
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", helper::one() + beside::one());\n}\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    krate
}

#[test]
fn a_crate_at_a_path_outside_the_workspace_is_not_measured() {
    let krate = alone();
    krate
        .itcov(&["run"])
        .ends_with(0)
        .says("itcov: not of the workspace, so not measured: beside@0.2.0, helper@0.2.0; make it a member")
        .says("or measure with --also beside,helper\n");
    let lines = SourceLines::reported(&krate, &[]);
    assert_eq!(lines.files().collect::<Vec<_>>(), ["src/main.rs"]);

    let all = krate.itcov(&["run", "--scope", "all"]).ends_with(0);
    assert!(!all.stderr.contains("not measured"), "{}", all.stderr);
    assert_eq!(all.lines_of("helper/src/lib.rs"), (3, 3));

    let members = "[workspace]\nmembers = [\"helper\"]\n";
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + members));
    krate
        .itcov(&["run"])
        .ends_with(0)
        .says("not measured: beside@0.2.0; make");
    let lines = SourceLines::reported(&krate, &[]);
    assert_eq!(lines.ran_and_not("helper/src/lib.rs").0, "1-3");
}

#[test]
fn a_file_outside_the_directories_of_the_crates_counts_if_it_is_a_module_of_one() {
    let krate = TestCrate::new("included");
    let function = |name: &str| format!("pub fn {name}() -> u32 {{\n    1\n}}\n");
    krate.write("src/inside.rs", &function("inside"));
    // Whatever it is called.
    let outside = ["beside.rs", "described.in", "named"];
    let [beside, described, named] = outside.map(|file| {
        let name = file.split('.').next().unwrap();
        krate.write(&format!("../{file}"), &function(name));
        let path = krate.root.with_file_name(file);
        path.to_str().unwrap().to_owned()
    });
    krate.write(
        "src/main.rs",
        &format!(
            "#[path = {beside:?}]\nmod beside;\n#[path = {described:?}]\nmod described;\ninclude!({named:?});\nmod inside;\n\
             fn main() {{\n    \
             println!(\"{{}}\", beside::beside() + described::described() + named() + inside::inside());\n}}\n"
        ),
    );
    krate.itcov(&["init"]).ends_with(0);
    krate.itcov(&["run"]).ends_with(0).prints("4\n");
    let lines = SourceLines::reported(&krate, &[]);
    let files: Vec<&str> = lines.files().collect();
    let inside = ["src/inside.rs", "src/main.rs"];
    assert_eq!(
        files,
        [&[&*beside, &*described, &*named], &inside[..]].concat()
    );
}
