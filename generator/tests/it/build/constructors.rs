//! What runs before `main` counts in each process.

use super::package;
use crate::support::TestCrate;

/// One constructor before most others, and one in the order of the linker.
const MAIN: &str = r#"extern "C" fn early() {
    println!("early");
}
extern "C" fn usual() {
    println!("usual");
}
#[used]
#[unsafe(link_section = ".init_array.00102")]
static EARLY: extern "C" fn() = early;
#[used]
#[unsafe(link_section = ".init_array")]
static USUAL: extern "C" fn() = usual;
fn main() {
    std::process::abort();
}
"#;

#[test]
fn what_runs_before_main_counts_in_each_process() {
    for flags in ["[]", "[\"-Clink-arg=-fuse-ld=bfd\"]"] {
        let krate = TestCrate::empty();
        krate.write("Cargo.toml", &package("early", ""));
        krate.write("src/main.rs", MAIN);
        let settings = format!("[build]\nrustflags = {flags}\n");
        krate.write(".cargo/config.toml", &settings);
        let script = "for time in 1 2 3; do \"$ITCOV_BIN\"; done; true";
        krate
            .itcov(&["exec", "--", "sh", "-c", script])
            .ends_with(0);
        let lcov = krate.itcov(&["report", "--lcov", "-"]).ends_with(0).stdout;
        for line in [2, 5] {
            assert!(lcov.contains(&format!("DA:{line},3\n")), "{flags}: {lcov}");
        }
    }
}
