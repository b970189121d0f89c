mod close;
mod read;

use std::path::Path;

use rusqlite::{Connection, params};

use crate::error::Error;
use crate::model::{NewOrder, Order, Status};
use crate::pricing::price;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS orders (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    customer       TEXT    NOT NULL,
    status         TEXT    NOT NULL,
    subtotal_cents INTEGER NOT NULL,
    discount_cents INTEGER NOT NULL,
    shipping_cents INTEGER NOT NULL,
    total_cents    INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_customer ON orders (customer);
CREATE TABLE IF NOT EXISTS items (
    order_id         INTEGER NOT NULL REFERENCES orders (id),
    line             INTEGER NOT NULL,
    sku              TEXT    NOT NULL,
    quantity         INTEGER NOT NULL,
    unit_price_cents INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)
);";

/// The orders in a database file.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

impl Store {
    /// The store in the file at `path`, which is created if it is not there.
    ///
    /// # Errors
    /// [`Error::Database`] when the file cannot be opened or is not a database.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection })
    }

    /// Takes, prices and keeps an order.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it cannot be taken, [`Error::Database`] when it cannot be kept.
    pub fn place(&mut self, new: NewOrder) -> Result<Order, Error> {
        new.validate()?;
        let price = price(&new.items);
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "INSERT INTO orders (customer, status, subtotal_cents, discount_cents, shipping_cents, \
             total_cents) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                new.customer,
                Status::Open,
                price.subtotal_cents,
                price.discount_cents,
                price.shipping_cents,
                price.total_cents
            ],
        )?;
        let id = transaction.last_insert_rowid();
        for (line, item) in (1_i64..).zip(&new.items) {
            transaction.execute(
                "INSERT INTO items (order_id, line, sku, quantity, unit_price_cents) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, line, item.sku, item.quantity, item.unit_price_cents],
            )?;
        }
        transaction.commit()?;
        Ok(Order {
            id,
            customer: new.customer,
            status: Status::Open,
            items: new.items,
            price,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Item;

    fn store() -> Store {
        Store::open(Path::new(":memory:")).unwrap()
    }

    fn tea() -> NewOrder {
        NewOrder {
            customer: "Ada".into(),
            items: vec![Item {
                sku: "TEA-1".into(),
                quantity: 2,
                unit_price_cents: 350,
            }],
        }
    }

    #[test]
    fn an_order_comes_back_as_it_was_placed() {
        let mut store = store();
        let placed = store.place(tea()).unwrap();
        assert_eq!(store.get(placed.id).unwrap(), placed);
        assert_eq!(store.of_customer("Ada").unwrap(), [placed]);
    }

    #[test]
    fn a_closed_order_stays_as_it_is() {
        let mut store = store();
        let id = store.place(tea()).unwrap().id;
        store.cancel(id).unwrap();
        let error = store.pay(id).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("order {id} is cancelled and cannot become paid")
        );
        assert_eq!(store.get(id).unwrap().status, Status::Cancelled);
    }
}
