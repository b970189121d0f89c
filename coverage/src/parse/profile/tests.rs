//! Raw profiles as LLVM writes them, damaged ones, and what is none.

mod several;

use proptest::prelude::*;

use super::*;

/// A raw profile, to be written down.
#[derive(Debug, Clone)]
struct Raw {
    version: u64,
    binary_ids: usize,
    padding: usize,
    bitmap: usize,
    names: usize,
    /// Their hashes, where their counters are among all, and how many they have.
    functions: Vec<(u64, u64, u64, u32)>,
    counters: Vec<u64>,
}

/// As LLVM 22 writes one, with padding around the counters as in continuous mode.
fn raw(functions: &[(u64, u64, u64, u32)], counters: &[u64]) -> Raw {
    Raw {
        version: 10,
        binary_ids: 16,
        padding: 24,
        bitmap: 3,
        names: 5,
        functions: functions.to_vec(),
        counters: counters.to_vec(),
    }
}

impl Raw {
    fn file(&self) -> Vec<u8> {
        let (has_bitmap, has_vtables, has_uniform) =
            (self.version >= 9, self.version >= 10, self.version >= 11);
        let padding = self.padding as u64;
        let counters_delta = 0x4000_u64;
        let mut fields = vec![
            u64::from_le_bytes(MAGIC),
            self.version,
            self.binary_ids as u64,
            self.functions.len() as u64,
            padding,
            self.counters.len() as u64,
            padding,
        ];
        if has_bitmap {
            fields.extend([self.bitmap as u64, padding]);
        }
        if has_uniform {
            fields.extend([0; 3]);
        }
        fields.extend([self.names as u64, counters_delta]);
        fields.extend(has_bitmap.then_some(0));
        fields.push(0x1234);
        if has_vtables {
            fields.extend([0; 2]);
        }
        fields.push(if has_vtables { 2 } else { 1 });
        let mut file: Vec<u8> = fields.into_iter().flat_map(u64::to_le_bytes).collect();
        if let Some(length) = self.binary_ids.checked_sub(8) {
            file.extend((length as u64).to_le_bytes());
            file.resize(file.len() + length, 0xbb);
        }

        let size = match self.version {
            8 => 48,
            9 | 10 => 64,
            _ => 72,
        };
        for (index, (name_hash, function_hash, first, length)) in (0..).zip(&self.functions) {
            let before = file.len();
            let pointer = counters_delta
                .wrapping_sub(size * index)
                .wrapping_add(first.wrapping_mul(8));
            let other_pointers = size / 8 - 3 - if has_bitmap { 2 } else { 1 };
            for field in [*name_hash, *function_hash, pointer] {
                file.extend(field.to_le_bytes());
            }
            file.extend((0..other_pointers).flat_map(|_| 0xaaaa_u64.to_le_bytes()));
            file.extend(length.to_le_bytes());
            file.resize(before + usize::try_from(size).unwrap(), 0);
        }
        file.resize(file.len() + self.padding, 0xee);
        file.extend(
            self.counters
                .iter()
                .flat_map(|counter| counter.to_le_bytes()),
        );
        file.resize(file.len() + self.padding, 0xee);
        if has_bitmap {
            file.resize(file.len() + self.bitmap + self.padding, 0xcc);
        }
        let end = file.len() + self.names;
        if let Some(length) = self.names.checked_sub(2).filter(|it| *it > 0) {
            // A block that is not compressed.
            file.extend([u8::try_from(length).unwrap(), 0]);
            file.resize(end, b'n');
        }
        file.resize(end, 0);
        file
    }

    fn message(&self) -> String {
        functions(&self.file()).unwrap_err().to_string()
    }
}

/// The hashes and the counts of each function.
fn read(file: &[u8]) -> Vec<(u64, u64, Vec<u64>)> {
    let found = functions(file).unwrap().into_iter();
    found
        .map(|it| (it.name_hash, it.function_hash, it.counts().collect()))
        .collect()
}

