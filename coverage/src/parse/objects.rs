//! Objects: the programs and the libraries they were linked from.
//!
//! A linker takes from a library only what the program needs. The libraries' own members have the mappings
//! of the rest, so that code that nothing can reach is reported as not covered and does not vanish.

use std::borrow::Cow;

use object::read::archive::ArchiveFile;
use object::{File, FileKind, Object, ObjectSection};

use super::allowance::Spare;
use super::bytes::Malformed;
use super::mapping::{self, FunctionMapping};
use super::sections::Sections;
use crate::parallel;
use crate::terminal::harmless;

/// Reads the mappings of the functions in a program or a library, in the order in which its objects have them.
///
/// # Errors
///
/// If `file` is neither, or its mappings are damaged. The members of a library that have none are passed over, such
/// as its metadata, or the bitcode that link-time optimization leaves.
pub fn mappings(file: &[u8]) -> Result<Vec<FunctionMapping>, Malformed> {
    each(file, |mapping| mapping)
}

/// As [`mappings`], but keeps only what is made of each, which is far less. They are read in parallel.
///
/// # Errors
///
/// Those of [`mappings`].
pub fn each<T: Send>(
    file: &[u8],
    make: impl Fn(FunctionMapping) -> T + Sync,
) -> Result<Vec<T>, Malformed> {
    let spare = Spare::default();
    let objects = objects(file)?;
    let found = parallel::map(&objects, 1, &|object| {
        object.read(|sections| mapping::each(sections, &spare, &make))
    });
    // The error is that of the first object.
    let found: Result<Vec<_>, _> = found.into_iter().collect();
    Ok(found?.into_iter().flatten().collect())
}

/// The hashes of the names of the functions in a program or a library, and of their structure. All is done on this thread.
///
/// # Errors
///
/// Those of [`mappings`].
pub fn hashes(file: &[u8]) -> Result<Vec<(u64, u64)>, Malformed> {
    let mut hashes = vec![];
    for object in objects(file)? {
        hashes.extend(object.read(mapping::hashes)?);
    }
    Ok(hashes)
}

/// The build identifier that the linker has written into a program or a shared library. A library of objects has none.
///
/// # Errors
///
/// If `file` is damaged.
pub fn build_id(file: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    match FileKind::parse(file).map_err(malformed)? {
        FileKind::Archive => Ok(None),
        _ => File::parse(file)
            .and_then(|object| object.build_id())
            .map_err(malformed),
    }
}

/// A program, or an object of a library.
struct Part<'a> {
    /// Its name in the library.
    name: Option<&'a [u8]>,
    data: &'a [u8],
}

impl Part<'_> {
    fn read<T>(
        &self,
        read: impl FnOnce(&Sections<'_>) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        sections(self.data)
            .and_then(|sections| read(&sections))
            .map_err(|why| match self.name {
                None => why,
                Some(name) => {
                    let name = harmless(String::from_utf8_lossy(name));
                    Malformed::from(format!("its member {name}: {why}"))
                }
            })
    }
}

/// The program itself, or the objects of a library, in their order.
fn objects(file: &[u8]) -> Result<Vec<Part<'_>>, Malformed> {
    let FileKind::Archive = FileKind::parse(file).map_err(malformed)? else {
        return Ok(vec![Part {
            name: None,
            data: file,
        }]);
    };
    let archive = ArchiveFile::parse(file).map_err(malformed)?;
    // One that was cut between two members looks like a shorter one, but for its list of symbols.
    for symbol in archive.symbols().map_err(malformed)?.into_iter().flatten() {
        if usize::try_from(symbol.map_err(malformed)?.offset().0)
            .map_or(true, |place| place >= file.len())
        {
            return Err(Malformed::new("it ends too early"));
        }
    }
    let mut objects = vec![];
    for member in archive.members() {
        let member = member.map_err(malformed)?;
        let data = member.data(file).map_err(malformed)?;
        if FileKind::parse(data).is_ok() {
            let name = Some(member.name());
            objects.push(Part { name, data });
        }
    }
    Ok(objects)
}

/// What the reader of objects and archives says is wrong.
fn malformed(error: object::Error) -> Malformed {
    // It may name what is in the file.
    harmless(error.to_string()).into_owned().into()
}

