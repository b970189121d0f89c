//! The sections of an object that have its coverage mapping.

use std::borrow::Cow;

/// The three sections of one object. Several of the same name are put one after the other.
#[derive(Debug, Default)]
pub struct Sections<'a> {
    /// `__llvm_covmap`
    pub covmap: Cow<'a, [u8]>,
    /// `__llvm_covfun`
    pub covfun: Cow<'a, [u8]>,
    /// `__llvm_prf_names`
    pub names: Cow<'a, [u8]>,
}
