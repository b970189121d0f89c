//! The list of lines that nothing but the start has reached.

use crate::support::TestCrate;

#[test]
fn it_has_ten_stretches_of_a_file_and_all_where_missing_lines_are_shown() {
    let krate = TestCrate::new("start");
    let step = "    if arguments > 9 {\n        println!(\"never\");\n    }\n".repeat(12);
    let main = format!(
        "fn main() {{\n    let arguments = std::env::args().count();\n    if arguments > 1 {{\n        return;\n    }}\n{step}}}\n"
    );
    krate.write("src/main.rs", &main);
    krate.itcov(&["init"]).ends_with(0);
    let suite = "\"$ITCOV_BIN\"; ITCOV_SCENARIO=one \"$ITCOV_BIN\" word";
    let listed = |arguments: &[&str]| {
        let output = krate.itcov(arguments).ends_with(0).stdout;
        let title = "Lines that ran only outside of scenarios, as at the start, so that no test checks them:\n";
        let (_, list) = output.split_once(title).unwrap();
        list.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let short = listed(&["exec", "--scenarios", "--", "sh", "-c", suite]);
    let (stretches, more) = short.split_once(", and ").unwrap();
    assert_eq!(stretches.split(", ").count(), 10, "{short}");
    assert_eq!(more, "3 more");
    assert_eq!(listed(&["report"]), short);

    let whole = listed(&["report", "--show-missing-lines"]);
    assert!(whole.starts_with(stretches), "{whole}");
    assert_eq!(whole.split(", ").count(), 13, "{whole}");
}
