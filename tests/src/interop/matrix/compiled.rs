//! The other implementations in compiled languages, which are built below a folder from packages of Debian.

use std::path::Path;
use std::process::Command;

use super::peer::{BUFFERED, FRAMED, IDL, Peer, each, generated, script, varied};
use super::stack::{Socket, Stack};
use crate::peers;

/// Apache Thrift for C++, from Debian's `thrift-compiler`, `libthrift-dev` and `libboost-dev`.
pub fn cpp(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary", "compact", "json"], &[BUFFERED, FRAMED, "http"]),
        each(&["binary", "compact"], &["header", "zlib"]),
        varied("binary", BUFFERED),
        varied("compact", FRAMED),
    ];
    let code = generated(folder, "cpp:no_skeleton");
    let source = script("cpp/interop.cpp");
    let program = code.join("interop");
    if is_stale(&program, &source) {
        let sources = ["Base", "Interop", "InteropPlus", "InteropV2", "Second"];
        let sources = sources.into_iter().chain(["interop_types", "interop_constants"]);
        let libraries = ["-lthrift", "-lthriftz", "-lssl", "-lcrypto", "-lz", "-lpthread"];
        peers::run(
            Command::new("g++")
                .args(["-std=c++17", "-w", "-o", "interop.new", "-I."])
                .arg(r#"-DPACKAGE_VERSION="0.17""#)
                .arg(source)
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
        stacks: stacks.concat(),
        client_stacks: vec![],
        has_uuid: false,
    }
}

/// Apache Thrift for Go, from Debian's `thrift-compiler`, `golang-go` and `golang-thrift-dev`.
pub fn go(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary", "compact", "json"], &[BUFFERED, FRAMED, "zlib", "http"]),
        each(&["binary", "compact"], &["header"]),
        vec![Stack::new("binary", "header").multiplexed()],
        vec![Stack::new("binary", "http").over(Socket::Tls)],
        varied("binary", BUFFERED),
        varied("compact", FRAMED),
    ];
    let folder = folder.join("interop-gopath");
    // Imported as `interop-go/interop`.
    let program = generated(&folder.join("src"), "go").join("program");
    // Go keeps what has not changed.
    peers::run(
        Command::new("go")
            .args(["build", "-o"])
            .args([&program, &script("go/interop.go")])
            .env("GO111MODULE", "off")
            .env("GOPATH", format!("{}:/usr/share/gocode", folder.display()))
            .env("GOCACHE", folder.join("cache")),
    );
    Peer {
        name: "Go 0.17",
        program,
        arguments: vec![],
        environment: vec![],
        stacks: stacks.concat(),
        client_stacks: vec![],
        has_uuid: false,
    }
}

/// Apache Thrift for Java, from Debian's `thrift-compiler`, `default-jdk-headless`, `libthrift-java`, `libslf4j-java` and
/// `libhttpclient-java`.
pub fn java(folder: &Path) -> Peer {
    let stacks = [
        each(&["binary", "compact", "json"], &[BUFFERED, FRAMED, "http"]),
        each(&["binary", "compact"], &["framed-in-nio", "zlib", "sasl", "sasl-in-nio"]),
        [BUFFERED, FRAMED, "sasl"].map(|name| Stack::new("binary", name).multiplexed()).to_vec(),
        [BUFFERED, FRAMED, "sasl"]
            .map(|name| Stack::new("compact", name).over(Socket::Tls))
            .to_vec(),
    ];
    let jars = ["thrift", "slf4j-api", "slf4j-simple", "httpclient", "httpcore", "commons-logging"];
    let jars = jars.map(|name| format!("/usr/share/java/{name}.jar")).join(":");
    let code = generated(folder, "java:generated_annotations=suppress");
    let source = script("java/InteropPeer.java");
    let classes = code.join("classes");
    if is_stale(&classes.join("InteropPeer.class"), &source) {
        let generated = std::fs::read_dir(code.join("interop")).expect("it was generated");
        let generated = generated.map(|file| file.expect("it can be listed").path());
        let built = code.join("classes.new");
        peers::run(
            Command::new("javac")
                .args(["-nowarn", "-encoding", "UTF-8", "-cp", &jars, "-d"])
                .args([&built, &source])
                .args(generated),
        );
        let _ = std::fs::remove_dir_all(&classes);
        std::fs::rename(built, &classes).expect("it was built");
    }
    let words = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-cp"];
    let path = format!("{jars}:{}", classes.display());
    Peer {
        name: "Java 0.16",
        program: "java".into(),
        arguments: words.into_iter().chain([&*path, "InteropPeer"]).map(Into::into).collect(),
        environment: vec![],
        stacks: stacks.concat(),
        client_stacks: each(&["binary", "compact"], &["http-in-apache"]),
        has_uuid: false,
    }
}

/// Whether what was built is older than its source or the IDL, or not there.
fn is_stale(built: &Path, source: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    let sources = [source, &script(IDL)].map(modified);
    sources.into_iter().any(|source| modified(built) <= source)
}
