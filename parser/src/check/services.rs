//! Services: functions, `throws` and `extends`.

use std::collections::{HashMap, HashSet};

use crate::ast;
use crate::check::fields::Owner;
use crate::check::names::{Found, Kind, Space};
use crate::check::types::{SHOWN, cycle_text};
use crate::check::{Checker, Place, names_differing_in_case};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{
    DefId, Definition, Field, Function, Name, Program, Service, StructKind, Type, TypeKind,
};
use crate::source::Span;

impl Checker<'_> {
    /// A service with its names resolved.
    pub(crate) fn service(&mut self, node: ast::Service, id: DefId) -> Service {
        let extends = node.extends.and_then(|name| self.extended(&name));
        let mut names: HashMap<String, Span> = HashMap::with_capacity(node.functions.len());
        let mut functions: Vec<Function> = Vec::with_capacity(node.functions.len());
        for function in node.functions {
            self.plain_name(&function.name);
            if let Some(&first) = names.get(&function.name.text) {
                let title = format!("two functions are named `{}`", function.name.text);
                let error = Diagnostic::error(codes::DUPLICATE_FUNCTION, title);
                self.reporter
                    .report(error.at(function.name.span, "again here").and(first, "first here"));
                continue;
            }
            names.insert(function.name.text.clone(), function.name.span);
            let index = functions.len() as u32;
            functions.push(self.function(function, id, index));
        }
        if self.reporter.lints() {
            names_differing_in_case(
                functions.iter().map(|function| &function.name),
                "function",
                self.reporter,
            );
        }
        Service {
            name: node.name,
            extends,
            functions,
            doc: node.doc,
            annotations: node.annotations,
        }
    }

    fn extended(&mut self, name: &Name) -> Option<DefId> {
        let Name { text, span } = name;
        let error = match self.names.find(span.file, text, Space::Types) {
            Found::One(entry) if entry.kind == Kind::Service => {
                self.names.refer_to(*span, text, entry.id);
                return Some(entry.id);
            }
            Found::One(entry) => {
                let error =
                    Diagnostic::error(codes::UNKNOWN_SERVICE, format!("`{text}` is not a service"));
                error.at(*span, "expected a service").and(entry.span, "defined here")
            }
            Found::Two(first, second) => {
                let error = Diagnostic::error(
                    codes::AMBIGUOUS_NAME,
                    format!("`{text}` is ambiguous: two services have this name"),
                );
                let error = error.at(*span, "both included files have the same prefix");
                error.and(first.span, "one").and(second.span, "the other")
            }
            Found::Broken => return None,
            Found::Nothing => {
                let error =
                    Diagnostic::error(codes::UNKNOWN_SERVICE, format!("unknown service `{text}`"));
                let error = error.at(*span, self.where_not_found(span.file, text));
                match self.names.suggestion(span.file, text, Space::Types) {
                    Some(near) => error.did_you_mean(&near),
                    None => error,
                }
            }
        };
        self.reporter.report(error);
        None
    }

    fn function(&mut self, node: ast::Function, service: DefId, index: u32) -> Function {
        if let Some(word) = &node.oneway {
            self.oneway(&node, word);
        }
        let place = |argument| Some(Place::Argument { service, function: index, argument });
        let mut returns = node.returns.map(|ty| self.ty(ty));
        let arguments = self.fields(node.arguments, Owner::Arguments, place);
        let throws = self.fields(node.throws, Owner::Throws, |_| None);
        let oneway = node.oneway.is_some();
        if oneway {
            returns = None;
        }
        let (name, doc, annotations) = (node.name, node.doc, node.annotations);
        Function { name, oneway, returns, arguments, throws, doc, annotations }
    }

    fn oneway(&mut self, node: &ast::Function, word: &Name) {
        if word.text == "async" {
            let warning =
                Diagnostic::warning(codes::ASYNC_FUNCTION, "`async` is the old word for `oneway`");
            let warning = warning.at(word.span, "").help("write `oneway`");
            self.reporter.report(warning.fix(word.span, "oneway"));
        }
        let name = &node.name.text;
        if let Some(ty) = &node.returns {
            let title = format!("the oneway function `{name}` cannot return a value");
            let lenient = self.options.lenient_oneway;
            let new = if lenient { Diagnostic::warning } else { Diagnostic::error };
            let label = if lenient { "treated as `void`" } else { "must be `void`" };
            let diagnostic = new(codes::ONEWAY_RETURNS, title).at(ty.span, label);
            self.reporter.report(diagnostic.and(word.span, "oneway: no reply is sent"));
        }
        if let Some(first) = node.throws.first() {
            let title = format!("the oneway function `{name}` cannot throw");
            let error = Diagnostic::error(codes::ONEWAY_THROWS, title).at(first.span, "");
            self.reporter.report(error.and(word.span, "oneway: no reply is sent"));
        }
    }

    /// Checks that functions throw only exceptions, and none twice.
    pub(crate) fn throws(&mut self, program: &Program) {
        for (_, definition) in program.definitions() {
            let Definition::Service(service) = definition else { continue };
            for function in &service.functions {
                let mut seen: HashMap<DefId, &Field> = HashMap::new();
                for field in &function.throws {
                    let Some(id) = self.exception(&field.ty, program) else { continue };
                    if let Some(first) = seen.insert(id, field) {
                        let title =
                            format!("`{}` throws the same exception twice", function.name.text);
                        let warning = Diagnostic::warning(codes::DUPLICATE_EXCEPTION, title);
                        let warning = warning
                            .at(field.ty.span, "again here")
                            .and(first.ty.span, "first here");
                        self.reporter.report(warning);
                    }
                }
            }
        }
    }

    /// The exception that a type refers to.
    fn exception(&mut self, ty: &Type, program: &Program) -> Option<DefId> {
        let (id, defined) = match program.resolve(ty).kind {
            TypeKind::Unresolved => return None,
            TypeKind::Named(id) => match program.definition(id) {
                Definition::Struct(node) if node.kind == StructKind::Exception => return Some(id),
                definition => (Some(id), Some(definition.name().span)),
            },
            _ => (None, None),
        };
        let error = Diagnostic::error(codes::THROWS_NON_EXCEPTION, "only exceptions can be thrown");
        let error = error.at(ty.span, "not an exception");
        self.reporter.report(match (id, defined) {
            (Some(_), Some(span)) => {
                error.and(span, "defined here").help("define it with `exception`")
            }
            _ => error,
        });
        None
    }

    /// Reports and breaks cycles of services that extend each other.
    pub(crate) fn service_cycles(&mut self, program: &mut Program) {
        let services: Vec<DefId> =
            program.definitions().filter(|(_, d)| is_service(d)).map(|(id, _)| id).collect();
        let mut done: HashSet<DefId> = HashSet::with_capacity(services.len());
        for &root in &services {
            let mut path = Vec::new();
            let mut on_path: HashMap<DefId, usize> = HashMap::new();
            let mut next = Some(root);
            while let Some(id) = next.filter(|id| !done.contains(id)) {
                if let Some(&start) = on_path.get(&id) {
                    self.service_cycle(&path[start..], program);
                    break;
                }
                on_path.insert(id, path.len());
                path.push(id);
                next = parent(program, id);
            }
            done.extend(path);
        }
    }

    fn service_cycle(&mut self, cycle: &[DefId], program: &mut Program) {
        let names: Vec<Name> =
            cycle.iter().take(SHOWN).map(|&id| program.definition(id).name().clone()).collect();
        let title = format!("the service `{}` extends itself", names[0].text);
        let error = Diagnostic::error(codes::SERVICE_CYCLE, title).at(names[0].span, "");
        let error = names
            .iter()
            .skip(1)
            .take(3)
            .fold(error, |error, name| error.and(name.span, "which needs this"));
        let text = cycle_text(names.iter().map(|name| name.text.as_str()), cycle.len());
        self.reporter.report(error.note(text));
        for id in cycle {
            let definition = &mut program.files[id.file.0 as usize].definitions[id.index as usize];
            if let Definition::Service(service) = definition {
                service.extends = None;
            }
        }
    }

    /// Reports functions that an extended service has already. The services are walked as a tree, from those that
    /// extend nothing, with the functions inherited so far in one table, so that the work stays linear for long
    /// chains.
    pub(crate) fn redefined_functions(&mut self, program: &Program) {
        let mut children: HashMap<DefId, Vec<DefId>> = HashMap::new();
        let mut stack = Vec::new();
        for (id, definition) in
            program.definitions().filter(|(_, definition)| is_service(definition))
        {
            match definition {
                Definition::Service(Service { extends: Some(parent), .. }) => {
                    children.entry(*parent).or_default().push(id)
                }
                _ => stack.push(Step::Enter(id)),
            }
        }
        let mut defined: HashMap<&str, (DefId, Span)> = HashMap::new();
        while let Some(step) = stack.pop() {
            let (Step::Enter(id) | Step::Leave(id)) = step;
            let Definition::Service(service) = program.definition(id) else { continue };
            if let Step::Leave(_) = step {
                for function in &service.functions {
                    if defined
                        .get(function.name.text.as_str())
                        .is_some_and(|(owner, _)| *owner == id)
                    {
                        defined.remove(function.name.text.as_str());
                    }
                }
                continue;
            }
            for function in &service.functions {
                let Name { text, span } = &function.name;
                if let Some((owner, first)) = defined.get(text.as_str()) {
                    let owner = &program.definition(*owner).name().text;
                    let title = format!(
                        "the function `{text}` is already in `{owner}`, which `{}` extends",
                        service.name.text
                    );
                    let error = Diagnostic::error(codes::FUNCTION_REDEFINED, title);
                    self.reporter.report(error.at(*span, "again here").and(*first, "first here"));
                } else {
                    defined.insert(text, (id, *span));
                }
            }
            stack.push(Step::Leave(id));
            stack.extend(children.remove(&id).into_iter().flatten().map(Step::Enter));
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Enter(DefId),
    Leave(DefId),
}

fn is_service(definition: &Definition) -> bool {
    matches!(definition, Definition::Service(_))
}

fn parent(program: &Program, id: DefId) -> Option<DefId> {
    match program.definition(id) {
        Definition::Service(service) => service.extends,
        _ => None,
    }
}
