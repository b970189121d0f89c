//! Work for a processor, to count what instrumentation adds to it: `overhead ROUNDS [THREADS]`.
//!
//! Every round makes a text of arithmetic, words and marks, reads it, computes, sorts and counts. All of that is code of
//! this crate and so instrumented; a program that spends its time in dependencies has less to carry.

mod expression;
mod random;
mod sort;
mod words;

use random::Random;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |name| {
        arguments
            .next()
            .map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
    };
    let rounds: u64 = number("ROUNDS").unwrap_or(10);
    let threads: u64 = number("THREADS").unwrap_or(1);
    let workers: Vec<_> = (0..threads)
        .map(|thread| {
            std::thread::spawn(move || {
                (0..rounds)
                    .map(|number| round(thread, number))
                    .fold(0, u64::wrapping_add)
            })
        })
        .collect();
    let sum = workers
        .into_iter()
        .map(|worker| worker.join().unwrap())
        .fold(0, u64::wrapping_add);
    println!("{sum}");
}

/// One round of everything. Returns a checksum, so that nothing can be left out.
fn round(thread: u64, number: u64) -> u64 {
    let mut random = Random::new(thread << 32 | number);
    let values: Vec<i64> = (0..60)
        .map(
            |_| match expression::value(&expression::text(&mut random, 4)) {
                Ok(value) => value,
                Err(place) => -i64::try_from(place).unwrap(),
            },
        )
        .collect();
    let ordered = sort::merged(&values);
    let counts = words::counts(&words::text(&mut random, 400));
    let mut sum = ordered.iter().fold(0, |sum: u64, value| {
        sum.rotate_left(7) ^ value.cast_unsigned()
    });
    for (word, count) in counts.most_frequent(20) {
        sum = sum
            .wrapping_mul(31)
            .wrapping_add(words::hash(word.as_bytes()) ^ count);
    }
    sum
}
