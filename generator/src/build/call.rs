//! What cargo asks rustc for, and on whose behalf.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::units::stem;

/// What rustc was asked to do.
#[derive(Debug, Default)]
pub struct Call {
    /// The name of the crate.
    pub name: String,
    /// What is made of it: `bin`, `rlib` and so on.
    pub types: Vec<String>,
    /// Where its files go.
    pub out_dir: PathBuf,
    /// What their names end in.
    pub extra_filename: String,
    /// The triple, or the file that describes the target; `None` for the host's.
    pub target: Option<String>,
    /// The stems of the crates that it uses.
    pub uses: Vec<PathBuf>,
    /// Whether machine code is wanted. If not, this is a check, or a question of a build script.
    pub links: bool,
    /// Whether it is an executable of tests.
    pub is_test: bool,
    /// Whether the paths of sources are to be other ones than they are.
    pub remaps: bool,
}

impl Call {
    /// Reads rustc's arguments.
    pub fn parse(arguments: &[OsString]) -> Call {
        let mut call = Call::default();
        let mut words = arguments.iter().map(|word| word.to_string_lossy());
        while let Some(word) = words.next() {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    (option.to_owned(), value.to_owned())
                }
                _ if matches!(
                    &*word,
                    "--crate-name"
                        | "--crate-type"
                        | "--out-dir"
                        | "--target"
                        | "--extern"
                        | "-C"
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
                "-C" => {
                    if let Some(text) = value.strip_prefix("extra-filename=") {
                        text.clone_into(&mut call.extra_filename);
                    }
                }
                _ => {}
            }
        }
        call
    }

    /// Whether it is made to one of these.
    pub fn is_of_type(&self, one_of: &[&str]) -> bool {
        self.types
            .iter()
            .any(|kind| one_of.contains(&kind.as_str()))
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

    /// Whether it is the script of a package, for cargo.
    pub fn is_build_script(&self) -> bool {
        self.name.starts_with("build_script_") && self.is_of_type(&["bin"])
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

/// Whether a build script has started this: cargo sets the variable for those alone, and what they start inherits it.
pub fn is_in_a_build_script() -> bool {
    env::var_os("OPT_LEVEL").is_some()
}

/// Whether this is a test or a benchmark with a `main` of its own: cargo has a directory for those, and binaries have a name.
pub fn is_test_without_harness() -> bool {
    env::var_os("CARGO_TARGET_TMPDIR").is_some() && env::var_os("CARGO_BIN_NAME").is_none()
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
    fn a_target_directory_inside_of_the_target_directory_is_another_ones() {
        let is_of = |out_dir: &str| call(&format!("--out-dir {out_dir}")).is_of(Path::new("/t"));
        assert!(is_of("/t/debug/deps"));
        assert!(is_of("/t/x86_64-unknown-linux-musl/release/deps"));
        assert!(is_of("/t/debug/examples"));
        assert!(!is_of("/t/debug/build/host-1a/out/debug/deps"));
        assert!(!is_of("/elsewhere/debug/deps"));
        assert!(!is_of("/t/guest/target/debug/deps"));
    }
}
