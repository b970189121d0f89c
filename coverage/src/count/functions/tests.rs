use super::*;

fn mapping(name: &str, file: &str, hash: u64, counters: &[Counter]) -> FunctionMapping {
    let region = |counter: &Counter| Region {
        kind: Kind::Code,
        counter: *counter,
        file: 0,
        expanded_file: None,
        start: Position { line: 1, column: 1 },
        end: Position { line: 2, column: 1 },
    };
    FunctionMapping {
        name: name.into(),
        name_hash: 1,
        hash,
        files: vec![file.into()],
        expressions: vec![],
        regions: counters.iter().map(region).collect(),
    }
}

/// The names and counts of the functions that are known when those of `mappings` were added.
fn known(profile: &Profile, mappings: Vec<FunctionMapping>) -> Vec<(String, u64)> {
    let mut functions = Functions::default();
    for mapping in mappings {
        functions.add(mapping, profile);
    }
    let known = functions.known.iter();
    known
        .map(|function| (function.name.to_string(), function.count()))
        .collect()
}

/// The profile of one function.
fn of(name_hash: u64, function_hash: u64, counts: &[u64]) -> Profile {
    let mut profile = Profile::default();
    profile.add(name_hash, function_hash, counts);
    profile
}

const RAN: Counter = Counter::Profile(0);

#[test]
fn a_function_that_the_profile_does_not_know_never_ran() {
    let mappings = vec![mapping("f", "a.rs", 10, &[RAN])];
    assert_eq!(known(&Profile::default(), mappings), [("f".into(), 0)]);
}

#[test]
fn a_function_in_the_same_files_is_added_once() {
    let profile = of(1, 10, &[5]);
    let mappings = ["a.rs", "a.rs", "b.rs"].map(|file| mapping("f", file, 10, &[RAN]));
    assert_eq!(
        known(&profile, mappings.into()),
        [("f".into(), 5), ("f".into(), 5)]
    );
}

#[test]
fn a_record_without_a_counter_of_a_function_that_ran_says_nothing() {
    let profile = of(1, 10, &[5]);
    let unused_here = mapping("f", "a.rs", 10, &[Counter::Zero]);
    assert_eq!(known(&profile, vec![unused_here]), []);
    let never_entered = of(1, 10, &[0]);
    let unused = mapping("f", "a.rs", 10, &[Counter::Zero]);
    assert_eq!(known(&never_entered, vec![unused]), [("f".into(), 0)]);
}

#[test]
fn a_function_with_a_counter_that_the_profile_lacks_is_left_out() {
    let profile = of(1, 10, &[5]);
    assert_eq!(
        known(
            &profile,
            vec![mapping("f", "a.rs", 10, &[RAN, Counter::Profile(1)])]
        ),
        []
    );
}

#[test]
fn a_function_that_ran_and_has_no_mapping_is_noted_wherever_its_record_comes() {
    let profile = of(1, 10, &[5]);
    let unused_here = || mapping("f", "a.rs", 0, &[Counter::Zero]);
    let used = || mapping("f", "a.rs", 10, &[RAN]);
    let noted = |mappings: Vec<FunctionMapping>, profile: &Profile| {
        let mut functions = Functions::default();
        for mapping in mappings {
            functions.add(mapping, profile);
        }
        functions.without_mapping.len()
    };
    assert_eq!(noted(vec![unused_here(), unused_here()], &profile), 1);
    assert_eq!(noted(vec![unused_here(), used()], &profile), 0);
    assert_eq!(noted(vec![used(), unused_here()], &profile), 0);
    let never_ran = of(1, 10, &[0]);
    assert_eq!(noted(vec![unused_here()], &never_ran), 0);
}

#[test]
fn functions_of_other_builds_are_counted_once_and_unused_ones_not() {
    let profile = of(1, 10, &[5]);
    let mut functions = Functions::default();
    for hash in [11, 11, 0] {
        functions.add(mapping("f", "a.rs", hash, &[RAN]), &profile);
    }
    assert_eq!(functions.of_other_builds.len(), 1);
    let known = functions.into_known();
    assert_eq!(known.iter().map(Function::count).collect::<Vec<_>>(), [0]);
}

#[test]
fn a_function_without_a_mapping_counts_as_not_run() {
    let profile = of(1, 10, &[5]);
    let unused_here = || mapping("f", "a.rs", 0, &[Counter::Zero]);
    let used = || mapping("f", "a.rs", 10, &[RAN]);
    let known = |mappings: Vec<FunctionMapping>| {
        let mut functions = Functions::default();
        for mapping in mappings {
            functions.add(mapping, &profile);
        }
        let known = functions.into_known();
        known.iter().map(Function::count).collect::<Vec<_>>()
    };
    assert_eq!(known(vec![unused_here(), unused_here()]), [0]);
    assert_eq!(known(vec![unused_here(), used()]), [5]);
    assert_eq!(known(vec![used(), unused_here()]), [5]);
}

#[test]
fn what_has_lost_its_mapping_stands_where_it_came() {
    let mut profile = Profile::default();
    let mut functions = Functions::default();
    for number in 1..4 {
        profile.add(number, 10, &[5]);
    }
    for (number, name, hash) in [(1, "f", 10), (2, "lost", 0), (3, "g", 10), (4, "never", 0)] {
        let counter = if hash == 0 { Counter::Zero } else { RAN };
        let mapping = FunctionMapping {
            name_hash: number,
            ..mapping(name, "a.rs", hash, &[counter])
        };
        functions.add(mapping, &profile);
    }
    let names = functions.into_known().into_iter();
    let names: Vec<_> = names.map(|function| function.name.to_string()).collect();
    assert_eq!(names, ["f", "lost", "g", "never"]);
}
