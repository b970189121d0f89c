//! A service that is used while its page is open.

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::many::has_asked_for_parts;
use super::start_with;
use crate::examples::{build_of_orders_api, without_scaffold};
use crate::support::chromium::Chromium;
use crate::support::process::{signal, wait_until};
use crate::support::{free_port, get};

/// So many requests are made.
const TIMES: usize = 20;

#[test]
#[ignore = "needs chromium"]
fn a_request_turns_the_lines_of_its_handler_green() {
    let krate = without_scaffold("orders-api");
    let config = format!("[build]\nbuild-dir = {:?}\n", build_of_orders_api());
    krate.write(".cargo/config.toml", &config);
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let (run, address) = start_with(&krate, &["-p", "orders-api", "--", "--listen", &listen]);
    wait_until("the service", || {
        std::net::TcpStream::connect(&listen).is_ok()
    });
    let routes = krate.read("src/routes.rs");
    let handler = 1 + routes
        .lines()
        .position(|it| it.starts_with("async fn show("))
        .unwrap();
    let mut browser = Chromium::start();
    browser.visit(&format!("{address}/pages/src.routes.rs.html"));
    browser.until("document.getElementById('live').textContent === 'live'");
    let line = format!("document.getElementById('L{handler}')");
    browser.value(&format!(
        "new MutationObserver(() => {{ if ({line}.classList[0] === 'c') window.green ??= Date.now(); }})\
         .observe({line}, {{ attributeFilter: ['class'] }}); 0"
    ));
    browser.value(
        "window.changed = new Set(); new MutationObserver((all) => { for (const { target } of all) \
           window.changed.add((target.nodeType === 1 ? target : target.parentElement).closest('p')); })\
         .observe(document.getElementById('code'), { subtree: true, childList: true, characterData: true, attributes: true }); 0",
    );
    let mut times = Vec::new();
    for _ in 0..TIMES {
        browser.press("r");
        browser.until(&format!("{line}.classList[0] === 'u'"));
        browser.value(
            "window.green = undefined; window.changed.clear(); performance.clearResourceTimings()",
        );
        let begin = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        get(port, "/orders/77");
        browser.until("window.green !== undefined");
        let green = browser.value("window.green").as_u64().unwrap();
        times.push(Duration::from_millis(green).saturating_sub(begin));
        assert!(browser.text(&format!("{line}.className")).contains("now"));
        // Nothing is asked for but what is new, and most lines of the source are left alone.
        has_asked_for_parts(&mut browser);
        let changed = browser.value("window.changed.size").as_u64().unwrap();
        assert!(changed < routes.lines().count() as u64 / 2, "{changed}");
    }
    times.sort();
    eprintln!(
        "a line is green after: median {:?}, worst {:?}",
        times[TIMES / 2],
        times[TIMES - 1]
    );
    picture(
        &mut browser,
        &format!("{address}/pages/src.routes.rs.html#L{handler}"),
        || {
            get(port, "/orders/77");
        },
    );
    browser.until(
        "[...document.querySelectorAll('#events a')].some((it) => it.textContent === 'show')",
    );
    signal("INT", run.id());
    run.finish().ends_with(0);
}

/// What `docs/screenshot.sh` makes `docs/live.png` of: a page on which a handler has just run for the first time.
fn picture(browser: &mut Chromium, page: &str, mut ask: impl FnMut()) {
    browser.press("r");
    browser.until("document.querySelector('#events a') === null");
    browser.size(1280, 800);
    browser.visit("about:blank");
    browser.visit(page);
    browser.until("document.getElementById('live').textContent === 'live'");
    ask();
    browser.until("document.querySelector('#code .now') !== null");
    let shot = browser.call("Page.captureScreenshot", &json!({"format": "png"}));
    let coded = Path::new(env!("CARGO_TARGET_TMPDIR")).join("live.png.base64");
    std::fs::write(coded, shot["data"].as_str().unwrap()).unwrap();
}
