//! The interop matrix: other implementations, installed by the test, as servers and as clients; and Envoy between
//! our clients and servers.
//!
//! ```text
//! cargo test -p thriftly-tests --test interop -- --nocapture
//! cargo test -p thriftly-tests --test interop -- --nocapture --include-ignored
//! ```

mod envoy;
mod hive;

use std::path::Path;

use thriftly_tests::interop::matrix::{self, Peer, Programs};

fn check(peers: &[Peer]) {
    let programs = Programs {
        server: Path::new(env!("CARGO_BIN_EXE_interop_server")),
        client: Path::new(env!("CARGO_BIN_EXE_interop_client")),
    };
    let report = matrix::run(programs, peers, folder());
    println!("{report}");
    assert_eq!(report.failures(), [""; 0]);
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

#[test]
fn peers_pass_all_checks_but_for_known_bugs() {
    let folder = folder();
    // The slowest first: Node's servers never answer oneway calls over HTTP, which wait for their time limit.
    check(&[matrix::node(folder), matrix::thriftpy2(folder), matrix::apache_python(folder)]);
}

#[test]
#[ignore = "it needs packages of Debian: see README.md"]
fn peers_from_debian_pass_all_checks_but_for_known_bugs() {
    let folder = folder();
    check(&[
        matrix::perl(folder),
        matrix::php(folder),
        matrix::java(folder),
        matrix::ruby(folder),
        matrix::thriftpy(),
        matrix::go(folder),
        matrix::cpp(folder),
    ]);
}
