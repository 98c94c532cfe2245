//! Completion: what exists and can be written at a place.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat,
    MarkupContent, MarkupKind, Position, Range, TextEdit,
};
use thriftly_codegen::markdown;
use thriftly_parser::ast;
use thriftly_parser::cursor::{Cursor, Expected, Owner, Place, Step, cursor};
use thriftly_parser::program::{DefId, Definition, Program, StructKind, Type, TypeKind};
use thriftly_parser::source::FileId;

use super::analysis::View;
use super::annotations;
use super::hover::doc;
use super::workspace::relative;
use crate::signature::Signatures;

/// Most items of an answer.
const MOST: usize = 5000;

/// Headers and definitions: the keyword, and its snippet.
const HEADERS: [(&str, &str); 3] = [
    ("include", "include \"$1\""),
    ("cpp_include", "cpp_include \"$1\""),
    ("namespace", "namespace ${1:rs} ${2:name}"),
];
const DEFINITIONS: [(&str, &str); 7] = [
    ("struct", "struct ${1:Name} {\n    1: $0\n}"),
    ("union", "union ${1:Name} {\n    1: $0\n}"),
    ("exception", "exception ${1:Name} {\n    1: $0\n}"),
    ("enum", "enum ${1:Name} {\n    $0\n}"),
    ("service", "service ${1:Name} {\n    $0\n}"),
    ("typedef", "typedef ${1:i64} ${2:Name}"),
    ("const", "const ${1:i32} ${2:NAME} = $0"),
];

const BASE_TYPES: [&str; 9] =
    ["bool", "i8", "i16", "i32", "i64", "double", "string", "binary", "uuid"];

const CONTAINERS: [(&str, &str); 3] =
    [("list", "list<$1>"), ("set", "set<$1>"), ("map", "map<$1, $2>")];

const SCOPES: [&str; 22] = [
    "*", "c_glib", "cl", "cpp", "d", "dart", "delphi", "erl", "go", "haxe", "java", "js", "kotlin",
    "lua", "netstd", "ocaml", "perl", "php", "py", "rb", "rs", "swift",
];

/// What completion needs beside the program.
pub(super) struct Surroundings<'a> {
    /// The text of the document now.
    pub(super) text: &'a str,
    /// The path of the document.
    pub(super) path: &'a Path,
    /// The last program in which the document had no errors.
    pub(super) good: Option<View<'a>>,
    /// The directories in which includes are looked up.
    pub(super) include_dirs: &'a [PathBuf],
    /// The files of the workspace.
    pub(super) files: &'a dyn Fn() -> Vec<PathBuf>,
    /// Whether the client understands snippets.
    pub(super) snippets: bool,
}

/// The items for an offset of the root file.
pub(super) fn items(view: View<'_>, around: &Surroundings<'_>, offset: u32) -> Vec<CompletionItem> {
    let Cursor { word, place } = cursor(around.text, offset);
    let position = |offset: u32| {
        let before = around.text.as_bytes().get(..offset as usize).unwrap_or_default();
        let line = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let lines = before[..line].iter().filter(|&&byte| byte == b'\n').count();
        Position::new(lines as u32, view.encoding.columns(&before[line..]))
    };
    let range = Range { start: position(word.start), end: position(word.end) };
    let mut list = List { view, around, range, items: Vec::new(), seen: HashSet::new() };
    match place {
        Place::Nothing => {}
        Place::Item { headers } => {
            if headers {
                list.snippets(&HEADERS);
            }
            list.snippets(&DEFINITIONS);
        }
        Place::Path => list.paths(),
        Place::Scope => list.keywords(&SCOPES),
        Place::Field(owner) => {
            match owner {
                Owner::Throws => {}
                Owner::Struct(StructKind::Union) => list.keywords(&["optional"]),
                _ => list.keywords(&["required", "optional"]),
            }
            list.types(owner);
        }
        Place::Type => list.types(Owner::Field),
        Place::Function { throws } => {
            if throws {
                list.keywords(&["throws"]);
            }
            list.keywords(&["oneway", "void"]);
            list.types(Owner::Field);
        }
        Place::Service => {
            list.definitions(|definition| matches!(definition, Definition::Service(_)));
        }
        Place::Keyword(word) => list.keywords(&[word]),
        Place::Value(expected) => list.values(&expected),
        Place::Annotation(owner) => list.annotations(owner),
        Place::AnnotationValue(key) => list.annotation_values(&key, offset),
    }
    list.items
}

