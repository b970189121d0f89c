//! The corpus of the fuzz targets: every input is run through the parser that it was found for, in bounded memory.
//!
//! One test, because the memory is that of the whole process.

use std::fs;
use std::path::Path;

use peak_alloc::PeakAlloc;

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use targets::{Target, bounded};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

#[test]
fn every_input_of_the_corpus_is_read_or_refused_in_bounded_memory_whole_or_cut() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, target) in [
        ("profile", Target::Profile),
        ("mapping", Target::Mapping),
        ("object", Target::Object),
        ("count", Target::Count),
        ("export", Target::Export),
    ] {
        let files = fs::read_dir(corpus.join(name)).unwrap();
        let mut number = 0;
        for file in files {
            let path = file.unwrap().path();
            // A panic does not say which input it is of.
            println!("{}", path.display());
            let input = fs::read(&path).unwrap();
            bounded(MEMORY, target, &input);
            // At every length where that is quick, otherwise at a thousand.
            for length in (0..input.len()).step_by(input.len().div_ceil(1000).max(1)) {
                bounded(MEMORY, target, &input[..length]);
            }
            number += 1;
        }
        assert!(number >= 5, "{name} has {number} inputs");
    }
}
