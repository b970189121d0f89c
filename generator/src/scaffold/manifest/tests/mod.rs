//! Manifests of every shape, by hand.

mod add;
mod refuse;
mod remove;

use super::remove::Removal;
use super::{Additions, with_additions, without_additions};

pub const ADDITIONS: Additions = Additions {
    feature: "manual-integration",
    bin_features: &[],
    keep_autotests: false,
};

/// The additions in the edition 2015.
pub const OLD: Additions = Additions {
    keep_autotests: true,
    ..ADDITIONS
};

pub const FEATURES: &str = "\n[features] # itcov\nmanual-integration = [] # itcov\n";

pub const TEST: &str = "\n[[test]] # itcov\nname = \"manual_integration\"\n\
                        path = \"tests/manual_integration.rs\"\n\
                        required-features = [\"manual-integration\"]\nharness = false\ntest = false\n";

/// The same as one line of an array.
pub const INLINE_TEST: &str = "{ name = \"manual_integration\", path = \"tests/manual_integration.rs\", \
                               required-features = [\"manual-integration\"], harness = false, test = false }, # itcov\n";

/// The manifest with the additions, which the second time are there and are taken out to the byte.
#[track_caller]
pub fn add(before: &str) -> String {
    add_these(before, &ADDITIONS)
}

#[track_caller]
pub fn add_these(before: &str, additions: &Additions) -> String {
    let after = with_additions(before, additions).unwrap().unwrap();
    assert_eq!(with_additions(&after, additions).unwrap(), None);
    let removal = without_additions(&after, &[]).unwrap();
    assert_eq!(removal.text.as_deref(), Some(before), "{removal:?}");
    assert_eq!((removal.kept, removal.test_stays), (Vec::new(), false));
    after
}

#[track_caller]
pub fn remove(text: &str) -> Removal {
    without_additions(text, &[]).unwrap()
}
