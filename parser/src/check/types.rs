//! Types: names resolved, typedefs without cycles, questionable uses.

use std::collections::HashMap;

use crate::ast;
use crate::check::names::{Found, Kind, Space};
use crate::check::{Checker, Visit};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::parsed::NESTING_LIMIT;
use crate::program::{DefId, Definition, Program, Type, TypeKind};
use crate::source::{FileId, Span};
use crate::suggest;

impl Checker<'_> {
    /// A type with its names resolved.
    pub(crate) fn ty(&mut self, ty: ast::Type) -> Type {
        let span = ty.span;
        let kind = match ty.kind {
            ast::TypeKind::Base(base) => base_kind(base),
            ast::TypeKind::List(element) => {
                let element = self.ty(*element);
                if matches!(element.kind, TypeKind::I8) {
                    let lint = Diagnostic::lint(
                        codes::LIST_OF_BYTES,
                        "a list of bytes is slower than `binary`",
                    );
                    self.reporter.report(lint.at(span, "").help("use `binary` for bytes"));
                }
                TypeKind::List(Box::new(element))
            }
            ast::TypeKind::Set(element) => TypeKind::Set(Box::new(self.ty(*element))),
            ast::TypeKind::Map(key, value) => {
                let key = self.ty(*key);
                TypeKind::Map(Box::new(key), Box::new(self.ty(*value)))
            }
            // A base type since Thrift 0.18; older files have types of their own with this name.
            ast::TypeKind::Named(name) if name == "uuid" && self.is_base_uuid(span) => {
                TypeKind::Uuid
            }
            // The placeholder of a missing type.
            ast::TypeKind::Named(_) if span.start == span.end => TypeKind::Unresolved,
            ast::TypeKind::Named(name) => {
                self.named_type(&name, span).map_or(TypeKind::Unresolved, TypeKind::Named)
            }
        };
        Type { kind, annotations: ty.annotations, span }
    }

    fn is_base_uuid(&self, span: Span) -> bool {
        matches!(self.names.find(span.file, "uuid", Space::Types), Found::Nothing)
    }

    /// The definition of a type that is named in a file.
    fn named_type(&mut self, name: &str, span: Span) -> Option<DefId> {
        match self.names.find(span.file, name, Space::Types) {
            Found::One(entry) if entry.kind != Kind::Service => {
                self.names.refer_to(span, name, entry.id);
                Some(entry.id)
            }
            Found::One(entry) => {
                let error = Diagnostic::error(
                    codes::NOT_A_TYPE,
                    format!("`{name}` is a service, not a type"),
                );
                self.reporter
                    .report(error.at(span, "expected a type").and(entry.span, "the service"));
                None
            }
            Found::Two(first, second) => {
                let error = Diagnostic::error(
                    codes::AMBIGUOUS_NAME,
                    format!("`{name}` is ambiguous: two types have this name"),
                );
                let error = error.at(span, "both included files have the same prefix");
                self.reporter.report(error.and(first.span, "one").and(second.span, "the other"));
                None
            }
            Found::Broken => None,
            Found::Nothing => {
                self.unknown_type(name, span);
                None
            }
        }
    }

    fn unknown_type(&mut self, name: &str, span: Span) {
        if !self.reporter.has_room(span.file) {
            return self.reporter.report(Diagnostic::error(codes::UNKNOWN_TYPE, "").at(span, ""));
        }
        if let Found::One(entry) = self.names.find(span.file, name, Space::Consts) {
            let error =
                Diagnostic::error(codes::NOT_A_TYPE, format!("`{name}` is a constant, not a type"));
            self.reporter.report(error.at(span, "expected a type").and(entry.span, "the constant"));
            return;
        }
        let label = self.where_not_found(span.file, name);
        let error = Diagnostic::error(codes::UNKNOWN_TYPE, format!("unknown type `{name}`"))
            .at(span, label);
        let near = self.names.suggestion(span.file, name, Space::Types);
        self.reporter.report(match (suggest::instead_of_type(name), near) {
            (Some((instead, right)), _) => match right {
                Some(right) => error.help(instead).fix(span, right),
                None => error.help(instead),
            },
            (None, Some(near)) => error.did_you_mean(&near),
            (None, None) => match self.through_include(span.file, name) {
                Some(help) => error.help(help),
                None => error,
            },
        });
    }

    /// Advice for a name that goes through an included file to one that it includes.
    fn through_include(&self, from: FileId, name: &str) -> Option<String> {
        let (first, rest) = name.split_once('.')?;
        let (prefix, _) = rest.rsplit_once('.')?;
        let included = self.names.has_prefix(from, first);
        included.then(|| format!("includes are not transitive: include `{prefix}` directly"))
    }

    /// Explains where a name was searched, for the text under the caret.
    pub(crate) fn where_not_found(&self, from: FileId, name: &str) -> String {
        match name.rsplit_once('.') {
            Some((prefix, rest)) if self.names.has_prefix(from, prefix) => {
                format!("the included file `{prefix}` has no `{rest}`")
            }
            Some((prefix, _)) => format!("this file does not include any `{prefix}`"),
            None => "not found in this file".to_owned(),
        }
    }

    /// Reports and unresolves typedefs that refer to themselves or are nested too deeply. Afterwards every type is
    /// finite and at most [`NESTING_LIMIT`] typedefs and containers deep.
    pub(crate) fn typedefs(&mut self, program: &mut Program) {
        let ids: Vec<DefId> =
            program.definitions().filter(|(_, d)| is_typedef(d)).map(|(id, _)| id).collect();
        let mut depths = HashMap::new();
        for &id in &ids {
            self.typedef(id, program, &mut depths);
        }
    }

    /// Visits a typedef and its dependencies, without recursion.
    fn typedef(&mut self, root: DefId, program: &mut Program, depths: &mut HashMap<DefId, Visit>) {
        if depths.contains_key(&root) {
            return;
        }
        let (needs, depth) = targets(program, root);
        let mut path = vec![(root, needs, depth)];
        depths.insert(root, Visit::Open(0));
        while let Some((id, needs, depth)) = path.last_mut() {
            let id = *id;
            let Some(&(next, nesting)) = needs.last() else {
                let depth = *depth;
                path.pop();
                depths.insert(id, Visit::Done(depth));
                if depth > NESTING_LIMIT {
                    self.typedef_too_deep(id, program);
                    depths.insert(id, Visit::Done(0));
                }
                continue;
            };
            match depths.get(&next) {
                Some(&Visit::Done(below)) => {
                    *depth = (*depth).max(below + nesting);
                    needs.pop();
                }
                Some(&Visit::Open(start)) => {
                    let cycle: Vec<DefId> = path[start..].iter().map(|step| step.0).collect();
                    self.typedef_cycle(&cycle, program);
                    // They are unresolved now and depend on nothing.
                    for (_, needs, depth) in &mut path[start..] {
                        needs.clear();
                        *depth = 0;
                    }
                }
                None => {
                    depths.insert(next, Visit::Open(path.len()));
                    let (needs, depth) = targets(program, next);
                    path.push((next, needs, depth));
                }
            }
        }
    }

    fn typedef_cycle(&mut self, cycle: &[DefId], program: &mut Program) {
        let names: Vec<_> =
            cycle.iter().take(SHOWN).map(|&id| program.definition(id).name().clone()).collect();
        let title = format!("the typedef `{}` refers to itself", names[0].text);
        let error = Diagnostic::error(codes::TYPEDEF_CYCLE, title);
        let mut error = error.at(names[0].span, "");
        for name in names.iter().skip(1).take(3) {
            error = error.and(name.span, "which needs this");
        }
        self.reporter.report(
            error.note(cycle_text(names.iter().map(|name| name.text.as_str()), cycle.len())),
        );
        for &id in cycle {
            unresolve(program, id);
        }
    }

    fn typedef_too_deep(&mut self, id: DefId, program: &mut Program) {
        let name = program.definition(id).name().clone();
        let title = format!(
            "the typedef `{}` is nested too deeply: the limit is {NESTING_LIMIT}",
            name.text
        );
        self.reporter.report(Diagnostic::error(codes::NESTED_TOO_DEEPLY, title).at(name.span, ""));
        unresolve(program, id);
    }

    /// Reports questionable uses of a type.
    pub(crate) fn type_usage(&mut self, ty: &Type, program: &Program) {
        match &ty.kind {
            TypeKind::List(element) => self.type_usage(element, program),
            TypeKind::Set(element) => {
                self.key_usage(element, "set elements", program);
                self.type_usage(element, program);
            }
            TypeKind::Map(key, value) => {
                self.key_usage(key, "map keys", program);
                self.type_usage(key, program);
                self.type_usage(value, program);
            }
            _ => {}
        }
    }

    fn key_usage(&mut self, key: &Type, what: &str, program: &Program) {
        if matches!(program.resolve(key).kind, TypeKind::Double) {
            let title = format!("{what} of type `double` are unreliable");
            let warning = Diagnostic::warning(codes::DOUBLE_KEY, title).at(key.span, "");
            self.reporter.report(warning.note(
                "NaN is not equal to itself, and languages differ on whether 0.0 equals -0.0",
            ));
        }
    }
}

