use serde_json::json;

use crate::expect::equal;
use crate::rows::OrderRow;
use crate::suite::Suite;

pub fn one_order(suite: &Suite) -> Result<(), String> {
    let customer = suite.customer("create");
    let body = json!({
        "customer": customer,
        "items": [
            { "sku": "TEA-1", "quantity": 2, "unit_price_cents": 350 },
            { "sku": "CUP-7", "quantity": 1, "unit_price_cents": 1_290 },
        ],
    });
    let answer = suite.api.post("/orders", &body)?;
    equal("status", 201, answer.status)?;
    equal("its state", "open", &answer.body["status"])?;
    equal("its total", 2_485, &answer.body["total_cents"])?;

    let id = answer.body["id"].as_i64().ok_or("it has no number")?;
    let row = OrderRow {
        customer,
        status: "open".into(),
        subtotal_cents: 1_990,
        discount_cents: 0,
        shipping_cents: 495,
        total_cents: 2_485,
    };
    equal("its row", row, suite.rows.order(id)?)?;
    let items = vec![(1, "TEA-1".into(), 2, 350), (2, "CUP-7".into(), 1, 1_290)];
    equal("its items", items, suite.rows.items(id)?)
}

pub fn quantity_discount(suite: &Suite) -> Result<(), String> {
    let id = suite.place(&suite.customer("discount"), 12, 199)?;
    let row = suite.rows.order(id)?;
    equal("subtotal_cents", 2_388, row.subtotal_cents)?;
    equal("discount_cents", 119, row.discount_cents)?;
    equal("total_cents", 2_764, row.total_cents)
}

pub fn free_shipping(suite: &Suite) -> Result<(), String> {
    let id = suite.place(&suite.customer("shipping"), 1, 5_000)?;
    let row = suite.rows.order(id)?;
    equal("shipping_cents", 0, row.shipping_cents)?;
    equal("total_cents", 5_000, row.total_cents)
}
