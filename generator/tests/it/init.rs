//! `cargo itcov init` on real crates.

use crate::support::TestCrate;

#[test]
fn the_second_time_changes_nothing() {
    let krate = TestCrate::scaffolded("twice");
    let before = krate.files();
    krate.itcov(&["init"]).ends_with(0).prints("Nothing to do");
    assert_eq!(krate.files(), before);
}
