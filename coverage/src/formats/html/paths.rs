//! Where a page lies: a file name that every file system and every link takes, and that no other page has.

use std::collections::HashMap;

/// Longer names are cut: most file systems end at 255 bytes.
const LONGEST: usize = 120;

/// The file names of the pages of what has these names, such as `src.main.rs.html` of `src/main.rs`.
/// `keys` tell apart what has the same name. Two of them never differ in their case alone.
pub fn pages(names: &[String], keys: &[String]) -> Vec<String> {
    let slugs: Vec<_> = names.iter().map(|name| slug(name)).collect();
    let mut uses: HashMap<String, usize> = HashMap::new();
    for slug in &slugs {
        *uses.entry(slug.to_lowercase()).or_default() += 1;
    }
    let of = |(slug, key): (&String, &String)| {
        if uses[&slug.to_lowercase()] > 1 || slug.len() == LONGEST {
            format!("{slug}~{:x}.html", md5::compute(key))
        } else {
            format!("{slug}.html")
        }
    };
    slugs.iter().zip(keys).map(of).collect()
}

fn slug(name: &str) -> String {
    let safe = |character: char| match character {
        '/' => '.',
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => character,
        _ => '-',
    };
    let slug: String = name
        .trim_matches('/')
        .chars()
        .map(safe)
        .take(LONGEST)
        .collect();
    // A name that begins with a dot is hidden, and one of dots alone is a directory.
    match slug.as_str() {
        "" => "_".into(),
        dotted if dotted.starts_with('.') => format!("_{dotted}").chars().take(LONGEST).collect(),
        _ => slug,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn of(names: &[&str]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        pages(&names, &names)
    }

    #[test]
    fn an_ordinary_name_can_be_read_in_the_address() {
        assert_eq!(
            of(&["src/main.rs", "crates/my-lib/src/a_b.rs"]),
            ["src.main.rs.html", "crates.my-lib.src.a_b.rs.html"]
        );
    }

    #[test]
    fn no_two_pages_have_one_name_whatever_the_file_system_does_with_case() {
        let long = "x/".repeat(300);
        let longer = format!("{long}y");
        let names = [
            "a/b.rs", "a.b.rs", "A/B.rs", "a b.rs", "a?b.rs", "ä.rs", "ö.rs", "..", ".", "", "/",
            ".a", "a", &long, &longer,
        ];
        let pages = of(&names);
        let different: HashSet<_> = pages.iter().map(|page| page.to_lowercase()).collect();
        assert_eq!(different.len(), names.len(), "{pages:?}");
        for page in pages {
            let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._-~".contains(&byte);
            assert!(page.bytes().all(is_safe) && !page.starts_with('.') && page.len() < 200);
        }
    }

    #[test]
    fn files_of_one_name_from_two_places_have_two_pages() {
        let names = ["a-1.0.0/lib.rs".to_owned(), "a-1.0.0/lib.rs".to_owned()];
        let keys = ["/one/a".to_owned(), "/two/a".to_owned()];
        let [one, two] = &*pages(&names, &keys) else {
            panic!()
        };
        assert_ne!(one, two);
    }
}
