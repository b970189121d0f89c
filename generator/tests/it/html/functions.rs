//! The page of all functions, and counts that are finer than those of lines.

use std::fmt::Write;
use std::fs;

use super::{measured, write};
use crate::support::chromium::Chromium;
use crate::support::instrumented::Instrumented;

const FUNCTIONS: &str = "pages/~functions.html";

/// The names of the functions that are shown, from the top to the bottom.
const NAMES: &str = "[...document.querySelectorAll('#functions tbody tr')].filter((row) => row.offsetHeight)\
                     .map((row) => row.cells[0].textContent.trim()).join()";

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn all_functions_are_on_one_page_by_what_is_missing_with_their_closures() {
    let mut browser = Chromium::start();
    let measured = measured();
    browser.open(&measured.pages.join("index.html"), "");
    let top = browser
        .text("[...document.querySelectorAll('.worst .n a')].map((it) => it.textContent).join()");
    browser.press("f");
    browser.settle(FUNCTIONS);
    let names = browser.text(NAMES);
    assert!(
        names.starts_with(&top) && top.split(',').count() == 10,
        "{top} of {names}"
    );
    // Neither closures nor async bodies have rows.
    assert!(
        !names.contains("closure at") && !names.contains("async body"),
        "{names}"
    );
    let missing = "[...document.querySelectorAll('#functions tbody td:nth-child(3)')].map((it) => Number(it.textContent))";
    let missing: Vec<u64> = serde_json::from_value(browser.value(missing)).unwrap();
    assert!(
        missing.is_sorted_by(|a, b| a >= b) && missing[0] > 8,
        "{missing:?}"
    );

    // What is missing is what looks so in the listing.
    for (file, page) in [
        ("app/src/flow.rs", "pages/app.src.flow.rs.html"),
        ("app/src/waiting.rs", "pages/app.src.waiting.rs.html"),
    ] {
        browser.open(&measured.pages.join(FUNCTIONS), "");
        let sum = format!(
            "[...document.querySelectorAll('#functions tbody tr')].filter((row) => row.cells[1].textContent === '{file}')\
             .reduce((sum, row) => sum + Number(row.cells[2].textContent), 0)"
        );
        let sum = browser.value(&sum);
        browser.open(&measured.pages.join(page), "");
        assert_eq!(
            browser.value("document.querySelectorAll('#code p.u').length"),
            sum,
            "{file}"
        );
    }

    // Sorted, filtered, and followed.
    browser.open(&measured.pages.join(FUNCTIONS), "");
    browser.value("document.querySelectorAll('thead button')[4].click()");
    let calls = "[...document.querySelectorAll('#functions tbody td:nth-child(5)')].map((it) => Number(it.dataset.n ?? it.textContent))";
    let calls: Vec<u64> = serde_json::from_value(browser.value(calls)).unwrap();
    assert!(
        calls.is_sorted() && calls.last() > calls.first(),
        "{calls:?}"
    );
    browser.press("/");
    browser.write("waiting.rs");
    let left = browser.text(NAMES);
    assert!(
        left.contains("is_never_polled") && !left.contains("classify"),
        "{left}"
    );
    browser.value("[...document.querySelectorAll('#functions a')].find((it) => it.textContent === 'waits').click()");
    browser.settle("/pages/app.src.waiting.rs.html#L31");
    assert_eq!(browser.complaints(&measured.pages), Vec::<String>::new());
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_line_tells_what_its_parts_counted_to_mouse_and_keyboard() {
    let mut browser = Chromium::start();
    let measured = measured();
    browser.open(&measured.pages.join("pages/app.src.flow.rs.html"), "");
    // sum += u32::from(left % 2 == 0 && sum > 3 || left == 7);
    let titles = browser.text("[...document.querySelectorAll('#L46 q')].map((it) => `${it.textContent}: ${it.title}`).join()");
    assert_eq!(titles, "sum > 3: 22×,left == 7: 23×");
    browser.value("document.querySelector('#L45 > a').focus()");
    assert_eq!(browser.value("document.getElementById('tip').hidden"), true);
    browser.press("ArrowDown");
    assert_eq!(browser.text("document.activeElement.textContent"), "46");
    assert_eq!(
        browser.text("document.getElementById('tip').innerText.replaceAll('\\n', ', ')"),
        "This line: 43 times, sum > 3 22 times, left == 7 23 times"
    );
    assert_eq!(
        browser.text("document.activeElement.getAttribute('aria-describedby')"),
        "tip"
    );
    browser.press("ArrowUp");
    assert_eq!(browser.text("document.activeElement.textContent"), "45");
    assert_eq!(browser.complaints(&measured.pages), Vec::<String>::new());
}

#[test]
fn every_instantiation_is_named_with_its_counts_and_those_that_did_not_run_come_first() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    let mut library = String::from(
        "pub mod unused;\npub fn half<const N: usize>() -> usize {\n    if N % 2 == 0 { N } else { N + 1 }\n}\n\
         pub fn used() -> usize {\n    let is_run = std::env::args().count() < 9;\n    let mut sum = 0;\n",
    );
    for number in 0..150 {
        let condition = if number < 140 { "is_run" } else { "!is_run" };
        let _ = writeln!(
            library,
            "    if {condition} {{ sum += half::<{number}>() }}"
        );
    }
    library.push_str("    sum\n}\n");
    fs::write(fixture.root().join("src/lib.rs"), library).unwrap();
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    let pages = fixture.root().join("pages");
    write(&fixture, &pages);
    let page = fs::read_to_string(pages.join("pages/src.lib.rs.html")).unwrap();
    let note = page.split("150 instantiations, 140 ran").nth(1).unwrap();
    let note = note.split("</details>").next().unwrap();
    let (places, rest) = note.split_once("</small>").unwrap();
    let places: Vec<_> = places
        .rsplit('>')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let place = |name: &str| places.iter().position(|it| *it == name).unwrap();
    let entries: Vec<_> = rest.split("<li class=").skip(1).collect();
    assert_eq!(entries.len(), 150);
    assert!(entries[..10].iter().all(|it| it.starts_with('u')), "{note}");
    assert!(entries[10..].iter().all(|it| it.starts_with('h')), "{note}");
    let counts = |name: &str| {
        let entry = entries.iter().find(|it| it.contains(name)).unwrap();
        let counts = entry
            .split("<small>")
            .nth(1)
            .unwrap()
            .split("</small>")
            .next()
            .unwrap();
        counts.split_whitespace().collect::<Vec<_>>()
    };
    // `N`, and `N + 1`.
    let (even, odd) = (place("3:21"), place("3:32"));
    for (name, ran) in [
        ("half::&lt;4&gt;", ["1", "0"]),
        ("half::&lt;7&gt;", ["0", "1"]),
        ("half::&lt;144&gt;", ["0", "0"]),
    ] {
        let name = name.replace("::", "::<wbr>");
        let counts = counts(&name);
        assert_eq!(
            [counts[even], counts[odd]],
            ran,
            "{name}: {counts:?} at {places:?}"
        );
    }
}

