use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::api::Api;
use crate::expect::equal;
use crate::rows::Rows;

/// What a scenario works with.
pub struct Suite {
    /// The service.
    pub api: Api,
    /// Its database.
    pub rows: Rows,
    run: u128,
}

impl Suite {
    /// A run of the suite against the service at `url`, whose database is the file `db`.
    pub fn new(url: &str, db: &Path) -> Result<Self, String> {
        Ok(Self {
            api: Api::new(url),
            rows: Rows::open(db)?,
            run: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_err(|error| error.to_string())?
                .as_millis(),
        })
    }

    /// A customer that no earlier run has left orders of.
    pub fn customer(&self, name: &str) -> String {
        format!("{name}-{}", self.run)
    }

    /// Places an order of one line, and returns its number.
    pub fn place(&self, customer: &str, quantity: u32, cents: i64) -> Result<i64, String> {
        let answer = self
            .api
            .post("/orders", &order(customer, quantity, cents))?;
        equal("status of POST /orders", 201, answer.status)?;
        answer.body["id"]
            .as_i64()
            .ok_or_else(|| format!("the new order has no number: {}", answer.body))
    }
}

/// The body of an order of one line.
pub fn order(customer: &str, quantity: u32, cents: i64) -> Value {
    json!({
        "customer": customer,
        "items": [{ "sku": "TEA-1", "quantity": quantity, "unit_price_cents": cents }],
    })
}
