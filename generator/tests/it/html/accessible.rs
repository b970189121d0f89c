//! The pages for everybody: keyboards, small and enlarged windows, paper, few colours, screen readers.

use serde_json::{Value, json};

use super::large::{LONG, Large};
use super::measured;
use crate::support::chromium::Chromium;

pub const PAGES: [&str; 5] = [
    "index.html",
    "pages/app.src.html",
    "pages/~functions.html",
    "pages/app.src.flow.rs.html",
    "pages/helper.src.lib.rs.html",
];
const FLOW: &str = PAGES[3];

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_thousand_files_and_20_000_lines_have_few_tab_stops_and_are_laid_out_when_they_are_seen() {
    let mut browser = Chromium::reused();
    let large = Large::new();
    browser.open(&large.pages.join(LONG), "");
    let stops = tab_stops(&mut browser);
    assert!(stops > 8, "{stops}");

    let lines = "[...document.querySelectorAll('#code p')]";
    assert!(browser.value(&format!("{lines}.length")).as_u64().unwrap() > 20_000);
    browser.until(&format!(
        "{lines}.filter((row) => row.checkVisibility({{ contentVisibilityAuto: true }})).length < 1_000"
    ));

    browser.open(&large.pages.join("index.html"), "");
    // What a page has for a file is a row.
    let elements = "document.querySelectorAll('#tree *').length / document.querySelectorAll('#tree tr').length";
    let elements = browser.value(elements).as_f64().unwrap();
    assert!(elements < 22.0, "{elements} elements for a file");
    let others = "document.querySelectorAll(':not(#tree, #tree *)').length";
    let others = browser.value(others).as_u64().unwrap();
    assert!(others < 300, "{others} elements beside them");
    browser.value("document.getElementById('fold').click()");
    let rows = "document.querySelectorAll('#tree tbody tr:not(.x)')";
    assert!(browser.value(&format!("{rows}.length")).as_u64().unwrap() > 1_598);
    browser.until(&format!(
        "[...{rows}].filter((row) => row.firstChild.checkVisibility({{ contentVisibilityAuto: true }})).length < 120"
    ));
    // So are the functions, and what the filter leaves of them stands together.
    browser.open(&large.pages.join("pages/~functions.html"), "");
    let rows = "[...document.querySelectorAll('#functions tbody tr:not(.x)')]";
    assert!(browser.value(&format!("{rows}.length")).as_u64().unwrap() > 10_000);
    browser.until(&format!(
        "{rows}.filter((row) => row.checkVisibility({{ contentVisibilityAuto: true }})).length < 500"
    ));
    browser.value("document.querySelectorAll('thead button')[1].click()");
    browser.press("/");
    browser.write("f700.rs");
    browser.until(&format!("{rows}.length === 6"));
    browser.until("document.documentElement.scrollHeight <= innerHeight");
    let seen = format!("{rows}.every((row) => row.getBoundingClientRect().height > 20)");
    assert_eq!(browser.value(&seen), true);
    // What comes back is not laid out all at once, though all parts of the table were in sight.
    let back = format!(
        "(() => {{ const field = document.getElementById('filter'); field.value = ''; field.dispatchEvent(new Event('input'));\
         return {rows}.filter((row) => row.checkVisibility({{ contentVisibilityAuto: true }})).length; }})()"
    );
    let laid_out = browser.value(&back).as_u64().unwrap();
    assert!(laid_out < 500, "{laid_out}");
    browser.until(&format!(
        "{rows}.some((row) => row.checkVisibility({{ contentVisibilityAuto: true }}))"
    ));
    // Who does not see it has a table all the same.
    browser.open(&large.pages.join("index.html"), "");
    browser.call("Accessibility.enable", &json!({}));
    let document = browser.call("DOM.getDocument", &json!({}));
    let table = json!({"nodeId": document["root"]["nodeId"], "selector": "#tree"});
    let table = browser.call("DOM.querySelector", &table);
    for role in ["table", "row", "columnheader", "rowheader", "cell"] {
        let query = json!({"nodeId": table["nodeId"], "role": role});
        let found = browser.call("Accessibility.queryAXTree", &query);
        assert_ne!(found["nodes"], json!([]), "there is no {role}");
    }
}

/// How often the key Tab leads to something of a page, which is 60 times at most.
pub fn tab_stops(browser: &mut Chromium) -> usize {
    for stops in 0..=60 {
        browser.press("Tab");
        if browser.value("document.activeElement === document.body") == true {
            return stops;
        }
    }
    panic!("{}", browser.text("document.activeElement.outerHTML"));
}

