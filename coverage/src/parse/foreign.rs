//! What a file is that is not what was asked for, as far as its first bytes tell.

use super::bytes::Malformed;
use super::profile_header::MAGIC;

/// A kind of file: how it begins, and what is said about it.
type Kind = (&'static [u8], &'static str);

const KINDS: [Kind; 9] = [
    (
        b"\xfflprofi\x81",
        "it is an indexed profile, as llvm-profdata merge writes it; give the .profraw files that it was made of",
    ),
    (
        b"\xfflprofr\x81",
        "it is a profile of a big-endian machine, which is not supported",
    ),
    (
        b"\xfflprofR\x81",
        "it is a profile of a 32-bit big-endian machine, which is not supported",
    ),
    (
        b"\x81Rforpl\xff",
        "it is a profile of a 32-bit program, which is not supported; build for a 64-bit target",
    ),
    (
        b"\x7fELF",
        "it is a program or an object; give the .profraw files that the program has written",
    ),
    (
        b"!<arch>\n",
        "it is a library; give the .profraw files that the program has written",
    ),
    (b"\x1f\x8b", "it is compressed; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "it is compressed; unpack it first"),
    (b"PK\x03\x04", "it is a zip archive; unpack it first"),
];

/// How many bytes tell what a file is.
pub const BEGINNING: usize = 1024;

/// Why the bytes are no raw profile that can be read.
pub fn not_a_raw_profile(file: &[u8]) -> Malformed {
    debug_assert!(!file.starts_with(&MAGIC));
    if let Some((_, what)) = KINDS.iter().find(|(begin, _)| file.starts_with(begin)) {
        return Malformed::new(what);
    }
    // A letter may be cut in two where the beginning ends.
    let beginning = &file[..file.len().min(BEGINNING)];
    if beginning.iter().all(|byte| *byte == 0) {
        return Malformed::new("it begins with zeros, as after a crash of the machine");
    }
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    let is_text = match str::from_utf8(beginning) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    if is_text && !beginning.iter().any(is_control) {
        Malformed::new("it is text, and not a raw profile (.profraw)")
    } else {
        Malformed::new("it is not a raw profile (.profraw)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(file: &[u8]) -> String {
        not_a_raw_profile(file).to_string()
    }

    #[test]
    fn what_a_file_is_instead_is_told_by_its_beginning() {
        for (begin, expected) in KINDS {
            assert_eq!(what(&[begin, b"and more"].concat()), expected);
        }
    }

    #[test]
    fn text_is_told_from_other_bytes() {
        for text in [
            "main:\n# Func Hash:\n1024\n",
            &"\u{e4}".repeat(2000),
            &format!("a{}", "\u{e4}".repeat(2000)),
        ] {
            assert!(what(text.as_bytes()).starts_with("it is text"), "{text}");
        }
        for other in [
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            &[0xff; 9],
            b"text\x01text",
        ] {
            assert_eq!(what(other), "it is not a raw profile (.profraw)");
        }
        assert!(what(&[0; 9]).starts_with("it begins with zeros"));
    }
}
