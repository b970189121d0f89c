//! The scope: the workspace's crates, or the dependencies too.

use std::path::PathBuf;

use crate::support::{Output, TestCrate, tools};

const ALL: &str = "itcov_options=--scope all";

/// A program with dependencies from the registry, among them one with a build script.
fn with_dependencies(name: &str) -> TestCrate {
    let krate = TestCrate::new(name);
    let dependencies = "\n[dependencies]\nanyhow = \"1\"\nitoa = \"1\"\n\
                        [build-dependencies]\nitoa = \"1\"\n";
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + dependencies));
    krate.write(
        "build.rs",
        "fn main() { println!(\"cargo::rustc-env=SEVEN={}\", itoa::Buffer::new().format(7)); }\n",
    );
    krate.write(
        "src/main.rs",
        r#"
fn main() -> anyhow::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or(env!("SEVEN").into());
    let number: u32 = argument.parse()?;
    println!("{}", itoa::Buffer::new().format(number));
    Ok(())
}
"#,
    );
    krate.itcov(&["init"]).ends_with(0);
    krate
}

/// As [`with_dependencies`], with a macro besides, which brings crates that only it uses.
fn with_a_macro(name: &str) -> TestCrate {
    let krate = with_dependencies(name);
    let manifest = krate.read("Cargo.toml");
    let dependencies = "[dependencies]\nthiserror = \"2\"\n";
    krate.write(
        "Cargo.toml",
        &manifest.replace("[dependencies]\n", dependencies),
    );
    let main = krate.read("src/main.rs");
    let error = "#[derive(Debug, thiserror::Error)]\n#[error(\"no number: {0}\")]\nstruct NoNumber(String);\n";
    let main = main.replace("parse()?", "parse().map_err(|_| NoNumber(argument))?");
    krate.write("src/main.rs", &format!("{error}{main}"));
    krate
}

/// The row of a file of a package, whatever version of it there is.
fn row<'a>(output: &'a Output, package: &str, file: &str) -> &'a str {
    let rows = output
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let mut names = rows.filter(|name| name.starts_with(package) && name.ends_with(file));
    names
        .next()
        .unwrap_or_else(|| panic!("no {package}…{file} in\n{}", output.stdout))
}

/// The records of an lcov file, by their source files.
fn records(lcov: &str) -> Vec<(&str, &str)> {
    let records = lcov.split_terminator("end_of_record\n");
    records
        .map(|record| {
            record
                .strip_prefix("SF:")
                .unwrap()
                .split_once('\n')
                .unwrap()
        })
        .collect()
}

fn profiles(krate: &TestCrate) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(&krate.root).into_iter();
    let files = files.map(|entry| entry.unwrap().into_path());
    files
        .filter(|path| {
            path.extension()
                .is_some_and(|it| it == "profraw" || it == "itcov")
        })
        .collect()
}

fn builds_nothing(output: &Output) {
    let text = &output.stderr;
    assert!(!text.contains("Compiling"), "{text}");
}

#[test]
fn the_dependencies_are_measured_beside_the_workspace() {
    let krate = with_a_macro("beside");
    krate.cargo(&["build"]).ends_with(0);
    let workspace = krate.just(&["itcov", "5"]).ends_with(0);
    let table = krate.just(&["itcov-report"]).ends_with(0).stdout;

    let all = krate.just(&[ALL, "itcov", "5"]).ends_with(0);
    assert_eq!(
        all.lines_of("src/main.rs"),
        workspace.lines_of("src/main.rs")
    );
    let (covered, lines) = all.lines_of(row(&all, "itoa-1.", "/src/lib.rs"));
    assert!(0 < covered && covered < lines, "{}", all.stdout);
    let (covered, lines) = all.lines_of(row(&all, "anyhow-1.", "/src/ensure.rs"));
    assert!(0 == covered && 0 < lines, "{}", all.stdout);
    assert!(all.stdout.find("src/main.rs") < all.stdout.find("anyhow-"));

    let lcov = krate.just(&["itcov-report", "--lcov", "-"]).ends_with(0);
    let lcov = lcov.stdout;
    let itoa = records(&lcov)
        .into_iter()
        .find(|(path, _)| {
            path.starts_with('/') && path.ends_with("/src/lib.rs") && path.contains("/itoa-1.")
        })
        .expect("the whole path of itoa");
    assert!(
        itoa.1
            .lines()
            .any(|line| line.starts_with("DA:") && !line.ends_with(",0"))
    );
    for only_at_build_time in ["syn", "quote", "proc-macro2", "thiserror-impl"] {
        assert!(
            !lcov.contains(&format!("/{only_at_build_time}-")),
            "{only_at_build_time} is no part of the program"
        );
    }
    assert!(
        !lcov.contains("/target/"),
        "generated code is in the report"
    );

    // A run of the workspace is again one of the workspace, and nothing is built for it.
    let again = krate.just(&["itcov", "5"]).ends_with(0);
    builds_nothing(&again);
    assert_eq!(krate.just(&["itcov-report"]).ends_with(0).stdout, table);
    builds_nothing(&krate.just(&[ALL, "itcov", "5"]).ends_with(0));
    builds_nothing(&krate.cargo(&["build"]).ends_with(0));
    let strays = profiles(&krate);
    assert_eq!(strays.len(), 1, "{strays:?}");
}

