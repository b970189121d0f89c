//! A real browser, without a window: Chromium, told what to do through its debugging pipe.
//!
//! Messages are JSON with a zero byte behind each; it reads them from descriptor 3 and writes them to 4:
//! <https://chromedevtools.github.io/devtools-protocol/>.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::tools;

/// A page answers by then, or never.
const PATIENCE: Duration = Duration::from_secs(30);

/// A name that leads the browser to this machine.
pub const ELSEWHERE: &str = "elsewhere.example";

const OPTIONS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

/// A browser that runs.
struct Browser {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    sent: u64,
}

/// Those that a test has done with: it takes a second of a processor to start one.
static IDLE: Mutex<Vec<Browser>> = Mutex::new(Vec::new());

/// A browser with one page, which knows nothing of what there was in it before.
pub struct Chromium {
    /// Until the end.
    browser: Option<Browser>,
    /// Whether the next test may have it.
    is_reused: bool,
    /// What the page keeps, apart from other pages.
    context: Value,
    /// What has happened, apart from answers.
    events: Vec<Value>,
    session: Option<String>,
}

impl Browser {
    fn start() -> Self {
        // The profile goes with the browser, which ends with who started it, as that is the other end of its pipe.
        let script = "profile=$(mktemp -d --tmpdir chromium.XXXXXX); \
            chromium \"$@\" --user-data-dir=\"$profile\" 3<&0 4>&1 </dev/null >/dev/null 2>&1; rm -rf \"$profile\"";
        let mut process = Command::new("sh")
            .args(["-c", script, "sh"])
            .args(OPTIONS)
            .arg(format!("--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in output.split(0).map_while(Result::ok) {
                let _ = sender.send(serde_json::from_slice(&message).unwrap());
            }
        });
        Self {
            input: process.stdin.take().unwrap(),
            process,
            messages,
            sent: 0,
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let close = json!({"id": 0, "method": "Browser.close"});
        let _ = write!(self.input, "{close}\0");
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Chromium {
    /// Opens a page in a browser of its own.
    pub fn start() -> Self {
        Self::of(Browser::start(), false)
    }

    /// Opens a page in a browser that another test of files has done with, or in a new one.
    pub fn reused() -> Self {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self::of(idle.unwrap_or_else(Browser::start), true)
    }

    fn of(browser: Browser, is_reused: bool) -> Self {
        let mut chromium = Self {
            browser: Some(browser),
            is_reused,
            context: Value::Null,
            events: vec![],
            session: None,
        };
        let mut context = chromium.call("Target.createBrowserContext", &json!({}));
        chromium.context = context["browserContextId"].take();
        let create = json!({"url": "about:blank", "browserContextId": chromium.context});
        let page = chromium.call("Target.createTarget", &create);
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        let session = chromium.call("Target.attachToTarget", &attach);
        chromium.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            chromium.call(&format!("{domain}.enable"), &json!({}));
        }
        chromium.size(1280, 900);
        chromium
    }

    /// Calls a method of the protocol, and gives its result.
    #[track_caller]
    pub fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.ask(method, parameters)
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The same, or the error that it answers.
    fn ask(&mut self, method: &str, parameters: &Value) -> Result<Value, Value> {
        let browser = self.browser.as_mut().expect("it has not ended");
        browser.sent += 1;
        let mut message = json!({"id": browser.sent, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        write!(browser.input, "{message}\0").unwrap();
        loop {
            let mut message = browser.messages.recv_timeout(PATIENCE).expect(method);
            if message["id"] == browser.sent {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].take()),
                };
            }
            self.events.push(message);
        }
    }

    /// Opens a file, with what is behind `#`, and waits until it is there.
    pub fn open(&mut self, file: &Path, fragment: &str) {
        self.call("Page.navigate", &json!({"url": "about:blank"}));
        self.settle("about:blank");
        let address = format!("file://{}{fragment}", file.display()).replace(' ', "%20");
        self.call("Page.navigate", &json!({"url": address}));
        self.settle(file.to_str().unwrap());
    }

