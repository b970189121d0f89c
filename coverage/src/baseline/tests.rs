//! Comparisons of programs that are laid out in different ways.

mod roots;

use std::path::Path;

use proptest::prelude::*;

use super::{Changes, Comparison, Texts, compare, read};
use crate::count::Coverage;
use crate::count::functions::{CountedRegion, Function, Functions};
use crate::formats::json;
use crate::parse::regions::{Kind, Position};

const ROOT: &str = "/app";

/// First line and column, last line and column, and how often it ran.
type Region = (u32, u32, u32, u32, u64);

/// A function in a file: its name, and its regions from its first line on.
#[derive(Debug, Clone)]
struct Code {
    file: &'static str,
    name: String,
    regions: Vec<Region>,
}

impl Code {
    fn new(file: &'static str, name: &str, regions: &[Region]) -> Self {
        Self {
            file,
            name: name.to_owned(),
            regions: regions.to_vec(),
        }
    }

    fn height(&self) -> u32 {
        self.regions.iter().map(|it| it.2).max().unwrap()
    }

    /// So many lines further down, and so many columns to the right.
    fn at(&self, root: &str, line: u32, column: u32) -> Function {
        let region = |&(first, start, last, end, count): &Region| CountedRegion {
            kind: Kind::Code,
            file: 0,
            expanded_file: None,
            start: Position {
                line: line + first,
                column: column + start,
            },
            end: Position {
                line: line + last,
                column: column + end,
            },
            count,
        };
        Function {
            name: format!("app::{}", self.name).into(),
            files: vec![format!("{root}/{}", self.file).into()],
            regions: self.regions.iter().map(region).collect(),
        }
    }
}

fn coverage(functions: impl IntoIterator<Item = Function>) -> Coverage {
    let mut all = Functions::default();
    all.known.extend(functions);
    Coverage::new(all, |_| true)
}

/// Functions one below the other, with so many lines between.
fn below(root: &str, code: &[Code], between: u32) -> Coverage {
    let mut line = 0;
    let functions = code.iter().map(|it| {
        let function = it.at(root, line, 0);
        line += it.height() + between;
        function
    });
    coverage(functions.collect::<Vec<_>>())
}

fn since(earlier: &Coverage, now: &Coverage) -> Comparison {
    let texts = Texts {
        now: &|_| None,
        earlier: None,
        is_there: &|_| false,
    };
    compare("earlier.json".into(), earlier, now, Path::new(ROOT), &texts)
}

fn of<'a>(comparison: &'a Comparison, file: &str) -> &'a Changes {
    let path = format!("{ROOT}/{file}");
    comparison.files.get(&*path).unwrap_or(Changes::NONE)
}

fn changes(gained: &[u32], lost: &[u32]) -> Changes {
    Changes {
        gained: gained.to_vec(),
        lost: lost.to_vec(),
    }
}

/// A body of five lines; in the second, third and fourth is what runs so often.
fn body(inside: u64) -> Vec<Region> {
    vec![(1, 1, 5, 2, 1), (2, 14, 4, 6, inside)]
}

#[test]
fn lines_are_newly_run_or_lost_where_they_are_now() {
    let code = |one, other| {
        [
            Code::new("a.rs", "one", &body(one)),
            Code::new("a.rs", "other", &body(other)),
        ]
    };
    let earlier = below(ROOT, &code(3, 0), 1);
    let [one, other] = code(0, 9);
    let now = below(ROOT, &[other, one], 2);
    let comparison = since(&earlier, &now);
    assert_eq!(of(&comparison, "a.rs"), &changes(&[3, 4], &[10, 11]));
    assert_eq!(comparison.sentence(), "2 lines newly run, 2 lost");
    assert_eq!((comparison.in_both, comparison.totals()), (1, (2, 2)));
}

#[test]
fn what_is_new_or_gone_is_neither_newly_run_nor_lost() {
    let earlier = below(ROOT, &[Code::new("a.rs", "gone", &body(1))], 1);
    let now = below(ROOT, &[Code::new("a.rs", "new", &body(0))], 1);
    assert_eq!(since(&earlier, &now).totals(), (0, 0));
    assert_eq!(since(&now, &earlier).totals(), (0, 0));
}

