//! `--also`: chosen dependencies are measured like the workspace's own crates, and no others.

use super::{compiled, is_fresh, is_untouched, ordinary, package, strays};
use crate::support::repository::Git;
use crate::support::{Output, TestCrate, tools};

/// Two functions, one of which nobody calls.
const LIBRARY: &str = "pub fn one() -> u32 {\n    1\n}\npub fn two() -> u32 {\n    2\n}\n";

fn library(krate: &TestCrate, directory: &str, rest: &str, source: &str) {
    let name = directory.rsplit('/').next().unwrap();
    krate.write(&format!("{directory}/Cargo.toml"), &package(name, rest));
    krate.write(&format!("{directory}/src/lib.rs"), source);
}

/// A program that uses `itoa` only by way of a crate outside of the workspace, and has a test that starts it.
fn with_registry() -> TestCrate {
    let krate = TestCrate::empty();
    let source = "pub fn seven() -> String {\n    itoa::Buffer::new().format(7).to_owned()\n}\n";
    library(
        &krate,
        "../beside",
        "[dependencies]\nitoa = \"1\"\n",
        source,
    );
    let rest = "[dependencies]\nbeside.path = \"../beside\"\ncfg-if = \"1\"\n";
    krate.write("Cargo.toml", &package("also", rest));
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", beside::seven());\n}\n",
    );
    krate.write(
        "tests/starts.rs",
        "#[test]\nfn starts() {\n    let program = env!(\"CARGO_BIN_EXE_also\");\n    \
         assert!(std::process::Command::new(program).status().unwrap().success());\n}\n",
    );
    krate
}

/// The covered lines and all lines of a package from the registry, of whatever version.
#[track_caller]
fn lines_of_package(output: &Output, package: &str) -> (u32, u32) {
    let rows = output
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let row = rows
        .into_iter()
        .find(|name| name.starts_with(package) && name.ends_with("/src/lib.rs"));
    output.lines_of(row.unwrap_or_else(|| panic!("no {package} in\n{}", output.stdout)))
}

#[test]
fn crates_by_path_and_from_git_are_measured_and_no_others() {
    let krate = TestCrate::empty();
    library(&krate, "../beside", "", LIBRARY);
    library(&krate, "../apart", "", LIBRARY);
    library(&krate, "../fetched", "", LIBRARY);
    let fetched = krate.root.with_file_name("fetched");
    Git::init(&fetched).commit("first");
    let rest = format!(
        "[dependencies]\napart.path = \"../apart\"\nbeside.path = \"../beside\"\nfetched.git = \"file://{}\"\n",
        fetched.display()
    );
    krate.write("Cargo.toml", &package("also", &rest));
    let main =
        "fn main() {\n    println!(\"{}\", apart::one() + beside::one() + fetched::one());\n}\n";
    krate.write("src/main.rs", main);
    Git::init(&krate.root).commit("first");
    let home = krate.root.with_file_name("home");
    let run = |program: &std::path::Path, arguments: &[&str]| {
        let mut command = krate.command(program);
        Output::of(command.args(arguments).env("CARGO_HOME", &home)).ends_with(0)
    };
    let (cargo, itcov) = (std::path::Path::new("cargo"), &tools::cargo_itcov());
    run(cargo, &["build"]);
    let target = krate.root.join("target");
    let before = ordinary(&target);

    let also = run(itcov, &["itcov", "run", "--also", "beside,fetched"]).prints("3\n");
    let mut built = compiled(&also);
    built.sort_unstable();
    assert_eq!(
        built,
        ["also", "beside", "fetched"],
        "the others are taken over"
    );
    let also =
        also.says("not measured: apart@0.1.0; make it a member, or measure with --also apart\n");
    let beside = format!(
        "{}/src/lib.rs",
        krate.root.with_file_name("beside").display()
    );
    assert_eq!(also.lines_of(&beside), (3, 6));
    assert_eq!(lines_of_package(&also, "fetched-"), (3, 6));
    assert_eq!(also.lines_of("Total"), (9, 15));
    is_untouched(&target, &before);
    assert_eq!(compiled(&run(cargo, &["build"])), [""; 0]);

    let codecov = run(itcov, &["itcov", "report", "--codecov", "-"]).stdout;
    assert_eq!(
        codecov,
        "{\"coverage\":{\"src/main.rs\":{\"1\":1,\"2\":1,\"3\":1}}}\n"
    );
    let cobertura = run(itcov, &["itcov", "report", "--cobertura", "-"]).stdout;
    assert!(
        cobertura.contains("lines-valid=\"3\"") && !cobertura.contains("beside"),
        "{cobertura}"
    );
    let lcov = run(itcov, &["itcov", "report", "--lcov", "-"]).stdout;
    assert!(lcov.contains(&format!("SF:{beside}\n")), "{lcov}");
}

