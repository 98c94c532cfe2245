//! The other implementations: where they are, and which stacks they have.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::stack::{Socket, Stack};
use crate::peers::{self, APACHE, THRIFTPY2};

/// Another implementation of Thrift.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Its name and version.
    pub name: &'static str,
    /// The program that is run as server and client.
    pub(super) program: PathBuf,
    /// Arguments before those of the role and the stack.
    pub(super) arguments: Vec<PathBuf>,
    pub(super) environment: Vec<(&'static str, OsString)>,
    /// What it speaks.
    pub stacks: Vec<Stack>,
    /// It can send and receive `uuid`.
    pub(super) has_uuid: bool,
}

const BUFFERED: &str = "buffered";
const FRAMED: &str = "framed";

/// Apache Thrift for Python, installed below the folder.
pub fn apache_python(folder: &Path) -> Peer {
    let plain = [BUFFERED, FRAMED].map(|transport| {
        ["binary", "compact", "json", "binary-in-c", "compact-in-c"]
            .map(|protocol| Stack::new(protocol, transport))
    });
    let more = [
        Stack::new("binary", "header"),
        Stack::new("compact", "header"),
        Stack::new("binary", "zlib"),
        Stack::new("compact", "zlib"),
        Stack::new("binary", "http"),
        Stack::new("compact", "http"),
        Stack::new("json", "http"),
        Stack::new("binary", "http").over(Socket::Tls),
        Stack::new("binary", BUFFERED).over(Socket::Unix),
        Stack::new("compact", FRAMED).over(Socket::Unix),
        Stack::new("binary", BUFFERED).over(Socket::Tls),
        Stack::new("compact", FRAMED).over(Socket::Tls),
        Stack::new("binary", BUFFERED).multiplexed(),
        Stack::new("compact", FRAMED).multiplexed(),
    ];
    Peer {
        name: "Apache Python 0.25",
        program: peers::python(folder, &[APACHE, THRIFTPY2]),
        arguments: vec![script("python/interop_apache.py")],
        environment: vec![],
        stacks: plain.into_iter().flatten().chain(more).collect(),
        has_uuid: true,
    }
}

/// thriftpy2, installed below the folder.
pub fn thriftpy2(folder: &Path) -> Peer {
    let plain = [BUFFERED, FRAMED].map(|transport| {
        ["binary", "compact", "tpjson"].map(|protocol| Stack::new(protocol, transport))
    });
    let more = [
        Stack::new("json", BUFFERED),
        Stack::new("binary", "sasl"),
        Stack::new("compact", "sasl"),
        Stack::new("binary", "http"),
        Stack::new("compact", "http"),
        Stack::new("json", "http"),
        Stack::new("tpjson", "http"),
        Stack::new("binary", BUFFERED).over(Socket::Unix),
        Stack::new("compact", FRAMED).over(Socket::Unix),
        Stack::new("binary", BUFFERED).over(Socket::Tls),
        Stack::new("compact", FRAMED).over(Socket::Tls),
        Stack::new("binary", BUFFERED).multiplexed(),
        Stack::new("compact", FRAMED).multiplexed(),
    ];
    Peer {
        name: "thriftpy2 0.7.1",
        program: peers::python(folder, &[APACHE, THRIFTPY2]),
        arguments: vec![script("python/interop_thriftpy.py")],
        environment: vec![],
        stacks: plain.into_iter().flatten().chain(more).collect(),
        has_uuid: false,
    }
}

/// Apache Thrift for Node, installed below the folder.
pub fn node(folder: &Path) -> Peer {
    let plain = [BUFFERED, FRAMED].map(|transport| {
        ["binary", "compact", "json"].map(|protocol| Stack::new(protocol, transport))
    });
    let more = [
        Stack::new("binary", "http"),
        Stack::new("compact", "http"),
        Stack::new("json", "http"),
        Stack::new("binary", "http").over(Socket::Tls),
        Stack::new("binary", BUFFERED).over(Socket::Unix),
        Stack::new("compact", FRAMED).over(Socket::Unix),
        Stack::new("binary", BUFFERED).over(Socket::Tls),
        Stack::new("compact", FRAMED).over(Socket::Tls),
        Stack::new("binary", BUFFERED).multiplexed(),
        Stack::new("compact", FRAMED).multiplexed(),
    ];
    let modules = peers::node_modules(folder, &script("node/package.json"));
    Peer {
        name: "Node thrift 0.24",
        program: "node".into(),
        arguments: vec![script("node/interop.js")],
        environment: vec![("NODE_PATH", modules.into()), ("NODE_NO_WARNINGS", "1".into())],
        stacks: plain.into_iter().flatten().chain(more).collect(),
        has_uuid: true,
    }
}

