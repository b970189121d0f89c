//! Names of functions, as their readers call them.

/// A demangled name without modules and generic arguments: `NewOrder::validate` of
/// `<orders::model::NewOrder>::validate`, `item::{closure#0}` of `orders::validation::item::<u8>::{closure#0}`.
pub fn short(name: &str) -> String {
    let parts = parts_without_arguments(name);
    // Behind the last part that is a name of its own there are only closures and the like.
    let last = parts
        .iter()
        .rposition(|part| !part.starts_with('{'))
        .unwrap_or(0);
    let owner = (last > 0 && parts[0].starts_with('<')).then(|| owner(parts[0]));
    let named = parts[last..].iter().map(|part| (*part).to_owned());
    owner
        .into_iter()
        .chain(named)
        .collect::<Vec<_>>()
        .join("::")
}

/// A demangled name with its modules, and without the generic arguments of functions: `<orders::Stack<u8>>::push` of
/// `<orders::Stack<u8>>::push::<u16>`.
pub fn long(name: &str) -> String {
    parts_without_arguments(name).join("::")
}

/// The parts of a name that are no generic arguments of the one before.
fn parts_without_arguments(name: &str) -> Vec<&str> {
    let mut parts = parts(name);
    parts.retain(|part| !part.starts_with('<') || std::ptr::eq(part.as_ptr(), name.as_ptr()));
    parts
}

/// What a method belongs to: the type without its arguments, and of `<a::Type<u8> as b::Trait<c::Of>>` the trait with
/// them, as a type may have the trait several times.
fn owner(part: &str) -> String {
    let inside = part.strip_prefix('<').unwrap_or(part);
    let inside = inside.strip_suffix('>').unwrap_or(inside);
    let without_arguments = |path: &str| {
        let bare = without_modules(path);
        bare.split('<').next().unwrap_or_default().to_owned()
    };
    match inside.rsplit_once(" as ") {
        Some((own, of)) => format!("<{} as {}>", without_arguments(own), without_modules(of)),
        None => without_arguments(inside),
    }
}

/// A path, and those that are its arguments, without the modules.
fn without_modules(path: &str) -> String {
    let mut out = String::new();
    let mut word = 0;
    let mut rest = path;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("::") {
            out.truncate(word);
            rest = after;
            continue;
        }
        out.push(character);
        rest = &rest[character.len_utf8()..];
        if !character.is_alphanumeric() && character != '_' {
            word = out.len();
        }
    }
    out
}

/// What is between the `::` that are in no brackets, at least one part.
pub fn parts(path: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (vec![], 0_usize, 0);
    let bytes = path.as_bytes();
    let mut place = 0;
    while place < bytes.len() {
        match bytes[place] {
            b'<' | b'(' | b'[' | b'{' => depth += 1,
            // Not that of an arrow.
            b'>' if place > 0 && bytes[place - 1] == b'-' => {}
            b'>' | b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && bytes[place..].starts_with(b"::") => {
                parts.push(&path[start..place]);
                start = place + 2;
                place += 1;
            }
            _ => {}
        }
        place += 1;
    }
    parts.push(&path[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_what_a_reader_calls_the_function() {
        for (name, expected) in [
            ("app::main", "main"),
            ("main", "main"),
            ("orders::validation::item::<u8, a::B>", "item"),
            ("<orders::model::NewOrder>::validate", "NewOrder::validate"),
            (
                "<orders::error::Error as core::fmt::Display>::fmt",
                "<Error as Display>::fmt",
            ),
            (
                "<a::Stack<a::B<u8>> as a::Push<u8>>::push::<u8>",
                "<Stack as Push<u8>>::push",
            ),
            (
                "a::f::{closure#0}::{closure#1}",
                "f::{closure#0}::{closure#1}",
            ),
            ("a::f::<fn(u8) -> a::B>::{closure#0}", "f::{closure#0}"),
            ("not mangled", "not mangled"),
            ("", ""),
        ] {
            assert_eq!(short(name), expected, "of {name}");
        }
    }

    #[test]
    fn a_long_name_has_the_modules_and_no_arguments_of_functions() {
        for (name, expected) in [
            ("app::a::one::<u8>::{closure#0}", "app::a::one::{closure#0}"),
            ("<app::S<u8>>::f::<a::B>::helper", "<app::S<u8>>::f::helper"),
            ("main", "main"),
        ] {
            assert_eq!(long(name), expected, "of {name}");
        }
    }

    #[test]
    fn brackets_that_do_not_match_do_no_harm() {
        for name in ["<::", ">>::<<::{", "->::", "::<u8>", "{closure", "< as "] {
            assert!(short(name).len() <= name.len() + "<>".len(), "of {name}");
        }
    }
}