#[test]
fn a_dependency_that_is_chosen_by_name_counts_like_a_member() {
    let krate = with_registry();
    krate.cargo(&["build"]).ends_with(0);
    let target = krate.root.join("target");
    let before = ordinary(&target);
    let without = krate.itcov(&["run"]).ends_with(0);
    assert!(!without.stdout.contains("itoa"), "{}", without.stdout);

    let with = krate
        .itcov(&["run", "--also", "itoa@1"])
        .ends_with(0)
        .prints("7\n");
    let mut built = compiled(&with);
    built.sort_unstable();
    assert_eq!(built, ["also", "beside", "itoa"]);
    // Generic code of it is compiled in the crate between.
    let scope_all = krate.itcov(&["run", "--scope", "all"]).ends_with(0);
    let (ran, all) = lines_of_package(&with, "itoa-1.");
    assert!(0 < ran && ran < all, "{}", with.stdout);
    assert_eq!(lines_of_package(&scope_all, "itoa-1."), (ran, all));
    assert!(!with.stdout.contains("beside"), "{}", with.stdout);

    let again = krate.itcov(&["run", "--also", "itoa@1"]).ends_with(0);
    assert_eq!(compiled(&again), [""; 0]);
    assert_eq!(lines_of_package(&again, "itoa-1."), (ran, all));
    let both = krate
        .itcov(&["run", "--also", "itoa", "--also", "beside"])
        .ends_with(0);
    assert_eq!(lines_of_package(&both, "itoa-1."), (ran, all));
    assert!(
        both.stdout.contains("/beside/src/lib.rs"),
        "{}",
        both.stdout
    );
    for options in [&[][..], &["--also", "itoa@1"], &["--also", "beside,itoa"]] {
        let again = krate.itcov(&[&["run"], options].concat()).ends_with(0);
        assert_eq!(compiled(&again), [""; 0], "{options:?}");
    }

    // The cargo of a suite finds the program built.
    let exec = ["exec", "--also", "itoa@1", "--", "cargo"];
    let suite = krate
        .itcov(&[&exec[..], &["run", "--quiet"]].concat())
        .ends_with(0);
    assert_eq!(compiled(&suite), [""; 0]);
    assert_eq!(lines_of_package(&suite, "itoa-1."), (ran, all));
    let suite = krate.itcov(&[&exec[..], &["test"]].concat()).ends_with(0);
    assert_eq!(compiled(&suite), ["also"], "the tests alone");
    assert_eq!(lines_of_package(&suite, "itoa-1."), (ran, all));
    assert_eq!(strays(&krate), [""; 0]);
    is_untouched(&target, &before);
    is_fresh(&krate, &["build"]);
}

#[test]
fn checkouts_that_share_a_target_directory_both_measure_it() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().to_str().unwrap();
    for _ in 0..2 {
        let krate = with_registry();
        let mut run = krate.command(tools::cargo_itcov());
        run.args(["itcov", "run", "--also", "itoa"])
            .env("CARGO_TARGET_DIR", target);
        let run = Output::of(&mut run).ends_with(0);
        assert!(lines_of_package(&run, "itoa-1.").0 > 0, "{}", run.stdout);
    }
}

#[test]
fn a_change_in_a_chosen_crate_is_reported_and_built() {
    let krate = TestCrate::empty();
    library(&krate, "../beside", "", LIBRARY);
    let rest = "[dependencies]\nbeside.path = \"../beside\"\n";
    krate.write("Cargo.toml", &package("also", rest));
    krate.write(
        "src/main.rs",
        "fn main() {\n    println!(\"{}\", beside::one());\n}\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    let run = || {
        krate
            .just(&["itcov_options=--also beside", "itcov"])
            .ends_with(0)
    };
    let beside = format!(
        "{}/src/lib.rs",
        krate.root.with_file_name("beside").display()
    );
    assert_eq!(run().lines_of(&beside), (3, 6));
    krate.write(
        "../beside/src/lib.rs",
        &LIBRARY.replace("    1\n", "    two()\n"),
    );
    krate
        .itcov(&["report"])
        .ends_with(0)
        .says("changed since the program was built: ");
    let after = run().prints("2\n");
    assert_eq!(compiled(&after), ["beside", "also"]);
    assert_eq!(after.lines_of(&beside), (6, 6));
}

