//! The files that sources name: their modules, whatever `cfg` says, and what they include.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use llvm_coverage::files;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::LitStr;
use syn::ext::IdentExt as _;

use super::cfg::{attribute, inner_attributes, is_meant};
use crate::parsed;

/// A source, by its path without links.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    pub path: PathBuf,
    pub modules: Modules,
}

/// Where the modules are that a source declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Modules {
    /// As of a crate's root and of `mod.rs`.
    Beside,
    /// In a directory of its name.
    Below,
    Unknown,
}

/// Which files are meant.
#[derive(Clone, Copy)]
pub enum Wanted<'a> {
    /// Some that were compiled.
    These(&'a HashSet<PathBuf>),
    /// All that are there.
    All,
    /// All but those that are for tests alone, or not to be measured.
    OfPrograms,
}

/// What sources name.
pub struct Names<'a> {
    wanted: Wanted<'a>,
    /// What is a source.
    pub sources: HashSet<Source>,
    /// What is a text of a program.
    pub embedded: HashSet<PathBuf>,
    next: Vec<Source>,
}

/// Where the modules are that are declared in some place.
struct Place {
    /// Those without an attribute `path`.
    by_name: Vec<PathBuf>,
    by_path: Vec<PathBuf>,
}

impl Place {
    fn of(source: &Source) -> Place {
        let directory = source.path.parent().unwrap_or(&source.path);
        let below = source.path.with_extension("");
        let by_name = match source.modules {
            Modules::Beside => vec![directory.to_owned()],
            Modules::Below => vec![below],
            Modules::Unknown => vec![directory.to_owned(), below],
        };
        Place {
            by_name,
            by_path: vec![directory.to_owned()],
        }
    }

    /// That of a module in it.
    fn within(&self, name: &str, paths: &[String]) -> Place {
        let join = |all: &[PathBuf], name: &str| -> Vec<PathBuf> {
            all.iter().map(|it| it.join(name)).collect()
        };
        let inner = if paths.is_empty() {
            join(&self.by_name, name)
        } else {
            paths
                .iter()
                .flat_map(|it| join(&self.by_path, it))
                .collect()
        };
        Place {
            by_name: inner.clone(),
            by_path: inner,
        }
    }

    /// The files that a module may be in.
    fn files(&self, name: &str, paths: &[String]) -> Vec<Source> {
        let source = |path: PathBuf, modules| Source { path, modules };
        if paths.is_empty() {
            let places = self.by_name.iter();
            let files = places.flat_map(|it| {
                let below = source(it.join(format!("{name}.rs")), Modules::Below);
                [below, source(it.join(name).join("mod.rs"), Modules::Beside)]
            });
            return files.collect();
        }
        let places = self.by_path.iter();
        let files = places.flat_map(|it| paths.iter().map(|path| it.join(path)));
        files.map(|path| source(path, Modules::Beside)).collect()
    }
}

impl<'a> Names<'a> {
    pub fn of(wanted: Wanted<'a>) -> Self {
        Names {
            wanted,
            sources: HashSet::new(),
            embedded: HashSet::new(),
            next: Vec::new(),
        }
    }

    /// The sources without where their modules are.
    pub fn known(&self) -> HashSet<PathBuf> {
        self.sources.iter().map(|it| it.path.clone()).collect()
    }

    /// Adds a source, what it names, and what that names.
    pub fn follow(&mut self, source: Source) {
        self.add_source(source);
        while let Some(source) = self.next.pop() {
            let text = files::read_text(&source.path).unwrap_or_default();
            let tokens = parsed::tokens(&text).unwrap_or_default();
            if !self.are_meant(|| is_meant(&inner_attributes(tokens.clone()))) {
                self.sources.remove(&source);
                continue;
            }
            let directory = source.path.parent().unwrap_or(&source.path);
            self.add(tokens, directory, &Place::of(&source));
        }
    }

    fn add_source(&mut self, source: Source) {
        if self.sources.insert(source.clone()) {
            self.next.push(source);
        }
    }

    fn are_meant(&self, is_meant: impl FnOnce() -> bool) -> bool {
        !matches!(self.wanted, Wanted::OfPrograms) || is_meant()
    }

