//! A profile counts for the build that has written it, and for no other that looks like it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{LINES, app, change, entries_of_main};
use crate::build::package;
use crate::support::{Output, TestCrate};

/// Another host, with a copy of the program.
struct Host(tempfile::TempDir);

impl Host {
    fn new() -> Host {
        Host(tempfile::tempdir().unwrap())
    }

    fn profiles(&self) -> PathBuf {
        self.0.path().join("profiles")
    }

    /// Copies the program there, and runs it.
    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        let copy = self.0.path().join("copy");
        std::fs::copy(program, &copy).unwrap();
        let mut command = Command::new(copy);
        command.args(arguments).env_clear();
        let profiles = self.profiles().join("%m%c.profraw");
        Output::of(command.env("LLVM_PROFILE_FILE", profiles)).ends_with(0)
    }
}

fn build(krate: &TestCrate, flags: &str) -> PathBuf {
    let mut command = krate.command(crate::support::tools::cargo_itcov());
    command.args(["itcov", "build"]).env("RUSTFLAGS", flags);
    Output::of(&mut command).ends_with(0).stdout.trim().into()
}

fn report(krate: &TestCrate, host: &Host, options: &[&str]) -> Output {
    let profiles = host.profiles();
    let report = ["report", "--profiles", profiles.to_str().unwrap()];
    krate.itcov(&[&report, options].concat())
}

#[test]
fn a_profile_of_an_earlier_build_does_not_count_though_each_function_has_its_shape() {
    // Also where the user's flags have the linker write no identifier, or always the same.
    for flags in [
        "",
        "-Clink-arg=-Wl,--build-id=none",
        "-Clink-arg=-Wl,--build-id=0x1234",
    ] {
        let krate = app();
        let host = Host::new();
        host.run(&build(&krate, flags), &["more"]).prints("more");
        change(&krate, 2);
        let program = build(&krate, flags);
        report(&krate, &host, &["--fail-under-lines", "1"])
            .ends_with(1)
            .says("error: no profile is of this build");

        // In the same directory, the later build has a profile of its own.
        host.run(&program, &[]).prints("2\n");
        host.run(&program, &[]);
        let later = report(&krate, &host, &[]).ends_with(0);
        assert_eq!(later.lines_of("Total"), LINES, "{flags}");
        let later = later.says("is of another build, so it does not count");
        assert_eq!(later.stderr.matches("warning:").count(), 1, "{later:?}");
        let trace = report(&krate, &host, &["--lcov", "-"]).ends_with(0);
        assert_eq!(entries_of_main(&trace.stdout), 2);
        // The first build again: cargo makes the same program.
        change(&krate, 1);
        build(&krate, flags);
        let trace = report(&krate, &host, &["--lcov", "-"]).ends_with(0);
        assert_eq!(entries_of_main(&trace.stdout), 1);
    }
}

#[test]
fn a_shared_library_of_an_earlier_build_does_not_count_and_the_program_does() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"along\"]\nresolver = \"3\"\n",
    );
    let dependency = "[dependencies]\nalong.path = \"../along\"\n";
    krate.write("app/Cargo.toml", &package("app", dependency));
    krate.write("app/src/main.rs", "fn main() {\n    along::number();\n}\n");
    let library = "[lib]\ncrate-type = [\"dylib\"]\n";
    krate.write("along/Cargo.toml", &package("along", library));
    let text = "pub fn number() -> u32 {\n    std::hint::black_box(1)\n}\n";
    krate.write("along/src/lib.rs", text);
    let run = || krate.itcov(&["run", "-p", "app"]).ends_with(0);
    assert_eq!(run().lines_of("along/src/lib.rs"), (3, 3));
    let first = tempfile::tempdir().unwrap();
    krate
        .sh(&format!(
            "cp $(find target/itcov/.checkouts -name '*.itcov') {}",
            first.path().display()
        ))
        .ends_with(0);
    krate.write("along/src/lib.rs", &text.replace("(1)", "(2)"));
    krate.itcov(&["build", "-p", "app"]).ends_with(0);
    let brought = ["report", "--profiles", first.path().to_str().unwrap()];
    let report = krate.itcov(&brought).ends_with(0);
    let report = report.says("is of another build, so it does not count");
    assert_eq!(report.lines_of("along/src/lib.rs"), (0, 3));
    assert_eq!(report.lines_of("app/src/main.rs"), (3, 3));
}

