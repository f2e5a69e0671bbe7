//! A real Chromium without a window, driven over its DevTools protocol. Knows no page and no test.

use std::cell::{Cell, RefCell};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

use super::lines::Lines;
use super::plugin::PATIENCE;

/// What it is called on the systems we know.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Names a browser in place of those on `PATH`.
pub const NAMED_BY: &str = "CHROMIUM_BINARY";

/// Talks to nobody but the page's own server, and leaves nothing behind.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
];

/// Where one is: `CHROMIUM_BINARY`, else the first on `PATH`.
pub fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(NAMED_BY).filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let candidates = std::env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

/// A browser with one page.
pub struct Browser {
    process: Child,
    socket: RefCell<WebSocket<TcpStream>>,
    session: RefCell<Option<String>>,
    next: Cell<u64>,
    problems: RefCell<Vec<String>>,
    _profile: TempDir,
}

impl Browser {
    /// Starts the browser in `binary` and opens `url` in it.
    pub fn open(binary: &Path, url: &str) -> Self {
        let profile =
            tempfile::Builder::new().prefix("browser-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut process = Command::new(binary)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            // It looks for a desktop, and would speak to it.
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", binary.display()));
        let lines = Lines::collect(process.stderr.take().unwrap());
        let address = (0..)
            .map_while(|index| lines.line(index))
            .find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned))
            .unwrap_or_else(|| panic!("{} ended: {:?}", binary.display(), lines.so_far()));
        let host = address.strip_prefix("ws://").and_then(|rest| rest.split('/').next()).unwrap();
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, _) = tungstenite::client(address.as_str(), stream).expect("DevTools speak WebSocket");
        let browser = Self {
            process,
            socket: RefCell::new(socket),
            session: RefCell::default(),
            next: Cell::new(1),
            problems: RefCell::default(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", &attach);
        *browser.session.borrow_mut() = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            browser.call(domain, &json!({}));
        }
        browser.call("Page.navigate", &json!({ "url": url }));
        browser
    }

    /// The value of an expression of the page, awaited if it is a promise.
    #[track_caller]
    pub fn evaluate(&self, expression: &str) -> Value {
        let request = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", &request);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression of the page is true.
    #[track_caller]
    pub fn until(&self, expression: &str) {
        let start = Instant::now();
        while self.evaluate(&format!("Boolean({expression})")) != true {
            assert!(
                start.elapsed() < PATIENCE,
                "never true: {expression}\n{}\n{:?}",
                self.text(),
                self.problems()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Clicks the only element that matches `selector` and says `text`.
    #[track_caller]
    pub fn click(&self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        let found = format!(
            "[...document.querySelectorAll({selector})].filter((one) => one.textContent.includes({text}))"
        );
        self.until(&format!("{found}.length === 1"));
        self.evaluate(&format!("{found}[0].click()"));
    }

    /// What a person reads on the page.
    pub fn text(&self) -> String {
        self.evaluate("document.body?.innerText ?? ''").as_str().unwrap_or_default().to_owned()
    }

    /// As a person with this setting sees it: `light` or `dark`.
    pub fn prefer_colours(&self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.call("Emulation.setEmulatedMedia", &json!({ "features": [feature] }));
    }

    /// In a window of this size, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Errors in the page's console so far: exceptions, what its policy refused, what it could not load.
    pub fn problems(&self) -> Vec<String> {
        self.problems.borrow().clone()
    }

    #[track_caller]
    fn call(&self, method: &str, parameters: &Value) -> Value {
        let id = self.next.replace(self.next.get() + 1);
        let mut request = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = &*self.session.borrow() {
            request["sessionId"] = session.as_str().into();
        }
        let mut socket = self.socket.borrow_mut();
        socket.send(Message::text(request.to_string())).unwrap();
        loop {
            let message = socket.read().unwrap_or_else(|error| panic!("no answer to {method}: {error}"));
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(text.as_str()).unwrap();
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    fn note(&self, event: &Value) {
        let problem = match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => &event["params"]["exceptionDetails"],
            Some("Log.entryAdded") if event["params"]["entry"]["level"] == "error" => {
                &event["params"]["entry"]
            }
            _ => return,
        };
        self.problems.borrow_mut().push(problem.to_string());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its other processes end with it. It may have ended by itself, which the test has noticed by then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
