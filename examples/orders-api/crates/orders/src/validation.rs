use crate::error::Error;
use crate::model::{Item, NewOrder};

const MAX_ITEMS: usize = 100;
const MAX_QUANTITY: u32 = 1_000;
const MAX_UNIT_PRICE_CENTS: i64 = 10_000_000;
const MAX_NAME_CHARS: usize = 64;

impl NewOrder {
    /// Whether this can be taken as an order. Within these limits no price overflows.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first field that is not acceptable.
    pub fn validate(&self) -> Result<(), Error> {
        name("customer", &self.customer)?;
        if self.items.is_empty() {
            return Err(Error::Invalid("items: an order has at least one".into()));
        }
        if self.items.len() > MAX_ITEMS {
            return Err(Error::Invalid(format!(
                "items: an order has at most {MAX_ITEMS}, this one has {}",
                self.items.len()
            )));
        }
        self.items
            .iter()
            .enumerate()
            .try_for_each(|(index, line)| item(index, line))
    }
}

fn item(index: usize, item: &Item) -> Result<(), Error> {
    name(&format!("items[{index}].sku"), &item.sku)?;
    if !(1..=MAX_QUANTITY).contains(&item.quantity) {
        return Err(Error::Invalid(format!(
            "items[{index}].quantity: 1 to {MAX_QUANTITY}, not {}",
            item.quantity
        )));
    }
    if !(0..=MAX_UNIT_PRICE_CENTS).contains(&item.unit_price_cents) {
        return Err(Error::Invalid(format!(
            "items[{index}].unit_price_cents: 0 to {MAX_UNIT_PRICE_CENTS}, not {}",
            item.unit_price_cents
        )));
    }
    Ok(())
}

fn name(field: &str, value: &str) -> Result<(), Error> {
    if value.trim().is_empty() {
        return Err(Error::Invalid(format!("{field}: must not be empty")));
    }
    if value.chars().count() > MAX_NAME_CHARS {
        return Err(Error::Invalid(format!(
            "{field}: at most {MAX_NAME_CHARS} characters"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(quantity: u32, unit_price_cents: i64) -> NewOrder {
        NewOrder {
            customer: "Ada".into(),
            items: vec![Item {
                sku: "TEA-1".into(),
                quantity,
                unit_price_cents,
            }],
        }
    }

    #[test]
    fn the_limits_themselves_are_accepted() {
        order(1, 0).validate().unwrap();
        order(MAX_QUANTITY, MAX_UNIT_PRICE_CENTS)
            .validate()
            .unwrap();
    }

    #[test]
    fn an_error_names_the_line_and_the_field() {
        let error = order(0, 100).validate().unwrap_err();
        assert_eq!(error.to_string(), "items[0].quantity: 1 to 1000, not 0");
    }
}
