//! What the pages cost, for `bench/pages.sh`: each prints rows of its table. No time is asserted, as it depends on the machine.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::accessible::tab_stops;
use super::large::{LONG, Large};
use crate::examples::without_scaffold;
use crate::support::chromium::Chromium;
use crate::support::{free_port, stdout};

/// So often a page is opened.
const TIMES: usize = 7;

/// What each page has before its own scripts: `shown` is when the page was there, and `took` how long something takes until the
/// browser has painted what it has changed, where nothing has happened for some frames, as with a person.
const WATCH: &str = "
    const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    addEventListener('load', async () => { await painted(); window.shown = performance.now(); });
    window.took = async (act) => {
      for (let frame = 0; frame < 5; frame += 1) await painted();
      const begin = performance.now();
      act();
      await painted();
      return performance.now() - begin;
    };
    window.press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));";

/// Each heading sorts twice.
const SORT: &str = "(async () => { const times = [];\
    for (const it of document.querySelectorAll('thead th button')) {\
      for (const click of [1, 2]) times.push(await took(() => it.click()));\
    }\
    return times; })()";

/// A text is typed into the filter, replaced by a pattern, comes back and is removed, then the box beside it is ticked, and not.
const FILTER: &str = "(async () => { const times = [];\
    const [field, only] = ['filter', 'only'].map((it) => document.getElementById(it));\
    const texts = [...'m1/n3'].map((_, index, all) => all.slice(0, index + 1).join(''));\
    for (const text of [...texts, '*.rs', ...texts.slice(-1), '']) {\
      times.push(await took(() => { field.value = text; field.dispatchEvent(new Event('input')); }));\
    }\
    for (const click of [1, 2]) times.push(await took(() => only.click()));\
    return times; })()";

/// Directories are closed and opened again, first some and then all.
const FOLD: &str = "(async () => { const times = [];\
    for (const it of [...document.querySelectorAll('.tw')].slice(0, 10).concat(document.getElementById('fold'))) {\
      for (const click of [1, 2]) times.push(await took(() => it.click()));\
    }\
    return times; })()";

/// The key for the next place, five times at each of 20 heights.
const NEXT: &str = "(async () => { const times = [];\
    for (let place = 0; place < 20; place += 1) {\
      scrollTo(0, document.documentElement.scrollHeight * ((place * 7) % 20) / 20);\
      for (let time = 0; time < 5; time += 1) times.push(await took(() => press('n')));\
    }\
    return times; })()";

/// The pages of a large report, and how long things take there.
pub struct Timed(pub Chromium);

impl Timed {
    pub fn new() -> Self {
        let mut browser = Chromium::start();
        let watch = json!({"source": WATCH});
        browser.call("Page.addScriptToEvaluateOnNewDocument", &watch);
        Self(browser)
    }

    /// Opens a page several times.
    fn open(&mut self, what: &str, page: &Path) {
        self.visit(what, &format!("file://{}", page.display()));
    }

    /// The same, by its address.
    pub fn visit(&mut self, what: &str, address: &str) {
        let mut times = vec![];
        for _ in 0..TIMES {
            self.0.visit("about:blank");
            self.0.visit(address);
            self.0.until("window.shown !== undefined");
            times.push(self.0.value("window.shown").as_f64().unwrap());
        }
        row(what, times, "ms");
    }

    /// Does something whose value is times.
    fn act(&mut self, what: &str, act: &str) {
        let times = self.0.value(act);
        row(what, serde_json::from_value(times).unwrap(), "ms");
    }
}

/// A row with the median and the worst of some numbers.
pub fn row(what: &str, mut numbers: Vec<f64>, unit: &str) {
    numbers.sort_by(f64::total_cmp);
    let (median, worst) = (numbers[numbers.len() / 2], numbers[numbers.len() - 1]);
    println!("\n| {what} | {median:.0} {unit} | {worst:.0} {unit} |");
}

