//! Which programs are measured, and how it is said that this is not clear.

use super::{list, member, scaffold, services};
use crate::support::TestCrate;

#[test]
fn of_several_programs_none_is_taken_and_the_commands_that_choose_are_said() {
    let krate = services();
    let choices = |recipe: &str| {
        ["api", "worker", "cli", "all"]
            .map(|bin| format!("\nitcov:     just itcov_bin={bin} {recipe}"))
    };
    for (arguments, why) in [
        (&["itcov"][..], "there are several programs"),
        (&["itcov", "--name", "it's"], "there are several programs"),
        (
            &["itcov-suite", "./suite.sh", "a b", ""],
            "there are several programs",
        ),
        (&["itcov-exec", "true"], "there are several programs"),
        (&["itcov-build"], "there are several programs"),
        (
            &["itcov_bin=ap", "itcov"],
            "itcov_bin=ap: no program is called ap",
        ),
        (
            &["itcov_bin=api,", "itcov"],
            "itcov_bin=api,: no program is called ",
        ),
        (
            &["itcov_bin=tools", "itcov-report"],
            "itcov_bin=tools: no program is called tools",
        ),
        (
            &["itcov_package=cli", "itcov-clean"],
            "itcov_package=cli: no program is of a package cli",
        ),
    ] {
        let output = krate.just(arguments).ends_with(2);
        assert_eq!(output.stdout, "");
        let again = match arguments {
            ["itcov", "--name", ..] => "itcov --name 'it'\\''s'".to_owned(),
            ["itcov-suite", ..] => "itcov-suite ./suite.sh 'a b' ''".to_owned(),
            words => words
                .iter()
                .copied()
                .filter(|word| !word.contains('='))
                .collect::<Vec<_>>()
                .join(" "),
        };
        let lines = choices(&again).concat();
        assert_eq!(
            output.stderr,
            format!("itcov: error: {why}; type one of these:{lines}\n")
        );
    }
    krate
        .just(&["itcov_scope=all", "itcov"])
        .ends_with(2)
        .says("    just itcov_scope=all itcov_bin=api itcov\n");
    krate
        .just(&["itcov-report"])
        .ends_with(1)
        .says("nothing has been collected: type just itcov");
    assert!(!krate.has("target"), "nothing was built");

    for (line, why) in [
        ("api", "this is no line PACKAGE BIN FEATURE,FEATURE: "),
        (
            "api api a, b",
            "this is no line PACKAGE BIN FEATURE,FEATURE: ",
        ),
        ("", "itcov_programs is empty"),
    ] {
        list(&krate, &[line]);
        krate.just(&["itcov"]).ends_with(2).says(why);
    }
    list(&krate, &["api a-b x", "worker a_b x"]);
    krate.just(&["itcov_bin=all", "itcov"]).ends_with(2).says(
        "a-b and a_b share the variable ITCOV_ARGS_a_b, so only one can be measured at a time",
    );
}

#[test]
fn what_is_meant_for_one_program_is_refused_for_several_before_anything_is_built() {
    let krate = services();
    let both = "itcov_bin=api,worker";
    let several = "for one program, and these are several, api, worker: ";
    let variables = "set ITCOV_ARGS_api, ITCOV_ARGS_worker";
    for (arguments, (name, value), said) in [
        (
            &[both, "itcov", "x"][..],
            ("X", ""),
            format!("error: these arguments are {several}{variables}\n"),
        ),
        (
            &[both, "itcov"],
            ("ITCOV_ARGS", "x"),
            format!("error: ITCOV_ARGS is {several}{variables}\n"),
        ),
        (
            &[both, "itcov-suite", "true"],
            ("ITCOV_ARGS", "x"),
            format!("error: ITCOV_ARGS is {several}{variables}\n"),
        ),
        (
            &[both, "itcov-exec", "true"],
            ("ITCOV_BIN", "/bin/true"),
            format!("error: ITCOV_BIN is {several}choose one"),
        ),
        (
            &[both, "itcov"],
            ("ITCOV_ARGS_worker", "'open"),
            "error: ITCOV_ARGS_worker='open is not words with closed quotes\n".to_owned(),
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
fn binaries_of_one_name_are_told_apart_by_their_packages_and_not_measured_at_once() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"2\"\n",
    );
    for (package, others) in [("one", ""), ("two", "all")] {
        member(&krate, package, "");
        krate.write(
            &format!("{package}/src/bin/serve.rs"),
            &format!("fn main() {{ println!(\"I am {package}\") }}\n"),
        );
        if !others.is_empty() {
            krate.write(
                &format!("{package}/src/bin/{others}.rs"),
                &format!("fn main() {{ println!(\"I am {others}\") }}\n"),
            );
        }
    }
    let serve = [
        "one serve manual-integration",
        "two serve manual-integration",
    ];
    scaffold(&krate, &["one", "two"], &serve);

    let together = "error: cargo builds the serve of one and that of two to one place, so only one can be measured at a time; \
                    type one of these:\nitcov:     just itcov_package=one itcov_bin=serve itcov\n\
                    itcov:     just itcov_package=two itcov_bin=serve itcov\n";
    for choice in ["itcov_bin=serve", "itcov_bin=all", "itcov_package=one,two"] {
        let output = krate.just(&[choice, "itcov"]).ends_with(2).says(together);
        assert!(
            !output.stderr.contains("itcov_bin=all"),
            "{}",
            output.stderr
        );
    }
    for package in ["one", "two", "one"] {
        krate
            .just(&[&format!("itcov_package={package}"), "itcov"])
            .ends_with(0)
            .prints(&format!("I am {package}\n"));
    }
    krate
        .just(&["itcov-report"])
        .ends_with(2)
        .says("    just itcov_package=two itcov_bin=serve itcov-report\n");
    krate
        .itcov(&["report", "--bin", "serve"])
        .ends_with(1)
        .says("\n  --package one --bin serve\n  --package two --bin serve");
    let report = krate
        .itcov(&["report", "-p", "two", "--bin", "serve"])
        .ends_with(0);
    assert_eq!(report.lines_of("two/src/bin/serve.rs"), (1, 1));

    // A program may be called all; and one that is not on the list is built all the same.
    list(&krate, &[serve[0], "two all manual-integration"]);
    krate
        .just(&["itcov_bin=all", "itcov"])
        .ends_with(0)
        .prints("I am all\n")
        .says("the program runs as process");
    let output = krate.just(&["itcov_bin=serve,all", "itcov"]).ends_with(1);
    let output = output.says(
        "of the chosen packages several have a binary serve, and cargo builds them to one place",
    );
    assert!(
        !output.stderr.contains("runs as process"),
        "{}",
        output.stderr
    );
}

#[test]
fn of_a_package_with_several_programs_its_own_are_offered() {
    let krate = TestCrate::scaffolded("offered");
    list(&krate, &["api api x", "tools cli x", "tools gui x"]);
    for (choice, why) in [
        (
            &["itcov_package=tools"][..],
            "the package tools has several programs",
        ),
        (
            &["itcov_package=tools", "itcov_bin=api"],
            "itcov_package=tools has no program api",
        ),
    ] {
        let output = krate.just(&[choice, &["itcov"]].concat()).ends_with(2);
        let offer = format!(
            "itcov: error: {why}; type one of these:\nitcov:     just itcov_bin=cli itcov\n\
             itcov:     just itcov_bin=gui itcov\nitcov:     just itcov_package=tools itcov_bin=all itcov\n"
        );
        assert!(output.stderr.contains(&offer), "{}", output.stderr);
    }
}
