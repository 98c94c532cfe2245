//! The exact text of every message.
//!
//! `diagnostics/NAME.thrift`, or `diagnostics/NAME/main.thrift` with the files it includes beside it, has the mistake;
//! `diagnostics/NAME.txt` has the expected messages. A first line `// options: …` sets options.

use std::collections::BTreeSet;
use std::path::Path;

use thriftly_parser::{codes, load_from};

use crate::case::{self, Case};

#[test]
fn every_message_reads_as_expected() {
    let cases = case::cases("diagnostics");
    assert!(!cases.is_empty());
    let failures: Vec<String> =
        cases.iter().filter_map(|case| case::compare(case, &said(case))).collect();
    assert!(failures.is_empty(), "{}\n\n{}", failures.join("\n"), case::HOW_TO_BLESS);
}

#[test]
fn every_code_has_a_case() {
    let mut seen = BTreeSet::new();
    for case in case::cases("diagnostics") {
        let outcome = load_from(&case.files, Path::new(&case.root), &case.options);
        seen.extend(outcome.diagnostics.iter().map(|diagnostic| diagnostic.code));
    }
    let all: BTreeSet<&str> = codes::ALL.iter().map(|(code, _)| *code).collect();
    let missing: Vec<_> = all.difference(&seen).collect();
    assert!(missing.is_empty(), "no case in tests/diagnostics has these codes: {missing:?}");
    let unlisted: Vec<_> = seen.difference(&all).collect();
    assert!(unlisted.is_empty(), "these codes are not in codes::ALL: {unlisted:?}");
}

#[test]
fn every_expectation_has_a_case() {
    let names: BTreeSet<String> =
        case::cases("diagnostics").into_iter().map(|case| case.name).collect();
    for name in case::expectations("diagnostics") {
        assert!(names.contains(&name), "tests/diagnostics/{name}.txt belongs to no case");
    }
}

fn said(case: &Case) -> String {
    load_from(&case.files, Path::new(&case.root), &case.options).render() + "\n"
}
