//! The steps that each entry goes through.

/// What is done with an entry, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A fresh copy that cargo accepts, committed to a repository of its own.
    Copy,
    /// `cargo itcov init`
    Init,
    /// cargo accepts the crate still, with the harness as a target, and warns of nothing new.
    Accepted,
    /// What was there has only got more lines.
    OnlyAdds,
    /// `init` a second time changes nothing.
    Again,
    /// `cargo itcov check`
    Check,
    /// `cargo itcov remove`
    Remove,
    /// Every byte and mode is as before, nothing is left over, and git sees no change.
    Restored,
    /// `cargo build` and `cargo clippy`, before there is a scaffold.
    Build,
    /// After `init`, `cargo build` compiles no dependency.
    OwnOnly,
    /// `just itcov` reports a line that ran.
    Measured,
    /// After that, `cargo build` compiles nothing.
    Fresh,
    /// `cargo clippy` says nothing new.
    Lints,
}

impl Step {
    /// The steps of every entry.
    pub const ALL: [Step; 8] = [
        Step::Copy,
        Step::Init,
        Step::Accepted,
        Step::OnlyAdds,
        Step::Again,
        Step::Check,
        Step::Remove,
        Step::Restored,
    ];
    /// The further steps of what is built.
    pub const BUILDS: [Step; 5] = [
        Step::Build,
        Step::OwnOnly,
        Step::Measured,
        Step::Fresh,
        Step::Lints,
    ];

    /// As in the tables and in `crates.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Step::Copy => "copy",
            Step::Init => "init",
            Step::Accepted => "accepted",
            Step::OnlyAdds => "only adds",
            Step::Again => "again",
            Step::Check => "check",
            Step::Remove => "remove",
            Step::Restored => "restored",
            Step::Build => "build",
            Step::OwnOnly => "own only",
            Step::Measured => "measured",
            Step::Fresh => "fresh",
            Step::Lints => "lints",
        }
    }

    /// The step of that name.
    pub fn named(name: &str) -> Option<Step> {
        let mut steps = Step::ALL.into_iter().chain(Step::BUILDS);
        steps.find(|step| step.name() == name)
    }
}
