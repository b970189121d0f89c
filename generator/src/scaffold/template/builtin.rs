//! The repository's template tree, embedded.

/// The harness, `tests/manual_integration.rs`.
pub const HARNESS: &str = include_str!("../../../../template/tests/manual_integration.rs");

/// The recipes, `itcov.just`.
pub const RECIPES: &str = include_str!("../../../../template/itcov.just");

#[cfg(test)]
mod tests {
    use super::{HARNESS, RECIPES};
    use crate::scaffold::harness::Program;
    use crate::scaffold::stamp;
    use crate::scaffold::template::Variables;
    use crate::scaffold::template::render::Engine;

    #[test]
    fn the_stamps_of_the_template_are_right() {
        let variables = Variables {
            programs: vec![Program {
                package: "a".into(),
                bin: "b".into(),
                features: vec!["c".into()],
                edition: cargo_metadata::Edition::E2021,
            }],
            timeout: "7s".into(),
        };
        let engine = Engine::new().unwrap();
        for (file, text) in [
            ("tests/manual_integration.rs", HARNESS),
            ("itcov.just", RECIPES),
        ] {
            let text = engine.builtin(text, &variables.object(None)).unwrap();
            let found = stamp::of(&text).unwrap();
            let right = stamp::digest(&text);
            assert_eq!(
                found.version.to_string(),
                env!("CARGO_PKG_VERSION"),
                "{file}"
            );
            assert_eq!(
                found.digest, right,
                "type: sed -i 's/md5 {}/md5 {right}/' template/{file}",
                found.digest
            );
        }
    }
}