#[test]
fn a_program_that_the_suite_builds_twice_counts_each_time() {
    let krate = app();
    let suite = "cargo run --quiet; cargo run --quiet --target-dir elsewhere; \"$ITCOV_BIN\"";
    let output = krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    assert!(!output.stderr.contains("warning:"), "{}", output.stderr);
    let trace = krate.itcov(&["report", "--lcov", "-"]).ends_with(0);
    assert_eq!(entries_of_main(&trace.stdout), 3);
}

#[test]
fn a_program_that_the_suite_builds_of_another_text_does_not_count() {
    for elsewhere in ["", "--target-dir elsewhere"] {
        let krate = TestCrate::empty();
        krate.write("Cargo.toml", &package("app", ""));
        krate.write("src/number.rs", "pub const NUMBER: u32 = 1;\n");
        krate.write(
            "src/main.rs",
            "mod number;\nfn main() {\n    if std::hint::black_box(number::NUMBER) == 2 {\n        println!(\"two\");\n    }\n}\n",
        );
        // Each function has its shape, and in the end each file has its text and its time.
        let suite = format!(
            "\"$ITCOV_BIN\"; cp -p src/number.rs kept; echo 'pub const NUMBER: u32 = 2;' >src/number.rs; \
             cargo run --quiet {elsewhere}; mv kept src/number.rs"
        );
        let output = krate.itcov(&["exec", "--", "sh", "-c", &suite]);
        let output = output.ends_with(0).says("is of another build");
        assert!(output.stdout.contains("two\n"), "{output:?}");
        let trace = krate.itcov(&["report", "--lcov", "-"]).ends_with(0).stdout;
        assert!(
            trace.contains("DA:4,0\n") && trace.contains("DA:2,1\n"),
            "{trace}"
        );
    }
}

#[test]
fn a_test_of_another_text_than_the_program_does_not_count() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", "fn main() {\n    app::number();\n}\n");
    let library = "pub fn number() -> u32 {\n    1\n}\n";
    krate.write("src/lib.rs", library);
    let test = "#[test]\nfn runs() {\n    println!(\"{}\", app::number());\n}\n";
    krate.write("tests/app.rs", test);
    let of = |suite: &str| {
        let exec = ["exec", "--tests", "--", "sh", "-ec", suite];
        krate.itcov(&exec)
    };
    let tests = "cargo test --quiet --test app -- --nocapture";
    let exec = of(tests).ends_with(0);
    assert_eq!(exec.lines_of("src/lib.rs"), (3, 3));

    // The suite edits the library, whose function keeps its shape, and in the end the file is as it was.
    let suite =
        format!("cp -p src/lib.rs kept; sed -i s/1/2/ src/lib.rs; {tests}; mv kept src/lib.rs");
    let said = "the test app is of another text of src/lib.rs than the program";
    of(&suite).ends_with(1).says(said).prints("2\n");
    krate
        .itcov(&["report", "--fail-under-lines", "1"])
        .ends_with(1);
    of(&format!("touch src/lib.rs; {tests}; \"$ITCOV_BIN\"")).ends_with(0);

    // The test is its own unit, and cargo takes it for fresh, as the text has an older time.
    let unit = format!("{library}\n#[test]\nfn unit() {{\n    println!(\"{{}}\", number());\n}}\n");
    krate.write("src/lib.rs", &unit);
    let tests = "cargo test --quiet --lib -- --nocapture; \"$ITCOV_BIN\"";
    assert_eq!(of(tests).ends_with(0).lines_of("src/lib.rs"), (3, 3));
    krate.write("new", &unit.replace("    1\n", "    2\n"));
    krate
        .sh("touch -d 2020-01-01 new; mv new src/lib.rs")
        .ends_with(0);
    let exec = of(tests).ends_with(0).says(said);
    assert!(!exec.stdout.contains("only tests"), "{}", exec.stdout);
    let lcov = krate.itcov(&["report", "--lcov", "-"]).ends_with(0).stdout;
    assert!(lcov.contains("DA:2,1\n"), "the program alone: {lcov}");
}

