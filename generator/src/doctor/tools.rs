//! Judges what is installed.

use super::machine::{LlvmTool, Machine, Rustc};
use super::{Finding, Status};
use crate::scaffold::just;

/// The commands that the recipes call on every run, beside cargo and rustc. A test compares with the recipes.
pub const COMMANDS: [&str; 20] = [
    "sh", "awk", "cat", "cksum", "cmp", "cp", "cut", "dirname", "find", "grep", "ln", "mkdir",
    "mv", "printf", "rm", "sed", "sort", "stty", "tr", "uniq",
];

/// What they call beside these for a report with LLVM's tools.
pub const LLVM_COMMANDS: [&str; 3] = ["ar", "comm", "env"];

/// Reports of `cargo itcov` read the profiles of this LLVM and of newer ones.
const READABLE: u64 = 14;

/// The first cargo with a build directory of its own beside the target directory.
const SHARING: u64 = 91;

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub fn findings(machine: &Machine) -> Vec<Finding> {
    let rustc = machine.rustc.as_ref();
    // Without one of them there is no report.
    let reads = machine.itcov.is_some() && rustc.is_none_or(|rustc| rustc.llvm >= READABLE);
    let mut findings = vec![system(machine), cargo(machine), compiler(rustc)];
    findings.extend(rustc.map(profiler));
    findings.push(just_itself(machine));
    findings.push(itcov(machine));
    for (name, tool) in ["llvm-cov", "llvm-profdata"].into_iter().zip(&machine.llvm) {
        findings.push(llvm(
            name,
            tool.as_ref(),
            rustc.map_or(0, |rustc| rustc.llvm),
            reads,
        ));
    }
    findings.extend(commands(machine, reads));
    findings.push(git(machine.has_git));
    findings
}

fn system(machine: &Machine) -> Finding {
    let finding = Finding::ok("system", machine.system);
    match (machine.system, machine.has_proc) {
        ("linux", true) => finding,
        ("linux", false) => finding.because(
            Status::Note,
            "/proc is not there: a run does not know whether it has the terminal, so Ctrl-C ends it without a report; \
             `just itcov-report` makes one",
        ),
        _ => finding.because(
            Status::Wrong,
            "the recipes and the harness are for Linux; elsewhere, only this command, `init` and `report` are of use",
        ),
    }
}

fn cargo(machine: &Machine) -> Finding {
    let rustup = "curl https://sh.rustup.rs -sSf | sh";
    match &machine.cargo {
        None => Finding::ok("cargo", "none").because(Status::Missing, "nothing can be built").typing(rustup),
        Some(version) if (version.major, version.minor) < (1, SHARING) => Finding::ok("cargo", version.to_string())
            .because(
                Status::Note,
                format!("before 1.{SHARING}, a measured build cannot use the dependencies again that an ordinary one has built"),
            )
            .typing("rustup update"),
        Some(version) => Finding::ok("cargo", version.to_string()),
    }
}

fn compiler(rustc: Option<&Rustc>) -> Finding {
    match rustc {
        None => Finding::ok("rustc", "none")
            .because(Status::Missing, "nothing can be built")
            .typing("curl https://sh.rustup.rs -sSf | sh"),
        Some(rustc) => {
            let finding = Finding::ok(
                "rustc",
                format!("{} with LLVM {}", rustc.release, rustc.llvm),
            );
            if rustc.llvm < READABLE {
                finding.because(
                    Status::Note,
                    format!("`cargo itcov report` reads the profiles of LLVM {READABLE} and newer, so reports are made with LLVM's tools"),
                )
            } else {
                finding
            }
        }
    }
}

fn profiler(rustc: &Rustc) -> Finding {
    if rustc.has_profiler {
        return Finding::ok("profiler runtime", "in the toolchain");
    }
    Finding::ok("profiler runtime", "not in the toolchain")
        .because(
            Status::Missing,
            "rustc cannot build with -C instrument-coverage: its library has no profiler_builtins; rustup's toolchains have it",
        )
        .typing("rustup toolchain install stable")
}

