//! The JSON of `llvm-cov export`, as both sides write it. A key that is not known here is an error, so that nothing
//! goes without being compared. What is left out, as in an export of summaries only, is empty.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Number, Value};

/// All of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// That of the format.
    pub version: String,
    /// The name of the format.
    pub r#type: String,
    /// Of one program.
    pub data: [Data; 1],
}

/// What is said of a program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// By their paths.
    pub files: Vec<File>,
    /// As often as they were compiled.
    #[serde(default)]
    pub functions: Vec<Function>,
    /// Of all files.
    pub totals: Summary,
}

/// A source file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path.
    pub filename: String,
    /// From its top to its bottom.
    #[serde(default)]
    pub segments: Vec<Segment>,
    /// None: rustc records them only when told to.
    #[serde(default)]
    pub branches: Vec<Value>,
    /// None, likewise.
    #[serde(default)]
    pub mcdc_records: Vec<Value>,
    /// The macros whose insides are files of their own.
    #[serde(default)]
    pub expansions: Vec<Value>,
    /// How much of it ran.
    pub summary: Summary,
}

/// Line, column, count, whether it has a count, whether a region starts there, whether it is a gap.
pub type Segment = (u32, u32, i64, bool, bool, bool);

/// A function as it was compiled.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Its mangled name.
    pub name: String,
    /// How often it was entered.
    pub count: i64,
    /// Its own, then those of what is expanded in it.
    pub filenames: Vec<String>,
    /// In the order of the mapping.
    pub regions: Vec<Region>,
    /// As in a file.
    pub branches: Vec<Value>,
    /// As in a file.
    pub mcdc_records: Vec<Value>,
}

/// First line and column, last line and column, count, file, expanded file, kind.
pub type Region = (u32, u32, u32, u32, i64, usize, usize, u8);

/// By what was counted (such as `lines`): `count`, `covered` and so on.
pub type Summary = BTreeMap<String, BTreeMap<String, Number>>;

/// Reads a file that one of the sides has written.
pub fn read(path: &Path) -> Result<Export> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("in {}", path.display()))
}
