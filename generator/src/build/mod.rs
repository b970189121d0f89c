//! The measured build: the programs of `cargo build`, instrumented, in a directory of their own.
//!
//! ```text
//! programs ─┐                    ┌─ wrapper, which cargo calls for each crate ── units
//! layout ───┼─ seed ── cargo ────┤
//! options ──┘                    └─ runner, which tells how cargo would run a program
//! ```
//!
//! | | |
//! | --- | --- |
//! | `options`, `programs` | cargo's options; which programs of the workspace are meant |
//! | `layout`, `own` | the directories below `<target>/itcov`; that nobody else can write what is run |
//! | `seed` | takes over what an ordinary build has made of the dependencies |
//! | `program`, `cargo`, `artifacts` | builds a program: a cargo that instruments, and its messages |
//! | `remarks` | what is said of a program that was built |
//! | `guard` | this executable between the tool and cargo: ends what cargo has started when nobody waits |
//! | `rustc`, `configuration` | what the compiler says of itself; cargo's configuration, as far as it is needed |
//! | `along`, `also` | packages that are built along: plugins, programs that are started; dependencies that are measured by name |
//! | `ordinary` | programs that are not the measured ones, though they are called so |
//! | `wrapper`, `compile`, `call` | this executable in the place of rustc: its settings; flags and notes; what cargo asks for |
//! | `linked`, `units` | the profile's path, and the code beside it; notes of each crate |
//! | `sources`, `texts`, `made`, `again` | what the crates are made of; digests of it and of what rustc has made; what cargo takes for fresh and is not |
//! | `early` | what decides how a program is made: manifests, build scripts, macros |
//! | `runner` | this executable as cargo's runner: how cargo would run the program |
//! | `leftovers` | what a killed build has left half-written |
//! | `scaffolded`, `harness` | the package's harness; compiles an edited one with rustc alone |

mod again;
pub mod along;
pub mod also;
mod artifacts;
pub mod call;
pub mod cargo;
pub mod compile;
pub mod configuration;
pub mod early;
pub mod guard;
pub mod harness;
pub mod layout;
pub mod leftovers;
pub mod linked;
pub mod made;
mod noted;
pub mod options;
pub mod ordinary;
mod own;
pub mod program;
pub mod programs;
mod remarks;
pub mod runner;
pub mod rustc;
pub mod scaffolded;
mod seed;
mod settings;
pub mod sources;
pub mod texts;
pub mod units;
pub mod wrapper;
