use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row};

/// The service's database, only read.
pub struct Rows {
    connection: Connection,
}

/// A row of `orders`, without its number.
#[derive(Debug, PartialEq, Eq)]
pub struct OrderRow {
    pub customer: String,
    pub status: String,
    pub subtotal_cents: i64,
    pub discount_cents: i64,
    pub shipping_cents: i64,
    pub total_cents: i64,
}

/// A row of `items`: line, sku, quantity, unit price in cents.
pub type ItemRow = (i64, String, i64, i64);

impl Rows {
    pub fn open(path: &Path) -> Result<Self, String> {
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .map(|connection| Self { connection })
            .map_err(|error| format!("cannot open {}: {error}", path.display()))
    }

    pub fn order(&self, id: i64) -> Result<OrderRow, String> {
        self.connection
            .query_row(
                "SELECT customer, status, subtotal_cents, discount_cents, shipping_cents, \
                 total_cents FROM orders WHERE id = ?1",
                [id],
                order_row,
            )
            .map_err(|error| format!("row {id} of orders: {error}"))
    }

    pub fn status(&self, id: i64) -> Result<String, String> {
        Ok(self.order(id)?.status)
    }

    pub fn items(&self, id: i64) -> Result<Vec<ItemRow>, String> {
        self.all_items(id)
            .map_err(|error| format!("rows of items of order {id}: {error}"))
    }

    /// How many orders a customer has.
    pub fn count(&self, customer: &str) -> Result<i64, String> {
        self.connection
            .query_row(
                "SELECT count(*) FROM orders WHERE customer = ?1",
                [customer],
                |row| row.get(0),
            )
            .map_err(|error| format!("orders of {customer}: {error}"))
    }

    fn all_items(&self, id: i64) -> rusqlite::Result<Vec<ItemRow>> {
        let mut statement = self.connection.prepare(
            "SELECT line, sku, quantity, unit_price_cents FROM items \
             WHERE order_id = ?1 ORDER BY line",
        )?;
        statement
            .query_map([id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect()
    }
}

fn order_row(row: &Row<'_>) -> rusqlite::Result<OrderRow> {
    Ok(OrderRow {
        customer: row.get(0)?,
        status: row.get(1)?,
        subtotal_cents: row.get(2)?,
        discount_cents: row.get(3)?,
        shipping_cents: row.get(4)?,
        total_cents: row.get(5)?,
    })
}