fn just_itself(machine: &Machine) -> Finding {
    let install = "cargo install just";
    match &machine.just {
        None => Finding::ok("just", "none")
            .because(Status::Missing, "the recipes are run by it")
            .typing(install),
        Some(version) if *version < just::OLDEST => Finding::ok("just", version.to_string())
            .because(
                Status::Old,
                format!("the recipes need {} or newer", just::OLDEST),
            )
            .typing(install),
        Some(version) => Finding::ok("just", version.to_string()),
    }
}

fn itcov(machine: &Machine) -> Finding {
    let name = "cargo itcov";
    let has_llvm = machine.llvm.iter().all(Option::is_some);
    let install = "cargo install --path generator, in a clone of itcov";
    match &machine.itcov {
        Some(version) if version == VERSION => Finding::ok(name, version),
        Some(version) => Finding::ok(name, version).because(
            Status::Note,
            format!("cargo runs another version than this one, {VERSION}: that one makes the reports"),
        ),
        None => Finding::ok(name, "none")
            .because(
                if has_llvm { Status::Note } else { Status::Missing },
                if has_llvm {
                    "cargo does not find it on the PATH, so reports are made with LLVM's tools"
                } else {
                    "cargo does not find it on the PATH, and LLVM's tools are not there: nothing makes a report"
                },
            )
            .typing(install),
    }
}

fn llvm(name: &str, tool: Option<&LlvmTool>, rustc: u64, reads: bool) -> Finding {
    let status = |bad| if reads { Status::Note } else { bad };
    let needed = if reads {
        "not needed: `cargo itcov` makes the reports"
    } else {
        "reports are made with it"
    };
    let install = format!("rustup component add llvm-tools, or: apt-get install llvm-{rustc}");
    let Some(tool) = tool else {
        return Finding::ok(name, "none")
            .because(status(Status::Missing), needed)
            .typing(install);
    };
    match tool.major {
        None => Finding::ok(name, &tool.path).because(
            status(Status::Wrong),
            format!("it cannot be run, or does not say its version; {needed}"),
        ),
        Some(major) if major < rustc => Finding::ok(name, format!("{major}, {}", tool.path))
            .because(
                status(Status::Old),
                format!("rustc has LLVM {rustc}, whose profiles it cannot read; {needed}"),
            )
            .typing(install),
        Some(major) => Finding::ok(name, format!("{major}, {}", tool.path)),
    }
}

fn commands(machine: &Machine, reads: bool) -> Vec<Finding> {
    let is_absent = |name: &&&str| machine.absent.contains(*name);
    let present = COMMANDS.iter().filter(|name| !is_absent(name)).count();
    let mut findings = Vec::new();
    if present == COMMANDS.len() {
        findings.push(Finding::ok(
            "commands",
            format!("all {present}: {}", COMMANDS.join(" ")),
        ));
    }
    let needed = COMMANDS.iter().filter(is_absent);
    findings.extend(needed.map(|name| {
        Finding::ok(name, "none")
            .because(Status::Missing, "the recipes call it")
            .typing(format!("apt-get install {}", package(name)))
    }));
    let for_llvm = LLVM_COMMANDS.iter().filter(is_absent);
    findings.extend(for_llvm.map(|name| {
        let status = if reads { Status::Note } else { Status::Missing };
        Finding::ok(name, "none")
            .because(status, "the recipes call it for a report with LLVM's tools")
            .typing(format!("apt-get install {}", package(name)))
    }));
    findings
}

/// Debian's package of a command.
fn package(command: &str) -> &'static str {
    match command {
        "sh" => "dash",
        "awk" => "mawk",
        "ar" => "binutils",
        "cmp" => "diffutils",
        "find" => "findutils",
        "grep" => "grep",
        "sed" => "sed",
        _ => "coreutils",
    }
}

fn git(is_there: bool) -> Finding {
    if is_there {
        Finding::ok("git", "on the PATH")
    } else {
        Finding::ok("git", "none").because(
            Status::Note,
            "not needed; with it, what `init` has changed can be looked at and undone",
        )
    }
}

#[cfg(test)]
mod tests {
    use cargo_metadata::semver::Version;

    use super::{COMMANDS, LLVM_COMMANDS, findings};
    use crate::doctor::crates::Place;
    use crate::doctor::machine::{LlvmTool, Machine, Rustc};
    use crate::doctor::{Finding, Status};