#[test]
fn a_function_is_found_in_another_file_if_it_has_not_changed() {
    let earlier = below(ROOT, &[Code::new("a.rs", "f", &body(1))], 0);
    let moved = below(ROOT, &[Code::new("b.rs", "f", &body(0))], 0);
    let comparison = since(&earlier, &moved);
    assert_eq!(of(&comparison, "b.rs"), &changes(&[], &[3, 4]));
    assert_eq!(comparison.missing, ["a.rs"]);
    assert_eq!(&*comparison.new[0], "/app/b.rs");
    let mut edited = body(0);
    edited.push((2, 3, 2, 4, 0));
    let edited = below(ROOT, &[Code::new("b.rs", "f", &edited)], 0);
    assert_eq!(since(&earlier, &edited).totals(), (0, 0));
}

#[test]
fn of_functions_of_one_name_each_is_itself() {
    let wide = vec![(1, 1, 5, 2, 1), (2, 30, 4, 6, 7)];
    let [narrow, wide] =
        [body(0), wide].map(|regions| Code::new("a.rs", "<T as Display>::fmt", &regions));
    let earlier = below(ROOT, &[narrow.clone(), wide.clone()], 1);
    let now = below(ROOT, &[wide, narrow], 1);
    assert_eq!(since(&earlier, &now).totals(), (0, 0));
}

#[test]
fn in_an_edited_function_lines_of_the_same_shape_are_the_same() {
    let earlier = [(1, 1, 9, 2, 1), (2, 8, 4, 6, 1), (6, 12, 8, 6, 1)];
    // Two lines more before the second part, which does not run now.
    let now = [
        (1, 1, 11, 2, 1),
        (2, 8, 4, 6, 1),
        (5, 20, 6, 3, 0),
        (8, 12, 10, 6, 0),
    ];
    let code = |regions: &[Region]| below(ROOT, &[Code::new("a.rs", "f", regions)], 0);
    let comparison = since(&code(&earlier), &code(&now));
    assert_eq!(of(&comparison, "a.rs"), &changes(&[], &[9, 10]));
}

#[test]
fn where_the_earlier_text_is_known_lines_of_the_same_text_are_the_same() {
    let text = |inside: &str| format!("fn f() {{\n    if a {{\n{inside}\n    }}\n}}\n");
    let code = |regions: &[Region]| below(ROOT, &[Code::new("a.rs", "f", regions)], 0);
    let was = text("a();");
    let compare = |now: &Coverage, is: &str, was: &str| {
        let was = |name: &str| (name == "/app/a.rs").then(|| was.to_owned());
        let is = |_: &str| Some(is.to_owned());
        let texts = Texts {
            now: &is,
            earlier: Some(&was),
            is_there: &|_| false,
        };
        compare(String::new(), &code(&body(1)), now, Path::new(ROOT), &texts)
    };
    // It looks the same, but is something else.
    let now = code(&body(0));
    assert_eq!(
        of(&since(&code(&body(1)), &now), "a.rs"),
        &changes(&[], &[3, 4])
    );
    let comparison = compare(&now, &text("b();"), &was);
    assert_eq!(of(&comparison, "a.rs"), &changes(&[], &[4]));
    assert_eq!(comparison.of_other_texts, [""; 0]);
    // However it is indented, and whatever stands before it.
    let taller = code(&[(1, 1, 6, 2, 1), (2, 14, 5, 6, 0)]);
    let comparison = compare(&taller, &text("  b();\n\ta();"), &was);
    assert_eq!(of(&comparison, "a.rs"), &changes(&[], &[4, 5]));
    let comparison = compare(&now, &was, "fn f() {\n}\n");
    assert_eq!(comparison.of_other_texts, ["a.rs"]);
}

