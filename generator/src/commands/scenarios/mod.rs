//! `cargo itcov scenarios`: which scenario reaches what.

mod counted;
mod lines;
mod table;

use std::io::{IsTerminal, Write, stdout};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use counted::Counted;
use fixedbitset::FixedBitSet;
use llvm_coverage::Coverage;
use llvm_coverage::formats::missing;
use llvm_coverage::formats::order::Order;
use llvm_coverage::formats::subject::Subject;
use llvm_coverage::formats::view::View;
use llvm_coverage::terminal::harmless;
use table::Row;

use super::output::{self, Format};
use super::report::display::screen;
use super::report::outputs::to_screen;
use crate::measured::Choice;
use crate::measured::scenarios::reach;
use crate::scaffold::metadata::{Cargo, Workspace};

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
  cargo itcov report --scenario refund
                                       the whole report, of one of them")]
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

impl Scenarios {
    pub fn run(self) -> Result<ExitCode> {
        let workspace = self.cargo.read()?;
        let counted = Counted::of(&workspace, &self.choice)?;
        if self.missing {
            show(&workspace, &counted.all, |out, view| {
                missing::write(out, view)
            })?;
        } else if let Some(name) = &self.only {
            show_only(&workspace, &counted, name)?;
        } else {
            self.show_rows(&workspace, &counted)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn show_rows(&self, workspace: &Workspace, counted: &Counted) -> Result<()> {
        let chosen = self.choose(workspace, counted)?;
        let rows = rows(counted, &chosen);
        if self.format == Format::Json {
            output::print(&serde_json::to_string_pretty(&rows)?);
        } else if stdout().is_terminal() {
            let alone = reach::alone(&counted.sets);
            let outside = counted.outside().map(|it| {
                let [lines, alone] = [&counted.sets[it], &alone[it]].map(|set| set.count_ones(..));
                (lines, alone)
            });
            to_screen(|out| table::write(out, &rows, outside))?;
        } else {
            for row in &rows {
                output::print(&row.name);
            }
        }
        Ok(())
    }

    /// The places of the scenarios that are asked for.
    fn choose(&self, workspace: &Workspace, counted: &Counted) -> Result<Vec<usize>> {
        let named = counted.named();
        if self.smallest {
            let outside = counted.outside().map(|it| &counted.sets[it]);
            let own = |it: &usize| {
                let mut own = counted.sets[*it].clone();
                if let Some(outside) = outside {
                    own.difference_with(outside);
                }
                own
            };
            let own: Vec<FixedBitSet> = named.iter().map(own).collect();
            let cost = |it: &usize| {
                if self.by_time {
                    counted.scenarios[*it].seconds
                } else {
                    1.0
                }
            };
            let costs: Vec<f64> = named.iter().map(cost).collect();
            let smallest = reach::smallest(&own, &costs);
            return Ok(smallest.into_iter().map(|it| named[it]).collect());
        }
        let Some(place) = &self.reach else {
            return Ok(named);
        };
        let root = workspace.metadata.workspace_root.as_std_path();
        let wanted = counted.lines.wanted(place, root)?;
        let reaches = |it: &usize| !counted.sets[*it].is_disjoint(&wanted);
        Ok(named.into_iter().filter(reaches).collect())
    }
}

fn show_only(workspace: &Workspace, counted: &Counted, name: &str) -> Result<()> {
    let mut all = counted.scenarios.iter();
    let Some(place) = all.position(|it| it.name.as_deref() == Some(name)) else {
        bail!("there is no scenario {name:?}; `cargo itcov scenarios` lists them");
    };
    let alone = &reach::alone(&counted.sets)[place];
    let title = format!("Lines that only {} reaches", harmless(name));
    show(workspace, &counted.coverages[place], |out, view| {
        missing::write_lines(out, view, &title, &|file| {
            let numbers = file.lines.iter().map(|line| line.number);
            let is_alone = |number: &u32| counted.lines.has(alone, &file.path, *number);
            numbers.filter(is_alone).collect()
        })
    })
}

/// The rows of the chosen scenarios. What runs outside of any is before all of them, so that none of it is added by one.
fn rows(counted: &Counted, chosen: &[usize]) -> Vec<Row> {
    let order = counted.outside().into_iter().chain(chosen.iter().copied());
    let sets: Vec<FixedBitSet> = order.map(|it| counted.sets[it].clone()).collect();
    let added = reach::added(&sets);
    let added = added.into_iter().skip(sets.len() - chosen.len());
    let alone = reach::alone(&counted.sets);
    let rows = chosen.iter().zip(added).map(|(place, adds)| {
        let scenario = &counted.scenarios[*place];
        Row {
            name: scenario.name.clone().unwrap_or_default(),
            outcome: scenario.outcome,
            seconds: scenario.seconds,
            lines: counted.sets[*place].count_ones(..),
            alone: alone[*place].count_ones(..),
            adds,
        }
    });
    rows.collect()
}

fn show(
    workspace: &Workspace,
    coverage: &Coverage,
    write: impl FnOnce(&mut dyn Write, &View) -> std::io::Result<()>,
) -> Result<()> {
    let subject = Subject::default();
    let view = View {
        coverage,
        root: workspace.metadata.workspace_root.as_std_path(),
        order: Order::Name,
        screen: screen(),
        subject: &subject,
    };
    to_screen(|out| write(out, &view))
}
