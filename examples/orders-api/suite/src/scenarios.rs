mod place;
mod read;
mod refuse;
mod transition;

use crate::suite::Suite;

/// What is tried; an error says what was expected and what was seen.
pub type Scenario = fn(&Suite) -> Result<(), String>;

/// Every scenario with its name, in the order in which they run.
pub const SCENARIOS: &[(&str, Scenario)] = &[
    ("answer that the service is well", read::health),
    ("create an order", place::one_order),
    ("give a discount for a quantity", place::quantity_discount),
    ("ship a large order for free", place::free_shipping),
    ("show an order", read::one_order),
    ("list a customer's orders", read::of_customer),
    ("pay an order", transition::pay),
    ("cancel an order", transition::cancel),
    ("refuse to pay an order twice", transition::pay_twice),
    ("refuse to pay a cancelled order", transition::pay_cancelled),
    ("refuse an order without items", refuse::no_items),
    ("refuse an order of nothing", refuse::quantity_zero),
    ("refuse an order of nobody", refuse::no_customer),
    ("know no order that was not placed", refuse::unknown_order),
];