/// A source of which a macro makes two of each kind, and `main` calls the first.
const MADE: &str = "\
pub mod unused;
macro_rules! make {
    ($function:ident, $waits:ident, $shape:ident) => {
        pub fn $function(number: u32) -> u32 {
            let twice = |number: u32| {
                number * 2
            };
            twice(number)
        }
        pub async fn $waits() -> u32 {
            std::future::ready(3)
                .await
        }
        pub struct $shape;
        impl $shape {
            pub fn size(&self) -> u32 {
                4
            }
        }
    };
}
make!(one, waits_one, One);
make!(other, waits_other, Other);
pub fn half<const N: usize>() -> usize {
    if N % 2 == 0 {
        return N;
    }
    N + 1
}
pub fn used() -> u32 {
    let mut waiting = std::pin::pin!(waits_one());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_ready());
    if one(1) == 0 {
        other(1);
        drop(waits_other());
        Other.size();
    }
    half::<1>();
    half::<2>();
    One.size()
}
use std::future::Future;
";

#[test]
fn of_functions_that_a_macro_makes_each_has_its_own_lines() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fs::write(fixture.root().join("src/lib.rs"), MADE).unwrap();
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    let pages = fixture.root().join("pages");
    write(&fixture, &pages);
    let read = |page: &str| {
        fs::read_to_string(pages.join(page))
            .unwrap()
            .replace("<wbr>", "")
    };
    let all = read(FUNCTIONS);
    let row = |name: &str| {
        let rows = all.lines().filter(|it| it.starts_with("<tr>"));
        let mut rows = rows.filter(|it| it.contains(&format!(">{name}</a>")));
        let row = rows.next().unwrap_or_else(|| panic!("{name}: {all}"));
        let cells: Vec<_> = row.split("<td").skip(2).collect();
        let ran = cells[1].split("<small>").nth(1).unwrap();
        let ran = ran.split("</small>").next().unwrap();
        let level = cells[1].split([' ', '>']).nth(1).unwrap();
        format!("{ran} {level}, {} calls", cells[2].trim_start_matches('>'))
    };
    for (name, expected) in [
        ("one", "6/6 class=g, 1 calls"),
        ("other", "0/6 class=r, 0 calls"),
        ("waits_one", "4/4 class=g, 1 calls"),
        ("waits_other", "0/4 class=r, 0 calls"),
        ("One::size", "3/3 class=g, 1 calls"),
        ("Other::size", "0/3 class=r, 0 calls"),
        // What did not run as one instantiation ran as the other.
        ("half", "6/6 class=g, 2 calls"),
    ] {
        assert_eq!(row(name), expected, "{name}");
    }

    let index = read("index.html");
    let top = index.split("Functions with the most lines not run").nth(1);
    let top = top.unwrap().split("</section>").next().unwrap();
    assert!(!top.contains(">one</a>"), "{top}");
    let other = top.split("<li>").find(|it| it.contains(">other</a>"));
    assert!(other.unwrap().contains("<b>6</b> of 6 lines"), "{top}");

    let page = read("pages/src.lib.rs.html");
    let outline = page.split("<details id=outline>").nth(1).unwrap();
    let outline = outline.split("</details>").next().unwrap();
    for (name, class) in [
        ("one", "c"),
        ("one, closure at line 5", "c"),
        ("other", "u"),
        ("other, closure at line 5", "u"),
        ("waits_one, async body", "c"),
        ("waits_other, async body", "u"),
        ("Other::size", "u"),
        ("half", "c"),
    ] {
        let entry = outline
            .split("<li ")
            .find(|it| it.contains(&format!(">{name}</a>")));
        let entry = entry.unwrap_or_else(|| panic!("{name}: {outline}"));
        assert!(entry.starts_with(&format!("class={class}>")), "{entry}");
    }
}

