//! Old versions of Rust, where they are there: `.ci/old-rust` gets them from Debian.

use std::path::{Path, PathBuf};

use crate::coverage::{Covered, rows};
use crate::support::{Output, Reporter, TestCrate, tools};

/// Where the programs are of each directory that `ITCOV_OLD_RUST` names.
fn old_rusts() -> Vec<PathBuf> {
    let directories = std::env::var_os("ITCOV_OLD_RUST");
    let directories =
        directories.expect("ITCOV_OLD_RUST names directories that .ci/old-rust has made");
    std::env::split_paths(&directories)
        .map(|directory| directory.join("bin"))
        .collect()
}

#[test]
#[ignore = "needs the old versions of Rust that .ci/old-rust gets"]
fn an_old_rust_builds_the_harness_and_llvm_reports() {
    for programs in old_rusts() {
        for edition in ["2015", "2021"] {
            measured(&Old::new(&programs, edition, Reporter::Llvm));
        }
    }
}

/// What its LLVM writes is read as well as what the newest one does.
#[test]
#[ignore = "needs the old versions of Rust that .ci/old-rust gets"]
fn every_number_of_an_old_rust_is_that_of_its_own_llvm_cov() {
    for programs in old_rusts() {
        let krate = Old::new(&programs, "2018", Reporter::Itcov);
        measured(&krate);
        let (ours, theirs) = krate.reports();
        assert_eq!(ours, theirs, "{}", programs.display());
    }
}

/// A crate that is built by an old Rust.
struct Old<'a> {
    programs: &'a Path,
    krate: TestCrate,
}

impl<'a> Old<'a> {
    fn new(programs: &'a Path, edition: &str, reporter: Reporter) -> Self {
        let krate = TestCrate::empty().reported_by(reporter);
        krate.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"with-dash\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\nrust-version = \"1.63\"\n"
            ),
        );
        krate.write(
            "src/main.rs",
            "#![deny(warnings)]\nextern crate with_dash;\nfn main() {\n    println!(\"{}\", with_dash::used());\n    \
             with_dash::kinds::main();\n    if std::env::args().len() > 1 {\n        std::process::abort();\n    }\n}\n",
        );
        krate.write(
            "src/lib.rs",
            "pub mod kinds;\npub mod unlinked;\npub fn used() -> i32 {\n    1\n}\n",
        );
        krate.write("src/kinds.rs", KINDS);
        krate.write("src/unlinked.rs", "pub fn never() -> i32 {\n    2\n}\n");
        Self { programs, krate }
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        let mut command = self.krate.command(program);
        let of_the_tools = command.get_envs().find(|(name, _)| *name == "PATH");
        // Behind the directory with just, before everything else.
        let mut path: Vec<PathBuf> =
            std::env::split_paths(of_the_tools.unwrap().1.unwrap()).collect();
        path.insert(1, self.programs.to_owned());
        command
            .args(arguments)
            .env_remove("CARGO")
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("LLVM_COV", self.programs.join("llvm-cov"))
            .env("LLVM_PROFDATA", self.programs.join("llvm-profdata"));
        Output::of(&mut command)
    }

    /// What `cargo itcov report` and LLVM's tools say of the same run of the same program.
    fn reports(&self) -> (Report, Report) {
        let mut ours = vec!["itcov", "report", "--linked", "--lcov", "lcov.info"];
        ours.extend(["--relative-to", "/"]);
        let table = self.run(tools::cargo_itcov(), &ours).ends_with(0);
        let ours = Report::new(&table.stdout, &self.krate.read("lcov.info"));
        let profiles = walkdir::WalkDir::new(self.krate.root.join("target/itcov/.checkouts"));
        let profiles = profiles.into_iter().map(|entry| entry.unwrap().into_path());
        let profile = profiles.filter(|path| path.extension().is_some_and(|it| it == "itcov"));
        let profile = profile.last().unwrap().display().to_string();
        let merge = ["merge", "-o", "merged.profdata", &profile];
        self.run(&self.programs.join("llvm-profdata"), &merge)
            .ends_with(0);
        let root = self.krate.root.join("src").display().to_string();
        let llvm_cov = |what: &[&str]| {
            let program = [
                "target/itcov/debug/with-dash",
                "-instr-profile",
                "merged.profdata",
                &root,
            ];
            self.run(&self.programs.join("llvm-cov"), &[what, &program].concat())
                .ends_with(0)
                .stdout
        };
        let theirs = Report::new(
            &llvm_cov(&["report"]),
            &llvm_cov(&["export", "-format=lcov"]),
        );
        (ours, theirs)
    }
}

