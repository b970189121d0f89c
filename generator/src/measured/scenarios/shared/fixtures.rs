//! Whose a process is that a fixture of pytest has started: that of one test, or of all in a class, file, package or session. The fixture's
//! scope decides it, and nobody says which it is: the test that comes first is named in any case.
//!
//! One of a wider scope would go on for the next test of the same class or file. So where another test there has a fixture start something
//! as well, and nothing has gone on, each has its own. A fixture with parameters begins anew with each, whatever its scope is: so a test
//! with other parameters tells nothing, and neither does one of the same name. In doubt it is shared.

use std::collections::{BTreeMap, BTreeSet};

use super::Sharing;
use super::processes::{is_of_test, worker};
use crate::run::ancestor::Stat;

/// Who runs the fixture that starts this process: the worker, and the number of the pytest, which itself began in no test.
pub fn runner() -> String {
    let parents = std::iter::successors(Some(std::process::id()), |id| Some(Stat::of(*id)?.parent));
    let mut parents = parents.skip(1);
    let pytest = parents.find(|id| is_of_test(*id) != Some(true));
    let worker = worker().unwrap_or_default();
    // It becomes a line.
    let worker = worker
        .to_string_lossy()
        .replace(char::is_control, "\u{fffd}");
    format!("{worker} {}", pytest.unwrap_or_default())
}

/// Which of the scenarios of a part may have started what others use, each with its name.
pub fn shared<'a>(all: impl Iterator<Item = (Option<&'a str>, Sharing)>) -> Vec<bool> {
    let all: Vec<_> = all.collect();
    let mut starting = BTreeMap::<(&str, &str), BTreeSet<Test>>::new();
    for (name, sharing) in all.iter().filter(|(_, sharing)| !sharing.outlived) {
        let (place, test) = parts(name.unwrap_or_default());
        for runner in &sharing.fixtures {
            starting.entry((runner, place)).or_default().insert(test);
        }
    }
    let is_shared = |(name, sharing): &(Option<&str>, Sharing)| {
        let (place, test) = parts(name.unwrap_or_default());
        let has_own = |runner: &String| {
            let others = starting.get(&(runner.as_str(), place));
            others.is_some_and(|others| others.iter().any(|it| test.differs(it)))
        };
        sharing.outlived || !sharing.fixtures.iter().all(has_own)
    };
    all.iter().map(is_shared).collect()
}

/// A test of a class or file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Test<'a> {
    name: &'a str,
    /// In brackets; empty if it has none.
    parameters: &'a str,
}

impl Test<'_> {
    /// Whether no fixture of a wider scope would begin anew between this test and another one.
    fn differs(&self, other: &Test) -> bool {
        let [one, two] = [self.parameters, other.parameters];
        self.name != other.name && (one.is_empty() || two.is_empty() || one == two)
    }
}

/// The file and class of a test, and which it is there:
/// <https://docs.pytest.org/en/stable/how-to/usage.html#specifying-which-tests-to-run>.
fn parts(id: &str) -> (&str, Test<'_>) {
    let file = id.find("::").unwrap_or(id.len());
    let end = id[file..].find('[').map_or(id.len(), |it| file + it);
    let (path, parameters) = id.split_at(end);
    let (place, name) = path.rsplit_once("::").unwrap_or((path, ""));
    (place, Test { name, parameters })
}

#[cfg(test)]
mod tests {
    use super::{Sharing, Test, parts, shared};

    /// A test, who ran its fixtures, and whether a process of it went on.
    type Of = (&'static str, &'static [&'static str], bool);

    fn found(tests: &[Of]) -> Vec<&'static str> {
        let all = tests.iter().map(|(name, runners, outlived)| {
            let fixtures = runners.iter().map(|it| (*it).to_owned()).collect();
            let outlived = *outlived;
            (Some(*name), Sharing { outlived, fixtures })
        });
        let found = shared(all).into_iter().zip(tests);
        let found = found.filter(|(is_shared, _)| *is_shared);
        found.map(|(_, (name, ..))| *name).collect()
    }

    #[test]
    fn a_process_of_a_fixture_is_shared_unless_a_neighbour_has_one_too() {
        let (one, two): (&[&str], &[&str]) = (&[" 7"], &["gw1 8"]);
        let none: [&str; 0] = [];
        // Each has its own.
        let both = [("a.py::x", one, false), ("a.py::y", one, false)];
        assert_eq!(found(&both), none);
        let started = [("a.py::x", &[][..], false), ("a.py::y", &[], false)];
        assert_eq!(found(&started), none);
        // Only the first one has started something.
        let first = [("a.py::x", one, false), ("a.py::y", &[][..], false)];
        assert_eq!(found(&first), ["a.py::x"]);
        // Each file or class has one.
        let files = [("a.py::x", one, false), ("b.py::y", one, false)];
        assert_eq!(found(&files), ["a.py::x", "b.py::y"]);
        let classes = [
            ("a.py::A::x", one, false),
            ("a.py::B::y", one, false),
            ("a.py::z", one, false),
        ];
        assert_eq!(found(&classes).len(), 3);
        // Each worker of xdist has one.
        let workers = [("a.py::x", one, false), ("a.py::y", two, false)];
        assert_eq!(found(&workers), ["a.py::x", "a.py::y"]);
        // One was tried again in another worker.
        let again = [
            ("a.py::x", &[" 7", "gw1 8"][..], false),
            ("a.py::y", one, false),
        ];
        assert_eq!(found(&again), ["a.py::x"]);
        // A fixture with parameters.
        let parameters = [("a.py::x[1]", one, false), ("a.py::x[2]", one, false)];
        assert_eq!(found(&parameters), ["a.py::x[1]", "a.py::x[2]"]);
        let with = |other| found(&[&parameters[..], &[(other, one, false)]].concat());
        assert_eq!(with("a.py::y"), none);
        assert_eq!(with("a.py::y[1]"), ["a.py::x[2]"]);
        assert_eq!(with("a.py::y[3]").len(), 3);
    }

    #[test]
    fn one_of_which_something_went_on_is_shared_and_shows_nothing_of_others() {
        let one: &[&str] = &[" 7"];
        let went_on = [("a.py::x", one, true), ("a.py::y", one, false)];
        assert_eq!(found(&went_on), ["a.py::x", "a.py::y"]);
        let third = [&went_on[..], &[("a.py::z", one, false)]].concat();
        assert_eq!(found(&third), ["a.py::x"]);
        assert_eq!(found(&[("app::all t", &[], true)]), ["app::all t"]);
    }

    #[test]
    fn a_test_is_known_by_its_file_class_name_and_parameters() {
        for (id, expected) in [
            ("t/a.py::x", ("t/a.py", "x", "")),
            ("t/a.py::A::x[1::2]", ("t/a.py::A", "x", "[1::2]")),
            ("t[1]/a.py::x[a]", ("t[1]/a.py", "x", "[a]")),
            ("app::all t", ("app", "all t", "")),
            ("", ("", "", "")),
        ] {
            let (place, name, parameters) = expected;
            assert_eq!(parts(id), (place, Test { name, parameters }), "{id}");
        }
    }
}
