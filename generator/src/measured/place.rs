//! Places: where the recipes keep what they have built and collected of one choice of programs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::scope::Scope;

/// The directory of one choice, and what to type for it.
///
/// Where a scaffold has one program, this is `coverage`; where it has several, `coverage` has a directory for each
/// choice of them that was built. Their file `chosen` has the choice as the recipes take it in its first line, and in
/// each of the others a program: its package, and behind a space its binary.
#[derive(Debug)]
pub struct Place {
    /// Where it is.
    pub directory: PathBuf,
    scope: Scope,
    /// Such as `itcov_bin=api,worker`; empty for the only program.
    words: String,
    programs: Vec<Program>,
}

#[derive(Debug)]
struct Program {
    package: String,
    bin: String,
}

/// Which programs are asked for. No name asks for whatever there is.
#[derive(Debug, clap::Args)]
pub struct Choice {
    /// Report on the runs of these programs, where there are several: as measured by `just itcov_bin=NAME,NAME`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    bin: Vec<String>,

    /// Where packages have binaries of one name, the packages of these programs
    #[arg(short, long, value_name = "NAME", value_delimiter = ',')]
    package: Vec<String>,
}

impl Place {
    /// Finds the place of the `choice` in the ordinary target directory.
    ///
    /// # Errors
    ///
    /// If several fit, or none does but there are others: the message names them.
    pub fn find(target: &Path, scope: Scope, choice: &Choice) -> Result<Self> {
        let coverage = scope.directory(target);
        let mut places = vec![Self::read(&coverage, scope)];
        if !coverage.join("objects").exists() {
            let entries = fs::read_dir(&coverage).into_iter().flatten().flatten();
            let mut directories: Vec<_> = entries.map(|entry| entry.path()).collect();
            directories.retain(|directory| directory.join("chosen").exists());
            directories.sort();
            if !directories.is_empty() {
                places = directories.iter().map(|it| Self::read(it, scope)).collect();
            }
        }
        let (mut fitting, others): (Vec<_>, Vec<_>) =
            places.into_iter().partition(|place| choice.fits(place));
        match fitting.len() {
            1 => Ok(fitting.remove(0)),
            0 if others[0].programs.is_empty() => bail!(
                "nothing has been built for coverage of {choice} in {}",
                coverage.display()
            ),
            0 => bail!(
                "nothing has been built for coverage of {choice}, but of:{}",
                list(&others)
            ),
            _ => bail!(
                "there are several to report on; choose one:{}",
                list(&fitting)
            ),
        }
    }

    fn read(directory: &Path, scope: Scope) -> Self {
        let chosen = fs::read_to_string(directory.join("chosen")).unwrap_or_default();
        let (words, programs) = chosen.split_once('\n').unwrap_or_default();
        let programs = programs.lines().filter_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some(Program {
                package: words.next()?,
                bin: words.next()?,
            })
        });
        Self {
            directory: directory.to_owned(),
            scope,
            words: words.to_owned(),
            programs: programs.collect(),
        }
    }

    /// What is asked for of what was measured here.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// What to type to run a recipe for these programs in this scope.
    pub fn recipe(&self, name: &str) -> String {
        let mut words = vec!["just"];
        words.extend(self.scope.variable());
        words.extend(
            [&*self.words, name]
                .into_iter()
                .filter(|word| !word.is_empty()),
        );
        format!("`{}`", words.join(" "))
    }
}

/// The options that choose each of the places, below each other.
fn list(places: &[Place]) -> String {
    let options = |place: &Place, is_unique: bool| {
        let names = |name: fn(&Program) -> &str| {
            let names: Vec<_> = place.programs.iter().map(name).collect();
            names.join(",")
        };
        let package = if is_unique {
            String::new()
        } else {
            format!("--package {} ", names(|it| &it.package))
        };
        format!("\n  {package}--bin {}", names(|it| &it.bin))
    };
    let short: Vec<_> = places.iter().map(|place| options(place, true)).collect();
    let is_unique = |option| short.iter().filter(|other| *other == option).count() == 1;
    let all = places.iter().zip(&short);
    all.map(|(place, option)| options(place, is_unique(option)))
        .collect()
}

impl Choice {
    fn fits(&self, place: &Place) -> bool {
        fn are<'a>(wanted: &'a [String], names: impl Iterator<Item = &'a String>) -> bool {
            wanted.is_empty() || wanted.iter().collect::<BTreeSet<_>>() == names.collect()
        }
        are(&self.bin, place.programs.iter().map(|it| &it.bin))
            && are(&self.package, place.programs.iter().map(|it| &it.package))
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let options = [("--package", &self.package), ("--bin", &self.bin)];
        let named = options.iter().filter(|(_, names)| !names.is_empty());
        let words: Vec<_> = named
            .map(|(option, names)| format!("{option} {}", names.join(",")))
            .collect();
        out.write_str(&words.join(" "))
    }
}
