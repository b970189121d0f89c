//! Which of the measured programs a report is on.

use super::kept::Kept;

const PACKAGES: &str = "Package selection";

/// Which programs are asked for. No name asks for all that ran.
#[derive(Debug, Default, clap::Args)]
pub struct Choice {
    /// Report only on the programs of this package; may be given several times
    #[arg(short, long, value_name = "NAME", value_delimiter = ',', help_heading = PACKAGES)]
    package: Vec<String>,

    /// Report only on this program; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = PACKAGES)]
    bin: Vec<String>,

    /// Count only code that is linked into the programs, as other tools do
    #[arg(long)]
    linked: bool,
}

impl Choice {
    /// Whether only code that is linked counts.
    pub(super) fn is_linked(&self) -> bool {
        self.linked
    }

    /// Whether it is all programs that ran.
    pub fn is_all(&self) -> bool {
        self.bin.is_empty() && self.package.is_empty()
    }

    pub(super) fn has(&self, program: &Kept) -> bool {
        (self.bin.is_empty() || self.bin.contains(&program.bin))
            && (self.package.is_empty() || self.package.contains(&program.package))
    }

    /// What of it is none of some programs that it has.
    pub(super) fn without(&self, programs: &[Kept]) -> Choice {
        let others = |names: &[String], of: fn(&Kept) -> &String| {
            let names = names.iter();
            let others = names.filter(|name| programs.iter().all(|it| of(it) != *name));
            others.cloned().collect()
        };
        Choice {
            package: others(&self.package, |it| &it.package),
            bin: others(&self.bin, |it| &it.bin),
            linked: self.linked,
        }
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
