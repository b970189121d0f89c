//! What a report is on: the objects that count, the sources that are of interest, and the profiles.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Result, anyhow, bail};
use llvm_coverage::count::profile::Profile;
use llvm_coverage::profiles::{self, Merged};
use llvm_coverage::{BuiltFunctions, Coverage, Error, Objects, SourceFilter};

use super::advice::rebuild;
use super::kept::{self, Kept};
use super::runs::Part;

/// Which programs are asked for. No name asks for all that ran.
#[derive(Debug, Default, clap::Args)]
pub struct Choice {
    /// Report on these programs alone
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    bin: Vec<String>,

    /// Report on the programs of these packages alone
    #[arg(short, long, value_name = "NAME", value_delimiter = ',')]
    package: Vec<String>,

    /// Count only what the linker has put into the programs, which is what other tools count
    #[arg(long)]
    linked: bool,
}

/// What was measured, as far as it was chosen.
#[derive(Debug)]
pub struct Measurement {
    programs: Vec<Kept>,
    /// The directories of the parts of the run, and of their programs if not all were chosen.
    directories: Vec<PathBuf>,
    objects: Objects,
    sources: Vec<PathBuf>,
    is_linked: bool,
}

impl Measurement {
    /// Chooses of a run, or of the last build, which has no profiles.
    ///
    /// # Errors
    ///
    /// If there is nothing, or nothing that was asked for.
    pub fn find(parts: &[(PathBuf, Part)], choice: &Choice) -> Result<Measurement> {
        if parts.is_empty() {
            bail!("nothing has been measured yet; type `just itcov` to build and run the program");
        }
        let mut programs: Vec<Kept> = Vec::new();
        let mut directories = Vec::new();
        for (directory, part) in parts {
            let chosen: Vec<&Kept> = part.programs.iter().filter(|it| choice.has(it)).collect();
            if chosen.len() == part.programs.len() {
                directories.push(directory.clone());
            } else {
                directories.extend(chosen.iter().map(|program| directory.join(&program.bin)));
                // Which program these are of is not known by their place.
                let others = ["linked", "suite"].map(|name| directory.join(name));
                directories.extend(others.into_iter().filter(|_| !chosen.is_empty()));
            }
            for program in chosen {
                if !programs
                    .iter()
                    .any(|other| other.objects == program.objects)
                {
                    programs.push(program.clone());
                }
            }
        }
        if programs.is_empty() {
            let all = parts.iter().flat_map(|(_, part)| &part.programs);
            let names: BTreeSet<&str> = all.map(|program| program.bin.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            bail!("{choice} was not measured, but: {}", names.join(", "));
        }
        let mut measurement = Measurement {
            directories,
            objects: Objects::new(Vec::<PathBuf>::new()),
            sources: Vec::new(),
            is_linked: choice.linked,
            programs,
        };
        measurement.choose_objects(&[]);
        Ok(measurement)
    }

    /// Takes the objects of the programs, and those of some of their packages' other binaries.
    fn choose_objects(&mut self, others: &[&kept::Objects]) {
        let own = self.programs.iter().map(|program| &program.objects);
        let all: Vec<&kept::Objects> = own.chain(others.iter().copied()).collect();
        let mut files: Vec<PathBuf> = Vec::new();
        // Programs before libraries: of several records of a function the first one counts.
        let heads = all.iter().filter_map(|it| it.files.first());
        let tails = all.iter().flat_map(|it| it.files.iter().skip(1));
        let tails =
            tails.filter(|file| !self.is_linked || file.extension().is_none_or(|it| it != "rlib"));
        for file in heads.chain(tails) {
            let is_same = |other: &&PathBuf| {
                other.file_name() == file.file_name() && is_same_file(other, file)
            };
            if !files.iter().any(|other| is_same(&other)) {
                files.push(file.clone());
            }
        }
        let sources: BTreeSet<&PathBuf> = all.iter().flat_map(|it| &it.sources).collect();
        self.sources = sources.into_iter().cloned().collect();
        self.objects = Objects::new(files);
    }

    /// Adds the other binaries of the packages of which the profiles tell: the programs have started them.
    ///
    /// # Errors
    ///
    /// If an object cannot be read.
    pub fn add_others_that_ran(&mut self, profiles: &[PathBuf]) -> Result<()> {
        let others: Vec<kept::Objects> = self
            .programs
            .iter()
            .flat_map(|program| program.others.clone())
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        let mut ran = Vec::new();
        for other in &others {
            let executable = Objects::new([other.files[0].clone()]);
            let merged = profiles::merge(profiles, &self.functions()?, &|| {});
            let Ok(Merged {
                of_other_builds, ..
            }) = merged
            else {
                continue;
            };
            if !of_other_builds.is_empty()
                && profiles::merge(&of_other_builds, &executable.functions(), &|| {}).is_ok()
            {
                ran.push(other);
            }
        }
        self.choose_objects(&ran);
        Ok(())
    }

    /// The directories that have the profiles.
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// The functions that were built.
    ///
    /// # Errors
    ///
    /// If an object is not there any more.
    pub fn functions(&self) -> Result<BuiltFunctions<'_>> {
        if let Some(gone) = self.objects.paths().iter().find(|path| !path.exists()) {
            bail!(
                "the measured program {} no longer exists; type `just itcov-build`",
                gone.display()
            );
        }
        Ok(self.objects.functions())
    }

    /// How many programs and libraries there are.
    pub fn objects(&self) -> usize {
        self.objects.paths().len()
    }

    /// When the build was over.
    pub fn built(&self) -> SystemTime {
        let times = self.programs.iter().map(|program| program.built);
        times.min().unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// What a report says of what counts. Nothing of an ordinary one.
    pub fn remark(&self) -> Option<&'static str> {
        match (
            self.is_linked,
            self.programs.iter().any(|program| program.is_all),
        ) {
            (true, _) => Some("linked code only"),
            (false, true) => Some("scope: all"),
            (false, false) => None,
        }
    }

    /// What ran according to `profile` of the source files that are of interest, and not below one of the `generated`.
    /// After each object it takes a `step`.
    ///
    /// # Errors
    ///
    /// If an object cannot be read, or no function of them is of interest.
    pub fn coverage(
        &self,
        profile: &Profile,
        generated: &[&Path],
        step: &(dyn Fn() + Sync),
    ) -> Result<Coverage> {
        let sources = SourceFilter::below(&self.sources).without(generated);
        let coverage = self.objects.coverage(profile, &sources, step);
        coverage.map_err(|error| match error {
            Error::NoSources { path } => anyhow!(
                "{} has no coverage mapping of a file below {}; type `just itcov-build`",
                path.display(),
                self.sources[0].display(),
            ),
            error => rebuild(error),
        })
    }
}

/// Whether both are one file, or links to it.
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let metadata = [one, other].map(|path| path.metadata());
    matches!(metadata, [Ok(one), Ok(other)] if one.ino() == other.ino() && one.dev() == other.dev())
}

impl Choice {
    fn has(&self, program: &Kept) -> bool {
        (self.bin.is_empty() || self.bin.contains(&program.bin))
            && (self.package.is_empty() || self.package.contains(&program.package))
    }
}

impl std::fmt::Display for Choice {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let options = [("-p", &self.package), ("--bin", &self.bin)];
        let named = options.iter().filter(|(_, names)| !names.is_empty());
        let words: Vec<_> = named
            .map(|(option, names)| format!("{option} {}", names.join(",")))
            .collect();
        out.write_str(&words.join(" "))
    }
}
