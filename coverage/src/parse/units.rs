//! Translation units: the section `__llvm_covmap` has the source files of each.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::allowance::Allowance;
use super::bytes::{Bytes, Malformed};
use super::names;

/// The source files of each translation unit, by the hash with which the functions refer to them.
pub fn parse(
    mut section: Bytes<'_>,
    allowance: &Allowance,
) -> Result<HashMap<u64, Vec<Arc<str>>>, Malformed> {
    let mut units = HashMap::new();
    while !section.is_empty() {
        let before = section.0.len();
        let _records = section.u32()?;
        let length = section.u32()?;
        let _mappings = section.u32()?;
        is_known(section.u32()?)?;
        let encoded = section.take(length.into())?;
        section.skip_padding(before - section.0.len());
        units.insert(names::hash(encoded), files(Bytes(encoded), allowance)?);
    }
    Ok(units)
}

/// The versions 6 and 7 are known, which LLVM 13 to 23 write; the field holds them less one.
fn is_known(field: u32) -> Result<(), Malformed> {
    let version = u64::from(field) + 1;
    match version {
        6 | 7 => Ok(()),
        ..6 => Err(format!(
            "its coverage mapping is of version {version} (LLVM 12 or older), and 6 and 7 are supported \
             (LLVM 13 to 23); build it with Rust 1.63 or newer"
        )
        .into()),
        8.. => Err(format!(
            "its coverage mapping is of version {version} (newer than LLVM 23), and 6 and 7 are supported; \
             use a newer version of this tool, or build with an older Rust"
        )
        .into()),
    }
}

/// The source files of one translation unit. The first is the directory in which it was compiled, and what
/// the relative ones among the others are relative to.
fn files(mut encoded: Bytes<'_>, allowance: &Allowance) -> Result<Vec<Arc<str>>, Malformed> {
    let number = encoded.leb128()?;
    let length = encoded.leb128()?;
    let compressed = encoded.leb128()?;
    let unpacked = match compressed {
        0 => None,
        _ => Some(names::decompress(
            encoded.take(compressed)?,
            length,
            allowance,
        )?),
    };
    let mut text = Bytes(unpacked.as_deref().unwrap_or(encoded.0));
    let mut files: Vec<Arc<str>> = vec![];
    for _ in 0..number {
        let path = text.string()?;
        files.push(match files.first() {
            Some(directory) if Path::new(path).is_relative() || has_dots(path) => {
                allowance.spend_text((directory.len() + path.len()) as u64)?;
                absolute(directory, path).into()
            }
            _ => path.into(),
        });
    }
    Ok(files)
}

/// Whether the path is not the shortest one of its file, as of a module with `#[path = "../…"]`.
fn has_dots(path: &str) -> bool {
    path.split('/').any(|name| matches!(name, "." | ".."))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::sections::Sections;

    fn allowance() -> Allowance<'static> {
        Allowance::of(&Sections::default(), Box::leak(Box::default()))
    }

    /// The section of one unit.
    fn section(field: u32, files: &[u8]) -> Vec<u8> {
        let length = u32::try_from(files.len()).unwrap();
        let header = [0, length, 0, field].map(u32::to_le_bytes).concat();
        [&header, files].concat()
    }

    fn message(section: &[u8]) -> String {
        parse(Bytes(section), &allowance()).unwrap_err().to_string()
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
        let encoded = [&[3, 0, 0, 5][..], b"/base", &[6], b"src/a.", &[5], b"/else"].concat();
        assert_eq!(
            files(Bytes(&encoded), &allowance()).unwrap(),
            ["/base".into(), "/base/src/a.".into(), "/else".into()]
        );
    }

    #[test]
    fn a_path_with_dots_is_that_of_its_file() {
        let path = b"/base/app/src/../../shared/rules.rs";
        let length = u8::try_from(path.len()).unwrap();
        let encoded = [&[2, 0, 0, 5][..], b"/base", &[length], path].concat();
        assert_eq!(
            files(Bytes(&encoded), &allowance()).unwrap()[1],
            "/base/shared/rules.rs".into()
        );
    }

    #[test]
    fn an_older_and_a_newer_version_are_named_with_what_to_do() {
        for field in [5, 6] {
            assert!(parse(Bytes(&section(field, &[0, 0, 0])), &allowance()).is_ok());
        }
        let older = message(&section(4, &[0, 0, 0]));
        assert!(older.contains("of version 5 (LLVM 12 or older)"), "{older}");
        let newer = message(&section(7, &[0, 0, 0]));
        assert!(
            newer.contains("of version 8 (newer than LLVM 23)"),
            "{newer}"
        );
        assert!(message(&section(u32::MAX, &[0, 0, 0])).contains("of version 4294967296"));
    }

    #[test]
    fn more_files_than_are_listed_are_refused() {
        let encoded = [&[3, 0, 0, 5][..], b"/base", &[1], b"a"].concat();
        assert_eq!(message(&section(6, &encoded)), "it ends too early");
        let number = [
            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0,
        ];
        assert_eq!(message(&section(6, &number)), "it ends too early");
    }

    #[test]
    fn a_long_directory_above_many_short_paths_is_refused() {
        let directory = [&[0x80, 0x20][..], &[b'd'; 4096]].concat();
        let of = |number: u8| {
            let paths = [1, b'a'].repeat(usize::from(number) - 1);
            section(6, &[&[number, 0, 0][..], &directory, &paths].concat())
        };
        assert!(parse(Bytes(&of(10)), &allowance()).is_ok());
        assert_eq!(
            message(&of(100)),
            "its names would be far longer than it is"
        );
    }
}
