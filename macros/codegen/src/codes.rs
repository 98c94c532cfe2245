//! The stable short names of the diagnostics that [`check_file`](crate::check_file) adds to those of the parser.

/// Makes one constant for each code, and the list of all of them.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: &str = $text;)+

        /// Every code that the generator has beside those of the parser, with its meaning.
        pub const ALL: &[(&str, &str)] = &[$(($text, concat!($($doc),+))),+];
    };
}

codes! {
    /// An annotation or option gives an item the name that another item has in Rust.
    RUST_NAME_CLASH = "rust-name-clash";
    /// Two items keep the IDL's spelling, since their names in Rust would be equal.
    RUST_NAME_KEPT = "rust-name-kept";
    /// Something that thriftly adds has another name than usual, which an item of the IDL has.
    RUST_NAME_TAKEN = "rust-name-taken";
    /// An annotation of ours that cannot be used, such as `rust.type` with a text that is no type.
    BAD_ANNOTATION = "bad-annotation";
    /// An entry of an option that matches nothing.
    UNUSED_OPTION = "unused-option";
}
