//! What stands between the brackets of `thrift!`.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitBool, LitStr, Path, Result, Token, braced, bracketed};

/// The parsed input of `thrift!`.
pub(crate) struct Input {
    /// Where the IDL comes from.
    pub(crate) idl: Idl,
    /// The place of the path or text.
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

/// The options, each of which may be left out.
#[derive(Default)]
pub(crate) struct Options {
    /// Where included files are looked for, beside the including file.
    pub(crate) include_dirs: Vec<String>,
    /// Included files that are modules elsewhere.
    pub(crate) with: Vec<(String, Path)>,
    /// Derives for every generated type.
    pub(crate) derive: Vec<Path>,
    /// The path of the runtime, if it has another name.
    pub(crate) krate: Option<Path>,
    /// `HashMap` and `HashSet` in place of the ordered ones.
    pub(crate) hashed: bool,
    /// `SharedStr` in place of `String`.
    pub(crate) shared_strings: bool,
    /// What a struct does not know is kept.
    pub(crate) keep_unknown: bool,
    /// Warnings are not shown in the build.
    pub(crate) hide_warnings: bool,
    /// Types that borrow from the message, and handlers that take them.
    pub(crate) views: bool,
    /// String literals may go over several lines.
    pub(crate) multiline_strings: bool,
}

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
        let mut options = Options::default();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            options.parse_one(input)?;
        }
        // With every message the compiler shows the place: a text may be long.
        Ok(Input { idl, span: word.unwrap_or(literal.span()), options })
    }
}

impl Options {
    fn parse_one(&mut self, input: ParseStream<'_>) -> Result<()> {
        let key = match input.peek(Token![crate]) {
            true => Ident::new("crate", input.parse::<Token![crate]>()?.span),
            false => input.parse::<Ident>()?,
        };
        input.parse::<Token![:]>()?;
        match key.to_string().as_str() {
            "include_dirs" => {
                let list;
                bracketed!(list in input);
                let dirs = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
                self.include_dirs = dirs.iter().map(LitStr::value).collect();
            }
            "with" => {
                let map;
                braced!(map in input);
                let entries = Punctuated::<With, Token![,]>::parse_terminated(&map)?;
                self.with = entries.into_iter().map(|with| (with.file, with.module)).collect();
            }
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
            "maps" => self.hashed = choice(input, ["ordered", "hashed"])?,
            "warnings" => self.hide_warnings = choice(input, ["shown", "hidden"])?,
            "strings" => self.shared_strings = choice(input, ["owned", "shared"])?,
            "unknown_fields" => self.keep_unknown = choice(input, ["dropped", "kept"])?,
            "views" => self.views = input.parse::<LitBool>()?.value,
            "multiline_strings" => self.multiline_strings = input.parse::<LitBool>()?.value,
            _ => {
                return Err(Error::new(
                    key.span(),
                    format!(
                        "unknown option `{key}`; the options are include_dirs, with, derive, crate, \
                         maps, strings, views, unknown_fields, warnings and multiline_strings"
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// One of two words; says whether it is the second.
fn choice(input: ParseStream<'_>, words: [&str; 2]) -> Result<bool> {
    let word: Ident = input.parse()?;
    match words.iter().position(|one| word == one) {
        Some(position) => Ok(position == 1),
        None => {
            let [first, second] = words;
            Err(Error::new(word.span(), format!("expected `{first}` or `{second}`")))
        }
    }
}

/// `"shared.thrift": crate::shared`
struct With {
    file: String,
    module: Path,
}

impl Parse for With {
    fn parse(input: ParseStream<'_>) -> Result<With> {
        let file = input.parse::<LitStr>()?.value();
        input.parse::<Token![:]>()?;
        Ok(With { file, module: Path::parse_mod_style(input)? })
    }
}
