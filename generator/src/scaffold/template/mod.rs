//! What a template makes of a workspace: the one that is built in, or a tree of the user's.

mod builtin;
mod others;
mod render;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use cargo_metadata::camino::Utf8PathBuf;

use super::facts::Facts;
use super::plan::{self, Wishes};
use super::recipes::{self, Program};
use super::{RECIPES, TEST_TARGET, stamp};
pub use others::Other;
use render::Engine;
use tree::{Source, Tree};

/// The option that chooses a template.
#[derive(clap::Args)]
pub struct Choice {
    /// A directory with a template of your own, in place of the built-in one (docs/templates.md)
    #[arg(long, value_name = "DIR")]
    template: Option<PathBuf>,
}

impl Choice {
    /// Reads the template.
    pub fn read(&self) -> Result<Template> {
        let tree = self.template.as_deref().map(Tree::read).transpose()?;
        Ok(Template { tree })
    }
}

/// A template that has been read; the default is the built-in one.
#[derive(Default)]
pub struct Template {
    tree: Option<Tree>,
}

/// What the template's files ask for.
pub struct Variables {
    /// The programs to measure.
    pub programs: Vec<Program>,
    /// How long a run may last by default, as `ITCOV_TIMEOUT` takes it.
    pub timeout: String,
}

/// What a template makes of a workspace, and what is in the places of its files.
pub struct Rendered {
    /// Whether it is of a template of the user's.
    pub is_own: bool,
    /// The text of `itcov.just`.
    pub recipes: String,
    /// The text of `tests/manual_integration.rs` in the packages that have one of their own.
    harnesses: BTreeMap<String, String>,
    /// That of all others.
    harness: String,
    /// All other files.
    pub others: Vec<Other>,
}

impl Rendered {
    /// Renders the template for the workspace that the facts tell of.
    pub fn of(facts: &Facts, variables: &Variables, template: &Template) -> Result<Rendered> {
        let engine = Engine::new()?;
        let mut rendered = Rendered {
            is_own: template.tree.is_some(),
            recipes: engine.builtin(builtin::RECIPES, variables)?,
            harnesses: BTreeMap::new(),
            harness: engine.builtin(builtin::HARNESS, variables)?,
            others: Vec::new(),
        };
        if let Some(tree) = &template.tree {
            rendered.take(tree, &engine, facts, variables)?;
        }
        Ok(rendered)
    }

    /// Renders it for what the workspace has already.
    pub fn now(facts: &Facts, template: &Template) -> Result<Rendered> {
        Rendered::of(facts, &plan::variables(facts, &Wishes::default()), template)
    }

    /// The text of a package's `tests/manual_integration.rs`.
    pub fn harness(&self, package: &str) -> &str {
        self.harnesses.get(package).unwrap_or(&self.harness)
    }

    fn take(
        &mut self,
        tree: &Tree,
        engine: &Engine,
        facts: &Facts,
        variables: &Variables,
    ) -> Result<()> {
        if variables.programs.is_empty() {
            // Without its scaffold, or with what is left of one, a workspace has none of the template's other files.
            return Ok(());
        }
        let mut names: BTreeMap<Utf8PathBuf, &Source> = BTreeMap::new();
        let of_first = variables.first_of(None);
        let earlier = Variables {
            programs: facts.measured.clone(),
            ..plan::variables(facts, &Wishes::default())
        };
        let earlier = earlier.first_of(None);
        for source in &tree.sources {
            let name = source.rendered_name(engine, &of_first)?;
            if let Some(other) = names.insert(name.clone(), source) {
                bail!(
                    "{} and {} would both be {name}",
                    other.path.display(),
                    source.path.display()
                );
            }
            if name == RECIPES {
                let text = engine.render(&source.path, &source.text, &of_first)?;
                check_programs(&source.path, &text, &variables.programs)?;
                self.recipes = stamp::of_template(&text, "#", &self.recipes);
            } else if name == format!("tests/{TEST_TARGET}.rs") {
                for package in &facts.packages {
                    let variables = variables.first_of(Some(&package.name));
                    let text = engine.render(&source.path, &source.text, &variables)?;
                    let text = stamp::of_template(&text, "//", &self.harness);
                    self.harnesses.insert(package.name.clone(), text);
                }
            } else {
                let text = |variables| {
                    let text = engine.render(&source.path, &source.text, variables)?;
                    anyhow::Ok(stamp::renewed(&text).unwrap_or(text))
                };
                self.others.push(Other {
                    file: others::read(&facts.root, &name)?,
                    text: text(&of_first)?,
                    earlier: text(&earlier)?,
                    is_executable: source.is_executable,
                    name,
                });
            }
        }
        Ok(())
    }
}

impl Variables {
    /// As Liquid takes them; those of one program are of the first of the package, or of all.
    fn first_of(&self, package: Option<&str>) -> liquid::Object {
        let lines: Vec<String> = self.programs.iter().map(Program::line).collect();
        let mut variables = liquid::object!({
            "programs": lines.join("\n    "),
            "timeout": self.timeout,
        });
        let mut programs = self.programs.iter();
        let first = programs.find(|program| package.is_none_or(|name| program.package == name));
        let feature = first.and_then(|program| program.features.first());
        for (name, value) in [
            ("package", first.map(|program| &program.package)),
            ("bin", first.map(|program| &program.bin)),
            ("feature", feature),
        ] {
            let value = value.cloned().unwrap_or_default();
            variables.insert(name.into(), liquid::model::Value::scalar(value));
        }
        variables
    }
}

/// The list in the recipes is where the generator keeps what is measured.
fn check_programs(path: &Path, text: &str, programs: &[Program]) -> Result<()> {
    match recipes::programs(text) {
        Ok(listed) if listed == programs => Ok(()),
        Ok(_) => bail!(
            "{}: `itcov_programs` does not list the programs: put {{{{ programs }}}} into it, on a line of its own",
            path.display()
        ),
        Err(error) => bail!(
            "{}: {error}; the list of the programs is kept there, as in the built-in template",
            path.display()
        ),
    }
}