#[test]
fn where_the_earlier_text_is_known_a_function_may_have_another_name() {
    let text =
        |name: &str, inside: &str| format!("fn {name}() {{\n    if a {{\n{inside}\n    }}\n}}\n");
    let code = |name: &str, count: u64| below(ROOT, &[Code::new("a.rs", name, &body(count))], 0);
    let compare = |name: &str, now: &str| {
        let is = |_: &str| Some(now.to_owned());
        let was = |_: &str| Some(text("f", "a();"));
        let texts = Texts {
            now: &is,
            earlier: Some(&was),
            is_there: &|_| false,
        };
        let (was, now) = (code("f", 1), code(name, 0));
        compare(String::new(), &was, &now, Path::new(ROOT), &texts)
    };
    let comparison = compare("g", &text("g", "a();"));
    assert_eq!(of(&comparison, "a.rs"), &changes(&[], &[3, 4]));
    assert_eq!(comparison.gone, []);
    let comparison = compare("g", &text("g", "b();"));
    assert_eq!(comparison.totals(), (0, 0));
    assert_eq!(comparison.gone.len(), 1);
}

#[test]
fn lines_count_as_their_own_code_if_both_reports_can_tell_it() {
    // As `#[tokio::main]` makes it: what is around the body has all of its lines.
    let main = |count| {
        let body = [(2, 5, 2, 20, 1), (3, 9, 3, 17, count), (5, 1, 6, 6, 1)];
        let body = Code::new("a.rs", "main::{closure#0}", &body);
        [Code::new("a.rs", "main", &[(1, 1, 9, 2, 1)]), body].map(|it| it.at(ROOT, 0, 0))
    };
    let across = [(20, 1, 24, 2, 1), (22, 1, 26, 2, 1)];
    let across = ["g", "h"].into_iter().zip(across);
    let across = across.map(|(name, region)| Code::new("a.rs", name, &[region]).at(ROOT, 0, 0));
    let (earlier, now) = (coverage(main(1)), coverage(main(0)));
    assert_eq!(of(&since(&earlier, &now), "a.rs"), &changes(&[], &[3]));
    // Functions that overlap are not told apart, and then line 3 ran for what is around it.
    let untold = coverage(main(0).into_iter().chain(across));
    for (one, other) in [(&earlier, &untold), (&untold, &earlier), (&untold, &now)] {
        assert_eq!(since(one, other).totals(), (0, 0));
    }
}

#[test]
fn the_inside_of_a_macro_is_found_where_it_is_now() {
    let used = |line: u32, inside: u64| {
        let place = |line, column| Position { line, column };
        let region = |kind, file, expanded_file, lines: (u32, u32), count| CountedRegion {
            kind,
            file,
            expanded_file,
            start: place(lines.0, 9),
            end: place(lines.1, 20),
            count,
        };
        coverage([Function {
            name: "app::f".into(),
            files: vec!["/app/a.rs".into(), "/app/macros.rs".into()],
            regions: vec![
                region(Kind::Code, 0, None, (1, 5), 1),
                region(Kind::Expansion, 0, Some(1), (2, 2), 1),
                region(Kind::Code, 1, None, (line, line + 2), inside),
            ],
        }])
    };
    let comparison = since(&used(3, 1), &used(13, 0));
    assert_eq!(of(&comparison, "macros.rs"), &changes(&[], &[13, 14, 15]));
    assert_eq!(comparison.totals(), (0, 3));
}

#[test]
fn of_some_lines_alone_only_these_are_left() {
    let code = |count| below(ROOT, &[Code::new("a.rs", "f", &body(count))], 0);
    let now = code(0);
    let comparison = since(&code(1), &now);
    let some = now.clone().of_lines(|_, lines| lines.contains(&4));
    let within = comparison.clone().within(&some);
    assert_eq!(of(&within, "a.rs"), &changes(&[], &[4]));
    assert_eq!(comparison.clone().within(&now), comparison);
    assert_eq!(comparison.within(&Coverage::default()).totals(), (0, 0));
}

fn export(coverage: &Coverage) -> Vec<u8> {
    let mut bytes = vec![];
    json::write(&mut bytes, coverage).unwrap();
    bytes
}

