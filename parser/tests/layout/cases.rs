//! `cases/NAME.thrift` goes in, `cases/NAME.out` comes out.

use std::fs;
use std::path::Path;

use thriftly_parser::{Options, format};

use crate::meaning::assert_same;

#[test]
fn every_case_reads_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layout/cases");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let inputs = entries.filter(|path| path.extension().is_some_and(|one| one == "thrift"));
    let mut failures = Vec::new();
    for path in inputs {
        let text = fs::read(&path).unwrap();
        let found = format(&text, &Options::default()).unwrap();
        assert_same(&path.display().to_string(), &text, &Options::default());
        let expectation = path.with_extension("out");
        if std::env::var_os("THRIFTLY_BLESS").is_some() {
            fs::write(&expectation, found).unwrap();
        } else if fs::read(&expectation).unwrap_or_default() != found {
            failures.push(format!("{}:\n{}", path.display(), String::from_utf8_lossy(&found)));
        }
    }
    assert!(
        failures.is_empty(),
        "{}\nIf the new layout is right, bless it and look at the diff:\n\n    \
         THRIFTLY_BLESS=1 cargo test -p thriftly-parser --test layout\n",
        failures.join("\n")
    );
}

#[test]
fn only_syntax_errors_are_reported() {
    let errors = format("struct S { 1: i32 }", &Options::default()).unwrap_err();
    assert_eq!(errors[0].title, "expected a name, found `}`");
    assert!(format("struct S { 1: Unknown x }", &Options::default()).is_ok());
    assert_eq!(format("", &Options::default()).unwrap(), b"");
    assert_eq!(format(" \n\n", &Options::default()).unwrap(), b"");
}

#[test]
fn line_ends_stay_and_a_byte_order_mark_goes() {
    let text = format("\u{FEFF}enum E {\r\nA // a\r\n}\r\n", &Options::default()).unwrap();
    assert_eq!(String::from_utf8_lossy(&text), "enum E {\r\n    A // a\r\n}\r\n");
}
