//! Tests that call the changed code themselves.

use super::record;
use crate::build::package;
use crate::scenarios::changed::{changed, with};
use crate::support::TestCrate;
use crate::support::repository::Git;

/// A package with a library, a unit test, a test that calls it, and one that knows nothing but the program.
fn with_tests() -> TestCrate {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write(
        "src/lib.rs",
        "pub fn helped() -> u8 {\n    1\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn unit() {\n        \
         assert_eq!(super::helped(), 1);\n    }\n}\n",
    );
    krate.write("src/main.rs", "fn main() {\n    println!(\"served\");\n}\n");
    krate.write(
        "tests/inside.rs",
        "#[test]\nfn inside() {\n    assert_eq!(app::helped(), 1);\n}\n",
    );
    krate.write(
        "tests/outside.rs",
        "#[test]\nfn outside() {\n    \
         assert!(std::process::Command::new(env!(\"CARGO_BIN_EXE_app\")).status().unwrap().success());\n}\n",
    );
    krate.write("suite.sh", "cargo nextest run\n");
    krate
}

#[test]
#[ignore = "needs cargo-nextest"]
fn a_test_that_runs_the_changed_code_itself_is_selected_and_so_is_a_new_one() {
    let krate = with_tests();
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    record(&krate);
    let filter = || {
        let words = [
            "scenarios",
            "--changed-since",
            "HEAD",
            "--format",
            "nextest",
        ];
        krate.itcov(&words).ends_with(0).stdout
    };
    let all = "not ((binary_id(=app::inside) & test(=inside)) | (binary_id(=app::outside) & test(=outside)) | \
               (binary_id(=app) & test(=tests::unit)))\n";
    let sorted = |text: &str| {
        let mut tests: Vec<String> = text
            .trim()
            .trim_start_matches("not ")
            .split(" | ")
            .map(|it| it.replace(['(', ')'], ""))
            .collect();
        tests.sort();
        tests
    };
    assert_eq!(sorted(&filter()), sorted(all));
    let (mut names, said) = with(&krate, "src/lib.rs", "    1\n", "    2\n");
    names.sort();
    assert_eq!(
        (names, &*said),
        (
            vec![
                "app tests::unit".to_owned(),
                "app::inside inside".to_owned()
            ],
            ""
        )
    );
    let before = krate.read("src/lib.rs");
    krate.write("src/lib.rs", &before.replacen("    1\n", "    2\n", 1));
    assert_eq!(
        filter(),
        "not ((binary_id(=app::outside) & test(=outside)))\n"
    );
    // A test that was not recorded is run.
    krate.write("src/lib.rs", &before);
    krate.write(
        "tests/outside.rs",
        &(krate.read("tests/outside.rs") + "#[test]\nfn fresh() {}\n"),
    );
    assert_eq!(filter(), "all()\n");
    let (names, said) = changed(&krate);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(said.contains("tests/outside.rs has changed"), "{said}");
}

/// `cargo test` has several tests in one process, so it says only which executables ran.
#[test]
fn tests_that_cargo_runs_in_a_scenario_select_it_if_they_may_run_the_changed_code_themselves() {
    let krate = with_tests();
    let scenarios = [
        "cargo itcov scenario unit -- cargo test --lib",
        "cargo itcov scenario inside -- cargo test --test inside",
        "cargo itcov scenario outside -- cargo test --test outside",
        "ITCOV_SCENARIO=set-inside cargo test --test inside",
        "ITCOV_SCENARIO=set-outside cargo test --test outside",
    ];
    krate.write("suite.sh", &scenarios.join("\n"));
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    record(&krate);
    let (mut names, said) = with(&krate, "src/lib.rs", "    1\n", "    2\n");
    names.sort();
    assert_eq!((&*names.join(" "), &*said), ("inside set-inside unit", ""));
}

