//! The template tree of the repository, embedded, and its rendering.

use anyhow::{Context, Result};

/// The harness, `tests/manual_integration.rs`.
const HARNESS: &str = include_str!("../../template/tests/manual_integration.rs");

/// The recipes, `itcov.just`.
const RECIPES: &str = include_str!("../../template/itcov.just");

/// A program that the recipes can measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The package that the program belongs to.
    pub package: String,
    /// The binary target that is the program.
    pub bin: String,
    /// The features that the harness needs: its own, and what the binary requires.
    pub features: Vec<String>,
}

/// What the template's files ask for; the field names are their variables.
pub struct Variables {
    /// At least one.
    pub programs: Vec<Program>,
    /// How long a run may last by default, as `ITCOV_TIMEOUT` takes it.
    pub timeout: String,
}

impl Program {
    /// The program's line in `itcov_programs`.
    fn line(&self) -> String {
        format!("{} {} {}", self.package, self.bin, self.features.join(","))
    }
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
        let programs: Vec<String> = self.programs.iter().map(Program::line).collect();
        let variables = liquid::object!({
            "programs": programs.join("\n    "),
            "timeout": self.timeout,
        });
        let parser = liquid::ParserBuilder::with_stdlib().build()?;
        Ok(parser.parse(template)?.render(&variables)?)
    }
}
