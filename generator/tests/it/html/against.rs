//! What the pages say of an earlier report.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::axe::find_nothing;
use super::write_with;
use crate::support::chromium::Chromium;
use crate::support::instrumented::Instrumented;
use crate::support::stdout;

const FLOW: &str = "pages/app.src.flow.rs.html";
const PAGES: [&str; 3] = ["index.html", "pages/app.src.html", FLOW];

/// The pages on a crate of which other functions ran than in the earlier report, and other lines of one function.
struct Compared {
    fixture: Instrumented,
    pages: PathBuf,
}

impl Compared {
    fn new() -> Self {
        let fixture = Instrumented::build("kinds-of-code", "app");
        fixture.run(&["flow", "1"]).ends_with(0);
        fixture.run(&["shapes"]).ends_with(0);
        stdout(&mut fixture.report(&["--json", "target/earlier & <first>.json"]));
        for profile in fixture.profiles() {
            fs::remove_file(profile).unwrap();
        }
        fixture.run(&["flow", "40"]).ends_with(0);
        let pages = fixture.root().canonicalize().unwrap().join("pages");
        let against = ["--baseline", "target/earlier & <first>.json"];
        write_with(&fixture, &pages, &against);
        Self { fixture, pages }
    }
}

#[test]
fn pages_without_an_earlier_report_are_as_they_were() {
    let Compared { fixture, pages } = Compared::new();
    let plain = fixture.root().canonicalize().unwrap().join("plain");
    write_with(&fixture, &plain, &[]);
    let read = |page: &str| [&plain, &pages].map(|it| fs::read_to_string(it.join(page)).unwrap());
    for page in ["style.css", "index.html", "pages/app.src.html", FLOW] {
        let [plain, with] = read(page);
        assert!(plain.len() < with.len(), "{page}");
        assert!(
            !plain.contains("against") && with.contains("against"),
            "{page}"
        );
    }
    let [plain, with] = read("style.css");
    assert!(with.starts_with(&plain));
    let [plain, with] = read("report.js");
    assert_eq!(plain, with);
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn lines_that_are_newly_run_or_lost_are_counted_linked_and_marked() {
    let mut browser = Chromium::reused();
    let Compared { fixture, pages } = Compared::new();
    let error = crate::support::Output::of(&mut fixture.report(&[
        "--baseline",
        "target/earlier & <first>.json",
        "--fail-on-lost",
    ]))
    .ends_with(1)
    .stderr;
    let total = error.lines().filter_map(|it| it.split_once(" lost: "));
    let total: usize = total
        .map(|(said, _)| {
            said.split(' ')
                .rev()
                .nth(1)
                .unwrap()
                .parse::<usize>()
                .unwrap()
        })
        .sum();

    browser.open(&pages.join("index.html"), "");
    let said = browser.text("document.querySelector('.against').innerText");
    assert!(said.starts_with("Against earlier & <first>.json"), "{said}");
    assert!(
        said.contains(&format!(" lines newly run, {total} lost")),
        "{said}"
    );
    // Each file has its own, which add up; directories have their sums.
    let sum = |rows: &str| {
        format!(
            "[...document.querySelectorAll('#tree {rows} .since [aria-hidden]')].map((it) => it.textContent.match(/−(\\d+)/))\
             .reduce((sum, it) => sum + (it ? Number(it[1]) : 0), 0)"
        )
    };
    assert_eq!(browser.value(&sum("tr:not(.d)")), total);
    assert_eq!(browser.value(&sum("tr.d0.d")), total);
    let row = "[...document.querySelectorAll('#tree tr')].find((row) => row.textContent.includes('traits.rs'))";
    let heard = browser.text(&format!("{row}.querySelector('.since .o').textContent"));
    assert!(
        heard.starts_with("0 lines newly run, ") && heard.ends_with(" lost"),
        "{heard}"
    );

    // From the index to the first line that was lost, which says so.
    browser.value("[...document.querySelectorAll('.against li a')].find((it) => it.textContent.endsWith('flow.rs')).click()");
    browser.until("document.querySelector('.src #code .lo') !== null");
    assert!(
        browser
            .text("location.href")
            .ends_with(&format!("{FLOW}#L20"))
    );
    let marked = |class: &str| {
        format!(
            "[...document.querySelectorAll('#code .{class}')].map((it) => it.querySelector('code').textContent.trim()).join('; ')"
        )
    };
    let lost = browser.text(&marked("lo"));
    assert!(
        lost.starts_with("1 | 2 => String::from(\"few\"),"),
        "{lost}"
    );
    let gained = browser.text(&marked("ga"));
    assert!(gained.contains("classify(half)"), "{gained}");
    assert!(!gained.contains("few") && !lost.contains("half"));
    // Not by a colour alone.
    let sign = |class: &str| {
        format!("getComputedStyle(document.querySelector('#code .{class} > a'), '::after').content")
    };
    assert_eq!(browser.text(&sign("lo")), "\"▼\" / \"lost\"");
    assert_eq!(browser.text(&sign("ga")), "\"▲\" / \"newly run\"");
    let legend = browser.text("document.querySelector('.legend').innerText");
    assert!(
        legend.contains("newly run") && legend.contains("lost"),
        "{legend}"
    );
    let links = browser.text(
        "[...document.querySelectorAll('.against a, .legend a')].map((it) => it.hash).join()",
    );
    for link in links.split(',') {
        let class = format!("document.querySelector('{link}').matches('.ga, .lo')");
        assert_eq!(browser.value(&class), true, "{link} of {links}");
    }
    // A source that is gone has the marks all the same.
    fs::remove_file(fixture.root().join("app/src/flow.rs")).unwrap();
    write_with(
        &fixture,
        &pages,
        &["--baseline", "target/earlier & <first>.json"],
    );
    browser.open(&pages.join(FLOW), "");
    assert_eq!(
        browser.value("document.querySelector('#L20').matches('.u.lo')"),
        true
    );
    assert_eq!(browser.complaints(&pages), Vec::<String>::new());
}

#[test]
#[ignore = "needs Chromium, and axe: python3 -m venv target/readers && target/readers/bin/pip install --no-deps axe-playwright-python"]
fn axe_finds_nothing_on_pages_with_an_earlier_report() {
    let mut browser = Chromium::reused();
    let Compared { fixture, pages } = Compared::new();
    browser.call("Page.setBypassCSP", &json!({"enabled": true}));
    find_nothing(&mut browser, &pages, &PAGES);
    for width in [1280, 320] {
        browser.size(width, 800);
        for page in PAGES {
            browser.open(&pages.join(page), "");
            let page_width = browser.text("`${document.scrollingElement.scrollWidth}`");
            assert_eq!(page_width, width.to_string(), "{page}");
            let small = browser.value(
                "[...document.querySelectorAll('.against a, .legend a')].filter((it) => { const box = it.getBoundingClientRect();\
                 return box.width < 24 || box.height < 24; }).map((it) => it.outerHTML)",
            );
            assert_eq!(small, json!([]), "{page}");
        }
    }
    drop(fixture);
}
