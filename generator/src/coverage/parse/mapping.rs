//! Coverage mappings: which counters stand for which stretches of source.
//!
//! The format is LLVM's "Code Coverage Mapping Format" document. An instrumented object has three sections:
//! `__llvm_covmap` lists the source files of each translation unit, `__llvm_covfun` has a record for each
//! function (and, in an object that is not linked yet, is there once a function), `__llvm_prf_names` has
//! the functions' names.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::super::count::counter::Expression;
use super::bytes::{Bytes, Malformed};
use super::regions::{self, Mapping, Region};

/// The three sections of one object. Several of the same name are put one after the other.
#[derive(Debug, Default)]
pub struct Sections<'a> {
    /// `__llvm_covmap`
    pub covmap: Cow<'a, [u8]>,
    /// `__llvm_covfun`
    pub covfun: Cow<'a, [u8]>,
    /// `__llvm_prf_names`
    pub names: Cow<'a, [u8]>,
}

/// What an object says about one function.
#[derive(Debug)]
pub struct FunctionMapping {
    /// Its mangled name.
    pub name: Arc<str>,
    /// The first half of the name's MD5, by which profiles know the function.
    pub name_hash: u64,
    /// A hash of its structure; zero if it was not compiled.
    pub hash: u64,
    /// The paths of its source files: its own, then those of what is expanded in it.
    pub files: Vec<Arc<str>>,
    /// What its counters are made of.
    pub expressions: Vec<Expression>,
    /// In the order of the record.
    pub regions: Vec<Region>,
}

/// The versions 6 and 7 of the format (the field holds them less one), which LLVM 13 to 23 write.
const VERSIONS: [u32; 2] = [5, 6];

/// Reads the mappings of one object, one a function, in the order of the object.
///
/// # Errors
///
/// Says what is wrong with the sections; the caller knows the object's name.
pub fn parse(sections: &Sections<'_>) -> Result<Vec<FunctionMapping>, Malformed> {
    each(sections, |mapping| mapping)
}

/// As [`parse`], but keeps only what is made of each mapping. They are read in parallel.
///
/// # Errors
///
/// Says what is wrong with the sections; the caller knows the object's name.
pub fn each<T: Send>(
    sections: &Sections<'_>,
    make: impl Fn(FunctionMapping) -> T + Sync,
) -> Result<Vec<T>, Malformed> {
    let units = units(Bytes(&sections.covmap))?;
    let blocks = name_blocks(Bytes(&sections.names))?;
    let names = names(&blocks);
    let records = records(Bytes(&sections.covfun))?;
    let results: Vec<_> = records
        .par_iter()
        .with_min_len(RECORDS_AT_ONCE)
        .map(|record| record.mapping(&units, &names).map(&make))
        .collect();
    results.into_iter().collect()
}

/// Fewer are not worth the handing over to another thread.
const RECORDS_AT_ONCE: usize = 64;

/// The hashes of the functions' names and of their structure, in the order of the object.
///
/// # Errors
///
/// Says what is wrong with the sections; the caller knows the object's name.
pub fn hashes(sections: &Sections<'_>) -> Result<Vec<(u64, u64)>, Malformed> {
    let records = records(Bytes(&sections.covfun))?;
    let hashes = records.iter().map(|it| (it.name_hash, it.hash));
    Ok(hashes.collect())
}

/// A record of the section `__llvm_covfun`, its mapping still encoded.
struct Record<'a> {
    name_hash: u64,
    hash: u64,
    files_hash: u64,
    mapping: &'a [u8],
}