#[test]
fn counters_are_found_by_their_pointers_between_the_padding() {
    for version in 8..=11 {
        let file = Raw {
            version,
            ..raw(&[(1, 10, 2, 1), (2, 20, 0, 2)], &[7, 8, 9])
        };
        assert_eq!(
            read(&file.file()),
            [(1, 10, vec![9]), (2, 20, vec![7, 8])],
            "version {version}"
        );
    }
}

#[test]
fn counters_that_cannot_be_a_functions_are_refused() {
    let message = |first, length| raw(&[(1, 10, first, length)], &[7, 8, 9]).message();
    for (first, length) in [(2, 2), (3, 1), (u64::MAX / 16, 1), (0, u32::MAX)] {
        assert_eq!(message(first, length), "it ends too early");
    }
    let shared = raw(&[(1, 10, 0, 2), (2, 20, 1, 2)], &[7, 8, 9]);
    assert_eq!(
        shared.message(),
        "two of its functions have the same counters"
    );
    let mut askew = raw(&[(1, 10, 0, 1)], &[7, 8, 9]).file();
    let pointer = 16 * 8 + 16 + 16;
    assert_eq!(askew[pointer..pointer + 2], 0x4000_u16.to_le_bytes());
    askew[pointer] = 4;
    let error = functions(&askew).unwrap_err().to_string();
    assert_eq!(error, "its counters are not where they can be");
}

#[test]
fn a_profile_cut_anywhere_is_refused() {
    for version in 8..=11 {
        let whole = Raw {
            version,
            ..raw(&[(1, 10, 2, 1), (2, 20, 0, 2)], &[7, 8, 9])
        };
        let whole = whole.file();
        for length in 0..whole.len() {
            let error = functions(&whole[..length]).unwrap_err().to_string();
            assert_eq!(
                error, "it ends too early",
                "version {version} cut to {length}"
            );
        }
    }
}

#[test]
fn it_is_known_by_the_beginning_whether_a_profile_was_cut_off() {
    for version in 8..=11 {
        let whole = Raw {
            version,
            ..raw(&[(1, 10, 2, 1), (2, 20, 0, 2)], &[7, 8, 9])
        };
        let whole = whole.file();
        let is_cut_off = |length: usize| is_cut_off(&whole[..length.min(160)], length as u64);
        for length in 1..whole.len() {
            assert!(is_cut_off(length), "version {version} cut to {length}");
        }
        assert!(!is_cut_off(whole.len()), "version {version}");
        assert!(!is_cut_off(0), "version {version}");
    }
    for other in [&b"text"[..], b"\xfflprofi\x81", &[0; 200]] {
        assert!(!is_cut_off(other, other.len() as u64));
    }
    let newer = Raw {
        version: 12,
        ..raw(&[], &[])
    };
    assert!(!is_cut_off(&newer.file(), 1000));
}

#[test]
fn build_identifiers_are_those_of_all_profiles_in_the_file() {
    let first = raw(&[(1, 10, 2, 1)], &[7, 8, 9]).file();
    assert_eq!(build_ids(&first), Ok(vec![&[0xbb; 8][..]]));
    let none = Raw {
        binary_ids: 0,
        ..raw(&[(1, 10, 2, 1)], &[7, 8, 9])
    };
    assert_eq!(build_ids(&none.file()), Ok(vec![]));
    // Lengths of 3 and 20, each up to the next multiple of eight.
    let mut two = Raw {
        binary_ids: 48,
        ..raw(&[(1, 10, 2, 1)], &[7, 8, 9])
    };
    two.names = 8;
    let mut two = two.file();
    let records = [
        &3_u64.to_le_bytes()[..],
        b"abc\0\0\0\0\0",
        &20_u64.to_le_bytes(),
        &[1; 20],
        &[0; 4],
    ]
    .concat();
    two.splice(16 * 8..16 * 8 + 48, records);
    let both = [&*two, &first].concat();
    let expected = [&b"abc"[..], &[1; 20], &[0xbb; 8]];
    assert_eq!(build_ids(&both).unwrap(), expected);
    // A length that lies.
    two[16 * 8] = 200;
    assert_eq!(build_ids(&two), Err(Malformed::ENDS_EARLY));
}

