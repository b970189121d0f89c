//! The pages in Chromium: what a reader sees, and what the keys do.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::{Measured, measured, write};
use crate::support::chromium::Chromium;
use crate::support::instrumented::Instrumented;

const FLOW: &str = "pages/app.src.flow.rs.html";
const HELPER: &str = "pages/helper.src.lib.rs.html";
const MISSING: &str = "pages/app.src.twice.rs.html";

/// The names of the rows that are shown, from the top to the bottom.
const ROWS: &str = "[...document.querySelectorAll('#tree tbody tr')].filter((row) => row.offsetHeight)\
                    .map((row) => row.cells[0].textContent.trim()).join(' ')";

/// A browser with a page of the report.
struct Reader {
    browser: Chromium,
    measured: Arc<Measured>,
}

impl Reader {
    fn of(page: &str, fragment: &str) -> Self {
        let measured = measured();
        let browser = Chromium::start();
        let mut reader = Self { browser, measured };
        reader.visit(page, fragment);
        reader
    }

    fn visit(&mut self, page: &str, fragment: &str) {
        self.browser.open(&self.measured.pages.join(page), fragment);
    }

    /// Nothing was wrong with the pages, and they asked for nothing but themselves.
    #[track_caller]
    fn finish(mut self) {
        let complaints = self.browser.complaints(&self.measured.pages);
        assert_eq!(complaints, Vec::<String>::new());
    }
}

impl Deref for Reader {
    type Target = Chromium;

