//! Where the files of an earlier report are now.

use std::path::Path;

use super::{Code, ROOT, below, body, coverage, since};
use crate::baseline::{Texts, compare};
use crate::count::Coverage;

#[test]
fn an_earlier_report_may_be_of_another_checkout() {
    let code = |count| {
        [
            Code::new("src/main.rs", "f", &body(count)),
            Code::new("crates/a/src/main.rs", "f", &body(count)),
        ]
    };
    let now = below(ROOT, &code(0), 1);
    for root in ["/ci/builds/app", "/app/crates", ROOT] {
        let earlier = below(root, &code(1), 1);
        let comparison = since(&earlier, &now);
        assert_eq!(comparison.totals(), (0, 4), "{root}");
        assert_eq!(comparison.missing, [""; 0], "{root}");
    }
}

/// The names of the files that run then, and are not there now, if those that are there are called so.
fn missing(earlier: &Coverage, now: &Coverage, there: &[&str]) -> (Vec<String>, (usize, usize)) {
    let texts = Texts {
        now: &|_| None,
        earlier: None,
        is_there: &|path| there.iter().any(|it| path == Path::new(it)),
    };
    let comparison = compare(String::new(), earlier, now, Path::new(ROOT), &texts);
    let totals = comparison.totals();
    (comparison.missing, totals)
}

#[test]
fn what_is_not_measured_now_tells_where_the_earlier_workspace_was() {
    let main = |count| Code::new("src/main.rs", "main", &body(count));
    let tool = |file| Code::new(file, "main", &body(1));
    let now = below(ROOT, &[main(0)], 1);
    let earlier = below("/ci", &[main(1), tool("tool/src/main.rs")], 1);
    // Even if the other file is gone.
    for there in [&["/app/tool/src/main.rs"][..], &[]] {
        let expected = (vec!["tool/src/main.rs".to_owned()], (0, 2));
        assert_eq!(missing(&earlier, &now, there), expected);
    }
    let others = ["tool/src/main.rs", "tool/src/lib.rs"].map(tool);
    let earlier = below("/ci", &[&[main(1)][..], &others].concat(), 1);
    let there = [
        "/app/src/lib.rs",
        "/app/tool/src/main.rs",
        "/app/tool/src/lib.rs",
    ];
    assert_eq!(missing(&earlier, &now, &there).1, (0, 2));
}

#[test]
fn a_member_beside_the_root_is_where_the_workspace_is_now() {
    let main = |root: &str, count| Code::new("src/main.rs", "main", &body(count)).at(root, 0, 0);
    let now = coverage([main(ROOT, 1)]);
    for root in ["", "/ci"] {
        let sibling = Code::new("sib/src/main.rs", "main", &body(1)).at(root, 0, 0);
        let app = format!("{root}/app");
        let earlier = coverage([main(&app, 1), sibling]);
        let expected = (vec!["/sib/src/main.rs".to_owned()], (0, 0));
        assert_eq!(missing(&earlier, &now, &["/sib/src/main.rs"]), expected);
    }
}

#[test]
fn a_package_is_known_by_its_version_wherever_it_was_downloaded() {
    let package = "registry/src/index-0123456789abcdef/b-1.0.0/src/lib.rs";
    let own = |root, count| Code::new("src/lib.rs", "f", &body(count)).at(root, 0, 0);
    let of_package = |home, count| Code::new(package, "g", &body(count)).at(home, 0, 0);
    let earlier = coverage([own("/ci", 1), of_package("/cache/.cargo", 1)]);
    let now = coverage([own(ROOT, 1), of_package("/home/me/.cargo", 0)]);
    let comparison = since(&earlier, &now);
    assert_eq!((comparison.in_both, comparison.totals()), (2, (0, 2)));
    let other = coverage([own(ROOT, 1)]);
    assert_eq!(since(&earlier, &other).missing, [""; 0]);
}

/// Where the workspace may have been, if files of these names ran then, and these are there now.
fn doubt(earlier: &[&str], there: &[&str]) -> Option<[String; 2]> {
    let code = |file| Code::new(file, "f", &body(1));
    let files: Vec<&'static str> = earlier.iter().map(|it| &*it.to_string().leak()).collect();
    let earlier = coverage(files.into_iter().map(|it| code(it).at("", 0, 0)));
    let texts = Texts {
        now: &|_| None,
        earlier: None,
        is_there: &|path| there.iter().any(|it| path == Path::new(it)),
    };
    let now = coverage([]);
    let comparison = compare(String::new(), &earlier, &now, Path::new(ROOT), &texts);
    let roots = comparison.roots?;
    Some(roots.map(|it| it.to_str().unwrap().to_owned()))
}

#[test]
fn it_is_said_where_the_earlier_workspace_may_have_been_as_well() {
    let both = ["/app/src/main.rs", "/app/a/src/main.rs"];
    let either = |one: &str, other: &str| Some([one.to_owned(), other.to_owned()]);
    // A member alone ran, and what is called like its only file is in the root.
    assert_eq!(doubt(&["ci/a/src/main.rs"], &both), either("/ci", "/ci/a"));
    // The paths are those of now, or there is more of the workspace.
    assert_eq!(doubt(&["app/a/src/main.rs"], &both), None);
    assert_eq!(doubt(&["ci/a/src/main.rs", "ci/src/main.rs"], &both), None);
    assert_eq!(
        doubt(&["ci/a/src/main.rs", "ci/a/src/x.rs"], &both[1..]),
        None
    );
    // The files of a member are in the root now.
    let moved = ["/app/src/main.rs", "/app/src/x.rs", "/app/b/src/lib.rs"];
    let earlier = ["a/src/main.rs", "a/src/x.rs", "b/src/lib.rs"];
    let below = |root: &str| earlier.map(|it| format!("{root}/{it}"));
    let [ci, app] = ["ci", "app"].map(below);
    let ci: Vec<&str> = ci.iter().map(String::as_str).collect();
    assert_eq!(doubt(&ci, &moved), either("/ci/a", "/ci"));
    let app: Vec<&str> = app.iter().map(String::as_str).collect();
    assert_eq!(doubt(&app, &moved), None);
}
