//! Coverage mappings: which counters stand for which stretches of source.
//!
//! The format is LLVM's "Code Coverage Mapping Format" document. An instrumented object has three sections:
//! `__llvm_covmap` lists the source files of each translation unit, `__llvm_covfun` has a record for each
//! function (and, in an object that is not linked yet, is there once a function), `__llvm_prf_names` has
//! the functions' names.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, LazyLock};

use super::allowance::{Allowance, Spare};
use super::bytes::{Bytes, Malformed};
use super::counter::Expression;
use super::regions::{self, Mapping, Region};
use super::sections::Sections;
use super::{names, units};
use crate::parallel;

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

/// Reads the mappings of one object, one a function, in the order of the object.
///
/// # Errors
///
/// Says what is wrong with the sections; the caller knows the object's name.
pub fn parse(sections: &Sections<'_>) -> Result<Vec<FunctionMapping>, Malformed> {
    each(sections, &Spare::default(), |mapping| mapping)
}

/// As [`parse`], but keeps only what is made of each mapping, for one of the objects of a file. They are read in parallel.
///
/// # Errors
///
/// Says what is wrong with the sections; the caller knows the object's name.
pub(super) fn each<T: Send>(
    sections: &Sections<'_>,
    spare: &Spare,
    make: impl Fn(FunctionMapping) -> T + Sync,
) -> Result<Vec<T>, Malformed> {
    let allowance = Allowance::of(sections, spare);
    let units = units::parse(Bytes(&sections.covmap), &allowance)?;
    let blocks = names::blocks(Bytes(&sections.names), &allowance)?;
    let names = names::by_hash(&blocks);
    let joined = LazyLock::new(|| names::joined_by_hash(&blocks));
    let name = |hash: u64| {
        names
            .get(&hash)
            .or_else(|| joined.get(&hash))
            .map(|it| &**it)
    };
    let records = records(Bytes(&sections.covfun))?;
    let results = parallel::map(&records, RECORDS_AT_ONCE, &|record| {
        let mapping = record.mapping(&units, &name)?;
        allowance.spend_lines(regions::lines(&mapping.regions))?;
        Ok(make(mapping))
    });
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
    fn mapping<'n>(
        &self,
        units: &HashMap<u64, Vec<Arc<str>>>,
        name: &dyn Fn(u64) -> Option<&'n str>,
    ) -> Result<FunctionMapping, Malformed> {
        let unit = units
            .get(&self.files_hash)
            .ok_or(Malformed::new("it names no source files for a function"))?;
        let name =
            name(self.name_hash).ok_or(Malformed::new("it has a function without a name"))?;
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
            name: Arc::from(name),
            name_hash: self.name_hash,
            hash: self.hash,
            files: files.ok_or(Malformed::new(
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

#[cfg(test)]
mod tests {
    use super::*;

    const UNUSED: &[u8] = &[1, 1, 0, 1, 0, 10, 5, 2, 2];
    const USED: &[u8] = &[1, 1, 0, 1, 1, 10, 5, 2, 2];

    fn record(name: &str, hash: u64, files: &[u8], mapping: &[u8]) -> Vec<u8> {
        let mut record = names::hash(name.as_bytes()).to_le_bytes().to_vec();
        record.extend(u32::try_from(mapping.len()).unwrap().to_le_bytes());
        record.extend(hash.to_le_bytes());
        record.extend(names::hash(files).to_le_bytes());
        record.extend(mapping);
        record.resize(record.len().next_multiple_of(8), 0);
        record
    }

    /// An object with these records and a source file in `/base`.
    fn sections(records: &[(&str, u64, &[u8])]) -> Sections<'static> {
        let files = [&[2, 0, 0, 5][..], b"/base", &[8], b"src/a.rs"].concat();
        let header = [0, u32::try_from(files.len()).unwrap(), 0, 6];
        let covmap = header
            .iter()
            .flat_map(|field| field.to_le_bytes())
            .chain(files.iter().copied());
        Sections {
            covmap: covmap.collect::<Vec<_>>().into(),
            covfun: records
                .iter()
                .flat_map(|(name, hash, mapping)| record(name, *hash, &files, mapping))
                .collect::<Vec<_>>()
                .into(),
            names: [&[0, 0, 7, 0][..], b"one\x01two", &[0]].concat().into(),
        }
    }

    /// The names and hashes of the functions in an object with these records.
    fn hashes(records: &[(&str, u64, &[u8])]) -> Vec<(String, u64)> {
        let mappings = parse(&sections(records)).unwrap();
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
    fn functions_of_more_lines_than_can_be_are_refused() {
        // Its region ends 2 to the power of 32 lines less 11 further down.
        let long = &[1, 1, 0, 1, 1, 10, 5, 0xf5, 0xff, 0xff, 0xff, 0x0f, 2];
        let error = parse(&sections(&[("one", 7, long)])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "its functions would have far more lines than can be"
        );
    }
}
