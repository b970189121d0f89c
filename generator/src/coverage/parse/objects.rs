//! Objects: the programs and the libraries they were linked from.
//!
//! A linker takes from a library only what the program needs. The libraries' own members have the mappings
//! of the rest, so that code that nothing can reach is reported as not covered and does not vanish.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::{File, FileKind, Object, ObjectSection};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::mapped;
use super::mapping::{self, FunctionMapping, Sections};

/// Reads the mappings of the functions in the program or the library at `path`, in the order in which its
/// objects have them.
///
/// # Errors
///
/// If it cannot be read, is neither, or its mappings are damaged. The members of a library that have none
/// are passed over, such as its metadata, or the bitcode that link-time optimization leaves.
pub fn mappings(path: &Path) -> Result<Vec<FunctionMapping>> {
    each(path, |mapping| mapping)
}

/// Reads the mappings of the functions in a program or a library that was read.
///
/// # Errors
///
/// Those of [`mappings`].
pub fn mappings_in(file: &[u8]) -> Result<Vec<FunctionMapping>> {
    of_each_object_in(file, |sections| Ok(mapping::parse(sections)?))
}

/// As [`mappings`], but keeps only what is made of each, which is far less. They are read in parallel.
///
/// # Errors
///
/// Those of [`mappings`].
pub fn each<T: Send>(path: &Path, make: impl Fn(FunctionMapping) -> T + Sync) -> Result<Vec<T>> {
    of_each_object(path, |sections| Ok(mapping::each(sections, &make)?))
}

/// The hashes of the names of the functions at `path`, and of their structure.
///
/// # Errors
///
/// Those of [`mappings`].
pub fn hashes(path: &Path) -> Result<Vec<(u64, u64)>> {
    of_each_object(path, |sections| Ok(mapping::hashes(sections)?))
}

/// What is read from each object, in their order.
fn of_each_object<T: Send>(
    path: &Path,
    read: impl Fn(&Sections<'_>) -> Result<Vec<T>> + Sync,
) -> Result<Vec<T>> {
    of_each_object_in(&mapped::map(path)?, read)
}

fn of_each_object_in<T: Send>(
    file: &[u8],
    read: impl Fn(&Sections<'_>) -> Result<Vec<T>> + Sync,
) -> Result<Vec<T>> {
    let FileKind::Archive = FileKind::parse(file)? else {
        return read(&sections(file)?);
    };
    let archive = ArchiveFile::parse(file)?;
    // One that was cut between two members looks like a shorter one, but for its list of symbols.
    for symbol in archive.symbols()?.into_iter().flatten() {
        if usize::try_from(symbol?.offset().0).map_or(true, |place| place >= file.len()) {
            bail!("it ends too early");
        }
    }
    let mut objects = vec![];
    let mut left = file.len();
    for member in archive.members() {
        let member = member?;
        let data = member.data(file)?;
        left = left
            .checked_sub(data.len())
            .context("two of its members are in the same place")?;
        if FileKind::parse(data).is_ok() {
            objects.push((member.name().to_owned(), data));
        }
    }
    let of_objects: Vec<_> = objects
        .par_iter()
        .map(|(name, data)| {
            let of_object = sections(data).and_then(|sections| read(&sections));
            of_object.with_context(|| format!("its member {}", String::from_utf8_lossy(name)))
        })
        .collect();
    let of_objects = of_objects.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(of_objects.into_iter().flatten().collect())
}

/// The sections of one object that have its mappings.
fn sections(file: &[u8]) -> Result<Sections<'_>> {
    let object = File::parse(file)?;
    if !object.is_little_endian() {
        bail!("it is of a big-endian machine, which is not supported");
    }
    if !object.is_64() {
        bail!("it is of a 32-bit machine, which is not supported");
    }
    let mut left = file.len();
    let mut sections = Sections::default();
    for section in object.sections() {
        let all = match section.name_bytes()? {
            b"__llvm_covmap" => &mut sections.covmap,
            b"__llvm_covfun" => &mut sections.covfun,
            b"__llvm_prf_names" => &mut sections.names,
            _ => continue,
        };
        let data = section.data()?;
        left = left
            .checked_sub(data.len())
            .context("two of its sections are in the same place")?;
        if all.is_empty() {
            *all = Cow::Borrowed(data);
        } else {
            let all = all.to_mut();
            all.resize(all.len().next_multiple_of(8), 0);
            all.extend_from_slice(data);
        }
    }
    Ok(sections)
}
