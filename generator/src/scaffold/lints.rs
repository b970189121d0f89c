//! Lints that a package forbids: the harness allows some for itself, which the compiler then refuses.

use toml_edit::{Document, TableLike};

/// The lints that the harness allows, and the group that has them all.
const ALLOWED: [&str; 7] = [
    "missing_unsafe_on_extern",
    "unexpected_cfgs",
    "unknown_lints",
    "unsafe_code",
    "unused_crate_dependencies",
    "unused_results",
    "warnings",
];

/// Those of them that a package forbids, in its own manifest or in that of its workspace.
pub fn forbidden(manifest: &str, workspace: &str) -> Vec<&'static str> {
    let (Ok(manifest), Ok(workspace)) = (Document::parse(manifest), Document::parse(workspace))
    else {
        return Vec::new();
    };
    let lints = manifest.get("lints");
    let inherits = lints.and_then(|lints| lints.get("workspace")?.as_bool()) == Some(true);
    let lints = if inherits {
        let workspace = workspace.get("workspace");
        workspace.and_then(|workspace| workspace.get("lints"))
    } else {
        lints
    };
    let lints = lints.and_then(|lints| lints.get("rust")?.as_table_like());
    let is_forbidden = |name: &&str| {
        let level = lints.and_then(|lints: &dyn TableLike| lints.get(name));
        let level = level.and_then(|level| level.as_str().or_else(|| level.get("level")?.as_str()));
        level == Some("forbid")
    };
    ALLOWED.into_iter().filter(is_forbidden).collect()
}

#[cfg(test)]
mod tests {
    use super::forbidden;

    #[test]
    fn a_forbidden_lint_is_found_in_any_form_and_place() {
        for manifest in [
            "[lints.rust]\nunsafe_code = \"forbid\"\nmissing_docs = \"forbid\"\n",
            "[lints.rust]\nunsafe_code = { level = \"forbid\", priority = 1 }\n",
            "[lints]\nrust.unsafe_code = \"forbid\"\n",
        ] {
            assert_eq!(forbidden(manifest, ""), ["unsafe_code"], "{manifest}");
            let workspace = manifest.replace("[lints", "[workspace.lints");
            assert_eq!(
                forbidden("lints.workspace = true\n", &workspace),
                ["unsafe_code"]
            );
            assert_eq!(forbidden("", &workspace), [""; 0]);
        }
        assert_eq!(
            forbidden("[lints.rust]\nunsafe_code = \"deny\"\n", ""),
            [""; 0]
        );
    }
}
