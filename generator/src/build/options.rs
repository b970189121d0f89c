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

/// What to build, as for `cargo build`.
#[derive(clap::Args, Default)]
pub struct BuildOptions {
    /// The package of the program; may be given several times for several programs
    #[arg(short, long, value_name = "NAME", value_delimiter = ',')]
    pub package: Vec<String>,
    /// The program, in a package with several; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub bin: Vec<String>,
    /// Every program of the workspace that has a harness
    #[arg(long, conflicts_with_all = ["package", "bin"])]
    pub workspace: bool,
    /// Build this package along, whose programs are started or whose shared libraries are loaded; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub with: Vec<String>,
    /// Which crates to measure
    #[arg(long, value_enum, value_name = "SCOPE", default_value_t)]
    pub scope: Scope,
    /// Do not set `cfg(coverage)`, nor with a nightly compiler `cfg(coverage_nightly)`, for the measured crates
    #[arg(long)]
    pub no_cfg_coverage: bool,
    /// Features to turn on, separated by commas or spaces
    #[arg(
        short = 'F',
        long,
        value_name = "FEATURES",
        help_heading = "Cargo options"
    )]
    pub features: Vec<String>,
    /// Turn on all features of the packages
    #[arg(long, help_heading = "Cargo options")]
    pub all_features: bool,
    /// Do not turn on the `default` feature
    #[arg(long, help_heading = "Cargo options")]
    pub no_default_features: bool,
    /// Build with the profile `release`
    #[arg(
        short,
        long,
        conflicts_with = "profile",
        help_heading = "Cargo options"
    )]
    pub release: bool,
    /// Build with this profile
    #[arg(long, value_name = "NAME", help_heading = "Cargo options")]
    pub profile: Option<String>,
    /// Build for this target
    #[arg(long, value_name = "TRIPLE", help_heading = "Cargo options")]
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

    /// What goes to cargo for the choice of features, profile and lock file.
    pub fn for_cargo(&self) -> Vec<String> {
        let mut words = Vec::new();
        for features in &self.features {
            words.extend(["--features".to_owned(), features.clone()]);
        }
        words.extend(["--profile".to_owned(), self.profile().to_owned()]);
        if let Some(target) = &self.target {
            words.extend(["--target".to_owned(), target.clone()]);
        }
        let flags = [
            (self.all_features, "--all-features"),
            (self.no_default_features, "--no-default-features"),
            (self.cargo.locked, "--locked"),
            (self.cargo.offline, "--offline"),
            (self.cargo.frozen, "--frozen"),
        ];
        let flags = flags.iter().filter(|(is_on, _)| *is_on);
        words.extend(flags.map(|(_, flag)| (*flag).to_owned()));
        words
    }
}
