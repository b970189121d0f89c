//! Room for what is nested deeply: sources, which the compiler takes however deep they are.

use std::panic::resume_unwind;
use std::thread;

/// The system gives only what is used of it.
const STACK: usize = 1 << 28;

/// Does the work on a stack with room, or on this one where the system has none.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let mut work = Some(work);
    let done = thread::scope(|scope| {
        let once = || work.take().map(|work| work());
        let thread = thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, once).ok()?;
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    });
    match (done, work) {
        (Some(done), _) => done,
        (None, Some(work)) => work(),
        (None, None) => unreachable!("work is done once"),
    }
}

#[cfg(test)]
mod tests {
    use super::with_room;

    #[test]
    fn what_is_nested_deeply_is_understood() {
        let text = format!("fn f() {{ {}1{} }}", "(".repeat(5000), ")".repeat(5000));
        assert!(with_room(|| syn::parse_file(&text).is_ok()));
    }
}
