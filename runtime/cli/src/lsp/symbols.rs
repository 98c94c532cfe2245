//! Symbols of a document, as a tree, and of the workspace, by a part of their names.

use lsp_types::{DocumentSymbol, Location, SymbolInformation, SymbolKind, Uri};
use thriftly_parser::ast;
use thriftly_parser::parse;
use thriftly_parser::program::{Definition, Name, StructKind};
use thriftly_parser::source::{Source, Span};

use super::analysis::View;
use super::position::Encoding;

/// Most symbols that a search in the workspace returns.
const MOST: usize = 1000;

/// The symbols of a source, definitions with their members.
pub(super) fn of_source(source: &Source, encoding: Encoding) -> Vec<DocumentSymbol> {
    let (file, _) = parse(&source.text);
    let tree = Tree { source, encoding };
    file.definitions.iter().filter_map(|definition| tree.definition(definition)).collect()
}

struct Tree<'a> {
    source: &'a Source,
    encoding: Encoding,
}

impl Tree<'_> {
    fn definition(&self, definition: &ast::Definition) -> Option<DocumentSymbol> {
        use ast::Definition::{Const, Enum, Service, Struct, Typedef};
        let (kind, detail, children) = match definition {
            Const(node) => (SymbolKind::CONSTANT, Some(self.text(node.ty.span)), Vec::new()),
            Typedef(node) => {
                (SymbolKind::TYPE_PARAMETER, Some(self.text(node.ty.span)), Vec::new())
            }
            Enum(node) => {
                let values = node.values.iter().filter_map(|value| {
                    let number = value.number.and_then(|number| number.value);
                    let detail = number.map(|number| number.to_string());
                    self.symbol(&value.name, SymbolKind::ENUM_MEMBER, detail, value.span, vec![])
                });
                (SymbolKind::ENUM, None, values.collect())
            }
            Struct(node) => {
                let fields = node.fields.iter().filter_map(|field| self.field(field));
                (of_struct(node.kind), None, fields.collect())
            }
            Service(node) => {
                let functions = node.functions.iter().filter_map(|function| {
                    let returns = function.returns.as_ref();
                    let returns =
                        returns.map_or_else(|| "void".to_owned(), |ty| self.text(ty.span));
                    let kind = SymbolKind::METHOD;
                    self.symbol(&function.name, kind, Some(returns), function.span, vec![])
                });
                let extends = node.extends.as_ref().map(|base| format!("extends {}", base.text));
                (SymbolKind::INTERFACE, extends, functions.collect())
            }
        };
        self.symbol(definition.name(), kind, detail, definition.span(), children)
    }

    fn field(&self, field: &ast::Field) -> Option<DocumentSymbol> {
        let ty = Some(self.text(field.ty.span));
        self.symbol(&field.name, SymbolKind::FIELD, ty, field.span, vec![])
    }

    fn text(&self, span: Span) -> String {
        let bytes = self.source.text.get(span.start as usize..span.end as usize);
        String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
    }

    /// A symbol; none for the placeholder of a missing name.
    #[allow(deprecated, reason = "a field of the protocol that must be named")]
    fn symbol(
        &self,
        name: &Name,
        kind: SymbolKind,
        detail: Option<String>,
        span: Span,
        children: Vec<DocumentSymbol>,
    ) -> Option<DocumentSymbol> {
        let (start, end) = (span.start.min(name.span.start), span.end.max(name.span.end));
        let whole = Span { start, end, ..span };
        (name.span.start < name.span.end).then(|| DocumentSymbol {
            name: name.text.clone(),
            detail,
            kind,
            tags: None,
            deprecated: None,
            range: self.encoding.range(self.source, whole),
            selection_range: self.encoding.range(self.source, name.span),
            children: (!children.is_empty()).then_some(children),
        })
    }
}

/// A tree of symbols as a list, for clients without trees.
#[allow(deprecated, reason = "a field of the protocol that must be named")]
pub(super) fn flat(symbols: Vec<DocumentSymbol>, uri: &Uri) -> Vec<SymbolInformation> {
    let mut list = Vec::new();
    for symbol in symbols {
        let container = symbol.name.clone();
        list.push(information(symbol.name, symbol.kind, None, uri, symbol.range));
        for child in symbol.children.into_iter().flatten() {
            let container = Some(container.clone());
            list.push(information(child.name, child.kind, container, uri, child.range));
        }
    }
    list
}

#[allow(deprecated, reason = "a field of the protocol that must be named")]
fn information(
    name: String,
    kind: SymbolKind,
    container_name: Option<String>,
    uri: &Uri,
    range: lsp_types::Range,
) -> SymbolInformation {
    let location = Location { uri: uri.clone(), range };
    SymbolInformation { name, kind, tags: None, deprecated: None, location, container_name }
}

/// The definitions and members of a program whose names have the letters of the query in this order.
pub(super) fn search(view: View<'_>, query: &str) -> Vec<SymbolInformation> {
    let mut found = Vec::new();
    for (id, definition) in view.program().definitions() {
        let Some(uri) = view.uri(id.file) else { continue };
        let container = view.program().file(id.file).prefix.as_str();
        let mut add = |name: &Name, kind, container: &str| {
            if found.len() < MOST && name.span.start < name.span.end && matches(&name.text, query) {
                let range = view.range(name.span);
                let container = Some(container.to_owned());
                found.push(information(name.text.clone(), kind, container, &uri, range));
            }
        };
        let name = definition.name();
        match definition {
            Definition::Const(_) => add(name, SymbolKind::CONSTANT, container),
            Definition::Typedef(_) => add(name, SymbolKind::TYPE_PARAMETER, container),
            Definition::Enum(node) => {
                add(name, SymbolKind::ENUM, container);
                for value in &node.values {
                    add(&value.name, SymbolKind::ENUM_MEMBER, &name.text);
                }
            }
            Definition::Struct(node) => {
                add(name, of_struct(node.kind), container);
                for field in &node.fields {
                    add(&field.name, SymbolKind::FIELD, &name.text);
                }
            }
            Definition::Service(node) => {
                add(name, SymbolKind::INTERFACE, container);
                for function in &node.functions {
                    add(&function.name, SymbolKind::METHOD, &name.text);
                }
            }
        }
    }
    found
}

fn of_struct(kind: StructKind) -> SymbolKind {
    match kind {
        StructKind::Struct | StructKind::Union => SymbolKind::STRUCT,
        StructKind::Exception => SymbolKind::CLASS,
    }
}

/// Whether a name has the letters of a query in their order, case aside.
fn matches(name: &str, query: &str) -> bool {
    let mut letters = name.chars();
    query
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .all(|wanted| letters.any(|letter| letter.eq_ignore_ascii_case(&wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_match_letters_in_their_order() {
        for (name, query, expected) in [
            ("getThings", "", true),
            ("getThings", "gt", true),
            ("getThings", "GETTH", true),
            ("getThings", "tg", true),
            ("getThings", "gg", true),
            ("getThings", "ggg", false),
            ("getThings", "getThingss", false),
            ("a", "\u{e9}", false),
        ] {
            assert_eq!(matches(name, query), expected, "{name} {query}");
        }
    }
}
