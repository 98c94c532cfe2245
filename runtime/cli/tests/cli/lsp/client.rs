//! A client of the language server, over pipes.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with files, and a server that was started for it.
pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Value>,
    /// Messages of the server that are no answers.
    pub(crate) notices: Vec<Value>,
    pub(crate) folder: PathBuf,
    next: i64,
}

impl Client {
    /// Starts a server in a fresh folder with these files, and says `initialize`.
    pub(crate) fn start(name: &str, files: &[(&str, &str)]) -> Client {
        let mut client = Client::uninitialized(name, files);
        let offer = json!({});
        client.initialize(&offer, &json!(null));
        client
    }

    pub(crate) fn uninitialized(name: &str, files: &[(&str, &str)]) -> Client {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lsp").join(name);
        let _ = fs::remove_dir_all(&folder);
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_thriftly"))
            .args(["lsp", "--stdio"])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, incoming) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let stdin = child.stdin.take();
        Client { child, stdin, incoming, notices: Vec::new(), folder, next: 1 }
    }

    pub(crate) fn initialize(&mut self, capabilities: &Value, options: &Value) -> Value {
        let uri = uri(&self.folder);
        let params = json!({
            "processId": null,
            "capabilities": capabilities,
            "initializationOptions": options,
            "workspaceFolders": [{ "uri": uri, "name": "test" }],
        });
        let answer = self.call("initialize", params);
        self.notify("initialized", json!({}));
        answer
    }

    /// The URI of a file in the folder.
    pub(crate) fn uri(&self, file: &str) -> String {
        uri(&self.folder.join(file))
    }

    /// Writes bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    pub(crate) fn body(&mut self, body: &str) {
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.body(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    /// Calls a method that succeeds.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Calls a method, and gives its result or the error.
    pub(crate) fn try_call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.next;
        self.next += 1;
        self.body(
            &json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string(),
        );
        let answer = self.answer(&json!(id));
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// The answer with an id.
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        loop {
            let message = self.message();
            if message.get("method").is_none() && message["id"] == *id {
                return message;
            }
            self.notices.push(message);
        }
    }

    fn message(&mut self) -> Value {
        self.incoming.recv_timeout(PATIENCE).expect("a message of the server")
    }

    pub(crate) fn open(&mut self, file: &str, text: &str) {
        let uri = self.uri(file);
        let document = json!({ "uri": uri, "languageId": "thrift", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Opens a file with the text that it has on the disk. Returns the text.
    pub(crate) fn open_saved(&mut self, file: &str) -> String {
        let text = fs::read_to_string(self.folder.join(file)).unwrap();
        self.open(file, &text);
        text
    }

    /// Replaces the first `old` in the text of a document by `new`, as one key would.
    pub(crate) fn edit(
        &mut self,
        file: &str,
        version: i32,
        text: &mut String,
        old: &str,
        new: &str,
    ) {
        let change = json!({ "range": range(text, old), "text": new });
        *text = text.replacen(old, new, 1);
        self.change(file, version, json!([change]));
    }

    pub(crate) fn change(&mut self, file: &str, version: i32, changes: Value) {
        let document = json!({ "uri": self.uri(file), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// The diagnostics of a version of a document, as `line:column code: first line of the message`.
    pub(crate) fn diagnostics(&mut self, file: &str, version: i64) -> Vec<String> {
        let shown = self.published(file, version);
        let shown = shown["diagnostics"].as_array().unwrap().iter().map(|one| {
            let start = &one["range"]["start"];
            let message = one["message"].as_str().unwrap().lines().next().unwrap();
            let code = one["code"].as_str().unwrap();
            format!("{}:{} {code}: {message}", start["line"], start["character"])
        });
        shown.collect()
    }

    /// What was published for a version of a document.
    pub(crate) fn published(&mut self, file: &str, version: i64) -> Value {
        let uri = self.uri(file);
        let is_it = |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == *uri
                && message["params"]["version"] == version
        };
        if let Some(at) = self.notices.iter().position(is_it) {
            return self.notices.remove(at)["params"].clone();
        }
        loop {
            let message = self.message();
            if is_it(&message) {
                return message["params"].clone();
            }
            self.notices.push(message);
        }
    }

    /// Parameters of requests about the place of a text in a document.
    pub(crate) fn place(&self, file: &str, text: &str, before: &str) -> Value {
        let at =
            text.find(before).unwrap_or_else(|| panic!("{before:?} in {text:?}")) + before.len();
        json!({ "textDocument": { "uri": self.uri(file) }, "position": position(text, at) })
    }

    /// `file:line:column`, counted from 0, of a location.
    pub(crate) fn location(&self, location: &Value) -> String {
        let uri = location["uri"].as_str().unwrap();
        let file = uri.strip_prefix(&format!("{}/", uri_of(&self.folder))).unwrap_or(uri);
        let start = &location["range"]["start"];
        format!("{file}:{}:{}", start["line"], start["character"])
    }

    /// Ends the session as editors do.
    pub(crate) fn shut_down(mut self) {
        assert_eq!(self.call("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        assert_eq!(self.wait().code(), Some(0));
    }

    /// Closes the pipe and waits for the end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        drop(self.stdin.take());
        self.child.wait().unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(input: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", text)) => length = text.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

fn uri_of(path: &Path) -> String {
    uri(path)
}

fn uri(path: &Path) -> String {
    let path = path.to_str().unwrap().replace('\\', "/");
    format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" })
}

/// The position of an offset, in UTF-16.
pub(crate) fn position(text: &str, offset: usize) -> Value {
    let line = text[..offset].matches('\n').count();
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": text[start..offset].encode_utf16().count() })
}

/// The range of the first occurrence of a text.
pub(crate) fn range(text: &str, part: &str) -> Value {
    let at = text.find(part).unwrap_or_else(|| panic!("{part:?} in {text:?}"));
    json!({ "start": position(text, at), "end": position(text, at + part.len()) })
}

/// A text after edits, which are given in any order.
pub(crate) fn edited(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let line = position["line"].as_u64().unwrap() as usize;
        let mut start = 0;
        for _ in 0..line {
            start += text[start..].find('\n').map_or(text.len() - start, |length| length + 1);
        }
        let rest = text[start..].split('\n').next().unwrap();
        let column = position["character"].as_u64().unwrap() as usize;
        let units: Vec<u16> = rest.encode_utf16().take(column).collect();
        start + String::from_utf16(&units).unwrap().len()
    };
    let mut edits: Vec<_> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (offset(&range["start"]), offset(&range["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}
