//! The table at real terminals of several widths, and elsewhere.

use crate::support::instrumented::Instrumented;
use crate::support::{Output, Terminal, command};

fn fixture() -> Instrumented {
    let fixture = Instrumented::build("kinds-of-code", "app");
    fixture.run(&["shapes"]).ends_with(0);
    fixture
}

/// What the report shows at a terminal of this many columns, without its colours.
fn shown(fixture: &Instrumented, columns: usize, variables: &str, arguments: &str) -> String {
    shown_at(fixture, (columns, 24), variables, arguments)
}

fn shown_at(
    fixture: &Instrumented,
    (columns, rows): (usize, usize),
    variables: &str,
    arguments: &str,
) -> String {
    let mut shell = command("sh", &fixture.root());
    shell
        .env("TERM", "xterm-256color")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("COLUMNS");
    let terminal = Terminal::start(&shell);
    terminal.enter(&format!("stty cols {columns} rows {rows}; echo be'gin'"));
    terminal.expect("begin\r\n");
    terminal.enter(&format!(
        "clear=; {variables} cargo-itcov itcov report --profiles target/collected {arguments}; echo e'nd'"
    ));
    terminal.expect("\nend\r\n");
    let screen = terminal.screen();
    let (_, screen) = screen.split_once("echo e'nd'\r\n").unwrap();
    let (report, _) = screen.split_once("end\r\n").unwrap();
    report.replace("\r\n", "\n")
}

fn widest(text: &str) -> usize {
    let lines = text.lines().map(|line| line.chars().count());
    lines.max().unwrap()
}

#[test]
fn the_table_fits_every_terminal() {
    let fixture = fixture();
    let plain = Output::of(&mut fixture.report(&[])).stdout;
    for columns in [24, 30, 40, 60, 80, 100, 160] {
        let shown = shown(&fixture, columns, "", "--color never");
        assert!(widest(&shown) <= columns, "{columns} columns:\n{shown}");
        assert_eq!(shown.contains('█'), columns >= 100, "{shown}");
        assert!(
            shown.contains("Cover") && shown.contains("flow.rs "),
            "{shown}"
        );
        // The same percentages as elsewhere.
        for row in plain.lines().skip(1) {
            let percent = row.split_whitespace().nth(2).unwrap();
            assert!(shown.contains(percent), "no {percent} in\n{shown}");
        }
    }
}

#[test]
fn at_forty_columns_it_is_read_without_scrolling() {
    let shown = shown(&fixture(), 40, "", "--color never --sort lines");
    let mut rows = shown.lines();
    let head: Vec<&str> = rows.next().unwrap().split_whitespace().collect();
    assert_eq!(head, ["File", "Lines", "Cover"]);
    let percents = rows.by_ref().take_while(|row| !row.starts_with("Total"));
    let percents: Vec<f64> = percents
        .map(|row| row.rsplit("  ").next().unwrap().trim())
        .map(|percent| percent.trim_end_matches('%').parse().unwrap())
        .collect();
    assert!(percents.len() > 5 && percents.is_sorted(), "{shown}");
    assert_eq!(rows.next(), Some(""));
    assert!(
        rows.next().unwrap().contains(" lines did not run, in"),
        "{shown}"
    );
}

#[test]
fn bars_say_what_the_colours_say() {
    let fixture = fixture();
    let unicode = shown(&fixture, 160, "", "--color always");
    assert!(
        unicode.contains("\u{1b}[31m") && unicode.contains('█'),
        "{unicode}"
    );
    for variables in ["LC_ALL=C", "LC_ALL= LC_CTYPE=POSIX"] {
        let ascii = shown(&fixture, 160, variables, "--color never");
        assert!(ascii.is_ascii() && ascii.contains("  ####"), "{ascii}");
        assert!(shown(&fixture, 28, variables, "--color never").is_ascii());
    }
    // The shares, from the bars: a full one for all and none for nothing.
    let plain = shown(&fixture, 160, "", "--color never");
    for row in plain.lines().filter(|row| row.contains('%')) {
        let lines = row.split_whitespace().nth(2).unwrap();
        let full = row.chars().filter(|it| *it == '█').count();
        assert_eq!(full == 10, lines == "100.00%", "{row}");
        let any = row.chars().any(|it| ('▉'..='▏').contains(&it) || it == '█');
        assert_eq!(any, lines != "0.00%" && lines != "-", "{row}");
    }
}

