//! Profiles that are missing, empty, of a run that goes on, or of another build.

use std::fs;
use std::path::Path;

use super::unlinked_module;
use crate::support::instrumented::Instrumented;
use crate::support::process::signal;
use crate::support::{Output, Running, TestCrate, entries_of_main, stdout, tools};

/// Runs the report, which must fail, and gives its error with the crate's directory as `…`.
fn error(of: &Instrumented, report: &[&str]) -> String {
    let output = Output::of(&mut of.itcov(&[&["report"], report].concat())).ends_with(1);
    assert_eq!(output.stdout, "");
    output.stderr.replace(of.root().to_str().unwrap(), "…")
}

#[test]
fn what_is_missing_is_named_with_what_to_type() {
    let fixture = unlinked_module();
    let nothing = "error: nothing has been measured yet; `cargo itcov run`, `suite` or `exec` measures a run\n";
    assert_eq!(error(&fixture, &[]), nothing);
    assert_eq!(
        error(&fixture, &["--profiles", "target/collected"]),
        "error: target/collected has no profile: no file in it ends in .profraw\n"
    );
    stdout(&mut fixture.itcov(&["run"]));
    stdout(&mut fixture.itcov(&["report"]));
    assert_eq!(
        error(&fixture, &["--bin", "other"]),
        "error: --bin other was not measured; the last run measured: unlinked-module\n"
    );
    let library = &fixture.objects()[1];
    fs::remove_file(library).unwrap();
    let library = library.strip_prefix(fixture.root()).unwrap().display();
    assert_eq!(
        error(&fixture, &[]),
        format!(
            "error: the measured program …/{library} no longer exists; run the program again\n"
        )
    );
    stdout(&mut fixture.itcov(&["clean"]));
    assert_eq!(error(&fixture, &[]), nothing);
}

/// A part of an archive may be an archive, with less in it.
#[test]
fn what_was_kept_of_a_build_and_is_cut_off_or_replaced_is_named_until_the_next_run() {
    let fixture = unlinked_module();
    stdout(&mut fixture.itcov(&["run"]));
    let before = stdout(&mut fixture.itcov(&["report"]));
    for object in fixture.objects() {
        let whole = fs::read(&object).unwrap();
        let members = memchr::memmem::find_iter(&whole, "`\n").map(|end| end - 58);
        let lengths: Vec<usize> = if whole.starts_with(b"!<arch>\n") {
            members.chain([whole.len() - 1]).collect()
        } else {
            vec![0, 5000, whole.len() - 1]
        };
        assert!(lengths.len() > 2);
        let cut_off = lengths.iter().map(|length| whole[..*length].to_vec());
        for content in cut_off.chain([fs::read("/bin/true").unwrap()]) {
            // The library is a link to what was built.
            fs::remove_file(&object).unwrap();
            fs::write(&object, &content).unwrap();
            let shown = object.strip_prefix(fixture.root()).unwrap().display();
            let why = "is not as it was when the program was built; run the program again";
            assert_eq!(error(&fixture, &[]), format!("error: …/{shown} {why}\n"));
        }
        stdout(&mut fixture.itcov(&["run"]));
        assert_eq!(stdout(&mut fixture.itcov(&["report"])), before);
    }
}

