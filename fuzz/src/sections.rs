//! The input of the target `mapping`: three sections.
//!
//! Records, names and lists of files refer to each other by hashes, which no fuzzer guesses. So the first byte tells
//! whether the sections are taken as they are, or the hashes put right.

use llvm_coverage::parse::sections::Sections;

/// Takes the sections out of the input: a byte, two lengths of two bytes, then the sections one after the other.
pub fn sections(input: &[u8]) -> Sections<'_> {
    let (kind, rest) = input.split_first().unwrap_or((&0, &[]));
    let (first, rest) = piece(rest);
    let (second, third) = piece(rest);
    if *kind == 0 {
        Sections {
            covmap: first.into(),
            covfun: second.into(),
            names: third.into(),
        }
    } else {
        matching(first, second, third)
    }
}

/// A length of two bytes, and as much of the rest.
fn piece(input: &[u8]) -> (&[u8], &[u8]) {
    let Some((length, rest)) = input.split_first_chunk() else {
        return (&[], &[]);
    };
    rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()))
}

/// Sections of one unit with these source files and two functions of this mapping, the first of them twice.
fn matching(files: &[u8], mapping: &[u8], names: &[u8]) -> Sections<'static> {
    let length = |text: &[u8]| u32::try_from(text.len()).unwrap_or(u32::MAX);
    let header = [0, length(files), 0, 6].map(u32::to_le_bytes).concat();
    let mut covfun = vec![];
    for (name, hash) in [("f", 0), ("g", 7), ("f", 8_u64)] {
        covfun.extend(half(name.as_bytes()));
        covfun.extend(length(mapping).to_le_bytes());
        covfun.extend(hash.to_le_bytes());
        covfun.extend(half(files));
        covfun.extend(mapping);
        covfun.resize(covfun.len().next_multiple_of(8), 0);
    }
    Sections {
        covmap: [&header, files].concat().into(),
        covfun: covfun.into(),
        names: [&[3, 0][..], b"f\x01g", names].concat().into(),
    }
}

/// The hash by which the sections refer to a text.
fn half(text: &[u8]) -> [u8; 8] {
    *md5::compute(text)
        .0
        .first_chunk()
        .expect("an MD5 has sixteen bytes")
}
