//! Which files are reported on.

use std::ffi::OsStr;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Result, bail};
use clap::Args;
use glob::{MatchOptions, Pattern};
use llvm_coverage::Coverage;
use llvm_coverage::formats::names;

use crate::output::warn;

/// Globs of files, each of which may be given any number of times.
#[derive(Args)]
#[command(next_help_heading = "Files")]
pub struct Filters {
    /// Report on the files that match, and on no others
    ///
    /// A glob matches a file as the report calls it, relative to the workspace, or, with a `/` in front, its absolute
    /// path; or a directory, with all that is in it. `*` stays within a name, `**` is any number of directories, as in
    /// `src/**/mod.rs`, `?` is one character, `[a-c]` one of these. Without a `/`, as in `*.rs` or `tests`, a glob matches at any depth.
    #[arg(long, value_name = "GLOB")]
    include: Vec<Glob>,

    /// Leave out the files that match, also those that --include names
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<Glob>,
}

#[derive(Clone)]
struct Glob {
    text: String,
    pattern: Pattern,
}

const WITHIN_NAMES: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

impl FromStr for Glob {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = text.strip_prefix("./").unwrap_or(text);
        let plain = match plain.trim_end_matches('/') {
            "" => return Err("it matches no file".into()),
            plain => plain,
        };
        // Shells make several words of them.
        if plain.contains(['{', '}']) {
            return Err(
                "it has braces: give the option once for each alternative; `?` stands for a brace in a name".into(),
            );
        }
        let anywhere = if plain.contains('/') { "" } else { "**/" };
        let pattern = Pattern::new(&format!("{anywhere}{plain}"));
        let text = text.to_owned();
        pattern
            .map(|pattern| Self { text, pattern })
            .map_err(|error| match error.msg {
                "invalid range pattern" => "it has a `[` without a `]`".to_owned(),
                // `***` too.
                _ => "`**` stands alone between slashes, as in `src/**/mod.rs`".to_owned(),
            })
    }
}

impl Glob {
    /// Whether it names the file or a directory above it.
    fn matches(&self, path: &Path, root: &Path) -> bool {
        let name = names::name(path, root);
        let is_named = |path: &Path| {
            let mut paths = path.ancestors().filter(|it| *it != OsStr::new(""));
            paths.any(|path| self.pattern.matches_path_with(path, WITHIN_NAMES))
        };
        // Other globs have nothing to do with where the workspace is.
        is_named(Path::new(&*name)) || (self.text.starts_with('/') && is_named(path))
    }
}

impl Filters {
    /// The coverage of the files that are asked for, those of the workspace at `root` by their names in it.
    ///
    /// # Errors
    ///
    /// If there are none.
    pub fn apply(&self, coverage: Coverage, root: &Path) -> Result<Coverage> {
        let options = self.options();
        if options.is_empty() {
            return Ok(coverage);
        }
        let idle = |(_, glob): &&(&str, &Glob)| {
            let mut paths = coverage.files.iter().map(|file| Path::new(&*file.path));
            !paths.any(|path| glob.matches(path, root))
        };
        let idle = options.iter().filter(idle);
        let idle: Vec<_> = idle
            .map(|(option, glob)| format!("no file matches {option} '{}'", glob.text))
            .collect();
        let coverage = coverage.of_files(|path| self.have(path, root));
        if coverage.files.is_empty() {
            let words = options
                .iter()
                .map(|(option, glob)| format!(" {option} '{}'", glob.text));
            if let ([_], [idle]) = (&*options, &*idle) {
                bail!("{idle}; `cargo itcov report` lists the files");
            }
            bail!(
                "no file is left to report on with{}; `cargo itcov report` lists the files",
                words.collect::<String>()
            );
        }
        for text in &idle {
            warn(text);
        }
        Ok(coverage)
    }

    /// Whether a file is reported on, if it has code.
    pub fn have(&self, path: &Path, root: &Path) -> bool {
        let matches = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(path, root));
        (self.include.is_empty() || matches(&self.include)) && !matches(&self.exclude)
    }

    /// The globs of files that are reported on, and of those that are left out.
    pub fn globs(&self) -> [Vec<String>; 2] {
        let texts = |globs: &[Glob]| globs.iter().map(|glob| glob.text.clone()).collect();
        [texts(&self.include), texts(&self.exclude)]
    }

    fn options(&self) -> Vec<(&str, &Glob)> {
        let include = self.include.iter().map(|glob| ("--include", glob));
        let exclude = self.exclude.iter().map(|glob| ("--exclude", glob));
        include.chain(exclude).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        let glob: Glob = glob.parse().unwrap();
        glob.matches(Path::new(path), Path::new("/projects/app"))
    }

    #[test]
    fn a_glob_matches_files_by_their_names_in_the_workspace() {
        let main = "/projects/app/src/main.rs";
        for glob in [
            "src/main.rs",
            "./src/main.rs",
            "src/*.rs",
            "src/**",
            "src",
            "src/",
            "*.rs",
            "main.*",
            "**/main.rs",
            "/projects/app/src/main.rs",
            "/projects/app",
            "/projects/**/*.rs",
            "src/m[a-z]in.rs",
        ] {
            assert!(matches(glob, main), "{glob}");
        }
        for glob in [
            "*.toml",
            "src/*/main.rs",
            "s*.rs",
            "app/src",
            "mai?",
            "work",
            "**/app/**",
        ] {
            assert!(!matches(glob, main), "{glob}");
        }
    }

    #[test]
    fn a_star_stays_within_a_name_and_two_do_not() {
        let deep = "/projects/app/src/api/generated/orders.rs";
        assert!(!matches("src/*.rs", deep));
        assert!(matches("src/**/*.rs", deep));
        assert!(matches("**/generated/*", deep));
        assert!(matches("generated", deep));
    }

    #[test]
    fn a_file_of_a_dependency_is_named_as_in_the_report() {
        let file = "/cargo/registry/src/index/serde-1.0.0/src/lib.rs";
        assert!(matches("serde-*", file));
        assert!(matches("serde-1.0.0/src/**", file));
        assert!(!matches("src/**", file));
    }

    #[test]
    fn a_malformed_glob_says_why() {
        let error = |text: &str| text.parse::<Glob>().err().unwrap();
        assert_eq!(error("src/[a"), "it has a `[` without a `]`");
        assert_eq!(
            error("src/a**"),
            "`**` stands alone between slashes, as in `src/**/mod.rs`"
        );
        assert!(error("{a,b}").starts_with("it has braces"));
        assert_eq!(error("./"), "it matches no file");
    }
}
