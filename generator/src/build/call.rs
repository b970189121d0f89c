//! What cargo asks rustc for, and on whose behalf.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::units::stem;

/// What rustc was asked to do.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a question of its own.
pub struct Call {
    /// The name of the crate.
    pub name: String,
    /// What it is to be; of a program of `rustc FILE`, nothing.
    pub types: Vec<String>,
    /// Where the files go.
    pub out_dir: PathBuf,
    /// What stands between the crate's name and the ending of each file.
    pub extra_filename: String,
    /// What it is compiled for; `None` for the host.
    pub target: Option<String>,
    /// The libraries that it uses, without the endings of their files.
    pub uses: Vec<PathBuf>,
    /// Whether machine code is wanted. If not, this is a check, or a question of a build script.
    pub links: bool,
    /// Whether it is an executable of tests, with rustc's harness.
    pub is_test: bool,
    /// Whether the paths of sources are to be other ones than they are.
    remaps: bool,
    /// Whether rustc's own directory is to be another one in them: an option of nightly compilers.
    remaps_directory: bool,
    /// Whether flags of the user's instrument already.
    pub is_instrumented: bool,
    linker: Option<PathBuf>,
    linker_flavor: Option<String>,
}

impl Call {
    /// Reads the arguments behind rustc's path.
    pub fn parse(arguments: &[OsString]) -> Call {
        let mut call = Call::default();
        let mut words = arguments.iter().map(|word| word.to_string_lossy());
        while let Some(word) = words.next() {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    (option.to_owned(), value.to_owned())
                }
                _ if word.len() > 2 && (word.starts_with("-C") || word.starts_with("-Z")) => {
                    (word[..2].to_owned(), word[2..].to_owned())
                }
                _ if matches!(
                    &*word,
                    "--crate-name"
                        | "--crate-type"
                        | "--out-dir"
                        | "--target"
                        | "--extern"
                        | "-C"
                        | "-Z"
                        | "--codegen"
                        | "--emit"
                ) =>
                {
                    (
                        word.into_owned(),
                        words.next().unwrap_or_default().into_owned(),
                    )
                }
                _ => (word.into_owned(), String::new()),
            };
            match &*option {
                "--crate-name" => call.name = value,
                "--test" => call.is_test = true,
                "--remap-path-prefix" => call.remaps = true,
                "--crate-type" => call.types.extend(value.split(',').map(str::to_owned)),
                "--out-dir" => call.out_dir = value.into(),
                "--target" => call.target = Some(value),
                "--emit" => call.links |= value.split(',').any(|kind| kind == "link"),
                // `name=path`, or `priv:name=path`.
                "--extern" => call
                    .uses
                    .extend(value.split_once('=').map(|(_, path)| stem(Path::new(path)))),
                "-C" | "--codegen" => call.codegen(&value),
                "-Z" => call.remaps_directory |= value.starts_with("remap-cwd-prefix="),
                _ => {}
            }
        }
        call
    }

    fn codegen(&mut self, option: &str) {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        match key {
            "extra-filename" => value.clone_into(&mut self.extra_filename),
            "instrument-coverage" => self.is_instrumented = true,
            "linker" => self.linker = Some(value.into()),
            "linker-flavor" => self.linker_flavor = Some(value.to_owned()),
            _ => {}
        }
    }

    /// Whether rustc calls the linker itself, and not by way of a C compiler, so that the linker's options have no `-Wl,`.
    /// rustc tells by the flavour, or by the linker's name:
    /// <https://doc.rust-lang.org/rustc/codegen-options/index.html#linker-flavor>.
    pub fn calls_linker(&self) -> bool {
        if let Some(flavor) = &self.linker_flavor {
            return !(matches!(flavor.as_str(), "gcc" | "em") || flavor.ends_with("-cc"));
        }
        let stem = self
            .linker
            .as_ref()
            .and_then(|linker| linker.file_stem()?.to_str());
        let stem = stem.unwrap_or_default();
        // Without a version, as of `lld-22`.
        let name = match stem.rsplit_once('-') {
            Some((name, version)) if version.chars().all(char::is_numeric) => name,
            _ => stem,
        };
        matches!(name, "ld" | "lld" | "rust-lld" | "lld-link" | "link") || name.ends_with("-ld")
    }

    /// What leaves the paths of sources as they are, in the directory in which rustc runs: the report looks for them there.
    pub fn unmapped(&self, directory: &Path) -> Vec<OsString> {
        let mut words = Vec::new();
        if self.remaps {
            // The last one that fits counts, and an empty one fits all.
            words.push("--remap-path-prefix==".into());
        }
        if self.remaps_directory {
            let mut word = OsString::from("-Zremap-cwd-prefix=");
            word.push(directory);
            words.push(word);
        }
        words
    }

    /// Whether it is of one of these crate types.
    pub fn is_of_type(&self, one_of: &[&str]) -> bool {
        self.types
            .iter()
            .any(|kind| one_of.contains(&kind.as_str()))
    }

    /// Whether it is something with a `main`.
    pub fn is_program(&self) -> bool {
        self.types.is_empty() || self.is_of_type(&["bin"])
    }

    /// Whether the files go where this cargo's own crates go, and not to a target directory inside of it:
    /// `<target>/[<triple>/]<profile>/deps`.
    pub fn is_of(&self, target: &Path) -> bool {
        let Ok(below) = self.out_dir.strip_prefix(target) else {
            return false;
        };
        let depth = below.components().count();
        (2..=3).contains(&depth) && ["deps", "examples"].iter().any(|end| below.ends_with(end))
    }

    /// Whether the files go where a suite has told its cargo to put them, with `--target-dir` or in the environment.
    pub fn is_of_a_suite(&self, ordinary: &Path) -> bool {
        // Ordinary builds stay as they are, and shared libraries have the same name in every build.
        let target = self.target.as_deref().unwrap_or_default();
        let of_target = match self.description() {
            Some(file) => ordinary.join(file.file_stem().unwrap_or_default()),
            None => ordinary.join(target),
        };
        let up = self.out_dir.ancestors().nth(2);
        let is_ordinary = up == Some(ordinary) || up == Some(&of_target);
        let names = ["deps", "examples"];
        names.iter().any(|end| self.out_dir.ends_with(end))
            && !is_ordinary
            && !self.is_of_type(&["cdylib", "dylib"])
    }

    /// The file that describes the target.
    fn description(&self) -> Option<&Path> {
        let target = self.target.as_ref().map(Path::new);
        target.filter(|it| it.extension().is_some_and(|it| it == "json"))
    }

    /// Whether it is the script of a package, for cargo. A program may have such a name, too.
    pub fn is_build_script(&self) -> bool {
        self.name.starts_with("build_script_") && self.is_of_type(&["bin"]) && !is_binary()
    }

    /// Whether this is a test or a benchmark with a `main` of its own: cargo has a directory for those, and binaries have a
    /// name.
    pub fn is_test_without_harness(&self) -> bool {
        self.is_program() && env::var_os("CARGO_TARGET_TMPDIR").is_some() && !is_binary()
    }

    /// Whether there can be counters for the target. For some, such as those of WebAssembly, rustc comes without their runtime.
    pub fn can_be_measured(&self, rustc: &Path) -> bool {
        // For one that a file describes, the standard library is built, too.
        let Some(target) = self
            .target
            .as_ref()
            .filter(|_| self.description().is_none())
        else {
            return true;
        };
        let mut command = Command::new(rustc);
        let output = command.args(["--print=target-libdir", "--target", target]);
        let Ok(output) = output.output() else {
            return true;
        };
        // Where the target is not installed, rustc says so.
        let libraries = fs::read_dir(String::from_utf8_lossy(&output.stdout).trim_end());
        let Ok(mut libraries) = libraries else {
            return true;
        };
        libraries.any(|file| {
            file.is_ok_and(|file| {
                let name = file.file_name();
                name.to_string_lossy().starts_with("libprofiler_builtins-")
            })
        })
    }
}

