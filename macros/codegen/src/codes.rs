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
    /// Two items have the same name in Rust.
    RUST_NAME_CLASH = "rust-name-clash";
    /// An annotation of ours that cannot be used, such as `rust.type` with a text that is no type.
    BAD_ANNOTATION = "bad-annotation";
    /// An entry of an option that matches nothing.
    UNUSED_OPTION = "unused-option";
}
