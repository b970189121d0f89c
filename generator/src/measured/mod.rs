//! What was measured in a checkout: builds, and the runs of them.
//!
//! ```text
//! <target>/itcov/.lock           held while the runs of any checkout change
//! <target>/itcov/.checkouts/<name>-<key>/
//!     build.json                 the last build
//!     wanted/<number>            a run that is wanted: where it is recorded, and held by its process
//!     now/<number>               the way of processes to the part of that number: a link while it is recorded, then a directory of what came too late
//!     linked/                    profiles of processes without LLVM_PROFILE_FILE, until the only run that goes on takes them
//!     linked-tests/              profiles of tests, if they are measured, likewise
//!     builds/<key>/              programs and libraries of a build, which a later one does not replace
//!     runs/<number>/             the last run, and those that are going on
//!         lock                   held by the run: its process, and whether no other may go on
//!         <number>/.scenarios    what ran in each scenario
//!         <number>/.failed       there if the suite or the program has failed, or was ended
//!         <number>/.around.json  the commit at the beginning, and the files that were not as in it
//!         <number>/part.json     what ran: of a run, and of each that was added to it
//!         <number>/place.json    when it began, and in which directories
//!         <number>/.missing      what ran and does not count
//!         <number>/.unknown      how many profiles there were that may be of another run, and do not count
//!         <number>/<program>/    its profiles
//!         <number>/.suite/       those of what a suite has started
//!         <number>/.suite/.apart/  those of scenarios that may go on at the same time, until the run is over
//!         <number>/.linked/      those of processes without LLVM_PROFILE_FILE
//!         <number>/.tests/       those of tests
//! ```
//!
//! The crate `llvm_coverage` reads the files and counts.
//!
//! | | |
//! | --- | --- |
//! | `runs`, `recording`, `part` | the runs of a checkout; one that goes on; what ran in one go |
//! | `going_on`, `wanted` | runs that go on, also in other checkouts of the target directory; runs that have measured nothing, or under another path of the checkout |
//! | `now`, `copied` | what is started comes to a run as long as that goes on; what goes on then adds nothing to it |
//! | `kept`, `beginning`, `unknown` | builds, which a later one does not replace; the checkout of a run; profiles of which the run is not known |
//! | `choice`, `measurement`, `profiles` | which programs are asked for; the objects and the profiles that a report is on |
//! | `origin` | which program has written a profile |
//! | `of_tests`, `inside` | the executables of tests that ran, and what they reach themselves, if that counts |
//! | `unused` | builds that nothing uses any more |
//! | `scenarios` | how far counters moved between two marks, or what is in a test's own profiles; what scenarios reach |
//! | `sources`, `advice` | sources that have changed since the build; what to type where something is missing |

mod advice;
mod beginning;
mod built_twice;
mod choice;
pub mod copied;
pub mod counters;
mod going_on;
mod idle;
mod inside;
mod kept;
mod measurement;
mod now;
mod numbered;
mod of_tests;
pub mod origin;
mod part;
mod profiles;
mod recording;
mod runs;
pub mod scenarios;
pub mod sources;
mod unknown;
pub mod unused;
mod wanted;

pub use choice::Choice;
pub use idle::Idle;
pub use kept::{Kept, is_one_file, is_same_file};
pub use measurement::Measurement;
pub use part::{Follower, Measured, Part, SUITE};
pub use profiles::Profiles;
pub use recording::Recording;
pub use runs::{How, Store, parts};
pub use unknown::missing;
pub use wanted::Wanted;
