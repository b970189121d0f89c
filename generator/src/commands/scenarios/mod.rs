//! `cargo itcov scenarios`: which scenario reaches what.

pub mod around;
mod changed;
pub mod place;
pub mod recorded;
pub mod sharing;
mod table;
mod testwise;

use std::env;
use std::io::{IsTerminal, Write, stdout};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use fixedbitset::FixedBitSet;
use llvm_coverage::Coverage;
use llvm_coverage::formats::order::Order;
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::formats::view::View;
use llvm_coverage::formats::{lcov, missing};
use llvm_coverage::terminal::Harmless as _;
use llvm_coverage::terminal::harmless;
use place::Place;
use table::Row;

use super::report::destinations::to_screen;
use super::report::display::screen;
use super::report::warnings;
use crate::commands::scenarios::recorded::{Counted, Recorded};
use crate::measured::Choice;
use crate::measured::scenarios::index::Index;
use crate::measured::scenarios::{place_of, reach};
use crate::measured::sources::Stale;
use crate::output::{self, note};
use crate::scaffold::metadata::{Cargo, Workspace};

/// Show the scenarios of the last run: what each reaches, and which are enough.
///
/// A scenario is a named part of a suite: see `cargo itcov help scenario`. Where the output is not a terminal, it prints only the
/// names, one a line, so that you can pass them to a suite.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo itcov scenarios                a table: what each reaches, what it alone reaches, what it adds
  cargo itcov scenarios --smallest     the fewest that reach all that all reach
  cargo itcov scenarios --smallest --by-time
                                       the quickest that do
  cargo itcov scenarios --reach src/store.rs:42
                                       those that reach a line, a range (:40-50), a file, or a function
                                       (store::insert)
  cargo itcov scenarios --changed-since main
                                       those that reach what a branch has changed
  cargo itcov scenarios --only refund  the lines that nothing but this scenario reaches
  cargo itcov scenarios --missing      the lines that none reaches
  cargo itcov report --scenario refund
                                       the whole report, of one of them")]
pub struct Scenarios {
    /// The fewest scenarios that reach all that all reach
    #[arg(long, conflicts_with_all = ["reach", "only", "missing"])]
    smallest: bool,
    /// Of those, the ones that take the least time
    #[arg(long, requires = "smallest")]
    by_time: bool,
    /// The scenarios that reach a line of a file, one of a range, the file, or a function
    #[arg(long, value_name = "FILE[:LINE[-LINE]]|FUNCTION", conflicts_with_all = ["only", "missing"])]
    reach: Option<String>,
    /// The lines that this scenario alone reaches
    #[arg(long, value_name = "NAME", conflicts_with = "missing")]
    only: Option<String>,
    /// The lines that no scenario reaches
    #[arg(long)]
    missing: bool,
    /// The scenarios that reach what has changed since the merge base with REV; in doubt all, and why
    #[arg(long, value_name = "REV", value_parser = NonEmptyStringValueParser::new(),
        conflicts_with_all = ["smallest", "reach", "only", "missing"])]
    changed_since: Option<String>,
    /// How to print them
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    cargo: Cargo,
}

/// The values of `--format`.
#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    /// A table at a terminal, else the names, one a line
    #[default]
    Human,
    /// A table
    Table,
    /// The table, for scripts
    Json,
    /// A trace file of lcov, with the test name (`TN`) of each
    Lcov,
    /// Teamscale's Testwise Coverage, version 2
    Testwise,
    /// A filter for `cargo nextest run -E`
    Nextest,
}