/// The variables that cargo sets for build scripts alone.
pub const OF_BUILD_SCRIPTS: [&str; 4] = ["OPT_LEVEL", "NUM_JOBS", "HOST", "TARGET"];

/// Begins a variable that says what the user had set in that place.
pub const BEFORE: &str = "ITCOV_BEFORE_";

/// Begins a variable that says what the tool has set.
pub const SET: &str = "ITCOV_SET_";

/// Whether a build script has started this: what they start inherits their variables. These may be the user's, as a makefile sets
/// them for other systems; then they are as they were before the suite.
pub fn is_in_a_build_script() -> bool {
    let variables = OF_BUILD_SCRIPTS.map(|name| (env::var_os(name), format!("{BEFORE}{name}")));
    let are_set = variables.iter().all(|(value, _)| value.is_some());
    are_set
        && variables
            .iter()
            .any(|(value, before)| *value != env::var_os(before))
}

/// Whether cargo compiles a program.
fn is_binary() -> bool {
    env::var_os("CARGO_BIN_NAME").is_some()
}

#[cfg(test)]
mod tests {
    use super::Call;
    use std::ffi::OsString;
    use std::path::Path;

    fn call(words: &str) -> Call {
        Call::parse(&words.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_suite_builds_in_any_directory_but_the_ordinary_one() {
        let is_of = |words: &str| call(words).is_of_a_suite(Path::new("/t"));
        assert!(is_of("--out-dir /tmp/e2e/debug/deps"));
        assert!(is_of("--out-dir /t/e2e/debug/deps"));
        assert!(!is_of("--out-dir /t/debug/deps"));
        let triple = "thumbv8m.main-none-eabi";
        assert!(!is_of(&format!(
            "--target {triple} --out-dir /t/{triple}/debug/deps"
        )));
        assert!(is_of(&format!(
            "--target {triple} --out-dir /t/e2e/{triple}/debug/deps"
        )));
        assert!(!is_of(
            "--crate-type cdylib,rlib --out-dir /tmp/e2e/debug/deps"
        ));
    }

    #[test]
    fn what_cargo_asks_for_is_understood() {
        let call = call(
            "--crate-name app --edition=2021 src/main.rs --crate-type bin --emit=dep-info,link -C extra-filename=-1a \
             --out-dir /t/debug/deps --extern core=/t/debug/deps/libcore-2b.rlib --extern priv:x=/t/debug/deps/libx-3c.rmeta",
        );
        assert!(call.links && call.is_of_type(&["bin"]) && call.target.is_none());
        assert_eq!((&*call.name, &*call.extra_filename), ("app", "-1a"));
        assert_eq!(
            call.uses,
            ["/t/debug/deps/core-2b", "/t/debug/deps/x-3c"].map(Path::new)
        );
    }

    #[test]
    fn a_target_directory_inside_of_the_target_directory_is_another_ones() {
        let is_of = |out_dir: &str| call(&format!("--out-dir {out_dir}")).is_of(Path::new("/t"));
        assert!(is_of("/t/debug/deps"));
        assert!(is_of("/t/x86_64-unknown-linux-musl/release/deps"));
        assert!(is_of("/t/debug/examples"));
        assert!(!is_of("/t/debug/build/host-1a/out/debug/deps"));
        assert!(!is_of("/elsewhere/debug/deps"));
        assert!(!is_of("/t/guest/target/debug/deps"));
    }

    #[test]
    fn options_of_the_code_generator_are_understood_in_each_spelling() {
        for words in [
            "-Cinstrument-coverage",
            "-C instrument-coverage",
            "--codegen instrument-coverage=all",
            "--codegen=instrument-coverage",
        ] {
            assert!(call(words).is_instrumented, "{words}");
        }
        assert!(!call("-Clinker=cc -Copt-level=3").is_instrumented);
    }

    #[test]
    fn it_is_known_whether_a_c_compiler_links() {
        for words in [
            "-Clinker=rust-lld",
            "-C linker=/usr/bin/ld.lld-22",
            "-Clinker=/opt/aarch64-linux-gnu-ld",
            "-Clinker=lld-22",
            "-Clinker=cc -Clinker-flavor=ld.lld",
            "-Clinker=/opt/mold -Clinker-flavor=gnu-lld",
        ] {
            assert!(call(words).calls_linker(), "{words}");
        }
        for words in [
            "--edition=2021",
            "-Clinker=cc",
            "-Clinker=/usr/bin/clang-22 -Clink-arg=-fuse-ld=lld",
            "-Clinker=x86_64-linux-musl-gcc",
            "-Clinker=/opt/mold",
            "-Clinker=rust-lld -Clinker-flavor=gnu-lld-cc",
            "-Clinker=ld -Clinker-flavor=gcc",
        ] {
            assert!(!call(words).calls_linker(), "{words}");
        }
    }
}
