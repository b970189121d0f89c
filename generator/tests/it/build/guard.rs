//! A build that nobody waits for any more.

use super::package;
use crate::support::TestCrate;
use crate::support::process::{is_alive, signal, wait_until};

#[test]
fn when_just_has_gone_or_is_asked_to_go_the_build_ends_as_well() {
    let krate = TestCrate::empty();
    krate.write("Cargo.toml", &package("slow", ""));
    krate.write("src/main.rs", "fn main() {}\n");
    // It waits for ten minutes, in a test that nobody ends.
    krate.write(
        "build.rs",
        "fn main() {\n    std::fs::write(\"id.half\", std::process::id().to_string()).unwrap();\n    \
         std::fs::rename(\"id.half\", \"id\").unwrap();\n    \
         std::thread::sleep(std::time::Duration::from_secs(600));\n}\n",
    );
    krate.itcov(&["init"]).ends_with(0);
    for name in ["KILL", "TERM"] {
        let _ = std::fs::remove_file(krate.root.join("id"));
        let run = krate.start_just(&["itcov"], &[]);
        wait_until("the build script runs", || krate.has("id"));
        let script: u32 = krate.read("id").parse().unwrap();
        signal(name, run.id());
        wait_until("the build script has ended", || !is_alive(script));
        assert_ne!(run.finish().status, 0, "{name}");
    }
}
