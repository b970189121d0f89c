//! Where a measured build keeps what it makes: all of it below `itcov` in the ordinary target directory.
//!
//! ```text
//! <target>/itcov/                    cargo's target directory for a measured build of the workspace's crates
//!     .all/<key>/                    the same for `--scope all` in one checkout
//!     .also/<key>/                   the same for one choice of `--also` in one checkout
//!     .wrapper/<key>/                the compiler wrapper with one set of settings, and its notes on what it compiled
//!     .checkouts/<name>-<key>/       what was measured in one checkout: see `measured`
//!     .lock                          held while the runs of some checkout change
//! ```

use std::io;
use std::path::{Path, PathBuf};

use cargo_metadata::Metadata;
use cargo_metadata::camino::Utf8PathBuf;

use super::own;

/// The directories of a measured build.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The target directory of ordinary builds.
    pub ordinary: PathBuf,
    /// The build directory of ordinary builds, which is the target directory unless the configuration says otherwise.
    pub ordinary_build: PathBuf,
    /// The root of the workspace.
    pub root: PathBuf,
    /// `itcov` in the target directory.
    pub itcov: PathBuf,
    /// What was measured in this checkout.
    pub store: PathBuf,
}

impl Layout {
    /// The directories for a workspace.
    pub fn new(metadata: &Metadata) -> Layout {
        // It may be `./target`, and files are found by their paths, byte by byte.
        let plain = |path: &Utf8PathBuf| path.as_std_path().components().collect::<PathBuf>();
        let ordinary = plain(&metadata.target_directory);
        let ordinary_build = metadata.build_directory.as_ref();
        let itcov = ordinary.join("itcov");
        Layout {
            ordinary_build: ordinary_build.map_or_else(|| ordinary.clone(), plain),
            store: store(&itcov, metadata.workspace_root.as_std_path()),
            root: metadata.workspace_root.as_std_path().to_owned(),
            ordinary,
            itcov,
        }
    }

    /// Asks whether all that is there is the user's own, and nothing leads elsewhere.
    ///
    /// # Errors
    ///
    /// If not.
    pub fn ask(&self) -> io::Result<()> {
        own::ask(&self.itcov)
    }

    /// Makes the directories, which have to be the user's own.
    ///
    /// # Errors
    ///
    /// If one cannot be made, or belongs to somebody else.
    pub fn prepare(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.ordinary)?;
        own::directory(&self.itcov)?;
        own::private_directory(&self.itcov.join(".wrapper"))?;
        own::directory(&self.itcov.join(".checkouts"))?;
        own::directory(&self.store)
    }

    /// Whether a path is one of the directories in which everything is built.
    pub fn is_built(&self, path: &Path) -> bool {
        path == self.ordinary || path == self.ordinary_build
    }

    /// Whether the configuration has put the build directory elsewhere.
    pub fn has_build_directory(&self) -> bool {
        self.ordinary_build != self.ordinary
    }
}

/// Where a checkout's data is: checkouts that share a target directory do not share it.
fn store(itcov: &Path, root: &Path) -> PathBuf {
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let plain: String = name
        .chars()
        .filter(|char| char.is_ascii_alphanumeric() || "-_.".contains(*char))
        .take(40)
        .collect();
    let key = digest(root.as_os_str().as_encoded_bytes());
    itcov.join(".checkouts").join(format!("{plain}-{key}"))
}

/// A short name for some bytes.
pub fn digest(bytes: impl AsRef<[u8]>) -> String {
    let digest = format!("{:x}", md5::compute(bytes));
    digest[..16].to_owned()
}