/// What the first page says of totals that are not those of its list of functions.
fn why(fixture: &Instrumented) -> Option<String> {
    fixture.rebuild();
    fixture.run(&[]).ends_with(0);
    let pages = fixture.root().join("pages");
    write(fixture, &pages);
    let index = fs::read_to_string(pages.join("index.html")).unwrap();
    let list = index.split("<a id=allfunctions").nth(1).unwrap();
    let list = list.split("</section>").next().unwrap();
    let why = list.split("<p class=why>").nth(1)?;
    Some(why.trim_end_matches("</p>").to_owned())
}

#[test]
fn the_first_page_says_why_its_totals_are_not_those_of_its_functions() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    assert_eq!(why(&fixture), None);
    let library = "pub mod unused;\npub fn used() -> usize {\n    let idle = |number: usize| {\n        number + 1\n    };\n    \
         if std::env::args().count() > 9 { idle(1) } else { 0 }\n}\n";
    fs::write(fixture.root().join("src/lib.rs"), library).unwrap();
    assert_eq!(
        why(&fixture).unwrap(),
        "The totals have 4 functions and 9 lines not run, this list has 3 and 8: in the totals, closures and async bodies are functions \
         with lines of their own."
    );
    fs::write(fixture.root().join("src/lib.rs"), MADE).unwrap();
    assert_eq!(
        why(&fixture).unwrap(),
        "The totals have 9 functions and 10 lines not run, this list has 10 and 22: in the totals, closures and async bodies are \
         functions with lines of their own, functions that a macro makes in one place are one, and a generic function counts as \
         its instantiation that ran most."
    );
}
