//! Lays out the text of a file anew: `thriftly fmt`.
//!
//! It works on tokens, not on the tree: numbers, quotes and words stay as they are written. [`reader`] sorts the
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

/// Lays out the text of one file: the same program, with the same comments in the same order.
///
/// - Four blanks of indent; each field, value and function stands on a line of its own. If any of them ends with a
///   comma or semicolon, all in the file end with a comma; else none.
/// - Headers, constants, typedefs and closing braces end with nothing.
/// - What stands in `(…)`, `[…]` and the braces of a value is one line if it fits in 100 columns, unless the line
///   ended after the opening bracket already; else one item a line.
/// - At most one blank line is kept in a row. Definitions with a body have one on both sides, and so has each group
///   of headers of one kind.
/// - A comment stays where it is: above what follows, or at the end of its line. Columns are not aligned.
/// - Line ends stay as the first one is, LF or CR LF. A byte order mark goes.
///
/// The outcome is its own layout: a second run changes nothing. Of the options only
/// [`multiline_strings`](Options::multiline_strings) matters.
///
/// # Errors
///
/// What is wrong with the syntax, with every place in file 0. Names are not looked up.
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
    // What the lexer could say has been said.
    let lexed = lex(text, FileId(0), options.multiline_strings, &mut Reporter::default());
    let layout = Reader::new(text, &lexed).file();
    Ok(Printer::new(text).file(&layout))
}
