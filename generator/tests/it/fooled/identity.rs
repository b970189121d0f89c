//! Whose data it is: a run belongs to a checkout, a profile to a build and to a run, and what is run to the user.

mod builds;
mod cut_off;
mod dots;
mod elsewhere;
mod loaded;
mod lost;
mod ordinary;
mod paths;
mod places;
mod planted;
mod together;

use crate::support::{TestCrate, entries_of_main};

/// Prints a number, which is not in the structure of the program, and does more with an argument.
const MAIN: &str = "fn main() {
    println!(\"{}\", number());
    if std::env::args().len() > 1 {
        more();
    }
}

fn number() -> u32 {
    std::hint::black_box(1)
}

fn more() {
    println!(\"more\");
}
";

/// How many lines there are, and how many of them run without an argument.
const LINES: (u32, u32) = (8, 12);

/// A crate with this program, and without the scaffold, which nothing here needs.
fn app() -> TestCrate {
    let krate = TestCrate::new("app");
    krate.write("src/main.rs", MAIN);
    krate
}

/// Changes the number: the program is another one, and all of its functions have the shape that they had.
fn change(krate: &TestCrate, to: u32) {
    krate.write(
        "src/main.rs",
        &MAIN.replace("black_box(1)", &format!("black_box({to})")),
    );
}
