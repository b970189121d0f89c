//! What mangled names tell that the names themselves do not:
//! <https://doc.rust-lang.org/rustc/symbol-mangling/v0.html>.

/// Whether a method is one that a trait gives: its path begins with `Y`, and that of an implementation with `X`.
pub fn is_given_by_trait(mangled: &str) -> bool {
    let mut rest = mangled.strip_prefix("_R").unwrap_or_default();
    loop {
        rest = match rest.as_bytes() {
            [b'I', ..] => &rest[1..],
            [b'N', kind, ..] if kind.is_ascii() => &rest[2..],
            _ => return rest.starts_with('Y'),
        };
    }
}

/// The implementation that a function is in, by its number and its modules, without the crate. Empty if it is in none.
pub fn implementation(mangled: &str) -> String {
    let path = || {
        let mut rest = mangled.strip_prefix("_R")?;
        let mut number = None;
        let mut modules = 0;
        loop {
            match rest.as_bytes() {
                [b'I', ..] => rest = &rest[1..],
                [b'N', kind, ..] if kind.is_ascii() => {
                    modules += 1;
                    rest = &rest[2..];
                }
                [b'M' | b'X', ..] => {
                    let (own, behind) = disambiguator(&rest[1..]);
                    number = Some(own);
                    modules = 0;
                    rest = behind;
                }
                [b'C', ..] => break,
                _ => return None,
            }
        }
        let number = number?;
        let crate_of = behind_identifier(&rest[1..])?;
        let inside = (0..modules).try_fold(crate_of, |rest, _| behind_identifier(rest))?;
        Some(format!(
            "{number}{}",
            &crate_of[..crate_of.len() - inside.len()]
        ))
    };
    path().unwrap_or_default()
}

/// The number that tells apart what is called alike, and what is behind it.
fn disambiguator(rest: &str) -> (&str, &str) {
    let end = rest.strip_prefix('s').and_then(|_| rest.find('_'));
    rest.split_at(end.map_or(0, |end| end + 1))
}

fn behind_identifier(rest: &str) -> Option<&str> {
    let (_, rest) = disambiguator(rest);
    let rest = rest.strip_prefix('u').unwrap_or(rest);
    let name = rest.trim_start_matches(|it: char| it.is_ascii_digit());
    let length: usize = rest[..rest.len() - name.len()].parse().ok()?;
    let name = name.strip_prefix('_').unwrap_or(name);
    name.get(length..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_a_trait_gives_is_told_from_one_of_an_implementation() {
        for name in [
            "_RNvYNtCs1_3app6SquareNtB4_5Shape5never",
            "_RINvYNtCs1_3app6Square",
            "_RNCNvYhNt",
        ] {
            assert!(is_given_by_trait(name), "{name}");
        }
        for name in [
            "_RNvXCs1_3appNtB2_6SquareNtB2_5Shape4area",
            "_RNvCs1_3app4main",
            "_RN",
            "_RNé",
            "main",
            "",
        ] {
            assert!(!is_given_by_trait(name), "{name}");
        }
    }

    #[test]
    fn an_implementation_is_known_by_its_modules_and_its_number() {
        for (name, expected) in [
            ("_RNvMNtCs1_3app1aNtB2_1S1f", "1a"),
            ("_RNvMs_NtCs1_3app1aINtB4_1ShE1f", "s_1a"),
            ("_RNvMs0_NtNtC5other1a1bINtB4_1ShE1f", "s0_1a1b"),
            ("_RINvNvXs_Cs1_3appNtB2_1SNtB2_1T1f6helperhE", "s_"),
            ("_RNCNvMNtCs1_3app1aNtB2_1S1f0", "1a"),
            ("_RNvNtCs1_3app1a3one", ""),
            ("_RNvMCs1_3ap", ""),
            ("_RNvM", ""),
            ("_RNvMs", ""),
            ("_RNé", ""),
            ("main", ""),
        ] {
            assert_eq!(implementation(name), expected, "of {name}");
        }
    }
}