#[test]
fn what_a_test_did_that_was_not_built_here_does_not_count_and_that_is_said() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    let library = "pub fn number() -> u32 {\n    1\n}\n";
    krate.write("src/lib.rs", library);
    krate.write("src/main.rs", "fn main() {}\n");
    let test = "#[test]\nfn runs() {
    let _ = std::fs::hard_link(std::env::current_exe().unwrap(), \"kept\");
    println!(\"{}\", app::number());\n}\n";
    krate.write("tests/app.rs", test);
    let of = |suite: &str| {
        let suite = format!("\"$ITCOV_BIN\"; {suite}");
        krate.itcov(&["exec", "--tests", "--", "sh", "-ec", &suite])
    };
    let said = "what some tests did themselves does not count";
    // The same test in two directories, as long as both are there.
    let twice =
        "cargo test --quiet --test app; cargo test --quiet --test app --target-dir target/e2e";
    let exec = of(twice).ends_with(0);
    assert_eq!(exec.lines_of("src/lib.rs"), (3, 3));
    assert!(!exec.stderr.contains(said), "{}", exec.stderr);

    // As a later job of a pipeline has them: of the same text, and with those of now beside them.
    let archived = "./kept --nocapture";
    krate.sh("rm -r target").ends_with(0);
    let exec = of(archived).ends_with(0).says(said).prints("1\n");
    assert_eq!(exec.lines_of("src/lib.rs"), (0, 3));
    krate.write("src/lib.rs", &library.replace('1', "2"));
    let exec = of(&format!("cargo test --quiet --no-run; {archived}")).ends_with(0);
    exec.says("in their place since: 1 of them").prints("1\n");
    // To list is not to run.
    let listed = of(&archived.replace("--nocapture", "--list")).ends_with(0);
    assert!(!listed.stderr.contains(said), "{}", listed.stderr);
}

#[test]
fn what_was_linked_with_another_text_of_a_library_does_not_count() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"helper\"]\nresolver = \"2\"\n",
    );
    krate.write(
        "app/Cargo.toml",
        &package("app", "[dependencies]\nhelper.path = \"../helper\"\n"),
    );
    krate.write(
        "app/src/main.rs",
        "fn main() {\n    println!(\"{}\", helper::number());\n}\n",
    );
    let test = "#[test]\nfn runs() {
    let own = std::env::current_exe().unwrap();
    std::fs::write(\"../own\", own.to_str().unwrap()).unwrap();
    println!(\"{}\", helper::number());\n}\n";
    krate.write("app/tests/runs.rs", test);
    krate.write("helper/Cargo.toml", &package("helper", ""));
    let library = "pub fn number() -> u32 {\n    1\n}\n";
    krate.write("helper/src/lib.rs", library);
    let exec = |options: &[&str], suite: &str| {
        let options = [&["exec", "-p", "app"], options, &["--", "sh", "-ec", suite]];
        krate.itcov(&options.concat())
    };
    let release = "\"${ITCOV_BIN%/*}\"/../release/app";
    let first = format!("cargo build --quiet --release; {release}");
    let built = exec(&[], &first).ends_with(0).prints("1\n");
    assert_eq!(built.lines_of("helper/src/lib.rs"), (3, 3));
    let tests = "cargo test --quiet --test runs";
    let tested = exec(&["--tests"], tests).ends_with(0);
    assert_eq!(tested.lines_of("helper/src/lib.rs"), (3, 3));

    // The library is compiled again, and what was linked with it stays. Each function has its shape.
    krate.write("helper/src/lib.rs", &library.replace('1', "2"));
    let suite = format!("cargo build --quiet --release -p helper; \"$ITCOV_BIN\"; {release}");
    let named = "changed since the program was built: helper/src/lib.rs";
    let exec_of_program = exec(&[], &suite).ends_with(0).prints("2\n1\n");
    exec_of_program.says(named);
    krate
        .itcov(&["report", "--fail-under-lines", "1"])
        .ends_with(1)
        .says(named);
    exec(&["--tests"], "\"$(cat own)\" --nocapture; \"$ITCOV_BIN\"")
        .ends_with(0)
        .says("the test runs is of another text of helper/src/lib.rs than the program");
}

#[test]
fn programs_of_one_name_in_several_packages_add_up() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"one\", \"two\"]\n",
    );
    let bin = "[[bin]]\nname = \"server\"\npath = \"src/main.rs\"\n";
    for name in ["one", "two"] {
        krate.write(&format!("{name}/Cargo.toml"), &package(name, bin));
        let text = format!("fn main() {{\n    println!(\"{name}\");\n}}\n");
        krate.write(&format!("{name}/src/main.rs"), &text);
    }
    krate.itcov(&["run", "-p", "one"]).ends_with(0);
    let added = krate.itcov(&["run", "-p", "two", "--add"]).ends_with(0);
    assert!(!added.stderr.contains("forgotten"), "{}", added.stderr);
    for (options, files) in [
        (&[][..], 2),
        (&["-p", "one"], 1),
        (&["-p", "two"], 1),
        (&["--bin", "server"], 2),
    ] {
        let report = [&["report", "--lcov", "-"], options].concat();
        let lcov = krate.itcov(&report).ends_with(0).stdout;
        assert_eq!(lcov.matches("DA:1,1\n").count(), files, "{lcov}");
        assert_eq!(lcov.matches("\nDA:1,").count(), files, "{lcov}");
    }
    // One that has changed is another one.
    krate.write("one/src/main.rs", "fn main() {}\n");
    let added = krate.itcov(&["run", "-p", "one", "--add"]).ends_with(0);
    added.says("server has changed, so what was measured of it before is forgotten");
    let lcov = krate.itcov(&["report", "--lcov", "-"]).ends_with(0).stdout;
    assert_eq!(lcov.matches("DA:1,1\n").count(), 2, "{lcov}");
}

