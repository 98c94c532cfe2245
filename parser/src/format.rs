//! Formatter of IDL files: `thriftly fmt`.
//!
//! It works on tokens, not on the tree: numbers, quotes and words stay as written. [`reader`] sorts the
//! tokens and comments into items and lists, [`printer`] writes those.

mod comment;
mod printer;
mod reader;
mod tree;

use self::printer::Printer;
use self::reader::Reader;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lexer::lex;
use crate::options::Options;
use crate::parser::parse_file;
use crate::reporter::Reporter;
use crate::source::FileId;

/// Formats the text of one file: the same program, with the same comments in the same order.
///
/// - Four spaces of indent; each field, value and function is on its own line. If any of them ends with a comma or
///   semicolon, all in the file end with a comma; otherwise none does.
/// - Headers, constants, typedefs and closing braces have no trailing separator.
/// - The contents of `(…)`, `[…]` and the braces of a value are on one line if they fit in 100 columns, unless the
///   opening bracket already ended its line; otherwise one item per line.
/// - At most one blank line is kept in a row. Definitions with a body, and groups of headers of one kind, have one on
///   both sides.
/// - A comment stays where it is: above what follows, or at the end of its line. Columns are not aligned.
/// - Line endings become those of the first line, LF or CR LF. A byte order mark is removed.
///
/// Formatting is idempotent. Of the options only [`multiline_strings`](Options::multiline_strings) has an effect.
///
/// # Errors
///
/// Syntax errors, with every span in file 0. Names are not resolved.
///
/// ```
/// use thriftly_parser::{Options, format};
///
/// let text = format("struct Nap{1:i32 seconds;2:optional string why}// short", &Options::default()).unwrap();
/// assert_eq!(
///     String::from_utf8_lossy(&text),
///     "struct Nap {\n    1: i32 seconds,\n    2: optional string why,\n} // short\n"
/// );
/// ```
pub fn format(text: impl AsRef<[u8]>, options: &Options) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let text = text.as_ref();
    let mut reporter = Reporter::default();
    parse_file(text, FileId(0), options.multiline_strings, &mut reporter);
    let diagnostics = reporter.finish();
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(diagnostics);
    }
    // The lexer's messages are complete at this point.
    let lexed = lex(text, FileId(0), options.multiline_strings, &mut Reporter::default());
    let layout = Reader::new(text, &lexed).file();
    Ok(Printer::new(text).file(&layout))
}
