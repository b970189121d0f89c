use serde_json::{Value, json};

use crate::expect::equal;
use crate::suite::{Suite, order};

pub fn no_items(suite: &Suite) -> Result<(), String> {
    let customer = suite.customer("no-items");
    let body = json!({ "customer": customer, "items": [] });
    refused(suite, &body, "items: an order has at least one")?;
    equal("orders kept", 0, suite.rows.count(&customer)?)
}

pub fn quantity_zero(suite: &Suite) -> Result<(), String> {
    let customer = suite.customer("zero");
    let body = order(&customer, 0, 100);
    refused(suite, &body, "items[0].quantity: 1 to 1000, not 0")?;
    equal("orders kept", 0, suite.rows.count(&customer)?)
}

pub fn no_customer(suite: &Suite) -> Result<(), String> {
    refused(suite, &order(" ", 1, 100), "customer: must not be empty")?;
    equal("orders kept", 0, suite.rows.count(" ")?)
}

pub fn unknown_order(suite: &Suite) -> Result<(), String> {
    let answer = suite.api.get("/orders/999999999")?;
    equal("status", 404, answer.status)?;
    equal(
        "error",
        "there is no order 999999999",
        &answer.body["error"],
    )
}

fn refused(suite: &Suite, body: &Value, error: &str) -> Result<(), String> {
    let answer = suite.api.post("/orders", body)?;
    equal("status", 422, answer.status)?;
    equal("error", error, &answer.body["error"])
}
