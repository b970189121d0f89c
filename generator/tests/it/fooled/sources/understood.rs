//! Sources of which the compiler takes what this tool does not understand.

use crate::support::TestCrate;
use crate::support::repository::Git;

/// A program of some edition, behind a part that is in its first lines.
fn program(edition: &str, part: &str) -> TestCrate {
    let krate = TestCrate::empty();
    let manifest = format!(
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n[features]\nextra = []\n"
    );
    krate.write("Cargo.toml", &manifest);
    let main = "#[cfg(feature = \"extra\")]
fn extra() -> usize {
    5
}
fn main() {
    println!();
    let first = std::env::args().nth(1);
    #[cfg(feature = \"extra\")]
    println!(\"extra\");
    let n = first.map_or_else(||
        7,
        |it| it.len());
    thread_local! { static ALL: Vec<usize> = {
        let mut all = Vec::new();
        all.push(one());
        all
    } }
    fn one() -> usize { 1 }
    if n == 8 {
        ALL.with(|it| println!(\"{}\", it.len()));
    }
}
";
    krate.write("src/main.rs", &format!("{part}\n{main}"));
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    krate
}

#[test]
fn a_part_that_is_not_understood_hides_no_other() {
    for (edition, part) in [
        ("2018", "pub type Action = Fn(&u8) + Send + Sync;"),
        ("2015", "pub trait Old { fn named(&self, u8) -> u8; }"),
        (
            "2015",
            "#[allow(dead_code)] mod inner { pub fn async() {} }",
        ),
        ("2021", "#!/usr/bin/env run-script"),
    ] {
        let krate = program(edition, part);
        let main = krate.read("src/main.rs");
        for (from, to, why) in [
            (
                "    5",
                "    6",
                "no code for line 2, which `cfg` leaves out",
            ),
            (
                "\"extra\");",
                "\"more\");",
                "no code for line 9, which `cfg` leaves out",
            ),
            (
                "  7,",
                "  9,",
                "no code for line 12, which `cfg` leaves out",
            ),
            (
                "one());",
                "one() + 1);",
                "no code of its own for line 16, which is given",
            ),
        ] {
            krate.write("src/main.rs", &main.replace(from, to));
            krate.itcov(&["run"]).ends_with(0);
            krate.itcov(&super::SINCE_HEAD).ends_with(1).says(why);
        }
    }
}

#[test]
fn no_threshold_is_met_by_what_is_not_understood() {
    let part = "#[cfg(feature = \"extra\")] fn ran() -> usize {\n    let async = 0;\n    async\n}";
    let krate = program("2015", part);
    let main = krate.read("src/main.rs");
    let main = main.replace("println!(\"extra\")", "println!(\"{}\", ran())");
    let report = |more: &[&str]| krate.itcov(&[&["report"], more].concat());
    krate.write("src/main.rs", &main);
    krate.itcov(&["run", "-F", "extra"]).ends_with(0);
    report(&["--json", "target/then.json"]).ends_with(0);
    Git::init(&krate.root).commit("second");
    krate.write("src/main.rs", &main.replace("= 0", "= 1"));
    krate.itcov(&["run"]).ends_with(0);
    krate
        .itcov(&super::SINCE_HEAD)
        .ends_with(1)
        .says("src/main.rs (no code for line ");
    krate.write("src/main.rs", &main);
    krate.itcov(&["run"]).ends_with(0);
    let lost = ["--baseline", "target/then.json", "--fail-on-lost"];
    report(&lost)
        .ends_with(1)
        .says("src/main.rs (no code for ran now)");
}
