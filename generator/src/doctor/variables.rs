//! The environment: which variables change a measured run, and how.

use super::finding::{Finding, Status};

/// All variables.
pub fn look() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// A note for each that does something.
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
fn meaning(name: &str, value: &str) -> Option<&'static str> {
    if value.is_empty() {
        return None;
    }
    let means = match name {
        "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS"
            if value.contains("instrument-coverage") =>
        {
            "every build is instrumented, dependencies and macros too: leave that to `cargo itcov`"
        }
        "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS" => {
            "the measured build has these flags too, as any build; they take the place of those in cargo's configuration"
        }
        "RUSTC" | "CARGO_BUILD_RUSTC" => "this compiler is taken instead of the toolchain's",
        "RUSTC_WRAPPER" | "CARGO_BUILD_RUSTC_WRAPPER" => "it is called for a measured build too",
        "RUSTC_WORKSPACE_WRAPPER" | "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER" => {
            "it is not called for a measured build"
        }
        "LLVM_PROFILE_FILE" => {
            "not used by a run, which sets its own; another instrumented program writes there"
        }
        "CARGO_TARGET_DIR" | "CARGO_BUILD_TARGET_DIR" => {
            "what is built and measured lies in `itcov` there"
        }
        "CARGO_BUILD_BUILD_DIR" => "ordinary builds are there; a measured one is not",
        "CARGO_BUILD_TARGET" => "the program is built for this target, and has to run here",
        "CARGO_INCREMENTAL" => "a measured build takes it as any build does",
        "JUST_JUSTFILE" | "JUST_JUSTFILE_NAME" | "JUST_CEILING" | "JUST_WORKING_DIRECTORY" => {
            "just takes another justfile than the nearest, or none, so it may not find the recipes"
        }
        "JUST_DRY_RUN" => "just shows recipes and runs none",
        "ITCOV_PROGRAM" => "this program runs in the place of the one that is built",
        "ITCOV_TIMEOUT"
        | "ITCOV_GRACE"
        | "ITCOV_STOP_SIGNAL"
        | "ITCOV_CONTROL"
        | "ITCOV_READY"
        | "ITCOV_READY_TIMEOUT" => "it steers every run that is started here",
        name if name == "ITCOV_ARGS" || name.starts_with("ITCOV_ARGS_") => {
            "these are the arguments of every program that is run without others"
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
    use crate::doctor::finding::Status;

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
                .contains("leave that to `cargo itcov`")
        );
    }
}
