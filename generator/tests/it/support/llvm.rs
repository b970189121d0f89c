//! LLVM's own tools, to compare with.

use std::fs;
use std::path::{Path, PathBuf};

use super::instrumented::Instrumented;
use super::{Output, command, stdout};

/// The tools of an LLVM that is not older than the one in rustc.
pub struct Llvm {
    pub cov: PathBuf,
    pub profdata: PathBuf,
}

/// What LLVM's tools make of what was collected.
pub struct Reports {
    pub table: String,
    pub lcov: String,
    pub json: String,
}

impl Llvm {
    /// Looks for `$LLVM_COV`, `llvm-cov-<major>` and `llvm-cov`.
    ///
    /// # Panics
    ///
    /// If there is none: a test that asks for it is `#[ignore = "needs LLVM's tools"]`.
    pub fn find() -> Self {
        let here = std::env::current_dir().unwrap();
        let rustc = stdout(command("rustc", &here).arg("-vV"));
        let major = major(&rustc).expect("rustc says which LLVM it has");
        let named = std::env::var("LLVM_COV").into_iter();
        for cov in named.chain([format!("llvm-cov-{major}"), "llvm-cov".into()]) {
            let version = command(&cov, &here).arg("--version").output();
            let version =
                version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
            if version
                .ok()
                .and_then(|version| self::major(&version))
                .is_some_and(|found| found >= major)
            {
                let profdata = cov.replace("llvm-cov", "llvm-profdata");
                return Self {
                    cov: cov.into(),
                    profdata: profdata.into(),
                };
            }
        }
        panic!(
            "there is no llvm-cov of LLVM {major} or later (Debian: apt-get install llvm-{major})"
        );
    }

    /// The reports for the program and each member of the libraries that is an object.
    pub fn reports(&self, of: &Instrumented) -> Reports {
        self.reports_on(&of.objects(), of)
    }

    /// The reports for some of the objects.
    pub fn reports_on(&self, objects: &[PathBuf], of: &Instrumented) -> Reports {
        let work = tempfile::tempdir().unwrap();
        let profile = work.path().join("merged.profdata");
        stdout(
            command(&self.profdata, work.path())
                .args(["merge", "-o"])
                .arg(&profile)
                .args(of.profiles()),
        );

        let (program, libraries) = objects.split_first().unwrap();
        let mut arguments = vec![program.clone()];
        for (number, library) in libraries.iter().enumerate() {
            let members = work.path().join(number.to_string());
            fs::create_dir(&members).unwrap();
            stdout(command("ar", &members).arg("x").arg(library));
            // In the order of the library, which is not that of the directory.
            for member in stdout(command("ar", &members).arg("t").arg(library)).lines() {
                if Path::new(member).extension().is_some_and(|it| it == "o") {
                    arguments.extend(["-object".into(), members.join(member)]);
                }
            }
        }
        let run = |mode: &[&str]| {
            let mut cov = command(&self.cov, work.path());
            cov.args(mode)
                .arg("-instr-profile")
                .arg(&profile)
                .args(&arguments);
            // Generated code is not the workspace's.
            let generated = of.root().join("target");
            cov.arg(format!("-ignore-filename-regex=^{}", generated.display()));
            Output::of(&mut cov).stdout
        };
        Reports {
            table: run(&["report"]),
            lcov: run(&["export", "-format=lcov"]),
            json: run(&["export"]),
        }
    }
}

/// The major version after `LLVM version`, as rustc and LLVM's tools say it.
fn major(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("LLVM version")?;
    version
        .trim_start_matches([':', ' '])
        .split('.')
        .next()?
        .parse()
        .ok()
}
