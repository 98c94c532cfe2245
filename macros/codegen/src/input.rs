//! The input of `thrift!`: where the IDL comes from, and the options.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitBool, LitStr, Path, Result, Token, braced, bracketed};
use thriftly_parser::closest;

use crate::name::given;

/// The parsed input of `thrift!`.
pub(crate) struct Input {
    /// Where the IDL comes from.
    pub(crate) idl: Idl,
    /// The span of the path or text.
    pub(crate) span: Span,
    pub(crate) options: Options,
}

/// Where the IDL comes from.
pub(crate) enum Idl {
    /// A file.
    Path(String),
    /// The text itself.
    Inline(String),
}

/// The options of `thrift!`, in the syntax used after the path: `maps: hashed, strings: shared`.
///
/// ```
/// use thriftly_codegen::Options;
///
/// let options: Options = "maps: hashed, strings: shared".parse()?;
/// assert!("maps: sorted".parse::<Options>().is_err());
/// # let _ = options;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Options {
    /// Search folders for included files, beside the folder of the including file.
    pub(crate) include_dirs: Vec<LitStr>,
    /// Included files that map to existing modules.
    pub(crate) with: Vec<Entry<Path>>,
    /// Names in Rust for items of the IDL.
    pub(crate) names: Vec<Entry<String>>,
    /// Types of Rust for items of the IDL.
    pub(crate) types: Vec<Entry<syn::Type>>,
    /// The only fields of their structs that are generated.
    pub(crate) only: Vec<Key>,
    /// Fields that are not generated, and types whose fields are not.
    pub(crate) skip: Vec<Key>,
    /// Fields that are decoded when they are needed.
    pub(crate) lazy: Vec<Key>,
    /// Fields behind a `Box`.
    pub(crate) boxed: Vec<Key>,
    /// Derives for every generated type.
    pub(crate) derive: Vec<Path>,
    /// The path of the runtime, if it has another name.
    pub(crate) krate: Option<Path>,
    /// `HashMap` and `HashSet` in place of the ordered ones.
    pub(crate) hashed: bool,
    /// Enums are numbers with constants.
    pub(crate) numbers: bool,
    /// What strings are.
    pub(crate) strings: Strings,
    /// `SmallBytes` in place of `Bytes`.
    pub(crate) small_binary: bool,
    /// Unknown fields of structs are preserved.
    pub(crate) keep_unknown: bool,
    /// Warnings are suppressed in the build.
    pub(crate) hide_warnings: bool,
    /// Types that borrow from the message, and handlers that take them.
    pub(crate) views: bool,
    /// String literals may span several lines.
    pub(crate) multiline_strings: bool,
    /// Oneway methods that return a value are `void`, with a warning.
    pub(crate) lenient_oneway: bool,
    /// The Rust type of fields with default requiredness.
    pub(crate) unmarked: Unmarked,
}

/// The Rust type of strings.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strings {
    /// `String`
    #[default]
    Owned,
    /// `SharedStr`
    Shared,
    /// `SmallStr`
    Small,
}

/// The Rust type of fields with default requiredness.
#[derive(Default)]
pub(crate) enum Unmarked {
    /// `T`.
    #[default]
    Plain,
    /// `Option<T>`.
    Optional,
    /// `Option<T>` in the structs and exceptions of these names, else `T`.
    OptionalIn(Vec<LitStr>),
}

/// One entry of an option in braces: `"S.url": "address"`.
pub(crate) struct Entry<T> {
    pub(crate) key: String,
    /// The span of the key.
    pub(crate) span: Span,
    pub(crate) value: T,
}

