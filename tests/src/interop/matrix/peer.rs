//! The other implementations: where they are, and which stacks they have.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

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
        Stack::new("binary", BUFFERED).over(Socket::Unix),
        Stack::new("compact", FRAMED).over(Socket::Unix),
        Stack::new("binary", BUFFERED).over(Socket::Tls),
        Stack::new("compact", FRAMED).over(Socket::Tls),
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
        Stack::new("binary", "http"),
        Stack::new("compact", "http"),
        Stack::new("json", "http"),
        Stack::new("tpjson", "http"),
        Stack::new("binary", BUFFERED).over(Socket::Unix),
        Stack::new("compact", FRAMED).over(Socket::Unix),
        Stack::new("binary", BUFFERED).over(Socket::Tls),
        Stack::new("compact", FRAMED).over(Socket::Tls),
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
        Stack::new("binary", BUFFERED).over(Socket::Unix),
        Stack::new("compact", FRAMED).over(Socket::Unix),
        Stack::new("binary", BUFFERED).over(Socket::Tls),
        Stack::new("compact", FRAMED).over(Socket::Tls),
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

/// A file of this package.
pub(super) fn script(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
