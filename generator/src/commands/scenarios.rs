//! `cargo itcov scenarios`: which scenario reaches what.

use std::collections::HashMap;
use std::io::{IsTerminal, Write, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use fixedbitset::FixedBitSet;
use llvm_coverage::Coverage;
use llvm_coverage::count::profile::Profile;
use llvm_coverage::formats::missing;
use llvm_coverage::formats::names;
use llvm_coverage::formats::order::Order;
use llvm_coverage::formats::screen::width;
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::formats::view::View;
use serde::Serialize;

use super::output::{self, Format};
use super::report::display::screen;
use super::report::outputs::to_screen;
use crate::build::layout::Layout;
use crate::measured::scenarios::{Outcome, Scenarios as Recorded, reach};
use crate::measured::{Choice, Measurement, Profiles, Store};
use crate::progress::during_each;
use crate::scaffold::metadata::Cargo;

/// Show the scenarios of the last run: what each reaches, and which are enough.
///
/// A scenario is a named part of a suite: see `cargo itcov help scenario`. Where the output is no terminal, only names are
/// printed, one a line, so that a suite can be fed with them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo itcov scenarios                a table: what each reaches, what it alone reaches, what it adds
  cargo itcov scenarios --smallest     the fewest that reach all that all reach
  cargo itcov scenarios --smallest --by-time
                                       the quickest that do
  cargo itcov scenarios --reach src/store.rs:42
                                       those that reach a line, a range (:40-50) or a file
  cargo itcov scenarios --only refund  the lines that nothing but this scenario reaches
  cargo itcov scenarios --missing      the lines that none reaches
  cargo itcov report --scenario refund the whole report, of one of them")]
pub struct Scenarios {
    /// The fewest scenarios that reach all that all reach
    #[arg(long, conflicts_with_all = ["reach", "only", "missing"])]
    smallest: bool,
    /// Of those, the ones that take the least time
    #[arg(long, requires = "smallest")]
    by_time: bool,
    /// The scenarios that reach a line of a file, one of a range, or the file
    #[arg(long, value_name = "FILE[:LINE[-LINE]]", conflicts_with_all = ["only", "missing"])]
    reach: Option<String>,
    /// The lines that this scenario alone reaches
    #[arg(long, value_name = "NAME", conflicts_with = "missing")]
    only: Option<String>,
    /// The lines that no scenario reaches
    #[arg(long)]
    missing: bool,
    /// How to print them
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    cargo: Cargo,
}

/// A scenario as it is shown.
#[derive(Serialize)]
struct Row {
    name: String,
    outcome: Outcome,
    seconds: f64,
    /// How many lines it reaches.
    lines: usize,
    /// How many of them no other scenario reaches, nor what runs outside of any.
    alone: usize,
    /// How many are reached neither by those above it, nor outside of any.
    adds: usize,
}

impl Scenarios {
    pub fn run(self) -> Result<ExitCode> {
        let workspace = self.cargo.read()?;
        let metadata = &workspace.metadata;
        let layout = Layout::new(metadata);
        let generated = [layout.ordinary.as_path(), layout.ordinary_build.as_path()];
        let parts = Store::at(&layout.store).last()?;
        let mut recorded = Recorded::of(&parts)?;
        if !recorded.are_there() {
            bail!(
                "the last run has no scenarios; a suite names them by `cargo itcov scenario NAME -- CMD`, or by POST \
                 /scenario/NAME to $ITCOV_CONTROL"
            );
        }
        let mut measurement = Measurement::find(&parts, &self.choice)?;
        let profiles = Profiles::collected(measurement.profiles().to_vec());
        measurement.merge(&profiles, &|| {})?;

        let mut of_all = Profile::default();
        let mut lines = Lines::default();
        let coverages = during_each("counting", recorded.all.len(), |step| -> Result<Vec<_>> {
            let mut coverages = Vec::new();
            for place in 0..recorded.all.len() {
                let mut profile = Profile::default();
                recorded.add(place, &mut profile)?;
                if recorded.all[place].name.is_some() {
                    of_all.merge(&profile);
                }
                coverages.push(measurement.coverage(&profile, &generated, &|| {})?);
                step();
            }
            Ok(coverages)
        })?;
        let sets: Vec<FixedBitSet> = coverages.iter().map(|it| lines.reached(it)).collect();
        let root = metadata.workspace_root.as_std_path();
        let subject = Subject::default();
        let shown = |coverage: &Coverage, title: &str, set: Option<&FixedBitSet>| {
            let view = View {
                coverage,
                root,
                order: Order::Name,
                screen: screen(),
                subject: &subject,
            };
            to_screen(|out| match set {
                Some(set) => missing::write_lines(out, &view, title, &|file| {
                    let numbers = file.lines.iter().map(|line| line.number);
                    let known = |number: &u32| lines.has(set, &file.path, *number);
                    numbers.filter(known).collect()
                }),
                None => missing::write(out, &view),
            })
        };
        if self.missing {
            let all = measurement.coverage(&of_all, &generated, &|| {})?;
            shown(&all, "", None)?;
            return Ok(ExitCode::SUCCESS);
        }
        let alone = reach::alone(&sets);
        if let Some(name) = &self.only {
            let mut all = recorded.all.iter();
            let Some(place) = all.position(|it| it.name.as_ref() == Some(name)) else {
                bail!("there is no scenario {name:?}");
            };
            let title = format!("Lines that only {} reaches", names::harmless(name.as_str().into()));
            shown(&coverages[place], &title, Some(&alone[place]))?;
            return Ok(ExitCode::SUCCESS);
        }
        // What runs outside comes first, so that nothing of it is added by a scenario.
        let outside = recorded.all.iter().position(|it| it.name.is_none());
        let named: Vec<usize> = (0..sets.len()).filter(|it| Some(*it) != outside).collect();
        let order: Vec<usize> = outside.into_iter().chain(named.iter().copied()).collect();
        let in_order: Vec<FixedBitSet> = order.iter().map(|it| sets[*it].clone()).collect();
        let added: HashMap<usize, usize> =
            order.iter().copied().zip(reach::added(&in_order)).collect();
        let chosen: Vec<usize> = if self.smallest {
            let background = outside.map(|it| sets[it].clone()).unwrap_or_default();
            let own = named.iter().map(|it| {
                let mut own = sets[*it].clone();
                own.difference_with(&background);
                own
            });
            let own: Vec<FixedBitSet> = own.collect();
            let costs = named.iter().map(|it| {
                let seconds = recorded.all[*it].seconds;
                if self.by_time { seconds } else { 1.0 }
            });
            let smallest = reach::smallest(&own, &costs.collect::<Vec<_>>());
            smallest.into_iter().map(|it| named[it]).collect()
        } else if let Some(place) = &self.reach {
            let wanted = lines.wanted(place, root)?;
            let reaches = |it: &&usize| !sets[**it].is_disjoint(&wanted);
            named.iter().filter(reaches).copied().collect()
        } else {
            named
        };
        let rows = chosen.iter().map(|place| {
            let scenario = &recorded.all[*place];
            Row {
                name: scenario.name.clone().unwrap_or_default(),
                outcome: scenario.outcome,
                seconds: scenario.seconds,
                lines: sets[*place].count_ones(..),
                alone: alone[*place].count_ones(..),
                adds: added[place],
            }
        });
        let rows: Vec<Row> = rows.collect();
        if self.format == Format::Json {
            output::print(&serde_json::to_string_pretty(&rows)?);
            return Ok(ExitCode::SUCCESS);
        }
        if !stdout().is_terminal() {
            for row in &rows {
                output::print(&row.name);
            }
            return Ok(ExitCode::SUCCESS);
        }
        let outside = outside.map(|it| (sets[it].count_ones(..), alone[it].count_ones(..)));
        to_screen(|out| table(out, &rows, outside))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn table(
    out: &mut dyn Write,
    rows: &[Row],
    outside: Option<(usize, usize)>,
) -> std::io::Result<()> {
    let heads = ["Scenario", "", "Seconds", "Lines", "Alone", "Adds"];
    let mut cells: Vec<[String; 6]> = vec![heads.map(str::to_owned)];
    for row in rows {
        let outcome = match row.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Ended => "",
            Outcome::Cut => "cut",
        };
        cells.push([
            names::harmless(row.name.as_str().into()).into_owned(),
            outcome.to_owned(),
            format!("{:.2}", row.seconds),
            row.lines.to_string(),
            row.alone.to_string(),
            row.adds.to_string(),
        ]);
    }
    let widths: Vec<usize> = (0..6)
        .map(|column| {
            cells
                .iter()
                .map(|row| width(&row[column]))
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in &cells {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column] - width(cell));
            if column < 2 {
                line.push_str(&format!("{cell}{padding}  "));
            } else {
                line.push_str(&format!("{padding}{cell}  "));
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    if let Some((lines, alone)) = outside {
        writeln!(
            out,
            "\nOutside of scenarios, as at the start: {lines} lines, {alone} of which no scenario reaches."
        )?;
    }
    Ok(())
}

/// Lines of code, each with its number in the sets.
#[derive(Default)]
struct Lines(HashMap<(Arc<str>, u32), usize>);

impl Lines {
    /// Those that have run.
    fn reached(&mut self, coverage: &Coverage) -> FixedBitSet {
        let mut set = FixedBitSet::new();
        for file in &coverage.files {
            for line in file.lines.iter().filter(|line| line.count > 0) {
                let next = self.0.len();
                let number = self.0.entry((Arc::clone(&file.path), line.number));
                set.grow_and_insert(*number.or_insert(next));
            }
        }
        set
    }

    fn has(&self, set: &FixedBitSet, path: &Arc<str>, line: u32) -> bool {
        let number = self.0.get(&(Arc::clone(path), line));
        number.is_some_and(|it| set.contains(*it))
    }

    /// The lines that `FILE`, `FILE:LINE` or `FILE:LINE-LINE` names, as far as a scenario reaches them.
    fn wanted(&self, place: &str, root: &std::path::Path) -> Result<FixedBitSet> {
        let (file, range) = match place.rsplit_once(':') {
            Some((file, range)) => {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                match (first.parse::<u32>(), last.parse::<u32>()) {
                    (Ok(first), Ok(last)) if first <= last => (file, first..=last),
                    _ => {
                        bail!("{place:?} is no place such as src/store.rs:42 or src/store.rs:40-50")
                    }
                }
            }
            None => (place, 0..=u32::MAX),
        };
        let path = root.join(file);
        let in_file = |(known, _): &(Arc<str>, u32)| std::path::Path::new(&**known) == path;
        if !self.0.keys().any(in_file) {
            bail!("nothing of {file} has run in a scenario");
        }
        let mut set = FixedBitSet::new();
        for (key, number) in &self.0 {
            if in_file(key) && range.contains(&key.1) {
                set.grow_and_insert(*number);
            }
        }
        Ok(set)
    }
}
