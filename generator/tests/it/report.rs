//! The report that the recipes end with: true, and the same whichever tool makes it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Output, Reporter, TestCrate, tools};

#[test]
fn code_that_is_not_linked_counts_as_not_covered() {
    let krate = TestCrate::unlinked();
    let output = krate.just(&["itcov"]).ends_with(0).prints("22.22%");
    assert_eq!(output.lines_of("Total"), (2, 9));
    assert_eq!(output.lines_of("src/unused.rs"), (0, 6));
}

#[test]
fn the_llvm_tools_say_the_same() {
    if !tools::has_llvm_tools() {
        return;
    }
    let krate = TestCrate::unlinked().reported_by(Reporter::Llvm);
    let output = krate.just(&["itcov"]).ends_with(0).prints("22.22%");
    assert_eq!(output.lines_of("TOTAL"), (2, 9));
    assert_eq!(output.lines_of("unused.rs"), (0, 6));

    krate
        .just(&["itcov-report", "--lcov", "llvm.info"])
        .ends_with(0);
    Output::of(
        krate
            .command(tools::cargo_itcov())
            .args(["report", "--lcov", "itcov.info"]),
    )
    .ends_with(0);
    // LLVM's tools list the files in the order of the directory.
    let records = |file: &str| {
        let text = krate.read(file);
        text.split("end_of_record\n")
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(records("llvm.info"), records("itcov.info"));
    krate
        .just(&["itcov-report", "--html"])
        .ends_with(1)
        .says("--html is not known here");
}

#[test]
fn llvm_tools_can_be_named() {
    if !tools::has_llvm_tools() {
        return;
    }
    let krate = TestCrate::unlinked().reported_by(Reporter::Llvm);
    let version = tools::of_rustc("LLVM version: ");
    let major = version.split('.').next().unwrap();
    for (tool, variable) in [("llvm-cov", "LLVM_COV"), ("llvm-profdata", "LLVM_PROFDATA")] {
        krate.write(
            tool,
            &format!("#!/bin/sh\necho used {variable} >&2\nexec {tool}-{major} \"$@\"\n"),
        );
        fs::set_permissions(krate.root.join(tool), fs::Permissions::from_mode(0o755)).unwrap();
    }
    krate
        .just_with(
            &["itcov"],
            &[
                ("LLVM_COV", "./llvm-cov"),
                ("LLVM_PROFDATA", "./llvm-profdata"),
            ],
        )
        .ends_with(0)
        .says("used LLVM_COV")
        .says("used LLVM_PROFDATA")
        .prints("22.22%");
}

#[test]
fn without_a_tool_for_the_report_the_data_is_kept_and_the_tools_are_named() {
    let krate = TestCrate::unlinked().reported_by(Reporter::Llvm);
    // LLVM tools that are too old stand before those of this machine.
    let old = "#!/bin/sh\necho 'LLVM version 14.0.6'\n";
    let names = ["llvm-cov", "llvm-profdata"].map(|tool| {
        let versions = (21..30).map(move |major| format!("old/{tool}-{major}"));
        versions.chain([format!("old/{tool}")])
    });
    for name in names.into_iter().flatten() {
        krate.write(&name, old);
        fs::set_permissions(krate.root.join(&name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = krate.command(tools::just());
    let path = command
        .get_envs()
        .find_map(|(name, value)| value.filter(|_| name == "PATH"))
        .unwrap();
    let path = format!(
        "{}:{}",
        krate.root.join("old").display(),
        path.to_str().unwrap()
    );
    let sysroot = Output::of(krate.command("rustc").args(["--print", "sysroot"]))
        .ends_with(0)
        .stdout;
    if fs::exists(format!(
        "{}/lib/rustlib/{}/bin/llvm-cov",
        sysroot.trim(),
        tools::of_rustc("host: ")
    ))
    .unwrap()
    {
        eprintln!("skipped: the toolchain has llvm-tools");
        return;
    }
    let output = Output::of(command.arg("itcov").env("PATH", path)).ends_with(1);
    output
        .says("what was collected is kept in")
        .says("cargo install --path generator, in a clone of itcov")
        .says("rustup component add llvm-tools")
        .says("apt-get install llvm-");
    let krate = krate.reported_by(Reporter::Itcov);
    assert_eq!(
        krate.just(&["itcov-report"]).ends_with(0).lines_of("Total"),
        (2, 9)
    );
}
