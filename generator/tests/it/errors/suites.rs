//! What is said of what a suite starts, builds and deletes.

use super::page::Section;
use crate::several::host;
use crate::support::{TestCrate, checkout};

pub fn add_to(section: &mut Section, shop: &TestCrate) {
    let checkout = checkout(&shop.root.join("target"));
    let name = checkout.file_name().unwrap().to_str().unwrap();
    section.show(&name, "shop-0123456789abcdef");
    section.error(
        shop,
        "The suite fails, and did not wait for the program",
        "cargo itcov suite --args wait -- false >/dev/null",
    );
    section.remark(
        shop,
        "The program does not stop when it is told to",
        "cargo itcov suite --args stubborn --grace 1s -- true >/dev/null",
    );
    for (case, suite) in [
        (
            "The suite starts both programs",
            "sh -c '\"$ITCOV_BIN\"; target/debug/shop'",
        ),
        (
            "A program cannot write its profile",
            "sh -c '(ulimit -f 0; \"$ITCOV_BIN\" 2>/dev/null); \"$ITCOV_BIN\"'",
        ),
        (
            "The suite has another `cargo itcov` build the program",
            "sh -c '\"$ITCOV_BIN\"; sed -i s/waiting/ready/ src/main.rs; cargo itcov build -q'",
        ),
    ] {
        let line = format!("cargo itcov exec -- {suite} >/dev/null");
        section.remark(shop, case, &line);
    }
    section.remark(
        shop,
        "A suite against a running program starts the ordinary one as well",
        "cargo itcov suite --args wait -- target/debug/shop >/dev/null",
    );
    section.remark(
        shop,
        "No scenario is named",
        "cargo itcov exec --scenarios -- sh -c '\"$ITCOV_BIN\"' >/dev/null",
    );
    section.error(
        shop,
        "Another program is to run, and it is not instrumented",
        "ITCOV_PROGRAM=target/debug/shop cargo itcov run >/dev/null",
    );
    section.error(
        shop,
        "The suite deletes what is measured",
        "cargo itcov exec -- sh -c '\"$ITCOV_BIN\"; rm -r target/itcov' >/dev/null",
    );
    shop.sh("mkdir ../old && cp -rp Cargo.* src ../old")
        .ends_with(0);
    section.error(
        shop,
        "The suite is to run another checkout, and runs the measured program",
        "cargo itcov exec -- cargo run --quiet --manifest-path ../old/Cargo.toml >/dev/null",
    );
    shop.write("wrapper.sh", "#!/bin/sh\nexec \"$@\"\n");
    shop.sh("chmod +x wrapper.sh").ends_with(0);
    section.remark(
        shop,
        "A wrapper of the compiler is set",
        "RUSTC_WORKSPACE_WRAPPER=$PWD/wrapper.sh cargo itcov build >/dev/null",
    );
    section.error(
        shop,
        "The suite's cargo calls another wrapper",
        "cargo itcov exec -- env RUSTC_WORKSPACE_WRAPPER=$PWD/wrapper.sh cargo run --quiet >/dev/null",
    );
    section.usage(
        shop,
        "The target directory has a name that LLVM reads otherwise",
        "CARGO_TARGET_DIR='100%' cargo itcov exec --tests -- cargo test",
    );
    configured(section, shop);
    linker(section);
    other_packages(section);
    tests(section);
}

fn configured(section: &mut Section, shop: &TestCrate) {
    section.remark(
        shop,
        "The suite sets where profiles go",
        "cargo itcov exec -- sh -c '\"$ITCOV_BIN\" && LLVM_PROFILE_FILE=own.profraw \"$ITCOV_BIN\"' >/dev/null",
    );
    shop.write(
        ".cargo/config.toml",
        "[env]\nLLVM_PROFILE_FILE = { value = \"mine.profraw\", force = true }\n",
    );
    section.remark(
        shop,
        "cargo's configuration sets where profiles go",
        "cargo itcov exec -- sh -c '\"$ITCOV_BIN\"' >/dev/null",
    );
    shop.write(
        ".cargo/config.toml",
        "[target.'cfg(unix)']\nrunner = [\"env\", \"A=some words\"]\n",
    );
    section.usage(
        shop,
        "A runner has a space in it",
        "cargo itcov exec --scenarios -- true",
    );
}

/// Leaves out an option.
const LINKER: &str = "#!/bin/sh\nfor word; do\n    shift\n    case $word in *--wrap=*) ;; *) set -- \"$@\" \"$word\" ;; esac\ndone\n\
                      exec cc \"$@\"\n";

fn linker(section: &mut Section) {
    let shop = TestCrate::new("shop");
    shop.write("linker.sh", LINKER);
    shop.sh("chmod +x linker.sh").ends_with(0);
    shop.write(
        ".cargo/config.toml",
        "[target.'cfg(unix)']\nlinker = \"./linker.sh\"\n",
    );
    section.remark(
        &shop,
        "The linker ignores an option",
        "cargo itcov run >/dev/null",
    );
}

fn other_packages(section: &mut Section) {
    let shop = host();
    section.remark(
        &shop,
        "A shared library of the workspace is not built",
        "cargo itcov run -p host >/dev/null",
    );
    section.remark(
        &shop,
        "The program starts an ordinary program of another package",
        "cargo itcov run -p host --with helper,plugin -- target/debug/helper target/itcov/debug/libplugin.so",
    );
    section.remark(
        &shop,
        "The suite builds and runs a program of another package",
        "cargo itcov exec -p host -- sh -c '\"$ITCOV_BIN\"; cargo run --quiet -p helper' >/dev/null",
    );
    section.error(
        &shop,
        "The suite starts none of several programs",
        "cargo itcov exec -p host,helper -- true",
    );
}

fn tests(section: &mut Section) {
    let shop = TestCrate::partly_linked("shop", "shop");
    shop.write(
        "tests/shop.rs",
        "#[test]\nfn one() {\n    assert_eq!(shop::one(), 1);\n}\n",
    );
    section.remark(
        &shop,
        "The suite tests another text than that of the program",
        "cargo itcov exec --tests -- sh -c '\"$ITCOV_BIN\"; cp -p src/lib.rs kept; echo >>src/lib.rs; \
         cargo test --quiet --test shop; mv kept src/lib.rs' >/dev/null",
    );
    section.remark(
        &shop,
        "The suite runs tests that cargo has not built here, or that it has built anew since",
        "cargo itcov exec --tests -- sh -c '\"$ITCOV_BIN\"; cargo test --quiet --test shop; echo \"#[test] fn two() {}\" >>tests/shop.rs; \
         cargo test --quiet --test shop' >/dev/null",
    );
}
