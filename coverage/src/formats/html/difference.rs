//! Why the totals of the first page, which are llvm-cov's, are not those of its list of functions.

use super::numbers::{counted, number};
use crate::count::summary::Summary;

/// What the list says.
#[derive(Default)]
pub struct Listed {
    /// So many functions.
    pub functions: usize,
    /// So many of their lines did not run.
    pub missing: usize,
    /// So many they are with their closures and async bodies.
    pub parts: usize,
    /// So many functions of the same files the totals have.
    pub counted: usize,
    /// One was compiled several times, as a generic one is.
    pub is_compiled_again: bool,
}

/// A sentence on the difference to the totals, if there is one.
pub fn difference(total: &Summary, listed: &Listed) -> Option<String> {
    let (functions, missing) = (total.functions.total, total.lines.missing());
    let not_run = || format!("{} not run", counted(missing, "line"));
    let numbers = match (functions != listed.functions, missing != listed.missing) {
        (false, false) => return None,
        (true, false) => [counted(functions, "function"), number(listed.functions)],
        (false, true) => [not_run(), number(listed.missing)],
        (true, true) => [
            format!("{} and {}", counted(functions, "function"), not_run()),
            format!(
                "{} and {}",
                number(listed.functions),
                number(listed.missing)
            ),
        ],
    };
    let causes = causes(total, listed);
    let (last, others) = causes.split_last()?;
    let and = if others.is_empty() { "" } else { ", and " };
    Some(format!(
        "The totals have {}, this list has {}: in the totals, {}{and}{last}.",
        numbers[0],
        numbers[1],
        others.join(", ")
    ))
}

fn causes(total: &Summary, listed: &Listed) -> Vec<&'static str> {
    let causes = [
        (
            listed.parts > listed.functions,
            "closures and async bodies are functions with lines of their own",
        ),
        (
            listed.parts > listed.counted,
            "functions that a macro makes in one place are one",
        ),
        (
            total.lines.missing() != listed.missing && listed.is_compiled_again,
            "a generic function counts as its instantiation that ran most",
        ),
        (
            total.functions.total > listed.counted,
            "files outside of the workspace count as well",
        ),
    ];
    let causes = causes.into_iter().filter(|(is_one, _)| *is_one);
    causes.map(|(_, cause)| cause).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::ratio::Ratio;

    fn said(functions: usize, missing: usize, listed: &Listed) -> Option<String> {
        let ratio = |covered, total| Ratio { covered, total };
        let total = Summary {
            functions: ratio(0, functions),
            lines: ratio(20, 20 + missing),
            ..Summary::default()
        };
        difference(&total, listed)
    }

    #[test]
    fn each_cause_is_named_where_there_is_a_difference() {
        let listed = || Listed {
            functions: 5,
            missing: 3,
            parts: 5,
            counted: 5,
            is_compiled_again: true,
        };
        assert_eq!(said(5, 3, &listed()), None);
        let closure = Listed {
            parts: 6,
            counted: 6,
            ..listed()
        };
        assert_eq!(
            said(6, 3, &closure).unwrap(),
            "The totals have 6 functions, this list has 5: in the totals, closures and async bodies are functions with lines of their own."
        );
        assert_eq!(
            said(5, 4, &listed()).unwrap(),
            "The totals have 4 lines not run, this list has 3: in the totals, a generic function counts as its instantiation \
             that ran most."
        );
        let all = Listed {
            parts: 7,
            counted: 6,
            ..listed()
        };
        assert_eq!(
            said(8, 1, &all).unwrap(),
            "The totals have 8 functions and 1 line not run, this list has 5 and 3: in the totals, closures and async bodies are functions \
             with lines of their own, functions that a macro makes in one place are one, a generic function counts as its \
             instantiation that ran most, and files outside of the workspace count as well."
        );
    }
}
