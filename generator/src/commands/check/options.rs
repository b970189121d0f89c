//! Whether a run would take the options that are set in the recipes, as far as that can be told without a build.

use std::collections::BTreeMap;

use cargo_metadata::Package;
use clap::{ArgMatches, FromArgMatches as _};

use crate::build::along;
use crate::build::options::BuildOptions;
use crate::build::programs::{among, without_bin};
use crate::run::settings::{self, RunOptions, SuiteOptions};
use crate::scaffold::RECIPES;
use crate::scaffold::metadata::{Cargo, Workspace};
use crate::scaffold::selection::{bins, list};

/// The commands of the recipes that take them, with the words behind them that they need.
const COMMANDS: [&[&str]; 3] = [&["run"], &["suite", "--", "CMD"], &["exec", "--", "CMD"]];

/// Why no run takes the options. What a shell makes of them is only known there.
pub fn refused(cli: &clap::Command, workspace: &Workspace, options: &str) -> Option<String> {
    if options.contains(|it| "\n$`{}*?[~;|&<>()#".contains(it)) {
        return None;
    }
    let wrong = |why: &str| format!("itcov_options in {RECIPES} is `{options}`: {why}");
    let Ok(words) = shell_words::split(options) else {
        return Some(wrong("a quote is not closed"));
    };
    let mut first = None;
    for command in COMMANDS {
        let (name, behind) = (command[0], &command[1..]);
        let line = ["cargo itcov", name].into_iter().map(str::to_owned);
        let line = line.chain(words.iter().cloned());
        let line = line.chain(behind.iter().map(|&word| word.to_owned()));
        match cli.clone().try_get_matches_from(line) {
            Ok(matches) => {
                let of_command = matches.subcommand_matches(name)?;
                let why = stray(of_command, behind).or_else(|| wrong_value(name, of_command));
                let why = why.or_else(|| {
                    let options = BuildOptions::from_arg_matches(of_command).ok()?;
                    unknown(workspace, &options)
                });
                return why.map(|why| wrong(&why));
            }
            Err(error) => {
                let text = error.render().to_string();
                let line = text.lines().next().unwrap_or_default();
                first.get_or_insert(wrong(line.trim_start_matches("error: ")));
            }
        }
    }
    first
}

/// The word that is no option, and would be taken for the suite's command.
fn stray(matches: &ArgMatches, behind: &[&str]) -> Option<String> {
    let command = matches.try_get_raw("command").ok()??;
    let first = command.into_iter().next()?.to_string_lossy();
    (behind.last() != Some(&&*first)).then(|| format!("`{first}` is no option"))
}

/// What is wrong with an option that steers the run.
fn wrong_value(command: &str, matches: &ArgMatches) -> Option<String> {
    let run = RunOptions::from_arg_matches(matches).ok()?;
    let suite = if command == "suite" {
        SuiteOptions::from_arg_matches(matches).ok()?
    } else {
        SuiteOptions::default()
    };
    let why = settings::refused(&run, &suite, &BTreeMap::new())?;
    Some(why.message)
}

/// Which manifest is not there, or which package, binary or feature its workspace does not have.
fn unknown(workspace: &Workspace, options: &BuildOptions) -> Option<String> {
    let Some(path) = &options.cargo.manifest_path else {
        return unknown_name(workspace, options);
    };
    // Where just is called beside the justfile.
    let cargo = Cargo {
        manifest_path: Some(workspace.metadata.workspace_root.join(path)),
        ..Cargo::default()
    };
    match cargo.read() {
        Ok(other) => unknown_name(&other, options),
        Err(error) => Some(format!("{error:#}")),
    }
}

/// Which package, binary or feature the workspace does not have.
fn unknown_name(workspace: &Workspace, options: &BuildOptions) -> Option<String> {
    let packages = match among(workspace, options) {
        Ok(packages) => packages,
        Err(error) => return Some(error.to_string()),
    };
    let has_bin = |name: &str| {
        packages
            .iter()
            .flat_map(|it| bins(it))
            .any(|it| it.name == name)
    };
    if let Some(name) = options.bin.iter().find(|name| !has_bin(name)) {
        return Some(without_bin(name, &packages).to_string());
    }
    if let Err(error) = along::named(workspace, &options.with) {
        return Some(error.to_string());
    }
    unknown_feature(&packages, options)
}

/// Which feature is not there. cargo refuses it if one of the packages that are named does not have it.
fn unknown_feature(packages: &[&Package], options: &BuildOptions) -> Option<String> {
    let words = options.features.iter();
    let features = words
        .flat_map(|it| it.split([',', ' ']))
        .filter(|it| !it.is_empty());
    // Those of a dependency are cargo's to find.
    let features = features.filter(|it| !it.contains(['/', ':']));
    for feature in features {
        let mut without = packages.iter().filter(|it| !has_feature(it, feature));
        let is_fine = if options.package.is_empty() {
            without.count() < packages.len()
        } else {
            without.next().is_none()
        };
        if !is_fine {
            let all = packages.iter().flat_map(|it| it.features.keys());
            return Some(format!(
                "there is no feature `{feature}`; there are:{}",
                list(all.map(String::as_str))
            ));
        }
    }
    None
}

/// Whether a package has a feature, if only as an optional dependency.
fn has_feature(package: &Package, feature: &str) -> bool {
    let is_dependency = || {
        let mut optional = package.dependencies.iter().filter(|it| it.optional);
        optional.any(|it| it.rename.as_ref().unwrap_or(&it.name) == feature)
    };
    package.features.contains_key(feature) || is_dependency()
}