#[test]
fn every_recipe_honours_the_scope() {
    let krate = with_dependencies("every");
    let script = "\"$ITCOV_BIN\" 6 && \"$ITCOV_BIN\" six";
    let output = krate
        .just(&[ALL, "itcov-exec", "sh", "-c", script])
        .ends_with(1);
    let (before, _) = output.lines_of(row(&output, "anyhow-1.", "/src/error.rs"));
    assert!(before > 0, "{}", output.stdout);
    let wrapper = krate.root.join("wrapper.sh");
    krate.write(
        "wrapper.sh",
        "#!/bin/sh\necho \"$@\" >>\"${0%.sh}.log\"\nexec \"$@\"\n",
    );
    Output::of(krate.command("chmod").arg("+x").arg(&wrapper)).ends_with(0);
    krate.write("src/main.rs", &(krate.read("src/main.rs") + "\n"));
    let wrapper = wrapper.to_str().unwrap();
    let variables = [("ITCOV_ARGS", "6"), ("RUSTC_WRAPPER", wrapper)];
    krate
        .just_with(&[ALL, "itcov-suite", "true"], &variables)
        .ends_with(0)
        .says("Compiling every");
    assert!(krate.read("wrapper.log").contains("--crate-name every"));

    let build = krate.just(&[ALL, "itcov-build"]).ends_with(0);
    let program = build.stdout.trim_end();
    let mut command = krate.command(program);
    command
        .arg("8")
        .env("LLVM_PROFILE_FILE", "there/%m%c.profraw");
    Output::of(&mut command).ends_with(0).prints("8\n");
    let there = krate.just(&["itcov-report", "--profiles", "there"]);
    let there = there.ends_with(0);
    assert!(there.lines_of(row(&there, "itoa-1.", "/src/lib.rs")).0 > 0);

    krate.just(&["itcov-clean"]).ends_with(0);
    krate
        .just(&["itcov-report"])
        .ends_with(1)
        .says("nothing has been measured yet");

    // What has no incremental build and another name, too.
    let profile = "\n[profile.dist]\ninherits = \"release\"\n";
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + profile));
    let release = krate
        .just(&["itcov_options=--scope all --profile dist", "itcov", "5"])
        .ends_with(0);
    assert!(release.lines_of(row(&release, "itoa-1.", "/src/lib.rs")).0 > 0);
}

#[test]
fn a_tool_of_the_suite_that_is_built_by_cargo_is_not_measured_with_the_dependencies() {
    let krate = with_dependencies("suites-cargo");
    let suite = "\"$ITCOV_BIN\" 6 && cargo run --quiet -- 7";
    let output = krate
        .just(&[ALL, "itcov-exec", "sh", "-c", suite])
        .ends_with(0)
        .prints("6\n7\n");
    assert!(output.lines_of("src/main.rs").0 > 0);
    assert_eq!(profiles(&krate).len(), 1);
}

#[test]
fn another_scope_is_refused_before_anything_is_built() {
    let krate = TestCrate::scaffolded("refused");
    for recipe in ["itcov", "itcov-build"] {
        krate
            .just(&["itcov_options=--scope everything", recipe])
            .ends_with(2)
            .says("invalid value 'everything' for '--scope <SCOPE>'");
    }
    assert!(!krate.has("target"));
}

#[test]
fn dependencies_from_git_and_by_path_are_measured_and_named() {
    let krate = TestCrate::new("sources");
    let library = |name: &str| {
        krate.write(
            &format!("../{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        );
        krate.write(
            &format!("../{name}/src/lib.rs"),
            "#[path = \"sub/../unused.rs\"]\nmod unused;\npub fn one() -> i32 { 1 }\n",
        );
        krate.write(&format!("../{name}/src/sub/.keep"), "");
        krate.write(
            &format!("../{name}/src/unused.rs"),
            "#[inline(never)]\npub fn two() -> i32 { 2 }\n",
        );
        krate.root.with_file_name(name)
    };
    let (fetched, beside) = (library("fetched"), library("beside"));
    let git = |arguments: &[&str]| {
        let mut git = krate.command("git");
        git.current_dir(&fetched).args([
            "-c",
            "user.name=itcov",
            "-c",
            "user.email=itcov@localhost",
        ]);
        Output::of(git.args(arguments)).ends_with(0).stdout
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "first"]);
    let commit = git(&["rev-parse", "HEAD"]);
    let dependencies = format!(
        "\n[dependencies]\nbeside.path = {beside:?}\nfetched.git = \"file://{}\"\n",
        fetched.display()
    );
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + &dependencies));
    krate.write(
        "src/main.rs",
        "fn main() { println!(\"{}\", beside::one() + fetched::one()); }\n",
    );
    let home = krate.root.with_file_name("home");
    let home = [("CARGO_HOME", home.to_str().unwrap())];
    let mut init = krate.command(tools::cargo_itcov());
    Output::of(init.args(["itcov", "init"]).envs(home)).ends_with(0);

    let all = krate.just_with(&[ALL, "itcov"], &home).ends_with(0);
    let fetched = row(&all, "fetched-", "/src/lib.rs");
    assert!(commit.starts_with(fetched["fetched-".len()..].split('/').next().unwrap()));
    let beside = format!("{}/src/lib.rs", beside.display());
    for library in [fetched, &beside] {
        assert_eq!(all.lines_of(library), (1, 1));
        let unused = library.replace("lib.rs", "unused.rs");
        assert_eq!(all.lines_of(&unused), (0, 1));
    }
    assert_eq!(all.lines_of("Total"), (3, 5));
}
