//! Manifests of any shape and format. What they say matters to nobody, so long as it is TOML.

use proptest::prelude::*;

use super::super::Additions;
use super::parts::OTHERS;

/// How a table of the manifest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Absent,
    Section,
    Dotted,
    InlineInOneLine,
    Inline,
}

/// The shape of a manifest, and the choices that make its format.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub package: Form,
    /// What the section of the package is called.
    pub name: &'static str,
    pub features: Form,
    /// How many features, or tests, there are.
    pub counts: (usize, usize),
    pub test: Form,
    pub autotests: Option<bool>,
    is_old: bool,
    feature: &'static str,
    requires_more: bool,
    /// Sections besides, by their number, and in which order all of them come.
    pub others: Vec<usize>,
    pub order: Vec<u16>,
    pub choices: Vec<u8>,
    /// Nothing, or a byte order mark.
    pub start: &'static str,
    pub has_last_end: bool,
    /// How many of ten lines end as on Windows.
    pub windows: u8,
}

impl Arbitrary for Manifest {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        use Form::{Absent, Dotted, Inline, InlineInOneLine, Section};
        let features = prop_oneof![
            2 => Just(Absent), 4 => Just(Section), 2 => Just(Dotted), 1 => Just(InlineInOneLine), 2 => Just(Inline)
        ];
        let package = prop_oneof![4 => Just(Section), 1 => Just(Dotted), 1 => Just(InlineInOneLine), 1 => Just(Inline)];
        let test = prop_oneof![4 => Just(Absent), 4 => Just(Section), 1 => Just(InlineInOneLine), 2 => Just(Inline)];
        let feature =
            prop_oneof![4 => Just("manual-integration"), 1 => Just("f+1.x"), 1 => Just("m\u{fc}")];
        let shape = (package, features, test, (0..4_usize, 0..3_usize), feature);
        let flags = (
            any::<(bool, bool, bool, bool)>(),
            any::<Option<bool>>(),
            prop::bool::weighted(0.7),
            0..=10_u8,
        );
        let others =
            prop::sample::subsequence((0..OTHERS.len()).collect::<Vec<_>>(), 0..OTHERS.len());
        let noise = (
            prop::collection::vec(any::<u16>(), 16),
            prop::collection::vec(any::<u8>(), 1..64),
        );
        (shape, flags, others, noise)
            .prop_map(|(shape, flags, others, (order, choices))| {
                let (package, features, test, counts, feature) = shape;
                let (
                    (is_project, is_old, has_bom, requires_more),
                    autotests,
                    has_last_end,
                    windows,
                ) = flags;
                Manifest {
                    package,
                    name: if is_project { "project" } else { "package" },
                    features,
                    counts,
                    test,
                    autotests,
                    is_old,
                    feature,
                    requires_more,
                    others,
                    order,
                    choices,
                    start: if has_bom { "\u{feff}" } else { "" },
                    has_last_end,
                    // Mixed line ends are one case of three.
                    windows: match windows {
                        0..4 => 0,
                        4..8 => 10,
                        mixed => mixed - 3,
                    },
                }
            })
            .boxed()
    }
}

impl Manifest {
    pub fn additions(&self) -> Additions<'static> {
        static MORE: std::sync::LazyLock<Vec<String>> =
            std::sync::LazyLock::new(|| vec!["cli".to_owned()]);
        Additions {
            feature: self.feature,
            bin_features: if self.requires_more { &MORE } else { &[] },
            keep_autotests: self.is_old,
        }
    }

    /// What the error has to contain, if the additions have to be refused.
    pub fn refusal(&self) -> Option<&'static str> {
        let needs_autotests = self.is_old && self.autotests.is_none() && self.tests_are_absent();
        if self.features == Form::InlineInOneLine {
            Some("`features` is an inline table")
        } else if self.test == Form::InlineInOneLine {
            Some("`test` is not written as [[test]] sections")
        } else if self.package == Form::InlineInOneLine && needs_autotests {
            Some("` is an inline table")
        } else {
            None
        }
    }

    fn tests_are_absent(&self) -> bool {
        self.test == Form::Absent || self.test == Form::Section && self.counts.1 == 0
    }
}
