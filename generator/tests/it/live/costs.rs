//! What a live report costs a page, for `bench/pages.sh`.

use std::time::SystemTime;

use super::many::{FILES, FUNCTIONS, large};
use super::{act, start};
use crate::html::costs::{Timed, row};
use crate::support::process::signal;

/// So many updates are made.
const TIMES: usize = 20;

/// Notes when a row of a table changes, and forgets what was asked for before.
const WATCH: &str = "(() => { performance.clearResourceTimings(); window.seen = undefined;\
    window.watch ??= new MutationObserver(() => { window.seen ??= Date.now(); });\
    watch.observe(document.querySelector('tbody'), { subtree: true, childList: true, characterData: true, attributes: true }); })()";

/// The answers that the page has asked for.
const ANSWERS: &str = "performance.getEntriesByType('resource').filter((it) => it.responseEnd > 0)";

#[test]
#[ignore = "needs Chromium; a benchmark, bench/pages.sh"]
fn cost_of_a_live_report() {
    for files in [10, FILES] {
        let krate = large(files);
        let (run, address) = start(&krate);
        act(&krate, "0");
        let mut timed = Timed::new();
        let functions = files * FUNCTIONS;
        for (name, page, first) in [
            (format!("{files} files, live"), "", 1),
            (
                format!("{functions} functions, live"),
                "pages/~functions.html",
                1 + files / 2,
            ),
        ] {
            timed.visit(
                &format!("{name}: the page is shown"),
                &format!("{address}/{page}"),
            );
            let browser = &mut timed.0;
            browser.until("document.getElementById('live').textContent === 'live'");
            let rows = browser.value("document.querySelectorAll('tbody tr').length");
            assert!(rows.as_u64().unwrap() > files as u64);
            let [mut seen, mut answered, mut bytes] = [const { vec![] }; 3];
            for number in (first..files).take(TIMES) {
                browser.value(WATCH);
                let begin = SystemTime::UNIX_EPOCH.elapsed().unwrap();
                act(&krate, &number.to_string());
                browser.until("window.seen !== undefined");
                seen.push(
                    browser.value("window.seen").as_f64().unwrap() - begin.as_secs_f64() * 1000.0,
                );
                browser.until(&format!("{ANSWERS}.length > 0"));
                let answer =
                    browser.value(&format!("Math.max(...{ANSWERS}.map((it) => it.duration))"));
                answered.push(answer.as_f64().unwrap());
                let size = browser.value(&format!(
                    "{ANSWERS}.reduce((sum, it) => sum + it.decodedBodySize, 0)"
                ));
                bytes.push(size.as_f64().unwrap());
            }
            row("the same: an update is seen", seen, "ms");
            row("the same: the answer with an update", answered, "ms");
            row("the same: the size of an update", bytes, "bytes");
        }
        signal("INT", run.id());
        run.finish().ends_with(0);
    }
}
