//! What a run has to say of what does not count: ordinary builds that were started, what was built meanwhile, what was never run.

pub mod built_meanwhile;
pub mod going_on;
pub mod look_alikes;
pub mod not_run;
pub mod ordinary_builds;
pub mod started;
