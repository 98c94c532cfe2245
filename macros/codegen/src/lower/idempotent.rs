//! Idempotent methods: those whose calls may be sent again after their connection was lost.

use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{Annotation, Definition, Function, Program};

use crate::codes;

/// Warns about annotations without effect: on oneway methods, and with a value that is neither yes nor no.
pub(super) fn check(program: &Program) -> Vec<Diagnostic> {
    let services = program.definitions().filter_map(|(_, definition)| match definition {
        Definition::Service(service) => Some(service),
        _ => None,
    });
    let functions = services.flat_map(|service| &service.functions);
    let annotations = functions
        .flat_map(|function| function.annotations.iter().map(move |one| (function, one)))
        .filter(|(_, annotation)| annotation.key.text == Function::IDEMPOTENT);
    annotations.filter_map(|(function, annotation)| ignored(function, annotation)).collect()
}

fn ignored(function: &Function, annotation: &Annotation) -> Option<Diagnostic> {
    let (name, value) = (&function.name.text, &annotation.value);
    let warning = |title| {
        Diagnostic::warning(codes::BAD_ANNOTATION, title).at(annotation.key.span, "ignored")
    };
    match annotation.is_yes() {
        None => {
            let title = format!("`{value}` is not a value of `idempotent`");
            Some(warning(title).help("write `(idempotent)`, or `\"true\"` or `\"false\"`"))
        }
        Some(true) if function.oneway => {
            let title = format!("`idempotent` has no effect on the oneway method `{name}`");
            let note = "a call without a reply is never sent again after it was written";
            Some(warning(title).note(note))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use thriftly_parser::{Options, load_str};

    use super::*;

    fn loaded(annotations: &str) -> thriftly_parser::Outcome {
        let text = format!("service S {{ {annotations} }}");
        let outcome = load_str("s.thrift", &text, &Options::default());
        assert!(!outcome.has_errors());
        outcome
    }

    #[test]
    fn the_last_annotation_with_a_yes_marks_a_method() {
        for (text, expected) in [
            ("void f()", false),
            ("void f() (idempotent)", true),
            ("void f() (idempotent = 'true')", true),
            ("void f() (idempotent = '1')", true),
            ("void f() (idempotent = 'false')", false),
            ("void f() (idempotent, idempotent = '0')", false),
            ("void f() (idempotent = 'yes')", false),
            ("oneway void f() (idempotent)", false),
        ] {
            let outcome = loaded(text);
            let Definition::Service(service) = &outcome.program.files[0].definitions[0] else {
                panic!("it is a service");
            };
            assert_eq!(service.functions[0].is_idempotent(), expected, "{text}");
        }
    }

    #[test]
    fn annotations_without_effect_are_shown() {
        let outcome = loaded("oneway void f() (idempotent), void g() (idempotent = 'maybe')");
        let shown: Vec<_> =
            check(&outcome.program).iter().map(|one| one.render(&outcome.sources)).collect();
        assert_eq!(
            shown,
            [
                "\
warning: `idempotent` has no effect on the oneway method `f` [bad-annotation]
 --> s.thrift:1:30
  |
1 | service S { oneway void f() (idempotent), void g() (idempotent = 'maybe') }
  |                              ^^^^^^^^^^ ignored
  |
  = note: a call without a reply is never sent again after it was written",
                "\
warning: `maybe` is not a value of `idempotent` [bad-annotation]
 --> s.thrift:1:53
  |
1 | service S { oneway void f() (idempotent), void g() (idempotent = 'maybe') }
  |                                                     ^^^^^^^^^^ ignored
  |
  = help: write `(idempotent)`, or `\"true\"` or `\"false\"`"
            ]
        );
        assert!(
            check(&loaded("void f() (idempotent), void g() (idempotent = 'false')").program)
                .is_empty()
        );
        assert!(check(&loaded("oneway void f() (idempotent = 'false')").program).is_empty());
    }
}
