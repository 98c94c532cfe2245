//! Definitions, references and highlights of the name at a place.

use lsp_types::{DocumentHighlight, DocumentHighlightKind, Location};
use thriftly_parser::cursor::cursor;
use thriftly_parser::index::Symbol;
use thriftly_parser::source::FileId;

use super::analysis::View;

/// The declaration of the name at an offset.
pub(super) fn definition(view: View<'_>, file: FileId, offset: u32) -> Option<Location> {
    let (name, _) = view.analysis.index.at(file, offset)?;
    view.location(view.declared(name.symbol)?)
}

/// The definition that is named by a word in a root file, for places that an index lacks because of mistakes around
/// them. `text` is what the file is now; the program may be of an earlier text.
pub(super) fn definition_of_word(view: View<'_>, text: &str, offset: u32) -> Option<Symbol> {
    let word = cursor(text, offset).word;
    let word = text.get(word.start as usize..word.end as usize)?;
    let root = FileId(0);
    let program = view.program();
    if program.files.is_empty() || word.is_empty() {
        return None;
    }
    program.named(root, word).map(Symbol::Definition)
}

/// The places that refer to a symbol.
pub(super) fn references(view: View<'_>, symbol: Symbol, with_declaration: bool) -> Vec<Location> {
    let declared = match symbol {
        // The start of a file is no name of it.
        Symbol::File(_) => None,
        symbol => view.declared(symbol).filter(|_| with_declaration),
    };
    let spans = declared.into_iter().chain(view.analysis.index.references(symbol));
    spans.filter_map(|span| view.location(span)).collect()
}

/// The names in a file that stand for the same as the one at an offset.
pub(super) fn highlights(view: View<'_>, file: FileId, offset: u32) -> Vec<DocumentHighlight> {
    let index = &view.analysis.index;
    let Some((name, _)) = index.at(file, offset) else { return Vec::new() };
    let declared = index.declaration(name.symbol);
    let same = index.names(file).iter().filter(|other| other.symbol == name.symbol);
    same.map(|other| DocumentHighlight {
        range: view.range(other.span),
        kind: Some(match declared == Some(other.span) {
            true => DocumentHighlightKind::WRITE,
            false => DocumentHighlightKind::READ,
        }),
    })
    .collect()
}
