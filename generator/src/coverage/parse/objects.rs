//! Objects: the programs and the libraries they were linked from.
//!
//! A linker takes from a library only what the program needs. The libraries' own members have the mappings
//! of the rest, so that code that nothing can reach is reported as not covered and does not vanish.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::{File, FileKind, Object, ObjectSection};

use super::mapping::{self, FunctionMapping, Sections};

/// Reads the mappings of the functions in the program or the library at `path`, in the order in which its
/// objects have them.
///
/// # Errors
///
/// If it cannot be read, is neither, or its mappings are damaged. The members of a library that have none
/// are passed over, such as its metadata, or the bitcode that link-time optimization leaves.
pub fn mappings(path: &Path) -> Result<Vec<FunctionMapping>> {
    mappings_in(&fs::read(path)?)
}

/// Reads the mappings of the functions in a program or a library that was read.
///
/// # Errors
///
/// As for [`mappings`].
pub fn mappings_in(file: &[u8]) -> Result<Vec<FunctionMapping>> {
    match FileKind::parse(file)? {
        FileKind::Archive => {
            let mut mappings = vec![];
            for member in ArchiveFile::parse(file)?.members() {
                let member = member?;
                let name = String::from_utf8_lossy(member.name());
                let data = member.data(file)?;
                if FileKind::parse(data).is_ok() {
                    mappings.extend(
                        object_mappings(data).with_context(|| format!("its member {name}"))?,
                    );
                }
            }
            Ok(mappings)
        }
        _ => object_mappings(file),
    }
}

fn object_mappings(file: &[u8]) -> Result<Vec<FunctionMapping>> {
    let object = File::parse(file)?;
    if !object.is_little_endian() {
        bail!("it is of a big-endian machine, which is not supported");
    }
    let mut sections = Sections::default();
    for section in object.sections() {
        let all = match section.name_bytes()? {
            b"__llvm_covmap" => &mut sections.covmap,
            b"__llvm_covfun" => &mut sections.covfun,
            b"__llvm_prf_names" => &mut sections.names,
            _ => continue,
        };
        all.resize(all.len().next_multiple_of(8), 0);
        all.extend_from_slice(section.data()?);
    }
    Ok(mapping::parse(&sections)?)
}
