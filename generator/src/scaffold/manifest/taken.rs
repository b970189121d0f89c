//! Names that are taken otherwise.

use toml_edit::{Item, Table, TableLike};

/// The section in which the name is that of an optional dependency, which makes a feature of it.
pub fn by_dependency(manifest: &Table, name: &str) -> Option<String> {
    let targets = manifest.get("target").and_then(Item::as_table_like);
    let targets = targets.into_iter().flat_map(TableLike::iter);
    let places = targets
        .filter_map(|(target, item)| Some((format!("target.{target}."), item.as_table_like()?)));
    let manifest: &dyn TableLike = manifest;
    let mut places = std::iter::once((String::new(), manifest)).chain(places);
    places.find_map(|(prefix, place)| {
        ["dependencies", "build-dependencies", "build_dependencies"]
            .into_iter()
            .find(|section| {
                let dependency = place.get(section).and_then(|section| section.get(name));
                let optional = dependency.and_then(|dependency| dependency.get("optional"));
                optional.and_then(Item::as_bool) == Some(true)
            })
            .map(|section| format!("[{prefix}{section}]"))
    })
}
