//! What is said of scenarios that may have started what others used.

use llvm_coverage::terminal::harmless;

use crate::output::note;

/// How many names are told.
const TOLD: usize = 3;

/// Says that what others reached may count for these.
pub fn say<'a>(names: impl Iterator<Item = &'a str>) {
    let names: Vec<&str> = names.collect();
    if let Some(text) = text(&names) {
        note(&text);
    }
}

fn text(names: &[&str]) -> Option<String> {
    let told = names.iter().take(TOLD).map(|it| harmless(*it));
    let told: Vec<_> = told.collect();
    let more = match names.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!told.is_empty()).then(|| {
        format!(
            "other tests may have used what these scenarios have started, and what they reached there counts for these: {}{more}; without \
             --scenarios, tests that run one after the other can name their requests: POST http://$ITCOV_CONTROL/scenario/NAME",
            told.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn some_are_named_and_the_others_counted() {
        assert_eq!(text(&[]), None);
        assert!(
            text(&["a", "b\u{1b}"])
                .unwrap()
                .contains(": a, b\u{fffd}; ")
        );
        let five = text(&["a", "b", "c", "d", "e"]);
        assert!(five.unwrap().contains(": a, b, c and 2 more; "));
    }
}
