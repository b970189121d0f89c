//! What scenarios reach, as sets of lines.

use fixedbitset::FixedBitSet;

/// How many lines each of the sets adds to those before it.
pub fn added(sets: &[&FixedBitSet]) -> Vec<usize> {
    let mut seen = FixedBitSet::new();
    let added = sets.iter().map(|set| {
        seen.grow(set.len());
        let new = set.difference_count(&seen);
        seen.union_with(set);
        new
    });
    added.collect()
}

/// Of each of the sets, the lines that are in no other.
pub fn alone(sets: &[FixedBitSet]) -> Vec<FixedBitSet> {
    let (mut once, mut often) = (FixedBitSet::new(), FixedBitSet::new());
    for set in sets {
        once.grow(set.len());
        often.grow(set.len());
        let again = once.intersection(set).collect::<FixedBitSet>();
        often.union_with(&again);
        once.union_with(set);
    }
    let own = sets.iter().map(|set| {
        let mut own = set.clone();
        own.difference_with(&often);
        own
    });
    own.collect()
}

/// No more choices than this are tried. Where that is not enough, the result is a good one, and perhaps not the best.
const TRIES: usize = 200_000;

/// The fewest of the sets that together have every line that all have, in their order; of those, given what each costs,
/// the cheapest.
pub fn smallest(sets: &[FixedBitSet], costs: &[f64]) -> Vec<usize> {
    let mut all = FixedBitSet::new();
    for set in sets {
        all.grow(set.len());
        all.union_with(set);
    }
    let first = greedy(sets, costs, &all);
    let mut search = Search {
        sets,
        costs,
        cost: cost_of(&first, costs),
        best: first,
        tries: 0,
    };
    search.go(&all, &mut Vec::new(), 0.0);
    search.best.sort_unstable();
    search.best
}

fn cost_of(chosen: &[usize], costs: &[f64]) -> f64 {
    chosen.iter().map(|it| costs[*it]).sum()
}

/// Takes the set with the most new lines for its cost, again and again; then leaves out what the others have as well.
fn greedy(sets: &[FixedBitSet], costs: &[f64], all: &FixedBitSet) -> Vec<usize> {
    let mut left = all.clone();
    let mut chosen = Vec::new();
    while !left.is_clear() {
        let worth = |it: &usize| {
            #[allow(clippy::cast_precision_loss)] // There are not so many lines.
            let new = sets[*it].intersection_count(&left) as f64;
            new / costs[*it].max(f64::MIN_POSITIVE)
        };
        let best = (0..sets.len()).max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.cmp(a)));
        let Some(best) = best else { break };
        left.difference_with(&sets[best]);
        chosen.push(best);
    }
    let mut by_cost = chosen.clone();
    by_cost.sort_by(|a, b| costs[*b].total_cmp(&costs[*a]));
    for one in by_cost {
        let mut rest = FixedBitSet::with_capacity(all.len());
        for other in chosen.iter().filter(|it| **it != one) {
            rest.union_with(&sets[*other]);
        }
        if all.is_subset(&rest) {
            chosen.retain(|it| *it != one);
        }
    }
    chosen
}

struct Search<'a> {
    sets: &'a [FixedBitSet],
    costs: &'a [f64],
    best: Vec<usize>,
    cost: f64,
    tries: usize,
}

