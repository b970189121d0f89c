//! A source of 20,000 lines with thousands of places that did not run, among 1,598 files with 10,000 functions.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use super::write;
use crate::support::instrumented::Instrumented;

/// The page of the long source.
pub const LONG: &str = "pages/src.long.rs.html";

const FUNCTIONS: usize = 1_000;
const FILES: usize = 1_598;
/// In most files.
const FUNCTIONS_OF_A_FILE: usize = 6;

/// The crate after a run, and its pages.
pub struct Large {
    _fixture: Instrumented,
    pub pages: PathBuf,
}

impl Large {
    pub fn new() -> Self {
        let fixture = Instrumented::build("unlinked-module", "unlinked-module");
        let source = fixture.root().join("src");
        fs::write(source.join("long.rs"), long(FUNCTIONS)).unwrap();
        let mut library = String::from("pub mod unused;\npub mod long;\n");
        // There are main, the library, and its two modules.
        for number in 0..FILES - 4 {
            let directory = format!("m{}/n{}", number % 40, number % 7);
            fs::create_dir_all(source.join(&directory)).unwrap();
            let mut text = String::new();
            for function in 0..FUNCTIONS_OF_A_FILE {
                let _ = writeln!(
                    text,
                    "pub fn g{function}(x: u32) -> u32 {{\n    if x > {} {{\n        x\n    }} else {{\n        x + 1\n    }}\n}}",
                    number % 5
                );
            }
            fs::write(source.join(format!("{directory}/f{number}.rs")), text).unwrap();
            let _ = writeln!(
                library,
                "#[path = \"{directory}/f{number}.rs\"]\npub mod f{number};"
            );
        }
        library.push_str("pub fn used() -> u32 {\n    long::all(\"1 2\")\n}\n");
        fs::write(source.join("lib.rs"), library).unwrap();
        Self::of(fixture)
    }

    /// A crate of one long source, which has so many functions of 20 lines.
    pub fn of_one_file(functions: usize) -> Self {
        let fixture = Instrumented::build("unlinked-module", "unlinked-module");
        let source = fixture.root().join("src");
        fs::write(source.join("long.rs"), long(functions)).unwrap();
        let library =
            "pub mod unused;\npub mod long;\npub fn used() -> u32 {\n    long::all(\"1 2\")\n}\n";
        fs::write(source.join("lib.rs"), library).unwrap();
        Self::of(fixture)
    }

    fn of(fixture: Instrumented) -> Self {
        fixture.rebuild();
        fixture.run(&[]).ends_with(0);
        let pages = fixture.root().join("pages");
        write(&fixture, &pages);
        Self {
            _fixture: fixture,
            pages,
        }
    }
}

/// Every other function runs.
fn long(functions: usize) -> String {
    let mut text = String::new();
    for number in 0..functions {
        let wide = if number % 50 == 0 {
            " and on".repeat(40)
        } else {
            String::new()
        };
        let _ = write!(
            text,
            "/// Function {number}.
pub fn f{number}(text: &str) -> Option<u32> {{
    let mut words = text.split(' ');
    let first: u32 = words.next()?.parse().ok()?;
    let second: u32 = match words.next() {{
        Some(word) => word.parse().ok()?,
        None => {{
            let none = 0;

            none + 1
        }}
    }};
    if first > second {{
        return Some(first - second);
    }}
    let long = {{ \"A text that goes on{wide}.\" }}.trim().parse().unwrap_or(0_u32).checked_add(1)?;
    Some(first + second + long)
}}


"
        );
    }
    text.push_str("pub fn all(text: &str) -> u32 {\n    let mut sum = 0;\n");
    for number in (0..functions).step_by(2) {
        let _ = writeln!(text, "    sum += f{number}(text).unwrap_or(0);");
    }
    text + "    sum\n}\n"
}
