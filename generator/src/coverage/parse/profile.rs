//! Raw profiles: what the program's counters stood at.
//!
//! The format is LLVM's "Instrumentation Profile Format" document, section "Raw Profile Format": a header
//! of 64-bit fields, then one data record a function, then the counters. The file is read as the program
//! left it or while it still runs; names and bitmaps, which lie behind the counters, are not needed.
//! Where continuous mode maps the counters alone, they lie between two stretches of padding.

use super::super::count::profile::Profile;
use super::bytes::{Bytes, Malformed};

/// `\xfflprofr\x81`: a raw profile of a 64-bit program, as a little-endian number.
const MAGIC: u64 = 0xff6c_7072_6f66_7281;
/// The upper half of the version says which variant of the format it is.
const VERSION: u64 = 0xffff_ffff;
/// The variant with one byte a counter that only says whether it was reached.
const BYTE_COVERAGE: u64 = 1 << 60;
/// The counters of one function, where they lie in the file.
#[derive(Debug, Clone, Copy)]
pub struct FunctionCounts<'a> {
    /// The first half of the MD5 of its name.
    pub name_hash: u64,
    /// A hash of its structure.
    pub function_hash: u64,
    counters: &'a [u8],
}

impl FunctionCounts<'_> {
    /// What each of its counters stood at.
    pub fn counts(&self) -> impl ExactSizeIterator<Item = u64> {
        let counters = self.counters.as_chunks().0.iter();
        counters.map(|counter| u64::from_le_bytes(*counter))
    }
}

/// Reads a raw profile of version 10 or 11 (LLVM 19 to 23; no older one is that of a Rust that has
/// what the recipes need).
///
/// # Errors
///
/// Says what is wrong with `file`; the caller knows its name.
pub fn parse(file: &[u8]) -> Result<Profile, Malformed> {
    let mut profile = Profile::default();
    for function in functions(file)? {
        profile.add_function(&function);
    }
    Ok(profile)
}

/// Reads a raw profile as [`parse`] does, and copies no counter.
///
/// # Errors
///
/// Says what is wrong with `file`; the caller knows its name.
pub fn functions(file: &[u8]) -> Result<Vec<FunctionCounts<'_>>, Malformed> {
    let mut bytes = Bytes(file);
    let header = Header::parse(&mut bytes)?;
    bytes.take(header.binary_ids)?;
    let mut records = Bytes(bytes.take(header.records.saturating_mul(header.record_size()))?);
    bytes.take(header.padding_before_counters)?;
    let counters = bytes.take(header.counters.saturating_mul(8))?;
    // Where the end is missing, as on a disk that was full, the program has kept its counters to itself.
    bytes.take(header.behind_counters)?;

    // The records are in the file, so there are not more of them than it has room for.
    let mut functions = Vec::with_capacity(usize::try_from(header.records).unwrap_or_default());
    // A record holds the distance from itself to its counters, the header that from the first record.
    let mut distance = header.counters_delta;
    while !records.is_empty() {
        let mut record = Bytes(records.take(header.record_size())?);
        let (name_hash, function_hash) = (record.u64()?, record.u64()?);
        let offset = record.u64()?.wrapping_sub(distance);
        record.take(header.other_pointers())?;
        let length = u64::from(record.u32()?);
        let mut own = Bytes(counters);
        own.take(offset)?;
        functions.push(FunctionCounts {
            name_hash,
            function_hash,
            counters: own.take(length.saturating_mul(8))?,
        });
        distance = distance.wrapping_sub(header.record_size());
    }
    Ok(functions)
}

/// The fields of the header that are needed.
struct Header {
    binary_ids: u64,
    records: u64,
    padding_before_counters: u64,
    counters: u64,
    /// How many bytes follow at least: bitmap, names and padding.
    behind_counters: u64,
    counters_delta: u64,
    /// LLVM 23 added a second set of counters, for offloading.
    uniform_counters: bool,
}