impl Search<'_> {
    /// Branches on the line that the fewest sets have.
    fn go(&mut self, left: &FixedBitSet, chosen: &mut Vec<usize>, cost: f64) {
        if left.is_clear() {
            if cost < self.cost {
                self.cost = cost;
                self.best = chosen.clone();
            }
            return;
        }
        self.tries += 1;
        if self.tries > TRIES || cost + self.least(left) >= self.cost {
            return;
        }
        let having = |line: usize| {
            let sets = self.sets.iter().enumerate();
            sets.filter(move |(_, set)| set.contains(line))
                .map(|(it, _)| it)
                .collect::<Vec<_>>()
        };
        // To look at every line would take longer than it is worth.
        let lines = left.ones().step_by((left.count_ones(..) / 64).max(1));
        let Some(mut candidates) = lines.map(having).min_by_key(Vec::len) else {
            return;
        };
        candidates.sort_by_key(|it| std::cmp::Reverse(self.sets[*it].intersection_count(left)));
        for candidate in candidates {
            let mut rest = left.clone();
            rest.difference_with(&self.sets[candidate]);
            chosen.push(candidate);
            self.go(&rest, chosen, cost + self.costs[candidate]);
            chosen.pop();
        }
    }

    /// What the lines that are left cost at least: each costs no less than its share of the set that has it the cheapest.
    fn least(&self, left: &FixedBitSet) -> f64 {
        let shares = self.sets.iter().zip(self.costs).map(|(set, cost)| {
            #[allow(clippy::cast_precision_loss)]
            let new = set.intersection_count(left) as f64;
            if new > 0.0 { cost / new } else { f64::INFINITY }
        });
        let share = shares.fold(f64::INFINITY, f64::min);
        #[allow(clippy::cast_precision_loss)]
        let lines = left.count_ones(..) as f64;
        share * lines
    }
}

#[cfg(test)]
mod tests {
    use fixedbitset::FixedBitSet;
    use proptest::prelude::*;

    use super::{added, alone, smallest};

    fn sets(lines: &[&[usize]]) -> Vec<FixedBitSet> {
        lines
            .iter()
            .map(|set| set.iter().copied().collect())
            .collect()
    }

    #[test]
    fn what_is_added_and_what_is_alone_is_counted() {
        let sets = sets(&[&[0, 1, 2], &[1, 2, 3], &[], &[0, 7]]);
        assert_eq!(added(&sets.iter().collect::<Vec<_>>()), [3, 1, 0, 1]);
        let alone: Vec<Vec<usize>> = alone(&sets).iter().map(|it| it.ones().collect()).collect();
        assert_eq!(alone, [vec![], vec![3], vec![], vec![7]]);
    }

    #[test]
    fn the_smallest_set_is_not_the_greedy_one() {
        // The largest first would take three.
        let sets = sets(&[&[0, 1, 2, 3], &[0, 1, 4], &[2, 3, 5]]);
        assert_eq!(smallest(&sets, &[1.0; 3]), [1, 2]);
        assert_eq!(smallest(&sets[..1], &[1.0]), [0]);
        assert_eq!(smallest(&[], &[]), [0; 0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_smallest_set_is_the_best_of_all(
            lines in proptest::collection::vec(proptest::collection::btree_set(0_usize..24, 0..12), 0..13),
            costs in proptest::collection::vec(1_u32..9, 13),
        ) {
            let sets: Vec<FixedBitSet> = lines.iter().map(|set| set.iter().copied().collect()).collect();
            for costs in [vec![1.0; 13], costs.iter().map(|it| f64::from(*it)).collect()] {
                let all: std::collections::BTreeSet<usize> = lines.iter().flatten().copied().collect();
                let has_all = |chosen: &[usize]| {
                    let have: std::collections::BTreeSet<usize> = chosen.iter().flat_map(|it| &lines[*it]).copied().collect();
                    have == all
                };
                let cost = |chosen: &[usize]| chosen.iter().map(|it| costs[*it]).sum::<f64>();
                let choices = (0..1_u32 << sets.len()).map(|bits| {
                    (0..sets.len()).filter(|it| bits >> it & 1 == 1).collect::<Vec<_>>()
                });
                let best = choices.filter(|it| has_all(it)).map(|it| cost(&it)).fold(f64::INFINITY, f64::min);
                let found = smallest(&sets, &costs[..sets.len()]);
                prop_assert!(has_all(&found));
                prop_assert!((cost(&found) - best).abs() < 1e-9, "{found:?} {best}");
            }
        }
    }
}
