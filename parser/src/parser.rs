//! Parses the text of one file into its syntax tree.

use crate::ast::File;
use crate::builder::Builder;
use crate::diagnostic::Diagnostic;
use crate::lexer::lex;
use crate::parsed::Parsed;
use crate::reporter::Reporter;
use crate::source::FileId;
use crate::syntax;
use crate::token::TokenKind;
use crate::{doc, recovery};

/// Parses IDL into its syntax tree, without following includes or resolving names. The tree holds everything that could
/// be parsed, the diagnostics report the rest. Every span is in file 0.
///
/// ```
/// use thriftly_parser::ast::Definition;
///
/// let (file, diagnostics) = thriftly_parser::parse("/** Naps. */ service Sleep { oneway void sleep(1: i32 seconds) }");
/// assert!(diagnostics.is_empty());
/// let Definition::Service(service) = &file.definitions[0] else { unreachable!() };
/// assert_eq!(service.functions[0].name.text, "sleep");
/// assert_eq!(service.doc.as_deref(), Some("Naps.\n"));
/// assert_eq!(file.comments.len(), 1);
/// ```
pub fn parse(text: impl AsRef<[u8]>) -> (File, Vec<Diagnostic>) {
    let mut reporter = Reporter::default();
    let file = parse_file(text.as_ref(), FileId(0), false, &mut reporter);
    (file, reporter.finish())
}

/// Parses the text of a numbered file.
pub(crate) fn parse_file(
    text: &[u8],
    file: FileId,
    multiline_strings: bool,
    reporter: &mut Reporter,
) -> File {
    let lexed = lex(text, file, multiline_strings, reporter);
    let build = Builder { text, file };
    let parsed = syntax::parse(TokenKind::StartFile, lexed.tokens.iter().copied(), &build);
    let mut tree = match parsed {
        Ok(Parsed::File(tree)) => tree,
        _ => recovery::parse(&lexed, &build, reporter),
    };
    tree.comments = lexed.comments;
    doc::attach(&mut tree, text);
    tree
}
