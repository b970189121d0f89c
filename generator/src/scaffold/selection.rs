//! Which programs of a workspace are meant.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, Package, Target};

use super::harness::Program;
use super::metadata::Workspace;

/// The options that choose packages and programs.
#[derive(clap::Args)]
pub struct Selection {
    /// The package, in a workspace with several; may be given several times
    #[arg(short, long, value_name = "NAME")]
    pub package: Vec<String>,
    /// Every package of the workspace that has a binary
    #[arg(long, conflicts_with = "package")]
    pub workspace: bool,
    /// The program, in a package with several binaries; once for each package
    #[arg(long, value_name = "NAME")]
    pub bin: Vec<String>,
}

/// A package and the program of it that is meant.
pub struct Chosen<'a> {
    /// A member of the workspace.
    pub package: &'a Package,
    /// Its binary target.
    pub bin: &'a Target,
    /// What was decided for the user, for people.
    pub note: Option<String>,
}

/// Asks the user to choose among several: what for, and the names. `None` where nobody can be asked.
pub type Ask<'a> = &'a dyn Fn(&str, &[&str]) -> Result<Option<usize>>;

impl Selection {
    /// The programs that are meant, one of each package. Where nothing says which, those that have a harness already.
    pub fn choose<'a>(
        &self,
        workspace: &'a Workspace,
        scaffolded: &[Program],
        ask: Ask,
    ) -> Result<Vec<Chosen<'a>>> {
        let packages = self.packages(workspace, scaffolded, ask)?;
        let mut chosen = Vec::new();
        for package in packages {
            if bins(package).next().is_none() {
                return Err(without_program(package, workspace));
            }
            chosen.extend(self.bin(package, scaffolded, ask)?);
        }
        for name in &self.bin {
            if !chosen.iter().any(|chosen| chosen.bin.name == *name) {
                let has = chosen_packages(&self.package, workspace)
                    .flat_map(bins)
                    .map(|bin| bin.name.as_str());
                bail!("there is no binary `{name}`; there are:{}", list(has));
            }
        }
        if chosen.is_empty() {
            bail!(
                "no package of the workspace {} has a binary: there is no program to run",
                workspace.metadata.workspace_root
            );
        }
        Ok(chosen)
    }

    fn packages<'a>(
        &self,
        workspace: &'a Workspace,
        scaffolded: &[Program],
        ask: Ask,
    ) -> Result<Vec<&'a Package>> {
        let members = workspace.members();
        let with_program: Vec<&Package> = members
            .iter()
            .filter(|package| bins(package).next().is_some())
            .collect();
        if self.workspace {
            return Ok(with_program);
        }
        if !self.package.is_empty() {
            let mut named: Vec<&Package> = Vec::new();
            for name in &self.package {
                let package = member(members, name)?;
                if !named.iter().any(|other| other.name == package.name) {
                    named.push(package);
                }
            }
            return Ok(named);
        }
        let is_root = workspace.is_root();
        let listed: Vec<&Package> = with_program
            .iter()
            .copied()
            .filter(|package| {
                scaffolded
                    .iter()
                    .any(|program| program.package == package.name.as_str())
            })
            .collect();
        if is_root {
            let root: Vec<&Package> = workspace.package().into_iter().collect();
            if !self.are_in(&listed) && !self.are_in(&root) {
                let owners = self.owners(&with_program)?;
                if !owners.is_empty() {
                    return Ok(owners);
                }
            }
        }
        if is_root && !listed.is_empty() && (self.are_in(&listed) || workspace.package().is_none())
        {
            return Ok(listed);
        }
        if let Some(package) = workspace.package() {
            // From the root of a workspace whose own package is a library, the programs are further down.
            if !is_root || bins(package).next().is_some() || members.len() == 1 {
                return Ok(vec![package]);
            }
        }
        let by_default: Vec<&Package> = default_members(&workspace.metadata)
            .into_iter()
            .filter(|package| bins(package).next().is_some())
            .collect();
        match (&by_default[..], &with_program[..]) {
            ([package], _) | (_, [package]) => Ok(vec![package]),
            (_, []) => bail!(
                "no package of the workspace {} has a binary: there is no program to run",
                workspace.metadata.workspace_root
            ),
            _ => {
                let names: Vec<&str> = with_program
                    .iter()
                    .map(|package| package.name.as_str())
                    .collect();
                match ask("Which package has the program?", &names)? {
                    Some(number) => Ok(vec![with_program[number]]),
                    None => bail!(
                        "several packages have a binary; choose with -p, or take all with --workspace:{}",
                        list(names.into_iter())
                    ),
                }
            }
        }
    }

    /// Whether the packages have all the programs that are named.
    fn are_in(&self, packages: &[&Package]) -> bool {
        let mut names = self.bin.iter();
        names.all(|name| packages.iter().any(|package| has_bin(package, name)))
    }

    /// The packages that have the programs that are named, as for `cargo run --bin`; none if one of these is nowhere.
    fn owners<'a>(&self, packages: &[&'a Package]) -> Result<Vec<&'a Package>> {
        let mut owners: Vec<&Package> = Vec::new();
        for name in &self.bin {
            let having = packages.iter().filter(|package| has_bin(package, name));
            match having.collect::<Vec<_>>()[..] {
                [] => return Ok(Vec::new()),
                [owner] if owners.iter().any(|other| other.id == owner.id) => {}
                [owner] => owners.push(owner),
                ref several => bail!(
                    "several packages have a binary `{name}`; choose with -p, or take all with --workspace:{}",
                    list(several.iter().map(|package| package.name.as_str()))
                ),
            }
        }
        Ok(owners)
    }

    /// The program of a package; `None` if others are named.
    fn bin<'a>(
        &self,
        package: &'a Package,
        scaffolded: &[Program],
        ask: Ask,
    ) -> Result<Option<Chosen<'a>>> {
        let all: Vec<&Target> = bins(package).collect();
        let name = &package.name;
        let chosen = |bin, note| Ok(Some(Chosen { package, bin, note }));
        let mut wanted = all.iter().filter(|bin| self.bin.contains(&bin.name));
        match (wanted.next(), wanted.next()) {
            (Some(bin), None) => return chosen(*bin, None),
            (Some(bin), Some(other)) => bail!(
                "the package `{name}` has one harness, for one program: choose `{}` or `{}`",
                bin.name,
                other.name
            ),
            (None, _) if !self.bin.is_empty() => return Ok(None),
            (None, _) => {}
        }
        let mut has_harness = scaffolded
            .iter()
            .filter(|program| program.package == name.as_str());
        let of_harness =
            has_harness.find_map(|program| all.iter().find(|bin| bin.name == program.bin).copied());
        if let Some(bin) = of_harness.or_else(|| obvious_bin(package)) {
            return chosen(bin, None);
        }
        let names: Vec<&str> = all.iter().map(|bin| bin.name.as_str()).collect();
        if self.workspace {
            let like_package = all.iter().find(|bin| bin.name == name.as_str());
            let bin = like_package.copied().unwrap_or(all[0]);
            let note = format!(
                "the package `{name}` has several binaries, and its harness runs `{}`; \
                 `cargo itcov init -p {name} --bin NAME` chooses another",
                bin.name
            );
            return chosen(bin, Some(note));
        }
        match ask(&format!("Which program of `{name}`?"), &names)? {
            Some(number) => chosen(all[number], None),
            None => bail!(
                "the package `{name}` has several binaries; choose with --bin:{}",
                list(names.into_iter())
            ),
        }
    }
}

