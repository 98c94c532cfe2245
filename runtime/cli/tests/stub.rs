//! Handlers that `thriftly stub` writes compile beside the call of `thrift!`.
#![allow(missing_docs, unused_variables)]

use std::path::Path;
use std::process::Command;

mod asynchronous {
    thriftly::thrift!("tests/stub/store.thrift", warnings: hidden);
    include!("stub/handlers.rs");

    pub(super) fn serve() {
        let _ = (StoreServer::new(MyStore), AdminServer::new(MyAdmin));
    }
}

mod blocking {
    thriftly::thrift!("tests/stub/store.thrift", warnings: hidden);
    include!("stub/blocking_handlers.rs");

    pub(super) fn serve() {
        let _ = (BlockingStoreServer::new(MyStore), BlockingAdminServer::new(MyAdmin));
    }
}

fn written(arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stub");
    let run = Command::new(env!("CARGO_BIN_EXE_thriftly"))
        .current_dir(folder)
        .args(arguments)
        .arg("store.thrift")
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    String::from_utf8(run.stdout).unwrap()
}

/// Compares with a file of the folder `stub`, or writes it if `THRIFTLY_BLESS` is set.
fn compare(text: &str, file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stub").join(file);
    if std::env::var_os("THRIFTLY_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expected, text, "run THRIFTLY_BLESS=1 cargo test -p thriftly-cli --test stub");
}

#[test]
fn async_handlers_are_as_the_trait_wants_them() {
    compare(&written(&["stub"]), "handlers.rs");
    asynchronous::serve();
}

#[test]
fn blocking_handlers_are_as_the_trait_wants_them() {
    compare(&written(&["stub", "--blocking"]), "blocking_handlers.rs");
    blocking::serve();
}
