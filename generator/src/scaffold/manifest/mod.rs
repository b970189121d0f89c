//! What is added to a `Cargo.toml` and taken out again: a feature and a test target, as lines of their own.
//!
//! `toml_edit` says what is where; lines are then added and removed in the text, so that every other byte stays.
//! What was added carries a mark, a comment behind it, and so is found again wherever it has been moved to.

mod add;
mod lines;
mod remove;
mod sections;
mod shape;
mod taken;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use anyhow::{Result, bail};
use toml_edit::Document;

pub use lines::line_end;
pub use remove::without_additions;

/// What the manifest is to have.
pub struct Additions<'a> {
    /// The feature that the test target requires.
    pub feature: &'a str,
    /// The features that the program itself requires.
    pub bin_features: &'a [String],
    /// Whether tests are to be discovered by an explicit key: in the edition 2015 a declared test ends the discovery.
    pub keep_autotests: bool,
}

impl Additions<'_> {
    /// What the test target requires, the feature of its own first.
    fn required(&self) -> Vec<&str> {
        let own = std::iter::once(self.feature);
        own.chain(self.bin_features.iter().map(String::as_str))
            .collect()
    }
}

/// The manifest with the additions, or `None` where it has them already. An error where the names are taken, or where
/// no line can be added.
pub fn with_additions(text: &str, additions: &Additions) -> Result<Option<String>> {
    let document = Document::parse(text)?;
    let after = add::add(&document, additions)?.edits.apply();
    if let Some(after) = &after
        && let Err(error) = Document::parse(after.as_str())
    {
        // The additions are lines put between others: should they ever not fit, the user's file is not touched.
        bail!("itcov's lines would make the manifest invalid; nothing was written\n{error}");
    }
    Ok(after)
}

/// What of the additions the manifest does not have, for people. The errors are those of [`with_additions`].
pub fn missing(text: &str, additions: &Additions) -> Result<Vec<String>> {
    let document = Document::parse(text)?;
    Ok(add::add(&document, additions)?.missing)
}