/// The records of an object, one a function. A function that several units of the object know has several;
/// the first counts, unless it only says that the function was not used in its unit.
fn records(mut section: Bytes<'_>) -> Result<Vec<Record<'_>>, Malformed> {
    let mut records: Vec<Record> = vec![];
    let mut positions = HashMap::new();
    while !section.is_empty() {
        let before = section.0.len();
        let name_hash = section.u64()?;
        let length = section.u32()?;
        let (hash, files_hash) = (section.u64()?, section.u64()?);
        let mapping = section.take(length.into())?;
        section.skip_padding(before - section.0.len());

        let record = Record {
            name_hash,
            hash,
            files_hash,
            mapping,
        };
        match positions.entry(name_hash) {
            Entry::Vacant(entry) => {
                entry.insert(records.len());
                records.push(record);
            }
            Entry::Occupied(entry) => {
                let known: &mut Record = &mut records[*entry.get()];
                if known.is_unused()? && !record.is_unused()? {
                    *known = record;
                }
            }
        }
    }
    Ok(records)
}

impl Record<'_> {
    fn mapping(
        &self,
        units: &HashMap<u64, Vec<Arc<str>>>,
        names: &HashMap<u64, Cow<'_, str>>,
    ) -> Result<FunctionMapping, Malformed> {
        let unit = units
            .get(&self.files_hash)
            .ok_or(Malformed("it names no source files for a function"))?;
        let name = names
            .get(&self.name_hash)
            .ok_or(Malformed("it has a function without a name"))?;
        let Mapping {
            files,
            expressions,
            regions,
        } = regions::parse(Bytes(self.mapping))?;
        let files = files
            .into_iter()
            .map(|index| unit.get(index).cloned())
            .collect::<Option<_>>();
        Ok(FunctionMapping {
            name: Arc::from(&**name),
            name_hash: self.name_hash,
            hash: self.hash,
            files: files.ok_or(Malformed(
                "it has a function in a source file that it does not list",
            ))?,
            expressions,
            regions,
        })
    }

    /// Whether it stands for a function that its unit saw and did not use: no hash, and one region of no
    /// counter.
    fn is_unused(&self) -> Result<bool, Malformed> {
        Ok(self.hash == 0 && regions::is_one_of_no_counter(Bytes(self.mapping))?)
    }
}

/// The source files of each translation unit, by the hash with which the functions refer to them.
fn units(mut section: Bytes<'_>) -> Result<HashMap<u64, Vec<Arc<str>>>, Malformed> {
    let mut units = HashMap::new();
    while !section.is_empty() {
        let before = section.0.len();
        let _records = section.u32()?;
        let length = section.u32()?;
        let _mappings = section.u32()?;
        if !VERSIONS.contains(&section.u32()?) {
            return Err(Malformed(
                "its coverage mapping is not of version 6 or 7 (LLVM 13 to 23)",
            ));
        }
        let encoded = section.take(length.into())?;
        section.skip_padding(before - section.0.len());
        units.insert(md5_half(encoded), unit_files(Bytes(encoded))?);
    }
    Ok(units)
}

/// The source files of one translation unit. The first is the directory in which it was compiled, and what
/// the relative ones among the others are relative to.
fn unit_files(mut encoded: Bytes<'_>) -> Result<Vec<Arc<str>>, Malformed> {
    let number = encoded.leb128()?;
    let text = maybe_compressed(&mut encoded)?;
    let mut text = Bytes(text.as_deref().unwrap_or(encoded.0));
    let mut files: Vec<Arc<str>> = vec![];
    for _ in 0..number {
        let path = text.string()?;
        files.push(match files.first() {
            Some(directory) if Path::new(path).is_relative() => absolute(directory, path).into(),
            _ => path.into(),
        });
    }
    Ok(files)
}

/// The path without `.` and `..`, by its text alone: the file need not be there any more.
fn absolute(directory: &str, path: &str) -> String {
    let mut absolute = PathBuf::new();
    for component in Path::new(directory).join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                absolute.pop();
            }
            other => absolute.push(other),
        }
    }
    absolute.to_string_lossy().into_owned()
}

