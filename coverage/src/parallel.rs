//! Work on many things at once.
//!
//! All calls share the processors, also those within another one. A thread waits for nothing but the threads that help it, so work may
//! take a lock.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

/// How many more threads may work.
static SPARE: LazyLock<AtomicUsize> = LazyLock::new(|| AtomicUsize::new(threads() - 1));

/// How many threads work at most.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What is made of each of the items, in their order. A thread takes so many neighbours at a time.
pub fn map<I: Sync, T: Send>(
    items: &[I],
    at_once: usize,
    make: &(dyn Fn(&I) -> T + Sync),
) -> Vec<T> {
    let parts: Vec<_> = items
        .chunks(at_once)
        .map(|items| (items, Mutex::new(Vec::new())))
        .collect();
    share(parts.len(), &|part| {
        let (items, done) = &parts[part];
        let some = items.iter().map(make).collect();
        *lock(done) = some;
    });
    let done = parts.into_iter().map(|(_, done)| done.into_inner());
    done.flat_map(|it| it.unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// Does what has these numbers. It is compiled once, and not for each kind of item.
fn share(number: usize, work: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        let one = next.fetch_add(1, Relaxed);
        (one < number).then(|| work(one))
    };
    thread::scope(|scope| {
        loop {
            let is_more = next.load(Relaxed).saturating_add(1) < number;
            if let Some(helper) = is_more.then(Helper::find).flatten() {
                let work = &work;
                let help = move || {
                    while work().is_some() {}
                    drop(helper);
                };
                // Where there may be no more threads, this one does it all.
                let _ = thread::Builder::new().spawn_scoped(scope, help);
            }
            if work().is_none() {
                break;
            }
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread that may work, until this is dropped.
struct Helper;

impl Helper {
    fn find() -> Option<Helper> {
        let one_less = |spare: usize| spare.checked_sub(1);
        let found = SPARE.fetch_update(Relaxed, Relaxed, one_less);
        found.ok().map(|_| Helper)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        SPARE.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn what_is_made_is_in_the_order_of_the_items() {
        for number in [0, 1, 2, 7, 1000] {
            let items: Vec<usize> = (0..number).collect();
            for at_once in [1, 3, 64, 5000] {
                let squares = map(&items, at_once, &|it| it * it);
                assert!(squares.iter().copied().eq(items.iter().map(|it| it * it)));
            }
        }
    }

    #[test]
    fn calls_within_others_take_part_and_a_lock_keeps_nobody_for_ever() {
        let items: Vec<usize> = (0..40).collect();
        let known = Mutex::<HashSet<usize>>::default();
        let sums = map(&items, 1, &|outer| {
            let mut known = lock(&known);
            let inner = map(&items, 2, &|inner| outer * inner);
            known.extend(&inner);
            inner.into_iter().sum::<usize>()
        });
        assert!(sums.iter().copied().eq(items.iter().map(|it| it * 780)));
        assert!(lock(&known).contains(&(39 * 39)));
    }

    #[test]
    fn all_processors_take_part() {
        let threads = threads().min(2);
        let end = Instant::now() + Duration::from_mins(1);
        let seen = Mutex::new(HashSet::new());
        map(&[(); 64], 1, &|()| {
            lock(&seen).insert(thread::current().id());
            // Another test may have the processors for a while.
            while lock(&seen).len() < threads && Instant::now() < end {
                thread::sleep(Duration::from_millis(1));
                if SPARE.load(Relaxed) > 0 {
                    break;
                }
            }
        });
        assert!(lock(&seen).len() >= threads);
    }
}
