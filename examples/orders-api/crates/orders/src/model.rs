use std::fmt;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

use crate::pricing::Price;

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The article's stock keeping unit.
    pub sku: String,
    /// How many of it, 1 to 1000.
    pub quantity: u32,
    /// What one of it costs, in cents, 0 to 10,000,000.
    pub unit_price_cents: i64,
}

/// An order as a customer sends it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Who orders.
    pub customer: String,
    /// What is ordered, 1 to 100 lines.
    pub items: Vec<Item>,
}

/// An order as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    /// The order's number.
    pub id: i64,
    /// Who ordered.
    pub customer: String,
    /// Where the order stands.
    pub status: Status,
    /// What was ordered, in the order it was sent.
    pub items: Vec<Item>,
    /// What it costs, as calculated when it was placed.
    #[serde(flatten)]
    pub price: Price,
}

/// Where an order stands. An open order can be paid or cancelled; both are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Placed, and waiting for payment.
    Open,
    /// Paid for.
    Paid,
    /// Called off before it was paid.
    Cancelled,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ToSql for Status {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Status {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "open" => Ok(Self::Open),
            "paid" => Ok(Self::Paid),
            "cancelled" => Ok(Self::Cancelled),
            other => Err(FromSqlError::Other(
                format!("`{other}` is not the status of an order").into(),
            )),
        }
    }
}
