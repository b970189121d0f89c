//! Where a format is written.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::instrumented::Instrumented;
use crate::support::{Output, stdout};

/// Each option, and how its file begins.
const OPTIONS: [(&str, &str); 5] = [
    ("--lcov", "SF:src/"),
    ("--json", "{\"data\":[{\"files\":[{"),
    (
        "--cobertura",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE coverage ",
    ),
    ("--codecov", "{\"coverage\":{\"src/"),
    (
        "--markdown",
        "<!-- itcov -->\n## Coverage: 22.22% of lines (2 of 9)\n",
    ),
];

fn measured() -> Instrumented {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    fixture
}

fn report(of: &Instrumented, arguments: &[&str]) -> Output {
    Output::of(of.report(arguments).env("SOURCE_DATE_EPOCH", "1700000000"))
}

/// The names of what is in the directory.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_format_may_be_written_at_once_and_each_to_the_standard_output() {
    let fixture = measured();
    let files = OPTIONS.map(|(option, _)| format!("out{option}"));
    let mut arguments = vec![];
    for ((option, _), file) in OPTIONS.iter().zip(&files) {
        arguments.extend([*option, file]);
    }
    let output = report(&fixture, &arguments).ends_with(0);
    assert!(output.stdout.contains("\nTotal "), "{}", output.stdout);
    for ((option, start), file) in OPTIONS.iter().zip(&files) {
        let file = fs::read_to_string(fixture.root().join(file)).unwrap();
        assert!(file.starts_with(start), "{option}: {file}");
        assert!(file.ends_with('\n'));
        assert_eq!(report(&fixture, &[option, "-"]).ends_with(0).stdout, file);
    }
    let left: Vec<_> = names(&fixture.root())
        .into_iter()
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_percentage_is_the_same_wherever_people_read_it() {
    let fixture = measured();
    let table = report(&fixture, &["--html", "target/html"]).ends_with(0);
    let total = table.stdout.lines().find(|row| row.starts_with("Total"));
    let cells = total.unwrap().split_whitespace();
    let shown: Vec<&str> = cells.filter(|cell| cell.ends_with('%')).collect();
    assert_eq!(shown, ["22.22%", "50.00%", "43.75%"]);
    let markdown = report(&fixture, &["--markdown", "-"]).ends_with(0).stdout;
    let page = fs::read_to_string(fixture.root().join("target/html/index.html")).unwrap();
    let missed = "--fail-under-lines=99 --fail-under-functions=99 --fail-under-regions=99";
    let missed: Vec<&str> = missed.split(' ').collect();
    let missed = report(&fixture, &missed).ends_with(1).stderr;
    for percentage in shown {
        assert!(
            markdown.contains(&format!("| {percentage} |")),
            "{markdown}"
        );
        assert!(
            page.contains(&format!("<p class=v>{percentage}</p>")),
            "{page}"
        );
        assert!(missed.contains(&format!("ran, {percentage}:")), "{missed}");
    }
}

#[test]
fn two_formats_for_one_place_are_wrong_usage_and_nothing_is_written() {
    let fixture = measured();
    let before = names(&fixture.root());
    fs::create_dir(fixture.root().join("target/out")).unwrap();
    for (arguments, what) in [
        (
            ["--json", "-", "--lcov", "-"],
            "error: --lcov and --json are both for the standard output; name a file for all but one\n",
        ),
        (
            ["--json", "-", "--lcov", "/dev/stdout"],
            "error: --lcov and --json are both for the standard output; name a file for all but one\n",
        ),
        (
            ["--lcov", "same", "--codecov", "./same"],
            "error: --lcov and --codecov are both for ./same; name a file for each\n",
        ),
        (
            ["--lcov", "target/out/../same", "--markdown", "target/same"],
            "error: --lcov and --markdown are both for target/same; name a file for each\n",
        ),
    ] {
        let output = report(&fixture, &arguments).ends_with(2);
        assert!(output.stderr.starts_with(what), "{}", output.stderr);
        let usage = "\nUsage: cargo itcov report [OPTIONS]\n";
        assert!(output.stderr.contains(usage), "{}", output.stderr);
        assert_eq!(output.stdout, "");
    }
    assert_eq!(names(&fixture.root()), before);
    assert!(!fixture.root().join("target/same").exists());
}

#[test]
fn what_is_before_and_behind_a_report_in_the_standard_output_stays() {
    let fixture = measured();
    let markdown = report(&fixture, &["--markdown", "-"]).ends_with(0).stdout;
    for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let log = fixture.root().join("log");
        fs::write(&log, "before\n").unwrap();
        let out = fs::File::options().append(true).open(&log).unwrap();
        let mut command = fixture.report(&["--markdown", path]);
        command.env("SOURCE_DATE_EPOCH", "1700000000");
        assert!(
            command
                .stdout(out.try_clone().unwrap())
                .status()
                .unwrap()
                .success()
        );
        (&out).write_all(b"behind\n").unwrap();
        let text = fs::read_to_string(&log).unwrap();
        assert_eq!(text, format!("before\n{markdown}behind\n"), "{path}");
    }
}

