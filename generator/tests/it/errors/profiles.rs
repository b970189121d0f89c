//! Errors of profiles, and of what is given in the place of one.

use std::fs;

use super::page::Section;
use crate::support::TestCrate;

pub fn add_to(section: &mut Section, shop: &TestCrate) {
    shop.write("host-a/readme.txt", "");
    shop.write("full/empty.profraw", "");
    for (case, name) in [
        ("The profiles do not exist", "host-b"),
        ("The directory has no profile", "host-a"),
        ("A device is named", "/dev/zero"),
        ("The profiles are empty", "full"),
    ] {
        section.error(shop, case, &format!("cargo itcov report --profiles {name}"));
    }
    let copy =
        "mkdir host-c && cp $(find target/itcov/.checkouts -name '*.itcov') host-c/app.profraw";
    shop.sh(copy).ends_with(0);
    other_files(section, shop);
    let main = shop.read("src/main.rs");
    shop.write("src/main.rs", &main.replace("one()", "two()"));
    shop.itcov(&["run"]).ends_with(0);
    let report = "cargo itcov report --profiles host-c";
    section.error(shop, "The profiles are of another build", report);
    shop.sh(&copy.replace("mkdir host-c && ", "").replace("app.", "new."))
        .ends_with(0);
    let of_some = format!("{report} >/dev/null");
    section.remark(shop, "One of them is of another build", &of_some);
    shop.write("host-c/app.profraw", "");
    section.remark(shop, "One of them is empty", &of_some);
    shop.sh("rm host-c/app.profraw && truncate -s 100 host-c/new.profraw")
        .ends_with(0);
    section.error(shop, "The end of a profile is missing", report);
}

/// A file of each kind that people take for a profile, and profiles that cannot be read.
fn other_files(section: &mut Section, shop: &TestCrate) {
    let profile = fs::read(shop.root.join("host-c/app.profraw")).unwrap();
    let of =
        |version: u8, variant: u8| [&profile[..8], &[version, 0, 0, 0, 0, 0, 0, variant]].concat();
    let program = fs::read(shop.root.join("target/itcov/debug/shop")).unwrap();
    for (case, bytes) in [
        ("Text is given in place of a profile", &b"some text"[..]),
        ("A merged profile is given", b"\xfflprofi\x81"),
        ("The program is given", &program[..64]),
        ("A library is given", b"!<arch>\n"),
        ("A compressed profile is given", b"\x1f\x8b\x08"),
        ("An archive of profiles is given", b"PK\x03\x04"),
        ("Another file is given", b"\x89PNG\r\n\x1a\n\0"),
        (
            "The machine crashed before the profile was on the disk",
            &[0; 4096],
        ),
        ("The profile is of a 32-bit program", b"\x81Rforpl\xff"),
        ("It is of a big-endian machine", b"\xfflprofr\x81"),
        ("It is of a big-endian 32-bit machine", b"\xfflprofR\x81"),
        ("It is of an older Rust", &of(7, 0)),
        ("It is of a newer one", &of(99, 0)),
        (
            "It is of a build for profile-guided optimisation",
            &of(9, 1),
        ),
        ("It has another kind of counters", &of(9, 16)),
        ("It is of another compiler", &of(9, 8)),
    ] {
        fs::write(shop.root.join("given.profraw"), bytes).unwrap();
        section.error(shop, case, "cargo itcov report --profiles given.profraw");
    }
}
