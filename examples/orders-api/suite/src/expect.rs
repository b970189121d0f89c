use std::fmt::Debug;

/// An error that says what `what` should have been and what it was, unless they are equal.
#[expect(
    clippy::needless_pass_by_value,
    reason = "literals and temporaries are passed"
)]
pub fn equal<E, S>(what: &str, expected: E, seen: S) -> Result<(), String>
where
    E: Debug,
    S: Debug + PartialEq<E>,
{
    if seen == expected {
        Ok(())
    } else {
        Err(format!("{what}: expected {expected:?}, saw {seen:?}"))
    }
}
