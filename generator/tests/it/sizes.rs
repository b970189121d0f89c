//! Many profiles and objects: what they take, and that they are read in parallel without a trace in the report.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::instrumented::Instrumented;
use crate::support::terminal::Terminal;
use crate::support::{Output, command};

/// A program with the profile of a run of it, which is of some kilobytes.
fn measured() -> Instrumented {
    let fixture = Instrumented::build("kinds-of-code", "app");
    fixture.run(&["flow", "1", "2", "5"]);
    fs::rename(&fixture.profiles()[0], first(&fixture)).unwrap();
    fixture
}

fn first(of: &Instrumented) -> PathBuf {
    of.collected().join("first.profraw")
}

/// Makes so many profiles in a directory, all of the same run.
fn fill(directory: &Path, of: &Instrumented, number: usize) {
    for number in 0..number {
        // Some may be there.
        let _ = fs::hard_link(first(of), directory.join(format!("{number}.profraw")));
    }
}

/// A directory with so many profiles, all of the same run.
fn profiles(of: &Instrumented, number: usize) -> PathBuf {
    let directory = of.root().join(format!("brought-{number}"));
    fs::create_dir(&directory).unwrap();
    fill(&directory, of, number);
    directory
}

/// The most memory that a process has had, in KiB, as long as it can be asked.
fn peak(process: &Child) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// The most memory that a report had that has read so many profiles and the first one.
fn peak_of(of: &Instrumented, number: usize) -> u32 {
    fill(&of.collected(), of, number);
    let collected = of.collected();
    let report = of.report(&["--lcov", "-", "--profiles", collected.to_str().unwrap()]);
    let mut report = on_one_processor(&report);
    let mut report = report.stdout(Stdio::piped()).spawn().unwrap();
    let mut most = 0;
    while report.try_wait().unwrap().is_none() {
        most = peak(&report).unwrap_or(most);
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let lcov = report.wait_with_output().unwrap().stdout;
    let entered = format!("FNDA:{},", number + 1);
    let lcov = String::from_utf8(lcov).unwrap();
    assert!(
        lcov.lines()
            .any(|line| line.starts_with(&entered) && line.ends_with("3app4main")),
        "not all were counted:\n{lcov}"
    );
    most
}

#[test]
fn memory_does_not_grow_with_the_number_of_profiles() {
    let fixture = measured();
    let [few, many] = [100, 3000].map(|number| peak_of(&fixture, number));
    let size = fs::metadata(first(&fixture)).unwrap().len() * 3000 / 1024;
    assert!(size > 12_000, "{size} KiB do not tell");
    // Their names are kept, of which each takes a kilobyte.
    assert!(many < few + 6_000, "{few} KiB, and {many} KiB for many");
}

/// The same command, which finds a single processor.
fn on_one_processor(command: &Command) -> Command {
    let allowed = fs::read_to_string("/proc/self/status").unwrap();
    let allowed = allowed
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let first = allowed.unwrap().trim().split([',', '-']).next().unwrap();
    let mut one = Command::new("taskset");
    one.args(["-c", first]).arg(command.get_program());
    one.args(command.get_args());
    one.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => one.env(name, value),
            None => one.env_remove(name),
        };
    }
    one
}

#[test]
fn a_report_in_parallel_is_the_same_to_the_byte() {
    let fixture = measured();
    let directory = profiles(&fixture, 60);
    let other = Instrumented::build("unlinked-module", "unlinked-module");
    other.run(&[]);
    for number in [7, 25, 49] {
        fs::write(directory.join(format!("{number}-empty.profraw")), "").unwrap();
        let foreign = directory.join(format!("{number}-foreign.profraw"));
        fs::copy(&other.profiles()[0], foreign).unwrap();
    }
    let directory = directory.to_str().unwrap();
    for format in [&["--lcov", "-"][..], &["--show-missing-lines"]] {
        let arguments = [format, &["--profiles", directory]].concat();
        let mut several = fixture.report(&arguments);
        let one = Output::of(&mut on_one_processor(&several)).ends_with(0);
        assert_eq!(one.stderr.matches("is empty").count(), 3, "{}", one.stderr);
        assert_eq!(one.stderr.matches("of another build").count(), 3);
        let several = Output::of(&mut several).ends_with(0);
        assert_eq!(
            (&several.stdout, &several.stderr),
            (&one.stdout, &one.stderr)
        );
    }
}

#[test]
fn of_several_damaged_profiles_the_first_is_named_however_many_threads_read() {
    let fixture = measured();
    let directory = profiles(&fixture, 60);
    for number in [20, 30, 50] {
        let path = directory.join(format!("{number}.profraw"));
        fs::remove_file(&path).unwrap();
        fs::write(path, "damaged").unwrap();
    }
    let report = fixture.report(&["--profiles", directory.to_str().unwrap()]);
    for mut report in [on_one_processor(&report), report] {
        let said = Output::of(&mut report).ends_with(1);
        said.says("brought-60/20.profraw cannot be used");
    }
}

/// What is on the screen when a report is over.
fn screen(of: &Instrumented, variables: &str, options: &str) -> String {
    let mut shell: Command = command("sh", &of.root());
    let terminal = Terminal::start(shell.env("TERM", "xterm"));
    terminal.enter(&format!(
        "{variables} taskset -c \"$(taskset -cp $$ | tr -cs 0-9 ' ' | cut -d' ' -f3)\" '{}' itcov report {options} --profiles '{}' | sed -n '$p'; echo over | tr o O",
        env!("CARGO_BIN_EXE_cargo-itcov"),
        of.collected().display(),
    ));
    terminal.expect("Over");
    terminal.screen()
}

#[test]
fn how_many_profiles_are_read_is_shown_at_a_terminal() {
    let fixture = measured();
    // It shows something after half a second.
    fill(&fixture.collected(), &fixture, 20_000);
    let shown = screen(&fixture, "", "");
    let (_, during) = shown.split_once("reading the profiles").unwrap();
    assert!(during.contains("/20,001"), "{shown:?}");
    let (_, after) = during.rsplit_once("/20,001").unwrap();
    assert!(
        after.contains("\u{1b}[2K") && after.contains("Total"),
        "{after:?}"
    );
    for (variables, options) in [("TERM=dumb", ""), ("", "--quiet")] {
        let shown = screen(&fixture, variables, options);
        assert!(!shown.contains("reading the profiles"), "{shown:?}");
        assert!(shown.contains("Total"), "{shown:?}");
    }
}