#[test]
fn a_link_to_a_profile_is_that_profile_and_counts_once() {
    let krate = TestCrate::new("artifacts");
    let suite = r#"set -e
        (export LLVM_PROFILE_FILE=$PWD/host-a/%m%c.profraw; "$ITCOV_BIN")
        (export LLVM_PROFILE_FILE=$PWD/store/%m%c.profraw; "$ITCOV_BIN")
        for profile in store/*.profraw; do
            ln -s "../$profile" host-a/b.profraw
            ln -s "../$profile" host-a/b-again.profraw
        done
        "$ITCOV_BIN""#;
    krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    let report = |directories: &[&str]| {
        let words = [&["report", "--lcov", "-", "--profiles"], directories].concat();
        krate.itcov(&words)
    };
    let counted = |directories: &[&str]| entries_of_main(&report(directories).ends_with(0).stdout);
    assert_eq!(counted(&["store"]), 1);
    assert_eq!(counted(&["host-a"]), 2);
    assert_eq!(counted(&["host-a", "store", "host-a/b.profraw"]), 2);
    krate.sh("ln -s nowhere host-a/c.profraw").ends_with(0);
    report(&["host-a"])
        .ends_with(1)
        .says("cannot read host-a/c.profraw");
}

#[test]
fn a_link_to_a_directory_of_profiles_is_followed() {
    let krate = TestCrate::new("hosts");
    let suite = r#"set -e
        (export LLVM_PROFILE_FILE=$PWD/hosts/a/%m%c.profraw; "$ITCOV_BIN")
        (export LLVM_PROFILE_FILE=$PWD/mounted/b/%m%c.profraw; "$ITCOV_BIN")
        ln -s ../mounted/b hosts/b
        ln -s . hosts/itself
        mkdir branches && for i in $(seq 30); do
            mkdir branches/$i
            for link in a b; do ln -s ../$((i + 1)) branches/$i/$link; done
        done
        mkdir branches/31 && ln -s ../branches/1 hosts/branches
        "$ITCOV_BIN""#;
    krate.itcov(&["exec", "--", "sh", "-c", suite]).ends_with(0);
    let report = || krate.itcov(&["report", "--lcov", "-", "--profiles", "hosts"]);
    assert_eq!(entries_of_main(&report().ends_with(0).stdout), 2);
    krate.sh("mv mounted away").ends_with(0);
    report()
        .ends_with(1)
        .says("error: cannot read hosts/b: No such file");
}

#[test]
fn a_run_is_reported_on_while_it_goes_on() {
    let krate = TestCrate::new("going-on");
    let mut run = Running::start(
        krate
            .command(tools::cargo_itcov())
            .args(["run", "--", "wait"]),
    );
    run.expect("waiting\n");
    let during = krate.itcov(&["report"]).ends_with(0).lines_of("Total");
    assert!(during.0 > 0 && during.0 < during.1, "{during:?}");
    signal("INT", run.id());
    let after = run.finish().ends_with(0).lines_of("Total");
    assert!(after.0 >= during.0 && after.1 == during.1, "{after:?}");
}

#[test]
fn an_empty_profile_is_left_out_with_a_warning() {
    let fixture = unlinked_module();
    let empty = fixture.collected().join("empty.profraw");
    fs::write(&empty, "").unwrap();
    assert_eq!(
        error(&fixture, &["--profiles", "target/collected"]),
        "error: every profile is empty, as on a full disk; make room there, then run the program again\n"
    );
    fixture.run(&[]);
    let output = Output::of(&mut fixture.report(&[])).ends_with(0);
    assert!(output.stdout.contains("22.22%"));
    assert_eq!(
        output.stderr,
        format!(
            "warning: the profile {} is empty, as on a full disk; it is left out\n",
            empty.display()
        )
    );
}

/// Takes the build identifier out of a profile, as if the linker had written none.
fn without_build_id(profile: &Path) {
    let mut bytes = fs::read(profile).unwrap();
    let length = u64::from_le_bytes(bytes[16..24].try_into().unwrap());
    bytes[16..24].fill(0);
    let fields = match bytes[8] {
        8 => 11,
        9 => 14,
        10 => 16,
        _ => 19,
    };
    bytes.drain(8 * fields..8 * fields + usize::try_from(length).unwrap());
    fs::write(profile, bytes).unwrap();
}

/// Takes the build identifiers out of the program and its libraries: the note gets a type that means nothing.
fn build_without_ids(fixture: &Instrumented) {
    fixture.rebuild();
    for object in fixture.objects() {
        let mut bytes = fs::read(&object).unwrap();
        let is_note = |place: usize, bytes: &[u8]| {
            bytes[place..].starts_with(&[4, 0, 0, 0])
                && bytes[place + 8..].starts_with(&[3, 0, 0, 0, b'G', b'N', b'U', 0])
        };
        let note = (0..bytes.len().saturating_sub(16)).find(|place| is_note(*place, &bytes));
        if let Some(note) = note {
            bytes[note + 8] = 99;
            fs::remove_file(&object).unwrap();
            fs::write(&object, bytes).unwrap();
        }
    }
}

#[test]
fn a_profile_of_another_build_does_not_count() {
    let fixture = unlinked_module();
    fixture.run(&[]);
    without_build_id(&fixture.profiles()[0]);
    let source = fixture.root().join("src/lib.rs");
    let changed = fs::read_to_string(&source)
        .unwrap()
        .replace("{ 7 }", "{ if unused::never(1) > 3 { 7 } else { 9 } }");
    fs::write(&source, changed).unwrap();
    build_without_ids(&fixture);
    let output = Output::of(&mut fixture.report(&[])).ends_with(0);
    assert_eq!(
        output.stderr,
        "warning: functions with a profile of another build, which does not count: 1; \
         run the program that `cargo itcov build` has built, and copy its profile\n"
    );
}

pub fn of_another_build() -> Instrumented {
    let fixture = unlinked_module();
    fixture.run(&[]);
    without_build_id(&fixture.profiles()[0]);
    let source = fixture.root().join("src/lib.rs");
    let text = fs::read_to_string(&source).unwrap();
    let changed = text.replace("{ 7 }", "{ if unused::never(1) > 3 { 7 } else { 9 } }");
    fs::write(&source, changed).unwrap();
    build_without_ids(&fixture);
    let total = || {
        let output = Output::of(&mut fixture.report(&[])).ends_with(0).stdout;
        let total = output.lines().find(|row| row.starts_with("Total")).unwrap();
        let cells: Vec<String> = total.split_whitespace().map(str::to_owned).collect();
        [1, 3, 5].map(|cell| {
            let (ran, all) = cells[cell].split_once('/').unwrap();
            [ran, all].map(|number| number.parse::<u32>().unwrap())
        })
    };
    let old = total();
    fs::remove_file(&fixture.profiles()[0]).unwrap();
    fixture.run(&[]);
    let new = total();
    for ([old_ran, old_all], [new_ran, new_all]) in old.into_iter().zip(new) {
        assert_eq!(old_all, new_all);
        assert!(old_ran < new_ran, "{old:?} {new:?}");
    }
    fixture
}

#[test]
fn a_function_with_a_profile_of_another_build_counts_as_not_run() {
    of_another_build();
}
