//! Names: the section `__llvm_prf_names` has those of the functions.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use flate2::read::ZlibDecoder;

use super::allowance::Allowance;
use super::bytes::{Bytes, Malformed};

/// The blocks of names that the section has.
pub fn blocks<'a>(
    mut section: Bytes<'a>,
    allowance: &Allowance,
) -> Result<Vec<Cow<'a, [u8]>>, Malformed> {
    let mut blocks = vec![];
    while let Some(block) = next(&mut section)? {
        blocks.push(match block.unpacked {
            None => block.bytes.into(),
            Some(length) => decompress(block.bytes, length, allowance)?.into(),
        });
    }
    Ok(blocks)
}

/// How many blocks the section has, none of which is unpacked.
///
/// # Errors
///
/// If they do not end where the section does.
pub fn number(mut section: Bytes<'_>) -> Result<usize, Malformed> {
    let mut number = 0;
    while next(&mut section)?.is_some() {
        number += 1;
    }
    Ok(number)
}

/// A block as it is in the section.
struct Block<'a> {
    bytes: &'a [u8],
    /// How long it is when it is unpacked, if it is compressed.
    unpacked: Option<u64>,
}

fn next<'a>(section: &mut Bytes<'a>) -> Result<Option<Block<'a>>, Malformed> {
    // Linkers pad between the blocks of two objects; no block begins with zero.
    while section.0.starts_with(&[0]) {
        section.take(1)?;
    }
    if section.is_empty() {
        return Ok(None);
    }
    let length = section.leb128()?;
    let compressed = section.leb128()?;
    let (bytes, unpacked) = match compressed {
        0 => (section.take(length)?, None),
        _ => (section.take(compressed)?, Some(length)),
    };
    Ok(Some(Block { bytes, unpacked }))
}

/// The functions' names by their hashes. In a block there is a byte of 1 between two.
pub fn by_hash<'a>(blocks: &'a [Cow<'_, [u8]>]) -> HashMap<u64, Cow<'a, str>> {
    let names = blocks
        .iter()
        .flat_map(|block| block.split(|byte| *byte == 1));
    names
        .map(|name| (hash(name), String::from_utf8_lossy(name)))
        .collect()
}

/// Names that have the byte of 1 in them, by their hashes: nothing tells it from the one between two names. There are none
/// in any ordinary program, but `#[export_name]` takes it.
pub fn joined_by_hash<'a>(blocks: &'a [Cow<'_, [u8]>]) -> HashMap<u64, Cow<'a, str>> {
    let mut joined = HashMap::new();
    for block in blocks {
        let between = block.iter().enumerate().filter(|(_, byte)| **byte == 1);
        let ends: Vec<usize> = between
            .map(|(place, _)| place)
            .chain([block.len()])
            .collect();
        let starts = [0].into_iter().chain(ends.iter().map(|end| end + 1));
        for (number, start) in starts.enumerate() {
            for end in ends.iter().skip(number + 1).take(PARTS) {
                let name = &block[start..*end];
                joined.insert(hash(name), String::from_utf8_lossy(name));
            }
        }
    }
    joined
}

/// A name that has more of them is not found.
const PARTS: usize = 8;

/// Unpacks what is said to be `length` bytes.
pub fn decompress(
    compressed: &[u8],
    length: u64,
    allowance: &Allowance,
) -> Result<Vec<u8>, Malformed> {
    allowance.spend_text(length)?;
    let mut text = vec![];
    // One byte more, so that what is longer is seen.
    match ZlibDecoder::new(compressed)
        .take(length.saturating_add(1))
        .read_to_end(&mut text)
    {
        Ok(read) if u64::try_from(read) == Ok(length) => Ok(text),
        _ => Err(Malformed::new("compressed names in it are damaged")),
    }
}

/// The hash by which LLVM refers to names and lists of names: the first eight bytes of the MD5.
pub fn hash(text: &[u8]) -> u64 {
    let hash = md5::compute(text).0;
    u64::from_le_bytes(*hash.first_chunk().expect("an MD5 has sixteen bytes"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;
    use crate::parse::allowance::Spare;
    use crate::parse::bytes::leb128;
    use crate::parse::sections::Sections;

    /// What is found, or why nothing is, in the only section of an object.
    fn found(section: Vec<u8>) -> Result<Vec<String>, String> {
        let sections = Sections {
            names: section.into(),
            ..Sections::default()
        };
        let blocks = blocks(
            Bytes(&sections.names),
            &Allowance::of(&sections, &Spare::default()),
        );
        let blocks = blocks.map_err(|error| error.to_string())?;
        let names = by_hash(&blocks);
        let mut texts: Vec<_> = names.values().map(ToString::to_string).collect();
        texts.sort();
        assert!(
            texts
                .iter()
                .all(|text| *names[&hash(text.as_bytes())] == **text)
        );
        Ok(texts)
    }

    /// A compressed block that says it is of that length.
    fn block(length: u64, text: &[u8]) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(vec![], Compression::best());
        packed.write_all(text).unwrap();
        let packed = packed.finish().unwrap();
        [leb128(length), leb128(packed.len() as u64), packed].concat()
    }

    #[test]
    fn names_are_read_from_plain_and_compressed_blocks_with_padding_between() {
        let section = [
            &[0, 0, 7, 0][..],
            b"one\x01two",
            &[0, 0],
            &block(10, b"three\x01four"),
        ]
        .concat();
        assert_eq!(found(section).unwrap(), ["four", "one", "three", "two"]);
    }

    #[test]
    fn a_name_with_the_byte_between_names_in_it_is_found_as_a_whole() {
        let blocks = [
            Cow::from(&b"a\x01two\x01parts\x01\x01end"[..]),
            Cow::from(&b"b"[..]),
        ];
        let joined = joined_by_hash(&blocks);
        for name in [
            "two\u{1}parts",
            "\u{1}end",
            "a\u{1}two\u{1}parts\u{1}\u{1}end",
        ] {
            assert_eq!(joined[&hash(name.as_bytes())], name);
        }
        assert_eq!(joined.len(), 10);
        assert!(joined_by_hash(&[]).is_empty());
    }

    #[test]
    fn a_compressed_block_of_another_length_than_it_says_is_refused() {
        for length in [9, 11, 60_000] {
            let cut = [block(length, b"three\x01four")].concat();
            let expected = "compressed names in it are damaged";
            assert_eq!(found(cut), Err(expected.into()), "{length}");
        }
        let mut cut = block(10, b"three\x01four");
        cut.pop();
        assert_eq!(found(cut), Err("it ends too early".into()));
    }

    #[test]
    fn what_would_unpack_to_far_more_than_the_file_is_not_unpacked() {
        let length = 100 << 20_u32;
        let bomb = block(length as u64, &vec![b'a'; length]);
        assert!(bomb.len() < 1 << 17);
        assert_eq!(
            found(bomb),
            Err("its names would be far longer than it is".into())
        );
        let lie = [leb128(u64::MAX), leb128(1), vec![0]].concat();
        assert_eq!(
            found(lie),
            Err("its names would be far longer than it is".into())
        );
    }
}
