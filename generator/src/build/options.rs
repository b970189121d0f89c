//! The options of a measured build: cargo's own, and what to measure.

use clap::ValueEnum;

use crate::scaffold::metadata::Cargo;

/// Which crates are instrumented.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// The workspace's own crates
    #[default]
    Workspace,
    /// The dependencies too
    All,
}

const PACKAGES: &str = "Package selection";
const FEATURES: &str = "Feature selection";
const COMPILATION: &str = "Compilation options";

/// What to build, as for `cargo build`.
#[derive(clap::Args, Default)]
#[allow(clippy::struct_excessive_bools)] // Each is an option of its own.
pub struct BuildOptions {
    /// Which crates to measure
    #[arg(long, value_enum, value_name = "SCOPE", default_value_t)]
    pub scope: Scope,
    /// Do not set `cfg(coverage)`, nor with a nightly compiler `cfg(coverage_nightly)`, for the measured crates
    #[arg(long)]
    pub no_cfg_coverage: bool,
    /// Package whose programs are started or whose shared libraries are loaded: it is built and measured, too
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = PACKAGES)]
    pub with: Vec<String>,
    /// Dependency to measure, too, by its name or as `NAME@VERSION`; may be given several times
    #[arg(long, value_name = "CRATE", value_delimiter = ',', help_heading = PACKAGES)]
    pub also: Vec<String>,
    /// Package with the program; may be given several times, for several programs
    #[arg(
        short,
        long,
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = PACKAGES
    )]
    pub package: Vec<String>,
    /// Program, in a package with several; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = PACKAGES)]
    pub bin: Vec<String>,
    /// All programs of the workspace that have a harness
    #[arg(long, conflicts_with_all = ["package", "bin"], help_heading = PACKAGES)]
    pub workspace: bool,
    /// Features to activate, separated by spaces or commas
    #[arg(short = 'F', long, value_name = "FEATURES", help_heading = FEATURES)]
    pub features: Vec<String>,
    /// Activate all features of the packages
    #[arg(long, help_heading = FEATURES)]
    pub all_features: bool,
    /// Do not activate the `default` feature
    #[arg(long, help_heading = FEATURES)]
    pub no_default_features: bool,
    /// Build with the profile `release`
    #[arg(short, long, conflicts_with = "profile", help_heading = COMPILATION)]
    pub release: bool,
    /// Build with this profile
    #[arg(long, value_name = "PROFILE", help_heading = COMPILATION)]
    pub profile: Option<String>,
    /// Build for this target triple
    #[arg(long, value_name = "TRIPLE", help_heading = COMPILATION)]
    pub target: Option<String>,
    #[command(flatten)]
    pub cargo: Cargo,
}

impl BuildOptions {
    /// The name of cargo's profile.
    pub fn profile(&self) -> &str {
        match &self.profile {
            Some(profile) => profile,
            None if self.release => "release",
            None => "dev",
        }
    }

    /// The directory that cargo gives a profile: <https://doc.rust-lang.org/cargo/reference/build-cache.html>.
    pub fn profile_directory(&self) -> &str {
        match self.profile() {
            "dev" | "test" => "debug",
            "bench" => "release",
            other => other,
        }
    }

    /// What goes to cargo for the choice of features.
    pub fn for_features(&self) -> Vec<String> {
        let mut words = Vec::new();
        for features in &self.features {
            words.extend(["--features".to_owned(), features.clone()]);
        }
        let flags = [
            (self.all_features, "--all-features"),
            (self.no_default_features, "--no-default-features"),
        ];
        let flags = flags.iter().filter(|(is_on, _)| *is_on);
        words.extend(flags.map(|(_, flag)| (*flag).to_owned()));
        words
    }

    /// What goes to cargo for the choice of features, profile and lock file.
    pub fn for_cargo(&self) -> Vec<String> {
        let mut words = self.for_features();
        words.extend(["--profile".to_owned(), self.profile().to_owned()]);
        if let Some(target) = &self.target {
            words.extend(["--target".to_owned(), target.clone()]);
        }
        words.extend(self.cargo.passed_on());
        words
    }
}
