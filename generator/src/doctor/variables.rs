//! Judges the environment: which variables change a measured run, and how.

use super::{Finding, Status};

/// A note for each.
pub fn findings(variables: &[(String, String)]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = variables
        .iter()
        .filter_map(|(name, value)| {
            Some(Finding::ok(name, value).because(Status::Note, meaning(name, value)?))
        })
        .collect();
    findings.sort_by(|one, other| one.name.cmp(&other.name));
    findings
}

/// What a variable does to a run; `None` for one that does nothing.
pub fn meaning(name: &str, value: &str) -> Option<&'static str> {
    let means = match name {
        "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS"
            if value.contains("instrument-coverage") =>
        {
            "every build is instrumented, dependencies and macros too: leave that to the recipes"
        }
        "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS" => {
            "the measured build has these flags too, as any build; they take the place of those in cargo's configuration"
        }
        "RUSTC" => "this compiler is taken instead of the toolchain's",
        "RUSTC_WRAPPER" | "CARGO_BUILD_RUSTC_WRAPPER" => {
            "it is called for a measured build too, but not with itcov_scope=all"
        }
        "RUSTC_WORKSPACE_WRAPPER" | "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER" => {
            "it is not called for a measured build"
        }
        "LLVM_PROFILE_FILE" => {
            "not used by the recipes, which set their own; another instrumented program writes there"
        }
        "CARGO_TARGET_DIR" | "CARGO_BUILD_TARGET_DIR" => {
            "what is built and collected lies in `itcov` there"
        }
        "CARGO_BUILD_BUILD_DIR" => "dependencies are built and shared there",
        "CARGO_BUILD_TARGET" => "the program is built for this target, and has to run here",
        "CARGO_INCREMENTAL" => "a measured build takes it as any build does",
        "LLVM_COV" | "LLVM_PROFDATA" => "this one is taken for reports with LLVM's tools",
        "JUST_JUSTFILE" | "JUST_JUSTFILE_NAME" | "JUST_CEILING" | "JUST_WORKING_DIRECTORY" => {
            "just takes another justfile than the nearest, or none, so it may not find the recipes"
        }
        "JUST_DRY_RUN" => "just shows recipes and runs none",
        "JUST_TEMPDIR" => {
            "just puts the recipes' scripts there: programs have to be allowed to run from it"
        }
        "ITCOV_ARGS"
        | "ITCOV_TIMEOUT"
        | "ITCOV_READY"
        | "ITCOV_READY_TIMEOUT"
        | "ITCOV_GRACE"
        | "ITCOV_STOP_ADDR" => "it steers every run started here",
        "ITCOV_BIN" => {
            "`just itcov` and `just itcov-suite` run this program instead of the one they have built"
        }
        name if name.starts_with("CARGO_PROFILE_") => {
            "it changes a profile for measured builds too"
        }
        _ => return None,
    };
    Some(means)
}

#[cfg(test)]
mod tests {
    use super::findings;
    use crate::doctor::Status;

    #[test]
    fn what_changes_a_run_is_noted_and_nothing_else() {
        let variables = [
            ("RUSTFLAGS", "-C instrument-coverage"),
            ("CARGO_PROFILE_DEV_LTO", "fat"),
            ("PATH", "/bin"),
            ("CARGO_HOME", "/c"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let found = findings(&variables);
        let names: Vec<&str> = found.iter().map(|finding| finding.name.as_str()).collect();
        assert_eq!(names, ["CARGO_PROFILE_DEV_LTO", "RUSTFLAGS"]);
        assert!(found.iter().all(|finding| finding.status == Status::Note));
        assert!(
            found[1]
                .means
                .as_deref()
                .unwrap()
                .contains("leave that to the recipes")
        );
    }
}