#[test]
fn a_pipe_of_a_shell_gets_a_report() {
    let fixture = measured();
    let lcov = report(&fixture, &["--lcov", "-"]).ends_with(0).stdout;
    let report = fixture.report(&[]);
    // What `--lcov >(cat >got)` is for bash.
    let script = "mkfifo pipe; cat pipe >got & exec 3>pipe; \"$@\" --lcov /dev/fd/3; status=$?; exec 3>&-; wait; exit $status";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", script, "sh"]).current_dir(fixture.root());
    shell.arg(report.get_program()).args(report.get_args());
    Output::of(&mut shell).ends_with(0);
    let got = fs::read_to_string(fixture.root().join("got")).unwrap();
    assert_eq!(got, lcov);
}

#[test]
fn other_formats_may_be_in_the_directory_of_the_pages_and_none_in_the_place_of_a_page() {
    let fixture = measured();
    let directory = fixture.root().join("coverage");
    let arguments = ["--html", "coverage", "--lcov", "coverage/lcov.info"];
    // It is not there, it is there and empty, and it has pages and the file.
    for is_made in [false, true, false] {
        if is_made {
            fs::remove_dir_all(&directory).unwrap();
            fs::create_dir(&directory).unwrap();
        }
        report(&fixture, &arguments).ends_with(0);
        let names = names(&directory);
        for name in ["index.html", "lcov.info", "pages"] {
            assert!(names.iter().any(|it| it == name), "{names:?}");
        }
    }
    let index = fs::read(directory.join("index.html")).unwrap();
    for file in [
        "./coverage/index.html",
        "coverage/pages/lcov.info",
        "coverage/../coverage/style.css",
    ] {
        report(&fixture, &["--html", "coverage", "--markdown", file])
            .ends_with(1)
            .says(&format!(
                "error: --markdown {file} is in the place of one of the pages of --html; name another file\n"
            ));
    }
    assert_eq!(fs::read(directory.join("index.html")).unwrap(), index);
}

#[test]
fn no_report_replaces_a_source() {
    let fixture = measured();
    std::os::unix::fs::symlink("src/main.rs", fixture.root().join("linked")).unwrap();
    for source in ["src/main.rs", "Cargo.toml", "./src/../Cargo.lock", "linked"] {
        let before = fs::read(fixture.root().join(source)).unwrap();
        report(&fixture, &["--lcov", source])
            .ends_with(2)
            .says(&format!(
                "error: --lcov {source} would replace a source; name another file\n"
            ));
        assert_eq!(fs::read(fixture.root().join(source)).unwrap(), before);
    }
    report(&fixture, &["--lcov", "src/lcov.info"]).ends_with(0);
}

#[test]
fn a_file_that_cannot_be_written_is_said_and_the_others_are_as_they_were() {
    let fixture = measured();
    fs::write(fixture.root().join("lcov.info"), "as it was").unwrap();
    let before = names(&fixture.root());
    for (place, why) in [
        (
            "no/such/c.xml",
            "there is no directory no/such; create it, or name another file",
        ),
        (
            "lcov.info/c.xml",
            "there is no directory lcov.info; create it, or name another file",
        ),
        ("src", "it is a directory; name a file in it"),
    ] {
        let output = report(&fixture, &["--lcov", "lcov.info", "--cobertura", place]).ends_with(1);
        assert_eq!(
            output.stderr,
            format!("error: cannot write {place}: {why}\n")
        );
        assert_eq!(output.stdout, "");
    }
    let mut wrong = fixture.report(&["--lcov", "lcov.info", "--cobertura", "c.xml"]);
    let output = Output::of(wrong.env("SOURCE_DATE_EPOCH", "today")).ends_with(1);
    assert_eq!(
        output.stderr,
        "error: cannot write c.xml: SOURCE_DATE_EPOCH is today, which is no number of seconds since 1970: set it to one, or unset it\n"
    );
    let text = fs::read_to_string(fixture.root().join("lcov.info")).unwrap();
    assert_eq!(text, "as it was");
    assert_eq!(names(&fixture.root()), before);
}

#[test]
fn what_is_there_is_replaced_as_a_whole_through_links_and_a_device_stays_one() {
    let fixture = measured();
    let root = fixture.root();
    fs::write(
        root.join("target/real"),
        "longer than what will be there ".repeat(1000),
    )
    .unwrap();
    symlink("target/real", root.join("link")).unwrap();
    report(&fixture, &["--markdown", "link", "--lcov", "/dev/null"]).ends_with(0);
    assert!(root.join("link").is_symlink());
    let text = fs::read_to_string(root.join("target/real")).unwrap();
    assert_eq!(
        text,
        report(&fixture, &["--markdown", "-"]).ends_with(0).stdout
    );
    assert!(!Path::new("/dev/null").is_file());
}

#[test]
fn without_a_time_that_is_said_it_is_now() {
    let fixture = measured();
    let xml = stdout(
        fixture
            .report(&["--cobertura", "-"])
            .env_remove("SOURCE_DATE_EPOCH"),
    );
    let (_, rest) = xml.split_once(" timestamp=\"").unwrap();
    let made: u64 = rest.split('"').next().unwrap().parse().unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    assert!(
        (0..600_000).contains(&(now - u128::from(made))),
        "{made} of {now}"
    );
}
