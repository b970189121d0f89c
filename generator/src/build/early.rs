//! What decides how a program is made, and is no part of it: manifests, the sources of build scripts and macros, and the files
//! that build scripts say they depend on.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use cargo_metadata::Artifact;
use llvm_coverage::files;
use walkdir::WalkDir;

use super::layout::Layout;
use super::sources::{clean, is_final, listed};
use super::texts::Text;
use super::units::{self, Unit};

/// A build script or macro that cargo has compiled.
#[derive(Debug)]
pub struct Early {
    /// The directory of its package.
    package: PathBuf,
    /// The list of its sources.
    list: PathBuf,
}

impl Early {
    /// Those of an artifact, but for packages that stay as they are.
    pub fn of(artifact: &Artifact) -> Vec<Early> {
        let target = &artifact.target;
        let manifest = artifact.manifest_path.as_std_path();
        if !(target.is_custom_build() || target.is_proc_macro()) || is_final(manifest) {
            return Vec::new();
        }
        let package = manifest.parent().unwrap_or(manifest);
        let lists = artifact.filenames.iter().flat_map(|file| {
            let file = file.as_std_path();
            if target.is_proc_macro() {
                return vec![units::stem(file).with_extension("d")];
            }
            let beside = file.parent().and_then(|it| fs::read_dir(it).ok());
            let beside = beside.into_iter().flatten().flatten();
            let beside = beside.map(|entry| entry.path());
            beside
                .filter(|it| it.extension() == Some(OsStr::new("d")))
                .collect()
        });
        let early = lists.map(|list| Early {
            package: package.to_owned(),
            list,
        });
        early.collect()
    }
}

/// What a build script has said, which cargo keeps beside the directory for its files.
#[derive(Debug)]
pub struct Said {
    /// The directory of its package.
    pub package: PathBuf,
    pub output: PathBuf,
}

impl Said {
    /// The files on which it depends:
    /// <https://doc.rust-lang.org/cargo/reference/build-scripts.html#rerun-if-changed>.
    fn inputs(&self, layout: &Layout) -> Vec<PathBuf> {
        let output = files::read(&self.output, files::TEXT).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        let inputs = output.lines().filter_map(|line| {
            let said = line
                .strip_prefix("cargo::")
                .or_else(|| line.strip_prefix("cargo:"))?;
            said.strip_prefix("rerun-if-changed=")
        });
        let inputs = inputs.flat_map(|input| {
            let all = WalkDir::new(self.package.join(input)).into_iter();
            // It may be the whole directory of the package.
            let all =
                all.filter_entry(|it| !(layout.is_built(it.path()) || it.file_name() == ".git"));
            all.flatten().filter(|it| it.file_type().is_file())
        });
        inputs
            .take(MOST_INPUTS)
            .map(walkdir::DirEntry::into_path)
            .collect()
    }
}

/// No more files are looked at of those that a build script depends on.
const MOST_INPUTS: usize = 5000;

/// The texts that decided how a program was made of some units, by a cargo that `began` then.
pub fn texts(
    units: &[Unit],
    (early, said): (&[Early], &[Said]),
    layout: &Layout,
    began: SystemTime,
) -> BTreeSet<Text> {
    let root = layout.root.as_path();
    let mut paths: BTreeSet<PathBuf> = units
        .iter()
        .filter(|unit| unit.counts && !is_final(&unit.manifest))
        .map(|unit| unit.manifest.join("Cargo.toml"))
        .collect();
    paths.insert(root.join("Cargo.toml"));
    for script in early {
        paths.insert(script.package.join("Cargo.toml"));
        let list = files::read_text(&script.list).unwrap_or_default();
        // Members are compiled in the workspace, other packages in their own directories.
        let directories = [root, &script.package];
        let sources = listed(&list).filter_map(|file| {
            let all = directories.iter().map(|it| clean(&it.join(&file)));
            all.into_iter().find(|it| it.is_file())
        });
        paths.extend(sources);
    }
    let paths = paths.into_iter().filter(|path| path.exists());
    let texts = paths.map(|path| Text::before(path, began));
    // What a build script writes itself is no text of somebody's.
    let inputs = said.iter().flat_map(|it| it.inputs(layout));
    let inputs = inputs.map(|path| Text::before(path, began));
    texts.chain(inputs.filter(Text::is_known)).collect()
}
