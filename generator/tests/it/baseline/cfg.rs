//! `--fail-on-lost` where `cfg` leaves out now what ran then.

use crate::build::package;
use crate::support::TestCrate;
use crate::support::repository::Git;

#[test]
fn what_ran_and_cfg_leaves_out_now_meets_no_threshold() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", "[features]\nextra = []\n"));
    let main = "mod extra;
struct A;
impl A {
    #[cfg(feature = \"extra\")]
    fn method(&self) -> u32 {
        1
    }
}
#[cfg(feature = \"extra\")]
fn here(x: u32) -> u32 {
    x + A.method()
}
fn main() {
    let _ = A;
    #[cfg(feature = \"extra\")]
    println!(\"{}\", here(extra::compute(5)));
}
";
    krate.write("src/main.rs", main);
    let extra = "#![cfg(feature = \"extra\")]\npub fn compute(x: u32) -> u32 {\n    x * 2\n}\n";
    krate.write("src/extra.rs", extra);
    let exec = ["exec", "--", "sh", "-c", "$ITCOV_BIN"];
    let with = ["exec", "-F", "extra", "--", "sh", "-c", "$ITCOV_BIN"];
    krate.itcov(&with).ends_with(0);
    krate
        .itcov(&["report", "--json", "target/base.json"])
        .ends_with(0);
    let gate = |words: &[&str]| {
        let strict = ["report", "--baseline", "target/base.json", "--fail-on-lost"];
        krate.itcov(&[&strict[..], words].concat())
    };
    gate(&[]).ends_with(0);
    krate.itcov(&exec).ends_with(0);
    let all = "src/extra.rs, src/main.rs (no code for A::method now), src/main.rs (no code for here now) and 1 more";
    gate(&[])
        .ends_with(1)
        .says(&format!(
            "warning: ran in base.json and not measured now: {all}; whether"
        ))
        .says(&format!(
            "cannot be told: {all}; measure the same programs with the same features"
        ));
    gate(&["--exclude", "src/extra.rs"])
        .ends_with(1)
        .says("cannot be told: src/main.rs (no code for A::method now)");

    // What is gone, or is for tests now, is not lost.
    krate.write("src/extra.rs", "// Nothing.\n");
    krate.write(
        "src/main.rs",
        "mod extra;\n#[cfg(test)]\nfn here() {}\nfn main() {}\n",
    );
    krate.itcov(&exec).ends_with(0);
    gate(&[]).ends_with(0);
}

#[test]
fn a_statement_that_ran_and_cfg_leaves_out_now_meets_no_threshold() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", "[features]\nextra = []\n"));
    let main = "fn main() {
    println!(\"a\");
    #[cfg(feature = \"extra\")]
    println!(\"b\");
    #[cfg(feature = \"never\")]
    println!(\"d\");
    println!(\"d\");
    println!(\"e\");
}
";
    krate.write("src/main.rs", main);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    Git::init(&krate.root).commit("first");
    krate.itcov(&["run", "-F", "extra"]).ends_with(0);
    krate
        .itcov(&["report", "--json", "target/base.json"])
        .ends_with(0);
    krate.itcov(&["run"]).ends_with(0);
    let gate = |words: &[&str]| {
        let strict = ["report", "--baseline", "target/base.json", "--fail-on-lost"];
        krate.itcov(&[&strict[..], words].concat())
    };
    let revision = ["--baseline-revision", "HEAD"];
    let why = "was measured, so whether lines were lost cannot be told: src/main.rs (no code for line 3 now); measure";
    gate(&[]).ends_with(1).says(why);
    gate(&revision).ends_with(1).says(why);

    // What is deleted is not lost, though something stands there that was not compiled then either.
    for (from, to) in [
        (
            "    println!(\"d\");\n    println!(\"e\");\n",
            "    println!(\"e\");\n",
        ),
        (
            "    println!(\"a\");\n",
            "    println!(\"A\");\n    println!(\"a\");\n",
        ),
    ] {
        krate.write("src/main.rs", &main.replace(from, to));
        krate.itcov(&["run", "-F", "extra"]).ends_with(0);
        gate(&[]).ends_with(0);
        gate(&revision).ends_with(0);
        // It is known by its text.
        krate.itcov(&["run"]).ends_with(0);
        gate(&revision)
            .ends_with(1)
            .says("src/main.rs (no code for line ");
    }
}
