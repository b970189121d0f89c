//! What the README says of the counters' cost is what was measured.

use std::fs;

use crate::readme::says;
use crate::support::repository;

#[test]
fn the_cost_in_the_readme_is_that_of_the_benchmark() {
    let results = fs::read_to_string(repository().join("bench/README.md")).unwrap();
    // What itcov takes beside instrumentation by itself.
    let ratio = |row: &str| {
        let row = results
            .lines()
            .find(|line| line.starts_with(&format!("| {row} |")));
        let cells: Vec<&str> = row.unwrap().split(" | ").collect();
        cells[5].parse::<f64>().unwrap()
    };
    let percent = (ratio("instructions, release") - 1.0) * 100.0;
    says(&format!(
        "The price, added to that of `-C instrument-coverage`: {percent:.0} % instructions and next to no time"
    ));
    assert!(ratio("seconds, release") < 1.05);
}
