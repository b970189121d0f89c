//! What an order costs.

use serde::Serialize;

use crate::model::Item;

const SHIPPING_CENTS: i64 = 495;
const FREE_SHIPPING_FROM_CENTS: i64 = 5_000;
const MANY_LINES: usize = 20;
const HANDLING_CENTS: i64 = 250;

/// What an order costs, in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Price {
    /// The items at their unit prices.
    pub subtotal_cents: i64,
    /// What quantity takes off the subtotal.
    pub discount_cents: i64,
    /// Shipping and handling.
    pub shipping_cents: i64,
    /// What the customer pays: the subtotal, less the discount, with shipping.
    pub total_cents: i64,
}

/// The price of an order with these items.
#[must_use]
pub fn price(items: &[Item]) -> Price {
    let subtotal_cents = items.iter().map(line_cents).sum();
    let discount_cents = items.iter().map(discount_cents).sum();
    let shipping_cents = shipping_cents(subtotal_cents - discount_cents, items.len());
    Price {
        subtotal_cents,
        discount_cents,
        shipping_cents,
        total_cents: subtotal_cents - discount_cents + shipping_cents,
    }
}

/// What a line costs before any discount, in cents.
pub(crate) fn line_cents(item: &Item) -> i64 {
    i64::from(item.quantity) * item.unit_price_cents
}

/// What quantity takes off a line, in cents: 5 percent from 10 units, 15 percent from 100;
/// fractions of a cent are not given.
pub(crate) fn discount_cents(item: &Item) -> i64 {
    let percent = match item.quantity {
        0..10 => return 0,
        10..100 => 5,
        _ => 15,
    };
    line_cents(item) * percent / 100
}

fn shipping_cents(goods_cents: i64, lines: usize) -> i64 {
    let mut cents = 0;
    if goods_cents < FREE_SHIPPING_FROM_CENTS {
        cents += SHIPPING_CENTS;
    }
    if lines > MANY_LINES {
        cents += HANDLING_CENTS;
    }
    cents
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(quantity: u32, unit_price_cents: i64) -> Item {
        Item {
            sku: "TEA-1".into(),
            quantity,
            unit_price_cents,
        }
    }

    #[test]
    fn a_discount_starts_at_its_quantity() {
        assert_eq!(discount_cents(&item(9, 100)), 0);
        assert_eq!(discount_cents(&item(10, 100)), 50);
        assert_eq!(discount_cents(&item(99, 100)), 495);
        assert_eq!(discount_cents(&item(100, 100)), 1_500);
    }

    #[test]
    fn shipping_is_free_only_after_the_discount() {
        // 10 x 5.10 is above the limit, less 5 percent it is below.
        assert_eq!(price(&[item(10, 510)]).shipping_cents, SHIPPING_CENTS);
        assert_eq!(price(&[item(1, 5_000)]).shipping_cents, 0);
    }

    #[test]
    fn many_lines_are_charged_for_handling() {
        let lines = vec![item(1, 1_000); MANY_LINES + 1];
        assert_eq!(price(&lines).shipping_cents, HANDLING_CENTS);
    }
}
