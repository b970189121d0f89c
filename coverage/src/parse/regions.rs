//! The regions of one function: stretches of source, and the counter of each.
//!
//! LLVM's "Code Coverage Mapping Format" document, sections "Encoding" and "Mapping Region"; the kinds of
//! region are described in "Mapping Region" as well.

use super::bytes::{Bytes, Malformed};
use super::counter::{Counter, Expression, Operation};

/// A place in a source file. Lines and columns count from 1, columns are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1 on.
    pub line: u32,
    /// In bytes, from 1 on.
    pub column: u32,
}

/// What a region stands for. The order is that in which LLVM sorts regions of the same extent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Code that runs as a whole.
    Code,
    /// The use of a macro whose inside is a file of its own in the mapping.
    Expansion,
    /// Left out before compilation.
    Skipped,
    /// Space between two regions of code: it gives a line its count only if no code begins in that line.
    Gap,
    /// The two outcomes of a condition; not counted as a region, nor as lines.
    Branch,
}

/// A stretch of source with a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// What it stands for.
    pub kind: Kind,
    /// What counts it.
    pub counter: Counter,
    /// Which of the function's files it is in.
    pub file: usize,
    /// For an expansion: which of the function's files is the inside.
    pub expanded_file: Option<usize>,
    /// Its first place.
    pub start: Position,
    /// The first place behind it.
    pub end: Position,
}

/// A function's mapping as it stands in its record.
#[derive(Debug)]
pub struct Mapping {
    /// The numbers of its files in the list of its translation unit.
    pub files: Vec<usize>,
    /// What its counters are made of.
    pub expressions: Vec<Expression>,
    /// File by file.
    pub regions: Vec<Region>,
}

/// Reads a function's mapping.
pub(super) fn parse(mut bytes: Bytes<'_>) -> Result<Mapping, Malformed> {
    let files = file_indices(&mut bytes)?;
    let number = bytes.count()?;
    let mut decoder = Decoder {
        operations: vec![Operation::Subtract; number],
        files: files.len(),
    };
    let operands = (0..number)
        .map(|_| {
            Ok((
                decoder.counter(bytes.leb128()?)?,
                decoder.counter(bytes.leb128()?)?,
            ))
        })
        .collect::<Result<Vec<_>, Malformed>>()?;
    let mut regions = vec![];
    for file in 0..files.len() {
        let mut line = 0;
        let number = bytes.count()?;
        // Each has at least five bytes.
        regions.reserve_exact(number.min(bytes.0.len() / 5));
        for _ in 0..number {
            regions.push(decoder.region(&mut bytes, file, &mut line)?);
        }
    }
    count_expansions(&mut regions, files.len());
    let expressions = operands
        .into_iter()
        .zip(decoder.operations)
        .map(|((left, right), operation)| Expression {
            operation,
            left,
            right,
        })
        .collect();
    Ok(Mapping {
        files,
        expressions,
        regions,
    })
}

/// Whether a mapping is but one region of no counter, which is how a function that was seen and not used
/// is recorded.
pub(super) fn is_one_of_no_counter(mut bytes: Bytes<'_>) -> Result<bool, Malformed> {
    if file_indices(&mut bytes)?.len() != 1 || bytes.count()? != 0 || bytes.count()? != 1 {
        return Ok(false);
    }
    Ok(bytes.leb128()? & TAG == 0)
}

/// rustc gives a function one source file, and one more for each macro at most.
const FILES: usize = 1000;

fn file_indices(bytes: &mut Bytes<'_>) -> Result<Vec<usize>, Malformed> {
    let number = bytes.count()?;
    if number > FILES {
        return Err(Malformed::new("it has a function in too many source files"));
    }
    (0..number)
        .map(|_| {
            usize::try_from(bytes.leb128()?)
                .map_err(|_| Malformed::new("a number in it is too big"))
        })
        .collect()
}

/// How many lines the regions are in together.
pub(super) fn lines(regions: &[Region]) -> u64 {
    let mut lines = 0;
    let (mut file, mut next) = (0, 0);
    // File by file, and in each file by their first lines.
    for region in regions {
        if region.file != file {
            (file, next) = (region.file, 0);
        }
        let [first, end] = [region.start, region.end].map(|place| u64::from(place.line));
        lines += (end + 1).saturating_sub(first.max(next));
        next = next.max(end + 1);
    }
    lines
}

/// The lowest two bits of an encoded counter say what it is, the others which.
const TAG: u64 = 0b11;
const TAG_BITS: u32 = 2;
/// Where the tag says zero, this bit marks an expansion; the bits above are its file or the kind of region.
const EXPANSION: u64 = 0b100;
const KIND_BITS: u32 = 3;
/// The bit of an end column that makes a region a gap.
const GAP: u32 = 1 << 31;

const UNKNOWN_KIND: Malformed = Malformed::new("it has a region of an unknown kind");

