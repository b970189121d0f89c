//! What builds: cargo, rustc with its profiler runtime, a linker.

use std::path::{Path, PathBuf};

use super::finding::{Finding, Status};
use super::ran::{cargo, on_path, output};
use crate::build::configuration;
use crate::build::rustc::Rustc;

/// The LLVM versions whose profiles can be read.
const READABLE: std::ops::RangeInclusive<u64> = 14..=23;

const RUSTUP: &str = "curl https://sh.rustup.rs -sSf | sh";

/// What was found.
#[derive(Clone, Default)]
pub struct Toolchain {
    /// The version of cargo; `None` where it cannot be run.
    cargo: Option<String>,
    /// The version of rustc.
    rustc: Option<String>,
    /// The major version of its LLVM.
    pub llvm: Option<u64>,
    /// The directory of what is for this machine.
    pub directory: PathBuf,
    /// Whether its library has the profiler runtime.
    has_profiler: bool,
    /// What links, and whether it is there.
    linker: (String, bool),
    /// The user's own wrapper of the compiler, if there is one, and whether it is there.
    wrapper: Option<(String, bool)>,
    /// Why cargo's configuration cannot be read, if it cannot.
    unreadable: Option<String>,
    /// Whether cargo is rustup's stand-in, which needs a toolchain.
    has_rustup: bool,
}

impl Toolchain {
    pub fn look() -> Toolchain {
        let cargo = output(&cargo(), &["--version"]);
        let has_both = ["rustup", "cargo"].map(|name| on_path(Path::new(name)).is_some());
        let mut found = Toolchain {
            has_rustup: has_both == [true, true],
            cargo: cargo.and_then(|text| Some(text.split_whitespace().nth(1)?.to_owned())),
            ..Toolchain::default()
        };
        let config = configuration::load();
        found.unreadable = config.as_ref().err().map(|error| format!("{error:#}"));
        let config = config.ok();
        let wrapper = config
            .as_ref()
            .and_then(|it| it.build.rustc_wrapper.clone());
        found.wrapper =
            wrapper.map(|it| (it.to_string_lossy().into_owned(), on_path(&it).is_some()));
        // Not `config.rustc()`, which is the wrapper where there is one.
        let path = config.as_ref().and_then(|it| it.build.rustc.clone());
        let path = path.unwrap_or_else(|| "rustc".into());
        let Ok(rustc) = Rustc::ask(path) else {
            return found;
        };
        let (host, llvm) = (rustc.says("host"), rustc.says("LLVM version"));
        found.rustc = Some(rustc.says("release").to_owned());
        found.llvm = llvm.split('.').next().and_then(|major| major.parse().ok());
        let sysroot = output(&rustc.path, &["--print", "sysroot"]).unwrap_or_default();
        found.directory = Path::new(sysroot.trim()).join("lib/rustlib").join(host);
        found.has_profiler = has_profiler(&found.directory.join("lib"));
        let linker = config.and_then(|config| config.linker(host).ok()?);
        let linker = linker.unwrap_or_else(|| "cc".into());
        // rustc looks for its own beside its library first.
        let is_there = found.directory.join("bin").join(&linker).is_file();
        let is_there = is_there || on_path(&linker).is_some();
        found.linker = (linker.to_string_lossy().into_owned(), is_there);
        found
    }
}

fn has_profiler(libraries: &Path) -> bool {
    let mut entries = libraries.read_dir().into_iter().flatten().flatten();
    entries.any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libprofiler_builtins-") && name.ends_with(".rlib")
    })
}

pub fn findings(toolchain: &Toolchain) -> Vec<Finding> {
    let mut findings = vec![match &toolchain.cargo {
        Some(version) => Finding::ok("cargo", version),
        None => absent("cargo", toolchain.has_rustup),
    }];
    if let Some(why) = &toolchain.unreadable {
        findings.push(Finding::ok("configuration", "not readable").because(Status::Wrong, why));
    }
    let Some(version) = &toolchain.rustc else {
        findings.push(absent("rustc", toolchain.has_rustup));
        return findings;
    };
    findings.push(rustc(version, toolchain.llvm));
    findings.push(if toolchain.has_profiler {
        Finding::ok("profiler runtime", "in the toolchain")
    } else {
        Finding::ok("profiler runtime", "not in the toolchain")
            .because(
                Status::Missing,
                "rustc cannot build with -C instrument-coverage: its library has no profiler_builtins; rustup's toolchains have it",
            )
            .typing("rustup toolchain install stable")
    });
    let (linker, is_there) = &toolchain.linker;
    findings.push(if *is_there {
        Finding::ok("linker", linker)
    } else {
        Finding::ok("linker", "none")
            .because(
                Status::Missing,
                format!("rustc links with {linker}, which is not on the PATH"),
            )
            .typing("apt-get install gcc libc6-dev")
    });
    findings.extend(toolchain.wrapper.as_ref().map(wrapper));
    findings
}