/// Members that use each other by their versions, and one that only a crate of a registry uses: `[patch]` gives it the member.
#[test]
fn members_that_are_used_by_version_and_in_the_place_of_others_are_used() {
    let krate = TestCrate::empty();
    krate.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"app\", \"by-name\", \"within\"]\nexclude = [\"vendored\"]\nresolver = \"2\"\n\
         [patch.crates-io]\nby-name = { path = \"by-name\" }\nwithin = { path = \"within\" }\n",
    );
    let version = |name: &str, rest: &str| package(name, rest).replace("0.1.0", "1.0.0");
    let registry = "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"vendored\"\n";
    krate.write(".cargo/config.toml", registry);
    let uses =
        "[dependencies]\nrenamed = { package = \"by-name\", version = \"1\" }\nbetween = \"1\"\n";
    krate.write("app/Cargo.toml", &version("app", uses));
    krate.write(
        "vendored/between/Cargo.toml",
        &version("between", "[dependencies]\nwithin = \"1\"\n"),
    );
    krate.write(
        "vendored/between/.cargo-checksum.json",
        "{\"files\":{},\"package\":null}",
    );
    krate.write(
        "vendored/between/src/lib.rs",
        "pub fn call() -> u8 {\n    within::number()\n}\n",
    );
    for name in ["by-name", "within"] {
        krate.write(&format!("{name}/Cargo.toml"), &version(name, ""));
        let text = "pub fn number() -> u8 {\n    1\n}\n";
        krate.write(&format!("{name}/src/lib.rs"), text);
    }
    krate.write(
        "app/src/main.rs",
        "fn main() {\n    match std::env::args().count() {\n        9 => println!(\"{}\", renamed::number()),\n        \
         8 => println!(\"{}\", between::call()),\n        _ => {}\n    }\n}\n",
    );
    for (name, call) in [
        ("named", "renamed::number()"),
        ("through", "between::call()"),
        ("none", "1"),
    ] {
        let test = format!("#[test]\nfn {name}() {{\n    assert_eq!({call}, 1);\n}}\n");
        krate.write(&format!("app/tests/{name}.rs"), &test);
    }
    let scenarios = ["named", "through", "none"]
        .map(|it| format!("cargo itcov scenario {it} -- cargo test -p app --test {it}"));
    krate.write("suite.sh", &format!("$ITCOV_BIN\n{}", scenarios.join("\n")));
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let record = || {
        let run = "exec --scenarios --also between -- sh -e suite.sh";
        let run: Vec<&str> = run.split(' ').collect();
        krate.itcov(&run).ends_with(0);
    };
    let git = Git::init(&krate.root);
    git.commit("first");
    record();
    let changes = || {
        [("by-name", "named"), ("within", "through")].map(|(member, test)| {
            let file = format!("{member}/src/lib.rs");
            (member, test, with(&krate, &file, "    1\n", "    2\n"))
        })
    };
    // The crate of the registry may be a macro, or use the member while it is built.
    let [(_, test, (names, said)), (_, _, (all, why))] = changes();
    assert_eq!((&*names.join(" "), &*said), (test, ""));
    assert_eq!(all.len(), 3);
    assert!(why.contains("which a build script or macro uses"), "{why}");
    // A build script may use one, too.
    let build = "[build-dependencies]\nrenamed = { package = \"by-name\", version = \"1\" }\n";
    krate.write(
        "app/Cargo.toml",
        &version("app", &(uses.to_owned() + build)),
    );
    krate.write("app/build.rs", "fn main() {\n    renamed::number();\n}\n");
    git.commit("next");
    record();
    for (member, _, (names, said)) in changes() {
        assert_eq!(names.len(), 3, "{member}");
        assert!(
            said.contains("which a build script or macro uses"),
            "{said}"
        );
    }
}

/// A library passes a macro of another crate on, as tokio does, or has one of its own, and this alone names the changed crate.
#[test]
fn a_test_that_calls_the_changed_code_by_a_macro_of_a_library_is_selected() {
    let krate = TestCrate::empty();
    let members = [
        "app",
        "core-lib",
        "framework",
        "framework-macros",
        "helpers",
    ];
    krate.write(
        "Cargo.toml",
        &format!("[workspace]\nmembers = {members:?}\nresolver = \"2\"\n"),
    );
    let uses = |kind: &str, name: &str| {
        format!("[{kind}dependencies]\n{name} = {{ path = \"../{name}\" }}\n")
    };
    let needs =
        uses("", "core-lib") + &uses("dev-", "framework") + "helpers = { path = \"../helpers\" }\n";
    for (member, rest) in [
        ("app", &*needs),
        ("core-lib", ""),
        ("framework", &uses("", "framework-macros")),
        ("framework-macros", "[lib]\nproc-macro = true\n"),
        ("helpers", ""),
    ] {
        krate.write(&format!("{member}/Cargo.toml"), &package(member, rest));
    }
    krate.write("core-lib/src/lib.rs", "pub fn number() -> u8 {\n    1\n}\n");
    krate.write(
        "framework/src/lib.rs",
        "pub use framework_macros::checked;\n",
    );
    krate.write(
        "framework-macros/src/lib.rs",
        "use proc_macro::TokenStream;\n#[proc_macro_attribute]\npub fn checked(_: TokenStream, item: TokenStream) -> TokenStream {\n    \
         item.to_string().replacen('{', \"{ assert_eq!(::core_lib::number(), 1);\", 1).parse().unwrap()\n}\n",
    );
    krate.write(
        "helpers/src/lib.rs",
        "#[macro_export]\nmacro_rules! checked {\n    () => {\n        assert_eq!(::core_lib::number(), 1)\n    };\n}\n",
    );
    krate.write(
        "app/src/main.rs",
        "fn main() {\n    if std::env::args().count() > 8 {\n        println!(\"{}\", core_lib::number());\n    }\n}\n",
    );
    for (name, text) in [
        (
            "attribute",
            "#[test]\n#[framework::checked]\nfn attribute() {}\n",
        ),
        (
            "macro",
            "#[test]\nfn a_macro() {\n    helpers::checked!();\n}\n",
        ),
        ("none", "#[test]\nfn none() {}\n"),
    ] {
        krate.write(&format!("app/tests/{name}.rs"), text);
    }
    let scenarios = ["attribute", "macro", "none"]
        .map(|it| format!("cargo itcov scenario {it} -- cargo test -p app --test {it}"));
    krate.write("suite.sh", &format!("$ITCOV_BIN\n{}", scenarios.join("\n")));
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    record(&krate);
    let (mut names, said) = with(&krate, "core-lib/src/lib.rs", "    1\n", "    2\n");
    names.sort();
    assert_eq!((&*names.join(" "), &*said), ("attribute macro", ""));
}
