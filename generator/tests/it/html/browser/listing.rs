//! The listing of a file: places, lines, what is said of them.

use super::{FLOW, HELPER, MISSING, Reader};

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
