//! What cargo says of a workspace.

use std::io::ErrorKind;

use anyhow::{Context, Result, anyhow, bail};
use cargo_metadata::camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Metadata, MetadataCommand};
use llvm_coverage::files;
use llvm_coverage::terminal::Harmless as _;

use crate::output;
use crate::progress::during;

/// Where the crate is, and what is passed on to cargo: the options that every scaffold command has.
#[derive(clap::Args, Default)]
pub struct Cargo {
    /// Path to the crate's Cargo.toml [default: the nearest one, upwards from the current directory]
    #[arg(long, value_name = "PATH", help_heading = "Manifest options")]
    pub manifest_path: Option<Utf8PathBuf>,
    /// Fail if Cargo.lock would change
    #[arg(long, help_heading = "Manifest options")]
    pub locked: bool,
    /// Do not use the network
    #[arg(long, help_heading = "Manifest options")]
    pub offline: bool,
    /// The same as --locked and --offline
    #[arg(long, help_heading = "Manifest options")]
    pub frozen: bool,
}

/// A workspace as cargo sees it.
pub struct Workspace {
    /// What `cargo metadata --no-deps` says.
    pub metadata: Metadata,
    /// The manifest that was asked about: absolute, without symbolic links.
    pub manifest_path: Utf8PathBuf,
}

impl Cargo {
    /// Asks cargo about the workspace.
    pub fn read(&self) -> Result<Workspace> {
        let manifest_path = self.find_manifest()?;
        let text = files::read_text(manifest_path.as_std_path())
            .with_context(|| format!("cannot read {manifest_path}"))?;
        toml_edit::Document::parse(text.as_str())
            .map_err(|error| anyhow!("{manifest_path} is not valid TOML\n{error}"))?;
        let mut metadata = self.ask(&manifest_path, &["--no-deps".to_owned()])?;
        if let Some(real) = real_path(&manifest_path, &metadata.workspace_root) {
            metadata = self.ask(&real, &["--no-deps".to_owned()])?;
        }
        Ok(Workspace {
            metadata,
            manifest_path: manifest_path.canonicalize_utf8()?,
        })
    }

    /// What `cargo metadata` says of a manifest, with further options.
    ///
    /// # Errors
    ///
    /// If cargo cannot read it.
    pub fn ask(&self, manifest_path: &Utf8Path, options: &[String]) -> Result<Metadata> {
        let mut command = MetadataCommand::new();
        command
            .manifest_path(manifest_path)
            // It would be in the target directory of ordinary builds.
            .env("CARGO_CACHE_RUSTC_INFO", "0")
            .other_options([&self.passed_on(), options].concat());
        output::running(&command.cargo_command());
        match during("asking cargo about the workspace", || command.exec()) {
            Err(cargo_metadata::Error::CargoMetadata { stderr }) => bail!(
                "cargo cannot read {manifest_path}\n{}",
                stderr.trim_end().trim_start_matches("error: ")
            ),
            answer => answer.context("cannot run cargo metadata"),
        }
    }

    /// The options about the lock file, as cargo has them.
    pub fn passed_on(&self) -> Vec<String> {
        let options = [
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
        ];
        let wanted = options.iter().filter(|(wanted, _)| *wanted);
        wanted.map(|(_, option)| (*option).to_owned()).collect()
    }

    fn find_manifest(&self) -> Result<Utf8PathBuf> {
        let current = std::env::current_dir().context("cannot tell the current directory")?;
        let current = Utf8PathBuf::from_path_buf(current).map_err(|path| {
            anyhow!(
                "the path of the current directory is not UTF-8: {}: rename the directory",
                path.harmless()
            )
        })?;
        if let Some(path) = &self.manifest_path {
            let path = current.join(path);
            if path.is_dir() {
                bail!("{path} is a directory: --manifest-path takes the Cargo.toml in it");
            }
            if !path.exists() {
                bail!(
                    "{path} does not exist: --manifest-path takes the Cargo.toml of a crate or workspace"
                );
            }
            return Ok(path);
        }
        let mut manifests = current
            .ancestors()
            .map(|directory| directory.join("Cargo.toml"));
        // What is no file is said below: cargo would wait for a FIFO, and not go further up.
        let is_one = |path: &Utf8PathBuf| path.exists() && !path.is_dir();
        manifests.find(is_one).with_context(|| {
            format!("no Cargo.toml in {current} or above: go to the crate, or name it with --manifest-path")
        })
    }
}

/// A manifest's path by way of the real path of its workspace, if that is another one. A checkout is known by its path, and so are its
/// sources. Links in the workspace stay, as cargo finds the workspace by going up from them.
fn real_path(manifest: &Utf8Path, root: &Utf8Path) -> Option<Utf8PathBuf> {
    let real = root.canonicalize_utf8().ok().filter(|real| real != root)?;
    Some(real.join(manifest.strip_prefix(root).ok()?))
}

/// A file as it is on disk.
pub struct TextFile {
    /// Absolute.
    pub path: Utf8PathBuf,
    /// `None` where there is no such file.
    pub text: Option<String>,
}

impl TextFile {
    /// Reads it.
    pub fn read(path: Utf8PathBuf) -> Result<TextFile> {
        match files::read_text(path.as_std_path()) {
            Ok(text) => Ok(TextFile {
                path,
                text: Some(text),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(TextFile { path, text: None }),
            Err(error) => {
                Err(error).with_context(|| format!("cannot read {}", path.as_std_path().harmless()))
            }
        }
    }
}