impl Report {
    /// Of a table and a trace file, but what only one of them has.
    fn new(table: &str, lcov: &str) -> Report {
        assert!(lcov.contains("\nDA:"), "{lcov}");
        let total = rows(table).pop().unwrap();
        let of_branches = |line: &&str| line.starts_with("BR");
        let lines: Vec<_> = lcov.lines().filter(|line| !of_branches(line)).collect();
        // An old llvm-cov has the files in no order.
        let mut files: Vec<_> = lines
            .split(|line| *line == "end_of_record")
            .map(|lines| lines.join("\n"))
            .collect();
        files.sort();
        Report {
            total: (total.lines, total.functions, total.regions),
            files,
        }
    }
}

#[derive(Debug, PartialEq)]
struct Report {
    /// Lines, functions and regions.
    total: (Covered, Covered, Covered),
    /// The lcov file, cut into files.
    files: Vec<String>,
}

/// Code of several kinds that every Rust since 1.63 compiles, in every edition.
const KINDS: &str = r#"
struct Pair<T>(T, T);

impl<T: PartialOrd + Copy> Pair<T> {
    fn larger(&self) -> T {
        if self.0 > self.1 { self.0 } else { self.1 }
    }
}

macro_rules! twice {
    ($value:expr) => {
        $value + if $value > 1 { $value } else { 0 }
    };
}

fn choose(number: u32) -> Option<&'static str> {
    let name = match number {
        0 => "none",
        1 if std::env::args().count() > 5 => return None,
        _ => {
            if number % 2 == 0 && number > 2 || number == 5 {
                "even"
            } else {
                "other"
            }
        }
    };
    Some(name)
}

fn parsed(text: &str) -> Result<u32, std::num::ParseIntError> {
    let number: u32 = text.parse()?;
    Ok(twice!(number))
}

pub fn never() -> u32 {
    [1, 2, 3].iter().map(|it| it + 1).sum()
}

pub fn main() {
    for number in 0..6 {
        println!("{:?} {}", choose(number), Pair(number, 2).larger());
    }
    let texts = ["1", "x", "3"];
    let sum: u32 = texts.iter().filter_map(|text| parsed(text).ok()).sum();
    let mut left = sum;
    while left > 0 {
        left -= 1;
        if left == 2 {
            break;
        }
    }
    println!("{} {}", Pair(1.5, 2.5).larger(), sum);
}
"#;

/// Builds and tests the crate with the harness in it, and runs it to a death that nothing survives but the mapped
/// counters.
#[track_caller]
fn measured(old: &Old) {
    old.run(tools::cargo_itcov(), &["itcov", "init"])
        .ends_with(0);
    for arguments in [&["build"][..], &["test", "--all-features"]] {
        let output = old.run("cargo".as_ref(), arguments).ends_with(0);
        assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    }
    let output = old.run(tools::just(), &["itcov", "now"]).ends_with(128 + 6);
    assert!(output.stdout.starts_with("1\n"), "{}", output.stdout);
    // LLVM's table leaves out the directory that all files have in common.
    let root = if output.stdout.contains("src/lib.rs") {
        "src/"
    } else {
        ""
    };
    assert_eq!(output.lines_of(&format!("{root}lib.rs")), (3, 3));
    if old.krate.reporter == Reporter::Itcov {
        assert_eq!(output.lines_of(&format!("{root}unlinked.rs")), (0, 3));
    }
    assert!(
        output.lines_of(&format!("{root}main.rs")).0 > 0,
        "{}",
        output.stdout
    );
}
