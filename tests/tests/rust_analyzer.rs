//! rust-analyzer expands `thrift!` in a process of its own, which does not say in which file a macro is called.
//! The process comes with Rust: the test speaks with it as rust-analyzer does.

use std::collections::HashSet;
use std::env::consts::{DLL_SUFFIX, EXE_SUFFIX};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use thriftly_tests::package::Package;

/// The version of the protocol in which the messages below are written.
const VERSION: u64 = 6;

/// The number that stands for a string among literals, and that for no suffix.
const STRING: u32 = 5;
const NO_SUFFIX: u32 = u32::MAX;

#[test]
fn the_file_beside_the_calling_one_is_found() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(mut server) = Server::start() else { return };
    let package = Package::new(folder, "analyzed");
    package.write("src/main.rs", "thriftly::thrift!(\"sleep.thrift\");\nfn main() {}\n");
    package.write("src/sleep.thrift", "service Sleep { oneway void sleep(1: i32 seconds) }\n");
    let library = library(&package.cargo(&["check", "--message-format", "json"]));

    let expansion = server.expand(&library, &folder.join("analyzed"), "sleep.thrift");
    for name in ["BlockingSleep", "BlockingSleepClient", "BlockingSleepServer", "sleep", "seconds"]
    {
        assert!(expansion.contains(name), "{name} is not in {expansion:?}");
    }
    assert!(!expansion.contains("compile_error"), "{expansion:?}");

    let expansion = server.expand(&library, &folder.join("analyzed"), "nowhere.thrift");
    assert!(expansion.contains("compile_error"), "{expansion:?}");
}

/// The library of the macros, in what cargo says of a build.
fn library(messages: &str) -> PathBuf {
    let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let artifacts = messages.filter(|message| message["target"]["name"] == "thriftly_macros");
    let files = artifacts.flat_map(|message| message["filenames"].as_array().cloned());
    let files = files.flatten().filter_map(|file| file.as_str().map(PathBuf::from));
    let mut libraries = files.filter(|file| file.to_string_lossy().ends_with(DLL_SUFFIX));
    libraries.next().expect("the macros are a library")
}

/// The process in which rust-analyzer runs macros. Each message is JSON on a line.
struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it. Says so if there is none, or one that speaks otherwise.
    fn start() -> Option<Server> {
        let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
        let sysroot =
            Command::new(rustc).args(["--print", "sysroot"]).output().expect("rustc runs");
        let sysroot = String::from_utf8(sysroot.stdout).expect("a path of text");
        let name = format!("rust-analyzer-proc-macro-srv{EXE_SUFFIX}");
        let path = Path::new(sysroot.trim()).join("libexec").join(name);
        if !path.is_file() {
            eprintln!("skipped: there is no {}", path.display());
            return None;
        }
        let mut child = Command::new(path)
            .env("RUST_ANALYZER_INTERNALS_DO_NOT_USE", "a test")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Server { child, input, output };
        let version = server.ask(&json!({ "ApiVersionCheck": {} }));
        if version.as_ref().map(|version| &version["ApiVersionCheck"]) != Some(&json!(VERSION)) {
            eprintln!("skipped: the protocol is not that of version {VERSION}: {version:?}");
            return None;
        }
        // As rust-analyzer does: a place is a range in one of its own files.
        let mode = json!({ "SetConfig": { "span_mode": "RustAnalyzer" } });
        assert_eq!(server.ask(&mode), Some(mode));
        Some(server)
    }

    /// The answer to a message, if there is one.
    fn ask(&mut self, message: &Value) -> Option<Value> {
        writeln!(self.input, "{message}").ok()?;
        self.input.flush().ok()?;
        let mut line = String::new();
        self.output.read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }

    /// The identifiers in the expansion of `thrift!` with a path, in a package.
    fn expand(&mut self, library: &Path, package: &Path, path: &str) -> HashSet<String> {
        let message = json!({ "ExpandMacro": {
            "lib": library,
            "env": [["CARGO_MANIFEST_DIR", package]],
            "current_dir": package,
            "macro_name": "thrift",
            "macro_body": {
                // The group around all: the places of its ends, no delimiter, and which tokens are in it.
                "subtree": [0, 0, 0, 0, 1],
                // A token is the place in its list, times 4, and the number of the list: 1 for literals.
                "token_tree": [1],
                // Place, text, kind, suffix.
                "literal": [0, 1, STRING, NO_SUFFIX],
                "punct": [],
                "ident": [],
                "text": ["", path],
            },
            "attributes": null,
            "has_global_spans": { "serialize": true, "def_site": 0, "call_site": 0, "mixed_site": 0 },
            // One place: file, item, start, end and hygiene.
            "span_data_table": [0, 0, 0, 0, 0],
        } });
        let answer = self.ask(&message).expect("it answers");
        let tree = &answer["ExpandMacroExtended"]["Ok"]["tree"];
        let (idents, texts) = (&tree["ident"], &tree["text"]);
        let idents = idents.as_array().unwrap_or_else(|| panic!("no expansion: {answer}"));
        // Place, text, whether it is raw.
        let idents = idents.chunks(3).map(|ident| ident[1].as_u64().expect("an index"));
        idents.map(|at| texts[at as usize].as_str().expect("a text").to_owned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
