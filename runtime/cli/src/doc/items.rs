//! The definitions of a file as HTML.

use std::fmt::Write;

use thriftly_parser::program::{
    Annotation, Const, DefId, Definition, Enum, Field, Function, Program, Requiredness, Service,
    Struct, Type, TypeKind, Typedef, Value,
};
use thriftly_parser::source::FileId;

use super::anchors::Anchors;
use super::html::{Escaped, Link};
use super::markdown::html_of;
use crate::signature::keyword;

/// Longest value that is shown, in bytes.
const LONGEST: usize = 20_000;

/// Most users of a definition that are shown.
const USERS: usize = 30;

/// Writes definitions, as their file names others.
pub(super) struct Items<'a> {
    pub(super) program: &'a Program,
    pub(super) anchors: &'a Anchors,
    pub(super) from: FileId,
}

/// The kind of a definition in the page.
fn kind(definition: &Definition) -> &'static str {
    match definition {
        Definition::Const(_) => "const",
        Definition::Typedef(_) => "typedef",
        Definition::Enum(_) => "enum",
        Definition::Struct(node) => keyword(node.kind),
        Definition::Service(_) => "service",
    }
}

impl Items<'_> {
    /// The section of a definition.
    pub(super) fn definition(&self, id: DefId, definition: &Definition, out: &mut String) {
        let anchor = self.anchors.definition(id, definition);
        let (kind, name) = (kind(definition), definition.name().text.as_str());
        let (shown, link) = (Escaped(name), Link(&anchor));
        let _ = write!(
            out,
            "<section class=item id=\"{}\" data-kind=\"{kind}\" data-name=\"{shown}\">\
             <h3><span class=kind>{kind}</span> <a class=name href=\"{link}\">{shown}</a>",
            Escaped(&anchor)
        );
        match definition {
            Definition::Const(node) => self.constant(node, out),
            Definition::Typedef(node) => self.typedef(node, out),
            Definition::Enum(node) => self.enumeration(node, &anchor, out),
            Definition::Struct(node) => self.structure(node, &anchor, out),
            Definition::Service(node) => self.service(node, &anchor, out),
        }
        self.users(id, out);
        out.push_str("</section>\n");
    }

    fn constant(&self, node: &Const, out: &mut String) {
        out.push_str(" <span class=of>");
        self.ty(&node.ty, out);
        out.push_str("</span></h3>");
        intro(node.doc.as_deref(), &node.annotations, out);
        let _ = write!(out, "<pre class=value>{}</pre>", Escaped(&self.value(&node.value)));
    }

    fn typedef(&self, node: &Typedef, out: &mut String) {
        out.push_str(" <span class=of>= ");
        self.ty(&node.target, out);
        out.push_str("</span></h3>");
        intro(node.doc.as_deref(), &node.annotations, out);
    }

    fn enumeration(&self, node: &Enum, anchor: &str, out: &mut String) {
        out.push_str("</h3>");
        intro(node.doc.as_deref(), &node.annotations, out);
        if node.values.is_empty() {
            return;
        }
        out.push_str("<div class=table><table><tbody>");
        for value in &node.values {
            let name = Escaped(&value.name.text);
            let _ = write!(
                out,
                "<tr id=\"{}.{name}\" data-kind=value data-name=\"{name}\"><td class=id>{}<td class=member>{name}<td>",
                Escaped(anchor),
                value.number
            );
            intro(value.doc.as_deref(), &value.annotations, out);
        }
        out.push_str("</table></div>");
    }

    fn structure(&self, node: &Struct, anchor: &str, out: &mut String) {
        out.push_str("</h3>");
        intro(node.doc.as_deref(), &node.annotations, out);
        self.fields(&node.fields, Some(anchor), out);
    }

    /// A table of fields. With an anchor each has its own.
    fn fields(&self, fields: &[Field], anchor: Option<&str>, out: &mut String) {
        if fields.is_empty() {
            return;
        }
        out.push_str("<div class=table><table><tbody>");
        for field in fields {
            let name = Escaped(&field.name.text);
            match anchor {
                Some(anchor) => {
                    let anchor = Escaped(anchor);
                    let _ = write!(
                        out,
                        "<tr id=\"{anchor}.{name}\" data-kind=field data-name=\"{name}\">"
                    );
                }
                None => out.push_str("<tr>"),
            }
            let _ = write!(out, "<td class=id>{}<td class=member>{name}<td class=type>", field.id);
            self.ty(&field.ty, out);
            if let Some(default) = &field.default {
                let _ = write!(out, " = <code>{}</code>", Escaped(&self.value(default)));
            }
            match field.requiredness {
                Requiredness::Required => out.push_str(" <span class=mark>required</span>"),
                Requiredness::Optional => out.push_str(" <span class=mark>optional</span>"),
                Requiredness::Default => {}
            }
            out.push_str("<td>");
            intro(field.doc.as_deref(), &field.annotations, out);
        }
        out.push_str("</table></div>");
    }

    fn service(&self, node: &Service, anchor: &str, out: &mut String) {
        if let Some(base) = node.extends {
            out.push_str(" <span class=of>extends ");
            self.link(base, out);
            out.push_str("</span>");
        }
        out.push_str("</h3>");
        intro(node.doc.as_deref(), &node.annotations, out);
        for function in &node.functions {
            self.function(function, anchor, out);
        }
    }

    fn function(&self, function: &Function, anchor: &str, out: &mut String) {
        let name = Escaped(&function.name.text);
        let own = format!("{anchor}.{}", function.name.text);
        let _ = write!(
            out,
            "<div class=method id=\"{}\" data-kind=method data-name=\"{name}\"><h4><code>",
            Escaped(&own)
        );
        if function.oneway {
            out.push_str("<span class=word>oneway</span> ");
        }
        match &function.returns {
            Some(ty) => self.ty(ty, out),
            None => out.push_str("<span class=word>void</span>"),
        }
        let _ = write!(out, " <a class=name href=\"{}\">{name}</a>(", Link(&own));
        self.parameters(&function.arguments, out);
        out.push(')');
        if !function.throws.is_empty() {
            out.push_str(" <span class=word>throws</span> (");
            self.parameters(&function.throws, out);
            out.push(')');
        }
        out.push_str("</code></h4>");
        intro(function.doc.as_deref(), &function.annotations, out);
        let more = |field: &&Field| {
            field.doc.is_some() || field.default.is_some() || !field.annotations.is_empty()
        };
        for fields in [&function.arguments, &function.throws] {
            if fields.iter().any(|field| more(&field)) {
                self.fields(fields, None, out);
            }
        }
        out.push_str("</div>");
    }

    fn parameters(&self, fields: &[Field], out: &mut String) {
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            let _ = write!(out, "<span class=id>{}:</span> ", field.id);
            self.ty(&field.ty, out);
            let _ = write!(out, " {}", Escaped(&field.name.text));
        }
    }

    fn users(&self, id: DefId, out: &mut String) {
        let users = self.anchors.users(id);
        let count = users.len();
        if count == 0 {
            return;
        }
        out.push_str("<p class=users>Used by ");
        for (at, user) in users.take(USERS).enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.link(user, out);
        }
        if count > USERS {
            let _ = write!(out, " and {} more", count - USERS);
        }
        out.push_str("</p>");
    }

    /// A type, with links to the definitions in it.
    fn ty(&self, ty: &Type, out: &mut String) {
        match &ty.kind {
            TypeKind::Named(id) => self.link(*id, out),
            TypeKind::List(element) => {
                out.push_str("<span class=word>list</span>&lt;");
                self.ty(element, out);
                out.push_str("&gt;");
            }
            TypeKind::Set(element) => {
                out.push_str("<span class=word>set</span>&lt;");
                self.ty(element, out);
                out.push_str("&gt;");
            }
            TypeKind::Map(key, value) => {
                out.push_str("<span class=word>map</span>&lt;");
                self.ty(key, out);
                out.push_str(", ");
                self.ty(value, out);
                out.push_str("&gt;");
            }
            _ => {
                let _ =
                    write!(out, "<span class=word>{}</span>", Escaped(&ty.text(&|_| "".into())));
            }
        }
    }

    fn link(&self, id: DefId, out: &mut String) {
        let definition = self.program.definition(id);
        let anchor = self.anchors.definition(id, definition);
        let name = Escaped(&definition.name().text);
        let _ = write!(out, "<a href=\"{}\">", Link(&anchor));
        if id.file != self.from {
            let _ = write!(out, "{}.", Escaped(&self.program.file(id.file).prefix));
        }
        let _ = write!(out, "{name}</a>");
    }

    fn value(&self, value: &Value) -> String {
        let mut text = value.text(self.program);
        if text.len() > LONGEST {
            let end = (0..=LONGEST).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            text.truncate(end);
            text.push('…');
        }
        text
    }
}

/// Docs and annotations.
fn intro(doc: Option<&str>, annotations: &[Annotation], out: &mut String) {
    if let Some(doc) = doc {
        out.push_str("<div class=doc>");
        html_of(doc, out);
        out.push_str("</div>");
    }
    if !annotations.is_empty() {
        out.push_str("<p class=annotations>");
        for annotation in annotations {
            let (key, value) = (&annotation.key.text, &annotation.value);
            let deprecated = if key == "deprecated" { " class=deprecated" } else { "" };
            // A key without a value has "1".
            let _ = match value.as_str() {
                "1" => write!(out, "<code{deprecated}>{}</code> ", Escaped(key)),
                value => write!(
                    out,
                    "<code{deprecated}>{} = {}</code> ",
                    Escaped(key),
                    Escaped(&format!("{value:?}"))
                ),
            };
        }
        out.push_str("</p>");
    }
}