#[test]
fn a_profile_without_the_identifier_of_its_build_does_not_count() {
    let krate = app();
    let host = Host::new();
    let program = build(&krate, "");
    // As `objcopy --remove-section` does it: the note is another one.
    let mut bytes = std::fs::read(&program).unwrap();
    let is_note = |at: &[u8]| at[..4] == [4, 0, 0, 0] && at[8..] == *b"\x03\0\0\0GNU\0";
    let place = bytes.windows(16).position(is_note).unwrap();
    bytes[place + 8] = 9;
    let without = host.0.path().join("without");
    std::fs::write(&without, bytes).unwrap();
    let mode = std::fs::metadata(&program).unwrap().permissions();
    std::fs::set_permissions(&without, mode).unwrap();
    host.run(&without, &["more"]).prints("more");
    // Whose it is cannot be told from one of another build.
    for _ in 0..2 {
        report(&krate, &host, &["--fail-under-lines", "1"])
            .ends_with(1)
            .says("error: no profile is of this build");
        change(&krate, 2);
        build(&krate, "");
    }
}

#[test]
fn a_program_that_the_suite_removes_counts() {
    let krate = app();
    for removes in ["rm \"$ITCOV_BIN\"", "cargo clean --quiet -p app"] {
        let script = format!("\"$ITCOV_BIN\"; {removes}; [ ! -e \"$ITCOV_BIN\" ]");
        let exec = krate.itcov(&["exec", "--", "sh", "-c", &script]);
        let exec = exec.ends_with(0);
        assert_eq!(exec.lines_of("Total"), LINES, "{removes}");
    }
}

#[test]
fn a_run_whose_directory_the_suite_removes_is_lost_and_that_is_said() {
    let krate = app();
    for removes in ["cargo clean --quiet", "rm -r target"] {
        let script = format!("\"$ITCOV_BIN\"; {removes}");
        let exec = krate.itcov(&["exec", "--", "sh", "-c", &script]);
        exec.ends_with(1).says("error: the run is lost: ");
        krate.itcov(&["report"]).ends_with(1);
    }
}

#[test]
#[ignore = "needs leave to make namespaces"]
fn what_has_run_counts_though_the_disk_is_full_when_it_is_noted() {
    let krate = app();
    let script = "mkdir target && mount -t tmpfs -o size=64m itcov-test target || exit 9
        cargo-itcov itcov exec -- sh -c '\"$ITCOV_BIN\"; cat /dev/zero >target/filler; exit 0' || exit 8
        cargo-itcov itcov report";
    let is_root = krate.sh("id -u").stdout.trim() == "0";
    let mut command = krate.command("unshare");
    if !is_root {
        command.arg("--map-root-user");
    }
    command.args(["--mount", "sh", "-c", script]);
    let output = Output::of(&mut command).ends_with(0);
    let output = output.says("cannot note the scenarios, so they are forgotten");
    assert_eq!(output.lines_of("Total"), LINES);
}
