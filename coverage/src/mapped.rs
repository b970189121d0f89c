//! Files as they lie in memory: of a program of hundreds of megabytes, only the pages that are looked at are read.

use std::io;
use std::path::Path;

use memmap2::Mmap;

use crate::files;

/// Maps the file at `path`.
///
/// # Errors
///
/// If it is no regular file, or cannot be opened or mapped.
#[expect(
    unsafe_code,
    reason = "If a mapped file is made shorter, a read behind its new end kills the process, and if it is written \
              to, a slice changes under its reader. Nobody does either to what is mapped here, programs and libraries \
              that were built: compilers, linkers and cargo make a new file and put it in place of the old one, which \
              stays as it is for as long as it is mapped. Profiles, into which running programs write, are read."
)]
pub fn map(path: &Path) -> io::Result<Mmap> {
    // SAFETY: nobody writes to the file or makes it shorter, as said above.
    unsafe { Mmap::map(&files::open(path)?) }
}
