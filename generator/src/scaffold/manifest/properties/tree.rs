//! What a manifest means, whatever it looks like.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, Table, Value};

use super::super::Additions;

/// A TOML value without its format.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tree {
    Scalar(String),
    List(Vec<Tree>),
    Map(BTreeMap<String, Tree>),
}

impl Tree {
    pub fn parse(text: &str) -> Tree {
        Tree::table(Document::parse(text).unwrap().as_table())
    }

    /// The manifest with what itcov adds. The order of the tests means nothing.
    pub fn with(mut self, additions: &Additions) -> Tree {
        let Tree::Map(manifest) = &mut self else {
            panic!("a manifest is a table")
        };
        let string = |text: &str| Tree::Scalar(format!("{text:?}"));
        let bool = |value: bool| Tree::Scalar(value.to_string());
        let declared = manifest.contains_key("test");
        if additions.keep_autotests && !declared {
            let name = if manifest.contains_key("package") {
                "package"
            } else {
                "project"
            };
            let Some(Tree::Map(package)) = manifest.get_mut(name) else {
                panic!("no package")
            };
            package.entry("autotests".to_owned()).or_insert(bool(true));
        }
        let features = manifest
            .entry("features".to_owned())
            .or_insert(Tree::Map(BTreeMap::new()));
        let Tree::Map(features) = features else {
            panic!("features are a table")
        };
        features.insert(additions.feature.to_owned(), Tree::List(Vec::new()));
        let mut required = vec![string(additions.feature)];
        required.extend(additions.bin_features.iter().map(|feature| string(feature)));
        let test = [
            ("name", string("manual_integration")),
            ("path", string("tests/manual_integration.rs")),
            ("required-features", Tree::List(required)),
            ("harness", bool(false)),
            ("test", bool(false)),
        ];
        let tests = manifest
            .entry("test".to_owned())
            .or_insert(Tree::List(Vec::new()));
        let Tree::List(tests) = tests else {
            panic!("tests are a list")
        };
        tests.push(Tree::Map(
            test.map(|(key, value)| (key.to_owned(), value)).into(),
        ));
        tests.sort();
        self
    }

    fn table(table: &Table) -> Tree {
        let mut map: BTreeMap<String, Tree> = table
            .iter()
            .map(|(key, item)| (key.to_owned(), Tree::item(item)))
            .collect();
        if let Some(Tree::List(tests)) = map.get_mut("test") {
            tests.sort();
        }
        Tree::Map(map)
    }

    fn item(item: &Item) -> Tree {
        match item {
            Item::None => panic!("a parsed document has no empty item"),
            Item::Value(value) => Tree::value(value),
            Item::Table(table) => Tree::table(table),
            Item::ArrayOfTables(tables) => Tree::List(tables.iter().map(Tree::table).collect()),
        }
    }

    fn value(value: &Value) -> Tree {
        match value {
            Value::String(text) => Tree::Scalar(format!("{:?}", text.value())),
            Value::Integer(number) => Tree::Scalar(number.value().to_string()),
            Value::Float(number) => Tree::Scalar(format!("{:?}", number.value())),
            Value::Boolean(value) => Tree::Scalar(value.value().to_string()),
            Value::Datetime(time) => Tree::Scalar(time.value().to_string()),
            Value::Array(values) => Tree::List(values.iter().map(Tree::value).collect()),
            Value::InlineTable(table) => Tree::Map(
                table
                    .iter()
                    .map(|(key, value)| (key.to_owned(), Tree::value(value)))
                    .collect(),
            ),
        }
    }
}
