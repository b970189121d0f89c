//! What LLVM's own tools say, given the program and each member of its libraries.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::compare::Side;
use super::json;

/// The tools, of an LLVM that is not older than that of the compiler.
pub struct Llvm {
    /// `llvm-cov`
    pub cov: PathBuf,
    /// `llvm-profdata`
    pub profdata: PathBuf,
}

/// A program of which there is coverage.
pub struct Measured {
    /// It, and then its libraries.
    pub objects: Vec<PathBuf>,
    /// What its run has left.
    pub profiles: Vec<PathBuf>,
}

/// How a member begins that is bitcode, as link-time optimisation leaves it: there is no mapping to be read.
const BITCODE: [u8; 4] = *b"BC\xc0\xde";

impl Llvm {
    /// Exports what is known of the files that are `wanted`. `work` is an empty directory.
    pub fn export(
        &self,
        measured: &Measured,
        wanted: impl Fn(&Path) -> bool,
        work: &Path,
    ) -> Result<Side> {
        let merged = work.join("merged.profdata");
        let mut profdata = Command::new(&self.profdata);
        profdata.args(["merge", "-o"]).arg(&merged);
        run(profdata.args(&measured.profiles), &work.join("merge"))?;

        // Thousands of members are too much for a command line.
        let mut arguments = format!("-instr-profile {}\n", quoted(&merged));
        let (program, libraries) = measured.objects.split_first().context("no program")?;
        let _ = writeln!(arguments, "{}", quoted(program));
        for object in members(libraries, work)? {
            let _ = writeln!(arguments, "-object {}", quoted(&object));
        }
        let list = work.join("arguments");
        fs::write(&list, &arguments)?;
        let export = |options: &[&str], name: &str| {
            let mut cov = Command::new(&self.cov);
            cov.arg("export").args(options);
            cov.arg(format!("@{}", list.display()));
            let output = work.join(name);
            run(&mut cov, &output)?;
            anyhow::Ok(output)
        };
        let all = json::read(&export(&["-summary-only"], "summary.json")?)?;
        for file in all.data[0].files.iter().map(|file| &file.filename) {
            if !wanted(Path::new(file)) {
                let _ = writeln!(arguments, "-ignore-filename-regex \"^{}$\"", regex(file));
            }
        }
        fs::write(&list, &arguments)?;
        let json = export(&[], "llvm.json")?;
        let lcov = export(&["-format=lcov"], "llvm.lcov")?;
        let mut side = Side {
            json: json::read(&json)?,
            lcov: fs::read_to_string(lcov)?,
        };
        clean_names(&mut side);
        Ok(side)
    }
}

/// Takes `..` and `.` out of the names of files, which `#[path]` puts into them.
fn clean_names(side: &mut Side) {
    let data = &mut side.json.data[0];
    for file in &mut data.files {
        file.filename = clean(&file.filename);
    }
    data.files.sort_by(|a, b| a.filename.cmp(&b.filename));
    for function in &mut data.functions {
        for name in &mut function.filenames {
            *name = clean(name);
        }
    }
    let lines = side
        .lcov
        .lines()
        .map(|line| match line.strip_prefix("SF:") {
            Some(name) => format!("SF:{}\n", clean(name)),
            None => format!("{line}\n"),
        });
    side.lcov = lines.collect();
}

fn clean(name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Takes the libraries apart, each in the order of its archive.
fn members(libraries: &[PathBuf], work: &Path) -> Result<Vec<PathBuf>> {
    let mut objects = vec![];
    for (number, library) in libraries.iter().enumerate() {
        if library.extension().is_none_or(|it| it != "rlib") {
            objects.push(library.clone());
            continue;
        }
        let directory = work.join(number.to_string());
        fs::create_dir(&directory)?;
        let names = work.join("members");
        // As old as they are in the library: llvm-cov warns of what is newer than the profile.
        for mode in ["xo", "t"] {
            let mut ar = Command::new("ar");
            ar.arg(mode).arg(library).current_dir(&directory);
            run(&mut ar, &names)?;
        }
        // The order of the library is not that of the directory.
        for name in fs::read_to_string(names)?.lines() {
            let path = directory.join(name);
            if path.extension().is_some_and(|it| it == "o")
                && !fs::read(&path)?.starts_with(&BITCODE)
            {
                objects.push(path);
            }
        }
    }
    Ok(objects)
}

/// Runs a command that must succeed; its standard output goes to a file.
fn run(command: &mut Command, output: &Path) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = fs::File::create(output)?;
    let result = command
        .stdout(output)
        .spawn()
        .and_then(|mut child| child.wait());
    match result.with_context(|| format!("cannot run {program}"))? {
        status if status.success() => Ok(()),
        status => bail!("{program}: {status}"),
    }
}

/// A path as a word of a list of arguments.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string().replace('\\', "\\\\");
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// A path as an extended regular expression, without backslashes, which the list of arguments would need twice.
fn regex(path: &str) -> String {
    path.chars()
        .map(|letter| match letter {
            '.' | '+' | '*' | '?' | '(' | ')' | '{' | '}' | '|' | '$' | '[' => {
                format!("[{letter}]")
            }
            _ => letter.to_string(),
        })
        .collect()
}
