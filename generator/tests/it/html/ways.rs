//! The way through what did not run: from where the reader is, and as fast in a long file.

use super::either::Browser;
use super::large::{LONG, Large};
use super::measured;
use crate::support::chromium::Chromium;
use crate::support::firefox::Firefox;

const FLOW: &str = "pages/app.src.flow.rs.html";
const HERE: &str = "document.querySelector('u.at')?.closest('p').id";

/// The place is between the header and the end of the window, and not under the column of the counts.
const IS_SEEN: &str = "(() => { const place = document.querySelector('u.at').getBoundingClientRect();\
    const count = document.querySelector('u.at').closest('p').querySelector('b').getBoundingClientRect();\
    const header = document.querySelector('header').getBoundingClientRect();\
    return place.width > 0 && place.top >= header.bottom && place.bottom <= innerHeight && place.left >= count.right\
      && Math.min(place.right, place.left + 200) <= innerWidth; })()";

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn the_keys_go_on_from_where_the_reader_is() {
    goes_on_from_where_the_reader_is(&mut Chromium::reused());
}

#[test]
#[ignore = "needs Firefox (Debian: apt-get install firefox-esr)"]
fn the_keys_go_on_from_where_the_reader_is_in_firefox() {
    goes_on_from_where_the_reader_is(&mut Firefox::start());
}

