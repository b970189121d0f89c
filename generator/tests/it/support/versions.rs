//! Files as other versions of cargo-itcov would have written them.

#[allow(dead_code)]
#[path = "../../../src/scaffold/values.rs"]
mod values;

/// The text with the stamp that the given version gives it. The digest is that of the text without its stamp, its line
/// ends and the values in it.
pub fn stamped(text: &str, version: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let is_stamp = |line: &&str| line.contains("Written by cargo-itcov ");
    let stamp = text.lines().find(is_stamp).expect("a stamp");
    let blank = values::blank(&text);
    let lines = blank.lines().filter(|line| !is_stamp(line));
    let canonical = lines.fold(String::new(), |text, line| text + line + "\n");
    let digest = format!("{:x}", md5::compute(canonical));
    let (before, rest) = stamp.split_once("cargo-itcov ").unwrap();
    let after = rest.split_once(')').unwrap().1;
    text.replace(
        stamp,
        &format!("{before}cargo-itcov {version} (md5 {digest}){after}"),
    )
}
