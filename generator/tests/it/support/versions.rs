//! Files as other versions of cargo-itcov would have written them.

/// The text with the stamp that the given version gives it. The digest is that of the text without its stamp, its line
/// ends and the values of its configuration.
pub fn stamped(text: &str, version: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let is_stamp = |line: &&str| line.contains("Written by cargo-itcov ");
    let stamp = text.lines().find(is_stamp).expect("a stamp");
    let mut in_programs = false;
    let mut canonical = String::new();
    for line in text.lines().filter(|line| !is_stamp(line)) {
        in_programs &= line != "'''";
        if !in_programs {
            let name = [
                "itcov_timeout := '",
                "itcov_profile := '",
                "itcov_scope := '",
            ]
            .into_iter()
            .find(|name| line.starts_with(name));
            canonical += &name.map_or(line.to_owned(), |name| format!("{name}'"));
            canonical.push('\n');
        }
        in_programs |= line == "itcov_programs := '''";
    }
    let digest = format!("{:x}", md5::compute(canonical));
    let (before, rest) = stamp.split_once("cargo-itcov ").unwrap();
    let after = rest.split_once(')').unwrap().1;
    text.replace(
        stamp,
        &format!("{before}cargo-itcov {version} (md5 {digest}){after}"),
    )
}