#[test]
#[ignore = "needs Chromium; a benchmark, bench/pages.sh"]
fn cost_of_a_large_report() {
    let large = Large::new();
    let mut timed = Timed::new();
    let index = large.pages.join("index.html");
    timed.open("1,598 files: the index is shown", &index);
    timed.0.value("document.getElementById('fold').click()");
    timed.act("the same: sorting", SORT);
    timed.act("the same: filtering", FILTER);
    timed.act("the same: opening and closing directories", FOLD);
    let functions = "document.querySelectorAll('#functions tbody tr').length";
    timed.open(
        "10,000 functions: the page of all is shown",
        &large.pages.join("pages/~functions.html"),
    );
    assert!(timed.0.value(functions).as_u64().unwrap() > 10_000);
    timed.act("the same: sorting", SORT);
    timed.act("the same: filtering", FILTER);
    let long = large.pages.join(LONG);
    timed.open("20,000 lines: the page is shown", &long);
    let places = timed.0.text("document.querySelectorAll('u[id]').length");
    timed.act(&format!("the same: `n`, among {places} places"), NEXT);
    timed.0.press("b");
    timed.act("the same: `n`, the biggest first", NEXT);
    timed.0.open(&long, "");
    let stops = tab_stops(&mut timed.0);
    println!("\n| the same: stops of the key Tab | {stops} | |");
}

#[test]
#[ignore = "needs Chromium; a benchmark, bench/pages.sh"]
fn cost_of_a_very_long_file() {
    let large = Large::of_one_file(5_700);
    let mut timed = Timed::new();
    timed.open("114,000 lines: the page is shown", &large.pages.join(LONG));
    let lines = "document.querySelectorAll('#code p').length";
    assert!(timed.0.value(lines).as_u64().unwrap() > 114_000);
    timed.act("the same: `n`", NEXT);
}

/// What is in the pages of a directory.
fn texts(pages: &Path) -> Vec<String> {
    let entries = fs::read_dir(pages.join("pages")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let pages = paths.filter(|path| path.extension().is_some_and(|it| it == "html"));
    pages
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

/// A page without what begins and ends so, wherever it does.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut parts = text.split(begin);
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| {
        all + part.split_once(end).expect(begin).1
    })
}

/// A page without counts inside of lines, and without the list of instantiations.
fn without_finer_counts(text: &str) -> String {
    let text = without(text, "<q title=", ">").replace("</q>", "");
    let text = text.replace("<ins title=", "<ins><title=");
    let text = without(&text, "<title=", ">");
    let mut parts = text.split("<details><summary>");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| {
        all + part.split_once("</details>").unwrap().1
    })
}

#[test]
#[ignore = "a benchmark, bench/pages.sh"]
fn cost_of_finer_counts() {
    let krate = without_scaffold("orders-api");
    let listen = format!("127.0.0.1:{}", free_port());
    let mut suite = krate.command("cargo-itcov");
    suite.args(["suite", "--package", "orders-api", "--scope", "all", "--"]);
    suite.args(["cargo", "run", "--quiet", "--package", "orders-suite"]);
    suite.env("ITCOV_ARGS", format!("--listen {listen} --db orders.db"));
    suite.env("ITCOV_READY", format!("http://{listen}/health"));
    suite.env("ORDERS_URL", format!("http://{listen}"));
    stdout(&mut suite);
    let workspace = ["--include", "src/**", "--include", "crates/**"];
    for (name, chosen) in [
        ("workspace", &workspace[..]),
        ("workspace and all dependencies", &[]),
    ] {
        let pages = krate.root.join(format!("pages of the {name}"));
        let directory = pages.to_str().unwrap();
        krate
            .itcov(&[&["report", "--html", directory], chosen].concat())
            .ends_with(0);
        let texts = texts(&pages);
        let with: usize = texts.iter().map(String::len).sum();
        let without: usize = texts.iter().map(|it| without_finer_counts(it).len()).sum();
        println!(
            "\n| orders-api, the {name}: {} pages, and what counts inside of lines and of instantiations add | {} KB | {} KB, {} % |",
            texts.len(),
            with / 1000,
            (with - without) / 1000,
            (with - without) * 100 / without
        );
    }
}