/// What cargo calls in the place of the compiler, as `build.rustc-wrapper` or `RUSTC_WRAPPER` says.
fn wrapper((wrapper, is_there): &(String, bool)) -> Finding {
    let found = Finding::ok("rustc wrapper", wrapper);
    if *is_there {
        return found;
    }
    let means = format!(
        "cargo compiles with {wrapper} (build.rustc-wrapper or RUSTC_WRAPPER), which is not there: install it, or run without it"
    );
    found
        .because(Status::Missing, means)
        .typing("RUSTC_WRAPPER= cargo itcov run")
}

fn absent(name: &str, has_rustup: bool) -> Finding {
    let absent = Finding::ok(name, "none");
    if has_rustup {
        let means =
            "the toolchain that is chosen here, as by rust-toolchain.toml, is not installed";
        return absent
            .because(Status::Missing, means)
            .typing("rustup toolchain install");
    }
    absent
        .because(Status::Missing, "nothing can be built")
        .typing(RUSTUP)
}

fn rustc(version: &str, llvm: Option<u64>) -> Finding {
    let Some(major) = llvm else {
        return Finding::ok("rustc", version).because(
            Status::Note,
            "it does not say which LLVM it has, so its profiles may not be readable",
        );
    };
    let found = Finding::ok("rustc", format!("{version} with LLVM {major}"));
    let (oldest, newest) = (READABLE.start(), READABLE.end());
    if major < *oldest {
        let means = format!("profiles of LLVM {oldest} and newer can be read");
        return found.because(Status::Old, means).typing("rustup update");
    }
    if major > *newest {
        let means =
            format!("newer than LLVM {newest}: its profiles may not be readable by this version");
        return found.because(Status::Note, means);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{RUSTUP, Toolchain, findings};
    use crate::doctor::finding::Status::{self, Missing, Note, Ok, Old};

    fn whole() -> Toolchain {
        Toolchain {
            cargo: Some("1.95.0".into()),
            rustc: Some("1.95.0".into()),
            llvm: Some(22),
            directory: "/t".into(),
            has_profiler: true,
            linker: ("cc".into(), true),
            wrapper: None,
            unreadable: None,
            has_rustup: false,
        }
    }

    fn statuses(toolchain: &Toolchain) -> Vec<(String, Status)> {
        let findings = findings(toolchain).into_iter();
        findings.map(|it| (it.name, it.status)).collect()
    }

    #[test]
    fn what_is_absent_or_of_a_wrong_age_is_named() {
        let all = ["cargo", "rustc", "profiler runtime", "linker"];
        let as_expected = |toolchain: &Toolchain, expected: [Status; 4]| {
            let expected = all.map(str::to_owned).into_iter().zip(expected);
            assert_eq!(statuses(toolchain), expected.collect::<Vec<_>>());
        };
        as_expected(&whole(), [Ok, Ok, Ok, Ok]);
        let mut poor = whole();
        (poor.has_profiler, poor.linker.1, poor.llvm) = (false, false, Some(13));
        as_expected(&poor, [Ok, Old, Missing, Missing]);
        for llvm in [None, Some(99)] {
            as_expected(&Toolchain { llvm, ..whole() }, [Ok, Note, Ok, Ok]);
        }
        for (has_rustup, advice) in [(false, RUSTUP), (true, "rustup toolchain install")] {
            let nothing = Toolchain {
                has_rustup,
                ..Toolchain::default()
            };
            let expected = [("cargo".into(), Missing), ("rustc".into(), Missing)];
            assert_eq!(statuses(&nothing), expected);
            let mut findings = findings(&nothing).into_iter();
            assert!(findings.all(|it| it.advice.as_deref() == Some(advice)));
        }
    }
}