impl Scenarios {
    pub fn run(self) -> Result<ExitCode> {
        if self.changed_since.is_some() && !self.choice.is_all() {
            bail!(
                "--changed-since does not go with --package and --bin: a program that is left out may run what has changed"
            );
        }
        let workspace = self.cargo.read()?;
        let mut recorded = Recorded::open(&workspace, &self.choice)?;
        let counted = recorded.counted()?;
        let root = workspace.metadata.workspace_root.as_std_path();
        let Index {
            lines,
            texts,
            built,
            ..
        } = &counted.index;
        let stale = Stale::find(texts, lines.paths(), *built);
        // What has changed is known to be another one.
        if self.changed_since.is_none() {
            warnings::of_sources(stale, root);
        }
        if self.missing {
            let coverage = recorded.coverage(counted.named().into_iter())?;
            show(root, &coverage, |out, view| {
                missing::write(out, view, "Lines that no scenario reaches")
            })?;
        } else if let Some(name) = &self.only {
            show_only(root, &mut recorded, &counted, name)?;
        } else {
            let chosen = self.choose(&workspace, &mut recorded, &counted)?;
            self.show_rows(root, &mut recorded, &counted, &chosen)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn show_rows(
        &self,
        root: &Path,
        recorded: &mut Recorded,
        counted: &Counted,
        chosen: &[usize],
    ) -> Result<()> {
        let rows = || rows(counted, chosen);
        let names = || chosen.iter().map(|it| counted.name(*it));
        let is_said = match self.format {
            Format::Json | Format::Table => true,
            Format::Human => stdout().is_terminal(),
            Format::Lcov | Format::Testwise | Format::Nextest => false,
        };
        // Why all are selected says it, too.
        if !is_said && self.changed_since.is_none() {
            sharing::say(counted.shared(chosen));
        }
        match self.format {
            Format::Json => output::print(&serde_json::to_string_pretty(&rows())?),
            Format::Lcov => lcov(root, recorded, counted, chosen)?,
            Format::Testwise => {
                let report = testwise::report(counted, chosen, root)?;
                output::print(&serde_json::to_string_pretty(&report)?);
            }
            // Tests that are new were not recorded, and may come to what has changed.
            Format::Nextest if self.changed_since.is_some() => {
                let others = counted.named().into_iter();
                let others = others.filter(|it| !chosen.contains(it));
                let others = others.filter(|it| counted.is_test(*it));
                let others = nextest(counted, others)?;
                output::print(&others.map_or("all()".to_owned(), |it| format!("not ({it})")));
            }
            Format::Nextest => {
                let filter = nextest(counted, chosen.iter().copied())?;
                output::print(&filter.unwrap_or("none()".to_owned()));
            }
            Format::Human if !stdout().is_terminal() => {
                names().for_each(|it| output::print(&harmless(it)));
            }
            Format::Human | Format::Table => {
                let outside = counted.outside().map(|it| {
                    let alone = &reach::alone(&counted.index.sets)[it];
                    [&counted.index.sets[it], alone].map(|set| set.count_ones(..))
                });
                to_screen(|out| table::write(out, &rows(), outside))?;
            }
        }
        Ok(())
    }

    /// The places of the scenarios that are asked for.
    fn choose(
        &self,
        workspace: &Workspace,
        recorded: &mut Recorded,
        counted: &Counted,
    ) -> Result<Vec<usize>> {
        if self.smallest {
            return self.smallest(counted);
        }
        if let Some(revision) = &self.changed_since {
            let coverage = recorded.coverage(0..counted.scenarios.len())?;
            let run = changed::Run {
                workspace,
                coverage: &coverage,
                counted,
                parts: &recorded.parts(),
                made_by: &recorded.made_by(),
                outside: &recorded.outside(),
            };
            let affected = changed::affected(&run, revision)?;
            if let Some(why) = affected.why_all() {
                note(&why);
            }
            // The filter has all that is not known.
            if let Some(limits) = affected.limits().filter(|_| self.format != Format::Nextest) {
                note(&limits);
            }
            return Ok(affected.places(counted));
        }
        let Some(place) = &self.reach else {
            return Ok(counted.named());
        };
        let root = workspace.metadata.workspace_root.as_std_path();
        let wanted = match Place::parse(place, root, &env::current_dir()?)? {
            Place::Lines(path, range) => {
                let lines = &counted.index.lines;
                if !lines.paths().any(|it| it == path) {
                    let mut alike = lines.paths().filter(|it| it.ends_with(place::file(place)));
                    let alike = alike.next().map(|it| it.strip_prefix(root).unwrap_or(it));
                    let alike = alike
                        .map_or_else(String::new, |it| format!("; there is {}", it.harmless()));
                    bail!(
                        "{} is no source file that was measured: `cargo itcov report` lists those{alike}",
                        path.harmless()
                    );
                }
                let wanted = lines.set(&path, |line| range.contains(&line));
                if wanted.is_clear()
                    && !place::has_code(&recorded.coverage(std::iter::empty())?, &path, &range)
                {
                    note(&format!("there is no code at {place}"));
                    return Ok(Vec::new());
                }
                wanted
            }
            Place::Function(name) => {
                let coverage = recorded.coverage(std::iter::empty())?;
                place::function(&coverage, &name, &counted.index.lines)?
            }
        };
        let reaches = |it: &usize| !counted.index.sets[*it].is_disjoint(&wanted);
        let chosen: Vec<usize> = counted.named().into_iter().filter(reaches).collect();
        // Names for a suite: without any, nothing is printed.
        if chosen.is_empty() {
            let ran = counted.outside().is_some_and(|it| reaches(&it));
            let but = if ran {
                ", but what ran outside of them does"
            } else {
                ""
            };
            note(&format!("no scenario reaches {place}{but}"));
        }
        Ok(chosen)
    }

    fn smallest(&self, counted: &Counted) -> Result<Vec<usize>> {
        let named = counted.named();
        let sets = &counted.index.sets;
        let outside = counted.outside().map(|it| &sets[it]);
        let own = |it: &usize| {
            let mut own = sets[*it].clone();
            if let Some(outside) = outside {
                own.difference_with(outside);
            }
            own
        };
        let own: Vec<FixedBitSet> = named.iter().map(own).collect();
        let cost = |it: &usize| {
            if !self.by_time {
                return Ok(1.0);
            }
            let seconds = counted.scenarios[*it].seconds;
            let name = counted.name(*it);
            seconds.with_context(|| {
                format!(
                    "it is not known how long {name:?} took, as nothing has said when it begins and ends: leave out --by-time"
                )
            })
        };
        let costs: Vec<f64> = named.iter().map(cost).collect::<Result<_>>()?;
        let smallest = reach::smallest(&own, &costs);
        Ok(smallest.into_iter().map(|it| named[it]).collect())
    }
}

fn show_only(root: &Path, recorded: &mut Recorded, counted: &Counted, name: &str) -> Result<()> {
    let place = place_of(name, &counted.scenarios)?;
    sharing::say(counted.shared(&[place]));
    let alone = &reach::alone(&counted.index.sets)[place];
    let title = format!("Lines that only {} reaches", harmless(name));
    let coverage = recorded.coverage(std::iter::once(place))?;
    show(root, &coverage, |out, view| {
        missing::write_lines(out, view, &title, usize::MAX, &|file| {
            counted.index.lines.within(Path::new(&*file.path), alone)
        })
    })
}

/// The rows of the chosen scenarios. What runs outside of any is before all of them, so that none of it is added by one.
fn rows(counted: &Counted, chosen: &[usize]) -> Vec<Row> {
    let sets = &counted.index.sets;
    let order = counted.outside().into_iter().chain(chosen.iter().copied());
    let ordered: Vec<&FixedBitSet> = order.map(|it| &sets[it]).collect();
    let added = reach::added(&ordered);
    let added = added.into_iter().skip(ordered.len() - chosen.len());
    let alone = reach::alone(sets);
    let rows = chosen.iter().zip(added).map(|(place, adds)| {
        let scenario = &counted.scenarios[*place];
        Row {
            name: counted.name(*place).to_owned(),
            outcome: scenario.outcome,
            seconds: scenario.seconds,
            lines: sets[*place].count_ones(..),
            alone: alone[*place].count_ones(..),
            adds,
            shared: scenario.is_shared,
        }
    });
    rows.collect()
}

/// Each of the chosen as a test of a trace file.
fn lcov(root: &Path, recorded: &mut Recorded, counted: &Counted, chosen: &[usize]) -> Result<()> {
    let names = lcov::test_names(chosen.iter().map(|it| counted.name(*it)));
    let mut out = Vec::new();
    for (place, name) in chosen.iter().zip(names) {
        let coverage = recorded.coverage(std::iter::once(*place))?;
        let reached = &counted.index.sets[*place];
        let is_reached = |path: &Path| !counted.index.lines.within(path, reached).is_empty();
        lcov::write_test(&mut out, &coverage.of_files(is_reached), root, &name)?;
    }
    to_screen(|screen| screen.write_all(&out))
}

/// A filter for the tests that are the scenarios, if there are some: <https://nexte.st/docs/filtersets/reference/>.
fn nextest(counted: &Counted, places: impl Iterator<Item = usize>) -> Result<Option<String>> {
    let tests = places.map(|place| {
        let name = counted.name(place);
        let parts = name.split_once(' ').filter(|_| counted.is_test(place));
        let (binary, test) = parts.with_context(|| {
            format!("{name:?} is no test of nextest, and --format nextest prints those: run `cargo itcov exec --scenarios -- cargo nextest run`")
        })?;
        let [binary, test] = [binary, test].map(plain);
        Ok(format!("(binary_id(={binary}) & test(={test}))"))
    });
    let tests = tests.collect::<Result<Vec<_>>>()?;
    Ok((!tests.is_empty()).then(|| tests.join(" | ")))
}

/// A name in a filter: <https://nexte.st/docs/filtersets/reference/#escape-sequences>.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for char in name.chars() {
        if matches!(char, '\\' | ')' | ',') {
            plain.push('\\');
        }
        plain.push(char);
    }
    plain
}

fn show(
    root: &Path,
    coverage: &Coverage,
    write: impl FnOnce(&mut dyn Write, &View) -> std::io::Result<()>,
) -> Result<()> {
    let subject = Subject::default();
    let view = View {
        coverage,
        root,
        order: Order::Name,
        screen: screen(),
        subject: &subject,
    };
    to_screen(|out| write(out, &view))
}
