//! Ordinary and measured builds leave each other alone, whatever the crate types.

use super::{is_fresh, is_untouched, ordinary, package};
use crate::support::TestCrate;

const LIBRARY: &str = "pub fn double(n: i32) -> i32 {\n    n * 2\n}\n\npub fn never(n: i32) -> i32 {\n    -n\n}\n\n\
                       #[no_mangle]\npub extern \"C\" fn c_double(n: i32) -> i32 {\n    double(n)\n}\n";
const MAIN: &str = "fn main() {\n    println!(\"{}\", mycore::double(21));\n}\n";

fn workspace(types: &str) -> TestCrate {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"mycore\"]\nresolver = \"2\"\n",
    );
    let dependency = "[dependencies]\nmycore.path = \"../mycore\"\n";
    krate.write("app/Cargo.toml", &package("app", dependency));
    krate.write("app/src/main.rs", MAIN);
    let types = format!("[lib]\ncrate-type = [{types}]\n");
    krate.write("mycore/Cargo.toml", &package("mycore", &types));
    krate.write("mycore/src/lib.rs", LIBRARY);
    krate
}

fn one_package(types: &str) -> TestCrate {
    let krate = TestCrate::empty();
    let types =
        format!("[lib]\nname = \"mycore\"\npath = \"mycore/src/lib.rs\"\ncrate-type = [{types}]\n");
    krate.write("Cargo.toml", &package("app", &types));
    krate.write("src/main.rs", MAIN);
    krate.write("mycore/src/lib.rs", LIBRARY);
    krate
}

/// Measures, and looks at the number of the library: 6 of its 9 lines are of functions that nobody calls.
fn measure(krate: &TestCrate, options: &[&str]) {
    let output = krate.itcov(&[&["run"], options].concat()).ends_with(0);
    let output = output.prints("42\n");
    assert_eq!(output.lines_of("mycore/src/lib.rs"), (3, 9));
}

#[test]
fn a_library_of_several_types_is_measured_and_ordinary_builds_stay_as_they_are() {
    let builds = [
        (&["build"][..], &[][..]),
        (&["build", "--release"], &["--release"]),
    ];
    for (krate, builds) in [
        (workspace("\"cdylib\", \"rlib\""), &builds[..1]),
        (workspace("\"lib\", \"dylib\", \"staticlib\""), &builds[..1]),
        (
            one_package("\"rlib\", \"staticlib\", \"cdylib\""),
            &builds[..],
        ),
    ] {
        let target = krate.root.join("target");
        for &(cargo, ours) in builds {
            // The ordinary build comes first.
            krate.cargo(cargo).ends_with(0);
            let before = ordinary(&target);
            measure(&krate, ours);
            is_untouched(&target, &before);
            measure(&krate, ours);
            is_untouched(&target, &before);
            is_fresh(&krate, cargo);
            assert!(!before.keys().any(|file| is_instrumented(file)));
        }
        // The measured build comes first.
        std::fs::remove_dir_all(&target).unwrap();
        measure(&krate, &[]);
        krate.cargo(&["build"]).ends_with(0);
        let before = ordinary(&target);
        assert!(!before.keys().any(|file| is_instrumented(file)));
        // Tests of the suite's cargo go to the measured directory as well.
        let suite = ["exec", "--", "cargo", "run", "--quiet", "--bin", "app"];
        krate.itcov(&suite).ends_with(0).prints("42\n");
        is_untouched(&target, &before);
    }
}

fn is_instrumented(file: &std::path::Path) -> bool {
    let bytes = std::fs::read(file).unwrap();
    memchr::memmem::find(&bytes, b"__llvm_profile_").is_some()
}

#[test]
fn a_shared_library_that_the_program_is_linked_with_is_found_and_measured() {
    let krate = workspace("\"dylib\"");
    // With the library as another root, cargo itself cannot link the program.
    krate.cargo(&["build", "-p", "app"]).ends_with(0);
    let before = ordinary(&krate.root.join("target"));
    measure(&krate, &["-p", "app"]);
    let suite = ["exec", "--", "sh", "-c", "\"$ITCOV_BIN\""];
    let output = krate.itcov(&suite).ends_with(0).prints("42\n");
    assert_eq!(output.lines_of("mycore/src/lib.rs"), (3, 9));
    is_untouched(&krate.root.join("target"), &before);
}
