//! Docs of generated items.

use thriftly_parser::program::{Annotation, Field, Name, Requiredness, Type};

use super::{Lowerer, annotations};
use crate::markdown::{code_span, lines};
use crate::model::Docs;

/// Maximum length of a default value in docs, in characters.
const SHOWN: usize = 60;

impl Lowerer<'_> {
    /// The doc text of the IDL, and the location of the definition.
    pub(super) fn docs(&self, doc: Option<&str>, annotations: &[Annotation], name: &Name) -> Docs {
        let mut lines = doc.map(lines).unwrap_or_default();
        let line = self.sources.position(name.span).line;
        let file = code_span(&self.file_name(name.span.file));
        let place = format!("{file}, line {line}");
        if lines.is_empty() {
            lines.push(format!(" `{}` of {place}.", name.text));
        } else {
            lines.push(String::new());
            lines.push(format!(" Defined in {place}."));
        }
        Docs { lines, deprecated: annotations::deprecated(annotations) }
    }

    /// The doc text of a field, and its IDL declaration.
    pub(super) fn field_docs(&self, field: &Field) -> Docs {
        with_code(field.doc.as_deref(), &field.annotations, &self.field_line(field))
    }

    /// The IDL declaration of the field, with its default value.
    fn field_line(&self, field: &Field) -> String {
        let requiredness = match field.requiredness {
            Requiredness::Required => "required ",
            Requiredness::Optional => "optional ",
            Requiredness::Default => "",
        };
        let default = field.default.as_ref().map(|value| {
            let text = value.text(self.program);
            match text.char_indices().nth(SHOWN) {
                Some((end, _)) => format!(" = {}…", &text[..end]),
                None => format!(" = {text}"),
            }
        });
        format!(
            "{}: {requiredness}{} {}{}",
            field.id,
            self.idl_type(&field.ty),
            field.name.text,
            default.unwrap_or_default()
        )
    }

    /// The type in IDL syntax.
    pub(super) fn idl_type(&self, ty: &Type) -> String {
        ty.text(&|id| {
            let name = &self.program.definition(id).name().text;
            match id.file == ty.span.file {
                true => name.clone(),
                false => format!("{}.{name}", self.program.file(id.file).prefix),
            }
        })
    }
}

/// A doc text followed by a line of code, or the code alone.
pub(super) fn with_code(doc: Option<&str>, annotations: &[Annotation], code: &str) -> Docs {
    let mut lines = doc.map(lines).unwrap_or_default();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(format!(" {}", code_span(code)));
    Docs { lines, deprecated: annotations::deprecated(annotations) }
}
