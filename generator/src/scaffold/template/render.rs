//! `minijinja`, with errors that say where. What the built-in template has of it, Liquid has as well, as `cargo generate` renders that.

use llvm_coverage::terminal::Harmless as _;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

/// The variables of a template.
pub type Values = Vec<(&'static str, String)>;

/// What renders a text.
pub struct Engine(Environment<'static>);

impl Engine {
    /// An unknown variable is an error, but in a condition.
    pub fn new() -> Result<Engine> {
        let mut environment = Environment::new();
        // As in Liquid: shells have `{#` of their own.
        let syntax = SyntaxConfig::builder()
            .comment_delimiters("{% comment %}", "{% endcomment %}")
            .keep_trailing_newline(true)
            .build();
        environment.set_syntax(syntax.context("cannot start MiniJinja")?);
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_debug(true);
        // The many that MiniJinja brings along take as long to build as all the rest of it.
        environment.add_filter("replace", |text: &str, from: &str, to: &str| {
            text.replace(from, to)
        });
        environment.add_filter("upper", str::to_uppercase);
        environment.add_filter("lower", str::to_lowercase);
        Ok(Engine(environment))
    }

    /// Renders a file of the built-in template.
    pub fn builtin(&self, template: &str, values: &Values) -> Result<String> {
        self.render("the built-in template".as_ref(), template, values)
    }

    /// Renders a text of the file.
    pub fn render(&self, file: &Path, template: &str, values: &Values) -> Result<String> {
        let context =
            minijinja::Value::from_pairs(values.iter().map(|(name, it)| (*name, it.as_str())));
        self.0.render_str(template, context).map_err(|error| {
            let line = error.line().unwrap_or(1);
            let what = describe(&error, template, values);
            anyhow!("{}:{line}: {what}", file.harmless())
        })
    }
}

/// What is wrong, in one line.
fn describe(error: &Error, template: &str, values: &Values) -> String {
    let text = error.range().and_then(|range| template.get(range));
    if let (ErrorKind::UndefinedError, Some(name)) = (error.kind(), text) {
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        return format!("unknown variable `{name}`; there are {}", names.join(", "));
    }
    match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, Values};

    fn values() -> Values {
        Values::from([("bin", "b".to_owned()), ("timeout", "7s".to_owned())])
    }

    #[test]
    fn text_is_rendered_and_what_is_of_others_stays() {
        let engine = Engine::new().unwrap();
        for (template, expected) in [
            ("{{ bin }}\n", "b\n"),
            ("<{{ bin | replace('b', '<&') }}>", "<<&>"),
            ("{{ bin | upper }}{{ 'B' | lower }}", "Bb"),
            ("a{% comment %} {{ foo }} {% endcomment %}b", "ab"),
            (
                "{% raw %}${{ github.ref }}{% endraw %}",
                "${{ github.ref }}",
            ),
            ("${#words[@]} {{ bin }}", "${#words[@]} b"),
            (
                "{% if foo %}a{% else %}{{ timeout }}{% endif %}\n\n",
                "7s\n\n",
            ),
            ("{% if bin == 'b' %}is{% endif %}", "is"),
        ] {
            let text = engine.render("f".as_ref(), template, &values()).unwrap();
            assert_eq!(text, expected, "{template}");
        }
    }

    #[test]
    fn an_error_says_where_and_what() {
        let engine = Engine::new().unwrap();
        for (template, expected) in [
            (
                "a\n{{ foo }}\n",
                "f:2: unknown variable `foo`; there are bin, timeout",
            ),
            (
                "{{ bin }}\n\n{{ timeout | nope }}\n",
                "f:3: filter nope is unknown",
            ),
            (
                "a\n\n{{ timeout\n",
                "f:3: unexpected end of input, expected end of variable block",
            ),
            (
                "{% if bin %}\n{{ bin }}\n{{ foo }}\n\n{% endif %}",
                "f:3: unknown variable `foo`; there are bin, timeout",
            ),
            (
                "{% raw %}\n{{ foo }}\n{% endraw %}\n{{ foo }}",
                "f:4: unknown variable `foo`; there are bin, timeout",
            ),
            ("a\n{% nonsense %}\n", "f:2: unknown statement nonsense"),
            (
                "{% if bin %}\nq",
                "f:1: unexpected end of input, expected end of block",
            ),
            ("\n{% include 'x' %}", "f:2: unknown statement include"),
            (
                "\n{{ bin.x }}",
                "f:2: unknown variable `bin.x`; there are bin, timeout",
            ),
            ("\n{{ 1 // 0 }}", "f:2: unable to calculate 1 // 0"),
        ] {
            let error = engine
                .render("f".as_ref(), template, &values())
                .unwrap_err();
            assert_eq!(error.to_string(), expected, "{template}");
        }
    }
}