fn goes_on_from_where_the_reader_is(browser: &mut impl Browser) {
    let measured = measured();
    let page = measured.pages.join(FLOW);
    let lines = "[...new Set([...document.querySelectorAll('u[id]')].map((it) => Number(it.closest('p').id.slice(1))))]";
    browser.open(&page, "");
    let lines: Vec<u64> = serde_json::from_value(browser.value(lines)).unwrap();
    let after = |line: u64| *lines.iter().find(|it| **it >= line).unwrap();
    let before = |line: u64| *lines.iter().rfind(|it| **it < line).unwrap();
    let is_at = |line: u64| format!("{HERE} === 'L{line}'");

    // A line that the address names: what is in it, or below it.
    for line in [42, lines[4]] {
        browser.open(&page, &format!("#L{line}"));
        browser.press("n");
        browser.until(&is_at(after(line)));
        browser.open(&page, &format!("#L{line}-L{}", line + 3));
        browser.press("p");
        browser.until(&is_at(before(line)));
    }
    // A function of the outline.
    browser.open(&page, "");
    let entry =
        "[...document.querySelectorAll('#outline a')].find((it) => it.textContent === 'loops')";
    browser.value(&format!("{entry}.click()"));
    let line: u64 = browser
        .text(&format!("{entry}.hash.slice(2)"))
        .parse()
        .unwrap();
    browser.press("n");
    browser.until(&is_at(after(line)));
    // A selection, which is newer than the place.
    browser.select((75, 4), (75, 8));
    browser.press("n");
    browser.until(&is_at(after(75)));
    browser.select((75, 5), (75, 9));
    browser.press("p");
    browser.until(&is_at(before(75)));
    // The focus goes along.
    assert_eq!(
        browser.value("document.activeElement === document.querySelector('u.at')"),
        true
    );

    // Reload keeps the place, also among several of one line.
    let twice = "(() => { const all = [...document.querySelectorAll('u[id]')].map((it) => it.closest('p').id);\
                 return all.findIndex((id, index) => all[index + 1] === id); })()";
    let second = browser.value(twice).as_i64().unwrap() + 2;
    browser.open(&page, "");
    for _ in 0..second {
        browser.press("n");
    }
    browser.until(&format!(
        "document.querySelector('u.at').id === 'U{second}'"
    ));
    reload(browser);
    browser.until(&format!(
        "document.querySelector('u.at')?.id === 'U{second}'"
    ));
    browser.press("n");
    browser.until(&format!(
        "document.querySelector('u.at').id === 'U{}'",
        second + 1
    ));
    // And so does Back.
    browser.value("document.querySelector('nav a').click()");
    browser.until("!document.getElementById('code') && document.readyState === 'complete'");
    browser.back();
    browser.until(&format!(
        "document.querySelector('u.at')?.id === 'U{}'",
        second + 1
    ));
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn after_a_place_far_to_the_right_the_keys_go_on_from_what_is_seen() {
    goes_on_after_a_place_far_to_the_right(&mut Chromium::reused());
}

#[test]
#[ignore = "needs Firefox (Debian: apt-get install firefox-esr)"]
fn after_a_place_far_to_the_right_the_keys_go_on_from_what_is_seen_in_firefox() {
    goes_on_after_a_place_far_to_the_right(&mut Firefox::start());
}

fn goes_on_after_a_place_far_to_the_right(browser: &mut impl Browser) {
    let large = Large::of_one_file(120);
    browser.open(&large.pages.join(LONG), "");
    let wide = "[...document.querySelectorAll('u[id]')].find((it) => it.closest('p').textContent.length > 250)";
    browser.value(&format!("location.hash = '#' + {wide}.id"));
    browser.until("document.querySelector('#code').scrollLeft > 500");
    browser.until(IS_SEEN);
    // Far away from there the lines have their numbers, however short they are.
    browser.value(
        "scrollTo(0, document.getElementById('L1500').getBoundingClientRect().top + scrollY - 300)",
    );
    browser.until("document.querySelector('#code').scrollLeft > 500");
    browser.until("document.elementFromPoint(document.querySelector('#code').getBoundingClientRect().left + 30, 400)?.matches('p > a')");
    browser.press("n");
    let line: u32 = browser.text(HERE)[1..].parse().unwrap();
    assert!((1_480..1_540).contains(&line), "{line}");
    browser.until(IS_SEEN);
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn in_20_000_lines_a_key_looks_at_what_is_seen_alone() {
    let mut browser = Chromium::reused();
    let large = Large::new();
    browser.size(900, 700);
    browser.open(&large.pages.join(LONG), "#L12000");
    browser.until("document.querySelectorAll('#code p').length > 20_000 && document.querySelectorAll('u[id]').length > 2_900");
    // To ask what is out of sight for its place makes a browser lay it out, and a selector is looked for in the whole page.
    browser.value(
        "(() => { window.asked = 0; window.selected = 0;\
         for (const name of ['querySelector', 'querySelectorAll']) {\
           const own = Document.prototype[name];\
           Document.prototype[name] = function (it) { window.selected += 1; return own.call(this, it); };\
         }\
         for (const name of ['getBoundingClientRect', 'getClientRects']) {\
           const own = Element.prototype[name];\
           Element.prototype[name] = function () { window.asked += 1; return own.call(this); };\
         } })()",
    );
    browser.press("n");
    assert_eq!(browser.value("window.selected"), 0);
    let line: u32 = browser.text(HERE)[1..].parse().unwrap();
    assert!((12_000..12_010).contains(&line), "{line}");
    browser.until(IS_SEEN);
    // Away from there, what is seen now is where the reader is.
    browser.value("window.scrollTo(0, document.getElementById('L4000').getBoundingClientRect().top + scrollY - 300)");
    browser.until("document.querySelector('u.at').getBoundingClientRect().top > innerHeight && document.elementFromPoint(9, 400).closest('p') !== null");
    browser.value("window.asked = 0; window.selected = 0");
    browser.press("n");
    assert_eq!(browser.value("window.selected"), 0);
    let line: u32 = browser.text(HERE)[1..].parse().unwrap();
    assert!((3_980..4_040).contains(&line), "{line}");
    let asked = browser.value("window.asked").as_u64().unwrap();
    assert!(asked < 20, "{asked}");
    // A place far to the right, then one to the left of it.
    let wide = "[...document.querySelectorAll('u[id]')].filter((it) => it.closest('p').textContent.length > 250)[3]";
    browser.value(&format!("location.hash = '#' + {wide}.id"));
    browser.until("document.querySelector('#code').scrollLeft > 500");
    browser.until(IS_SEEN);
    browser.press("p");
    browser.until(IS_SEEN);
    browser.press("n");
    browser.press("n");
    browser.until(IS_SEEN);
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn places_are_told_apart_and_gone_through_by_size() {
    let mut browser = Chromium::reused();
    let measured = measured();
    let page = measured.pages.join(FLOW);
    browser.open(&page, "");
    let at = "document.getElementById('at').textContent";
    browser.press("n");
    assert!(
        browser.text(at).ends_with(", line 6: a lone ?"),
        "{}",
        browser.text(at)
    );
    browser.press("b");
    let mut sizes = vec![];
    let mut seen = vec![];
    while !browser.text(at).starts_with("this is the last") {
        browser.press("n");
        let text = browser.text(at);
        let size = text.rsplit([':', ',']).next().unwrap().trim();
        sizes.push(size.split(' ').next().unwrap().parse::<u32>().unwrap_or(0));
        seen.push(text);
    }
    sizes.pop();
    assert!(
        sizes.is_sorted_by(|a, b| a >= b) && sizes[0] == 4,
        "{seen:?}"
    );
    assert!(
        seen.iter()
            .any(|it| it.contains("a whole function, 4 lines")),
        "{seen:?}"
    );
    browser.press("q");
    browser.open(&page, "#U1");
    assert!(
        !browser.text(at).contains("lone"),
        "what was chosen stays: {}",
        browser.text(at)
    );
    let all = browser
        .value("document.querySelectorAll('u[id]').length")
        .as_u64()
        .unwrap();
    let lone =
        "[...document.querySelectorAll('u[id]')].filter((it) => it.textContent === '?').length";
    let lone = browser.value(lone).as_u64().unwrap();
    assert!(lone > 0);
    let shown = browser.text(&format!("{at}.split(',')[0]"));
    assert_eq!(shown, format!("1 of {}", all - lone));
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn the_next_file_is_the_one_with_the_next_most_missing_and_behind_the_last_comes_the_first() {
    let mut browser = Chromium::reused();
    let measured = measured();
    browser.open(&measured.pages.join("index.html"), "");
    let missing = "[...document.querySelectorAll('#tree tr:not(.d)')].filter((row) => row.cells.length && row.cells[2].tagName === 'TD')\
                   .map((row) => [row.querySelector('a').getAttribute('href'), Number(row.cells[2].textContent)])\
                   .filter(([, missing]) => missing > 0).sort((a, b) => b[1] - a[1])";
    let files = browser.value(missing);
    let files = files.as_array().unwrap();
    let first = files[0][0].as_str().unwrap().to_owned();
    browser.open(&measured.pages.join(&first), "");
    let mut before = u64::MAX;
    let mut visited = vec![];
    loop {
        let name = browser.text("location.pathname.split('/').pop()");
        let page = format!("pages/{name}");
        if visited.contains(&page) {
            assert_eq!((page, visited.len() >= files.len()), (first, true));
            break;
        }
        let here = files.iter().find(|file| file[0] == *page);
        let missing = here.map_or(0, |file| file[1].as_u64().unwrap());
        assert!(missing <= before, "{page} after {visited:?}");
        before = missing;
        visited.push(page);
        let next =
            browser.text("document.getElementById('nextfile').getAttribute('href').split('#')[0]");
        browser.press("N");
        browser.settle(&format!("/pages/{next}"));
    }
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn filter_sort_and_folds_are_in_the_address() {
    keeps_what_was_chosen(&mut Chromium::reused());
}

#[test]
#[ignore = "needs Firefox (Debian: apt-get install firefox-esr)"]
fn filter_sort_and_folds_are_in_the_address_in_firefox() {
    keeps_what_was_chosen(&mut Firefox::start());
}

fn keeps_what_was_chosen(browser: &mut impl Browser) {
    let measured = measured();
    let index = measured.pages.join("index.html");
    let rows = "[...document.querySelectorAll('#tree tbody tr')].filter((row) => row.offsetHeight)\
                .map((row) => row.cells[0].textContent.trim()).join(' ')";
    browser.open(&index, "");
    assert_eq!(browser.text("location.hash"), "");
    browser.value("document.querySelectorAll('thead th button')[2].click()");
    browser.press("/");
    for key in ["a", "p", "p", "/"] {
        browser.press(key);
    }
    let filtered = browser.text(rows);
    assert!(
        filtered.starts_with("app/src/ ") && !filtered.contains("helper"),
        "{filtered}"
    );
    browser.until("location.hash === '#sort=-2&filter=app%2F'");
    reload(browser);
    browser.until("document.querySelector('#filter')?.value === 'app/'");
    assert_eq!(browser.text(rows), filtered);
    browser.value("document.querySelector('#tree tr:not(.x):not(.d) a').click()");
    browser.until("document.getElementById('code') !== null && document.readyState === 'complete'");
    browser.back();
    browser.until("document.querySelector('#filter')?.value === 'app/'");
    assert_eq!(browser.text(rows), filtered);
    // A directory that was closed stays closed.
    browser.open(&index, "");
    browser.value("document.querySelector('.tw').click()");
    let closed = browser.text(rows);
    browser.until("location.hash === '#fold=0'");
    reload(browser);
    assert_eq!(browser.text(rows), closed);
}

/// Loads the page again, and waits until it is there.
fn reload(browser: &mut impl Browser) {
    browser.value("(() => { window.isOld = true; setTimeout(() => location.reload(), 0); })()");
    browser.until("!window.isOld && document.readyState === 'complete'");
}
