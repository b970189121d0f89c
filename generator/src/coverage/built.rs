//! Which functions were built.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::collected::Collected;
use super::parse::profile::FunctionCounts;

/// The functions that were built, by the hashes of their names and of their structure. An object is read when those
/// before it do not tell: the profile of a program mostly begins with a function of that program.
#[derive(Debug)]
pub struct Built<'a> {
    collected: &'a Collected<'a>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    functions: HashSet<(u64, u64)>,
    /// How many objects were read.
    objects: usize,
}

impl<'a> Built<'a> {
    pub(super) fn new(collected: &'a Collected<'a>) -> Self {
        Self {
            collected,
            known: Mutex::default(),
        }
    }

    /// Whether one of the functions of a profile was built.
    ///
    /// # Errors
    ///
    /// If an object cannot be read.
    pub fn has_one(&self, functions: &[FunctionCounts<'_>]) -> Result<bool> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let is_known = |it: &FunctionCounts<'_>| {
                known.functions.contains(&(it.name_hash, it.function_hash))
            };
            if functions.iter().any(is_known) {
                return Ok(true);
            }
            if known.objects == self.collected.objects() {
                if known.functions.is_empty() {
                    return Err(self.collected.no_mapping());
                }
                return Ok(false);
            }
            let more = self.collected.hashes(known.objects)?;
            known.functions.extend(more);
            known.objects += 1;
        }
    }
}