struct List<'a> {
    view: View<'a>,
    around: &'a Surroundings<'a>,
    /// The word that an item replaces.
    range: Range,
    items: Vec<CompletionItem>,
    seen: HashSet<String>,
}

impl<'a> List<'a> {
    fn program(&self) -> &'a Program {
        self.view.program()
    }

    /// Adds an item. Those of a lower rank come first.
    fn add(&mut self, rank: u8, item: CompletionItem, text: String) {
        if self.items.len() >= MOST || !self.seen.insert(item.label.clone()) {
            return;
        }
        let range = self.range;
        self.items.push(CompletionItem {
            sort_text: Some(format!("{rank}{}", item.label)),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: text })),
            ..item
        });
    }

    fn keywords(&mut self, words: &[&str]) {
        for word in words {
            self.add(1, labelled(word, CompletionItemKind::KEYWORD), (*word).to_owned());
        }
    }

    fn snippets(&mut self, snippets: &[(&str, &str)]) {
        for (word, snippet) in snippets {
            let item = labelled(word, CompletionItemKind::KEYWORD);
            self.snippet(1, item, snippet, word);
        }
    }

    /// Adds an item with a snippet, or with plain text for clients without snippets.
    fn snippet(&mut self, rank: u8, item: CompletionItem, snippet: &str, plain: &str) {
        match self.around.snippets {
            true => {
                let format = Some(InsertTextFormat::SNIPPET);
                let item = CompletionItem { insert_text_format: format, ..item };
                self.add(rank, item, snippet.to_owned());
            }
            false => self.add(rank, item, plain.to_owned()),
        }
    }

    /// The types that a field or the like may have.
    fn types(&mut self, owner: Owner) {
        if owner == Owner::Throws {
            return self.definitions(|definition| match definition {
                Definition::Struct(node) => node.kind == StructKind::Exception,
                Definition::Typedef(_) => true,
                _ => false,
            });
        }
        for base in BASE_TYPES {
            self.add(1, labelled(base, CompletionItemKind::KEYWORD), base.to_owned());
        }
        for (word, snippet) in CONTAINERS {
            let item = CompletionItem {
                detail: Some(snippet.replace("$1", "…").replace("$2", "…")),
                ..labelled(word, CompletionItemKind::KEYWORD)
            };
            self.snippet(1, item, snippet, word);
        }
        self.definitions(|definition| {
            !matches!(definition, Definition::Const(_) | Definition::Service(_))
        });
    }

    /// The definitions of a kind that the root file can name. Those that are in a part that cannot be parsed now are
    /// taken from the last program without errors.
    fn definitions(&mut self, wanted: fn(&Definition) -> bool) {
        let views = [Some(self.view), self.around.good];
        for view in views.into_iter().flatten() {
            self.definitions_of(view, 0, wanted);
        }
    }

    fn definitions_of(&mut self, view: View<'_>, rank: u8, wanted: impl Fn(&Definition) -> bool) {
        let program = view.program();
        let Some(root) = program.files.first() else { return };
        let included = root.includes.iter().map(|include| program.file(include.file));
        for file in std::iter::once(root).chain(included) {
            let signatures = Signatures { program, from: root.id };
            for definition in file.definitions.iter().filter(|one| wanted(one)) {
                let name = definition.name();
                if name.span.start == name.span.end {
                    continue;
                }
                let label = match file.id == root.id {
                    true => name.text.clone(),
                    false => format!("{}.{}", file.prefix, name.text),
                };
                let kind = match definition {
                    Definition::Const(_) => CompletionItemKind::CONSTANT,
                    Definition::Typedef(_) => CompletionItemKind::TYPE_PARAMETER,
                    Definition::Enum(_) => CompletionItemKind::ENUM,
                    Definition::Struct(_) => CompletionItemKind::STRUCT,
                    Definition::Service(_) => CompletionItemKind::INTERFACE,
                };
                let item = CompletionItem {
                    detail: Some(shortened(signatures.definition(definition))),
                    documentation: documentation(doc(definition)),
                    ..labelled(&label, kind)
                };
                self.add(rank, item, label);
            }
        }
    }

    /// The files that can be included, as they are written.
    fn paths(&mut self) {
        let Some(directory) = self.around.path.parent() else { return };
        for path in (self.around.files)() {
            if path == self.around.path {
                continue;
            }
            let below = self.around.include_dirs.iter();
            let below = below.filter_map(|dir| path.strip_prefix(dir.canonicalize().ok()?).ok());
            let written = below.map(Path::to_owned).next();
            let written = written.unwrap_or_else(|| relative(&path, directory));
            let written = written.display().to_string().replace('\\', "/");
            self.add(0, labelled(&written, CompletionItemKind::FILE), written.clone());
        }
    }

    fn annotations(&mut self, owner: Owner) {
        for annotation in annotations::of(owner) {
            let item = CompletionItem {
                documentation: markup(annotation.meaning.to_owned()),
                ..labelled(annotation.key, CompletionItemKind::PROPERTY)
            };
            let snippet = match annotation.has_value {
                true => format!("{} = \"$1\"", annotation.key),
                false => annotation.key.to_owned(),
            };
            self.snippet(0, item, &snippet, annotation.key);
        }
    }

    /// The fields that `message` can name, and yes and no for `idempotent`.
    fn annotation_values(&mut self, key: &str, offset: u32) {
        match key {
            "idempotent" => self.keywords(&["true", "false"]),
            "message" => {
                let definitions = self.program().files.first().map(|file| &file.definitions);
                let before = definitions.into_iter().flatten().filter_map(|one| match one {
                    Definition::Struct(node) if node.name.span.start < offset => Some(node),
                    _ => None,
                });
                let Some(node) = before.max_by_key(|node| node.name.span.start) else { return };
                for field in &node.fields {
                    if matches!(self.program().resolve(&field.ty).kind, TypeKind::String) {
                        let name = &field.name.text;
                        self.add(0, labelled(name, CompletionItemKind::FIELD), name.clone());
                    }
                }
            }
            _ => {}
        }
    }

    /// Values of the expected type.
    fn values(&mut self, expected: &Expected) {
        let program = self.program();
        let root = FileId(0);
        let resolved = expected.ty.as_ref().and_then(|ty| self.walk(ty, &expected.path));
        if let Some(Wanted::Field(fields_of)) = resolved {
            return self.fields(fields_of, expected.quoted);
        }
        if expected.quoted {
            return;
        }
        let ty = match resolved {
            Some(Wanted::Type(ty)) => Some(ty),
            _ => None,
        };
        match ty.as_ref().map(|ty| &ty.kind) {
            Some(TypeKind::Bool) => self.keywords(&["true", "false"]),
            Some(TypeKind::Named(id)) => {
                if let Definition::Enum(node) = program.definition(*id) {
                    let name = self.view.name(*id, root);
                    for value in &node.values {
                        let label = format!("{name}.{}", value.name.text);
                        let item = CompletionItem {
                            detail: Some(value.number.to_string()),
                            documentation: documentation(value.doc.as_deref()),
                            // So that the value alone is found, too.
                            filter_text: Some(format!("{} {label}", value.name.text)),
                            ..labelled(&label, CompletionItemKind::ENUM_MEMBER)
                        };
                        self.add(0, item, label);
                    }
                }
            }
            _ => {}
        }
        let same = |other: &Type| ty.as_ref().is_some_and(|ty| are_alike(program, ty, other));
        let view = self.view;
        self.definitions_of(
            view,
            1,
            |one| matches!(one, Definition::Const(node) if same(&node.ty)),
        );
        self.definitions_of(view, 2, |one| matches!(one, Definition::Const(_)));
        if ty.is_none() {
            self.keywords(&["true", "false"]);
        }
    }

    /// The names of a struct's fields as keys of its value.
    fn fields(&mut self, id: DefId, quoted: bool) {
        let Definition::Struct(node) = self.program().definition(id) else { return };
        let signatures = Signatures { program: self.program(), from: FileId(0) };
        for field in &node.fields {
            let name = &field.name.text;
            let text = if quoted { name.clone() } else { format!("{name:?}: ") };
            let item = CompletionItem {
                detail: Some(shortened(signatures.field(field))),
                documentation: documentation(field.doc.as_deref()),
                filter_text: (!quoted).then(|| format!("{name:?}")),
                ..labelled(name, CompletionItemKind::FIELD)
            };
            self.add(0, item, text);
        }
    }

    /// Follows the steps from a type that is written in the root file into a value.
    fn walk(&self, ty: &ast::Type, path: &[Step]) -> Option<Wanted> {
        let program = self.program();
        let mut ty = lowered(program, ty);
        for (at, step) in path.iter().enumerate() {
            let resolved = program.resolve(&ty).clone();
            ty = match (resolved.kind, step) {
                (TypeKind::List(element) | TypeKind::Set(element), Step::Element) => *element,
                (TypeKind::Map(key, _), Step::Key) => *key,
                (TypeKind::Map(_, value), Step::Entry(_)) => *value,
                (TypeKind::Named(id), Step::Key) if at + 1 == path.len() => {
                    return Some(Wanted::Field(id));
                }
                (TypeKind::Named(id), Step::Entry(Some(name))) => match program.definition(id) {
                    Definition::Struct(node) => {
                        node.fields.iter().find(|field| field.name.text == *name)?.ty.clone()
                    }
                    _ => return None,
                },
                _ => return None,
            };
        }
        Some(Wanted::Type(program.resolve(&ty).clone()))
    }
}

