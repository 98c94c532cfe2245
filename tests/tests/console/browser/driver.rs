//! A browser without a window, driven over the W3C's WebDriver protocol: JSON over HTTP with chromedriver.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

/// The key of the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Longer than anything should take.
const HANG: Duration = Duration::from_secs(60);

/// Keys without a letter, as WebDriver writes them.
pub(super) const CONTROL: &str = "\u{e009}";
pub(super) const ENTER: &str = "\u{e007}";
pub(super) const ESCAPE: &str = "\u{e00c}";
pub(super) const DOWN: &str = "\u{e015}";

/// A browser, which ends with this.
pub(super) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    /// Its profile.
    _folder: Folder,
}

/// A folder that is removed.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An element of the page.
pub(super) struct Element<'b> {
    browser: &'b Browser,
    id: String,
}

impl Browser {
    /// Starts a browser with a window of this size.
    pub(super) fn start(width: u32, height: u32) -> Browser {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver is installed: see tests/README.md");
        let mut lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        let port = lines.find_map(|line| {
            let line = line.expect("it is text");
            line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        let address = SocketAddr::from(([127, 0, 0, 1], port.expect("it says its port")));
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("console-{}", driver.id()));
        let mut browser =
            Browser { driver, address, session: String::new(), _folder: Folder(folder) };
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", browser._folder.0.display()),
            &format!("--window-size={width},{height}"),
        ];
        let session = browser.post(
            "/session",
            json!({"capabilities": {"alwaysMatch": {
                "goog:chromeOptions": {"args": arguments},
                "goog:loggingPrefs": {"browser": "ALL"},
                "unhandledPromptBehavior": "ignore",
            }}}),
        );
        let session = session["sessionId"].as_str().expect("there is a session");
        browser.session = format!("/session/{session}");
        browser
    }

    /// Opens an address, and waits until the page has loaded its IDL.
    pub(super) fn open(&self, url: &str) {
        // A fragment alone is no navigation.
        self.command("/url", json!({"url": "about:blank"}));
        self.command("/url", json!({"url": url}));
        self.wait("document.body.dataset.ready === 'true'");
    }

    /// The value of an expression in the page.
    pub(super) fn value(&self, expression: &str) -> Json {
        self.command(
            "/execute/sync",
            json!({"script": format!("return {expression};"), "args": []}),
        )
    }

    pub(super) fn text(&self, css: &str) -> String {
        self.value(&format!("document.querySelector({css:?}).textContent"))
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until an expression is true.
    pub(super) fn wait(&self, expression: &str) {
        let end = Instant::now() + HANG;
        while self.value(&format!("Boolean({expression})")) != true {
            assert!(
                Instant::now() < end,
                "never: {expression}\n{}",
                self.value("document.body.innerText")
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(super) fn find(&self, css: &str) -> Element<'_> {
        self.found("css selector", css)
    }

    /// The control with this accessible name: a button, or what a label or `aria-label` names.
    pub(super) fn named(&self, name: &str) -> Element<'_> {
        self.found("xpath", &format!(
            "//button[normalize-space(.)='{name}'] | //*[@aria-label='{name}'] | //*[@id=//label[.='{name}']/@for]"
        ))
    }

    fn found(&self, using: &str, what: &str) -> Element<'_> {
        let element = self.command("/element", json!({"using": using, "value": what}));
        let id =
            element[ELEMENT].as_str().unwrap_or_else(|| panic!("no {what}: {element}")).to_owned();
        Element { browser: self, id }
    }

    /// Types at whatever has the focus.
    pub(super) fn press(&self, keys: &str) {
        let element = self.command_of("GET", "/element/active", Json::Null);
        let id = element[ELEMENT].as_str().expect("something has the focus").to_owned();
        Element { browser: self, id }.keys(keys);
    }

    pub(super) fn resize(&self, width: u32, height: u32) {
        self.command("/window/rect", json!({"width": width, "height": height}));
    }

    /// What the page has complained of: errors, and what its policy has blocked.
    pub(super) fn complaints(&self) -> Vec<Json> {
        let log = self.command("/se/log", json!({"type": "browser"}));
        log.as_array().expect("a list").clone()
    }

    /// Saves a picture, if the environment has a folder for it.
    pub(super) fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("CONSOLE_PICTURES") else { return };
        let picture = self.command_of("GET", "/screenshot", Json::Null);
        let bytes = base64(picture.as_str().expect("it is text"));
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), bytes)
            .expect("the folder is there");
    }

    fn command(&self, path: &str, body: Json) -> Json {
        self.command_of("POST", path, body)
    }

    fn command_of(&self, method: &str, path: &str, body: Json) -> Json {
        self.ask(method, &format!("{}{path}", self.session), &body)
    }

    fn post(&self, path: &str, body: Json) -> Json {
        self.ask("POST", path, &body)
    }

    fn ask(&self, method: &str, path: &str, body: &Json) -> Json {
        let (head, answer) = self.exchange(method, path, body).expect("chromedriver answers");
        assert!(
            head.starts_with("HTTP/1.1 200"),
            "{method} {path}: {}",
            answer["value"]["message"]
        );
        answer["value"].clone()
    }

    /// The head of a response, and its body.
    fn exchange(&self, method: &str, path: &str, body: &Json) -> std::io::Result<(String, Json)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(HANG))?;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (address, length) = (self.address, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        // It keeps the connection, whatever the request says.
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        let lower = head.to_ascii_lowercase();
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"));
        let mut body = vec![0; length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)];
        stream.read_exact(&mut body)?;
        Ok((head, serde_json::from_slice(&body)?))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser itself, which else would stay.
        if !self.session.is_empty() {
            let _ = self.exchange("DELETE", &self.session, &Json::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Element<'_> {
    pub(super) fn click(&self) {
        self.browser.command(&format!("/element/{}/click", self.id), json!({}));
    }

    pub(super) fn keys(&self, keys: &str) {
        self.browser.command(&format!("/element/{}/value", self.id), json!({"text": keys}));
    }

    pub(super) fn clear(&self) {
        self.browser.command(&format!("/element/{}/clear", self.id), json!({}));
    }
}

fn base64(text: &str) -> Vec<u8> {
    let value = thriftly::dynamic::Value::from(text);
    let idl = thriftly::dynamic::Idl::load_str("").expect("it is empty");
    let bytes = idl.ty("binary").and_then(|ty| ty.convert(value)).expect("it is base64");
    bytes.as_bytes().expect("it is binary").to_vec()
}
