//! Whatever links the program: a process without an environment counts, or the linker is named.

use super::{CLEARS_ITS_ENVIRONMENT, package, strays};
use crate::support::tools::of_rustc;
use crate::support::{Output, TestCrate};

const TEST: &str = r#"#[test]
fn it_runs() {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_linked"));
    assert!(program.env_clear().status().unwrap().success());
}
"#;

/// The program is called as the directories of profiles that are told apart are, but for a dot.
fn linked_by(configuration: &str) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("linked", ""));
    krate.write("src/main.rs", CLEARS_ITS_ENVIRONMENT);
    krate.write("tests/it.rs", TEST);
    krate.write(".cargo/config.toml", configuration);
    krate
}

#[track_caller]
fn every_process_counts(krate: &TestCrate, run: &[&str]) {
    let output = krate.itcov(run).ends_with(0).prints("worker\n");
    assert_eq!(output.lines_of("src/main.rs"), (10, 10), "{run:?}");
    assert!(!output.stderr.contains("warning: the"), "{}", output.stderr);
    assert_eq!(strays(krate), [""; 0], "{run:?}");
}

const TESTS: [&str; 7] = [
    "exec",
    "--",
    "cargo",
    "test",
    "--quiet",
    "--",
    "--nocapture",
];

/// A script that cargo is told to link with.
fn script(krate: &TestCrate, name: &str, text: &str) {
    krate.write(name, text);
    Output::of(krate.command("chmod").args(["+x", name])).ends_with(0);
    let linker = krate.root.join(name).display().to_string();
    let host = of_rustc("host: ");
    krate.write(
        ".cargo/config.toml",
        &format!("[target.{host}]\nlinker = {linker:?}\n"),
    );
}

/// Called as rustc calls a linker, and not a C compiler; so it adds what a C compiler would.
const LD: &str = r#"#!/bin/sh
at() { cc -print-file-name="$1"; }
interpreter=$(cc -### -x c /dev/null 2>&1 | grep -o -- '-dynamic-linker [^ ]*' | tr -d '"')
exec ld "$@" $interpreter "$(at Scrt1.o)" "$(at crti.o)" "$(at crtbeginS.o)" "$(at crtendS.o)" "$(at crtn.o)" \
    -L "$(dirname "$(at libc.so)")" -L "$(dirname "$(at libgcc_s.so)")" -L "$(dirname "$(at libgcc.a)")"
"#;

#[test]
fn a_linker_that_no_c_compiler_calls_gets_its_options_as_they_are() {
    let krate = linked_by("");
    script(&krate, "ld", LD);
    every_process_counts(&krate, &["run"]);
    every_process_counts(&krate, &TESTS);
}

#[test]
#[ignore = "needs the standard library for musl: rustup target add x86_64-unknown-linux-musl"]
fn rust_lld_itself_links_for_musl() {
    let musl = of_rustc("host: ").replace("-gnu", "-musl");
    let target = format!("[target.{musl}]\n");
    for flags in [
        "linker = \"rust-lld\"",
        "rustflags = [\"-Clinker=rust-lld\", \"-Clinker-flavor=ld.lld\"]",
    ] {
        let krate = linked_by(&format!("[build]\ntarget = \"{musl}\"\n{target}{flags}\n"));
        every_process_counts(&krate, &["run"]);
    }
}

#[test]
#[ignore = "needs mold"]
fn mold_links() {
    let host = of_rustc("host: ");
    let krate = linked_by(&format!(
        "[target.{host}]\nrustflags = [\"-Clink-arg=-fuse-ld=mold\"]\n"
    ));
    every_process_counts(&krate, &TESTS);
    let mut comment = krate.command("grep");
    comment.args(["--text", "--quiet", "mold ", "target/itcov/debug/linked"]);
    Output::of(&mut comment).ends_with(0);
}

#[test]
fn a_linker_that_ignores_the_option_is_named() {
    let krate = linked_by("");
    script(
        &krate,
        "linker.sh",
        "#!/bin/sh\nfor word; do\n    shift\n    case $word in *--wrap=*) ;; *) set -- \"$@\" \"$word\" ;; esac\ndone\nexec cc \"$@\"\n",
    );
    let output = krate.itcov(&["run"]).ends_with(0).prints("worker\n");
    let output = output
        .says("warning: the linker (")
        .says("linker.sh) has ignored --wrap=__llvm_profile_filename");
    // The number in the name of the profile may be any, also one that other linkers give to profiles of libraries.
    krate
        .sh("for it in $(find target/itcov/.checkouts -path '*/runs/*' -name '*.itcov'); do mv $it ${it%/*}/12345678901234567890_0.profraw; done")
        .ends_with(0);
    let again = krate.itcov(&["report"]).ends_with(0);
    assert_eq!(
        again.stdout,
        output.stdout.split_once("worker\n").unwrap().1
    );
}