#[test]
fn columns_can_be_set_and_count_only_at_a_terminal() {
    let fixture = fixture();
    // Also at one that does not know how wide it is; zero columns are none that anybody means.
    for (columns, variable) in [(160, "COLUMNS=40"), (0, "COLUMNS=40"), (40, "COLUMNS=0")] {
        let shown = shown(&fixture, columns, variable, "--color never");
        assert!(widest(&shown) <= 40, "{columns}, {variable}: {shown}");
    }
    // One that knows how wide it is and not how high.
    let shown = shown_at(&fixture, (40, 0), "", "--color never");
    assert!(widest(&shown) <= 40, "{shown}");
    let mut report = fixture.report(&[]);
    let plain = Output::of(&mut report).stdout;
    let narrow = Output::of(report.env("COLUMNS", "20")).stdout;
    assert_eq!(plain, narrow);
    assert!(
        !plain.contains('█') && !plain.contains("did not run"),
        "{plain}"
    );
}

#[test]
fn the_worst_file_is_first_by_what_is_asked_for() {
    let fixture = fixture();
    let rows = |by: &str| -> Vec<(String, Vec<(u32, u32)>)> {
        let output = Output::of(&mut fixture.report(&["--sort", by])).ends_with(0);
        let rows = output.stdout.lines().filter(|row| row.contains(".rs "));
        let cells = rows.map(|row| row.split_whitespace().collect::<Vec<_>>());
        cells
            .map(|cells| {
                let number = |text: &str| text.parse::<u32>().unwrap();
                let ratio = |cell: &str| cell.split_once('/').map(|(a, b)| (number(a), number(b)));
                let ratios = [1, 3, 5].map(|cell| ratio(cells[cell]).unwrap());
                (cells[0].to_owned(), ratios.to_vec())
            })
            .collect()
    };
    let by_name = rows("name");
    assert!(by_name.len() > 5 && by_name.is_sorted_by_key(|row| &row.0));
    for (place, by) in ["lines", "functions", "regions"].into_iter().enumerate() {
        let sorted = rows(by);
        let share = |row: &(String, Vec<(u32, u32)>)| {
            let (covered, total) = row.1[place];
            (f64::from(covered) / f64::from(total), row.0.clone())
        };
        assert!(sorted.is_sorted_by_key(share), "{by}: {sorted:?}");
        assert_ne!(sorted, by_name);
    }
    let missing = rows("missing");
    let most = |row: &(String, Vec<(u32, u32)>)| i64::from(row.1[0].0) - i64::from(row.1[0].1);
    assert!(
        missing.is_sorted_by_key(|row| (most(row), row.0.clone())),
        "{missing:?}"
    );
    // The lines below are in the same order.
    let mut report = fixture.report(&["--sort", "missing", "--show-missing-lines"]);
    let listed = Output::of(&mut report).ends_with(0).stdout;
    let (_, listed) = listed.split_once("did not run:\n").unwrap();
    let names: Vec<&str> = listed
        .lines()
        .map(|line| line.split(':').next().unwrap())
        .collect();
    let expected: Vec<&str> = missing
        .iter()
        .filter(|row| row.1.iter().any(|(covered, total)| covered < total))
        .map(|row| &*row.0)
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn the_list_of_lines_is_wrapped_and_says_when_there_are_none() {
    let fixture = fixture();
    let narrow = shown(&fixture, 40, "", "--color never --show-missing-lines");
    assert!(widest(&narrow) <= 40, "{narrow}");
    assert!(narrow.contains(",\n    "), "{narrow}");
    let all_ran = Instrumented::build("unlinked-module", "unlinked-module");
    all_ran.run(&[]);
    let mut report = all_ran.report(&["--show-missing-lines", "--include", "main.rs"]);
    let output = Output::of(&mut report).ends_with(0).stdout;
    assert!(
        output.ends_with("%\n\nLines that did not run: none\n"),
        "{output}"
    );
}
