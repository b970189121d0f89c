#![no_main]

use itcov_fuzz::{Target, bounded};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bounded(MEMORY, Target::Export, input));
