//! What a report counts: all of a run or some of its scenarios, and the lines that it lists by themselves.

use std::path::Path;

use anyhow::Result;
use llvm_coverage::Coverage;
use llvm_coverage::count::profile::Profile;

use super::display::Listed;
use super::warnings;
use crate::commands::scenarios::sharing;
use crate::measured::scenarios::{Scenarios, place_of};
use crate::measured::{Idle, Measured, Measurement, Profiles};
use crate::progress::during_each;

/// The titles of lists below the table.
const OUTSIDE: &str =
    "Lines that ran only outside of scenarios, as at the start, so that no test checks them";
const ONLY_TESTS: &str = "Lines that only tests reached, from inside";

/// What was counted.
pub struct Counts {
    pub coverage: Coverage,
    /// Lines that are listed below the table.
    pub listed: Vec<Listed>,
    /// Whether the run has scenarios, and all of it is reported on.
    pub has_scenarios: bool,
}

/// Counts what some profiles say of some parts: all of it, or the scenarios of some names. What is in the directories `generated`
/// is left out.
///
/// # Errors
///
/// If something cannot be read, or there is no such scenario.
pub fn of(
    measurement: &mut Measurement,
    parts: &[Measured],
    profiles: &Profiles,
    chosen: &[String],
    generated: &[&Path],
) -> Result<Counts> {
    let merged = during_each("reading the profiles", profiles.number(), |step| {
        measurement.merge(profiles, step)
    })?;
    let what_to_do = profiles.how_to_get_others();
    warnings::of_profiles(&merged, what_to_do);
    warnings::of_scenarios(&profiles.not_whole()?);
    let scenarios = Scenarios::of(parts, &merged)?;
    let (profile, named) = if chosen.is_empty() {
        (merged.profile, named(&scenarios)?)
    } else {
        (of_scenarios(&scenarios, chosen)?, None)
    };
    let mut coverage = during_each("counting", measurement.objects(), |step| {
        measurement.coverage(&profile, generated, step)
    })?;
    warnings::of_functions(&coverage, what_to_do);
    let mut listed = Vec::new();
    if let Some(named) = &named {
        let of_scenarios = measurement.coverage(named, generated, &|| {})?;
        listed.extend(outside(&of_scenarios, &coverage));
    }
    if chosen.is_empty()
        && let Some(inside) = measurement.inside(&coverage, profiles)?
    {
        coverage = inside.coverage;
        listed.push(Listed(ONLY_TESTS, inside.only_tests));
    }
    Ok(Counts {
        coverage,
        listed,
        has_scenarios: named.is_some(),
    })
}

/// The lines that ran outside of scenarios alone, if there are any.
fn outside(of_scenarios: &Coverage, all: &Coverage) -> Option<Listed> {
    let outside = Idle::of(of_scenarios);
    let mut files = all.files.iter();
    let is_one_there = files.any(|file| !outside.that_ran(file).is_empty());
    is_one_there.then_some(Listed(OUTSIDE, outside))
}

/// What ran in the scenarios of a run; `None` if there are none.
fn named(scenarios: &Scenarios) -> Result<Option<Profile>> {
    let mut named = None;
    for (place, scenario) in scenarios.all.iter().enumerate() {
        if scenario.name.is_some() {
            let all = named.get_or_insert_with(Profile::default);
            all.merge(&scenarios.profile(place)?);
        }
    }
    Ok(named)
}

/// What ran in some scenarios of a run.
fn of_scenarios(scenarios: &Scenarios, names: &[String]) -> Result<Profile> {
    let (mut profile, mut shared) = (Profile::default(), Vec::new());
    for name in names {
        let place = place_of(name, &scenarios.all)?;
        profile.merge(&scenarios.profile(place)?);
        shared.extend(scenarios.all[place].is_shared.then_some(name.as_str()));
    }
    sharing::say(shared.into_iter());
    Ok(profile)
}
