//! Inlay hints: the ids of fields whose ids are not written.

use std::collections::HashMap;

use lsp_types::{InlayHint, InlayHintLabel, InlayHintTooltip, TextEdit};
use thriftly_parser::ast;
use thriftly_parser::parse;
use thriftly_parser::program::{Definition, Field};
use thriftly_parser::source::FileId;

use super::analysis::View;

/// The hints between two offsets of a file.
pub(super) fn hints(view: View<'_>, file: FileId, range: std::ops::Range<u32>) -> Vec<InlayHint> {
    let Some(checked) = view.program().files.get(file.0 as usize) else { return Vec::new() };
    // The automatic ids by the place of the name.
    let fields = checked.definitions.iter().flat_map(fields_of).filter(|one| !one.explicit_id);
    let ids: HashMap<u32, i16> = fields.map(|field| (field.name.span.start, field.id)).collect();
    if ids.is_empty() {
        return Vec::new();
    }
    let (tree, _) = parse(&view.source(file).text);
    let fields = tree.definitions.iter().flat_map(written_fields);
    let shown = fields.filter(|field| field.id.is_none() && range.contains(&field.span.start));
    let hints = shown.filter_map(|field| {
        let id = ids.get(&field.name.span.start)?;
        let start = view.encoding.position(view.source(file), field.span.start);
        let edit = TextEdit {
            range: lsp_types::Range { start, end: start },
            new_text: format!("{id}: "),
        };
        let why = "The automatic id of the field. It shifts when fields without ids are added or removed.";
        Some(InlayHint {
            position: start,
            label: InlayHintLabel::String(format!("{id}:")),
            kind: None,
            text_edits: Some(vec![edit]),
            tooltip: Some(InlayHintTooltip::String(why.to_owned())),
            padding_left: None,
            padding_right: Some(true),
            data: None,
        })
    });
    hints.collect()
}

fn fields_of(definition: &Definition) -> Vec<&Field> {
    match definition {
        Definition::Struct(node) => node.fields.iter().collect(),
        Definition::Service(node) => {
            let functions = node.functions.iter();
            functions.flat_map(|one| one.arguments.iter().chain(&one.throws)).collect()
        }
        Definition::Const(_) | Definition::Typedef(_) | Definition::Enum(_) => Vec::new(),
    }
}

fn written_fields(definition: &ast::Definition) -> Vec<&ast::Field> {
    match definition {
        ast::Definition::Struct(node) => node.fields.iter().collect(),
        ast::Definition::Service(node) => {
            let functions = node.functions.iter();
            functions.flat_map(|one| one.arguments.iter().chain(&one.throws)).collect()
        }
        _ => Vec::new(),
    }
}
