//! The tool is killed at any moment of a build or a run, and the next run is right.

use std::hash::{BuildHasher, Hasher};
use std::os::unix::process::CommandExt;
use std::time::Duration;

use crate::build::package;
use crate::support::{Running, TestCrate, tools};

/// How often, unless the variable `ITCOV_KILLS` says how often.
const TIMES: u32 = 3;

/// The longest that is waited before the kill, in milliseconds.
const LONGEST: u64 = 1500;

fn random(below: u64) -> u64 {
    let state = std::collections::hash_map::RandomState::new();
    state.build_hasher().finish() % below
}

/// The library, in another version: a build has to build it.
fn write(krate: &TestCrate, version: u32) {
    krate.write(
        "src/lib.rs",
        &format!("pub fn reached() -> u32 {{\n    {version}\n}}\n\npub fn missed() -> u32 {{\n    0\n}}\n"),
    );
}

#[test]
fn killed_at_any_moment_the_next_run_is_right() {
    let times = std::env::var("ITCOV_KILLS").map_or(TIMES, |times| times.parse().unwrap());
    let krate = TestCrate::empty();
    let dependency = "[dependencies]\nbeside.path = \"../beside\"\n";
    krate.write("Cargo.toml", &package("killed", dependency));
    krate.write("../beside/Cargo.toml", &package("beside", ""));
    krate.write("../beside/src/lib.rs", "pub fn beside() {}\n");
    krate.write(
        "src/main.rs",
        "fn main() {\n    beside::beside();\n    println!(\"version={}=\", killed::reached());\n}\n",
    );
    krate.write("build.rs", "fn main() {}\n");
    write(&krate, 0);
    krate.cargo(&["build"]).ends_with(0);
    for version in 1..=times {
        write(&krate, version);
        let begins_anew = version % 2 == 0;
        if begins_anew {
            let _ = std::fs::remove_dir_all(krate.root.join("target/itcov"));
        }
        let mut tool = krate.command(tools::cargo_itcov());
        let mut run = Running::start(tool.args(["itcov", "run"]).process_group(0));
        let moment = random(LONGEST);
        std::thread::sleep(Duration::from_millis(moment));
        let group = if version % 3 == 0 { "-" } else { "" };
        // It may have ended by itself.
        krate.sh(&format!("kill -KILL {group}{}", run.id()));
        let said = run.stderr();
        run.finish();

        let what = format!("run {version}, killed after {moment} ms, which had said\n{said}");
        let output = krate.itcov(&["run"]);
        assert_eq!(output.status, 0, "{what}\n{output:?}");
        let expected = format!("version={version}=");
        assert!(output.stdout.contains(&expected), "{what}\n{output:?}");
        let lines = [
            output.lines_of("src/lib.rs"),
            output.lines_of("src/main.rs"),
        ];
        assert_eq!(lines, [(3, 6), (4, 4)], "{what}\n{output:?}");
        assert!(!output.stderr.contains("warning"), "{what}\n{output:?}");
    }
}