    fn deref(&self) -> &Chromium {
        &self.browser
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Chromium {
        &mut self.browser
    }
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn the_files_are_sorted_by_any_column_with_mouse_and_keyboard() {
    let mut browser = Reader::of("index.html", "");
    let by_name = "app/src/ flow.rs macros.rs main.rs never_linked.rs traits.rs twice.rs waiting.rs \
                   helper/src/ lib.rs";
    assert_eq!(browser.text(ROWS), by_name);
    let click = |column: usize| {
        format!(
            "document.querySelectorAll('thead th button')[{}].click()",
            column - 1
        )
    };
    let sorted = |column: usize| {
        format!(
            "document.querySelectorAll('thead th')[{}].getAttribute('aria-sort')",
            column - 1
        )
    };
    // The first click shows what is worst.
    for (column, first) in [
        (2, "ascending"),
        (3, "descending"),
        (4, "ascending"),
        (5, "ascending"),
    ] {
        browser.value(&click(column));
        assert_eq!(browser.text(&sorted(column)), first, "column {column}");
        let worst_first = in_app(&mut browser, column);
        browser.value(&click(column));
        assert_ne!(browser.text(&sorted(column)), first, "column {column}");
        assert_eq!(browser.text(&sorted(1)), "none");
        let worst_last = in_app(&mut browser, column);
        let (up, down) = match column {
            3 => (worst_last, worst_first),
            _ => (worst_first, worst_last),
        };
        assert!(
            up.is_sorted() && up.len() > 4 && up[0] < up[up.len() - 1],
            "{up:?}"
        );
        assert!(down.is_sorted_by(|a, b| a >= b), "{down:?}");
    }

    // The files of a directory stay in it.
    let names = browser.text(ROWS);
    let (app, helper) = (
        names.find("app/src/").unwrap(),
        names.find("helper/src/").unwrap(),
    );
    assert!(
        (app < helper) == (names.find("flow.rs").unwrap() < helper),
        "{names}"
    );

    browser.value("document.querySelector('thead th button').focus()");
    browser.press("Enter");
    assert_eq!(browser.text(ROWS), by_name);
    browser.finish();
}

/// The percentages of the files in `app/src`, as they are shown; those of nothing are left out.
fn in_app(browser: &mut Chromium, column: usize) -> Vec<f64> {
    let cells = browser.value(&format!(
        "[...document.querySelectorAll('#tree tr.d1 a[href*=\".app.\"], #tree tr.d1 a[href*=\"/app.\"]')]\
         .map((link) => link.closest('tr').cells[{}]).map((cell) => (cell.querySelector('b') ?? cell).textContent)",
        column - 1
    ));
    let cells = cells.as_array().unwrap().iter();
    cells
        .filter_map(|cell| cell.as_str().unwrap().trim_end_matches('%').parse().ok())
        .collect()
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn the_files_are_filtered_by_a_part_of_the_path_a_glob_and_what_is_missing() {
    let mut browser = Reader::of("index.html", "");
    let count = "document.getElementById('count').textContent";
    browser.press("/");
    browser.write("helper");
    assert_eq!(browser.text(ROWS), "helper/src/ lib.rs");
    assert_eq!(browser.text(count), "1 of 8 files");
    browser.press("Escape");
    browser.write("app/*/t*.rs");
    assert_eq!(browser.text(ROWS), "app/src/ traits.rs twice.rs");
    browser.press("Escape");
    assert_eq!(browser.text(count), "");
    browser.value("document.querySelector('.tw').click()");
    assert_eq!(browser.text(ROWS), "app/src/ helper/src/ lib.rs");
    assert_eq!(
        browser.text("document.querySelector('.tw').getAttribute('aria-expanded')"),
        "false"
    );
    browser.value("document.getElementById('fold').click()");
    assert!(browser.text(ROWS).contains("flow.rs"));
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn files_of_which_everything_ran_can_be_left_out() {
    let mut browser = Chromium::start();
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    let pages = fixture.root().join("pages");
    write(&fixture, &pages);
    browser.open(&pages.join("index.html"), "");
    assert_eq!(browser.text(ROWS), "src/ lib.rs main.rs unused.rs");
    browser.value("document.getElementById('only').click()");
    assert_eq!(browser.text(ROWS), "src/ lib.rs unused.rs");
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_key_leads_to_each_place_that_did_not_run_and_on_to_the_next_file() {
    let mut browser = Reader::of(FLOW, "");
    let here = "document.querySelector('u.at')";
    let places = browser
        .value("document.querySelectorAll('u[id]').length")
        .as_u64()
        .unwrap();
    assert!(places > 8, "{places}");
    let mut seen = vec![];
    for _ in 0..places {
        browser.press("n");
        let place = browser.text(&format!(
            "{here}.innerText + ' in ' + {here}.closest('p').id"
        ));
        let is_seen = format!(
            "(() => {{ const box = {here}.getBoundingClientRect(); \
             return box.top >= document.querySelector('header').getBoundingClientRect().bottom \
             && box.bottom <= innerHeight && box.right <= innerWidth && box.width > 0; }})()"
        );
        browser.until(&is_seen);
        seen.push(place);
    }
    // What did not run of: let number = text.trim().parse::<u32>()?;
    assert_eq!(seen[0], "? in L6");
    assert!(
        seen.iter().any(|place| place.starts_with("\"negative\"")),
        "{seen:?}"
    );
    assert_eq!(
        browser.text("document.getElementById('at').textContent.split(',')[0]"),
        format!("{places} of {places}")
    );
    browser.press("n");
    assert!(
        browser
            .text("document.getElementById('at').textContent")
            .starts_with("this is the last")
    );
    browser.press("p");
    assert_eq!(
        browser.text(&format!(
            "{here}.innerText + ' in ' + {here}.closest('p').id"
        )),
        seen[seen.len() - 2]
    );
    let next = browser.text("document.getElementById('nextfile').pathname.split('/').pop()");
    browser.press("N");
    browser.settle(&format!("/pages/{next}"));
    browser.until("document.querySelector('u.at')?.id === 'U1'");
    browser.press("?");
    assert!(
        browser
            .text("document.querySelector('dialog[open]').innerText")
            .contains("next place")
    );
    browser.press("Escape");
    browser.until("!document.querySelector('dialog[open]')");
    browser.press("u");
    browser.settle("/pages/app.src.html");
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn lines_have_addresses_and_so_have_ranges_of_them() {
    let mut browser = Reader::of(FLOW, "#L40-L42");
    let selected = "[...document.querySelectorAll('p.at')].map((row) => row.id).join(' ')";
    assert_eq!(browser.text(selected), "L40 L41 L42");
    browser.until("document.getElementById('L40').getBoundingClientRect().top > 0");
    browser.value("document.querySelector('#L50 > a').click()");
    assert_eq!(browser.text("location.hash"), "#L50");
    let shift = "document.querySelector('#L48 > a').dispatchEvent(new MouseEvent('click', \
                 { bubbles: true, cancelable: true, shiftKey: true }))";
    browser.value(shift);
    assert_eq!(browser.text("location.hash"), "#L48-L50");
    assert_eq!(browser.text(selected), "L48 L49 L50");
    // However far it says that a range goes, the file ends.
    browser.value("location.hash = '#L50-L99999999999'");
    browser.until("document.querySelectorAll('p.at').length > 3");
    assert!(browser.text(selected).starts_with("L50 L51 L52 "));
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn each_line_says_what_is_known_of_it() {
    let mut browser = Reader::of(FLOW, "");
    let state = |line: u32| {
        format!(
            "document.getElementById('L{line}').className + ' ' + document.querySelector('#L{line} > b').innerText"
        )
    };
    assert_eq!(browser.text(&state(1)).trim(), "", "a comment");
    assert_eq!(browser.text(&state(5)), "c 3");
    assert_eq!(browser.text(&state(6)), "h 3");
    assert_eq!(browser.text(&state(12)), "u 0");
    let uncovered =
        "[...document.querySelectorAll('#L14 u')].map((part) => part.innerText).join('|')";
    assert_eq!(browser.text(uncovered), "\"zero\"");

    browser.visit(HELPER, "");
    let notes = browser.text(
        "[...document.querySelectorAll('#code details')].map((it) => it.textContent).join('\\n')",
    );
    assert!(
        notes.contains("2 instantiations, all ran") && notes.contains("largest::<i32>"),
        "{notes}"
    );
    let last = "[...document.querySelectorAll('#code p')].at(-2).innerText";
    assert!(
        browser
            .text(last)
            .contains("aU+202Eb\u{240c}c </script><b>"),
        "{}",
        browser.text(last)
    );
    let longest = "Math.max(...[...document.querySelectorAll('#code code')].map((it) => it.textContent.length))";
    assert!(browser.value(longest).as_u64().unwrap() > 100_000);

    browser.visit(MISSING, "");
    let remark = browser.text("document.querySelector('[role=note]').innerText");
    assert!(
        remark.starts_with("The source cannot be shown: cannot read "),
        "{remark}"
    );
    assert_eq!(
        browser.text("document.querySelector('#L2 > b').innerText"),
        "2"
    );
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn the_colours_are_those_of_the_system_until_others_are_chosen() {
    let mut browser = Reader::of("index.html", "");
    let is_dark =
        "getComputedStyle(document.body).backgroundColor === 'rgb(17, 21, 27)' ? 'dark' : 'light'";
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        assert_eq!(browser.text(is_dark), scheme);
    }
    browser.press("t");
    assert_eq!(browser.text(is_dark), "light");
    browser.visit(FLOW, "");
    assert_eq!(browser.text(is_dark), "light", "it is remembered");
    browser.press("t");
    browser.prefer("light");
    assert_eq!(browser.text(is_dark), "dark");
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_phone_shows_all_of_it_without_scrolling_sideways() {
    let mut browser = Reader::of("index.html", "");
    for width in [360, 390, 768] {
        browser.size(width, 800);
        for page in ["index.html", "pages/app.src.html", FLOW, HELPER, MISSING] {
            browser.visit(page, "");
            let widths =
                browser.text("`${document.scrollingElement.scrollWidth} of ${innerWidth}`");
            assert_eq!(widths, format!("{width} of {width}"), "{page}");
        }
    }
    browser.size(360, 740);
    browser.visit("index.html", "");
    let lines = "Math.max(...[...document.querySelectorAll('.cards b')].map((it) => it.getClientRects().length))";
    assert_eq!(browser.value(lines), 1, "what did not run is one line");
    browser.visit(FLOW, "");
    browser.value("document.getElementById('next').click()");
    assert_eq!(browser.text("document.querySelector('u.at').id"), "U1");
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_small_screen_has_every_column_and_numbers_stand_under_their_headings() {
    let mut browser = Reader::of("index.html", "");
    for width in [768, 1280] {
        browser.size(width, 800);
        browser.visit("index.html", "");
        let columns = "[...document.querySelectorAll('thead th')].filter((it) => it.offsetWidth).map((it) => it.innerText).join()";
        assert_eq!(
            browser.text(columns),
            "Name,Lines,Lines not run,Functions,Regions"
        );
        let ragged = "[...document.querySelectorAll('tr')].flatMap((row) => [...row.cells].slice(1).map((cell) => {\
                      const range = document.createRange(); range.selectNodeContents(cell);\
                      return cell.getBoundingClientRect().right - range.getBoundingClientRect().right; }))\
                      .map(Math.round)";
        let gaps = browser.value(&format!("[...new Set({ragged})].length"));
        assert_eq!(gaps, 1, "of {width} pixels");
    }
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn the_marks_of_the_strip_stand_beside_their_lines_or_lead_to_them() {
    let mut browser = Reader::of(FLOW, "");
    let distance = "(() => {\
        const rows = [...document.querySelectorAll('#code p.u')].map((it) => it.getBoundingClientRect());\
        const marks = document.querySelector('#map .u').getBoundingClientRect();\
        return Math.max(Math.abs(marks.top - rows[0].top), Math.abs(marks.bottom - rows.at(-1).bottom)); })()";
    browser.size(1280, 6000);
    browser.visit(FLOW, "");
    assert!(
        browser.value(distance).as_f64().unwrap() < 30.0,
        "{}",
        browser.value(distance)
    );
    // Where there is less room, a click on the last mark shows the last line that did not run.
    browser.size(1280, 600);
    browser.visit(FLOW, "");
    browser.value(
        "(() => { const box = document.querySelector('#map .u').getBoundingClientRect();\
         document.getElementById('map').dispatchEvent(new MouseEvent('click', { clientY: box.bottom - 1 })); })()",
    );
    browser.until(
        "(() => { const box = [...document.querySelectorAll('#code p.u')].at(-1).getBoundingClientRect();\
         return box.top > 0 && box.bottom < innerHeight; })()",
    );
    browser.finish();
}

/// Text whose colour differs too little from what is behind it; 4.5 is the ratio of WCAG 2, 3 for large text.
const FAINT: &str = r"(() => {
  const channel = (value) => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  let looked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility()) continue;
    for (const part of [null, '::before', '::after']) {
      const style = getComputedStyle(node, part);
      if (part && (style.content === 'none' || style.content === 'normal' || style.content.length === 2)) continue;
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const own = parse(style.backgroundColor);
      const back = part && (own.length < 4 || own[3] > 0) ? own : behind(node);
      const [a, b] = [luminance(parse(style.color)), luminance(back)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) * (style.opacity < 1 ? 0.5 : 1);
      looked += 1;
      if (ratio < (isLarge ? 3 : 4.5)) faint.add(`${node.tagName}.${node.className}${part ?? ''} ${ratio.toFixed(2)}`);
    }
  }
  return looked < 50 ? 'too little text: ' + looked : [...faint].join(', ');
})()";

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn every_text_can_be_read_in_light_and_in_dark() {
    let mut browser = Reader::of("index.html", "");
    for (width, scheme) in [
        (1280, "light"),
        (1280, "dark"),
        (320, "light"),
        (320, "dark"),
    ] {
        browser.size(width, 900);
        browser.prefer(scheme);
        for (page, place) in [
            ("index.html", ""),
            ("pages/app.src.html", ""),
            ("pages/~functions.html", ""),
            (FLOW, "#U2"),
            (FLOW, "#L20-L60"),
            (HELPER, "#U1"),
        ] {
            browser.visit(page, place);
            browser.value("for (const it of document.querySelectorAll('details')) it.open = true");
            browser.press("?");
            assert_eq!(
                browser.text(FAINT),
                "",
                "{page}{place}, {scheme}, {width} pixels"
            );
        }
    }
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn without_scripts_nothing_is_missing_but_what_they_do() {
    let mut browser = Reader::of("index.html", "");
    let off = serde_json::json!({"value": true});
    browser.call("Emulation.setScriptExecutionDisabled", &off);
    browser.visit("index.html", "");
    assert_eq!(
        browser.text("String(document.documentElement.classList.contains('js'))"),
        "false"
    );
    // What a script hides at first is not hidden.
    browser.value("document.querySelector('tbody tr').classList.add('x')");
    let rows = browser.text(ROWS);
    assert!(
        rows.starts_with("app/src/ flow.rs") && rows.ends_with("helper/src/ lib.rs"),
        "{rows}"
    );
    assert_eq!(
        browser.text("String(document.querySelectorAll('button, input').length)"),
        "0"
    );
    browser.visit(FLOW, "#U1");
    let top = browser.value("document.getElementById('U1').getBoundingClientRect().top");
    assert!((0.0..900.0).contains(&top.as_f64().unwrap()), "{top}");
    browser.finish();
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn who_does_not_see_the_page_finds_the_way_around_it() {
    let mut browser = Reader::of("index.html", "");
    for page in ["index.html", FLOW] {
        browser.visit(page, "");
        let missing = "['html[lang]', 'title', 'header nav[aria-label]', 'main#main', 'footer', 'h1', 'a.skip[href=\"#main\"]']\
                       .filter((it) => !document.querySelector(it)).join()";
        assert_eq!(browser.text(missing), "", "{page}");
        let unnamed = "[...document.querySelectorAll('a, button, input')].filter((it) => !(it.textContent.trim() || \
                       it.getAttribute('aria-label') || it.labels?.length)).map((it) => it.outerHTML).join()";
        assert_eq!(browser.text(unnamed), "", "{page}");
        let repeated = "[...document.querySelectorAll('[id]')].map((it) => it.id)\
                        .filter((id, place, all) => all.indexOf(id) !== place).join()";
        assert_eq!(browser.text(repeated), "", "{page}");
    }
    browser.visit("index.html", "");
    let heads = "document.querySelectorAll('thead th[scope=col]').length === 5 \
                 && !document.querySelector('tbody tr > :first-child:not(th[scope=row])') \
                 && document.querySelector('caption').textContent.length > 10";
    browser.until(heads);
    browser.press("Tab");
    assert_eq!(browser.text("document.activeElement.className"), "skip");
    browser.finish();
}