fn is_typedef(definition: &Definition) -> bool {
    matches!(definition, Definition::Typedef(_))
}

/// The typedefs in the target of a typedef with their depths in it, and the depth of the target itself.
fn targets(program: &Program, id: DefId) -> (Vec<(DefId, i32)>, i32) {
    let mut found = Vec::new();
    let mut depth = 0;
    if let Definition::Typedef(typedef) = program.definition(id) {
        collect_typedefs(program, &typedef.target, 1, &mut found, &mut depth);
    }
    (found, depth)
}

fn collect_typedefs(
    program: &Program,
    ty: &Type,
    depth: i32,
    found: &mut Vec<(DefId, i32)>,
    deepest: &mut i32,
) {
    *deepest = depth.max(*deepest);
    match &ty.kind {
        TypeKind::List(element) | TypeKind::Set(element) => {
            collect_typedefs(program, element, depth + 1, found, deepest);
        }
        TypeKind::Map(key, value) => {
            collect_typedefs(program, key, depth + 1, found, deepest);
            collect_typedefs(program, value, depth + 1, found, deepest);
        }
        TypeKind::Named(id) if is_typedef(program.definition(*id)) => found.push((*id, depth)),
        _ => {}
    }
}

fn unresolve(program: &mut Program, id: DefId) {
    if let Definition::Typedef(typedef) =
        &mut program.files[id.file.0 as usize].definitions[id.index as usize]
    {
        typedef.target.kind = TypeKind::Unresolved;
    }
}

/// Most steps of a cycle that a message shows.
pub(crate) const SHOWN: usize = 8;

/// `A → B → A`: the first steps of a cycle, and how many there are.
pub(crate) fn cycle_text<'a>(names: impl Iterator<Item = &'a str>, length: usize) -> String {
    let mut names: Vec<String> = names.take(SHOWN).map(str::to_owned).collect();
    let first = names.first().cloned().unwrap_or_default();
    if length > names.len() {
        names.push(format!("… {} more …", length - names.len()));
    }
    names.push(first);
    names.join(" → ")
}

fn base_kind(base: ast::Base) -> TypeKind {
    match base {
        ast::Base::Bool => TypeKind::Bool,
        ast::Base::Byte | ast::Base::I8 => TypeKind::I8,
        ast::Base::I16 => TypeKind::I16,
        ast::Base::I32 => TypeKind::I32,
        ast::Base::I64 => TypeKind::I64,
        ast::Base::Double => TypeKind::Double,
        ast::Base::String => TypeKind::String,
        ast::Base::Binary => TypeKind::Binary,
    }
}
