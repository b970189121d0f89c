//! A text of words: made, taken apart and counted in a hash table.

use crate::random::Random;

/// A random text of so many words, some of them capitalised, some followed by a mark.
pub fn text(random: &mut Random, words: usize) -> String {
    let mut text = String::new();
    for _ in 0..words {
        let capital = random.below(4) == 0;
        for place in 0..=random.below(3) {
            let letter = char::from(b'a' + u8::try_from(random.below(6)).unwrap());
            text.push(if capital && place == 0 {
                letter.to_ascii_uppercase()
            } else {
                letter
            });
        }
        text.push_str(match random.below(12) {
            0 => ", ",
            1 => ". ",
            2 => "\n",
            _ => " ",
        });
    }
    text
}

/// FNV-1a
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

/// How often each word was there, in an open hash table.
pub struct Counts {
    slots: Vec<Option<(String, u64)>>,
    used: usize,
}

/// Counts the words of a text; capitals do not matter.
pub fn counts(text: &str) -> Counts {
    let mut counts = Counts {
        slots: vec![None; 16],
        used: 0,
    };
    let mut word = String::new();
    for character in text.chars() {
        if character.is_ascii_alphabetic() {
            word.push(character.to_ascii_lowercase());
        } else if !word.is_empty() {
            counts.add(&word, 1);
            word.clear();
        }
    }
    if !word.is_empty() {
        counts.add(&word, 1);
    }
    counts
}

impl Counts {
    fn add(&mut self, word: &str, count: u64) {
        if self.used * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut place = usize::try_from(hash(word.as_bytes()) & 0xFFFF_FFFF).unwrap() & mask;
        loop {
            match &mut self.slots[place] {
                Some((known, so_far)) if known == word => {
                    *so_far += count;
                    return;
                }
                Some(_) => place = (place + 1) & mask,
                free @ None => {
                    *free = Some((word.to_owned(), count));
                    self.used += 1;
                    return;
                }
            }
        }
    }

    fn grow(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        self.slots = vec![None; slots.len() * 2];
        self.used = 0;
        for (word, count) in slots.into_iter().flatten() {
            self.add(&word, count);
        }
    }

    /// The most frequent words, those of the same count in the order of the alphabet.
    pub fn most_frequent(&self, limit: usize) -> Vec<(&str, u64)> {
        let mut found: Vec<(&str, u64)> = Vec::new();
        for (word, count) in self.slots.iter().flatten() {
            let mut place = found.len();
            while place > 0 && (found[place - 1].1, word.as_str()) < (*count, found[place - 1].0) {
                place -= 1;
            }
            if place < limit {
                found.insert(place, (word, *count));
                found.truncate(limit);
            }
        }
        found
    }
}