/// The blocks of names that the section has.
fn name_blocks(mut section: Bytes<'_>) -> Result<Vec<Cow<'_, [u8]>>, Malformed> {
    let mut blocks = vec![];
    while !section.is_empty() {
        // Linkers pad between the blocks of two objects; no block begins with zero.
        if section.0.starts_with(&[0]) {
            section.take(1)?;
            continue;
        }
        let length = section.leb128()?;
        let compressed = section.leb128()?;
        blocks.push(match compressed {
            0 => section.take(length)?.into(),
            _ => decompress(section.take(compressed)?, length)?.into(),
        });
    }
    Ok(blocks)
}

/// The functions' names by their hashes. In a block there is a byte of 1 between two.
fn names<'a>(blocks: &'a [Cow<'_, [u8]>]) -> HashMap<u64, Cow<'a, str>> {
    let names = blocks
        .iter()
        .flat_map(|block| block.split(|byte| *byte == 1));
    names
        .map(|name| (md5_half(name), String::from_utf8_lossy(name)))
        .collect()
}

/// Reads the two lengths in front of a list of files; the second is that of compressed data, or zero.
fn maybe_compressed(encoded: &mut Bytes<'_>) -> Result<Option<Vec<u8>>, Malformed> {
    let length = encoded.leb128()?;
    let compressed = encoded.leb128()?;
    if compressed == 0 {
        return Ok(None);
    }
    decompress(encoded.take(compressed)?, length).map(Some)
}

fn decompress(compressed: &[u8], length: u64) -> Result<Vec<u8>, Malformed> {
    let mut text = vec![];
    match ZlibDecoder::new(compressed)
        .take(length)
        .read_to_end(&mut text)
    {
        Ok(read) if u64::try_from(read) == Ok(length) => Ok(text),
        _ => Err(Malformed("compressed names in it are damaged")),
    }
}

/// The hash by which LLVM refers to names and lists of names: the first eight bytes of the MD5.
fn md5_half(text: &[u8]) -> u64 {
    let hash = md5::compute(text).0;
    u64::from_le_bytes(*hash.first_chunk().expect("an MD5 has sixteen bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNUSED: &[u8] = &[1, 1, 0, 1, 0, 10, 5, 2, 2];
    const USED: &[u8] = &[1, 1, 0, 1, 1, 10, 5, 2, 2];

    fn record(name: &str, hash: u64, files: &[u8], mapping: &[u8]) -> Vec<u8> {
        let mut record = md5_half(name.as_bytes()).to_le_bytes().to_vec();
        record.extend(u32::try_from(mapping.len()).unwrap().to_le_bytes());
        record.extend(hash.to_le_bytes());
        record.extend(md5_half(files).to_le_bytes());
        record.extend(mapping);
        record.resize(record.len().next_multiple_of(8), 0);
        record
    }

    /// Parses an object with these records and the source files `/base/` and those given.
    fn hashes(records: &[(&str, u64, &[u8])]) -> Vec<(String, u64)> {
        let files = [&[2, 0, 0, 5][..], b"/base", &[8], b"src/a.rs"].concat();
        let header = [0, u32::try_from(files.len()).unwrap(), 0, 6];
        let covmap = header
            .iter()
            .flat_map(|field| field.to_le_bytes())
            .chain(files.iter().copied());
        let sections = Sections {
            covmap: covmap.collect::<Vec<_>>().into(),
            covfun: records
                .iter()
                .flat_map(|(name, hash, mapping)| record(name, *hash, &files, mapping))
                .collect::<Vec<_>>()
                .into(),
            names: [&[0, 0, 7, 0][..], b"one\x01two", &[0]].concat().into(),
        };
        let mappings = parse(&sections).unwrap();
        assert!(
            mappings
                .iter()
                .all(|mapping| *mapping.files == ["/base/src/a.rs".into()])
        );
        mappings
            .iter()
            .map(|mapping| (mapping.name.to_string(), mapping.hash))
            .collect()
    }

    #[test]
    fn of_several_records_for_a_function_the_first_counts() {
        let found = hashes(&[("one", 7, USED), ("two", 8, USED), ("one", 9, USED)]);
        assert_eq!(found, [("one".into(), 7), ("two".into(), 8)]);
    }

    #[test]
    fn a_record_of_an_unused_function_makes_way_for_one_that_says_more() {
        let found = hashes(&[
            ("one", 0, UNUSED),
            ("two", 8, USED),
            ("one", 9, USED),
            ("two", 0, UNUSED),
        ]);
        assert_eq!(found, [("one".into(), 9), ("two".into(), 8)]);
        assert_eq!(
            hashes(&[("one", 0, UNUSED), ("one", 0, UNUSED)]),
            [("one".into(), 0)]
        );
    }

    #[test]
    fn relative_paths_are_relative_to_the_directory_of_the_compilation() {
        assert_eq!(
            absolute("/base/app", "src/./main.rs"),
            "/base/app/src/main.rs"
        );
        assert_eq!(
            absolute("/base/app", "../helper/src/lib.rs"),
            "/base/helper/src/lib.rs"
        );
        let files = [&[3, 0, 0, 5][..], b"/base", &[6], b"src/a.", &[5], b"/else"].concat();
        let files = unit_files(Bytes(&files)).unwrap();
        assert_eq!(
            files,
            ["/base".into(), "/base/src/a.".into(), "/else".into()]
        );
    }
}
