//! The programs that the tests run: what a user has on the PATH, brought by cargo.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::process::wait_until;
use super::{Output, repository};

/// Variables that steer cargo, colours or a measured run; a test begins without them.
const CLEARED: [&str; 34] = [
    "CI",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "NO_COLOR",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "RUSTDOCFLAGS",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_INCREMENTAL",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "LLVM_PROFILE_FILE",
    "LLVM_COV",
    "LLVM_PROFDATA",
    "JUST_JUSTFILE",
    "ITCOV_ARGS",
    "ITCOV_TIMEOUT",
    "ITCOV_READY",
    "ITCOV_READY_TIMEOUT",
    "ITCOV_GRACE",
    "ITCOV_BIN",
    "ITCOV_CONTROL",
    "ITCOV_PROGRAM",
    "ITCOV_SCENARIO",
    "ITCOV_STOP_SIGNAL",
    "NEXTEST_ATTEMPT",
    "NEXTEST_BINARY_ID",
    "NEXTEST_TEST_NAME",
    "PYTEST_CURRENT_TEST",
    "CARGO_MANIFEST_DIR",
];

/// Which tool makes the report of `just itcov`.
#[derive(Clone, Copy, PartialEq)]
pub enum Reporter {
    /// `cargo itcov report`
    Itcov,
    /// LLVM's own tools, as for a user who has not installed `cargo itcov`.
    Llvm,
}

/// A command with the tools on its PATH.
pub fn command(program: impl AsRef<Path>, reporter: Reporter) -> Command {
    let mut command = Command::new(program.as_ref());
    for variable in CLEARED {
        command.env_remove(variable);
    }
    // `cargo generate` asks for the user's name.
    command
        .env("PATH", path(reporter))
        .env("USER", "itcov")
        .env("CARGO_TERM_COLOR", "never");
    command
}

/// `cargo itcov` as it was built for the tests.
pub fn cargo_itcov() -> &'static Path {
    static LINK: OnceLock<PathBuf> = OnceLock::new();
    LINK.get_or_init(|| {
        // While cargo builds beside the tests, it may for a moment not be where cargo has put it.
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bin");
        fs::create_dir_all(&directory).unwrap();
        let [new, link] = [
            format!("new-{}", std::process::id()),
            "cargo-itcov".to_owned(),
        ]
        .map(|name| directory.join(name));
        let _ = fs::remove_file(&new);
        wait_until("cargo itcov", || fs::hard_link(built(), &new).is_ok());
        fs::rename(&new, &link).unwrap();
        // Where both were the same file already, nothing was renamed.
        let _ = fs::remove_file(&new);
        link
    })
}

/// Where cargo has put it.
pub fn built() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cargo-itcov"))
}

/// `just`: the one that `ITCOV_JUST` names, or built from its library.
pub fn just() -> &'static Path {
    static JUST: OnceLock<PathBuf> = OnceLock::new();
    JUST.get_or_init(|| std::env::var_os("ITCOV_JUST").map_or_else(|| tool("just"), PathBuf::from))
}

/// `cargo generate`, built from its library.
pub fn cargo_generate() -> PathBuf {
    tool("cargo-generate")
}

/// Builds a program of `tools/`, if that was not done yet, and says where it is.
fn tool(name: &str) -> PathBuf {
    let package = format!("tool-{name}");
    Output::of(
        Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", &package])
            .current_dir(repository()),
    )
    .ends_with(0);
    built().with_file_name(name)
}

fn path(reporter: Reporter) -> OsString {
    static DIRECTORIES: OnceLock<[tempfile::TempDir; 2]> = OnceLock::new();
    let directories = DIRECTORIES.get_or_init(|| {
        let [with, without] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        for directory in [&with, &without] {
            symlink(just(), directory.path().join("just")).unwrap();
        }
        symlink(cargo_itcov(), with.path().join("cargo-itcov")).unwrap();
        [with, without]
    });
    let first = directories[usize::from(reporter == Reporter::Llvm)]
        .path()
        .to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let mut all = vec![first];
    all.extend(std::env::split_paths(&rest));
    if reporter == Reporter::Llvm {
        // The user may have installed it beside cargo.
        all.retain(|directory| !directory.join("cargo-itcov").exists());
        let sysroot = Output::of(Command::new("rustc").args(["--print", "sysroot"])).ends_with(0);
        all.push(Path::new(sysroot.stdout.trim()).join("bin"));
    }
    std::env::join_paths(all).unwrap()
}

/// What `rustc -vV` says behind a key, such as `host: `.
pub fn of_rustc(key: &str) -> String {
    let version = Output::of(Command::new("rustc").arg("-vV")).ends_with(0);
    let mut lines = version.stdout.lines();
    lines
        .find_map(|line| line.strip_prefix(key))
        .unwrap()
        .to_owned()
}

/// What `cargo --version` says behind the `1.`.
pub fn minor_of_cargo() -> u32 {
    let version = Output::of(Command::new("cargo").arg("--version")).ends_with(0);
    let minor = version.stdout.split('.').nth(1).unwrap();
    minor.parse().unwrap()
}

/// A PATH of one new directory that has these programs, and no others.
pub fn path_of(directory: PathBuf, programs: &[&str]) -> PathBuf {
    fs::create_dir(&directory).unwrap();
    // The toolchain's own, as rustup's stand-ins need a PATH.
    let sysroot = Output::of(Command::new("rustc").args(["--print", "sysroot"])).ends_with(0);
    let toolchain = Path::new(sysroot.stdout.trim()).join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    for name in programs {
        let places = std::iter::once(toolchain.clone()).chain(std::env::split_paths(&path));
        let mut candidates = places.map(|place| place.join(name));
        let found = candidates.find(|program| program.is_file());
        let program = match *name {
            "just" => just().to_owned(),
            "cargo-itcov" => cargo_itcov().to_owned(),
            _ => found.unwrap_or_else(|| panic!("there is no {name}")),
        };
        symlink(program, directory.join(name)).unwrap();
    }
    directory
}

/// The program of pytest: the one of `target/readers`, if it is there.
pub fn pytest() -> String {
    let own = repository().join("target/readers/bin/pytest");
    if own.is_file() {
        own.to_str().unwrap().to_owned()
    } else {
        "pytest".to_owned()
    }
}

/// The script axe, which finds what keeps people from using a page.
pub fn axe() -> String {
    let libraries = repository().join("target/readers/lib");
    let libraries = std::fs::read_dir(&libraries)
        .unwrap_or_else(|error| panic!("{}: {error}", libraries.display()));
    let scripts = libraries.map(|it| {
        let packages = it.unwrap().path().join("site-packages");
        packages.join("axe_playwright_python/axe.min.js")
    });
    let script = scripts.into_iter().find(|it| it.exists()).expect("axe");
    std::fs::read_to_string(script).unwrap()
}
