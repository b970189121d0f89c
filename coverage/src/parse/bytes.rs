//! A cursor over the bytes of a file that may be damaged: every read is checked.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// Why bytes could not be read as what they claim to be: the part of a sentence that begins with `it` or `its`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(Cow<'static, str>);

impl Malformed {
    /// It is shorter than it says.
    pub const ENDS_EARLY: Self = Self::new("it ends too early");

    /// A part of a sentence about the file, which begins with `it`.
    pub const fn new(why: &'static str) -> Self {
        Self(Cow::Borrowed(why))
    }
}

impl From<String> for Malformed {
    fn from(why: String) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Malformed {}

const ENDS_EARLY: Malformed = Malformed::ENDS_EARLY;

/// The bytes that are still to be read. Integers are little-endian, as on every platform that is tested.
#[derive(Clone, Copy)]
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next `length` bytes off.
    pub fn take(&mut self, length: u64) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(length).map_err(|_| ENDS_EARLY)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ENDS_EARLY)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(ENDS_EARLY)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// An unsigned LEB128 number: seven bits a byte, the lowest first, the eighth bit says that more follow.
    pub fn leb128(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            value |= bits << shift;
            if value >> shift != bits {
                break;
            }
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed::new("a number in it is too big"))
    }

    /// A LEB128 number that says how many items of at least one byte follow, so that no damaged count
    /// makes anybody reserve memory for items that cannot be there.
    pub fn count(&mut self) -> Result<usize, Malformed> {
        let count = usize::try_from(self.leb128()?).map_err(|_| ENDS_EARLY)?;
        if count > self.0.len() {
            Err(ENDS_EARLY)
        } else {
            Ok(count)
        }
    }

    /// A text with its length in front, as a LEB128 number.
    pub fn string(&mut self) -> Result<&'a str, Malformed> {
        let length = self.leb128()?;
        std::str::from_utf8(self.take(length)?)
            .map_err(|_| Malformed::new("a name in it is not UTF-8"))
    }

    /// Skips the zeros that follow a record of `length` bytes up to the next multiple of eight; after
    /// the last record they may be missing.
    pub fn skip_padding(&mut self, length: usize) {
        let padding = length.next_multiple_of(8) - length;
        self.0 = self.0.get(padding..).unwrap_or_default();
    }
}

/// A number as LEB128, for tests.
#[cfg(test)]
pub fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = vec![];
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leb128_number_is_read_up_to_its_last_byte() {
        let mut bytes = Bytes(&[0xe5, 0x8e, 0x26, 0x07]);
        assert_eq!(bytes.leb128(), Ok(624_485));
        assert_eq!(bytes.leb128(), Ok(7));
        assert_eq!(bytes.leb128(), Err(ENDS_EARLY));
    }

    #[test]
    fn the_largest_leb128_number_fits_and_a_larger_one_is_refused() {
        let mut largest = [0xff; 10];
        largest[9] = 0x01;
        assert_eq!(Bytes(&largest).leb128(), Ok(u64::MAX));
        largest[9] = 0x02;
        assert_eq!(
            Bytes(&largest).leb128(),
            Err(Malformed::new("a number in it is too big"))
        );
        assert_eq!(
            Bytes(&[0xff; 11]).leb128(),
            Err(Malformed::new("a number in it is too big"))
        );
    }

    #[test]
    fn a_count_of_more_items_than_bytes_is_refused() {
        assert_eq!(Bytes(&[0x02, 0, 0]).count(), Ok(2));
        assert_eq!(Bytes(&[0x03, 0, 0]).count(), Err(ENDS_EARLY));
    }
}