/// An item of the IDL that an option names: `"S.url"`.
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// The name of every option, as [`Options::parse_value`] reads them.
const NAMES: [&str; 20] = [
    "include_dirs",
    "with",
    "names",
    "types",
    "only",
    "skip",
    "lazy",
    "boxed",
    "derive",
    "crate",
    "maps",
    "enums",
    "strings",
    "binary",
    "unmarked",
    "views",
    "unknown_fields",
    "warnings",
    "multiline_strings",
    "lenient_oneway",
];

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> Result<Input> {
        let inline = input.peek(Ident);
        let mut word = None;
        if inline {
            let key: Ident = input.parse()?;
            if key != "inline" {
                return Err(Error::new(
                    key.span(),
                    "expected the path of a .thrift file, such as \"sleep.thrift\", \
                     or its text, such as inline: \"struct Point { 1: i32 x }\"",
                ));
            }
            input.parse::<Token![:]>()?;
            word = Some(key.span());
        }
        let literal: LitStr = input.parse()?;
        let idl = match inline {
            true => Idl::Inline(literal.value()),
            false => Idl::Path(literal.value()),
        };
        let options = match input.is_empty() {
            true => Options::default(),
            false => {
                input.parse::<Token![,]>()?;
                input.parse()?
            }
        };
        // With every message the compiler shows the place: a text may be long.
        Ok(Input { idl, span: word.unwrap_or(literal.span()), options })
    }
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Options> {
        let mut options = Options::default();
        let mut seen = HashSet::new();
        while !input.is_empty() {
            let key = input.call(Ident::parse_any)?;
            let name = key.to_string();
            if !NAMES.contains(&name.as_str()) {
                return Err(unknown_option(&key));
            }
            input.parse::<Token![:]>()?;
            options.parse_value(&name, input)?;
            if !seen.insert(name) {
                return Err(Error::new(key.span(), format!("the option `{key}` is given twice")));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

impl FromStr for Options {
    type Err = Error;

    fn from_str(text: &str) -> Result<Options> {
        syn::parse_str(text)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").finish_non_exhaustive()
    }
}

impl Options {
    /// Reads the value of the option `name`, one of [`NAMES`].
    fn parse_value(&mut self, name: &str, input: ParseStream<'_>) -> Result<()> {
        match name {
            "include_dirs" => {
                let list;
                bracketed!(list in input);
                let dirs = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
                self.include_dirs = dirs.into_iter().collect();
            }
            "with" => self.with = entries(input, Path::parse_mod_style)?,
            "names" => self.names = entries(input, rust_name)?,
            "types" => self.types = entries(input, syn::Type::parse)?,
            "only" => self.only = keys(input)?,
            "skip" => self.skip = keys(input)?,
            "lazy" => self.lazy = keys(input)?,
            "boxed" => self.boxed = keys(input)?,
            "derive" => {
                let list;
                bracketed!(list in input);
                let paths = Punctuated::<Path, Token![,]>::parse_terminated_with(
                    &list,
                    Path::parse_mod_style,
                )?;
                self.derive = paths.into_iter().collect();
            }
            "crate" => self.krate = Some(Path::parse_mod_style(input)?),
            "maps" => self.hashed = choice(input, ["ordered", "hashed"])? == 1,
            "enums" => self.numbers = choice(input, ["variants", "numbers"])? == 1,
            "warnings" => self.hide_warnings = choice(input, ["shown", "hidden"])? == 1,
            "strings" => self.strings = input.parse()?,
            "binary" => self.small_binary = choice(input, ["bytes", "small"])? == 1,
            "unknown_fields" => self.keep_unknown = choice(input, ["dropped", "kept"])? == 1,
            "views" => self.views = input.parse::<LitBool>()?.value,
            "multiline_strings" => self.multiline_strings = input.parse::<LitBool>()?.value,
            "unmarked" => self.unmarked = input.parse()?,
            "lenient_oneway" => self.lenient_oneway = input.parse::<LitBool>()?.value,
            _ => {}
        }
        Ok(())
    }
}

fn unknown_option(key: &Ident) -> Error {
    let suggestion = match closest(&key.to_string(), NAMES) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    };
    let all = NAMES.join(", ");
    Error::new(key.span(), format!("unknown option `{key}`{suggestion}; the options are {all}"))
}

impl Parse for Strings {
    /// `owned`, `shared` or `small`
    fn parse(input: ParseStream<'_>) -> Result<Strings> {
        Ok(match choice(input, ["owned", "shared", "small"])? {
            0 => Strings::Owned,
            1 => Strings::Shared,
            _ => Strings::Small,
        })
    }
}

impl Parse for Unmarked {
    /// `plain`, `optional` or `{ optional: ["Person"] }`
    fn parse(input: ParseStream<'_>) -> Result<Unmarked> {
        if !input.peek(syn::token::Brace) {
            return Ok(match choice(input, ["plain", "optional"])? {
                0 => Unmarked::Plain,
                _ => Unmarked::Optional,
            });
        }
        let (map, list);
        braced!(map in input);
        let key: Ident = map.parse()?;
        if key != "optional" {
            return Err(Error::new(key.span(), "expected `optional`"));
        }
        map.parse::<Token![:]>()?;
        bracketed!(list in map);
        let names = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
        map.parse::<Option<Token![,]>>()?;
        match map.is_empty() {
            true => Ok(Unmarked::OptionalIn(names.into_iter().collect())),
            false => Err(map.error("expected `}`")),
        }
    }
}

/// One of these words; returns which.
fn choice<const N: usize>(input: ParseStream<'_>, words: [&str; N]) -> Result<usize> {
    let word: Ident = input.parse()?;
    words.iter().position(|one| word == one).ok_or_else(|| {
        let words = words.map(|word| format!("`{word}`"));
        let (last, others) = words.split_last().expect("there are words");
        Error::new(word.span(), format!("expected {} or {last}", others.join(", ")))
    })
}

/// `{ "shared.thrift": crate::shared, … }`, each key once.
fn entries<T>(
    input: ParseStream<'_>,
    value: fn(ParseStream<'_>) -> Result<T>,
) -> Result<Vec<Entry<T>>> {
    let map;
    braced!(map in input);
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    while !map.is_empty() {
        let key: LitStr = map.parse()?;
        if !seen.insert(key.value()) {
            return Err(Error::new(key.span(), format!("{:?} is given twice", key.value())));
        }
        map.parse::<Token![:]>()?;
        entries.push(Entry { key: key.value(), span: key.span(), value: value(&map)? });
        if !map.is_empty() {
            map.parse::<Token![,]>()?;
        }
    }
    Ok(entries)
}

/// `["Type", "Type.field", "Type.{one, other}"]`
fn keys(input: ParseStream<'_>) -> Result<Vec<Key>> {
    let list;
    bracketed!(list in input);
    let mut keys = Vec::new();
    for literal in Punctuated::<LitStr, Token![,]>::parse_terminated(&list)? {
        let (text, span) = (literal.value(), literal.span());
        match text.split_once('{') {
            None => keys.push(Key { text, span }),
            Some((prefix, rest)) => match rest.trim_end().strip_suffix('}') {
                Some(names) if prefix.ends_with('.') && !names.contains(['{', '}']) => {
                    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
                    keys.extend(names.map(|name| Key { text: format!("{prefix}{name}"), span }));
                }
                _ => return Err(Error::new(span, "expected \"Type.{one, other}\"")),
            },
        }
    }
    Ok(keys)
}

/// A quoted name that is valid in Rust.
fn rust_name(input: ParseStream<'_>) -> Result<String> {
    let name: LitStr = input.parse()?;
    match given(&name.value()) {
        Some(name) => Ok(name),
        None => Err(Error::new(name.span(), format!("{:?} is no name in Rust", name.value()))),
    }
}
