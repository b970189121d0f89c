//! The pages show sources, and nothing else that is in their place.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use crate::support::instrumented::Instrumented;
use crate::support::{Output, command, stdout};

#[test]
fn what_is_in_the_place_of_a_source_is_not_shown_and_not_waited_for() {
    let fixture = Instrumented::build("unlinked-module", "unlinked-module");
    fixture.run(&[]).ends_with(0);
    let root = fixture.root();
    let secret = root.parent().unwrap().join("secret");
    fs::write(&secret, "root:secret:1:0\n").unwrap();
    let source = root.join("src/unused.rs");
    let text = fs::read_to_string(&source).unwrap();
    let page = |expected: &str| {
        let started = Instant::now();
        Output::of(&mut fixture.report(&["--html", "target/html"])).ends_with(0);
        assert!(started.elapsed() < Duration::from_mins(1));
        let page = fs::read_to_string(root.join("target/html/pages/src.unused.rs.html")).unwrap();
        assert!(page.contains(expected), "no {expected:?} in\n{page}");
        assert!(!page.contains("root:secret"), "{page}");
    };
    page("never");
    fs::remove_file(&source).unwrap();
    symlink(&secret, &source).unwrap();
    page("is a link that leads out of the workspace and of its package");
    fs::remove_file(&source).unwrap();
    symlink("/dev/zero", &source).unwrap();
    page("to /dev/zero, which is not shown");
    fs::remove_file(&source).unwrap();
    stdout(command("mkfifo", &root).arg("src/unused.rs"));
    page("it is a FIFO, and no regular file");
    fs::remove_file(&source).unwrap();
    fs::create_dir(&source).unwrap();
    page("is a directory");
    fs::remove_dir(&source).unwrap();
    // A hole, of which a page would fill the memory.
    fs::File::create(&source).unwrap().set_len(1 << 40).unwrap();
    page("no more are read");
    fs::remove_file(&source).unwrap();
    // A link in the workspace is as good as the file.
    fs::write(root.join("shared.rs"), text).unwrap();
    symlink("../shared.rs", &source).unwrap();
    page("never");
}
