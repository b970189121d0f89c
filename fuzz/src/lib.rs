//! What the fuzz targets do with an input. The tests include this file, and do the same with the corpus.

mod count;
mod export;
mod sections;

use llvm_coverage::count::profile::Profile;
use llvm_coverage::parse::{mapping, objects};
use peak_alloc::PeakAlloc;

/// One of the targets, each of which stands for a parser.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// A raw profile.
    Profile,
    /// The three sections of an object.
    Mapping,
    /// A program, an object or a library.
    Object,
    /// Mappings and a profile, which are counted together.
    Count,
    /// An export of a coverage, which is compared with itself.
    Export,
}

/// What a parser may use besides: its errors, and a table or two for very short inputs.
const ALWAYS: usize = 256 * 1024;
/// What an export may use besides: the lines that it may have in any case, as often as they are held.
const LINES: usize = 32 << 20;
/// How many bytes it may use for each byte of its input: a region that takes 5 there has 64 as a value.
const TIMES: usize = 128;

/// Runs the target, and panics if it took more memory than is fair for so long an input.
///
/// # Panics
///
/// If it took more, and if the target panics.
pub fn bounded(memory: PeakAlloc, target: Target, input: &[u8]) {
    memory.reset_peak_usage();
    let before = memory.current_usage();
    target.run(input);
    let used = memory.peak_usage().saturating_sub(before);
    assert!(
        used <= target.always() + TIMES * input.len(),
        "{used} bytes of memory for an input of {}",
        input.len()
    );
}

impl Target {
    fn run(self, input: &[u8]) {
        match self {
            Self::Profile => drop(Profile::parse(input)),
            Self::Mapping => drop(mapping::parse(&sections::sections(input))),
            Self::Object => drop(objects::mappings(input)),
            Self::Count => count::count(input),
            Self::Export => export::compare_with_itself(input),
        }
    }

    fn always(self) -> usize {
        match self {
            Self::Export => LINES,
            _ => ALWAYS,
        }
    }
}