#[test]
fn the_wrapper_of_the_user_is_called_for_what_is_measured_and_what_is_not() {
    let krate = with_registry();
    krate.write(
        "wrapper.sh",
        "#!/bin/sh\necho \"$@\" >>\"${0%.sh}.log\"\nexec \"$@\"\n",
    );
    Output::of(krate.command("chmod").args(["+x", "wrapper.sh"])).ends_with(0);
    let wrapper = krate.root.join("wrapper.sh");
    let mut run = krate.command(tools::cargo_itcov());
    run.args(["itcov", "run", "--also", "itoa"])
        .env("RUSTC_WRAPPER", wrapper);
    let run = Output::of(&mut run).ends_with(0);
    assert!(lines_of_package(&run, "itoa-1.").0 > 0);
    let log = krate.read("wrapper.log");
    let calls = |name: &str| {
        let named = format!("--crate-name {name} ");
        let calls: Vec<&str> = log.lines().filter(|line| line.contains(&named)).collect();
        assert_eq!(calls.len(), 1, "{name}: {log}");
        calls[0].contains("-Cinstrument-coverage")
    };
    assert!(calls("also") && calls("itoa") && calls("beside") && !calls("cfg_if"));
}

#[test]
fn what_is_no_part_of_the_program_is_refused_before_anything_is_built() {
    let krate = TestCrate::empty();
    for name in [
        "my-lib",
        "at-build-time",
        "of-tests",
        "of-macros",
        "unused",
        "core/member",
    ] {
        library(
            &krate,
            if name.contains('/') {
                name.into()
            } else {
                format!("../{name}")
            }
            .as_str(),
            "",
            LIBRARY,
        );
    }
    let rest = "[lib]\nproc-macro = true\n[dependencies]\nof-macros.path = \"../of-macros\"\n";
    library(&krate, "../macros", rest, "");
    let rest = "[workspace]\nmembers = [\"core/member\"]\n\
                [dependencies]\nmacros.path = \"../macros\"\nmember.path = \"core/member\"\nmy-lib.path = \"../my-lib\"\n\
                [build-dependencies]\nat-build-time.path = \"../at-build-time\"\n\
                [dev-dependencies]\nof-tests.path = \"../of-tests\"\n\
                [features]\nextra = [\"dep:unused\"]\n[dependencies.unused]\npath = \"../unused\"\noptional = true\n";
    krate.write("Cargo.toml", &package("also", rest));
    krate.write("src/main.rs", "fn main() {}\n");
    let no_part = "no part of the program\n";
    let not = "the program does not depend on it";
    for (spec, reason) in [
        (
            "macros",
            format!("it is a macro, which runs in the compiler and is {no_part}"),
        ),
        (
            "of-macros",
            format!("only build scripts and macros use it, so it is {no_part}"),
        ),
        (
            "at-build-time",
            format!("only build scripts and macros use it, so it is {no_part}"),
        ),
        (
            "of-tests",
            format!("{not}; only tests or other packages of the workspace do\n"),
        ),
        ("my_lib", format!("{not}; similar: my-lib\n")),
        ("mylib@0.1", format!("{not}; similar: my-lib\n")),
        ("my-lib@0.2", format!("{not}; similar: my-lib@0.1.0\n")),
        (
            "unused",
            format!("{not}; `cargo tree --edges normal` lists what it depends on\n"),
        ),
    ] {
        for command in ["run", "build"] {
            let refused = krate.itcov(&[command, "--also", spec]).ends_with(2);
            assert_eq!(refused.stderr, format!("error: --also {spec}: {reason}"));
        }
    }
    krate
        .itcov(&["exec", "--also", "macros,my-lib,nothing", "--", "true"])
        .ends_with(2)
        .says("error: --also macros: it is a macro")
        .says("\n--also nothing: the program does not depend on it");
    assert!(!krate.has("target"));

    let run = krate.itcov(&["build", "--features", "extra", "--also", "unused,member"]);
    let run = run
        .ends_with(0)
        .says("--also member: as a member of the workspace it is measured anyway\n");
    assert!(
        run.stdout.contains("/target/itcov/.also/"),
        "{}",
        run.stdout
    );
}