    /// Opens a page of a server, and waits until it is there.
    pub fn visit(&mut self, address: &str) {
        self.call("Page.navigate", &json!({"url": address}));
        self.settle(address);
    }

    /// Waits until a page is there whose address has this in it.
    pub fn settle(&mut self, address: &str) {
        self.until(&format!(
            "document.readyState === 'complete' && decodeURI(location.href).includes({})",
            json!(address)
        ));
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn until(&mut self, expression: &str) {
        let end = Instant::now() + PATIENCE;
        let ask = json!({"expression": expression, "returnByValue": true});
        // A page that is just being left has no answer.
        while !self
            .ask("Runtime.evaluate", &ask)
            .is_ok_and(|answer| answer["result"]["value"] == json!(true))
        {
            assert!(Instant::now() < end, "never: {expression}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let ask = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.call("Runtime.evaluate", &ask);
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].take()
    }

    /// The same, as text.
    #[track_caller]
    pub fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    }

    /// What axe finds on the page that keeps people from using it, without these of its rules. The page's policy is against such a
    /// script, so it has to be bypassed.
    #[track_caller]
    pub fn axe(&mut self, without: &[&str]) -> Value {
        self.value(&format!("{};0", tools::axe()));
        let without = without
            .iter()
            .map(|it| format!("'{it}': {{ enabled: false }}"));
        let without = without.collect::<Vec<_>>().join(", ");
        self.value(&format!(
            "axe.run(document, {{ rules: {{ {without} }},\
               runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }})\
             .then((it) => it.passes.length < 10 ? ['nothing was looked at'] :\
               it.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' ')))",
        ))
    }

    /// Presses a key as a person does.
    pub fn press(&mut self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            _ if key.chars().count() == 1 => key,
            _ => "",
        };
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            _ => 0,
        };
        let down =
            json!({"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", &down);
        let up = json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", &up);
    }

    /// Presses Ctrl and a key, which a browser with a window takes for the editing command of this name.
    pub fn control(&mut self, key: &str, command: &str) {
        let code = key.to_uppercase().bytes().next();
        let mut event = json!({"type": "rawKeyDown", "key": key, "modifiers": 2, "windowsVirtualKeyCode": code,
                               "commands": [command]});
        self.call("Input.dispatchKeyEvent", &event);
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", &event);
    }

    /// Types a text into what has the focus.
    pub fn write(&mut self, text: &str) {
        for key in text.chars() {
            self.press(&key.to_string());
        }
    }

    /// Sets the size of the window.
    pub fn size(&mut self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Says what the system's colours are: `light` or `dark`.
    pub fn prefer(&mut self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.call(
            "Emulation.setEmulatedMedia",
            &json!({"features": [feature]}),
        );
    }

    /// Errors and warnings of the pages, and what they asked for that is not a file of theirs.
    pub fn complaints(&mut self, directory: &Path) -> Vec<String> {
        // What has happened until now comes before the answer.
        self.value("0");
        let own = format!("file://{}/", directory.display()).replace(' ', "%20");
        let events = self.events.iter();
        let wrong = events.filter(|event| match event["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled" => true,
            "Network.requestWillBeSent" => {
                let url = event["params"]["request"]["url"].as_str().unwrap();
                let is_own = url.starts_with(&own) || url.starts_with("data:");
                !is_own && url != "about:blank"
            }
            _ => false,
        });
        wrong.map(Value::to_string).collect()
    }
}

impl Drop for Chromium {
    /// The next test gets the browser, unless this one has failed.
    fn drop(&mut self) {
        if !self.is_reused || thread::panicking() {
            return;
        }
        self.session = None;
        let context = json!({"browserContextId": self.context});
        if self.ask("Target.disposeBrowserContext", &context).is_ok() {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            idle.extend(self.browser.take());
        }
    }
}
