//! What is linked into every program and shared library: where its profile goes.
//!
//! rustc defines `__llvm_profile_filename` as `default_%m_%p.profraw`, so a process that has lost the variable
//! `LLVM_PROFILE_FILE` leaves such a file in its working directory. The linker can lead the runtime's reference to another
//! symbol: `--wrap=__llvm_profile_filename` makes it `__wrap___llvm_profile_filename`, which an object of a few bytes
//! defines. The variable still has the last word.
//!
//! A shared library has a profile of its own, and several programs may load it. So that each has another one, the library asks
//! the program for its number: it stands above the lower bits of the library's own number, which the runtime puts in the place
//! of `%m`. The program exports its number; the library finds it with `dlsym`. Executables of tests and build scripts export
//! numbers, too, which no program has: what they call of a library is not the program's.
//!
//! The linker writes a build identifier into each program and shared library, and the runtime into its profile. It is in the
//! number as well, so that no two builds add to one file. What a process has left of a profile that was killed while it made
//! it is thrown away by the next one (`linked/runtime.rs`).
//!
//! Executables of tests are linked with measured libraries, and what they do is not measured. An object that defines
//! `__llvm_profile_runtime` keeps the linker from taking the part of the runtime that writes a profile:
//! <https://clang.llvm.org/docs/SourceBasedCodeCoverage.html#using-the-profiling-runtime-without-static-initializers>.

mod links;
mod number;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use links::{NOW, RUNS, leads_to_part, socket_of_part};
use llvm_coverage::files;
use number::{OF_BUILD_SCRIPTS, OF_TESTS};
pub use number::{OtherLoader, loaded_by, number_of, other_loader};

use super::call::Call;
use super::layout::digest;
use super::own;

/// What an object is for.
#[derive(Debug)]
pub enum Linked {
    /// The profile goes to this path, unless the environment says otherwise.
    Program(PathBuf, Program),
    /// The profile goes to this path, unless the environment says otherwise. It is a shared library.
    Library(PathBuf),
    /// The profile goes to this path, whatever the environment says, which is for programs. It is an executable of tests.
    Test(PathBuf),
    /// There is to be no profile.
    Nothing,
    /// It is a build script of a suite's cargo, which finds the environment that the user had.
    BuildScript,
}

/// The directories of profiles that processes write which are not told where.
#[derive(Debug)]
pub struct Directories {
    /// Those of programs and shared libraries.
    pub programs: PathBuf,
    /// Those of executables of tests, if what they do is measured.
    pub tests: Option<PathBuf>,
}

/// What the linker is told.
pub const WRAP: &str = "--wrap=__llvm_profile_filename";

/// What has the linker write a digest of what it makes. The last such option counts.
const BUILD_ID: &str = "--build-id";

/// What the path of a profile ends in: a number for the binary, and the mark for counters that are mapped from the file.
pub const PATTERN: &str = "%m%c.itcov";

/// What the path of a test's profile ends in. A test may have no counter, which cannot be mapped.
pub const PATTERN_OF_TESTS: &str = "%m.itcov";

/// Whether the path can be part of a profile's name: the runtime takes each `%` for a placeholder.
pub fn is_possible(directory: &Path) -> bool {
    !directory.as_os_str().as_encoded_bytes().contains(&b'%')
}

/// Whether a program has the path: where no reference leads to it, linkers leave it out.
///
/// # Errors
///
/// If the program cannot be read.
pub fn is_in(program: &Path, directory: &Path) -> io::Result<bool> {
    if !cfg!(target_os = "linux") {
        return Ok(true);
    }
    let path = directory.join(PATTERN);
    has(
        files::open(program)?,
        path.as_os_str().as_encoded_bytes(),
        1 << 20,
    )
}

