//! Raw profiles: what the program's counters stood at.
//!
//! The format is LLVM's "Instrumentation Profile Format" document, section "Raw Profile Format": a header
//! of 64-bit fields, then one data record a function, then the counters. The file is read as the program
//! left it or while it still runs; names and bitmaps, which lie behind the counters, are not needed. By the names it is known whether
//! something is missing before them.
//! Where continuous mode maps the counters alone, they lie between two stretches of padding. A file may
//! have several profiles, one behind the other, with zeros between them.

use memchr::memmem;

use super::bytes::{Bytes, Malformed};
use super::foreign;
use super::names;
use super::profile_header::{Header, MAGIC};

/// The counters of one function, where they lie in the file.
#[derive(Debug, Clone, Copy)]
pub struct FunctionCounts<'a> {
    /// The first half of the MD5 of its name.
    pub name_hash: u64,
    /// A hash of its structure.
    pub function_hash: u64,
    /// The place of its first counter among those of the profile.
    pub first: usize,
    counters: &'a [u8],
}

impl FunctionCounts<'_> {
    /// What each of its counters stood at.
    pub fn counts(&self) -> impl ExactSizeIterator<Item = u64> {
        let counters = self.counters.as_chunks().0.iter();
        counters.map(|counter| u64::from_le_bytes(*counter))
    }
}

/// Reads a raw profile of the versions 8 to 11 (LLVM 14 to 23): a function for each of its records, in their order.
/// No counter is copied.
///
/// # Errors
///
/// Says what is wrong with `file`, or what it is instead; the caller knows its name.
pub fn functions(file: &[u8]) -> Result<Vec<FunctionCounts<'_>>, Malformed> {
    if !MAGIC.starts_with(&file[..file.len().min(MAGIC.len())]) {
        return Err(foreign::not_a_raw_profile(file));
    }
    let mut bytes = Bytes(file);
    let mut functions = vec![];
    loop {
        add(&mut bytes, &mut functions)?;
        // What else can follow, such as the values that another compiler profiles, is of no interest here.
        if !bytes.0.starts_with(&MAGIC) {
            return Ok(functions);
        }
    }
}

/// The build identifiers that a raw profile carries: of the program or shared library that has written it, if its linker has
/// written one. Of a file with several profiles, those of all.
///
/// # Errors
///
/// Those of [`functions`].
pub fn build_ids(file: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let mut bytes = Bytes(file);
    let mut ids = vec![];
    loop {
        let header = Header::parse(&mut bytes)?;
        let mut records = Bytes(bytes.take(header.binary_ids)?);
        while !records.is_empty() {
            let length = records.u64()?;
            ids.push(records.take(length)?);
            records.skip_padding(usize::try_from(length).unwrap_or(0));
        }
        bytes.take(header.behind_binary_ids())?;
        skip_zeros(&mut bytes);
        if !bytes.0.starts_with(&MAGIC) {
            return Ok(ids);
        }
    }
}

/// Whether the end of a raw profile is missing: that of one which a killed process was making, or of a copy that was cut off.
/// `head` is how the file begins, 160 bytes at least if it has so many, and `length` how many it has. An empty one is not cut
/// off, nor is what is no raw profile.
pub fn is_cut_off(head: &[u8], length: u64) -> bool {
    if head.is_empty() || !MAGIC.starts_with(&head[..head.len().min(MAGIC.len())]) {
        return false;
    }
    let mut bytes = Bytes(head);
    match Header::parse(&mut bytes) {
        Ok(header) => {
            let read = (head.len() - bytes.0.len()) as u64;
            let rest = header.binary_ids.saturating_add(header.behind_binary_ids());
            length < read.saturating_add(rest)
        }
        Err(error) => error == Malformed::ENDS_EARLY && head.len() as u64 == length,
    }
}

/// How many bytes of a file have to be known to read its profiles, of which these are the first. It is more than there are until all
/// are known. What follows the profiles is of no interest, nor is most of a file that is none.
pub fn needed(beginning: &[u8]) -> u64 {
    let mut bytes = Bytes(beginning);
    loop {
        let begin = (beginning.len() - bytes.0.len()) as u64;
        let is_profile = MAGIC.starts_with(&bytes.0[..bytes.0.len().min(MAGIC.len())]);
        let header = match Header::parse(&mut bytes) {
            _ if !is_profile && begin > 0 => return begin,
            Ok(header) if is_profile => header,
            // What it is instead can be told by so many.
            _ => return begin.saturating_add(foreign::BEGINNING as u64),
        };
        let behind = (beginning.len() - bytes.0.len()) as u64;
        let end = behind
            .saturating_add(header.binary_ids)
            .saturating_add(header.behind_binary_ids());
        match usize::try_from(end)
            .ok()
            .and_then(|end| beginning.get(end..))
        {
            Some(rest) => {
                bytes.0 = rest;
                let zeros = skip_zeros(&mut bytes);
                if bytes.is_empty() && zeros < ZEROS {
                    return (beginning.len() + zeros.clamp(HEAD, ZEROS)) as u64;
                }
            }
            // Another one may follow.
            None => return end.saturating_add(HEAD as u64),
        }
    }
}

