//! The fixture `endings` as a user's crate, built once, and its runs, each with a profile directory of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use tempfile::TempDir;

use super::counts::Counts;
use crate::support::{Output, Running, TestCrate, command, stdout};

/// The fixture and what a clean exit leaves behind.
pub struct Lab {
    built: Built,
    /// Built with `panic = "abort"`.
    aborting: OnceLock<Built>,
    clean: Counts,
}

/// The fixture with the scaffold in place, built to be measured.
struct Built {
    krate: TestCrate,
    program: PathBuf,
}

/// A suite that is started by cargo, and starts the program.
const SUITE: &str = r#"
#[test]
fn the_program_works() {
    let program = env!("CARGO_BIN_EXE_endings");
    let status = std::process::Command::new(program).arg("wait").status();
    assert!(status.unwrap().success());
}
"#;

impl Built {
    fn with_profile(profile: &str) -> Self {
        let krate = TestCrate::empty();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("generator/tests/fixtures/endings");
        let read = |file: &str| fs::read_to_string(source.join(file)).unwrap();
        krate.write("Cargo.toml", &read("Cargo.toml"));
        for file in ["ending", "libc", "main", "together", "work"] {
            let file = format!("src/{file}.rs");
            krate.write(&file, &read(&file));
        }
        krate.write("tests/suite.rs", SUITE);
        krate.itcov(&["init"]).ends_with(0);
        let build = krate.itcov(&["build", "--profile", profile]).ends_with(0);
        let program = build.stdout.trim().into();
        Self { krate, program }
    }
}

impl Lab {
    /// The one that all tests share. It goes with the last of them.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Lab>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let lab = Arc::new(Self::build());
            *shared = Arc::downgrade(&lab);
            lab
        })
    }

    fn build() -> Self {
        let mut lab = Self {
            built: Built::with_profile("dev"),
            aborting: OnceLock::new(),
            clean: Counts::of(""),
        };
        let run = lab.run();
        Output::of(&mut run.program(&["return"])).ends_with(0);
        lab.clean = run.counts();
        lab.clean_is_the_truth();
        lab
    }

    /// What everything is compared with is what the source of the work says.
    fn clean_is_the_truth(&self) {
        let often = [
            ("all", 1),
            ("once", 1),
            ("three_times", 3),
            ("first", 1),
            ("later", 2),
            ("thousand_times", 1000),
            ("never", 0),
        ];
        for (function, count) in often {
            assert_eq!(self.clean.entered(&format!("work::{function}")), count);
        }
        let lines = self.clean.lines("work.rs");
        assert!(lines.values().filter(|count| **count > 0).count() > 30);
        assert_eq!(self.clean.entered("endings::main"), 1);
    }

    /// What a clean exit leaves behind.
    pub fn clean(&self) -> &Counts {
        &self.clean
    }

    /// The crate, to be run by the recipes.
    pub fn krate(&self) -> &TestCrate {
        &self.built.krate
    }

    /// Lets every user run the program.
    pub fn open_to_everybody(&self) {
        let directory = self.krate().root.parent().unwrap();
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A run that is yet to begin.
    pub fn run(&self) -> Run<'_> {
        Run::of(&self.built, self)
    }

    /// The same of the program that aborts when it panics.
    pub fn run_aborting(&self) -> Run<'_> {
        let built = self
            .aborting
            .get_or_init(|| Built::with_profile("aborting"));
        Run::of(built, self)
    }
}

/// One row's run: a program and a profile directory.
pub struct Run<'lab> {
    built: &'lab Built,
    lab: &'lab Lab,
    directory: TempDir,
}

impl<'lab> Run<'lab> {
    fn of(built: &'lab Built, lab: &'lab Lab) -> Self {
        let directory = TempDir::with_prefix("ending").unwrap();
        let run = Self {
            built,
            lab,
            directory,
        };
        fs::create_dir(run.collected()).unwrap();
        run
    }

    /// A directory for this run alone.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The directory where its profiles are.
    pub fn collected(&self) -> PathBuf {
        self.directory().join("profiles")
    }

    /// The program's file.
    pub fn path(&self) -> &Path {
        &self.built.program
    }

    /// The program, in the run's directory, its profile to be collected.
    pub fn program(&self, arguments: &[&str]) -> Command {
        // The tests may have been started with signals ignored, as in the background of a script.
        let mut program = command("env", self.directory());
        program
            .arg("--default-signal")
            .arg(self.path())
            .args(arguments)
            .env("LLVM_PROFILE_FILE", self.collected().join("%m%c.profraw"));
        program
    }

    /// Starts the program and waits until it has done its work.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut running = Running::start(&mut self.program(arguments));
        running.expect("worked\n");
        running
    }

    /// What `cargo itcov report` makes of what was collected.
    pub fn report(&self) -> Output {
        let collected = self.collected();
        let report = ["report", "--lcov", "-", "--profiles"];
        self.built
            .krate
            .itcov(&[&report[..], &[collected.to_str().unwrap()]].concat())
    }

    /// The counts of what was collected.
    pub fn counts(&self) -> Counts {
        let output = self.report().ends_with(0);
        Counts::of(&output.stdout)
    }

    /// `exact`, if the work was counted so often, by so many processes, and the functions of the ending were entered
    /// once. If not, it says how not.
    pub fn was_exact(&self, work: u64, processes: u64, entered: &[&str]) -> String {
        is_exact(&self.counts(), self.lab.clean(), work, processes, entered)
    }
}

/// Compares the files of the work line by line, and of the ending's files the number of times it was begun.
pub fn is_exact(
    counts: &Counts,
    clean: &Counts,
    work: u64,
    processes: u64,
    entered: &[&str],
) -> String {
    let compared = counts
        .compare("work.rs", work, clean)
        .and_then(|()| counts.compare("main.rs", processes, clean))
        .and_then(|()| {
            let other = entered
                .iter()
                .find(|function| counts.entered(function) != 1);
            other.map_or(Ok(()), |function| {
                Err(format!(
                    "{function} was entered {} times",
                    counts.entered(function)
                ))
            })
        });
    compared.err().unwrap_or_else(|| "exact".to_owned())
}

/// Whether this is root.
pub fn is_root() -> bool {
    stdout(Command::new("id").arg("-u")) == "0\n"
}
