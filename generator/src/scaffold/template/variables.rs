//! What the template's files ask for.

use cargo_metadata::Edition;

use super::render::Values;
use crate::duration;
use crate::scaffold::facts::{Facts, PackageFacts};
use crate::scaffold::harness::{self, Program};
use crate::scaffold::values;

/// The feature that the harness is behind, unless another is asked for.
const FEATURE: &str = "manual-integration";

/// How long a run may last, unless something else is asked for.
const TIMEOUT: &str = "60s";

/// What the user asks for, beside the programs.
#[derive(Default)]
pub struct Request {
    /// The name of the feature that the harness is behind.
    pub feature: Option<String>,
    /// How long a run may last by default.
    pub timeout: Option<String>,
}

/// What the template's files are rendered for.
pub struct Variables {
    /// The programs that have a harness, one of each package, by the names of the packages.
    pub programs: Vec<Program>,
    /// How long a run may last by default, as `ITCOV_TIMEOUT` takes it.
    pub timeout: String,
}

impl Variables {
    /// For the programs that have a harness and those that are to get one.
    pub fn of(facts: &Facts, request: &Request) -> Variables {
        let mut variables = Variables::now(facts);
        for package in &facts.packages {
            variables
                .programs
                .retain(|program| program.package != package.name);
            variables.programs.extend(wanted_program(package, request));
        }
        variables
            .programs
            .sort_by(|one, other| one.package.cmp(&other.package));
        if let Some(timeout) = &request.timeout {
            variables.timeout.clone_from(timeout);
        }
        variables
    }

    /// For the programs that have a harness.
    pub fn now(facts: &Facts) -> Variables {
        let text = facts.recipes.text.as_deref().unwrap_or_default();
        // Whoever has set something else is told by a check.
        let timeout = values::get(text, values::TIMEOUT).filter(|it| duration::parse(it).is_some());
        Variables {
            programs: facts.scaffolded.clone(),
            timeout: timeout.unwrap_or(TIMEOUT).to_owned(),
        }
    }

    /// For the programs that keep their harness when the packages lose theirs. Where none does, for those that are there.
    pub fn without(facts: &Facts) -> Variables {
        let mut variables = Variables::now(facts);
        let others = facts.of_others();
        if others.is_empty() {
            // Nothing is written then, only compared.
            variables
                .programs
                .retain(|program| program.refuse_odd_names().is_ok());
        } else {
            variables.programs = others;
        }
        variables
    }

    /// Those of a package's program as a template takes them, or of the first program with the features that all share.
    pub(super) fn object(&self, package: Option<&str>) -> Values {
        let mut programs = self.programs.iter();
        let program = programs.find(|program| package.is_none_or(|name| program.package == name));
        let features = match (package, program) {
            (Some(_), Some(program)) => program.features.clone(),
            _ => self.shared_features(),
        };
        let is_old = |program: &Program| program.edition < Edition::E2024;
        let unsafe_extern = if program.is_none_or(is_old) {
            "extern \"C\""
        } else {
            "unsafe extern \"C\""
        };
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        Values::from([
            ("bin", text(program.map(|program| &program.bin))),
            (
                "feature",
                text(program.and_then(|program| program.features.first())),
            ),
            ("features", features.join(",")),
            ("package", text(program.map(|program| &program.package))),
            ("timeout", self.timeout.clone()),
            ("unsafe_extern", unsafe_extern.to_owned()),
        ])
    }

    /// The features that all harnesses require; those of the first one if they have none in common.
    fn shared_features(&self) -> Vec<String> {
        let Some((first, others)) = self.programs.split_first() else {
            return Vec::new();
        };
        let is_shared =
            |feature: &&String| others.iter().all(|other| other.features.contains(feature));
        let shared: Vec<String> = first.features.iter().filter(is_shared).cloned().collect();
        if shared.is_empty() {
            first.features.clone()
        } else {
            shared
        }
    }
}

/// The program that a package's harness is to run, with the features that it then requires.
pub fn wanted_program(package: &PackageFacts, request: &Request) -> Option<Program> {
    let bin = package.bin.as_ref()?;
    let target = package.test_target.as_ref();
    let of_target = target.and_then(|target| target.features.first());
    let text = package.harness.text.as_deref().unwrap_or_default();
    let feature = request.feature.as_ref().or(of_target).map(String::as_str);
    let feature = feature.or(harness::feature(text)).unwrap_or(FEATURE);
    let mut features = vec![feature.to_owned()];
    features.extend(bin.features.iter().filter(|name| *name != feature).cloned());
    Some(Program {
        package: package.name.clone(),
        bin: bin.name.clone(),
        features,
        edition: package.edition,
    })
}