/// Whether a text is in a file. Of a program, which may have hundreds of megabytes, constants mostly come first, so it is read only as
/// far as that, so many bytes at once.
fn has(mut file: impl Read, text: &[u8], at_once: u64) -> io::Result<bool> {
    let finder = memchr::memmem::Finder::new(text);
    let mut bytes = Vec::new();
    loop {
        let read = file.by_ref().take(at_once).read_to_end(&mut bytes)?;
        if finder.find(&bytes).is_some() {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
        // The text may go on in what comes next.
        bytes.drain(..bytes.len().saturating_sub(text.len()));
    }
}

impl Linked {
    /// What it adds to rustc's command line. The object is made by rustc the first time.
    ///
    /// # Errors
    ///
    /// If rustc cannot make it.
    pub fn arguments(
        &self,
        rustc: &Path,
        call: &Call,
        directory: &Path,
    ) -> io::Result<Vec<OsString>> {
        if !cfg!(target_os = "linux") {
            return Ok(Vec::new());
        }
        let through = if call.calls_linker() { "" } else { "-Wl," };
        let target = call.target.as_deref();
        let mut words = vec![object(rustc, target, directory, &self.source())?.into_os_string()];
        if !matches!(self, Linked::Nothing | Linked::BuildScript) {
            let options = [BUILD_ID, WRAP].iter().chain(&WRAPPED_FUNCTIONS);
            words.extend(options.map(|option| format!("{through}{option}").into()));
        }
        if !matches!(self, Linked::Library(_)) {
            let exports = exports(directory)?;
            let is_split = exports.as_os_str().as_encoded_bytes().contains(&b',');
            let mut through = through;
            if is_split && !through.is_empty() {
                // A compiler takes what is behind `-Wl,` apart at each comma.
                words.push("-Xlinker".into());
                through = "";
            }
            let mut exported = OsString::from(format!("{through}--dynamic-list="));
            exported.push(exports);
            words.push(exported);
        }
        let argument = |word: OsString| {
            let mut argument = OsString::from("-Clink-arg=");
            argument.push(word);
            argument
        };
        Ok(words.into_iter().map(argument).collect())
    }

    /// A library that defines the symbols.
    fn source(&self) -> String {
        let definitions = match self {
            Linked::Program(path, program) => {
                vec![
                    filename(path),
                    exported(program.number),
                    OF_PROGRAM.to_owned(),
                ]
            }
            Linked::Test(path) => {
                vec![filename(path), exported(OF_TESTS), OF_PROGRAM.to_owned()]
            }
            Linked::Library(path) => vec![filename(path), OF_LIBRARY.to_owned()],
            Linked::Nothing => vec![
                "pub static __llvm_profile_runtime: i32 = 0;".to_owned(),
                exported(OF_TESTS),
            ],
            Linked::BuildScript => vec![exported(OF_BUILD_SCRIPTS)],
        };
        let definitions = definitions.iter();
        let exported = definitions.map(|it| format!("#[unsafe(no_mangle)]\n{it}\n"));
        let rest = match self {
            Linked::Nothing => RAN,
            Linked::BuildScript => RESTORE,
            Linked::Program(..) | Linked::Test(..) | Linked::Library(_) => RUNTIME,
        };
        let first = match self {
            Linked::Test(..) => format!("{FIRST_OF_TESTS}\nmod ran {{ {RAN} }}"),
            Linked::Program(path, program) => format!("{}{FIRST}", statics(path, Some(program))),
            Linked::Library(path) => format!("{}{FIRST}", statics(path, None)),
            Linked::Nothing | Linked::BuildScript => String::new(),
        };
        format!("#![no_std]\n{}{rest}{first}", exported.collect::<String>())
    }
}

/// What programs and libraries do before anything else.
const FIRST: &str = include_str!("linked/first.rs");

/// What runs before the runtime looks at the environment: a path that a program has set itself has precedence. The counters of a test
/// are not mapped, so no constructor comes too early.
const FIRST_OF_TESTS: &str = "\
#[used]
#[link_section = \".init_array.00101\"]
static FIRST: unsafe extern \"C\" fn() = set_filename;
unsafe extern \"C\" fn set_filename() {
    __llvm_profile_set_filename(__wrap___llvm_profile_filename.as_ptr());
}
extern \"C\" {
    fn __llvm_profile_set_filename(path: *const u8);
}";

/// The functions of the runtime in whose place [`RUNTIME`] has others.
const WRAPPED_FUNCTIONS: [&str; 2] = [
    "--wrap=lprofGetLoadModuleSignature",
    "--wrap=lprofOpenFileEx",
];

/// What programs and libraries have alike.
const RUNTIME: &str = include_str!("linked/runtime.rs");

/// What executables of tests have.
const RAN: &str = include_str!("linked/ran.rs");

/// What build scripts have.
const RESTORE: &str = include_str!("linked/restore.rs");

/// What the runtime calls for the number of a program. Its highest bit is not set: see [`number_of`].
const OF_PROGRAM: &str = "\
pub unsafe extern \"C\" fn __wrap_lprofGetLoadModuleSignature() -> u64 {
    number() & (u64::MAX >> 1)
}";

/// What the runtime calls for the number of a library.
const OF_LIBRARY: &str = "\
pub unsafe extern \"C\" fn __wrap_lprofGetLoadModuleSignature() -> u64 {
    extern \"C\" { fn dlsym(handle: *const u8, name: *const u8) -> *const u32; }
    let library = number() & ((1 << 40) - 1);
    let program = dlsym(core::ptr::null(), b\"itcov_program\\0\".as_ptr());
    if program.is_null() { library } else { library | (*program as u64) << 40 }
}";

/// What a program knows of itself.
#[derive(Debug)]
pub struct Program {
    /// See [`number_of`].
    pub number: u32,
    /// The name of its package.
    pub package: OsString,
    /// Where its manifest is.
    pub directory: PathBuf,
}

