//! Whatever mapping is written, it is read as it was written.

use proptest::prelude::*;

use super::*;
use crate::parse::bytes::leb128;

/// A mapping as LLVM writes it.
fn encoded(mapping: &Mapping) -> Vec<u8> {
    let counter = |counter| match counter {
        Counter::Zero => 0,
        Counter::Profile(index) => (index as u64) << 2 | 1,
        Counter::Expression(index) => match mapping.expressions[index].operation {
            Operation::Subtract => (index as u64) << 2 | 2,
            Operation::Add => (index as u64) << 2 | 3,
        },
    };
    let mut numbers = vec![mapping.files.len() as u64];
    numbers.extend(mapping.files.iter().map(|file| *file as u64));
    numbers.push(mapping.expressions.len() as u64);
    for expression in &mapping.expressions {
        numbers.extend([counter(expression.left), counter(expression.right)]);
    }
    for file in 0..mapping.files.len() {
        let regions: Vec<_> = mapping
            .regions
            .iter()
            .filter(|it| it.file == file)
            .collect();
        numbers.push(regions.len() as u64);
        let mut line = 0;
        for region in regions {
            match region.kind {
                Kind::Code | Kind::Gap => numbers.push(counter(region.counter)),
                Kind::Skipped => numbers.push(2 << 3),
                Kind::Branch => numbers.extend([4 << 3, counter(region.counter), 0]),
                Kind::Expansion => numbers.push((region.expanded_file.unwrap() as u64) << 3 | 4),
            }
            let gap = if region.kind == Kind::Gap {
                u64::from(GAP)
            } else {
                0
            };
            numbers.extend([
                u64::from(region.start.line - line),
                region.start.column.into(),
                u64::from(region.end.line - region.start.line),
                u64::from(region.end.column) | gap,
            ]);
            line = region.start.line;
        }
    }
    numbers.into_iter().flat_map(leb128).collect()
}

fn any_counter(expressions: usize) -> impl Strategy<Value = Counter> {
    (0..3, 0..1000_usize).prop_map(move |(kind, index)| match kind {
        0 => Counter::Zero,
        1 if expressions > 0 => Counter::Expression(index % expressions),
        _ => Counter::Profile(index),
    })
}

/// A mapping without expansions, whose counters are those of what is in them. Each expression is used, as what it
/// does is told where it is.
fn any_mapping() -> impl Strategy<Value = Mapping> {
    (1..4_usize, 0..6_usize).prop_flat_map(|(files, expressions)| {
        let expression = (
            any::<bool>(),
            any_counter(expressions),
            any_counter(expressions),
        );
        let kind = prop::sample::select(vec![Kind::Code, Kind::Skipped, Kind::Gap, Kind::Branch]);
        let place = (0..500_u32, 1..200_u32, 0..20_u32, 1..200_u32);
        let region = (kind, any_counter(expressions), 0..files, place);
        (
            prop::collection::vec(0..300_usize, files),
            prop::collection::vec(expression, expressions),
            prop::collection::vec(region, 0..12),
        )
            .prop_map(|(files, expressions, regions)| {
                let expressions: Vec<_> = expressions
                    .into_iter()
                    .map(|(adds, left, right)| Expression {
                        operation: if adds {
                            Operation::Add
                        } else {
                            Operation::Subtract
                        },
                        left,
                        right,
                    })
                    .collect();
                let used = (0..expressions.len()).map(Counter::Expression);
                let used = used.map(|counter| (Kind::Code, counter, 0, (1, 1, 0, 1)));
                let mut regions: Vec<_> = regions
                    .into_iter()
                    .chain(used)
                    .map(|(kind, counter, file, (line, column, lines, end))| Region {
                        counter: if kind == Kind::Skipped {
                            Counter::Zero
                        } else {
                            counter
                        },
                        file,
                        kind,
                        expanded_file: None,
                        start: Position { line, column },
                        end: Position {
                            line: line + lines,
                            column: column + end,
                        },
                    })
                    .collect();
                regions.sort_by_key(|region| (region.file, region.start));
                Mapping {
                    files,
                    expressions,
                    regions,
                }
            })
    })
}

proptest! {
    #[test]
    fn every_mapping_is_read_as_it_was_written(mapping in any_mapping()) {
        let read = parse(Bytes(&encoded(&mapping))).unwrap();
        prop_assert_eq!(read.files, mapping.files);
        prop_assert_eq!(read.expressions, mapping.expressions);
        prop_assert_eq!(read.regions, mapping.regions);
    }
}
