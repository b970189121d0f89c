//! The integration suite of `orders-api`: calls to a service that runs already, and assertions on
//! the rows that they leave in its database.
//!
//! `ORDERS_URL` says where the service is (default `http://127.0.0.1:8080`), `ORDERS_DB` which file
//! it keeps its orders in (default `orders.db`). Arguments are the names of scenarios, if not all are to run.

mod api;
mod expect;
mod rows;
mod scenarios;
mod suite;

use std::env;
use std::process::ExitCode;

use crate::scenarios::SCENARIOS;
use crate::suite::Suite;

fn main() -> ExitCode {
    let url = env::var("ORDERS_URL").unwrap_or_else(|_| "http://127.0.0.1:8080".into());
    let db = env::var_os("ORDERS_DB").unwrap_or_else(|| "orders.db".into());
    let suite = match Suite::new(&url, db.as_ref()) {
        Ok(suite) => suite,
        Err(message) => {
            eprintln!("orders-suite: {message}");
            return ExitCode::FAILURE;
        }
    };

    let names: Vec<String> = env::args().skip(1).collect();
    let is_meant = |name: &str| names.is_empty() || names.iter().any(|it| it == name);
    let (mut run, mut failed) = (0, 0);
    for (name, scenario) in SCENARIOS.iter().filter(|(name, _)| is_meant(name)) {
        run += 1;
        mark(&format!("/{}", name.replace(' ', "%20")));
        let result = scenario(&suite);
        mark(if result.is_ok() { "?passed" } else { "?failed" });
        match result {
            Ok(()) => println!("ok   {name}"),
            Err(message) => {
                println!("FAIL {name}: {message}");
                failed += 1;
            }
        }
    }
    println!("{run} scenarios, {failed} failed");
    if failed == 0 && run > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Tells itcov, where it measures, that a scenario begins (`/NAME`) or has ended (`?passed`).
fn mark(scenario: &str) {
    if let Ok(control) = env::var("ITCOV_CONTROL") {
        let mark = minreq::post(format!("http://{control}/scenario{scenario}"));
        if let Err(error) = mark.with_timeout(10).send() {
            eprintln!("orders-suite: {error}");
        }
    }
}