#[test]
fn what_is_no_export_is_refused_with_the_reason() {
    let whole = String::from_utf8(export(&below(ROOT, &[Code::new("a.rs", "f", &body(1))], 0)));
    let whole = whole.unwrap();
    for (json, why) in [
        ("", "it is no JSON of `llvm-cov export`: EOF"),
        (
            "SF:src/main.rs\n",
            "it is no JSON of `llvm-cov export`: expected value at line 1",
        ),
        ("{\"a\": 1}", "missing field `type`"),
        (
            &format!("{{\"a\":{}", "[".repeat(100_000)),
            "EOF while parsing a list",
        ),
        (
            &whole.replace("llvm.coverage.json.export", "other"),
            "its type is \"other\", and not \"llvm.coverage.json.export\"",
        ),
        (
            &whole.replace("\"functions\":[{\"branches\"", "\"other\":[{\"branches\""),
            "it has no functions, as with llvm-cov's -skip-functions",
        ),
        (
            &whole.replace("[1,1,5,2,1,0,0,0]", "[1,1,5,2,1,1,0,0]"),
            "a region in a file that is not there",
        ),
        (
            &whole.replace("[1,1,5,2,1,0,0,0]", "[1,1,5,2,1,0,7,1]"),
            "a region in a file that is not there",
        ),
        (
            &whole.replace("[1,1,5,2,1,0,0,0]", "[6,1,5,2,1,0,0,0]"),
            "a region that ends before it begins",
        ),
        (
            &whole.replace("[1,1,5,2,1,0,0,0]", "[1,1,4000000000,2,1,0,0,0]"),
            "far more lines than can be",
        ),
        (
            &whole.replace("[1,1,5,2,1,0,0,0]", "[1,1,-5,2,1,0,0,0]"),
            "invalid value: integer `-5`",
        ),
    ] {
        let error = read(json.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_report_on_some_lines_alone_is_no_baseline() {
    let coverage = below(ROOT, &[Code::new("a.rs", "f", &body(1))], 0);
    let some = coverage.of_lines(|_, lines| lines.contains(&1));
    let error = read(&export(&some)).unwrap_err().to_string();
    assert!(error.contains("some of the lines alone"), "{error}");
}

/// A function of some lines with some parts that may overlap in any way in which regions do: they nest.
fn parts() -> impl Strategy<Value = Vec<Region>> {
    let part = (1_u32..6, 1_u32..20, 1_u32..6, 1_u32..20, 0_u64..3);
    proptest::collection::vec(part, 0..4).prop_map(|parts| {
        let mut regions = vec![(1, 1, 8, 2, 1)];
        for (line, column, height, end, count) in parts {
            let last = (line + height).min(7);
            regions.push((
                line + 1,
                column + 4,
                last.max(line + 1),
                column + 4 + end,
                count,
            ));
        }
        regions
    })
}

fn program() -> impl Strategy<Value = Vec<Code>> {
    proptest::collection::vec(parts(), 1..6).prop_map(|functions| {
        let code = functions.into_iter().enumerate();
        let code = code.map(|(number, regions)| Code::new("a.rs", &format!("f{number}"), &regions));
        code.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_export_is_read_back(program in program()) {
        let coverage = below(ROOT, &program, 1);
        prop_assert_eq!(read(&export(&coverage)).unwrap(), coverage);
    }

    #[test]
    fn what_has_only_moved_has_not_changed_and_what_has_stopped_running_is_lost(
        program in program(),
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
        gaps in proptest::collection::vec(1_u32..9, 6),
        indent in proptest::collection::vec(0_u32..9, 6),
        stopped in 0_usize..6,
    ) {
        let earlier = below(ROOT, &program, 1);
        let (mut line, mut functions, mut lost) = (0, vec![], vec![]);
        for place in order.into_iter().filter(|it| *it < program.len()) {
            let mut code = program[place].clone();
            line += gaps[place];
            if place == stopped {
                let ran = coverage([code.at(ROOT, line, indent[place])]);
                let ran = ran.files[0].lines.iter().filter(|it| it.count > 0);
                lost.extend(ran.map(|it| it.number));
                code.regions.iter_mut().for_each(|it| it.4 = 0);
            }
            functions.push((code.at(ROOT, line, indent[place]), place));
            line += code.height();
        }
        // In the order in which they were compiled.
        functions.sort_by_key(|(_, place)| *place);
        let now = coverage(functions.into_iter().map(|(function, _)| function));
        let comparison = since(&earlier, &now);
        prop_assert_eq!(of(&comparison, "a.rs"), &changes(&[], &lost));
        let back = since(&now, &earlier);
        prop_assert_eq!(back.totals(), (lost.len(), 0));
    }
}