/// Where the counters are in a file with one profile, given its first [`HEAD`] bytes, or all of them where there are fewer: the
/// offset of the first, and how many there are. A program that maps its counters from the file changes nothing else of it.
///
/// # Errors
///
/// As of [`functions`]; also if the profile is not whole yet.
pub fn counters(head: &[u8]) -> Result<(u64, usize), Malformed> {
    if !head.starts_with(&MAGIC) {
        return Err(foreign::not_a_raw_profile(head));
    }
    let mut bytes = Bytes(head);
    let header = Header::parse(&mut bytes)?;
    let records = header.records.saturating_mul(header.layout.record_size());
    let behind = (head.len() - bytes.0.len()) as u64;
    let offset = behind
        .saturating_add(header.binary_ids)
        .saturating_add(records)
        .saturating_add(header.padding_before_counters);
    Ok((
        offset,
        usize::try_from(header.counters).unwrap_or(usize::MAX),
    ))
}

/// No more zeros are skipped behind a profile. A file may have holes, which take no room on the disk, but would in memory.
const ZEROS: usize = 64 << 10;

/// Skips the zeros behind a profile: those up to the next multiple of eight bytes, and those that tools and file systems add. Gives their
/// number.
fn skip_zeros(bytes: &mut Bytes<'_>) -> usize {
    let zeros = bytes.0.iter().take(ZEROS).take_while(|byte| **byte == 0);
    let number = zeros.count();
    bytes.0 = &bytes.0[number..];
    number
}

/// No header is longer, in bytes.
pub const HEAD: usize = 256;

/// Reads one profile, and adds its functions.
fn add<'a>(
    bytes: &mut Bytes<'a>,
    functions: &mut Vec<FunctionCounts<'a>>,
) -> Result<(), Malformed> {
    let header = Header::parse(bytes)?;
    bytes.take(header.binary_ids)?;
    let begin = bytes.0;
    let size = header.layout.record_size();
    let mut records = Bytes(bytes.take(header.records.saturating_mul(size))?);
    bytes.take(header.padding_before_counters)?;
    let counters = bytes.take(header.counters.saturating_mul(8))?;
    // Where the end is missing, as on a disk that was full, the program has kept its counters to itself.
    let behind = bytes.take(header.behind_counters)?;
    let (_, names) = behind.split_at(behind.len() - usize::try_from(header.names).unwrap_or(0));
    let profile = &begin[..begin.len() - bytes.0.len()];
    if has_another(profile, bytes.0) || !are_names(names, header.records > 0) {
        return Err(CUT_OFF);
    }
    skip_zeros(bytes);

    // The records are in the file, so there are not more of them than it has room for.
    functions.reserve(usize::try_from(header.records).unwrap_or_default());
    // A record holds the distance from itself to its counters, the header that from the first record.
    let mut distance = header.counters_delta;
    // No counter is two functions', so that no profile is longer as a value than as a file.
    let mut left = counters.len();
    while !records.is_empty() {
        let mut record = Bytes(records.take(size)?);
        let (name_hash, function_hash) = (record.u64()?, record.u64()?);
        let offset = record.u64()?.wrapping_sub(distance);
        record.take(header.layout.other_pointers())?;
        let length = u64::from(record.u32()?);
        if !offset.is_multiple_of(8) {
            return Err(Malformed::new("its counters are not where they can be"));
        }
        let first = usize::try_from(offset / 8).unwrap_or(usize::MAX);
        let mut own = Bytes(counters);
        own.take(offset)?;
        let counters = own.take(length.saturating_mul(8))?;
        left = left.checked_sub(counters.len()).ok_or(Malformed::new(
            "two of its functions have the same counters",
        ))?;
        functions.push(FunctionCounts {
            name_hash,
            function_hash,
            first,
            counters,
        });
        distance = distance.wrapping_sub(size);
    }
    Ok(())
}

const CUT_OFF: Malformed =
    Malformed::new("it is cut off: where its counters or names should be, there is something else");

/// Whether a profile is cut off, and another one was put behind it, which may begin anywhere in it.
fn has_another(profile: &[u8], behind: &[u8]) -> bool {
    let last = &profile[profile.len() - profile.len().min(MAGIC.len() - 1)..];
    let next = &behind[..behind.len().min(MAGIC.len() - 1)];
    let has_magic = |bytes: &[u8]| memmem::find(bytes, &MAGIC).is_some();
    has_magic(profile) || has_magic(&[last, next].concat())
}

/// Whether the names of some functions, or of none, are where they should be, and not zeros or something else.
fn are_names(section: &[u8], has_functions: bool) -> bool {
    let number = names::number(Bytes(section));
    number.is_ok_and(|it| it > 0 || section.is_empty() || !has_functions)
}

#[cfg(test)]
mod tests;
