//! The other implementations in interpreted languages: where they are, and which stacks they have.

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
    /// What it speaks, as server and as client.
    pub stacks: Vec<Stack>,
    /// What only its clients speak.
    pub client_stacks: Vec<Stack>,
    /// It can send and receive `uuid`.
    pub(super) has_uuid: bool,
}

/// The IDL of all peers.
pub(super) const IDL: &str = "idl/interop.thrift";

pub(super) const BUFFERED: &str = "buffered";
pub(super) const FRAMED: &str = "framed";

/// Each protocol over each transport.
pub(super) fn each(protocols: &[&'static str], transports: &[&'static str]) -> Vec<Stack> {
    let over = |transport| protocols.iter().map(move |protocol| Stack::new(protocol, transport));
    transports.iter().flat_map(|transport| over(transport)).collect()
}

/// Unix sockets, TLS and several services, with one protocol over one transport.
pub(super) fn varied(protocol: &'static str, transport: &'static str) -> Vec<Stack> {
    let stack = Stack::new(protocol, transport);
    vec![stack.over(Socket::Unix), stack.over(Socket::Tls), stack.multiplexed()]
}

/// Apache Thrift for Python, installed below the folder.
pub fn apache_python(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary", "compact", "json", "binary-in-c", "compact-in-c"], &[BUFFERED, FRAMED]),
        each(&["binary", "compact"], &["header", "zlib"]),
        each(&["binary", "compact", "json"], &["http"]),
        vec![Stack::new("binary", "http").over(Socket::Tls)],
        varied("binary", BUFFERED),
        varied("compact", FRAMED),
    ];
    Peer {
        name: "Apache Python 0.25",
        program: peers::python(folder, &[APACHE, THRIFTPY2]),
        arguments: vec![script("python/interop_apache.py")],
        environment: vec![],
        stacks: stacks.concat(),
        client_stacks: vec![],
        has_uuid: true,
    }
}

/// thriftpy2, installed below the folder.
pub fn thriftpy2(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary", "compact", "tpjson"], &[BUFFERED, FRAMED, "http"]),
        each(&["json"], &[BUFFERED, "http"]),
        varied("binary", BUFFERED),
        varied("compact", FRAMED),
    ];
    Peer {
        name: "thriftpy2 0.7.1",
        program: peers::python(folder, &[APACHE, THRIFTPY2]),
        arguments: vec![script("python/interop_thriftpy.py")],
        environment: vec![],
        stacks: stacks.concat(),
        client_stacks: each(&["binary", "compact"], &["sasl"]),
        has_uuid: false,
    }
}

/// Apache Thrift for Node, installed below the folder.
pub fn node(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary", "compact", "json"], &[BUFFERED, FRAMED, "http"]),
        vec![Stack::new("binary", "http").over(Socket::Tls)],
        varied("binary", BUFFERED),
        varied("compact", FRAMED),
    ];
    let modules = peers::node_modules(folder, &script("node/package.json"));
    Peer {
        name: "Node thrift 0.24",
        program: "node".into(),
        arguments: vec![script("node/interop.js")],
        environment: vec![("NODE_PATH", modules.into()), ("NODE_NO_WARNINGS", "1".into())],
        stacks: stacks.concat(),
        client_stacks: vec![],
        has_uuid: true,
    }
}

/// ThriftPy itself, from Debian's `python3-thriftpy`.
pub fn thriftpy() -> Peer {
    let stacks = [
        each(&["binary", "tpjson"], &[BUFFERED, FRAMED]),
        each(&["compact"], &[BUFFERED]),
        varied("binary", BUFFERED),
    ];
    Peer {
        name: "ThriftPy 0.3.9",
        program: "/usr/bin/python3".into(),
        arguments: vec![script("python/interop_thriftpy.py")],
        environment: vec![("THRIFTPY", "thriftpy".into())],
        stacks: stacks.concat(),
        client_stacks: vec![],
        has_uuid: false,
    }
}

/// Apache Thrift for Ruby, from Debian's `thrift-compiler` and `ruby-thrift`.
pub fn ruby(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary", "compact", "json", "binary-in-c"], &[BUFFERED, FRAMED]),
        vec![
            Stack::new("binary", BUFFERED).over(Socket::Unix),
            Stack::new("binary", BUFFERED).multiplexed(),
            Stack::new("compact", FRAMED).multiplexed(),
        ],
    ];
    Peer {
        name: "Ruby 0.14",
        program: "ruby".into(),
        arguments: vec!["-W0".into(), script("ruby/interop.rb")],
        environment: vec![("RUBYLIB", generated(folder, "rb").into())],
        stacks: stacks.concat(),
        client_stacks: each(&["binary", "compact"], &["http"]),
        has_uuid: false,
    }
}

/// Apache Thrift for Perl, from Debian's `thrift-compiler`, `libthrift-perl` and the packages that its modules load:
/// `libbit-vector-perl`, `libclass-accessor-perl`, `libio-socket-ssl-perl`, `libio-string-perl` and `libwww-perl`.
pub fn perl(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary"], &[BUFFERED, FRAMED]),
        varied("binary", BUFFERED),
        varied("binary", FRAMED),
    ];
    Peer {
        name: "Perl 0.17",
        program: "perl".into(),
        arguments: vec![script("perl/interop.pl")],
        environment: vec![("PERL5LIB", generated(folder, "perl").into())],
        stacks: stacks.concat(),
        client_stacks: each(&["binary"], &["http"]),
        has_uuid: false,
    }
}

/// Apache Thrift for PHP, from Debian's `thrift-compiler`, `php-thrift` and `php-cli`. Its multiplexed server needs a file that
/// the package lacks.
pub fn php(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary", "binary-in-c", "compact"], &[BUFFERED, FRAMED]),
        each(&["json"], &[FRAMED]),
    ];
    let client_stacks = [
        each(&["binary", "compact"], &["http"]),
        vec![
            Stack::new("binary", BUFFERED).multiplexed(),
            Stack::new("json", FRAMED).multiplexed(),
        ],
    ];
    // No class can be called `Empty`.
    let idl = std::fs::read_to_string(script(IDL)).expect("it is there");
    let renamed = folder.join("interop-php.thrift");
    let text = idl.replace("Empty ", "Nothing ").replace("Empty>", "Nothing>");
    std::fs::write(&renamed, text).expect("the folder is writable");
    // The process that serves a connection outlives the server, and may read JSON for minutes.
    let settings = ["extension=thrift_protocol.so", "max_execution_time=10", "memory_limit=512M"];
    let settings = settings.iter().flat_map(|setting| ["-d".into(), setting.into()]);
    Peer {
        name: "PHP 0.17",
        program: "php".into(),
        arguments: settings.chain([script("php/interop.php")]).collect(),
        environment: vec![("GENERATED", generated_from(&renamed, folder, "php:server").into())],
        stacks: stacks.concat(),
        client_stacks: client_stacks.concat(),
        has_uuid: false,
    }
}

/// The folder with the code that Apache's compiler makes of the IDL.
pub(super) fn generated(folder: &Path, language: &str) -> PathBuf {
    generated_from(&script(IDL), folder, language)
}

fn generated_from(idl: &Path, folder: &Path, language: &str) -> PathBuf {
    let name = language.split(':').next().unwrap_or(language);
    let code = folder.join(format!("interop-{name}"));
    std::fs::create_dir_all(&code).expect("the folder is writable");
    peers::run(Command::new("thrift").args(["--gen", language, "-out"]).args([&*code, idl]));
    code
}

/// A file of this package.
pub(super) fn script(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
