//! The annotations that thriftly knows.

use thriftly_parser::cursor::Owner;
use thriftly_parser::program::StructKind;

/// An annotation.
#[derive(Debug)]
pub(super) struct Annotation {
    pub(super) key: &'static str,
    /// Whether it has a value.
    pub(super) has_value: bool,
    /// What it means, as Markdown.
    pub(super) meaning: &'static str,
    /// Where it has this meaning.
    allowed: fn(Owner) -> bool,
}

/// All annotations with a meaning to `thrift!`.
pub(super) const ALL: [Annotation; 8] = [
    Annotation {
        key: "rust.name",
        has_value: true,
        meaning: "The name of the item in Rust. Nothing changes on the wire.",
        allowed: |owner| !matches!(owner, Owner::Namespace | Owner::Throws),
    },
    Annotation {
        key: "rust.type",
        has_value: true,
        meaning: "The Rust type to use in place of the generated one: `crate::User`, `thriftly::Bytes`. On a method it is \
                  the type of the result.",
        allowed: |owner| {
            use Owner::{Enum, Field, Function, Struct, Typedef};
            matches!(owner, Typedef | Enum | Struct(_) | Field | Function)
        },
    },
    Annotation {
        key: "rust.derive",
        has_value: true,
        meaning: "Traits to derive for the type, too: `serde::Serialize, Hash`.",
        allowed: |owner| matches!(owner, Owner::Enum | Owner::Struct(_)),
    },
    Annotation {
        key: "rust.optional",
        has_value: false,
        meaning: "Makes the field or argument an `Option` in Rust, although the IDL does not mark it as optional.",
        allowed: |owner| owner == Owner::Field,
    },
    Annotation {
        key: "rust.box",
        has_value: false,
        meaning: "Puts the value of the optional field, or of the field of a union, behind a `Box` in Rust.",
        allowed: |owner| owner == Owner::Field,
    },
    Annotation {
        key: "idempotent",
        has_value: false,
        meaning: "Calls of the method may be handled twice: clients send them again, once, after their connection was lost.",
        allowed: |owner| owner == Owner::Function,
    },
    Annotation {
        key: "message",
        has_value: true,
        meaning: "The `string` field of the exception that is its message.",
        allowed: |owner| owner == Owner::Struct(StructKind::Exception),
    },
    Annotation {
        key: "deprecated",
        has_value: true,
        meaning: "Marks the item as `#[deprecated]` in Rust. The value is the reason.",
        allowed: |owner| owner != Owner::Namespace,
    },
];

/// The annotations with a meaning on an owner.
pub(super) fn of(owner: Owner) -> impl Iterator<Item = &'static Annotation> {
    ALL.iter().filter(move |annotation| (annotation.allowed)(owner))
}

/// The annotation of a key.
pub(super) fn named(key: &str) -> Option<&'static Annotation> {
    ALL.iter().find(|annotation| annotation.key == key)
}
