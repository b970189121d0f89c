//! What the README says of the counters' cost is what was measured.

use std::fs;

use crate::support::repository;

#[test]
fn the_cost_in_the_readme_is_that_of_the_benchmark() {
    let read = |path: &str| fs::read_to_string(repository().join(path)).unwrap();
    let results = read("bench/README.md");
    // The ratios of a row: instrumented to plain, mapped to instrumented.
    let ratios = |row: &str| {
        let row = results
            .lines()
            .find(|line| line.starts_with(&format!("| {row} |")));
        let cells: Vec<&str> = row.unwrap().split(" | ").collect();
        let ratio = |cell: usize| cells[cell].parse::<f64>().unwrap();
        (ratio(4), ratio(5))
    };
    let percent = |ratio: f64| format!("{:.0} %", (ratio - 1.0) * 100.0);
    let claim = format!(
        "The price, added to that of `-C instrument-coverage`: {} instructions and next to no time",
        percent(ratios("instructions, release").1)
    );
    // Next to none.
    assert!(ratios("seconds, release").1 < 1.05);
    let readme: Vec<String> = read("README.md")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert!(
        readme.join(" ").contains(&claim),
        "the README does not say: {claim}"
    );
}
