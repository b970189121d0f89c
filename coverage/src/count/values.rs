//! The values of counters and of counter expressions.

use crate::parse::counter::{Counter, Expression, Operation};

/// The values of one function's counters.
pub struct Values<'a> {
    /// None: the function is not in the profile, all its counters are zero.
    counts: Option<&'a [u64]>,
    expressions: Vec<Evaluation>,
}

#[derive(Clone, Copy)]
enum Evaluation {
    Pending,
    /// What it needs is being evaluated. Where that needs it in its turn, it has no value.
    Started,
    /// Done; without a value if it builds on a counter that the profile does not have.
    Done(Option<i64>),
}

impl<'a> Values<'a> {
    /// Evaluates the expressions of a function whose profile is `counts`.
    pub fn new(counts: Option<&'a [u64]>, expressions: &[Expression]) -> Self {
        let mut values = Self {
            counts,
            expressions: vec![Evaluation::Pending; expressions.len()],
        };
        let mut path = vec![];
        for index in 0..expressions.len() {
            values.evaluate(index, expressions, &mut path);
        }
        values
    }

    /// How often the code with this counter ran, or `None` where the counter is not in the profile.
    ///
    /// **Below zero is zero.** Not every block is counted: what is left over of those before and after it is
    /// what it must have run. That does not hold where a program ends while a thread waits in the middle of
    /// a function, and where a child of `fork` starts there: then a difference can come out negative. Such
    /// a value does not say how often the code ran, and llvm-cov's reading of it, `18.4E`, misleads. This
    /// is the one place where the results differ from llvm-cov's on purpose.
    pub fn count(&self, counter: Counter) -> Option<u64> {
        self.value(counter)
            .map(|value| u64::try_from(value).unwrap_or(0))
    }

    fn value(&self, counter: Counter) -> Option<i64> {
        match (counter, self.counts) {
            (Counter::Zero, _) | (Counter::Profile(_), None) => Some(0),
            (Counter::Profile(index), Some(counts)) => counts
                .get(index)
                .map(|count| i64::try_from(*count).unwrap_or(i64::MAX)),
            (Counter::Expression(index), _) => match self.expressions.get(index) {
                Some(Evaluation::Done(value)) => *value,
                _ => None,
            },
        }
    }

    fn is_pending(&self, counter: Counter) -> bool {
        matches!(counter, Counter::Expression(index)
            if matches!(self.expressions.get(index), Some(Evaluation::Pending)))
    }

    /// Evaluates one expression after those that it needs, without recursion: they can be nested deeply. The `path` to
    /// them is empty before and after.
    fn evaluate(&mut self, index: usize, expressions: &[Expression], path: &mut Vec<usize>) {
        if self.is_pending(Counter::Expression(index)) {
            self.expressions[index] = Evaluation::Started;
            path.push(index);
        }
        while let Some(&index) = path.last() {
            let Expression {
                operation,
                left,
                right,
            } = expressions[index];
            if let Some(&Counter::Expression(needed)) = [left, right]
                .iter()
                .find(|operand| self.is_pending(**operand))
            {
                self.expressions[needed] = Evaluation::Started;
                path.push(needed);
                continue;
            }
            let value =
                self.value(left)
                    .zip(self.value(right))
                    .map(|(left, right)| match operation {
                        Operation::Subtract => left.saturating_sub(right),
                        Operation::Add => left.saturating_add(right),
                    });
            self.expressions[index] = Evaluation::Done(value);
            path.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const fn sum(left: Counter, right: Counter) -> Expression {
        Expression {
            operation: Operation::Add,
            left,
            right,
        }
    }

    const fn difference(left: Counter, right: Counter) -> Expression {
        Expression {
            operation: Operation::Subtract,
            left,
            right,
        }
    }

    #[test]
    fn an_expression_may_build_on_one_that_comes_later() {
        let expressions = [
            difference(Counter::Expression(1), Counter::Profile(2)),
            sum(Counter::Profile(0), Counter::Profile(1)),
        ];
        let values = Values::new(Some(&[5, 3, 2]), &expressions);
        assert_eq!(values.count(Counter::Expression(0)), Some(6));
        assert_eq!(values.count(Counter::Expression(1)), Some(8));
    }

    #[test]
    fn a_value_below_zero_is_shown_as_zero_but_counts_on_as_it_is() {
        let expressions = [
            difference(Counter::Profile(0), Counter::Profile(1)),
            sum(Counter::Expression(0), Counter::Profile(2)),
        ];
        let values = Values::new(Some(&[100, 200, 150]), &expressions);
        assert_eq!(values.count(Counter::Expression(0)), Some(0));
        assert_eq!(values.count(Counter::Expression(1)), Some(50));
    }

    #[test]
    fn a_function_that_is_not_in_the_profile_has_counters_of_zero() {
        let values = Values::new(None, &[sum(Counter::Profile(0), Counter::Profile(7))]);
        assert_eq!(values.count(Counter::Profile(3)), Some(0));
        assert_eq!(values.count(Counter::Expression(0)), Some(0));
    }

    #[test]
    fn a_counter_that_the_profile_lacks_has_no_value_nor_has_what_builds_on_it() {
        let values = Values::new(Some(&[1]), &[sum(Counter::Profile(0), Counter::Profile(1))]);
        assert_eq!(values.count(Counter::Profile(1)), None);
        assert_eq!(values.count(Counter::Expression(0)), None);
    }

    #[test]
    fn expressions_that_need_each_other_have_no_value() {
        let expressions = [
            sum(Counter::Expression(1), Counter::Profile(0)),
            sum(Counter::Profile(0), Counter::Expression(0)),
            sum(Counter::Profile(0), Counter::Profile(0)),
        ];
        let values = Values::new(Some(&[1]), &expressions);
        assert_eq!(values.count(Counter::Expression(0)), None);
        assert_eq!(values.count(Counter::Expression(2)), Some(2));
    }

    #[test]
    fn a_hundred_thousand_expressions_that_need_each_other_are_soon_given_up() {
        let expressions: Vec<_> = (0..100_000)
            .map(|index| sum(Counter::Expression(index ^ 1), Counter::Profile(0)))
            .collect();
        let begin = Instant::now();
        let values = Values::new(Some(&[1]), &expressions);
        assert_eq!(values.count(Counter::Expression(99_999)), None);
        assert!(begin.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_expressions_is_evaluated() {
        let last = 99_999;
        let expressions: Vec<_> = (0..=last)
            .map(|index| match index {
                _ if index == last => sum(Counter::Profile(0), Counter::Zero),
                _ => sum(Counter::Expression(index + 1), Counter::Profile(0)),
            })
            .collect();
        assert_eq!(
            Values::new(Some(&[1]), &expressions).count(Counter::Expression(0)),
            Some(100_000)
        );
    }
}
