//! What a cargo of the suite has built, without what was there already.

use anyhow::Result;

use super::kept::Objects;
use super::origin::{Functions, build_id, functions};
use crate::build::texts::{self, Text};
use crate::build::units::Unit;

/// What a cargo has built: each executable with its libraries.
pub type Built = Vec<Vec<Unit>>;

/// Without what was built twice, in two target directories, of which there are the build identifiers. What is made of another text
/// is not the same, though it may have the same functions: a constant is in none of them.
///
/// # Errors
///
/// If an executable cannot be read.
pub fn with_other_code(built: Built, kept: &[&Objects]) -> Result<(Built, Vec<Vec<u8>>)> {
    let (mut others, mut twins) = (Vec::new(), Vec::new());
    if built.is_empty() {
        return Ok((others, twins));
    }
    let known = kept
        .iter()
        .map(|it| Ok((functions(&it.files[0])?, it.texts())));
    let mut known: Vec<_> = known.collect::<Result<_>>()?;
    for units in built {
        let object = units[0].object();
        let (functions, texts) = (functions(&object)?, texts::of(&units));
        let is_same =
            |(its, of): &(Functions, Vec<Text>)| *its == functions && texts::are_of_one(of, &texts);
        if known.iter().any(is_same) {
            twins.extend(build_id(&object)?);
        } else {
            known.push((functions, texts));
            others.push(units);
        }
    }
    Ok((others, twins))
}
