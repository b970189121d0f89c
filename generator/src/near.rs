//! Names like one that somebody has mistyped or begun.

use std::collections::BTreeSet;

/// What the three names stand for that are most like the wanted one, the nearest first: those with few other letters, and then those
/// that it is a part of. Case, and what is between words, make no difference.
pub fn nearest<'a, T: Ord>(wanted: &str, all: impl Iterator<Item = (&'a str, T)>) -> Vec<T> {
    let plain = |name: &str| name.to_lowercase().replace(['_', ' '], "-");
    let wanted = plain(wanted);
    let few = wanted.chars().count().max(3) / 3;
    let near = all.filter_map(|(name, meant)| {
        let name = plain(name);
        let distance = strsim::osa_distance(&wanted, &name);
        let is_part = !wanted.is_empty() && name.contains(&wanted);
        (distance <= few || is_part).then_some((distance, meant))
    });
    let near: BTreeSet<(usize, T)> = near.collect();
    near.into_iter().take(3).map(|(_, meant)| meant).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn names_are_near_by_their_letters_or_as_a_part() {
        let all = ["pay an order", "pay", "refund", "shop::pay_twice"];
        let near = |wanted| nearest(wanted, all.iter().map(|it| (*it, *it)));
        assert_eq!(near("refnd"), ["refund"]);
        assert_eq!(near("Pay"), ["pay", "pay an order", "shop::pay_twice"]);
        assert_eq!(near("pay-an_ordre"), ["pay an order"]);
        assert_eq!(near("cancel"), [""; 0]);
        assert_eq!(near(""), [""; 0]);
    }
}
