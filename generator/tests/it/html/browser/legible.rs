//! Colours, contrast, and screens of any size.

use super::{FLOW, HELPER, MISSING, Reader};

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
