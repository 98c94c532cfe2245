//! Definitions and their members as text of IDL, in one line each.

use thriftly_parser::program::{
    Const, DefId, Definition, Enum, EnumValue, Field, Function, Program, Requiredness, Service,
    Struct, StructKind, Type, Typedef,
};
use thriftly_parser::source::FileId;

/// Writes names as a file would: those of other files with their prefix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signatures<'a> {
    pub(crate) program: &'a Program,
    pub(crate) from: FileId,
}

impl Signatures<'_> {
    pub(crate) fn name(&self, id: DefId) -> String {
        let name = &self.program.definition(id).name().text;
        match id.file == self.from {
            true => name.clone(),
            false => format!("{}.{name}", self.program.file(id.file).prefix),
        }
    }

    pub(crate) fn ty(&self, ty: &Type) -> String {
        ty.text(&|id| self.name(id))
    }

    /// The first line of a definition, without the opening brace.
    pub(crate) fn definition(&self, definition: &Definition) -> String {
        match definition {
            Definition::Const(node) => self.constant(node),
            Definition::Typedef(node) => self.typedef(node),
            Definition::Enum(Enum { name, .. }) => format!("enum {}", name.text),
            Definition::Struct(Struct { kind, name, .. }) => {
                format!("{} {}", keyword(*kind), name.text)
            }
            Definition::Service(Service { name, extends, .. }) => match extends {
                Some(base) => format!("service {} extends {}", name.text, self.name(*base)),
                None => format!("service {}", name.text),
            },
        }
    }

    fn constant(&self, node: &Const) -> String {
        let value = node.value.text(self.program);
        format!("const {} {} = {value}", self.ty(&node.ty), node.name.text)
    }

    fn typedef(&self, node: &Typedef) -> String {
        format!("typedef {} {}", self.ty(&node.target), node.name.text)
    }

    pub(crate) fn field(&self, field: &Field) -> String {
        let word = match field.requiredness {
            Requiredness::Required => "required ",
            Requiredness::Optional => "optional ",
            Requiredness::Default => "",
        };
        let default = field.default.as_ref().map(|value| value.text(self.program));
        let default = default.map(|value| format!(" = {value}")).unwrap_or_default();
        format!("{}: {word}{} {}{default}", field.id, self.ty(&field.ty), field.name.text)
    }

    pub(crate) fn enum_value(&self, value: &EnumValue) -> String {
        format!("{} = {}", value.name.text, value.number)
    }

    pub(crate) fn function(&self, function: &Function) -> String {
        let oneway = if function.oneway { "oneway " } else { "" };
        let returns = function.returns.as_ref().map_or("void".to_owned(), |ty| self.ty(ty));
        let fields = |fields: &[Field]| {
            let fields: Vec<_> = fields.iter().map(|field| self.field(field)).collect();
            fields.join(", ")
        };
        let throws = match fields(&function.throws) {
            throws if throws.is_empty() => throws,
            throws => format!(" throws ({throws})"),
        };
        let arguments = fields(&function.arguments);
        format!("{oneway}{returns} {}({arguments}){throws}", function.name.text)
    }
}

/// The keyword of a kind of struct.
pub(crate) fn keyword(kind: StructKind) -> &'static str {
    match kind {
        StructKind::Struct => "struct",
        StructKind::Union => "union",
        StructKind::Exception => "exception",
    }
}
