//! The input of the target `count`: functions and their counters, as short as can be, so that whatever is changed in
//! it is still an input.

use std::path::Path;

use llvm_coverage::count::Coverage;
use llvm_coverage::count::functions::Functions;
use llvm_coverage::count::profile::Profile;
use llvm_coverage::parse::counter::{Counter, Expression, Operation};
use llvm_coverage::parse::mapping::FunctionMapping;
use llvm_coverage::parse::regions::{Kind, Position, Region};

/// Counts what the input says, and looks whether the result can be.
pub fn count(input: &[u8]) {
    let mut bytes = input.iter().copied();
    let mut profile = Profile::default();
    let mut functions = Functions::default();
    let mut mappings = vec![];
    while let Some(function) = function(&mut bytes, &mut profile) {
        mappings.push(function);
    }
    for mapping in mappings {
        functions.add(mapping, &profile);
    }
    let coverage = Coverage::new(functions, |path| path != Path::new("/c"));
    for file in &coverage.files {
        assert!(file.lines.is_sorted_by(|a, b| a.number < b.number));
        assert!(file.segments.is_sorted_by_key(|segment| segment.start));
        for place in &file.functions {
            assert!(coverage.functions[*place].files.contains(&file.path));
        }
    }
    for of in [
        coverage.total.lines,
        coverage.total.functions,
        coverage.total.regions,
    ] {
        assert!(of.covered <= of.total);
    }
}

/// Its files, hashes and counters, then its expressions, then its regions.
fn function(
    bytes: &mut impl Iterator<Item = u8>,
    profile: &mut Profile,
) -> Option<FunctionMapping> {
    let shape = bytes.next()?;
    let mut next = || bytes.next().unwrap_or(0);
    let name_hash = u64::from(next() % 8);
    let hash = u64::from(shape & 3) << 59;
    if shape & 4 == 0 {
        let counts: Vec<_> = (0..next() % 8).map(|_| counted(next())).collect();
        profile.add(name_hash, u64::from(next() & 3) << 59, &counts);
    }
    let files: Vec<_> = (0..=(shape >> 3 & 3))
        .map(|_| ["/a", "/b", "/c", "/d"][usize::from(next() & 3)].into())
        .collect();
    let expressions = (0..next() % 16)
        .map(|_| Expression {
            operation: if next() & 1 == 0 {
                Operation::Add
            } else {
                Operation::Subtract
            },
            left: counter(next()),
            right: counter(next()),
        })
        .collect();
    let regions = (0..next())
        .map_while(|_| region(bytes, files.len()))
        .collect();
    Some(FunctionMapping {
        name: ["f", "g", "h"][usize::from(shape >> 5) % 3].into(),
        name_hash,
        hash,
        files,
        expressions,
        regions,
    })
}

/// Small numbers as they are, and some of the largest.
fn counted(byte: u8) -> u64 {
    if byte < 0xf0 {
        byte.into()
    } else {
        u64::MAX >> (byte & 15)
    }
}

fn counter(byte: u8) -> Counter {
    let index = usize::from(byte >> 2);
    match byte & 3 {
        0 => Counter::Zero,
        1 => Counter::Profile(index),
        _ => Counter::Expression(index),
    }
}

fn region(bytes: &mut impl Iterator<Item = u8>, files: usize) -> Option<Region> {
    let shape = bytes.next()?;
    let mut next = || bytes.next();
    let counter = counter(next()?);
    let start = Position {
        line: next()?.into(),
        column: next()?.into(),
    };
    let (lines, columns) = (u32::from(next()? % 8), u32::from(next()?));
    let end = match lines {
        0 => Position {
            line: start.line,
            column: start.column + columns,
        },
        _ => Position {
            line: start.line + lines,
            column: columns,
        },
    };
    let kinds = [
        Kind::Code,
        Kind::Code,
        Kind::Gap,
        Kind::Skipped,
        Kind::Expansion,
        Kind::Branch,
    ];
    let kind = kinds[usize::from(shape >> 4) % kinds.len()];
    Some(Region {
        kind,
        counter,
        file: usize::from(shape & 3) % files,
        expanded_file: (kind == Kind::Expansion).then_some(usize::from(shape >> 2 & 3) % files),
        start,
        end,
    })
}
