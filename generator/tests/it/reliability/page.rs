//! The table of docs/endings.md, and that of the measurement of the other tools.

use std::fs;

use crate::support::repository;

pub fn endings() -> String {
    fs::read_to_string(repository().join("docs/endings.md")).unwrap()
}

pub fn bench() -> String {
    fs::read_to_string(repository().join("bench/reliability.md")).unwrap()
}

/// The cells of the table of endings, its head first.
fn table(page: &str) -> Vec<Vec<&str>> {
    let lines = page
        .lines()
        .skip_while(|line| !line.starts_with("| ending |"));
    let rows = lines.take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect());
    cells.filter(|row: &Vec<&str>| row[0] != "---").collect()
}

/// The names of the rows.
pub fn names(page: &str) -> Vec<&str> {
    table(page).into_iter().skip(1).map(|row| row[0]).collect()
}

/// What the page says of itcov in this row.
pub fn cell(name: &str) -> Option<String> {
    let page = endings();
    let row = table(&page).into_iter().find(|row| row[0] == name)?;
    Some(row[1].to_owned())
}

/// What a page says of the other tools in this row: each with its name.
pub fn peers<'page>(page: &'page str, name: &str) -> Vec<(&'page str, &'page str)> {
    let table = table(page);
    let row = table.iter().find(|row| row[0] == name).unwrap();
    let cells = table[0].iter().copied().zip(row.iter().copied());
    cells
        .filter(|(column, _)| !["ending", "itcov"].contains(column))
        .collect()
}
