//! Orders: what they are, what they cost, and how they are kept.
//!
//! All amounts of money are integer cents.

mod error;
mod model;
pub mod pricing;
pub mod refunds;
mod store;
mod validation;

pub use error::Error;
pub use model::{Item, NewOrder, Order, Status};
pub use store::Store;