impl Header {
    fn parse(bytes: &mut Bytes<'_>) -> Result<Self, Malformed> {
        if bytes.u64()? != MAGIC {
            return Err(Malformed(
                "it is not a raw profile of a 64-bit little-endian program",
            ));
        }
        let version = bytes.u64()?;
        if version & BYTE_COVERAGE != 0 {
            return Err(Malformed(
                "it has bytes in place of counters, which is not supported",
            ));
        }
        let uniform_counters = match version & VERSION {
            10 => false,
            11 => true,
            _ => return Err(Malformed("it is not of version 10 or 11 (LLVM 19 to 23)")),
        };
        let binary_ids = bytes.u64()?;
        let records = bytes.u64()?;
        let padding_before_counters = bytes.u64()?;
        let counters = bytes.u64()?;
        let padding_after_counters = bytes.u64()?;
        let (bitmap, padding_after_bitmap) = (bytes.u64()?, bytes.u64()?);
        if uniform_counters {
            let _counters_padding_and_delta = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
        }
        let names = bytes.u64()?;
        let counters_delta = bytes.u64()?;
        let _bitmap_delta_and_names_delta = (bytes.u64()?, bytes.u64()?);
        let _vtables_and_their_names = (bytes.u64()?, bytes.u64()?);
        let _last_value_kind = bytes.u64()?;
        Ok(Self {
            binary_ids,
            records,
            padding_before_counters,
            counters,
            behind_counters: [padding_after_counters, bitmap, padding_after_bitmap, names]
                .iter()
                .fold(0, |sum, size| sum.saturating_add(*size)),
            counters_delta,
            uniform_counters,
        })
    }

    /// How many bytes lie between the pointer to the counters and their number: the pointers to the
    /// uniform counters, the bitmap, the function and the values.
    fn other_pointers(&self) -> u64 {
        8 * (u64::from(self.uniform_counters) + 3)
    }

    /// How many bytes a record has: two hashes, the pointers, the number of counters, and small fields
    /// up to the next multiple of eight.
    fn record_size(&self) -> u64 {
        2 * 8 + 8 + self.other_pointers() + 4 + 12
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::count::profile::Lookup;
    use super::*;

    /// A raw profile with padding around the counters. Each function has its hashes, where its counters
    /// are among all, and how many it has.
    fn raw(functions: &[(u64, u64, u64, u32)], counters: &[u64]) -> Vec<u8> {
        let padding = 24;
        let number = functions.len() as u64;
        let counters_delta = 0x4000;
        let header = [
            MAGIC,
            10,
            0,
            number,
            padding,
            counters.len() as u64,
            padding,
        ];
        let rest = [0, 0, 0, counters_delta, 0, 0, 0, 0, 2];
        let mut file: Vec<u8> = header
            .iter()
            .chain(&rest)
            .flat_map(|field| field.to_le_bytes())
            .collect();
        for (index, (name_hash, function_hash, first, length)) in (0..).zip(functions) {
            let pointer = counters_delta.wrapping_sub(64 * index) + 8 * first;
            let fields = [
                *name_hash,
                *function_hash,
                pointer,
                0,
                0,
                0,
                u64::from(*length),
                0,
            ];
            file.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        }
        file.extend([0xee; 24]);
        file.extend(counters.iter().flat_map(|counter| counter.to_le_bytes()));
        file.extend([0xee; 24]);
        file
    }

    #[test]
    fn counters_are_found_by_their_pointers_between_the_padding() {
        let profile = parse(&raw(&[(1, 10, 2, 1), (2, 20, 0, 2)], &[7, 8, 9])).unwrap();
        assert_eq!(profile.find(1, 10), Lookup::Counts(&[9]));
        assert_eq!(profile.find(2, 20), Lookup::Counts(&[7, 8]));
        assert_eq!(profile.find(3, 30), Lookup::Unknown);
    }

    #[test]
    fn counters_beyond_the_end_are_refused() {
        assert!(parse(&raw(&[(1, 10, 2, 1)], &[7, 8, 9])).is_ok());
        for (first, length) in [(2, 2), (3, 1), (u64::MAX / 16, 1), (0, u32::MAX)] {
            assert!(parse(&raw(&[(1, 10, first, length)], &[7, 8, 9])).is_err());
        }
    }
}
