//! Statements that nothing comes to, so the compiler has no code of them.

use crate::build::package;
use crate::support::TestCrate;
use crate::support::repository::Git;

const MAIN: &str = "fn render(all: &[&str]) -> String {
    let mut text = String::new();
    for it in all {
        if it.is_empty() {
            continue;
        }
        text.push_str(it);
    }
    text
}
fn serve(n: usize) {
    let mut served = 0;
    loop {
        served += 1;
        if served > n {
            std::process::exit(0);
        }
    }
}
fn nothing(n: usize) {
    if n > 5 {
        return;
    }
    {}
}
fn main() {
    nothing(1);
    nothing(6);
    println!(\"{}\", render(&[\"a\", \"\"]));
    serve(2);
}
#[cfg(test)]
mod tests {
    fn helper(n: usize) -> usize {
        match n {
            1 => 2,
            _ => 3,
        }
    }
}
";

fn program() -> (TestCrate, Git) {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("app", ""));
    krate.write("src/main.rs", MAIN);
    krate.write(".gitignore", "/target\n");
    krate.cargo(&["generate-lockfile"]).ends_with(0);
    let git = Git::init(&krate.root);
    git.commit("first");
    (krate, git)
}

#[test]
fn no_threshold_is_met_by_a_change_in_what_nothing_comes_to() {
    let (krate, _git) = program();
    let gate = |from: &str, to: &str| {
        krate.write("src/main.rs", &MAIN.replacen(from, to, 1));
        krate.itcov(&["run"]).ends_with(0);
        krate.itcov(&super::SINCE_HEAD)
    };
    for (from, to, line) in [
        (
            "    }\n}\nfn nothing",
            "    }\n    drop(served);\n}\nfn nothing",
            19,
        ),
        ("exit(0);\n", "exit(0);\n            println!();\n", 17),
        (
            "            continue;\n",
            "            continue;\n            let _n = it.len();\n",
            6,
        ),
        (
            "        return;\n",
            "        return;\n        render(&[])\n;\n",
            23,
        ),
    ] {
        let said = format!("src/main.rs (no code for line {line}, which");
        gate(from, to).ends_with(1).says(&said);
    }
    // What has code though nothing is computed, and tests.
    for (from, to) in [
        ("    {}\n", "    {\n    }\n    ;\n"),
        ("        return;\n", "        return\n        ;\n"),
        ("            continue;\n", "            { continue; }\n"),
        ("1 => 2", "1 => 4"),
    ] {
        let met = gate(from, to).ends_with(0);
        assert!(!met.stderr.contains("no code"), "{}", met.stderr);
    }
}

#[test]
fn what_ran_and_nothing_comes_to_now_is_no_longer_measured() {
    let (krate, _git) = program();
    krate.itcov(&["run"]).ends_with(0);
    let base = ["report", "--json", "target/base.json"];
    krate.itcov(&base).ends_with(0);
    let early = "String {\n    return all.join(\"\");\n";
    krate.write("src/main.rs", &MAIN.replacen("String {\n", early, 1));
    krate.itcov(&["run"]).ends_with(0);
    let lost = ["report", "--baseline", "target/base.json", "--fail-on-lost"];
    krate
        .itcov(&[&lost[..], &["--baseline-revision", "HEAD"]].concat())
        .ends_with(1)
        .says("whether lines were lost cannot be told: src/main.rs (no code for line ");
}

#[test]
fn what_is_given_to_a_macro_and_has_no_code_is_named_beside_other_changes() {
    let (krate, git) = program();
    let all = "thread_local! {\n    static ALL: Vec<u8> = {\n        Vec::new()\n    };\n}\n";
    krate.write("src/main.rs", &(all.to_owned() + MAIN));
    git.commit("second");
    let changed = all.replace(
        "Vec::new()",
        "let mut all = Vec::new();\n        all.push(1);\n        all",
    );
    let main = MAIN.replace("nothing(1);", "nothing(2);");
    krate.write("src/main.rs", &(changed + &main));
    krate.itcov(&["run"]).ends_with(0);
    krate.itcov(&super::SINCE_HEAD).ends_with(0).says(
        "not measured: src/main.rs (no code of its own for line 3, which is given to a macro)",
    );
}

const NOT_MEASURED: &str = "fn main() {
    if std::env::args().count() > 9 {
        #[cfg(not(coverage))]
        println!(\"{}\", pay(1));
    }
}
#[cfg(not(coverage))]
#[allow(unreachable_code)]
fn pay(id: u32) -> u32 {
    std::convert::identity(
        40,
    );
    return id;
    std::convert::identity(
        60,
    )
}
";

#[test]
fn what_is_not_for_measured_programs_is_measured_if_the_program_has_it() {
    let (krate, git) = program();
    krate.write("src/main.rs", NOT_MEASURED);
    git.commit("not measured");
    let gate = |from: &str, options: &[&str]| {
        let changed = NOT_MEASURED.replace(from, &from.replace('0', "1"));
        krate.write("src/main.rs", &changed);
        let suite = ["--", "sh", "-c", "\"$ITCOV_BIN\""];
        krate
            .itcov(&[&["exec"], options, &suite].concat())
            .ends_with(0);
        krate.itcov(&super::SINCE_HEAD)
    };
    for (line, said) in [("40,", "0 of 1 lines ran"), ("60,", "no code for line 15")] {
        gate(line, &["--no-cfg-coverage"]).ends_with(1).says(said);
        gate(line, &[]).ends_with(0);
    }
}
