//! What a customer gets back for goods of a paid order.

use crate::model::{Item, Order, Status};
use crate::pricing::{discount_cents, line_cents};

const RESTOCKING_PERCENT: i64 = 10;
const FREE_RETURN_DAYS: u32 = 14;

/// What is paid back, in cents, when the line at `index` of a paid order comes back
/// `days_after_payment`: what was paid for it after its discount, less a restocking charge when
/// it comes late. Shipping is not paid back.
///
/// `None` when the order is not paid or has no such line.
#[must_use]
pub fn refund_cents(order: &Order, index: usize, days_after_payment: u32) -> Option<i64> {
    if order.status != Status::Paid {
        return None;
    }
    let paid_cents = paid_cents(order.items.get(index)?);
    if days_after_payment <= FREE_RETURN_DAYS {
        return Some(paid_cents);
    }
    Some(paid_cents - paid_cents * RESTOCKING_PERCENT / 100)
}

fn paid_cents(item: &Item) -> i64 {
    line_cents(item) - discount_cents(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::price;

    fn order(status: Status) -> Order {
        let items = vec![Item {
            sku: "TEA-1".into(),
            quantity: 10,
            unit_price_cents: 1_000,
        }];
        Order {
            id: 1,
            customer: "Ada".into(),
            status,
            price: price(&items),
            items,
        }
    }

    #[test]
    fn goods_that_come_back_late_are_charged_for_restocking() {
        let order = order(Status::Paid);
        assert_eq!(refund_cents(&order, 0, 14), Some(9_500));
        assert_eq!(refund_cents(&order, 0, 15), Some(8_550));
        assert_eq!(refund_cents(&order, 1, 14), None);
    }

    #[test]
    fn only_a_paid_order_is_refunded() {
        assert_eq!(refund_cents(&order(Status::Open), 0, 1), None);
    }
}
