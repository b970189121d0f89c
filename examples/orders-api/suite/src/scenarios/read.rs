use serde_json::{Value, json};

use crate::expect::equal;
use crate::suite::{Suite, order};

pub fn health(suite: &Suite) -> Result<(), String> {
    let answer = suite.api.get("/health")?;
    equal("status", 200, answer.status)?;
    equal("body", json!({ "status": "ok" }), answer.body)
}

pub fn one_order(suite: &Suite) -> Result<(), String> {
    let placed = suite
        .api
        .post("/orders", &order(&suite.customer("show"), 3, 250))?;
    let shown = suite.api.get(&format!("/orders/{}", placed.body["id"]))?;
    equal("status", 200, shown.status)?;
    equal("body", placed.body, shown.body)
}

pub fn of_customer(suite: &Suite) -> Result<(), String> {
    let customer = suite.customer("list");
    let first = suite.place(&customer, 1, 100)?;
    suite.place(&suite.customer("another"), 1, 100)?;
    let second = suite.place(&customer, 2, 100)?;

    let answer = suite.api.get(&format!("/orders?customer={customer}"))?;
    equal("status", 200, answer.status)?;
    let orders = answer.body.as_array().ok_or("the answer is not a list")?;
    let numbers: Vec<&Value> = orders.iter().map(|order| &order["id"]).collect();
    equal("numbers", vec![first, second], numbers)
}