    fn machine() -> Machine {
        let tool = LlvmTool {
            path: "/t".into(),
            major: Some(22),
        };
        Machine {
            system: "linux",
            has_proc: true,
            cargo: Some(Version::new(1, 95, 0)),
            rustc: Some(Rustc {
                release: "1.95.0".into(),
                llvm: 22,
                has_profiler: true,
            }),
            just: Some(Version::new(1, 59, 0)),
            itcov: Some(super::VERSION.into()),
            llvm: [Some(tool.clone()), Some(tool)],
            absent: Vec::new(),
            has_git: true,
            variables: Vec::new(),
            place: Place::Nowhere,
        }
    }

    fn of(machine: &Machine, name: &str) -> Finding {
        let mut all = findings(machine).into_iter();
        all.find(|finding| finding.name == name).unwrap()
    }

    #[test]
    fn what_is_complete_is_ok() {
        let all = findings(&machine());
        assert!(
            all.iter()
                .all(|finding| finding.status == Status::Ok && finding.means.is_none()),
            "{all:?}"
        );
    }

    #[test]
    fn what_is_absent_or_old_says_what_typing() {
        let mut poor = machine();
        poor.just = Some(Version::new(1, 28, 0));
        poor.absent = vec!["awk", "ar"];
        poor.rustc.as_mut().unwrap().has_profiler = false;
        for (name, status, advice) in [
            ("just", Status::Old, "cargo install just"),
            ("awk", Status::Missing, "apt-get install mawk"),
            ("ar", Status::Note, "apt-get install binutils"),
            (
                "profiler runtime",
                Status::Missing,
                "rustup toolchain install stable",
            ),
        ] {
            let finding = of(&poor, name);
            assert_eq!(
                (finding.status, finding.advice.as_deref()),
                (status, Some(advice)),
                "{name}"
            );
        }
    }

    #[test]
    fn llvms_tools_are_needed_where_cargo_itcov_makes_no_report() {
        let mut machine = machine();
        machine.llvm = [
            None,
            Some(LlvmTool {
                path: "/t".into(),
                major: Some(21),
            }),
        ];
        assert_eq!(of(&machine, "llvm-cov").status, Status::Note);
        assert_eq!(of(&machine, "llvm-profdata").status, Status::Note);
        machine.itcov = None;
        assert_eq!(of(&machine, "cargo itcov").status, Status::Missing);
        assert_eq!(of(&machine, "llvm-cov").status, Status::Missing);
        assert_eq!(of(&machine, "llvm-profdata").status, Status::Old);
        // An LLVM whose profiles cargo itcov does not read.
        machine.itcov = Some(super::VERSION.into());
        machine.rustc.as_mut().unwrap().llvm = 13;
        assert_eq!(of(&machine, "llvm-cov").status, Status::Missing);
        assert_eq!(of(&machine, "llvm-profdata").status, Status::Ok);
    }

    #[test]
    fn an_older_cargo_and_another_version_are_noted() {
        let mut machine = machine();
        machine.cargo = Some(Version::new(1, 90, 0));
        machine.itcov = Some("9.9.9".into());
        assert_eq!(of(&machine, "cargo").status, Status::Note);
        assert_eq!(of(&machine, "cargo itcov").status, Status::Note);
        machine.system = "macos";
        assert_eq!(of(&machine, "system").status, Status::Wrong);
    }

    /// The commands are those of the recipes: each is in them, and nothing else that a system has is.
    #[test]
    fn the_commands_are_those_that_the_recipes_call() {
        let recipes = include_str!("../../template/itcov.just");
        let words: Vec<&str> = recipes
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#') || line.starts_with("#!"))
            .flat_map(|line| {
                line.split(|char: char| !(char.is_alphanumeric() || "-_./".contains(char)))
            })
            .map(|word| word.trim_start_matches("/bin/"))
            .collect();
        for name in COMMANDS.iter().chain(&LLVM_COMMANDS) {
            assert!(words.contains(name), "the recipes do not call {name}");
        }
        for other in [
            "head", "tail", "wc", "uname", "basename", "xargs", "tee", "sleep", "mktemp", "date",
            "realpath", "touch",
        ] {
            assert!(
                !words.contains(&other),
                "the recipes call {other}: name it in COMMANDS"
            );
        }
    }
}
