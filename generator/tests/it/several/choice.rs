//! Which programs are measured, and how it is said that this is not clear.

use super::{member, scaffold, services};
use crate::support::TestCrate;

#[test]
fn of_several_programs_none_is_taken_and_the_options_that_choose_are_said() {
    let krate = services();
    let list = "error: there are several programs; choose one or more before the words of the program or the suite:\n  -p api\n  -p worker\n  -p tools\n";
    let how = "with just in itcov_options: just itcov_options='-p api -p worker -p tools' RECIPE\n";
    for arguments in [
        &["itcov"][..],
        &["itcov", "--name", "it's"],
        &["itcov-suite", "true"],
        &["itcov-exec", "true"],
        &["itcov-build"],
    ] {
        let output = krate.just(arguments).ends_with(2).says(list).says(how);
        assert_eq!(output.stdout, "");
    }
    for (options, why) in [
        (
            "-p ap",
            "the workspace has no package `ap`; it has:\n  api\n",
        ),
        ("--bin ap", "there is no binary `ap`; there are:\n  api\n"),
        (
            "-p api --bin cli",
            "there is no binary `cli`; there are:\n  api\n",
        ),
        (
            "-p shared",
            "the package `shared` has no binary: there is no program to run; choose with -p:\n  api\n",
        ),
        ("--workspace -p api", "cannot be used with"),
    ] {
        let options = format!("itcov_options={options}");
        krate.just(&[&options, "itcov"]).ends_with(2).says(why);
    }
    krate
        .just(&["itcov-report"])
        .ends_with(1)
        .says("nothing has been measured yet; `cargo itcov run`, `suite` or `exec` measures a run");
    assert!(!krate.has("target"), "nothing was built");
}

#[test]
fn in_the_directory_of_a_package_it_is_the_packages_program() {
    let krate = services().inside("worker");
    krate.just(&["itcov"]).ends_with(0).prints("worker []");
    let both = krate.just(&["itcov_options=-p api -p worker", "itcov"]);
    let both = both.ends_with(0).prints("api []").prints("worker []");
    assert_eq!(both.lines_of("api/src/main.rs"), (3, 3));
}

#[test]
fn what_is_meant_for_one_program_is_refused_for_several_before_anything_is_built() {
    let krate = services();
    let both = "itcov_options=-p api,worker";
    let several =
        "for one program, and there are several, api, worker: set ITCOV_ARGS_<name> for each\n";
    for (arguments, (name, value), said) in [
        (
            &[both, "itcov", "x"][..],
            ("X", ""),
            format!("error: these arguments are {several}"),
        ),
        (
            &[both, "itcov"],
            ("ITCOV_ARGS", "x"),
            format!("error: ITCOV_ARGS is {several}"),
        ),
        (
            &[both, "itcov-suite", "true"],
            ("ITCOV_ARGS", "x"),
            format!("error: ITCOV_ARGS is {several}"),
        ),
        (
            &[both, "itcov"],
            ("ITCOV_PROGRAM", "/bin/true"),
            "error: ITCOV_PROGRAM is for one program, and there are several, api, worker"
                .to_owned(),
        ),
        (
            &[both, "itcov"],
            ("ITCOV_ARGS_worker", "'open"),
            "error: ITCOV_ARGS_worker='open has a quote that is not closed\n".to_owned(),
        ),
    ] {
        krate
            .just_with(arguments, &[(name, value)])
            .ends_with(2)
            .says(&said);
    }
    assert!(!krate.has("target"));
}

#[test]
fn programs_whose_variables_would_be_the_same_are_not_measured_at_once() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", "[workspace]\nmembers = [\"a-b\", \"a_b\"]\n");
    for package in ["a-b", "a_b"] {
        member(&krate, package, "");
        krate.write(&format!("{package}/src/main.rs"), "fn main() {}\n");
    }
    krate.itcov(&["run", "--workspace"]).ends_with(2).says(
        "`a-b` and `a_b` share the variable ITCOV_ARGS_a_b: measure one at a time, with --bin",
    );
}

#[test]
fn binaries_of_one_name_are_told_apart_by_their_packages_and_not_measured_at_once() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"2\"\n",
    );
    for package in ["one", "two"] {
        member(&krate, package, "");
        krate.write(
            &format!("{package}/src/bin/serve.rs"),
            &format!("fn main() {{ println!(\"I am {package}\") }}\n"),
        );
    }
    krate.write(
        "two/src/bin/all.rs",
        "fn main() { println!(\"I am all\") }\n",
    );
    scaffold(&krate, &["one"]);
    krate
        .itcov(&["init", "-p", "two", "--bin", "serve"])
        .ends_with(0);

    let together = "error: the packages `one` and `two` both have a binary `serve`, and cargo builds both to one place";
    for choice in ["--bin serve", "--workspace", "-p one,two"] {
        let options = format!("itcov_options={choice}");
        krate.just(&[&options, "itcov"]).ends_with(2).says(together);
    }
    // The program would be the other one.
    let along = krate.itcov(&["run", "-p", "one", "--with", "two"]);
    along.ends_with(1).says(together);
    for package in ["one", "two", "one"] {
        let options = format!("itcov_options=-p {package}");
        let run = krate.just(&[&options, "itcov"]).ends_with(0);
        let run = run.prints(&format!("I am {package}\n"));
        let file = format!("{package}/src/bin/serve.rs");
        assert_eq!(run.lines_of(&file), (1, 1));
        let other = if package == "one" { "two/" } else { "one/" };
        assert!(!run.stdout.contains(other), "{}", run.stdout);
    }
    // One that no harness starts is measured all the same, and one run may have what another one has not.
    let options = "itcov_options=--bin serve,all -p two --add";
    let run = krate.just(&[options, "itcov"]).ends_with(0);
    let run = run.prints("I am all\n").prints("I am two\n");
    assert_eq!(run.lines_of("two/src/bin/all.rs"), (1, 1));
}

#[test]
fn of_a_package_with_several_programs_the_one_of_the_harness_is_taken_and_else_they_are_named() {
    let krate = TestCrate::new("offered");
    std::fs::remove_file(krate.root.join("src/main.rs")).unwrap();
    for bin in ["cli", "gui"] {
        krate.write(
            &format!("src/bin/{bin}.rs"),
            &format!("fn main() {{ println!(\"I am {bin}\") }}\n"),
        );
    }
    krate
        .itcov(&["run"])
        .ends_with(2)
        .says("the package `offered` has several binaries; choose with --bin:\n  cli\n  gui");
    krate
        .itcov(&["run", "--bin", "gui", "--bin", "gui"])
        .ends_with(0)
        .prints("I am gui\n");
    krate
        .itcov(&["report", "--lcov", "-", "--relative-to", "src/bin/gui.rs"])
        .ends_with(1)
        .says("error: --relative-to src/bin/gui.rs is no directory; name one");
    krate.itcov(&["init", "--bin", "gui"]).ends_with(0);
    krate.just(&["itcov"]).ends_with(0).prints("I am gui\n");
    krate
        .just(&["itcov_options=--bin cli", "itcov"])
        .ends_with(0)
        .prints("I am cli\n");
}