struct Decoder {
    /// What an expression does is told by the tags of the counters that refer to it.
    operations: Vec<Operation>,
    files: usize,
}

impl Decoder {
    fn counter(&mut self, encoded: u64) -> Result<Counter, Malformed> {
        let index = usize::try_from(encoded >> TAG_BITS).unwrap_or(usize::MAX);
        let operation = match encoded & TAG {
            0 => return Ok(Counter::Zero),
            1 => return Ok(Counter::Profile(index)),
            2 => Operation::Subtract,
            _ => Operation::Add,
        };
        let known = self.operations.get_mut(index);
        *known.ok_or(Malformed::new(
            "it has a counter of an expression that is not there",
        ))? = operation;
        Ok(Counter::Expression(index))
    }

    /// Reads one region; `line` is the start of the one before in the same file.
    fn region(
        &mut self,
        bytes: &mut Bytes<'_>,
        file: usize,
        line: &mut u32,
    ) -> Result<Region, Malformed> {
        let (mut kind, counter, expanded_file) = self.kind_and_counter(bytes)?;
        *line = line.saturating_add(small(bytes)?);
        let mut start = Position {
            line: *line,
            column: small(bytes)?,
        };
        let mut end = Position {
            line: line.saturating_add(small(bytes)?),
            column: small(bytes)?,
        };
        if end.column & GAP != 0 {
            kind = Kind::Gap;
            end.column &= !GAP;
        }
        if start.column == 0 && end.column == 0 {
            // Whole lines.
            start.column = 1;
            end.column = u32::MAX;
        }
        if start > end {
            return Err(Malformed::new("it has a region that ends before it starts"));
        }
        Ok(Region {
            kind,
            counter,
            file,
            expanded_file,
            start,
            end,
        })
    }

    fn kind_and_counter(
        &mut self,
        bytes: &mut Bytes<'_>,
    ) -> Result<(Kind, Counter, Option<usize>), Malformed> {
        let encoded = bytes.leb128()?;
        if encoded & TAG != 0 {
            return Ok((Kind::Code, self.counter(encoded)?, None));
        }
        let number = encoded >> KIND_BITS;
        if encoded & EXPANSION != 0 {
            let expanded = usize::try_from(number)
                .ok()
                .filter(|expanded| *expanded < self.files);
            return Ok((
                Kind::Expansion,
                Counter::Zero,
                Some(expanded.ok_or(UNKNOWN_KIND)?),
            ));
        }
        match number {
            0 => Ok((Kind::Code, Counter::Zero, None)),
            2 => Ok((Kind::Skipped, Counter::Zero, None)),
            4 | 6 => {
                let (if_true, _if_false) = (
                    self.counter(bytes.leb128()?)?,
                    self.counter(bytes.leb128()?)?,
                );
                if number == 6 {
                    let _condition_and_its_successors =
                        (bytes.leb128()?, bytes.leb128()?, bytes.leb128()?);
                }
                Ok((Kind::Branch, if_true, None))
            }
            5 => {
                let _bitmap_and_conditions = (bytes.leb128()?, bytes.leb128()?);
                Ok((Kind::Branch, Counter::Zero, None))
            }
            _ => Err(UNKNOWN_KIND),
        }
    }
}

fn small(bytes: &mut Bytes<'_>) -> Result<u32, Malformed> {
    u32::try_from(bytes.leb128()?).map_err(|_| Malformed::new("a number in it is too big"))
}

