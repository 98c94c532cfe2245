//! Kinds of changes and their stable codes.

use thriftly_parser::Outcome;
use thriftly_parser::source::{Position, Span};

/// A kind of change.
#[derive(Debug)]
pub(crate) struct Code {
    /// The stable code.
    pub(crate) name: &'static str,
    /// A short description.
    pub(crate) meaning: &'static str,
    /// Whether it breaks compatibility between peers.
    pub(crate) breaks: bool,
}

/// Defines a constant for each code, and the list of all codes.
macro_rules! codes {
    ($($breaks:literal $name:ident $text:literal $meaning:literal;)+) => {
        $(
            pub(super) const $name: &Code =
                &Code { name: $text, meaning: $meaning, breaks: $breaks };
        )+

        /// Every code, in the order of the help.
        pub(crate) const ALL: &[&Code] = &[$($name),+];
    };
}

codes! {
    true FIELD_TYPE "field-type" "a field has a type with other bytes";
    true FIELD_ID "field-id" "a field has another id";
    true FIELD_REQUIREDNESS "field-requiredness" "a field is required now, or is no longer";
    true REQUIRED_FIELD_ADDED "required-field-added" "old peers never send a required field";
    true REQUIRED_FIELD_REMOVED "required-field-removed" "old peers wait for a required field";
    true UNION_FIELD_REMOVED "union-field-removed" "old peers may send what a union has not";
    true STRUCT_KIND "struct-kind" "a struct is a union now, or the other way round";
    true ENUM_NUMBER "enum-number" "a value of an enum has another number";
    true ENUM_VALUE_REMOVED "enum-value-removed" "a number of an enum is gone";
    true SERVICE_REMOVED "service-removed" "a service is gone";
    true METHOD_REMOVED "method-removed" "a method is gone, or renamed, or no longer inherited";
    true METHOD_ONEWAY "method-oneway" "a method is oneway now, or is no longer";
    true RETURN_TYPE "return-type" "a method returns a type with other bytes";
    true ARGUMENT_TYPE "argument-type" "an argument has a type with other bytes";
    true ARGUMENT_ID "argument-id" "an argument has another id";
    true ARGUMENT_REQUIREDNESS "argument-requiredness"
        "an argument is required now, or is no longer";
    true REQUIRED_ARGUMENT_ADDED "required-argument-added"
        "old clients never send a required argument";
    true REQUIRED_ARGUMENT_REMOVED "required-argument-removed"
        "old servers wait for a required argument";
    true EXCEPTION_ID "exception-id" "what is thrown has another id";
    true EXCEPTION_ADDED "exception-added" "old clients take it for no answer, or for success";

    false METHOD_IDEMPOTENT "method-idempotent"
        "a method is idempotent now, or is no longer; old clients do not know that";
    false FIELD_REMOVED "field-removed" "a field is gone; its id must not be used again";
    false FIELD_RENAMED "field-renamed" "only the name of a field differs";
    false FIELD_PRESENCE "field-presence" "a field is optional now, or is no longer";
    false FIELD_DEFAULT "field-default" "a field has another default value";
    false ARGUMENT_ADDED "argument-added" "old clients never send the argument";
    false ARGUMENT_REMOVED "argument-removed" "an argument is gone";
    false ARGUMENT_RENAMED "argument-renamed" "only the name of an argument differs";
    false ARGUMENT_DEFAULT "argument-default" "an argument has another default value";
    false EXCEPTION_REMOVED "exception-removed" "a method no longer throws something";
    false EXCEPTION_RENAMED "exception-renamed" "only the name of what is thrown differs";
    false ENUM_VALUE_RENAMED "enum-value-renamed" "only the name of a number differs";
    false CONSTANT_VALUE "constant-value" "a constant has another value";
    false DEFINITION_KIND "definition-kind" "a definition is of another kind";
    false DEFINITION_REMOVED "definition-removed" "a type or constant is gone";
}

/// The location of a change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// In the old files, for removed items.
    Old(Span),
    /// In the new files.
    New(Span),
}

/// A detected change.
#[derive(Debug)]
pub(super) struct Change {
    /// The kind.
    pub(super) code: &'static Code,
    /// The location.
    pub(super) place: Place,
    /// The changed item, such as ``struct `Person` ``.
    pub(super) subject: String,
    /// The old and new state.
    pub(super) message: String,
}

impl Change {
    /// The path, line and column.
    pub(super) fn place(&self, old: &Outcome, new: &Outcome) -> (String, Position) {
        let (sources, span) = match self.place {
            Place::Old(span) => (&old.sources, span),
            Place::New(span) => (&new.sources, span),
        };
        (sources.file(span.file).path.display().to_string(), sources.position(span))
    }
}
