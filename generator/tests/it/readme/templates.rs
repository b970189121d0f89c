//! The template: a new crate of it, and one of the user's own.

use std::os::unix::fs::symlink;

use super::run;
use crate::blocks::block;
use crate::support::{TestCrate, repository, tools};

#[test]
fn a_new_crate_is_made_as_the_page_says() {
    let krate = TestCrate::empty();
    krate.write("clone/bin/.keep", "");
    let clone = krate.root.join("clone");
    symlink(repository().join("template"), clone.join("template")).unwrap();
    // `cargo generate` from its library, where cargo looks for it.
    symlink(tools::cargo_generate(), clone.join("bin/cargo-generate")).unwrap();
    let generate = block("docs/templates.md", "cargo generate");
    run(
        &krate,
        &format!("cd clone\nPATH=$PWD/bin:$PATH\n{generate}"),
    )
    .ends_with(0);
    assert!(krate.has("my-service/itcov.just"));
}

#[test]
fn a_template_is_copied_edited_and_used_as_the_page_says() {
    let krate = TestCrate::new("templated");
    symlink(repository(), krate.root.with_file_name("itcov")).unwrap();
    let commands = block("docs/templates.md", "cp -r");
    let (copy, init) = commands.split_once('\n').unwrap();
    run(&krate, copy).ends_with(0);
    let template = "../our-template/itcov.just";
    let recipes = krate.read(template);
    krate.write(template, &recipes.replacen("\n#", "\n# Ours.\n#", 1));
    run(&krate, init).ends_with(0);
    let stamp = block("docs/templates.md", "# Written by");
    let (before, behind) = stamp.trim_end().split_once('…').unwrap();
    let written = krate.read("itcov.just");
    let is_stamp = |line: &str| line.starts_with(before) && line.contains(behind);
    assert!(written.lines().any(is_stamp), "{written}");

    krate.write(
        template,
        &recipes.replacen("{{ timeout }}", "{{ timeuot }}", 1),
    );
    let said = block("docs/templates.md", "error: ");
    krate
        .itcov(&["init", "--template", "../our-template"])
        .ends_with(1)
        .says(said.trim_end());
}
