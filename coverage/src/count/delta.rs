//! Differences of counters: what ran between two moments, of one profile.
//!
//! Most counters of a program do not move in most of its work, so a difference has those alone that did. As bytes, each is two
//! numbers, how many counters lie between it and the one before, and how far it moved, in LEB128
//! (<https://en.wikipedia.org/wiki/LEB128>): seven bits a byte, the lowest first.

use crate::parse::Malformed;

/// The bytes of a counter.
const COUNTER: usize = 8;

/// How many bytes are compared at once.
const BLOCK: usize = 4096;

/// The counters that moved, each by its place and how far it moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta(Vec<(usize, u64)>);

impl Delta {
    /// What moved between `before` and `after`, which are the counters as a profile has them. Counters that are not in `before`
    /// were zero. A counter that went back was set to zero in between.
    pub fn of(before: &[u8], after: &[u8]) -> Delta {
        let mut moved = Vec::new();
        for (number, block) in after.chunks(BLOCK).enumerate() {
            let start = number * BLOCK;
            // Nearly all are the same.
            if from(before, start).starts_with(block) {
                continue;
            }
            let both = counters(before, start).zip(counters(block, 0)).enumerate();
            for (place, (before, after)) in both.take(block.len() / COUNTER) {
                let by = after.checked_sub(before).unwrap_or(after);
                if by > 0 {
                    moved.push((start / COUNTER + place, by));
                }
            }
        }
        Delta(moved)
    }

    /// Whether a counter has moved between `before` and `after` that had not since `base`. All of them are counters as
    /// [`Delta::of`] takes them.
    pub fn has_first(base: &[u8], before: &[u8], after: &[u8]) -> bool {
        after.chunks(BLOCK).enumerate().any(|(number, block)| {
            let start = number * BLOCK;
            if from(before, start).starts_with(block) {
                return false;
            }
            let both = counters(base, start).zip(counters(before, start));
            let mut all = both.zip(counters(block, 0)).take(block.len() / COUNTER);
            all.any(|((base, before), after)| before == base && before != after)
        })
    }

    /// Whether nothing moved.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places of the counters that moved, in their order, each with how far it moved.
    pub fn moved(&self) -> &[(usize, u64)] {
        &self.0
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * self.0.len());
        let mut next = 0;
        for (place, by) in &self.0 {
            write(&mut bytes, (place - next) as u64);
            write(&mut bytes, *by);
            next = place + 1;
        }
        bytes
    }

    /// Of bytes.
    ///
    /// # Errors
    ///
    /// If they are not those of [`Delta::to_bytes`].
    pub fn parse(bytes: &[u8]) -> Result<Delta, Malformed> {
        let malformed = || Malformed::new("it is no difference of counters");
        let mut bytes = bytes;
        let (mut moved, mut next) = (Vec::new(), 0_usize);
        while !bytes.is_empty() {
            let skipped = read(&mut bytes).and_then(|it| usize::try_from(it).ok());
            let place = skipped
                .and_then(|it| next.checked_add(it))
                .ok_or_else(malformed)?;
            let by = read(&mut bytes).ok_or_else(malformed)?;
            moved.push((place, by));
            next = place.checked_add(1).ok_or_else(malformed)?;
        }
        Ok(Delta(moved))
    }
}

/// The bytes from a place on.
fn from(bytes: &[u8], start: usize) -> &[u8] {
    bytes.get(start..).unwrap_or_default()
}

/// The counters from a place on, and then zeros.
fn counters(bytes: &[u8], start: usize) -> impl Iterator<Item = u64> {
    let counters = from(bytes, start).as_chunks().0.iter();
    let counters = counters.map(|it| u64::from_le_bytes(*it));
    counters.chain(std::iter::repeat(0))
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        number |= bits.checked_shl(shift).filter(|it| it >> shift == bits)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Delta;

    /// Counters as a profile has them.
    fn bytes(counters: &[u64]) -> Vec<u8> {
        counters.iter().flat_map(|it| it.to_le_bytes()).collect()
    }

    #[test]
    fn what_moved_is_known_and_what_was_set_back_counts_from_zero() {
        let delta = Delta::of(&bytes(&[1, 2, 9]), &bytes(&[1, 5, 4, 0, 7]));
        assert_eq!(delta.moved(), [(1, 3), (2, 4), (4, 7)]);
        assert!(Delta::of(&bytes(&[1]), &bytes(&[1])).is_empty());
    }

    #[test]
    fn what_moved_for_the_first_time_is_told_from_what_moved_again() {
        let has_first = |base: &[u64], before: &[u64], after: &[u64]| {
            Delta::has_first(&bytes(base), &bytes(before), &bytes(after))
        };
        assert!(has_first(&[], &[1, 0], &[1, 1]));
        assert!(has_first(&[], &[1], &[1, 0, 1]));
        assert!(has_first(&[], &[], &[1]));
        assert!(!has_first(&[], &[1, 0], &[7, 0]));
        assert!(!has_first(&[], &[1], &[1, 0]));
        assert!(!has_first(&[], &[4], &[0]));
        assert!(has_first(&[4, 1], &[4, 1], &[5, 1]));
        assert!(!has_first(&[4, 1], &[5, 1], &[6, 1]));
        let mut later = vec![3; 5000];
        assert!(!has_first(&[], &vec![2; 5000], &later));
        assert!(has_first(&vec![2; 5000], &vec![2; 5000], &later));
        later[4000] = 0;
        assert!(has_first(&[], &later, &vec![3; 5000]));
    }

    #[test]
    fn what_moved_is_found_in_every_block() {
        let before = vec![3; 5000];
        let mut after = vec![3; 7000];
        for place in [0, 511, 512, 4999] {
            after[place] = 4;
        }
        let delta = Delta::of(&bytes(&before), &bytes(&after));
        let of_known = [(0, 1), (511, 1), (512, 1), (4999, 1)];
        assert_eq!(delta.moved()[..4], of_known);
        assert_eq!(delta.moved()[4..].len(), 2000);
        assert!(delta.moved()[4..].iter().all(|(_, by)| *by == 3));
    }

    proptest! {
        #[test]
        fn bytes_give_back_what_they_were_made_of(
            before in proptest::collection::vec(prop_oneof![Just(0), any::<u64>()], 0..40),
            more in proptest::collection::vec(prop_oneof![2 => Just(0), 1 => any::<u64>()], 0..60),
        ) {
            let known = before.iter().copied().chain(std::iter::repeat(0));
            let after: Vec<u64> = more.iter().zip(known).map(|(a, b)| b.wrapping_add(*a)).collect();
            let delta = Delta::of(&bytes(&before), &bytes(&after));
            prop_assert_eq!(Delta::parse(&delta.to_bytes()).unwrap(), delta);
        }

        #[test]
        fn any_bytes_are_a_difference_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(delta) = Delta::parse(&bytes) {
                prop_assert_eq!(Delta::parse(&delta.to_bytes()).unwrap(), delta);
            }
        }
    }
}
