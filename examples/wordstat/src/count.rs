use std::cmp::Reverse;
use std::collections::HashMap;

/// What has been counted so far, over all texts.
#[derive(Debug, Default)]
pub struct Counts {
    /// Lines; the last one counts whether or not a line end closes it.
    pub lines: usize,
    /// Words: runs of letters, digits, and apostrophes between them.
    pub words: usize,
    /// Unicode scalar values, line ends among them.
    pub characters: usize,
    frequencies: HashMap<String, usize>,
}

/// A word, and how often it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Frequency<'a> {
    pub word: &'a str,
    pub count: usize,
}

impl Counts {
    /// Counts one more text.
    pub fn add(&mut self, text: &str, ignore_case: bool) {
        self.lines += text.lines().count();
        self.characters += text.chars().count();
        for word in words(text) {
            self.words += 1;
            let word = if ignore_case {
                word.to_lowercase()
            } else {
                word.to_owned()
            };
            *self.frequencies.entry(word).or_default() += 1;
        }
    }

    /// The `n` most frequent words; among equally frequent ones the alphabet decides.
    pub fn top(&self, n: usize) -> Vec<Frequency<'_>> {
        let mut all: Vec<_> = self
            .frequencies
            .iter()
            .map(|(word, &count)| Frequency { word, count })
            .collect();
        all.sort_unstable_by_key(|frequency| (Reverse(frequency.count), frequency.word));
        all.truncate(n);
        all
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apostrophe_is_part_of_a_word_and_a_quote_is_not() {
        let text = "'don't', she said - it's 5 o'clock";
        assert_eq!(
            words(text).collect::<Vec<_>>(),
            ["don't", "she", "said", "it's", "5", "o'clock"]
        );
    }

    #[test]
    fn texts_add_up() {
        let mut counts = Counts::default();
        counts.add("one\ntwo", false);
        counts.add("zwölf\n", false);
        assert_eq!((counts.lines, counts.words, counts.characters), (3, 3, 13));
    }

    #[test]
    fn the_alphabet_decides_among_equals() {
        let mut counts = Counts::default();
        counts.add("b a c C c", false);
        let top = counts.top(2);
        assert_eq!(
            top[0],
            Frequency {
                word: "c",
                count: 2
            }
        );
        assert_eq!(
            top[1],
            Frequency {
                word: "C",
                count: 1
            }
        );
    }
}