/// What a place in a value asks for.
enum Wanted {
    /// A value of the type.
    Type(Type),
    /// The name of a field of the struct.
    Field(DefId),
}

/// A type that is written in the root file, as the program has it.
fn lowered(program: &Program, ty: &ast::Type) -> Type {
    use ast::Base;
    let inner = |ty: &ast::Type| Box::new(lowered(program, ty));
    let kind = match &ty.kind {
        ast::TypeKind::Base(base) => match base {
            Base::Bool => TypeKind::Bool,
            Base::Byte | Base::I8 => TypeKind::I8,
            Base::I16 => TypeKind::I16,
            Base::I32 => TypeKind::I32,
            Base::I64 => TypeKind::I64,
            Base::Double => TypeKind::Double,
            Base::String => TypeKind::String,
            Base::Binary => TypeKind::Binary,
        },
        ast::TypeKind::List(element) => TypeKind::List(inner(element)),
        ast::TypeKind::Set(element) => TypeKind::Set(inner(element)),
        ast::TypeKind::Map(key, value) => TypeKind::Map(inner(key), inner(value)),
        ast::TypeKind::Named(name) => match program.files.first() {
            Some(root) => {
                program.named(root.id, name).map_or(TypeKind::Unresolved, TypeKind::Named)
            }
            None => TypeKind::Unresolved,
        },
    };
    Type { kind, annotations: Vec::new(), span: ty.span }
}

/// Whether a constant of one type can be the value of another, roughly.
fn are_alike(program: &Program, a: &Type, b: &Type) -> bool {
    use TypeKind::{I8, I16, I32, I64, List, Map, Named, Set};
    match (&program.resolve(a).kind, &program.resolve(b).kind) {
        (Named(a), Named(b)) => a == b,
        (List(a), List(b)) | (Set(a), Set(b)) => are_alike(program, a, b),
        (Map(a, x), Map(b, y)) => are_alike(program, a, b) && are_alike(program, x, y),
        (I8 | I16 | I32 | I64, I8 | I16 | I32 | I64) => true,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

fn labelled(label: &str, kind: CompletionItemKind) -> CompletionItem {
    CompletionItem { label: label.to_owned(), kind: Some(kind), ..CompletionItem::default() }
}

fn documentation(doc: Option<&str>) -> Option<Documentation> {
    doc.and_then(|doc| markup(markdown::text(doc)))
}

fn markup(value: String) -> Option<Documentation> {
    Some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }))
}

/// Text for one line of a list.
fn shortened(text: String) -> String {
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