/// ThriftPy itself, from Debian's `python3-thriftpy`.
pub fn thriftpy() -> Peer {
    let plain = [BUFFERED, FRAMED]
        .map(|transport| ["binary", "tpjson"].map(|protocol| Stack::new(protocol, transport)));
    Peer {
        name: "ThriftPy 0.3.9",
        program: "/usr/bin/python3".into(),
        arguments: vec![script("python/interop_thriftpy.py")],
        environment: vec![("THRIFTPY", "thriftpy".into())],
        stacks: plain
            .into_iter()
            .flatten()
            .chain([
                Stack::new("compact", BUFFERED),
                Stack::new("binary", BUFFERED).over(Socket::Unix),
                Stack::new("binary", BUFFERED).over(Socket::Tls),
                Stack::new("binary", BUFFERED).multiplexed(),
            ])
            .collect(),
        has_uuid: false,
    }
}

/// Apache Thrift for C++, from Debian's `thrift-compiler`, `libthrift-dev` and `libboost-dev`; built below the folder.
pub fn cpp(folder: &Path) -> Peer {
    let plain = [BUFFERED, FRAMED, "http"].map(|transport| {
        ["binary", "compact", "json"].map(|protocol| Stack::new(protocol, transport))
    });
    let more = [
        Stack::new("binary", "header"),
        Stack::new("compact", "header"),
        Stack::new("binary", "zlib"),
        Stack::new("compact", "zlib"),
        Stack::new("binary", BUFFERED).over(Socket::Unix),
        Stack::new("compact", FRAMED).over(Socket::Unix),
        Stack::new("binary", BUFFERED).over(Socket::Tls),
        Stack::new("compact", FRAMED).over(Socket::Tls),
        Stack::new("binary", BUFFERED).multiplexed(),
        Stack::new("compact", FRAMED).multiplexed(),
    ];
    let code = generated(folder, "cpp:no_skeleton");
    let program = code.join("interop");
    let modified = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    if modified(&program) <= modified(&script("cpp/interop.cpp")) {
        let sources = ["Base", "Interop", "InteropPlus", "InteropV2", "Second"];
        let sources = sources.into_iter().chain(["interop_types", "interop_constants"]);
        let libraries = ["-lthrift", "-lthriftz", "-lssl", "-lcrypto", "-lz", "-lpthread"];
        peers::run(
            Command::new("g++")
                .args(["-std=c++17", "-w", "-o", "interop.new", "-I."])
                .arg(r#"-DPACKAGE_VERSION="0.17""#)
                .arg(script("cpp/interop.cpp"))
                .args(sources.map(|name| format!("{name}.cpp")))
                .args(libraries)
                .current_dir(&code),
        );
        std::fs::rename(code.join("interop.new"), &program).expect("it was built");
    }
    Peer {
        name: "C++ 0.17",
        program,
        arguments: vec![],
        environment: vec![],
        stacks: plain.into_iter().flatten().chain(more).collect(),
        has_uuid: false,
    }
}

/// Apache Thrift for Ruby, from Debian's `thrift-compiler` and `ruby-thrift`.
pub fn ruby(folder: &Path) -> Peer {
    let plain = [BUFFERED, FRAMED].map(|transport| {
        ["binary", "compact", "json", "binary-in-c"].map(|protocol| Stack::new(protocol, transport))
    });
    Peer {
        name: "Ruby 0.14",
        program: "ruby".into(),
        arguments: vec!["-W0".into(), script("ruby/interop.rb")],
        environment: vec![("RUBYLIB", generated(folder, "rb").into())],
        stacks: plain
            .into_iter()
            .flatten()
            .chain([
                Stack::new("binary", BUFFERED).over(Socket::Unix),
                Stack::new("binary", BUFFERED).multiplexed(),
                Stack::new("compact", FRAMED).multiplexed(),
            ])
            .collect(),
        has_uuid: false,
    }
}

/// The folder with the code that Apache's compiler makes of the IDL.
fn generated(folder: &Path, language: &str) -> PathBuf {
    let name = language.split(':').next().unwrap_or(language);
    let code = folder.join(format!("interop-{name}"));
    std::fs::create_dir_all(&code).expect("the folder is writable");
    let idl = script("idl/interop.thrift");
    peers::run(Command::new("thrift").args(["--gen", language, "-out"]).arg(&code).arg(idl));
    code
}

/// A file of this package.
pub(super) fn script(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