/// Gives each expansion the counter of the first region inside. That can be an expansion in its turn. Those that are
/// inside each other have none.
fn count_expansions(regions: &mut [Region], files: usize) {
    let mut first_inside: Vec<Option<usize>> = vec![None; files];
    for (place, region) in regions.iter().enumerate().rev() {
        first_inside[region.file] = Some(place);
    }
    let mut is_done: Vec<bool> = regions
        .iter()
        .map(|region| region.expanded_file.is_none())
        .collect();
    let mut path = vec![];
    for place in 0..regions.len() {
        let mut inside = Some(place);
        while let Some(place) = inside.filter(|place| !is_done[*place]) {
            is_done[place] = true;
            path.push(place);
            inside = regions[place]
                .expanded_file
                .and_then(|file| first_inside[file]);
        }
        let counter = inside.map_or(Counter::Zero, |place| regions[place].counter);
        for place in path.drain(..) {
            regions[place].counter = counter;
        }
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::bytes::leb128;

    fn region(kind: Kind, counter: Counter, start: (u32, u32), end: (u32, u32)) -> Region {
        Region {
            kind,
            counter,
            file: 0,
            expanded_file: None,
            start: Position {
                line: start.0,
                column: start.1,
            },
            end: Position {
                line: end.0,
                column: end.1,
            },
        }
    }

    #[test]
    fn regions_are_read_with_their_counters_and_lines_add_up() {
        // One file, number 1. One expression: counter 0 minus counter 1. Three regions.
        let encoded = [
            1, 1, 1, 0b001, 0b101, 3, 0b001, 10, 5, 2, 2, 0b10, 1, 9, 0, 20, 0, 1, 3, 0, 4,
        ];
        let Mapping {
            files,
            expressions,
            regions,
        } = parse(Bytes(&encoded)).unwrap();
        assert_eq!(files, [1]);
        let (left, right) = (Counter::Profile(0), Counter::Profile(1));
        assert_eq!(
            expressions,
            [Expression {
                operation: Operation::Subtract,
                left,
                right
            }]
        );
        assert_eq!(
            regions,
            [
                region(Kind::Code, Counter::Profile(0), (10, 5), (12, 2)),
                region(Kind::Code, Counter::Expression(0), (11, 9), (11, 20)),
                region(Kind::Code, Counter::Zero, (12, 3), (12, 4)),
            ]
        );
    }

    #[test]
    fn the_highest_bit_of_the_end_column_makes_a_gap() {
        let encoded = [1, 1, 0, 1, 0b001, 10, 5, 1, 0x82, 0x80, 0x80, 0x80, 0x08];
        let regions = parse(Bytes(&encoded)).unwrap().regions;
        assert_eq!(
            regions,
            [region(Kind::Gap, Counter::Profile(0), (10, 5), (11, 2))]
        );
    }

    #[test]
    fn an_expansion_has_the_counter_of_what_is_inside() {
        // Three files: in the first the second is expanded, in the second the third.
        let encoded = [
            3, 1, 1, 1, 0, 1, 0b1100, 1, 1, 0, 2, 1, 0b1_0100, 5, 1, 0, 2, 1, 0b1001, 9, 1, 0, 2,
        ];
        let regions = parse(Bytes(&encoded)).unwrap().regions;
        let counters: Vec<_> = regions
            .iter()
            .map(|region| (region.expanded_file, region.counter))
            .collect();
        let inside = Counter::Profile(2);
        assert_eq!(
            counters,
            [(Some(1), inside), (Some(2), inside), (None, inside)]
        );
    }

    #[test]
    fn expansions_that_are_inside_each_other_have_no_counter() {
        // Three files: in the first the second is expanded, in the second the third, in the third the second.
        let encoded = [
            3, 1, 1, 1, 0, 1, 0b1100, 1, 1, 0, 2, 1, 0b1_0100, 5, 1, 0, 2, 1, 0b1100, 9, 1, 0, 2,
        ];
        let regions = parse(Bytes(&encoded)).unwrap().regions;
        assert!(regions.iter().all(|region| region.counter == Counter::Zero));
    }

    #[test]
    fn lines_count_once_a_file_and_however_many_regions_are_in_them() {
        let at = |file, first, last| Region {
            file,
            ..region(Kind::Code, Counter::Zero, (first, 1), (last, 1))
        };
        assert_eq!(lines(&[]), 0);
        assert_eq!(lines(&[at(0, 10, 12), at(0, 11, 11), at(0, 12, 14)]), 5);
        assert_eq!(lines(&[at(0, 10, 12), at(0, 20, 20), at(1, 5, 6)]), 6);
        assert_eq!(lines(&[at(0, 0, u32::MAX), at(0, 7, 8)]), 1 << 32);
        assert_eq!(
            lines(&[at(0, u32::MAX, u32::MAX), at(0, u32::MAX, u32::MAX)]),
            1
        );
    }

    #[test]
    fn more_files_than_a_function_can_have_are_refused() {
        let of = |number: usize| [leb128(number as u64), vec![0; 2 * number + 1]].concat();
        assert_eq!(parse(Bytes(&of(1000))).unwrap().files.len(), 1000);
        let error = parse(Bytes(&of(1001))).unwrap_err().to_string();
        assert_eq!(error, "it has a function in too many source files");
    }

    #[test]
    fn only_one_region_of_no_counter_stands_for_an_unused_function() {
        assert_eq!(
            is_one_of_no_counter(Bytes(&[1, 1, 0, 1, 0, 10, 5, 2, 2])),
            Ok(true)
        );
        assert_eq!(
            is_one_of_no_counter(Bytes(&[1, 1, 0, 1, 1, 10, 5, 2, 2])),
            Ok(false)
        );
        assert_eq!(
            is_one_of_no_counter(Bytes(&[1, 1, 0, 2, 0, 10, 5, 2, 2, 0, 1, 1, 0, 9])),
            Ok(false)
        );
    }

    #[test]
    fn a_mapping_cut_anywhere_is_refused() {
        let encoded = [
            1, 1, 1, 0b001, 0b101, 2, 0b001, 10, 5, 2, 2, 0b10, 1, 9, 0, 20,
        ];
        assert!(parse(Bytes(&encoded)).is_ok());
        for length in 0..encoded.len() {
            assert!(parse(Bytes(&encoded[..length])).is_err(), "cut to {length}");
        }
    }
}
