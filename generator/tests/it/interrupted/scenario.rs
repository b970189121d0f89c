//! What is interrupted: a crate, a command, and the command that takes its work back.

use std::fs;

use super::chmod;
use super::tree::Tree;
use crate::support::{Output, TestCrate, tools, versions::stamped};

/// A command on a crate.
pub struct Scenario {
    pub name: &'static str,
    /// Makes the crate what it is before the command, but for the scaffold.
    pub bare: fn(&TestCrate),
    /// Does to it what was done before the command.
    pub prepare: fn(&TestCrate),
    /// The arguments of `cargo itcov`.
    pub command: &'static [&'static str],
    /// Takes back what the command does, and leads to the crate that `to` makes of a bare one.
    pub back: &'static [&'static str],
    pub to: fn(&TestCrate),
}

/// A scenario's crate and what it is at each end.
pub struct Stage {
    pub scenario: &'static Scenario,
    pub krate: TestCrate,
    pub start: Tree,
    pub end: Tree,
    /// What the way back leads to.
    back: Tree,
}

impl Stage {
    /// Runs the command without disturbing it, so as to know where it leads.
    pub fn of(scenario: &'static Scenario) -> Stage {
        let krate = TestCrate::new("interrupted");
        krate.write("src/main.rs", PROGRAM);
        (scenario.bare)(&krate);
        let bare = Tree::of(&krate.root);
        (scenario.to)(&krate);
        let back = Tree::of(&krate.root);
        bare.restore(&krate.root);
        (scenario.prepare)(&krate);
        let start = Tree::of(&krate.root);
        krate.itcov(scenario.command).ends_with(0);
        let end = Tree::of(&krate.root);
        assert_ne!(start, end);
        Stage {
            scenario,
            krate,
            start,
            end,
            back,
        }
    }

    pub fn now(&self) -> Tree {
        Tree::of(&self.krate.root)
    }

    /// Back to where the command begins.
    pub fn reset(&self) {
        self.start.restore(&self.krate.root);
    }

    /// What nothing of was changed may look like: of a directory that a killed run has made, nothing has to stay.
    pub fn starts(&self) -> [Tree; 2] {
        let start = self.start.settled();
        [start.without_empty("tests"), start]
    }

    /// Whether every file is as at one of the ends.
    pub fn is_on_the_way(&self, settled: &Tree) -> bool {
        let mut starts = self.starts().into_iter();
        starts.any(|start| settled.is_between(&start, &self.end))
    }

    /// As it stands, left-overs included, the crate builds, its tests pass, and just takes the justfile.
    pub fn works(&self, tree: &Tree, note: &str) {
        tree.restore(&self.krate.root);
        let output = self
            .krate
            .cargo(&["test", "--quiet", "--target-dir", "../target"]);
        assert_eq!(output.status, 0, "{note}: {output:?}\n{tree:?}");
        assert!(output.stdout.contains("1 passed"), "{note}: {output:?}");
        if self.krate.has("justfile") {
            let output = Output::of(self.krate.command(tools::just()).arg("--summary"));
            assert_eq!(output.status, 0, "{note}: {output:?}\n{tree:?}");
        }
    }

    /// From there, the same command leads to where it would have led, and the way back is open too.
    pub fn can_go_on(&self, tree: &Tree, note: &str) {
        for (command, expected) in [
            (self.scenario.command, &self.end),
            (self.scenario.back, &self.back),
        ] {
            tree.restore(&self.krate.root);
            let output = self.krate.itcov(command);
            assert_eq!(
                output.status, 0,
                "{note}, {command:?}: {output:?}\n{tree:?}"
            );
            assert_eq!(self.now(), *expected, "{note}, {command:?}: {output:?}");
        }
    }
}

const PROGRAM: &str = "fn main() {}\n\n#[test]\nfn passes() {}\n";

pub static INIT: Scenario = Scenario {
    name: "init",
    bare: nothing,
    prepare: nothing,
    command: &["init"],
    back: &["remove"],
    to: nothing,
};

/// What a killed run has left is there, up to the directory that it had made.
pub static INIT_AFTER_A_KILLED_ONE: Scenario = Scenario {
    name: "init after a killed one",
    prepare: left_over,
    ..INIT
};

/// There are tests and a justfile, neither of them as everybody has them.
pub static INIT_BESIDE_OTHERS: Scenario = Scenario {
    name: "init beside others",
    bare: with_others,
    ..INIT
};

/// A part of the scaffold is there.
pub static INIT_HALF_DONE: Scenario = Scenario {
    name: "init, half-done before",
    bare: with_others,
    prepare: half_done,
    ..INIT
};

pub static REMOVE: Scenario = Scenario {
    name: "remove",
    prepare: init,
    command: &["remove"],
    back: &["init"],
    to: init,
    ..INIT
};

pub static REMOVE_BESIDE_OTHERS: Scenario = Scenario {
    name: "remove beside others",
    bare: with_others,
    ..REMOVE
};

/// The harness is an older one, and the justfile has lost its line.
pub static UPDATE: Scenario = Scenario {
    name: "update",
    prepare: old,
    command: &["update"],
    ..INIT
};

/// With a template that has files of its own in directories of their own.
pub static INIT_TEMPLATE: Scenario = Scenario {
    name: "init with a template",
    bare: with_template,
    command: &["init", "--template", "../own"],
    back: &["remove", "--template", "../own"],
    ..INIT
};

pub static REMOVE_TEMPLATE: Scenario = Scenario {
    name: "remove with a template",
    prepare: init_template,
    command: INIT_TEMPLATE.back,
    back: INIT_TEMPLATE.command,
    to: init_template,
    ..INIT_TEMPLATE
};

fn with_template(krate: &TestCrate) {
    krate.write("../own/.ci/jobs/{{ bin }}.yml", "on: {{ bin }}\n");
    krate.write("../own/scripts/suite.sh", "#!/bin/sh\n");
}

fn init_template(krate: &TestCrate) {
    krate.itcov(INIT_TEMPLATE.command).ends_with(0);
}

fn nothing(_: &TestCrate) {}

fn init(krate: &TestCrate) {
    krate.itcov(&["init"]).ends_with(0);
}

fn with_others(krate: &TestCrate) {
    krate.write("tests/other.rs", "#[test]\nfn another() {}\n");
    krate.write("justfile", "default:\n    @echo mine\n");
    chmod("640", &krate.root.join("justfile"));
    chmod("755", &krate.root.join("Cargo.toml"));
    chmod("2775", &krate.root.join("tests"));
}

fn left_over(krate: &TestCrate) {
    krate.write(".tests.itcov-3f9c1e7ab2d4-1", "");
    krate.write(
        "tests/.manual_integration.rs.itcov-3f9c1e7ab2d4-1",
        "half of ",
    );
    krate.write(".Cargo.toml.itcov-3f9c1e7ab2d4-22", "");
}

fn half_done(krate: &TestCrate) {
    let justfile = krate.read("justfile");
    init(krate);
    krate.write("justfile", &justfile);
    fs::remove_file(krate.root.join("itcov.just")).unwrap();
}

fn old(krate: &TestCrate) {
    init(krate);
    fs::remove_file(krate.root.join("justfile")).unwrap();
    let path = "tests/manual_integration.rs";
    let older = stamped(&(krate.read(path) + "// older\n"), "0.0.1");
    krate.write(path, &older);
}
