//! Hover texts: the declaration of what is under the pointer, and its docs.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use thriftly_codegen::markdown;
use thriftly_parser::cursor::{Cursor, Place, cursor};
use thriftly_parser::index::Symbol;
use thriftly_parser::program::{Definition, TypeKind};
use thriftly_parser::source::FileId;

use super::analysis::View;
use super::annotations;
use crate::signature::Signatures;

/// Most members of a definition that are shown.
const MEMBERS: usize = 20;

/// The text for an offset of a file.
pub(super) fn hover(view: View<'_>, file: FileId, offset: u32) -> Option<Hover> {
    if let Some((name, _)) = view.analysis.index.at(file, offset) {
        let text = symbol(view, name.symbol, file)?;
        return Some(Hover { contents: text, range: Some(view.range(name.span)) });
    }
    let Cursor { word, place } = cursor(&view.source(file).text, offset);
    let source = view.source(file);
    let word_text = source.text.get(word.start as usize..word.end as usize)?;
    let word_text = std::str::from_utf8(word_text).ok()?;
    if let Place::Annotation(_) = place {
        let annotation = annotations::named(word_text)?;
        let text = format!("```thrift\n({})\n```\n\n{}", annotation.key, annotation.meaning);
        return Some(Hover {
            contents: markup(text),
            range: Some(view.encoding.range(source, word)),
        });
    }
    None
}

/// What is shown of a symbol, as the file `from` would write it.
pub(super) fn symbol(view: View<'_>, symbol: Symbol, from: FileId) -> Option<HoverContents> {
    let program = view.program();
    let signatures = Signatures { program, from };
    let (code, doc) = match symbol {
        Symbol::File(file) => {
            let path = view.source(file).path.display().to_string();
            (format!("include {path:?}"), program.file(file).doc.as_deref())
        }
        Symbol::Definition(id) => {
            let definition = program.definition(id);
            (whole(signatures, definition), doc(definition))
        }
        Symbol::Member(id, index) => match program.definition(id) {
            Definition::Enum(node) => {
                let value = node.values.get(index as usize)?;
                let name = signatures.name(id);
                (format!("{name}.{}", signatures.enum_value(value)), value.doc.as_deref())
            }
            Definition::Service(node) => {
                let function = node.functions.get(index as usize)?;
                let code = format!("// {}\n{}", signatures.name(id), signatures.function(function));
                (code, function.doc.as_deref())
            }
            _ => field(signatures, symbol)?,
        },
        Symbol::Argument(..) | Symbol::Throws(..) => field(signatures, symbol)?,
    };
    let mut text = format!("```thrift\n{code}\n```");
    if let Some(doc) = doc {
        text.push_str("\n\n---\n\n");
        text.push_str(&markdown::text(doc));
    }
    Some(markup(text))
}

fn markup(value: String) -> HoverContents {
    HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value })
}

fn field<'a>(signatures: Signatures<'a>, symbol: Symbol) -> Option<(String, Option<&'a str>)> {
    let field = symbol.field(signatures.program)?;
    let owner = signatures.name(symbol.definition()?);
    Some((format!("// {owner}\n{}", signatures.field(field)), field.doc.as_deref()))
}

/// A definition with its first members.
fn whole(signatures: Signatures<'_>, definition: &Definition) -> String {
    let first = signatures.definition(definition);
    let members: Vec<String> = match definition {
        Definition::Const(_) => return first,
        Definition::Typedef(node) => {
            let target = signatures.program.resolve(&node.target);
            return match (&node.target.kind, &target.kind) {
                (TypeKind::Named(a), TypeKind::Named(b)) if a == b => first,
                (TypeKind::Named(_), _) => format!("{first} // {}", signatures.ty(target)),
                _ => first,
            };
        }
        Definition::Enum(node) => {
            node.values.iter().map(|value| signatures.enum_value(value)).collect()
        }
        Definition::Struct(node) => {
            node.fields.iter().map(|field| signatures.field(field)).collect()
        }
        Definition::Service(node) => {
            node.functions.iter().map(|function| signatures.function(function)).collect()
        }
    };
    let mut text = format!("{first} {{\n");
    for member in members.iter().take(MEMBERS) {
        text.push_str(&format!("    {member}\n"));
    }
    if members.len() > MEMBERS {
        text.push_str(&format!("    // {} more\n", members.len() - MEMBERS));
    }
    text.push('}');
    text
}

/// The docs of a definition.
pub(super) fn doc(definition: &Definition) -> Option<&str> {
    match definition {
        Definition::Const(node) => node.doc.as_deref(),
        Definition::Typedef(node) => node.doc.as_deref(),
        Definition::Enum(node) => node.doc.as_deref(),
        Definition::Struct(node) => node.doc.as_deref(),
        Definition::Service(node) => node.doc.as_deref(),
    }
}
