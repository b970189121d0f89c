//! Liquid, with errors that say where.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use liquid::{Object, Parser, ParserBuilder};

/// What renders a text.
pub struct Engine(Parser);

/// What is wrong with a template.
#[derive(Debug, PartialEq)]
struct Fault {
    /// From 1, where Liquid tells.
    line: Option<usize>,
    what: String,
    /// What it is about, if it has a name.
    name: Option<String>,
}

impl Engine {
    /// With Liquid's standard library.
    pub fn new() -> Result<Engine> {
        let parser = ParserBuilder::with_stdlib().build();
        Ok(Engine(parser.context("cannot start Liquid")?))
    }

    /// Renders a file of the built-in template.
    pub fn builtin(&self, template: &str, variables: &Object) -> Result<String> {
        self.outcome(template, variables)
            .map_err(|fault| anyhow!("the built-in template: {}", fault.what))
    }

    /// Renders a text of the file.
    pub fn render(&self, file: &Path, template: &str, variables: &Object) -> Result<String> {
        self.outcome(template, variables).map_err(|fault| {
            let line = fault
                .line
                .or_else(|| self.line_of(&fault, template, variables));
            let line = line.map_or_else(String::new, |line| format!(":{line}"));
            anyhow!("{}{line}: {}", file.display(), fault.what)
        })
    }

    fn outcome(&self, template: &str, variables: &Object) -> Result<String, Fault> {
        let parsed = self.0.parse(template);
        parsed
            .and_then(|template| template.render(variables))
            .map_err(|error| Fault::of(&error, variables))
    }

    /// Where Liquid does not tell: the first line up to which the template has the same fault, or the line before it that
    /// has the name.
    fn line_of(&self, fault: &Fault, template: &str, variables: &Object) -> Option<usize> {
        let mut end = 0;
        let mut sound = 0;
        for (number, line) in template.split_inclusive('\n').enumerate() {
            end += line.len();
            if !line.contains("}}") && !line.contains("%}") {
                continue;
            }
            match self.outcome(&template[..end], variables) {
                Ok(_) => sound = number + 1,
                Err(found) if found == *fault => {
                    let lines = template.lines().enumerate().take(number + 1).skip(sound);
                    let name = fault.name.as_deref().unwrap_or_default();
                    let mut named = lines.filter(|(_, line)| is_in_tag(name, line));
                    return Some(named.next().map_or(number, |(number, _)| number) + 1);
                }
                Err(_) => {}
            }
        }
        None
    }
}

fn is_in_tag(name: &str, line: &str) -> bool {
    (line.contains("{{") || line.contains("{%")) && line.contains(name)
}

impl Fault {
    /// Liquid's errors are texts of several lines: a drawing of the place, in those of its grammar, then `key=value`.
    fn of(error: &liquid::Error, variables: &Object) -> Fault {
        let text = error.to_string();
        let text = text.trim_start_matches("liquid:").trim();
        let value = |key: &str| {
            let mut lines = text.lines().map(str::trim);
            lines.find_map(|line| Some(line.strip_prefix(key)?.strip_prefix('=')?.to_owned()))
        };
        let line = text
            .strip_prefix("--> ")
            .and_then(|place| place.split_once(':')?.0.parse().ok());
        let mut explained = text
            .lines()
            .map(str::trim)
            .filter_map(|line| line.strip_prefix("= "));
        let headline = if line.is_some() {
            explained.next()
        } else {
            text.lines().next()
        };
        let headline = headline
            .unwrap_or("cannot be rendered")
            .trim_end_matches('.');
        let name = [
            "requested variable",
            "requested filter",
            "requested",
            "requested index",
            "name",
        ]
        .into_iter()
        .find_map(value);
        let what = match (headline, &name) {
            ("Unknown variable", Some(name)) => {
                format!("unknown variable `{name}`; there are {}", sorted(variables))
            }
            (headline, Some(name)) => format!("{} `{name}`", lower(headline)),
            (headline, None) => match value("cause") {
                Some(cause) => format!("{}: {}", lower(headline), lower(&cause)),
                None => lower(headline),
            },
        };
        Fault { line, what, name }
    }
}

fn sorted(variables: &Object) -> String {
    let mut names: Vec<&str> = variables.keys().map(AsRef::as_ref).collect();
    names.sort_unstable();
    names.join(", ")
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::Engine;

    #[test]
    fn an_error_says_where_and_what() {
        let engine = Engine::new().unwrap();
        let variables = liquid::object!({ "bin": "b", "timeout": "7s" });
        for (template, expected) in [
            (
                "a\n{{ foo }}\n",
                "f:2: unknown variable `foo`; there are bin, timeout",
            ),
            (
                "{{ bin }}\n\n{{ timeout | nope }}\n",
                "f:3: unknown filter `nope`",
            ),
            ("a\n\n{{ timeout\n", "f:3: expected Literal"),
            (
                "{% if bin %}\n{{ bin }}\n{{ foo }}\n\n{% endif %}",
                "f:3: unknown variable `foo`; there are bin, timeout",
            ),
            (
                "{% raw %}\n{{ foo }}\n{% endraw %}\n{{ foo }}",
                "f:4: unknown variable `foo`; there are bin, timeout",
            ),
            (
                "a\n{% if foo == 'x' %}\n{% endif %}\n",
                "f:2: unknown variable `foo`; there are bin, timeout",
            ),
            ("a\n{% nonsense %}\n", "f:2: unknown tag `nonsense`"),
            (
                "{% if bin %}\nq",
                "f:2: unclosed block. {% endif %} tag expected",
            ),
            ("\n{% include 'x' %}", "f:2: partial does not exist `x`"),
            ("\n{{ bin.x }}", "f:2: unknown index `x`"),
            (
                "\n{{ 1 | divided_by: 0 }}",
                "f:2: invalid argument: can't divide by zero",
            ),
        ] {
            let error = engine
                .render("f".as_ref(), template, &variables)
                .unwrap_err();
            assert_eq!(error.to_string(), expected, "{template}");
        }
    }
}
