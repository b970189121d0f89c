//! What cargo takes in its configuration keeps no run from being measured.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Output, TestCrate, tools};

#[test]
fn settings_that_cargo_takes_are_taken() {
    let krate = TestCrate::new("taken");
    for settings in [
        "[build]\njobs = \"default\"\n",
        "[net]\nretry = \"3\"\n",
        "[term]\nprogress.width = \"80\"\n",
    ] {
        krate.write(".cargo/config.toml", settings);
        if krate.cargo(&["build"]).status == 0 {
            krate.itcov(&["doctor"]).ends_with(0);
            let run = krate.itcov(&["run", "--", "x"]).ends_with(0);
            assert!(run.lines_of("Total").0 > 0, "{settings}");
        } else {
            assert!(settings.starts_with("[term]"), "{settings}");
        }
    }
    krate.write(".cargo/config.toml", "");
    for (variable, value) in [("CARGO_BUILD_JOBS", "default"), ("CARGO_NET_RETRY", " 3")] {
        let of = |mut command: std::process::Command| Output::of(command.env(variable, value));
        let mut cargo = krate.command("cargo");
        cargo.arg("build");
        if of(cargo).status == 0 {
            let mut run = krate.command(tools::cargo_itcov());
            run.args(["itcov", "run", "--", "x"]);
            of(run).ends_with(0).prints("Total");
        }
    }
}

#[test]
fn what_is_beside_such_a_setting_counts() {
    let krate = TestCrate::new("beside");
    krate.write(
        "bin/run",
        "#!/bin/sh\necho by the runner \"$1\"; shift; exec \"$@\"\n",
    );
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(krate.root.join("bin/run"), executable).unwrap();
    krate.write(
        ".cargo/config.toml",
        "[build]\njobs = \"default\"\n[target.'cfg(unix)']\nrunner = \"bin/run word\"\n",
    );
    // The directory above has settings that those of the crate win over.
    krate.write(
        "../.cargo/config.toml",
        "[net]\nretry = \"3\"\n[build]\nrustc-wrapper = \"above/wrap\"\n[target.'cfg(unix)']\nrunner = \"no/such\"\n",
    );
    krate.write(
        "../above/wrap",
        "#!/bin/sh\ntouch \"$0.called\"; exec \"$@\"\n",
    );
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(krate.root.join("../above/wrap"), executable).unwrap();
    krate
        .itcov(&["run", "--", "x"])
        .ends_with(0)
        .prints("by the runner word\n")
        .prints("Total");
    assert!(krate.has("../above/wrap.called"));
}
