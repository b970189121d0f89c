//! The template tree of the repository, embedded, and its rendering.

use anyhow::{Context, Result};

use super::recipes::Program;

/// The harness, `tests/manual_integration.rs`.
const HARNESS: &str = include_str!("../../template/tests/manual_integration.rs");

/// The recipes, `itcov.just`.
const RECIPES: &str = include_str!("../../template/itcov.just");

/// What the template's files ask for; the field names are their variables.
pub struct Variables {
    /// At least one.
    pub programs: Vec<Program>,
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
        let programs: Vec<String> = self.programs.iter().map(Program::line).collect();
        let variables = liquid::object!({
            "programs": programs.join("\n    "),
            "timeout": self.timeout,
        });
        let parser = liquid::ParserBuilder::with_stdlib().build()?;
        Ok(parser.parse(template)?.render(&variables)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{Program, Variables};
    use crate::scaffold::stamp;

    #[test]
    fn the_stamps_of_the_template_are_right() {
        let variables = Variables {
            programs: vec![Program {
                package: "a".into(),
                bin: "b".into(),
                features: vec!["c".into()],
            }],
            timeout: "7s".into(),
        };
        let files = [
            ("tests/manual_integration.rs", variables.harness()),
            ("itcov.just", variables.recipes()),
        ];
        for (file, text) in files {
            let text = text.unwrap();
            let found = stamp::of(&text).unwrap();
            let right = stamp::digest(&text);
            assert_eq!(
                found.version.to_string(),
                env!("CARGO_PKG_VERSION"),
                "{file}"
            );
            assert_eq!(
                found.digest, right,
                "type: sed -i 's/md5 {}/md5 {right}/' template/{file}",
                found.digest
            );
        }
    }
}
