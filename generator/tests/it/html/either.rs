//! What Chromium and Firefox both do, so that a test is of either.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::chromium::Chromium;
use crate::support::firefox::Firefox;

/// A real browser with a page.
pub trait Browser {
    /// Opens a file, with what is behind `#`.
    fn open(&mut self, page: &Path, fragment: &str);

    /// The value of an expression in the page.
    fn value(&mut self, expression: &str) -> Value;

    /// Presses a key.
    fn press(&mut self, key: &str);

    /// Presses Ctrl and a key, for the editing command of this name.
    fn control(&mut self, key: &str, command: &str);

    /// Goes back to the page before.
    fn back(&mut self);

    /// The value of an expression, as text.
    #[track_caller]
    fn text(&mut self, expression: &str) -> String {
        match self.value(expression) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// Waits until an expression is true.
    #[track_caller]
    fn until(&mut self, expression: &str) {
        let end = Instant::now() + Duration::from_secs(30);
        while self.value(expression) != json!(true) {
            if Instant::now() > end {
                let place = "[location.href, document.readyState, history.length, JSON.stringify(history.state)].join()";
                panic!("never: {expression}, at {}", self.text(place));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Selects from a place in one line to a place in another: line, and bytes of ASCII before it.
    fn select(&mut self, from: (u32, u32), to: (u32, u32)) {
        let place = |(line, column): (u32, u32)| {
            format!(
                "(() => {{ const walker = document.createTreeWalker(document.querySelector('#L{line} > code'), 4);\
                 let left = {column}; let node;\
                 while ((node = walker.nextNode()) && left > node.length) left -= node.length;\
                 return [node ?? document.getElementById('L{line}'), node ? left : 0]; }})()"
            )
        };
        let (from, to) = (place(from), place(to));
        self.value(&format!(
            "getSelection().setBaseAndExtent(...{from}, ...{to})"
        ));
    }
}

impl Browser for Chromium {
    fn open(&mut self, page: &Path, fragment: &str) {
        self.open(page, fragment);
    }

    fn value(&mut self, expression: &str) -> Value {
        self.value(expression)
    }

    fn press(&mut self, key: &str) {
        self.press(key);
    }

    fn back(&mut self) {
        self.value("setTimeout(() => history.back(), 0)");
    }

    fn until(&mut self, expression: &str) {
        self.until(expression);
    }

    fn control(&mut self, key: &str, command: &str) {
        self.control(key, command);
    }
}

impl Browser for Firefox {
    fn open(&mut self, page: &Path, fragment: &str) {
        self.open(page, fragment);
    }

    fn value(&mut self, expression: &str) -> Value {
        self.value(expression)
    }

    fn press(&mut self, key: &str) {
        self.press(&[key]);
    }

    // As its button does; a page that asks for it right after it was loaded is not always heard when the machine is busy.
    fn back(&mut self) {
        self.call("WebDriver:Back", &json!({}));
    }

    fn control(&mut self, key: &str, _command: &str) {
        self.press(&["Control", key]);
    }
}
