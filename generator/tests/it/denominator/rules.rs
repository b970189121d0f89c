//! How counts become lines, where that is not plain to see.

use super::source_lines::SourceLines;
use crate::support::instrumented::{Instrumented, kept, objects};
use crate::support::llvm::Llvm;
use crate::support::{Output, TestCrate, stdout};

#[test]
#[ignore = "needs LLVM's tools"]
fn a_count_below_zero_is_zero() {
    let fixture = Instrumented::build("forks", "forks");
    fixture.run(&[]).ends_with(0);
    let ours = stdout(&mut fixture.report(&["--lcov", "-", "--relative-to", "/"]));
    let counts = |lcov: &str| -> Vec<(String, u64)> {
        let lines = lcov.lines().filter_map(|line| line.rsplit_once(','));
        lines
            .filter_map(|(line, count)| Some((line.to_owned(), count.parse().ok()?)))
            .collect()
    };
    assert!(counts(&ours).iter().all(|(_, count)| *count < 100));
    // llvm-cov reads what is below zero as a number close to 2^64. Everything else is as there.
    let theirs = counts(&Llvm::find().reports(&fixture).lcov);
    let ours = counts(&ours);
    assert_eq!(ours.len(), theirs.len());
    let mut below_zero = 0;
    for (ours, theirs) in ours.into_iter().zip(theirs) {
        if theirs.1 > u64::MAX / 2 {
            assert_eq!(ours.0, theirs.0);
            below_zero += 1;
        } else {
            assert_eq!(ours, theirs);
        }
    }
    assert!(below_zero > 0, "no count was below zero");
}

/// A line of 40,000 did not run. It is in a table of llvm-cov's that all of them did.
#[test]
#[ignore = "needs LLVM's tools"]
fn almost_all_is_not_all() {
    let fixture = Instrumented::build("forks", "forks");
    let never = "    if std::env::args().len() > 9 {\n        drop(());\n    }\n";
    let long = "\n".repeat(40_000);
    let main =
        format!("fn main() {{\n{never}    let _one_more = std::env::args().len(){long} + 1;\n}}\n");
    std::fs::write(fixture.root().join("src/main.rs"), main).unwrap();
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    let theirs = Llvm::find().reports(&fixture).table;
    let row = theirs.lines().find(|row| row.starts_with("TOTAL")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells[8..10], ["1", "100.00%"], "{theirs}");
    let ours = Output::of(&mut fixture.report(&[])).ends_with(0);
    let (ran, all) = ours.lines_of("Total");
    assert!(all > 40_000 && ran == all - 1, "{}", ours.stdout);
    ours.prints(&format!("{ran}/{all}  99.99%"));
}

/// The report of a program that is only `main.rs`.
fn report(main: &str) -> (SourceLines, Output) {
    let krate = TestCrate::new("app");
    krate.write("src/main.rs", main);
    krate.itcov(&["init"]).ends_with(0);
    let output = krate.itcov(&["run"]).ends_with(0);
    (SourceLines::reported(&krate, &[]), output)
}

/// Of `main.rs` the lines with how often they ran.
fn counts(lines: &SourceLines, numbers: impl IntoIterator<Item = u32>) -> Vec<Option<u64>> {
    let numbers = numbers.into_iter();
    numbers
        .map(|number| lines.count("src/main.rs", number))
        .collect()
}

#[test]
fn instantiations_add_up_in_the_lines_and_are_one_function_in_the_summary() {
    let (lines, table) = report(
        "\
fn first<T>(values: &[T]) -> bool {
    if values.is_empty() {
        return false;
    }
    true
}

fn main() {
    first::<u8>(&[]);
    first::<u8>(&[]);
    first(&[\"a\"]);
}
",
    );
    let ran = [3, 3, 2, 1, 1, 3].map(Some);
    assert_eq!(counts(&lines, 1..=6), ran);
    // Of `first` what the better of the two ran, 5 lines of 6, and all 5 of `main`.
    assert_eq!(table.lines_of("src/main.rs"), (10, 11));
    table.prints("   2/2  100.00%");
}

#[test]
fn a_function_that_a_macro_makes_counts_in_the_macro_and_any_other_code_where_it_is_called() {
    let (lines, _) = report(
        "\
macro_rules! getter {
    ($name:ident) => {
        fn $name() -> u32 {
            1
        }
    };
}

macro_rules! larger {
    ($a:expr, $b:expr) => {
        if $a > $b { $a } else { $b }
    };
}

getter!(once);
getter!(twice);

fn main() {
    assert_eq!(once() + twice() + twice(), 3);
    println!(
        \"{}\",
        larger!(1, 2)
    );
}
",
    );
    assert_eq!(counts(&lines, 3..=5), [Some(3); 3]);
    for number in (1..3).chain(6..18) {
        assert_eq!(counts(&lines, [number]), [None], "line {number}");
    }
    assert_eq!(counts(&lines, [18, 19, 22]), [Some(1); 3]);
}

#[test]
fn a_library_that_is_compiled_twice_for_the_program_counts_once() {
    // Released code is optimised, and that of build scripts is not: two libraries of the same features.
    let krate = TestCrate::partly_linked("two", "two");
    krate.write(
        "shared/Cargo.toml",
        "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    krate.write(
        "shared/src/lib.rs",
        "pub fn used() -> u32 {\n    1\n}\npub fn unused() -> u32 {\n    2\n}\n",
    );
    let rest = "[workspace]\nmembers = [\"shared\"]\n[dependencies]\nshared.path = \"shared\"\n\
                [build-dependencies]\nshared.path = \"shared\"\n";
    krate.write("Cargo.toml", &(krate.read("Cargo.toml") + rest));
    krate.write(
        "build.rs",
        "fn main() { assert_eq!(shared::used() + shared::unused(), 3); }\n",
    );
    krate.write(
        "src/main.rs",
        "fn main() { println!(\"{}\", shared::used()); }\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    let output = krate.itcov(&["run", "--release"]).ends_with(0);
    let objects = objects(&kept(&krate.root.join("target/itcov")));
    let of_shared = objects
        .iter()
        .filter(|path| path.to_string_lossy().contains("libshared"));
    assert_eq!(of_shared.count(), 1, "{objects:?}");
    let lines = SourceLines::reported(&krate, &[]);
    assert_eq!(lines.count("shared/src/lib.rs", 2), Some(1));
    assert_eq!(lines.count("shared/src/lib.rs", 5), Some(0));
    assert_eq!(output.lines_of("shared/src/lib.rs"), (3, 6));
}
