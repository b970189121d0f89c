use rusqlite::params;

use super::Store;
use crate::error::Error;
use crate::model::{Order, Status};

impl Store {
    /// Marks an open order as paid.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Transition`] when it is not open, or [`Error::Database`].
    pub fn pay(&self, id: i64) -> Result<Order, Error> {
        self.close(id, Status::Paid)
    }

    /// Calls off an open order.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Transition`] when it is not open, or [`Error::Database`].
    pub fn cancel(&self, id: i64) -> Result<Order, Error> {
        self.close(id, Status::Cancelled)
    }

    fn close(&self, id: i64, to: Status) -> Result<Order, Error> {
        let changed = self.connection.execute(
            "UPDATE orders SET status = ?2 WHERE id = ?1 AND status = ?3",
            params![id, to, Status::Open],
        )?;
        let order = self.get(id)?;
        if changed == 0 {
            return Err(Error::Transition {
                id,
                from: order.status,
                to,
            });
        }
        Ok(order)
    }
}
