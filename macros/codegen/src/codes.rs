//! The stable short names of the diagnostics that [`check_file`](crate::check_file) adds to those of the parser.

/// Defines a constant for each code, and the list of all codes.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: &str = $text;)+

        /// Every code of the generator, beside those of the parser, with its meaning.
        pub const ALL: &[(&str, &str)] = &[$(($text, concat!($($doc),+))),+];
    };
}

codes! {
    /// An annotation or option gives an item the Rust name of another item.
    RUST_NAME_CLASH = "rust-name-clash";
    /// Two items keep the IDL's spelling because their Rust names would be equal.
    RUST_NAME_KEPT = "rust-name-kept";
    /// Something that thriftly adds has another name than usual, which an item of the IDL has.
    RUST_NAME_TAKEN = "rust-name-taken";
    /// An invalid thriftly annotation, such as a `rust.type` that is not a type.
    BAD_ANNOTATION = "bad-annotation";
    /// Structs are nested more deeply than rustc follows by default.
    DEEP_NESTING = "deep-nesting";
    /// An option entry that matches nothing.
    UNUSED_OPTION = "unused-option";
}
