//! The template tree of the repository, embedded, and its rendering.

use anyhow::{Context, Result};

/// The harness, `tests/manual_integration.rs`.
const HARNESS: &str = include_str!("../../template/tests/manual_integration.rs");

/// The recipes, `itcov.just`.
const RECIPES: &str = include_str!("../../template/itcov.just");

/// What the template's files ask for; the field names are their variables.
pub struct Variables {
    /// The package that the program belongs to.
    pub package: String,
    /// The binary target that is the program.
    pub bin: String,
    /// The features that the harness needs: its own, and what the binary requires.
    pub features: Vec<String>,
    /// How long a run may last by default, as `ITCOV_TIMEOUT` takes it.
    pub timeout: String,
}

impl Variables {
    /// The text of `tests/manual_integration.rs`.
    pub fn harness(&self) -> Result<String> {
        self.render(HARNESS).context("the template of the harness")
    }

    /// The text of `itcov.just`.
    pub fn recipes(&self) -> Result<String> {
        self.render(RECIPES).context("the template of the recipes")
    }

    fn render(&self, template: &str) -> Result<String> {
        let variables = liquid::object!({
            "package": self.package,
            "bin": self.bin,
            "features": self.features.join(","),
            "timeout": self.timeout,
        });
        let parser = liquid::ParserBuilder::with_stdlib().build()?;
        Ok(parser.parse(template)?.render(&variables)?)
    }
}
