//! Files that are part of a program as text or bytes, though they look like sources.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use llvm_coverage::files;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::LitStr;
use syn::ext::IdentExt as _;

/// Those of the `compiled` files that sources name in `include_str!` or `include_bytes!`, that none has as a module or includes as
/// code, and that no other macro is given. The first `sources` are those that are known for such; all paths are without links.
pub fn find<'a>(
    compiled: &HashSet<PathBuf>,
    sources: impl Iterator<Item = &'a PathBuf>,
) -> HashSet<PathBuf> {
    let mut known: HashSet<PathBuf> = sources.cloned().collect();
    let mut next: Vec<PathBuf> = known.iter().cloned().collect();
    let mut embedded = HashSet::new();
    while let Some(source) = next.pop() {
        let text = files::read_text(&source).unwrap_or_default();
        let mut names = Names {
            directory: source.parent().unwrap_or(&source),
            compiled,
            sources: HashSet::new(),
            embedded: &mut embedded,
        };
        // Modules are beside a file, or in a directory of its name.
        let directories = [names.directory.to_owned(), source.with_extension("")];
        names.add(text.parse().unwrap_or_default(), &directories);
        let new = names.sources.into_iter();
        next.extend(new.filter(|source| known.insert(source.clone())));
    }
    &embedded - &known
}

/// The `compiled` files that a macro may include as code, by what it is given in a source of this directory.
pub fn included(
    name: &str,
    given: TokenStream,
    directory: &Path,
    compiled: &HashSet<PathBuf>,
) -> HashSet<PathBuf> {
    let mut names = Names {
        directory,
        compiled,
        sources: HashSet::new(),
        embedded: &mut HashSet::new(),
    };
    names.add_call(name, given);
    names.sources
}

/// What a source names.
struct Names<'a> {
    directory: &'a Path,
    compiled: &'a HashSet<PathBuf>,
    sources: HashSet<PathBuf>,
    embedded: &'a mut HashSet<PathBuf>,
}

impl Names<'_> {
    /// Adds what tokens name, in a module whose modules are in one of these `directories`.
    fn add(&mut self, tokens: TokenStream, directories: &[PathBuf]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        // Of the attributes in front of the next item.
        let mut paths = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            match (token, &tokens[place + 1..]) {
                (TokenTree::Punct(it), [TokenTree::Group(attribute), ..])
                    if it.as_char() == '#' =>
                {
                    add_paths(attribute.stream(), &mut paths);
                }
                (TokenTree::Ident(it), [TokenTree::Ident(name), after, ..]) if it == "mod" => {
                    let name = name.unraw().to_string();
                    if paths.is_empty() {
                        paths = vec![name.clone(), format!("{name}.rs"), format!("{name}/mod.rs")];
                    }
                    let places = directories.iter();
                    let places = places.flat_map(|it| paths.iter().map(|path| it.join(path)));
                    let places: Vec<PathBuf> = places.collect();
                    if let TokenTree::Group(body) = after {
                        self.add(body.stream(), &places);
                    } else {
                        let files = places.iter().filter_map(|it| self.real(it));
                        let files: Vec<PathBuf> = files.collect();
                        self.sources.extend(files);
                    }
                }
                (TokenTree::Ident(it), [TokenTree::Punct(_), TokenTree::Group(path), ..]) => {
                    self.add_call(&it.to_string(), path.stream());
                }
                (TokenTree::Group(it), _) => {
                    self.add(it.stream(), directories);
                    if it.delimiter() == Delimiter::Brace {
                        paths.clear();
                    }
                }
                (TokenTree::Punct(it), _) if it.as_char() == ';' => paths.clear(),
                _ => {}
            }
        }
    }

    /// Adds what a macro is given.
    fn add_call(&mut self, name: &str, given: TokenStream) {
        match name {
            "include" => {
                let files = self.named(given);
                self.sources.extend(files);
            }
            "include_str" | "include_bytes" => {
                let files = self.named(given);
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
                    let files = self.compiled.iter().filter(is_it);
                    self.sources.extend(files.cloned());
                }
            }
        }
    }

    /// The compiled files that may be meant by what is given to `include!` and the like.
    fn named(&self, tokens: TokenStream) -> Vec<PathBuf> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        match &tokens[..] {
            [
                TokenTree::Ident(it),
                TokenTree::Punct(_),
                TokenTree::Group(parts),
                ..,
            ] if it == "concat" => {
                let end: String = parts.stream().into_iter().filter_map(text).collect();
                if let Some(path) = self.real(&self.directory.join(&end)) {
                    return vec![path];
                }
                // What is in front of it, such as the directory of a package, is not known.
                let end = end.trim_start_matches('/');
                let is_it = |path: &&PathBuf| !end.is_empty() && path.ends_with(end);
                self.compiled.iter().filter(is_it).cloned().collect()
            }
            [path, ..] => {
                let path = text(path.clone()).map(|path| self.directory.join(path));
                path.and_then(|path| self.real(&path)).into_iter().collect()
            }
            [] => Vec::new(),
        }
    }

    fn real(&self, path: &Path) -> Option<PathBuf> {
        let real = path.canonicalize().ok()?;
        self.compiled.contains(&real).then_some(real)
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
mod tests {
    use std::collections::HashSet;
    use std::fs;
    use std::path::PathBuf;

    use super::find;

    #[test]
    fn what_is_embedded_and_no_module_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let main = r#"
mod module;
mod inner { mod deep; #[path = "other.rs"] mod renamed; }
#[cfg_attr(unix, path = "unix.rs")]
pub(crate) mod system;
const ALL: [&str; 7] = [include_str!("text.rs"), include_str!("module.rs"), include_str!("inner/deep.rs"),
    include_str!("inner/other.rs"), include_str!("unix.rs"), include_str!("part.rs"), include_str!("below/last.rs")];
const BYTES: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/template/", "main.rs"));
const OTHER: &str = include_str!(concat!("below/../", "beside.rs"));
fn main() {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/part.rs"));
    println!("{}{}", include_str!("loaded.rs"), include_str!("shown.rs"));
    load!("../loaded.rs");
}
"#;
        let files = [
            ("main.rs", main),
            ("module.rs", "#[path = \"below/last.rs\"] mod last;"),
            ("below/last.rs", ""),
            ("inner/deep.rs", ""),
            ("inner/other.rs", ""),
            ("unix.rs", ""),
            ("part.rs", ""),
            ("unknown.rs", ""),
            ("text.rs", "mod helped;"),
            ("template/main.rs", "mod helped;"),
            ("template/helped.rs", ""),
            ("beside.rs", ""),
            ("loaded.rs", ""),
            ("shown.rs", ""),
        ];
        let mut compiled = HashSet::new();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            compiled.insert(path);
        }
        let embedded = find(&compiled, [root.join("main.rs")].iter());
        let wanted =
            ["text.rs", "template/main.rs", "beside.rs", "shown.rs"].map(|name| root.join(name));
        assert_eq!(embedded, HashSet::<PathBuf>::from(wanted));
    }
}
