use serde_json::json;

use crate::expect::equal;
use crate::suite::Suite;

pub fn pay(suite: &Suite) -> Result<(), String> {
    let id = suite.place(&suite.customer("pay"), 1, 800)?;
    post(suite, id, "pay", 200)?;
    equal("its row", "paid", suite.rows.status(id)?)
}

pub fn cancel(suite: &Suite) -> Result<(), String> {
    let id = suite.place(&suite.customer("cancel"), 1, 800)?;
    post(suite, id, "cancel", 200)?;
    equal("its row", "cancelled", suite.rows.status(id)?)
}

pub fn pay_twice(suite: &Suite) -> Result<(), String> {
    let id = suite.place(&suite.customer("twice"), 1, 800)?;
    post(suite, id, "pay", 200)?;
    post(suite, id, "pay", 409)?;
    equal("its row", "paid", suite.rows.status(id)?)
}

pub fn pay_cancelled(suite: &Suite) -> Result<(), String> {
    let id = suite.place(&suite.customer("late"), 1, 800)?;
    post(suite, id, "cancel", 200)?;
    post(suite, id, "pay", 409)?;
    equal("its row", "cancelled", suite.rows.status(id)?)
}

fn post(suite: &Suite, id: i64, verb: &str, status: u16) -> Result<(), String> {
    let path = format!("/orders/{id}/{verb}");
    let answer = suite.api.post(&path, &json!({}))?;
    equal(&format!("status of POST {path}"), status, answer.status)
}
