//! Files that are not what they should be, given to `cargo itcov report`: it names them, and says what to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::instrumented::Instrumented;
use crate::support::{Output, archive, command, repository, stdout};

/// A fixture that has run.
fn ran() -> Instrumented {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    fixture
}

/// Runs the report, which must fail, and gives its error with the crate's directory as `…`.
#[track_caller]
fn error(of: &Instrumented, report: &mut Command) -> String {
    let output = Output::of(report).ends_with(1);
    assert_eq!(output.stdout, "");
    output.stderr.replace(of.root().to_str().unwrap(), "…")
}

/// A profile that a Rust of this version has written.
fn of_rust(version: &str) -> PathBuf {
    repository().join("fuzz/corpus/profile").join(version)
}

#[test]
fn a_profile_cut_anywhere_is_named_with_what_to_do() {
    let fixture = ran();
    let profile = fixture.profiles().remove(0);
    let whole = fs::read(&profile).unwrap();
    let name = profile.file_name().unwrap().to_str().unwrap();
    for length in [1, 8, 100, 140, 200, whole.len() / 2] {
        fs::write(&profile, &whole[..length]).unwrap();
        assert_eq!(
            error(&fixture, &mut fixture.report(&[])),
            format!(
                "error: the profile …/target/collected/{name} cannot be used; \
                 copy it again, or leave it out: it ends too early\n"
            )
        );
    }
}

#[test]
fn a_directory_that_is_called_like_a_profile_is_passed_over() {
    let fixture = ran();
    let collected = fixture.profiles()[0].with_file_name("");
    fs::create_dir(collected.join("directory.profraw")).unwrap();
    let output = Output::of(&mut fixture.report(&[])).ends_with(0);
    assert_eq!(output.stderr, "");
}

#[test]
fn a_file_that_is_no_profile_is_named_with_what_it_is() {
    let fixture = ran();
    let given = fixture.root().join("given");
    let program = fs::read(&fixture.objects()[0]).unwrap();
    let library = fs::read(&fixture.objects()[1]).unwrap();
    let future = [
        &fs::read(&fixture.profiles()[0]).unwrap()[..8],
        &[99, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    for (content, what) in [
        (
            &b"main:\n 7 0\n"[..],
            "it is text, and not a raw profile (.profraw)",
        ),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "it is not a raw profile (.profraw)",
        ),
        (
            &[0; 4096],
            "it begins with zeros, as after a crash of the machine",
        ),
        (
            b"\x1f\x8b\x08\0\0\0\0\0\0\0",
            "it is compressed; unpack it first",
        ),
        (
            b"\xfflprofi\x81\x0d\0\0\0\0\0\0\0",
            "it is an indexed profile, as llvm-profdata merge writes it; give the .profraw files that it was made of",
        ),
        (
            &program,
            "it is a program or an object; give the .profraw files that the program has written",
        ),
        (
            &library,
            "it is a library; give the .profraw files that the program has written",
        ),
        (
            &future,
            "it is of version 99 (newer than LLVM 23), and 8 to 11 are supported; \
             use a newer version of this tool, or build the program with an older Rust",
        ),
    ] {
        fs::write(&given, content).unwrap();
        assert_eq!(
            error(&fixture, &mut fixture.report(&["--profiles", "given"])),
            format!(
                "error: the profile given cannot be used; copy it again, or leave it out: {what}\n"
            )
        );
    }
}

/// It would be read for ever.
#[test]
fn a_device_is_no_profile() {
    let fixture = ran();
    assert_eq!(
        error(&fixture, &mut fixture.report(&["--profiles", "/dev/zero"])),
        "error: /dev/zero is a device and no profile: name a file or directory\n"
    );
}

#[test]
fn profiles_of_older_compilers_beside_that_of_the_build_are_said_to_be_of_another_one() {
    let fixture = ran();
    let expected = stdout(&mut fixture.report(&["--lcov", "-"]));
    for version in ["1.63", "1.79", "1.85"] {
        let other = fixture.collected().join("other.profraw");
        fs::copy(of_rust(version), &other).unwrap();
        let output = Output::of(&mut fixture.report(&["--lcov", "-"])).ends_with(0);
        assert_eq!(output.stdout, expected);
        assert!(
            output.stderr.contains(other.to_str().unwrap()),
            "{}",
            output.stderr
        );
        assert!(output.stderr.contains("another build"), "{}", output.stderr);
    }
}

#[test]
fn a_program_or_library_cut_anywhere_is_named_with_how_to_build_it() {
    let fixture = ran();
    for object in fixture.objects() {
        let whole = fs::read(&object).unwrap();
        let name = object.strip_prefix(fixture.root()).unwrap().display();
        for part in 0..20 {
            fs::write(&object, &whole[..whole.len() * part / 20]).unwrap();
            let error = error(&fixture, &mut fixture.report(&[]));
            let expected =
                format!("error: …/{name} is not as it was when the program was built; run ");
            assert!(error.starts_with(&expected), "part {part}: {error}");
        }
        fs::write(&object, vec![0; whole.len()]).unwrap();
        let error = error(&fixture, &mut fixture.report(&[]));
        let expected = format!("error: cannot read the coverage mapping of …/{name}; run the ");
        assert!(error.starts_with(&expected), "{error}");
        fs::write(&object, whole).unwrap();
    }
    stdout(&mut fixture.report(&[]));
}

#[test]
fn a_program_without_a_mapping_is_named() {
    let fixture = ran();
    let source = fixture.root().join("plain.rs");
    fs::write(&source, "fn main() {}\n").unwrap();
    let plain = fixture.root().join("plain");
    stdout(command("rustc", &fixture.root()).arg(&source));
    let plain = fs::read(plain).unwrap();
    // As many bytes as there were.
    for object in fixture.objects() {
        let length = usize::try_from(fs::metadata(&object).unwrap().len()).unwrap();
        let content = if object.extension().is_some() {
            archive("plain", &[], length)
        } else {
            assert!(plain.len() <= length);
            [&plain[..], &vec![0; length - plain.len()]].concat()
        };
        fs::write(&object, content).unwrap();
    }
    let error = error(&fixture, &mut fixture.report(&[]));
    assert!(
        error.contains("/unlinked-module has no coverage mapping, so it was not built for coverage; run the program again"),
        "{error}"
    );
}

/// Reports after each byte of the mapping was changed in turn: it may be refused, but nothing worse.
#[test]
fn a_damaged_mapping_is_refused_or_read_and_never_a_crash() {
    let fixture = ran();
    let program = fixture.objects()[0].clone();
    let whole = fs::read(&program).unwrap();
    let section = section(&program, "__llvm_covfun");
    let mut refused = 0;
    for place in (section.start..section.end).step_by(11) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xff;
        fs::write(&program, damaged).unwrap();
        let output = Output::of(&mut fixture.report(&[]));
        match output.status {
            0 => {}
            1 => {
                assert!(
                    output.stderr.contains("/unlinked-module"),
                    "{}",
                    output.stderr
                );
                refused += 1;
            }
            _ => panic!("at {place}: {}", output.stderr),
        }
    }
    assert!(refused > 3, "{refused}");
}

/// Where the section is in the file.
fn section(program: &Path, name: &str) -> std::ops::Range<usize> {
    use object::{Object, ObjectSection};
    let file = fs::read(program).unwrap();
    let file = object::File::parse(&*file).unwrap();
    let (start, length) = file.section_by_name(name).unwrap().file_range().unwrap();
    let start = usize::try_from(start).unwrap();
    start..start + usize::try_from(length).unwrap()
}
