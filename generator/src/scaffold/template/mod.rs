//! What a template makes of a workspace: the one that is built in, or a tree of the user's.

mod builtin;
mod new_crate;
mod others;
mod render;
mod tree;
mod variables;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use cargo_metadata::camino::Utf8PathBuf;

use super::facts::Facts;
use super::harness::Program;
use super::{RECIPES, TEST_TARGET, owned, stamp};
use llvm_coverage::terminal::Harmless as _;
pub use others::Other;
use render::Engine;
use tree::{TemplateFile, Tree};
pub use variables::{Request, Variables, wanted_program};

/// The option that chooses a template.
#[derive(clap::Args)]
pub struct TemplateOption {
    /// A directory with a template of your own, in place of the built-in one
    ///
    /// `minijinja` renders its files, with the variables `package`, `bin`, `feature`, `features`, `unsafe_extern` and `timeout`. Without
    /// `itcov.just` or `tests/manual_integration.rs` in it, these are the built-in ones.
    #[arg(long, value_name = "DIR")]
    template: Option<PathBuf>,
}

/// Whether a harness does what the built-in one does: it is that, for whatever program.
pub fn is_builtin(harness: &str) -> bool {
    let digest = |text| stamp::of(text).map(|found| found.digest.to_owned());
    owned::is_untouched(harness) && digest(harness) == digest(builtin::HARNESS)
}

impl TemplateOption {
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

/// What a template makes of a workspace, and what is in the places of its files.
pub struct Rendered {
    /// Whether it is of a template of the user's.
    pub is_own: bool,
    /// The text of `itcov.just`.
    pub recipes: String,
    /// The text of `tests/manual_integration.rs` in each package.
    harnesses: BTreeMap<String, String>,
    /// All other files.
    pub others: Vec<Other>,
}

impl Rendered {
    /// Renders the template for the workspace that the facts tell of.
    pub fn of(facts: &Facts, variables: &Variables, template: &Template) -> Result<Rendered> {
        // Also those of packages that are not meant now: the recipes are for all.
        let mut programs = variables.programs.iter();
        programs.try_for_each(Program::refuse_odd_names)?;
        let engine = Engine::new()?;
        let mut rendered = Rendered {
            is_own: template.tree.is_some(),
            recipes: engine.builtin(builtin::RECIPES, &variables.object(None))?,
            harnesses: BTreeMap::new(),
            others: Vec::new(),
        };
        for package in &facts.packages {
            let text = engine.builtin(builtin::HARNESS, &variables.object(Some(&package.name)))?;
            rendered.harnesses.insert(package.name.clone(), text);
        }
        if let Some(tree) = &template.tree {
            rendered.take(tree, &engine, facts, variables)?;
        }
        Ok(rendered)
    }

    /// Renders it for what the workspace has already.
    pub fn now(facts: &Facts, template: &Template) -> Result<Rendered> {
        Rendered::of(facts, &Variables::of(facts, &Request::default()), template)
    }

    /// The text of a package's `tests/manual_integration.rs`.
    pub fn harness(&self, package: &str) -> &str {
        self.harnesses.get(package).map_or("", String::as_str)
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
        let mut names: BTreeMap<Utf8PathBuf, &TemplateFile> = BTreeMap::new();
        let of_all = variables.object(None);
        let earlier = Variables::now(facts).object(None);
        for source in &tree.sources {
            let name = source.rendered_name(engine, &of_all)?;
            if let Some(other) = names.insert(name.clone(), source) {
                bail!(
                    "{} and {} would both be {name}",
                    other.path.harmless(),
                    source.path.harmless()
                );
            }
            if name == RECIPES {
                let text = engine.render(&source.path, &source.text, &of_all)?;
                self.recipes = stamp::of_template(&text, "#", &self.recipes);
            } else if name == format!("tests/{TEST_TARGET}.rs") {
                for (package, harness) in &mut self.harnesses {
                    let variables = variables.object(Some(package));
                    let text = engine.render(&source.path, &source.text, &variables)?;
                    *harness = stamp::of_template(&text, "//", harness);
                }
            } else {
                let text = |variables| {
                    let text = engine.render(&source.path, &source.text, variables)?;
                    anyhow::Ok(stamp::renewed(&text).unwrap_or(text))
                };
                self.others.push(Other {
                    file: others::read(&facts.root, &name)?,
                    text: text(&of_all)?,
                    earlier: text(&earlier)?,
                    is_executable: source.is_executable,
                    name,
                });
            }
        }
        Ok(())
    }
}