#[test]
fn lengths_that_lie_are_refused() {
    let whole = raw(&[(1, 10, 2, 1)], &[7, 8, 9]).file();
    // The fields up to the length of the names, but for the magic number and the version.
    for field in 2..10 {
        for lie in [u64::MAX, u64::MAX / 64, 1 << 60, 1 << 32, 1000] {
            let mut file = whole.clone();
            file[8 * field..][..8].copy_from_slice(&lie.to_le_bytes());
            let error = functions(&file).unwrap_err().to_string();
            assert_eq!(error, "it ends too early", "field {field} is {lie}");
        }
    }
}

#[test]
fn an_older_and_a_newer_version_are_named_with_what_to_do() {
    let of = |version| Raw {
        version,
        ..raw(&[], &[])
    };
    let older = of(7).message();
    assert!(
        older.starts_with("it is of version 7 (LLVM 13 or older)"),
        "{older}"
    );
    assert!(older.ends_with("Rust 1.63 or newer"), "{older}");
    let newer = of(12).message();
    assert!(
        newer.starts_with("it is of version 12 (newer than LLVM 23)"),
        "{newer}"
    );
    assert!(
        newer.contains("use a newer version of this tool"),
        "{newer}"
    );
}

#[test]
fn variants_for_something_else_are_named() {
    let of = |bit: u32| {
        let file = Raw {
            version: 10 + (1 << bit),
            ..raw(&[], &[])
        };
        file.message()
    };
    for bit in [56, 57] {
        assert!(of(bit).contains("-C profile-generate"), "{}", of(bit));
    }
    assert!(of(60).starts_with("it has bytes in place of counters"));
    assert_eq!(of(63), "it is of a variant that rustc does not write");
}

#[test]
fn what_is_no_profile_at_all_is_told() {
    assert!(
        functions(b"text")
            .unwrap_err()
            .to_string()
            .starts_with("it is text")
    );
    let indexed = functions(b"\xfflprofi\x81\x0d\0\0\0\0\0\0\0").unwrap_err();
    assert!(indexed.to_string().starts_with("it is an indexed profile"));
}

fn any_raw() -> impl Strategy<Value = Raw> {
    let function = (
        any::<u64>(),
        any::<u64>(),
        prop::collection::vec(any::<u64>(), 0..5),
    );
    let functions = prop::collection::vec(function, 0..8);
    (
        8..=11_u64,
        0..3_usize,
        0..40_usize,
        0..9_usize,
        prop_oneof![Just(0), 3..9_usize],
        functions,
    )
        .prop_map(|(version, ids, padding, bitmap, names, functions)| {
            let mut raw = Raw {
                version,
                binary_ids: 8 * ids,
                padding,
                bitmap,
                names,
                functions: vec![],
                counters: vec![],
            };
            for (name, hash, counts) in functions {
                let place = raw.counters.len() as u64;
                let length = u32::try_from(counts.len()).unwrap();
                raw.functions.push((name, hash, place, length));
                raw.counters.extend(counts);
            }
            // They need not be in the order of their counters.
            raw.functions.reverse();
            raw
        })
}

proptest! {
    #[test]
    fn every_profile_is_read_as_it_was_written(raw in any_raw()) {
        let file = raw.file();
        let found = read(&file);
        let expected: Vec<_> = raw
            .functions
            .iter()
            .map(|(name, hash, first, length)| {
                let counts = raw.counters.iter().skip(usize::try_from(*first).unwrap());
                (*name, *hash, counts.take(*length as usize).copied().collect::<Vec<_>>())
            })
            .collect();
        prop_assert_eq!(found, expected);
    }
}