/// The sections of one object that have its mappings.
fn sections(file: &[u8]) -> Result<Sections<'_>, Malformed> {
    let object = File::parse(file).map_err(malformed)?;
    if !object.is_little_endian() {
        return Err(Malformed::new(
            "it is of a big-endian machine, which is not supported",
        ));
    }
    if !object.is_64() {
        return Err(Malformed::new(
            "it is of a 32-bit machine, which is not supported",
        ));
    }
    let mut left = file.len();
    let mut sections = Sections::default();
    for section in object.sections() {
        let all = match section.name_bytes().map_err(malformed)? {
            b"__llvm_covmap" => &mut sections.covmap,
            b"__llvm_covfun" => &mut sections.covfun,
            b"__llvm_prf_names" => &mut sections.names,
            _ => continue,
        };
        let data = section.data().map_err(malformed)?;
        left = left
            .checked_sub(data.len())
            .ok_or(Malformed::new("two of its sections are in the same place"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    const ELF_64: u8 = 2;
    const LITTLE: u8 = 1;

    /// An object with sections of this name, each of them all of the file's content.
    fn elf(class: u8, order: u8, content: &[u8], number: u16) -> Vec<u8> {
        let (names, header, entry) = (b"\0.shstrtab\0__llvm_covfun\0", 64_u64, 64_u16);
        let content_at = header + names.len() as u64;
        let mut file = vec![0x7f, b'E', b'L', b'F', class, order, 1];
        file.resize(16, 0);
        // A relocatable object for x86-64.
        file.extend([1, 0, 62, 0, 1, 0, 0, 0]);
        file.extend([0; 16]);
        file.extend((content_at + content.len() as u64).to_le_bytes());
        file.extend([0; 4]);
        for field in [64, 0, 0, entry, number + 2, 1] {
            file.extend(field.to_le_bytes());
        }
        file.extend(names);
        file.extend(content);
        let mut section = |name: u32, kind: u32, at: u64, length: usize| {
            file.extend([name, kind].map(u32::to_le_bytes).concat());
            file.extend([0, 0, at, length as u64].map(u64::to_le_bytes).concat());
            file.extend([0; 8]);
            file.extend([1_u64, 0].map(u64::to_le_bytes).concat());
        };
        section(0, 0, 0, 0);
        section(1, 3, header, names.len());
        for _ in 0..number {
            section(11, 1, content_at, content.len());
        }
        file
    }

    fn message(file: &[u8]) -> String {
        mappings(file).unwrap_err().to_string()
    }

    #[test]
    fn sections_in_the_same_place_are_refused() {
        // The length of its mapping is its second field.
        let record = [&[0; 8][..], &2000_u32.to_le_bytes(), &[0; 2016]].concat();
        let one = elf(ELF_64, LITTLE, &record, 1);
        assert_eq!(message(&one), "it names no source files for a function");
        let many = elf(ELF_64, LITTLE, &record, 2);
        assert_eq!(message(&many), "two of its sections are in the same place");
    }

    #[test]
    fn a_machine_that_is_not_supported_is_named() {
        assert!(mappings(&elf(ELF_64, LITTLE, &[], 0)).unwrap().is_empty());
        let mut small = vec![0x7f, b'E', b'L', b'F', 1, LITTLE, 1];
        small.resize(16, 0);
        small.extend([1, 0, 3, 0, 1, 0, 0, 0]);
        small.resize(52, 0);
        assert_eq!(
            message(&small),
            "it is of a 32-bit machine, which is not supported"
        );
        let mut big = vec![0x7f, b'E', b'L', b'F', ELF_64, 2, 1];
        big.resize(16, 0);
        big.extend([0, 1, 0, 22, 0, 0, 0, 1]);
        big.resize(64, 0);
        assert_eq!(
            message(&big),
            "it is of a big-endian machine, which is not supported"
        );
    }

    /// A library with a list of one symbol, which is in the member that follows.
    fn library(member: &[u8]) -> Vec<u8> {
        let header = |name: &str, length: usize| format!("{name:<48}{length:<10}`\n").into_bytes();
        let place = 8 + 60 + 12;
        let symbols = [&[0, 0, 0, 1, 0, 0, 0, place][..], b"f\0\0\0"].concat();
        [
            b"!<arch>\n",
            &header("/", symbols.len())[..],
            &symbols,
            &header("a.o/", member.len()),
            member,
        ]
        .concat()
    }

    #[test]
    fn a_library_cut_anywhere_is_refused_also_between_two_members() {
        let archive = library(&elf(ELF_64, LITTLE, &[], 0));
        assert!(mappings(&archive).unwrap().is_empty());
        for length in 0..archive.len() {
            assert!(mappings(&archive[..length]).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn a_damaged_member_is_named() {
        let record = elf(ELF_64, LITTLE, &[0; 28], 1);
        assert_eq!(
            message(&library(&record)),
            "its member a.o: it names no source files for a function"
        );
    }
}