/// The roles and names of what a screen reader finds, as it comes to them.
fn roles(browser: &mut Chromium) -> Vec<(String, String)> {
    let tree = browser.call("Accessibility.getFullAXTree", &json!({}));
    let nodes = tree["nodes"].as_array().unwrap();
    let mut rest = vec![&nodes[0]];
    let mut found = vec![];
    while let Some(node) = rest.pop() {
        let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        if node["ignored"] != true {
            found.push((text(&node["role"]), text(&node["name"])));
        }
        let inside = node["childIds"].as_array().into_iter().flatten().rev();
        rest.extend(inside.filter_map(|id| nodes.iter().find(|it| it["nodeId"] == *id)));
    }
    found
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn a_screen_reader_hears_what_of_a_line_did_not_run() {
    let mut browser = Chromium::reused();
    browser.open(&measured().pages.join(FLOW), "#L14");
    browser.call("Accessibility.enable", &json!({}));
    let texts = roles(&mut browser)
        .into_iter()
        .filter(|(role, _)| role == "StaticText");
    let heard: String = texts.map(|(_, text)| text + " ").collect();
    let words = heard.split_whitespace().collect::<Vec<_>>().join(" ");
    // if number == 0 { "zero" } else { "positive" }
    assert!(
        words.contains("ran in part if number == 0 { did not run: \"zero\" , until here } else { \"positive\" }"),
        "{words}"
    );
    assert!(
        words.contains("0 did not run return \"negative\""),
        "{words}"
    );
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn paper_is_light_whatever_the_screen_is_and_has_every_row() {
    let mut browser = Chromium::reused();
    let measured = measured();
    browser.prefer("dark");
    for page in ["index.html", FLOW] {
        browser.open(&measured.pages.join(page), "");
        while browser.text("document.documentElement.dataset.theme ?? ''") != "dark" {
            browser.press("t");
        }
        let dark = "getComputedStyle(document.body).backgroundColor";
        assert_eq!(browser.text(dark), "rgb(17, 21, 27)");
        browser.value("document.querySelector('.tw')?.click()");
        browser.call("Emulation.setEmulatedMedia", &json!({"media": "print"}));
        assert_eq!(browser.text(dark), "rgb(255, 255, 255)");
        assert_eq!(
            browser.text("getComputedStyle(document.body).color"),
            "rgb(26, 35, 48)"
        );
        let hidden = "[...document.querySelectorAll('#tree tr, #code p')].filter((row) => !row.offsetHeight).length";
        assert_eq!(browser.value(hidden), 0, "{page}");
        browser.call("Emulation.setEmulatedMedia", &json!({"media": ""}));
    }
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn at_320_pixels_and_four_times_enlarged_names_and_places_have_room() {
    let mut browser = Chromium::reused();
    let measured = measured();
    browser.size(320, 700);
    for page in PAGES {
        browser.open(&measured.pages.join(page), "");
        let width = browser.text("`${document.scrollingElement.scrollWidth}`");
        assert_eq!(width, "320", "{page}");
        let wide = "[...document.querySelectorAll('thead button')].filter((it) => it.offsetWidth && it.getBoundingClientRect().right\
                    > it.parentElement.getBoundingClientRect().right - parseFloat(getComputedStyle(it.parentElement).paddingRight) + 1).map((it) => it.textContent + it.getBoundingClientRect().right + ' ' + it.parentElement.getBoundingClientRect().right).join()";
        assert_eq!(browser.text(wide), "", "headings of {page}");
    }
    // As deep as a tree is indented.
    browser.open(&measured.pages.join("index.html"), "");
    browser.value("document.querySelectorAll('#tree tbody tr').forEach((row) => row.classList.replace('d1', 'd9'))");
    let room = "Math.min(...[...document.querySelectorAll('#tree tbody th')].map((it) => it.clientWidth - parseFloat(getComputedStyle(it).paddingLeft)))";
    let room = browser.value(room).as_f64().unwrap();
    assert!(room > 80.0, "{room}");
    // 1280 by 900 pixels, enlarged four times.
    browser.size(320, 225);
    browser.open(&measured.pages.join(FLOW), "#U3");
    browser.until(
        "(() => { const place = document.querySelector('u.at').getBoundingClientRect();\
         const bar = document.getElementById('jump').getBoundingClientRect();\
         const header = document.querySelector('header').getBoundingClientRect();\
         return place.top >= Math.max(0, header.bottom) && place.bottom <= bar.top && bar.height < 60; })()",
    );
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn what_is_in_a_column_stands_below_its_heading() {
    let mut browser = Chromium::reused();
    let measured = measured();
    browser.open(&measured.pages.join("index.html"), "");
    let bars = "[...document.querySelectorAll('#tree td:nth-child(2)')].filter((it) => it.querySelector('.b'))\
                .map((it) => [it.querySelector('b').textContent, Math.round(10 * it.querySelector('.b').getBoundingClientRect().left)])";
    let bars: Vec<(String, u64)> = serde_json::from_value(browser.value(bars)).unwrap();
    assert!(bars.iter().any(|it| it.0 == "100.00%"), "{bars:?}");
    assert!(bars.iter().all(|it| it.1 == bars[0].1), "{bars:?}");
    browser.open(&measured.pages.join("pages/~functions.html"), "");
    let left = |row: &str| {
        format!(
            "(() => {{ const range = document.createRange(); range.selectNodeContents(document.querySelector('{row}'));\
             return range.getBoundingClientRect().left; }})()"
        )
    };
    let heading = browser.value(&left("thead th:nth-child(2) button"));
    assert_eq!(browser.value(&left("tbody td:nth-child(2)")), heading);
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn what_can_be_touched_is_24_pixels_high_and_wide() {
    let mut browser = Chromium::reused();
    let measured = measured();
    for (width, scheme) in [(390, "phone"), (1280, "desk")] {
        browser.size(width, 800);
        let touch = json!({"enabled": scheme == "phone"});
        browser.call("Emulation.setTouchEmulationEnabled", &touch);
        for page in PAGES {
            browser.open(&measured.pages.join(page), "");
            browser.value("for (const it of document.querySelectorAll('details')) it.open = true");
            // With a mouse, lines are as high as text is; the keys do the same.
            let lines = if scheme == "phone" { "" } else { ":not(p > a)" };
            let small = format!(
                "[...document.querySelectorAll('a{lines}, button, input, summary')].filter((it) => it.checkVisibility() && !it.matches('.skip'))\
                 .map((it) => [it, (it.closest('label') ?? it).getBoundingClientRect()])\
                 .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < 23.9)\
                 .map(([it, box]) => `${{it.outerHTML}} ${{box.width}} ${{box.height}}`)"
            );
            assert_eq!(browser.value(&small), json!([]), "{page}, {scheme}");
        }
    }
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn without_colours_the_pages_say_the_same() {
    let mut browser = Chromium::reused();
    let measured = measured();
    // Amber and red differ by a pattern, and on the strip by their width.
    browser.open(&measured.pages.join("index.html"), "");
    let fill = |class: &str| {
        format!(
            "getComputedStyle(document.querySelector('td.{class} > .b')).backgroundImage.split('-gradient').length"
        )
    };
    assert_eq!(
        [browser.text(&fill("r")), browser.text(&fill("y"))],
        ["3", "2"]
    );
    browser.open(&measured.pages.join(FLOW), "");
    let width = |class: &str| format!("document.querySelector('#map .{class}').getBBox().width");
    assert_eq!(
        [browser.value(&width("u")), browser.value(&width("h"))],
        [json!(1), json!(0.5)]
    );

    let forced = json!({"features": [{"name": "forced-colors", "value": "active"}]});
    browser.call("Emulation.setEmulatedMedia", &forced);
    browser.press("n");
    let outlined = "getComputedStyle(document.querySelector('u.at')).outlineStyle";
    assert_eq!(browser.text(outlined), "solid");
    let line = "getComputedStyle(document.querySelector('#code .h u:not(.at)')).textDecorationLine";
    assert_eq!(browser.text(line), "underline");
    browser.open(&measured.pages.join("index.html"), "");
    let bar = "(() => { const style = getComputedStyle(document.querySelector('td .b'));\
               return style.borderStyle + ' ' + style.backgroundImage.includes('gradient'); })()";
    assert_eq!(browser.text(bar), "solid true");
}

#[test]
#[ignore = "needs Chromium (Debian: apt-get install chromium)"]
fn long_lines_wrap_if_a_reader_wants_them_to() {
    let mut browser = Chromium::reused();
    let measured = measured();
    let page = measured.pages.join("pages/helper.src.lib.rs.html");
    let is_wide = "document.getElementById('code').scrollWidth > document.getElementById('code').clientWidth + 1";
    browser.open(&page, "");
    assert_eq!(browser.value(is_wide), true);
    browser.press("w");
    assert_eq!(browser.value(is_wide), false);
    browser.open(&page, "");
    assert_eq!(browser.value(is_wide), false, "it is remembered");
    // A narrow window wraps unless it is told not to.
    browser.size(390, 800);
    browser.open(&page, "");
    assert_eq!(browser.value(is_wide), false);
    browser.press("w");
    assert_eq!(browser.value(is_wide), true);
    assert_eq!(browser.complaints(&measured.pages), Vec::<String>::new());
}
