use rusqlite::{OptionalExtension, Row};

use super::Store;
use crate::error::Error;
use crate::model::{Item, Order};
use crate::pricing::Price;

const COLUMNS: &str =
    "id, customer, status, subtotal_cents, discount_cents, shipping_cents, total_cents";

impl Store {
    /// The order with this number.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Database`].
    pub fn get(&self, id: i64) -> Result<Order, Error> {
        let order = self
            .connection
            .query_row(
                &format!("SELECT {COLUMNS} FROM orders WHERE id = ?1"),
                [id],
                order_without_items,
            )
            .optional()?
            .ok_or(Error::NotFound(id))?;
        self.with_items(order)
    }

    /// A customer's orders, the oldest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn of_customer(&self, customer: &str) -> Result<Vec<Order>, Error> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT {COLUMNS} FROM orders WHERE customer = ?1 ORDER BY id"
        ))?;
        statement
            .query_map([customer], order_without_items)?
            .map(|order| self.with_items(order?))
            .collect()
    }

    fn with_items(&self, order: Order) -> Result<Order, Error> {
        let mut statement = self.connection.prepare(
            "SELECT sku, quantity, unit_price_cents FROM items WHERE order_id = ?1 ORDER BY line",
        )?;
        let items = statement
            .query_map([order.id], |row| {
                Ok(Item {
                    sku: row.get(0)?,
                    quantity: row.get(1)?,
                    unit_price_cents: row.get(2)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Order { items, ..order })
    }
}

fn order_without_items(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: row.get(0)?,
        customer: row.get(1)?,
        status: row.get(2)?,
        items: Vec::new(),
        price: Price {
            subtotal_cents: row.get(3)?,
            discount_cents: row.get(4)?,
            shipping_cents: row.get(5)?,
            total_cents: row.get(6)?,
        },
    })
}
