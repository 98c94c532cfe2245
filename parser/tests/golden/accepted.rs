//! Accepted constructs, in `accepted/NAME.thrift` or `accepted/NAME/main.thrift`: no errors and no warnings.

use std::path::Path;

use thriftly_parser::{Severity, load_from};

use crate::case;

#[test]
fn every_construct_is_accepted() {
    let cases = case::cases("accepted");
    assert!(!cases.is_empty());
    for case in cases {
        let outcome = load_from(&case.files, Path::new(&case.root), &case.options);
        assert!(!outcome.has_errors(), "accepted/{}:\n{}", case.name, outcome.render());
        let warned = outcome
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Warning);
        let codes: Vec<_> = warned.map(|diagnostic| diagnostic.code).collect();
        assert!(codes.is_empty(), "accepted/{}: warnings\n{}", case.name, outcome.render());
    }
}