/// A digest of what is linked into programs and build scripts. Where that is another one, cargo has to link them again.
pub fn version() -> String {
    digest(format!(
        "{BUILD_ID} {WRAPPED_FUNCTIONS:?} {RUNTIME} {FIRST} {RAN} {RESTORE} {OF_PROGRAM} {OF_LIBRARY} {OF_TESTS} {OF_BUILD_SCRIPTS} {LOCK} {}",
        number_of(Path::new("/"), "any")
    ))
}

/// What a library asks for.
fn exported(number: u32) -> String {
    format!("pub static itcov_program: u32 = {number};")
}

fn filename(path: &Path) -> String {
    let bytes = bytes(path, 0);
    let length = bytes.len();
    format!("pub static __wrap___llvm_profile_filename: [u8; {length}] = {bytes:?};")
}

/// Where a process notes that it has found another place for its profile in its environment.
pub const ELSEWHERE: &str = "elsewhere";

/// Where a process notes the directory of the package that cargo has meant to run.
pub const ANOTHER: &str = "another";

const LOCK: &str = ".lock";

/// The file that is held while the runs of some checkout change: there is one for all checkouts of a target directory.
pub fn lock_of(store: &Path) -> PathBuf {
    let itcov = store.ancestors().nth(2).unwrap_or(store);
    itcov.join(LOCK)
}

/// The name, which is of no file, of the socket of runs that is told of processes whose profiles are lost.
pub fn socket_of(store: &Path) -> String {
    format!("itcov-{}", digest(store.to_string_lossy().as_bytes()))
}

/// What [`FIRST`] has to know: where all profiles of a checkout are, if they are there when this path is not used, where a process makes
/// notes, or tells that it is lost, and which program it is.
fn statics(path: &Path, program: Option<&Program>) -> String {
    let store = path.ancestors().nth(2).unwrap_or(Path::new("/"));
    let note = |name| bytes(&store.join(name), 0);
    // No package has the empty name.
    let of_program = |it: fn(&Program) -> &Path| bytes(program.map_or(Path::new(""), it), 0);
    // The family of such sockets, and what begins a name of no file.
    let lost = [&[1, 0, 0], socket_of(store).as_bytes()].concat();
    let all = [
        ("STORE", bytes(store, b'/')),
        ("ELSEWHERE", note(ELSEWHERE)),
        ("ANOTHER", note(ANOTHER)),
        ("NAME", of_program(|it| Path::new(&it.package))),
        ("DIRECTORY", of_program(|it| &it.directory)),
        ("LOCK", bytes(&lock_of(store), 0)),
        ("LOST", lost),
        ("NOW", format!("{NOW}/").into_bytes()),
    ];
    let all = all.map(|(name, bytes)| format!("static {name}: &[u8] = &{bytes:?};\n"));
    all.concat()
}

fn bytes(path: &Path, last: u8) -> Vec<u8> {
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    bytes.push(last);
    bytes
}

/// The file that names what a program exports.
fn exports(directory: &Path) -> io::Result<PathBuf> {
    let file = directory.join("exports");
    if !file.exists() {
        own::write(&file, b"{ itcov_program; };\n")?;
    }
    Ok(file)
}

fn object(
    rustc: &Path,
    target: Option<&str>,
    directory: &Path,
    source: &str,
) -> io::Result<PathBuf> {
    let key = digest(format!("{} {source}", target.unwrap_or_default()));
    let object = directory.join(format!("profile-{key}.o"));
    if object.exists() {
        return Ok(object);
    }
    let half = directory.join(format!("{}.o", std::process::id()));
    let mut command = Command::new(rustc);
    command
        .args([
            "--edition=2021",
            "--crate-type=lib",
            "--crate-name=itcov_profile",
        ])
        .args([
            "--emit=obj",
            "--cap-lints=allow",
            "-Cpanic=abort",
            "-Copt-level=2",
            "-Cdebuginfo=0",
            "-o",
        ])
        .arg(&half)
        .arg("-");
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    // Before 1.82 the attribute is not called unsafe.
    let older = source.replace("unsafe(no_mangle)", "no_mangle");
    let mut sources = [source, &older].into_iter();
    let made = sources.any(|source| compile(&mut command, source).unwrap_or(false));
    if !made {
        return Err(io::Error::other(format!("{command:?} failed")));
    }
    fs::rename(half, &object)?;
    Ok(object)
}

fn compile(command: &mut Command, source: &str) -> io::Result<bool> {
    let mut rustc = command
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = rustc.stdin.take() {
        input.write_all(source.as_bytes())?;
    }
    Ok(rustc.wait()?.success())
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn a_text_is_found_wherever_the_file_is_cut() {
        let file = b"the linker wraps the name of the profile";
        for at_once in 1..50 {
            for (text, expected) in [
                ("the linker", true),
                ("wraps the name", true),
                ("profile", true),
                ("profiles", false),
                ("wraps a name", false),
            ] {
                let found = has(&file[..], text.as_bytes(), at_once).unwrap();
                assert_eq!(found, expected, "{text}, {at_once}");
            }
        }
        assert!(!has(&b""[..], b"a", 4).unwrap());
    }
}