    /// Adds what tokens name in a source of this directory.
    fn add(&mut self, tokens: TokenStream, directory: &Path, place: &Place) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        // What the attributes in front of the next item say.
        let (mut paths, mut meant) = (Vec::new(), true);
        for (at, token) in tokens.iter().enumerate() {
            match (token, &tokens[at + 1..]) {
                (TokenTree::Punct(it), [group @ TokenTree::Group(inside), ..])
                    if it.as_char() == '#' =>
                {
                    add_paths(inside.stream(), &mut paths);
                    let attribute = || attribute(it.clone(), Some(group.clone()));
                    meant &= self.are_meant(|| is_meant(&attribute()));
                }
                (TokenTree::Ident(it), [TokenTree::Ident(name), after, ..])
                    if it == "mod" && meant =>
                {
                    let name = name.unraw().to_string();
                    if let TokenTree::Group(body) = after {
                        if self.are_meant(|| is_meant(&inner_attributes(body.stream()))) {
                            let place = place.within(&name, &paths);
                            self.add(body.stream(), directory, &place);
                        }
                    } else {
                        for source in place.files(&name, &paths) {
                            if let Some(path) = self.real(&source.path) {
                                self.add_source(Source { path, ..source });
                            }
                        }
                    }
                }
                (TokenTree::Ident(it), [TokenTree::Punct(_), TokenTree::Group(given), ..])
                    if meant =>
                {
                    self.add_call(&it.to_string(), given.stream(), directory);
                }
                (TokenTree::Group(it), _) => {
                    let is_module =
                        at >= 2 && matches!(&tokens[at - 2], TokenTree::Ident(it) if it == "mod");
                    if meant && !is_module {
                        self.add(it.stream(), directory, place);
                    }
                    if it.delimiter() == Delimiter::Brace {
                        (paths, meant) = (Vec::new(), true);
                    }
                }
                (TokenTree::Punct(it), _) if it.as_char() == ';' => {
                    (paths, meant) = (Vec::new(), true);
                }
                _ => {}
            }
        }
    }

    /// Adds what a macro is given in a source of this directory.
    pub fn add_call(&mut self, name: &str, given: TokenStream, directory: &Path) {
        match name {
            "include" => {
                for path in self.named(given, directory) {
                    let modules = Modules::Unknown;
                    self.add_source(Source { path, modules });
                }
            }
            "include_str" | "include_bytes" => {
                let files = self.named(given, directory);
                self.embedded.extend(files);
            }
            // It is said with what it is given to.
            "concat" => {}
            // It may include it, too.
            _ => self.add_given(given),
        }
    }

    /// Adds the compiled files that have the name of one that is given to a macro, but for what is embedded there.
    fn add_given(&mut self, tokens: TokenStream) {
        let Wanted::These(compiled) = self.wanted else {
            return;
        };
        let mut before = String::new();
        for token in tokens {
            match token {
                TokenTree::Ident(it) => before = it.to_string(),
                TokenTree::Punct(it) if it.as_char() == '!' => {}
                TokenTree::Group(it) => {
                    if !["include_str", "include_bytes"].contains(&&*before) {
                        self.add_given(it.stream());
                    }
                    before.clear();
                }
                other => {
                    before.clear();
                    let named = text(other).map(PathBuf::from);
                    let named = named.as_deref().and_then(Path::file_name);
                    let is_it = |it: &&PathBuf| named.is_some() && it.file_name() == named;
                    for path in compiled.iter().filter(is_it) {
                        self.add_source(Source {
                            path: path.clone(),
                            modules: Modules::Unknown,
                        });
                    }
                }
            }
        }
    }

    /// The files that may be meant by what is given to `include!` and the like.
    fn named(&self, tokens: TokenStream, directory: &Path) -> Vec<PathBuf> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        match &tokens[..] {
            [
                TokenTree::Ident(it),
                TokenTree::Punct(_),
                TokenTree::Group(parts),
                ..,
            ] if it == "concat" => {
                let end: String = parts.stream().into_iter().filter_map(text).collect();
                if let Some(path) = self.real(&directory.join(&end)) {
                    return vec![path];
                }
                // What is in front of it, such as the directory of a package, is not known.
                let end = end.trim_start_matches('/');
                let is_it = |path: &&PathBuf| !end.is_empty() && path.ends_with(end);
                match self.wanted {
                    Wanted::These(compiled) => compiled.iter().filter(is_it).cloned().collect(),
                    _ => Vec::new(),
                }
            }
            [path, ..] => {
                let path = text(path.clone()).map(|path| directory.join(path));
                path.and_then(|path| self.real(&path)).into_iter().collect()
            }
            [] => Vec::new(),
        }
    }

    /// A file that is meant, without links.
    fn real(&self, path: &Path) -> Option<PathBuf> {
        let real = path.canonicalize().ok()?;
        let is_meant = match self.wanted {
            Wanted::These(compiled) => compiled.contains(&real),
            _ => real.is_file(),
        };
        is_meant.then_some(real)
    }
}

/// Adds what `path = "…"` in an attribute says, be it in a `cfg_attr`.
fn add_paths(tokens: TokenStream, paths: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        match (token, &tokens[place + 1..]) {
            (TokenTree::Ident(it), [TokenTree::Punct(_), value, ..]) if it == "path" => {
                paths.extend(text(value.clone()));
            }
            (TokenTree::Group(it), _) => add_paths(it.stream(), paths),
            _ => {}
        }
    }
}

/// What a literal says.
fn text(token: TokenTree) -> Option<String> {
    let literal = syn::parse2::<LitStr>(token.into());
    literal.ok().map(|it| it.value())
}

#[cfg(test)]
mod tests;
