//! What a report is on: the objects that count, the sources that are of interest, and the profiles.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::iter;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Result, anyhow, bail};
use llvm_coverage::count::profile::{Lookup, Profile};
use llvm_coverage::count::reach::Reach;
use llvm_coverage::profiles::Merged;
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::{Coverage, Error, Objects, SourceFilter};

use super::advice::rebuild;
use super::choice::Choice;
use super::inside::Inside;
use super::kept::{self, Kept, is_archive, is_same_file};
use super::origin::own_functions;
use super::part::Measured;
use super::profiles::Profiles;
use super::sources::Stale;
use crate::build::texts::Text;

/// What was measured, as far as it was chosen.
#[derive(Debug)]
pub struct Measurement {
    programs: Vec<Kept>,
    /// Other binaries and shared libraries that the programs may have started and loaded, also those of other packages.
    others: Vec<kept::Objects>,
    profiles: Vec<PathBuf>,
    objects: Objects,
    sources: Vec<PathBuf>,
    /// Those of the others that have run, or count though they have not.
    ran: Vec<kept::Objects>,
    is_linked: bool,
    /// Executables of tests, and their profiles.
    tests: (Vec<kept::Objects>, Vec<PathBuf>),
}

impl Measurement {
    /// Chooses of a run, or of the last build, which has no profiles.
    ///
    /// # Errors
    ///
    /// If there is nothing, or something that was asked for is not there.
    pub fn find(parts: &[Measured], choice: &Choice) -> Result<Measurement> {
        if parts.is_empty() {
            bail!(
                "nothing has been measured yet; `cargo itcov run`, `suite` or `exec` measures a run"
            );
        }
        let (mut programs, mut profiles) = (Vec::<Kept>::new(), Vec::new());
        let mut tests = (Vec::new(), Vec::new());
        let mut others = Vec::new();
        for measured in parts {
            let of_part = &measured.part.programs;
            let chosen: Vec<&Kept> = of_part.iter().filter(|it| choice.has(it)).collect();
            profiles.extend(measured.profiles(&chosen, !choice.is_all())?);
            tests.0.extend_from_slice(&measured.part.tests);
            tests.1.extend(measured.profiles_of_tests()?);
            others.extend(of_part.iter().flat_map(|it| &it.others).cloned());
            for program in chosen {
                let mut known = programs.iter_mut();
                match known.find(|it| it.objects == program.objects) {
                    // The same program was made of what there was later, too.
                    Some(known) => known.made_by.clone_from(&program.made_by),
                    None => programs.push(program.clone()),
                }
            }
        }
        let missing = choice.without(&programs);
        if !missing.is_all() || programs.is_empty() {
            let all = parts.iter().flat_map(|it| &it.part.programs);
            let names: BTreeSet<&str> = all.map(|program| program.bin.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            bail!(
                "{missing} was not measured; the last run measured: {}",
                names.join(", ")
            );
        }
        let mut measurement = Measurement {
            profiles,
            objects: Objects::new(Vec::<PathBuf>::new()),
            sources: Vec::new(),
            // Of some of the programs nobody has asked for them.
            ran: others
                .iter()
                .filter(|other| other.is_asked_for && choice.is_all())
                .cloned()
                .collect(),
            is_linked: choice.is_linked(),
            programs,
            tests,
            others,
        };
        measurement.choose_objects();
        Ok(measurement)
    }

    /// The profiles that were collected.
    pub fn profiles(&self) -> &[PathBuf] {
        &self.profiles
    }

    /// Takes the objects of the programs, and those of the others that count.
    fn choose_objects(&mut self) {
        let own = self.programs.iter().map(|program| &program.objects);
        let all: Vec<&kept::Objects> = own.chain(&self.ran).collect();
        // Programs before libraries: of several records of a function the first one counts.
        let heads = all.iter().filter_map(|it| it.files.first());
        let tails = all.iter().flat_map(|it| it.files.iter().skip(1));
        let tails = tails.filter(|file| !self.is_linked || !is_archive(file));
        let files: Vec<PathBuf> = distinct(heads.chain(tails)).into_iter().cloned().collect();
        let sources: BTreeSet<&PathBuf> = all.iter().flat_map(|it| &it.sources).collect();
        self.sources = sources.into_iter().cloned().collect();
        self.objects = Objects::new(files);
    }

    /// What was compiled.
    pub fn texts(&self) -> BTreeSet<Text> {
        let own = self.programs.iter().map(|program| &program.objects);
        own.chain(&self.ran)
            .flat_map(kept::Objects::texts)
            .collect()
    }

    /// The texts that decided how the programs were made.
    pub fn made_by(&self) -> BTreeSet<Text> {
        let all = self.programs.iter().flat_map(|it| &it.made_by);
        all.cloned().collect()
    }

    /// Those that are others now, and are none of the `texts` that were compiled.
    pub fn made_otherwise(&self, texts: &BTreeSet<Text>) -> Stale {
        let compiled: BTreeSet<&Path> = texts.iter().map(|text| &*text.path).collect();
        let mut made_by = self.made_by();
        made_by.retain(|text| !compiled.contains(&*text.path));
        Stale::find(&made_by, iter::empty(), self.built())
    }

    /// What was set where each file was compiled, as `rustc --print cfg` says it.
    pub fn cfg(&self) -> HashMap<PathBuf, Vec<BTreeSet<String>>> {
        let mut all: HashMap<PathBuf, Vec<BTreeSet<String>>> = HashMap::new();
        let own = self.programs.iter().map(|program| &program.objects);
        for (cfg, files) in own.chain(&self.ran).flat_map(kept::Objects::cfg) {
            for file in files {
                let known = all.entry(file).or_default();
                if !known.contains(&cfg) {
                    known.push(cfg.clone());
                }
            }
        }
        all
    }

    /// The names of the crates that are not of the workspace, and that the programs are made of as well, by their directories.
    pub fn outside(&self) -> BTreeMap<PathBuf, String> {
        let all = self.programs.iter().flat_map(|it| &it.outside);
        all.map(|(directory, name)| (directory.clone(), name.clone()))
            .collect()
    }

    /// The packages of the workspace that the programs are made of as well, and that are not measured.
    pub fn left_out(&self) -> BTreeSet<&str> {
        let all = self.programs.iter().flat_map(|it| &it.left_out);
        all.map(String::as_str).collect()
    }

    /// Adds up the profiles. The programs may have started other binaries and loaded shared libraries: those of which there is
    /// a profile are measured, too. After each profile it takes a `step`.
    ///
    /// # Errors
    ///
    /// If an object is not there any more or cannot be read, and those of [`Profiles::merge`].
    pub fn merge(&mut self, profiles: &Profiles, step: &(dyn Fn() + Sync)) -> Result<Merged> {
        if let Some(gone) = self.objects.paths().iter().find(|path| !path.exists()) {
            bail!(
                "the measured program {} no longer exists; {}",
                gone.harmless(),
                profiles.how_to_get_others()
            );
        }
        let known = self.programs.iter().map(|program| &program.objects);
        let mut known = known.chain(&self.others).chain(&self.tests.0);
        if let Some(damaged) = known.find_map(kept::Objects::damaged) {
            bail!(
                "{} is not as it was when the program was built; {}",
                damaged.harmless(),
                profiles.how_to_get_others()
            );
        }
        let own = self.objects.paths();
        let mut others: Vec<kept::Objects> = self
            .others
            .iter()
            .filter(|other| !own.contains(&other.files[0]))
            .cloned()
            .collect();
        others.sort_by(|one, other| one.files.cmp(&other.files));
        others.dedup();
        let linked = others.iter().flat_map(|other| &other.files);
        let linked = linked.filter(|file| !is_archive(file));
        let all = Objects::new(own.iter().chain(linked)).with_twins(self.twins());
        // Perhaps tests alone have run.
        let merged = if profiles.is_empty() && !self.tests.0.is_empty() {
            Merged::default()
        } else {
            profiles.merge(&all.functions(), step)?
        };
        if !others.is_empty() {
            let ran = self.others_that_ran(others, &merged.profile)?;
            self.ran.extend(ran);
            self.choose_objects();
        }
        Ok(merged)
    }

    /// The build identifiers of what was built twice.
    fn twins(&self) -> Vec<Vec<u8>> {
        let own = self.programs.iter().map(|program| &program.objects);
        let all = own.chain(&self.others);
        all.flat_map(|objects| &objects.twins).cloned().collect()
    }

    fn others_that_ran(
        &self,
        others: Vec<kept::Objects>,
        profile: &Profile,
    ) -> Result<Vec<kept::Objects>> {
        let own = self.programs.iter().map(|program| &program.objects);
        let executables: Vec<&Path> = own.chain(&others).map(|it| &*it.files[0]).collect();
        let mut functions = own_functions(&executables)?;
        let functions = functions.split_off(self.programs.len());
        let built = self.objects.functions();
        let mut ran = Vec::new();
        for (other, functions) in others.into_iter().zip(functions) {
            let mut in_profile = functions.iter().filter(|(name, structure)| {
                matches!(profile.find(*name, *structure), Lookup::Counts(_))
            });
            // A function of a library may be in this one and in a program that is not known here.
            let mut is_known = Ok(());
            let is_its_own = in_profile.any(|function| match built.has(*function) {
                Ok(has) => !has,
                Err(error) => {
                    is_known = Err(error);
                    false
                }
            });
            is_known.map_err(rebuild)?;
            if is_its_own {
                ran.push(other);
            }
        }
        Ok(ran)
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
    pub fn remark(&self) -> Option<String> {
        let is_all = self.programs.iter().any(|program| program.is_all);
        let remarks = [
            (self.is_linked, "linked code only"),
            (is_all && !self.is_linked, "scope: all"),
            (!self.tests.0.is_empty(), "with tests"),
        ];
        let remarks = remarks.iter().filter(|(is_so, _)| *is_so);
        let remarks: Vec<&str> = remarks.map(|(_, remark)| *remark).collect();
        (!remarks.is_empty()).then(|| remarks.join(", "))
    }

    /// What the tests have reached, from inside, of what was measured of the programs. Nothing if tests were not measured.
    ///
    /// # Errors
    ///
    /// As of [`Measurement::merge`] and [`Measurement::coverage`].
    pub fn inside(&self, programs: &Coverage, profiles: &Profiles) -> Result<Option<Inside>> {
        let (tests, of_tests) = &self.tests;
        if tests.is_empty() {
            return Ok(None);
        }
        let objects = self.objects.paths().iter();
        let objects: Vec<&PathBuf> = objects
            .chain(tests.iter().flat_map(|it| &it.files))
            .collect();
        let objects = Objects::new(distinct(objects).into_iter().cloned());
        let objects = objects.with_twins(self.twins());
        let all = profiles.with(of_tests);
        let merged = all.merge(&objects.functions(), &|| {})?;
        let sources = SourceFilter::below(&self.sources);
        let coverage = objects.coverage(&merged.profile, &sources, &|| {});
        Ok(Some(Inside::new(coverage.map_err(rebuild)?, programs)))
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
        generated: &[impl AsRef<Path>],
        step: &(dyn Fn() + Sync),
    ) -> Result<Coverage> {
        let sources = self.filter(generated);
        let coverage = self.objects.coverage(profile, &sources, step);
        coverage.map_err(|error| match error {
            Error::NoSources { path } => anyhow!(
                "{} has no coverage mapping of a file below {}: type `cargo itcov run`",
                path.harmless(),
                self.sources[0].harmless(),
            ),
            error => rebuild(error),
        })
    }

    /// What tells the lines of these files that ran in each of some profiles, of which `all` is the sum.
    ///
    /// # Errors
    ///
    /// If an object cannot be read.
    pub fn reach(&self, all: &Profile, generated: &[impl AsRef<Path>]) -> Result<Reach> {
        let reach = self.objects.reach(all, &self.filter(generated));
        reach.map_err(rebuild)
    }

    /// The source files that are of interest, and not below one of the `generated` directories.
    pub fn filter(&self, generated: &[impl AsRef<Path>]) -> SourceFilter {
        SourceFilter::below(&self.sources).without(generated.iter().map(AsRef::as_ref))
    }
}

/// The files without copies of one another. Each build has its own name of a library.
fn distinct<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Vec<&'a PathBuf> {
    let mut distinct = Vec::new();
    let mut by_name: HashMap<&OsStr, Vec<&Path>> = HashMap::new();
    for file in files {
        let known = by_name.entry(file.file_name().unwrap_or_default());
        let known = known.or_default();
        if !known.iter().any(|other| is_same_file(other, file)) {
            known.push(file);
            distinct.push(file);
        }
    }
    distinct
}
