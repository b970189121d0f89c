//! A service that is used while its page is open.

use std::time::{Duration, SystemTime};

use super::start_with;
use crate::examples::without_scaffold;
use crate::support::chromium::Chromium;
use crate::support::process::{signal, wait_until};
use crate::support::{free_port, get};

/// So many requests are made.
const TIMES: usize = 20;

#[test]
#[ignore = "needs chromium"]
fn a_request_turns_the_lines_of_its_handler_green() {
    let krate = without_scaffold("orders-api");
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
    let mut times = Vec::new();
    for _ in 0..TIMES {
        browser.press("r");
        browser.until(&format!("{line}.classList[0] === 'u'"));
        browser.value("window.green = undefined; 0");
        let begin = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        get(port, "/orders/77");
        browser.until("window.green !== undefined");
        let green = browser.value("window.green").as_u64().unwrap();
        times.push(Duration::from_millis(green).saturating_sub(begin));
        assert!(browser.text(&format!("{line}.className")).contains("now"));
    }
    times.sort();
    eprintln!(
        "a line is green after: median {:?}, worst {:?}",
        times[TIMES / 2],
        times[TIMES - 1]
    );
    let newest = "document.querySelector('#events a').textContent";
    browser.until(&format!("{newest} === 'show'"));
    signal("INT", run.id());
    run.finish().ends_with(0);
}
