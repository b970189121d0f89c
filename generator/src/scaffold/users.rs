//! What in a workspace needs a feature of one of its packages: cargo would refuse all of it without the feature.

use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{Dependency, Package};

/// What needs a feature.
#[derive(Debug, PartialEq, Eq)]
pub struct FeatureUser {
    /// The feature.
    pub feature: String,
    /// What it does with it, for people.
    pub how: String,
}

/// What the members of a workspace need of one of them, by a dependency on it.
pub fn of(package: &Package, members: &[Package]) -> Vec<FeatureUser> {
    members
        .iter()
        .flat_map(|member| of_member(package, member))
        .collect()
}

fn of_member(package: &Package, member: &Package) -> Vec<FeatureUser> {
    let is_meant = |it: &&Dependency| it.name == package.name.as_str() && is_at(it, package);
    let dependencies: Vec<&Dependency> = member.dependencies.iter().filter(is_meant).collect();
    let user = |feature: &str, how: String| FeatureUser {
        feature: feature.to_owned(),
        how,
    };
    let name = &member.name;
    let directly = dependencies.iter().flat_map(|it| &it.features);
    let directly = directly.map(|it| user(it, format!("the package `{name}` depends on it")));
    // `dependency/feature` and `dependency?/feature`
    let named = |text: &str| {
        let (dependency, feature) = text.split_once('/')?;
        let dependency = dependency.trim_end_matches('?');
        let mut all = dependencies.iter();
        all.any(|it| it.rename.as_deref().unwrap_or(&it.name) == dependency)
            .then(|| feature.to_owned())
    };
    let by_features = member.features.iter().flat_map(|(by, all)| {
        let features = all.iter().filter_map(|it| named(it));
        features.map(move |it| user(&it, format!("`{by}` of the package `{name}` turns it on")))
    });
    let by_targets = member.targets.iter().flat_map(|by| {
        let features = by.required_features.iter().filter_map(|it| named(it));
        features.map(move |it| {
            let how = format!(
                "the target `{}` of the package `{name}` requires it",
                by.name
            );
            user(&it, how)
        })
    });
    directly.chain(by_features).chain(by_targets).collect()
}

/// Whether a dependency may be a package: `[patch]` gives one without a path any place.
fn is_at(dependency: &Dependency, package: &Package) -> bool {
    let directory = package.manifest_path.parent();
    let is_there = |path: &Utf8Path| Some(path) == directory;
    dependency.path.as_deref().is_none_or(is_there)
}
