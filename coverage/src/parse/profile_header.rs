//! The header of a raw profile, which differs from version to version.
//!
//! The fields are those of LLVM's `InstrProfData.inc`; each version but the first here adds some.

use super::bytes::{Bytes, Malformed};

/// `\x81rforpl\xff`: a raw profile of a 64-bit little-endian program.
pub const MAGIC: [u8; 8] = 0xff6c_7072_6f66_7281_u64.to_le_bytes();

/// The upper byte of the version says which variant of the format it is.
const VARIANTS: u64 = 0xff << 56;
/// Instrumented for optimization, as a whole or by calling context.
const FOR_OPTIMIZATION: u64 = 0b11 << 56;
/// One byte a counter, which only says whether it was reached.
const BYTE_COVERAGE: u64 = 1 << 60;

/// The fields of the header that are needed.
pub struct Header {
    /// How long the list of the program's build identifiers is.
    pub binary_ids: u64,
    /// How many records there are.
    pub records: u64,
    /// How many bytes lie between records and counters.
    pub padding_before_counters: u64,
    /// How many counters there are.
    pub counters: u64,
    /// How many bytes follow at least: bitmap, names and padding.
    pub behind_counters: u64,
    /// How many of these are names.
    pub names: u64,
    /// How far the counters were from the records in the program's memory.
    pub counters_delta: u64,
    /// What its records look like.
    pub layout: Layout,
}

/// What tells one version from another.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Since LLVM 18: a bitmap for MC/DC.
    bitmap: bool,
    /// Since LLVM 19: tables of virtual functions, and their values.
    vtables: bool,
    /// Since LLVM 23: a second set of counters, for offloading.
    uniform_counters: bool,
}

impl Layout {
    fn of(version: u64) -> Result<Self, Malformed> {
        match version {
            8..=11 => Ok(Self {
                bitmap: version >= 9,
                vtables: version >= 10,
                uniform_counters: version >= 11,
            }),
            ..8 => Err(format!(
                "it is of version {version} (LLVM 13 or older), and 8 to 11 are supported (LLVM 14 to 23); \
                 build the program with Rust 1.63 or newer"
            )
            .into()),
            12.. => Err(format!(
                "it is of version {version} (newer than LLVM 23), and 8 to 11 are supported; \
                 use a newer version of this tool, or build the program with an older Rust"
            )
            .into()),
        }
    }

    /// How many bytes lie between the pointer to the counters and their number: the pointers to the
    /// uniform counters, the bitmap, the function and the values.
    pub fn other_pointers(self) -> u64 {
        8 * (u64::from(self.uniform_counters) + u64::from(self.bitmap) + 2)
    }

    /// How many bytes a record has: two hashes, the pointers, the number of counters, that of the values of
    /// each kind, and that of the bitmap's bytes, up to the next multiple of eight.
    pub fn record_size(self) -> u64 {
        let values: u64 = 2 * (2 + u64::from(self.vtables));
        let fields = values.next_multiple_of(4) + 4 * u64::from(self.bitmap);
        (2 * 8 + 8 + self.other_pointers() + 4 + fields).next_multiple_of(8)
    }
}

impl Header {
    /// How many bytes follow the build identifiers at least.
    pub fn behind_binary_ids(&self) -> u64 {
        let records = self.records.saturating_mul(self.layout.record_size());
        let counters = self.counters.saturating_mul(8);
        records
            .saturating_add(self.padding_before_counters)
            .saturating_add(counters)
            .saturating_add(self.behind_counters)
    }

    /// Takes the header off.
    pub fn parse(bytes: &mut Bytes<'_>) -> Result<Self, Malformed> {
        let _magic = bytes.u64()?;
        let version = bytes.u64()?;
        let layout = Layout::of(version & !VARIANTS)?;
        match version & VARIANTS {
            0 => {}
            variant if variant & FOR_OPTIMIZATION != 0 => {
                return Err(Malformed::new(
                    "it is of a program that was built to be optimized (rustc -C profile-generate), \
                     and not for coverage",
                ));
            }
            variant if variant & BYTE_COVERAGE != 0 => {
                return Err(Malformed::new(
                    "it has bytes in place of counters, which rustc does not write",
                ));
            }
            _ => {
                return Err(Malformed::new(
                    "it is of a variant that rustc does not write",
                ));
            }
        }
        let binary_ids = bytes.u64()?;
        let records = bytes.u64()?;
        let padding_before_counters = bytes.u64()?;
        let counters = bytes.u64()?;
        let padding_after_counters = bytes.u64()?;
        let mut bitmap = 0;
        if layout.bitmap {
            let (length, padding_after) = (bytes.u64()?, bytes.u64()?);
            bitmap = length.saturating_add(padding_after);
        }
        if layout.uniform_counters {
            let _counters_padding_and_delta = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
        }
        let names = bytes.u64()?;
        let counters_delta = bytes.u64()?;
        if layout.bitmap {
            let _bitmap_delta = bytes.u64()?;
        }
        let _names_delta = bytes.u64()?;
        if layout.vtables {
            let _vtables_and_their_names = (bytes.u64()?, bytes.u64()?);
        }
        let _last_value_kind = bytes.u64()?;
        Ok(Self {
            binary_ids,
            records,
            padding_before_counters,
            counters,
            behind_counters: padding_after_counters
                .saturating_add(bitmap)
                .saturating_add(names),
            names,
            counters_delta,
            layout,
        })
    }
}
