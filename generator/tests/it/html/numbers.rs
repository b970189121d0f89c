//! The numbers at the top of a page, its listing, and its outline say the same, or the page says why not.

use std::collections::BTreeMap;
use std::fs;

use super::measured;

/// What stands between two texts, as often as it does.
fn between<'a>(page: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = page.split(before).skip(1);
    parts.filter_map(|part| part.split(after).next()).collect()
}

/// `41 of 53` as two numbers.
fn ratio(text: &str) -> (usize, usize) {
    let (covered, total) = text.split_once(" of ").unwrap();
    let number = |text: &str| text.replace(',', "").parse().unwrap();
    (number(covered), number(total.trim_end_matches(" ran")))
}

#[test]
fn lines_and_functions_are_as_many_as_the_page_shows_or_it_says_why() {
    let measured = measured();
    let mut compared = BTreeMap::new();
    for entry in fs::read_dir(measured.pages.join("pages")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let page = fs::read_to_string(&path).unwrap();
        if !page.contains("<div id=code") {
            continue;
        }
        let sums = between(&page, "<small>", "</small>");
        let [lines, functions] = [ratio(sums[0]), ratio(sums[1])];
        let rows = between(&page, "<p id=L", ">");
        let idle = rows.iter().filter(|it| it.ends_with(" class=u")).count();
        let is_same = lines.1 - lines.0 == idle;
        let sentence = format!("{} did not run, and {idle} look", lines.1 - lines.0);
        let sentence = sentence.replacen(" did", " lines did", 1);
        let says_why =
            page.contains(&sentence) || page.contains(&sentence.replacen("lines", "line", 1));
        assert!(is_same || says_why, "{name}: {lines:?}, {idle}");
        let outline = ratio(between(&page, "Functions <small>", "</small>")[0]);
        let says_why = page.contains(&format!("{} functions in {} place", outline.1, functions.1));
        assert!(
            outline == functions || says_why,
            "{name}: {outline:?}, {functions:?}"
        );
        compared.insert(name, (is_same, outline == functions));
    }
    // Of each kind there are some.
    assert_eq!(compared["app.src.main.rs.html"], (true, true));
    assert_eq!(compared["app.src.flow.rs.html"], (false, true));
    assert_eq!(compared["app.src.macros.rs.html"], (true, false));
    assert_eq!(compared["app.src.traits.rs.html"], (true, true));
}

#[test]
fn a_function_that_a_macro_made_and_that_never_ran_is_in_the_outline() {
    let measured = measured();
    let page = fs::read_to_string(measured.pages.join("pages/app.src.macros.rs.html")).unwrap();
    let entries = between(&page, "<li class=", "</b>");
    for (name, class) in [("small", 'h'), ("large", 'h'), ("unused", 'u')] {
        let entry = entries
            .iter()
            .find(|it| it.contains(&format!(">{name}</a>")));
        assert!(entry.unwrap().starts_with(class), "{name}: {entry:?}");
    }
    // Methods that a trait gives are one function each, for whatever type.
    let page = fs::read_to_string(measured.pages.join("pages/app.src.traits.rs.html")).unwrap();
    assert_eq!(page.matches(">Shape::<wbr>never</a>").count(), 1);
}
