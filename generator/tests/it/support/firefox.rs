//! The other real browser: Firefox without a window, told what to do by Marionette.
//!
//! Messages are JSON with their length in front: <https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html>.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A page answers by then, or never.
const PATIENCE: Duration = Duration::from_secs(30);

/// The system gives it a port, and nothing is asked for in the network.
const SETTINGS: &str = "\
user_pref('marionette.port', 0);
user_pref('browser.startup.page', 0);
user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('toolkit.telemetry.server', '');
user_pref('app.update.enabled', false);
user_pref('app.normandy.enabled', false);
user_pref('browser.safebrowsing.malware.enabled', false);
user_pref('browser.safebrowsing.phishing.enabled', false);
user_pref('extensions.update.enabled', false);
user_pref('services.settings.server', 'data:,');
user_pref('network.captive-portal-service.enabled', false);
user_pref('network.connectivity-service.enabled', false);
";

/// A browser with one page.
pub struct Firefox {
    process: Child,
    stream: TcpStream,
    sent: u64,
    _profile: TempDir,
}

impl Firefox {
    /// Starts it.
    pub fn start() -> Self {
        let profile = TempDir::with_prefix("firefox").unwrap();
        fs::write(profile.path().join("user.js"), SETTINGS).unwrap();
        let process = Command::new("firefox-esr")
            .args(["--headless", "--marionette", "--no-remote", "--profile"])
            .arg(profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stream = connect(&profile.path().join("MarionetteActivePort"));
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut firefox = Self {
            process,
            stream,
            sent: 0,
            _profile: profile,
        };
        // It says first who it is.
        firefox.read();
        firefox.call("WebDriver:NewSession", &json!({}));
        firefox
    }

    /// Calls a command, and gives its result.
    #[track_caller]
    pub fn call(&mut self, command: &str, parameters: &Value) -> Value {
        self.sent += 1;
        let message = json!([0, self.sent, command, parameters]).to_string();
        write!(self.stream, "{}:{message}", message.len()).unwrap();
        let mut answer = self.read();
        assert_eq!(answer[2], Value::Null, "{command}: {answer}");
        answer[3].take()
    }

    fn read(&mut self) -> Value {
        let mut length = String::new();
        let mut byte = [0];
        loop {
            self.stream.read_exact(&mut byte).unwrap();
            if byte == *b":" {
                break;
            }
            length.push(char::from(byte[0]));
        }
        let mut message = vec![0; length.parse().unwrap()];
        self.stream.read_exact(&mut message).unwrap();
        serde_json::from_slice(&message).unwrap()
    }

    /// Opens a file, with what is behind `#`, and waits until it is there.
    pub fn open(&mut self, file: &Path, fragment: &str) {
        self.call("WebDriver:Navigate", &json!({"url": "about:blank"}));
        let address = format!("file://{}{fragment}", file.display()).replace(' ', "%20");
        self.call("WebDriver:Navigate", &json!({"url": address}));
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let script = format!("return ({expression})");
        let ask = json!({"script": script, "args": [], "sandbox": null});
        self.call("WebDriver:ExecuteScript", &ask)["value"].take()
    }

    /// Presses keys at once, the last one as often as it is held down with those before.
    pub fn press(&mut self, keys: &[&str]) {
        let codes = keys.iter().map(|key| match *key {
            "Control" => "\u{e009}",
            "Enter" => "\u{e007}",
            "Tab" => "\u{e004}",
            key => key,
        });
        let codes: Vec<_> = codes.collect();
        let down = codes
            .iter()
            .map(|key| json!({"type": "keyDown", "value": key}));
        let up = codes.iter().rev();
        let up = up.map(|key| json!({"type": "keyUp", "value": key}));
        let actions: Vec<_> = down.chain(up).collect();
        let keyboard = json!([{"type": "key", "id": "keyboard", "actions": actions}]);
        self.call("WebDriver:PerformActions", &json!({"actions": keyboard}));
    }
}

/// Connects, as soon as the file says where.
fn connect(port: &Path) -> TcpStream {
    let end = Instant::now() + PATIENCE;
    loop {
        let number = fs::read_to_string(port).unwrap_or_default();
        if let Ok(number) = number.trim().parse::<u16>()
            && let Ok(stream) = TcpStream::connect(("127.0.0.1", number))
        {
            return stream;
        }
        assert!(Instant::now() < end, "Firefox does not start");
        thread::sleep(Duration::from_millis(50));
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        let quit = json!([0, 0, "Marionette:Quit", {"flags": ["eForceQuit"]}]).to_string();
        let _ = write!(self.stream, "{}:{quit}", quit.len());
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