/// The package has no program; perhaps others have.
pub fn without_program(package: &Package, workspace: &Workspace) -> anyhow::Error {
    let members = workspace.members().iter();
    let having = members.filter(|package| bins(package).next().is_some());
    let names: Vec<&str> = having.map(|package| package.name.as_str()).collect();
    let elsewhere = match &names[..] {
        [] => String::new(),
        names => format!("; choose with -p:{}", list(names.iter().copied())),
    };
    anyhow::anyhow!(
        "the package `{}` has no binary: there is no program to run{elsewhere}",
        package.name
    )
}

/// The program that `cargo run` runs, if no options are needed.
pub fn obvious_bin(package: &Package) -> Option<&Target> {
    let all: Vec<&Target> = bins(package).collect();
    match (&package.default_run, &all[..]) {
        (Some(name), _) => all.into_iter().find(|bin| bin.name == *name),
        (None, [bin]) => Some(bin),
        (None, _) => None,
    }
}

fn has_bin(package: &Package, name: &str) -> bool {
    bins(package).any(|bin| bin.name == name)
}

/// The member with this name.
fn member<'a>(members: &'a [Package], name: &str) -> Result<&'a Package> {
    let found = members.iter().find(|package| package.name.as_str() == name);
    found.with_context(|| {
        format!(
            "the workspace has no package `{name}`; it has:{}",
            list(members.iter().map(|package| package.name.as_str()))
        )
    })
}

fn chosen_packages<'a>(
    names: &'a [String],
    workspace: &'a Workspace,
) -> impl Iterator<Item = &'a Package> {
    let members = workspace.members().iter();
    members.filter(|package| {
        names.is_empty() || names.iter().any(|name| package.name.as_str() == name)
    })
}

/// cargo before 1.71 does not say which these are.
fn default_members(metadata: &Metadata) -> Vec<&Package> {
    if metadata.workspace_default_members.is_available() {
        metadata.workspace_default_packages()
    } else {
        Vec::new()
    }
}

impl Workspace {
    /// The packages of the workspace: without dependencies, cargo lists no other.
    pub fn members(&self) -> &[Package] {
        &self.metadata.packages
    }

    /// The package whose manifest was asked about.
    pub fn package(&self) -> Option<&Package> {
        let mut members = self.members().iter();
        let with_links = |package: &&Package| {
            let path = package.manifest_path.canonicalize_utf8();
            path.is_ok_and(|path| path == self.manifest_path)
        };
        members
            .clone()
            .find(|package| package.manifest_path == self.manifest_path)
            .or_else(|| members.find(with_links))
    }

    /// Whether the manifest that was asked about is that of the workspace's root.
    fn is_root(&self) -> bool {
        let root = self.metadata.workspace_root.canonicalize_utf8();
        root.is_ok_and(|root| self.manifest_path.parent() == Some(&root))
    }
}

/// The binary targets of a package.
pub fn bins(package: &Package) -> impl Iterator<Item = &Target> {
    package.targets.iter().filter(|target| target.is_bin())
}

/// Names, each in a line of its own.
pub fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.fold(String::new(), |mut text, name| {
        let _ = write!(text, "\n  {name}");
        text
    })
}
