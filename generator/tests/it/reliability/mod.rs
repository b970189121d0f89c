//! However the program ends, what it did before is counted. One row for each ending; the table of docs/endings.md has the same
//! rows, and its cells are what is measured here and, for the other tools, by `bench/reliability.sh`.

mod by_itself;
mod control_group;
mod counts;
mod lab;
mod page;
mod recipes;
mod signals;
mod surroundings;
mod together;
mod unwritable;

use lab::Lab;

/// A way to end.
struct Row {
    /// What the page calls it.
    name: &'static str,
    /// Ends the program in this way and looks at what was counted.
    measure: fn(&Lab) -> Measured,
}

/// What came out of it.
enum Measured {
    /// The cell of the page's table: `exact`, or what was not.
    Cell(String),
    /// It cannot be done here, and why.
    Skipped(String),
}

/// A test for each group of rows, and all groups in the order of the page's table.
macro_rules! groups {
    ($($test:ident: $rows:path),* $(,)?) => {
        const TABLE: &[&[Row]] = &[$(&$rows),*];

        $(#[test]
        fn $test() {
            measure(&$rows);
        })*
    };
}

groups! {
    a_program_that_ends_by_itself: by_itself::ROWS,
    a_program_that_a_signal_ends: signals::ROWS,
    a_run_by_the_recipes: recipes::ROWS,
    many_at_once: together::ROWS,
    surroundings_that_change: surroundings::ROWS,
}

/// Measures each row and compares it with the page's.
fn measure(rows: &[Row]) {
    let lab = Lab::shared();
    let mut wrong = Vec::new();
    for row in rows {
        match (row.measure)(&lab) {
            Measured::Skipped(why) => println!("skipped: {}: {why}", row.name),
            Measured::Cell(cell) => {
                println!("{}: {cell}", row.name);
                let shown = page::cell(row.name);
                if shown.as_ref() != Some(&cell) {
                    wrong.push(format!("{}: {cell}; the page has {shown:?}", row.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_has_these_rows_in_this_order() {
    let names: Vec<&str> = TABLE
        .iter()
        .copied()
        .flatten()
        .map(|row| row.name)
        .collect();
    assert_eq!(page::names(&page::endings()), names);
    // What the other tools do was measured for the same rows.
    assert_eq!(page::names(&page::bench()), names);
    for name in names {
        assert_eq!(
            page::peers(&page::endings(), name),
            page::peers(&page::bench(), name),
            "{name}"
        );
    }
}
