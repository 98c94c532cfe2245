//! Rust names of all items: rules, user-given names, and the handling of clashes.
//!
//! - Names of the IDL follow the rules of [`crate::name`]. Where two of one scope would be equal, both
//!   keep the IDL's spelling, with a warning.
//! - Names that the user gives, by `rust.name` or by the option `names`, are taken as they are; if one
//!   of them equals another name, that is an error.
//! - Methods that would hide inherent client methods, such as `clone`, get an underscore.
//! - Names that thriftly adds, such as `StoreClient`, get trailing underscores until they are
//!   unused, with a warning.

use std::collections::{HashMap, HashSet};

use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{
    Annotation, DefId, Definition, Field, File, Name, Program, Service, StructKind,
};
use thriftly_parser::source::{FileId, Span};

use super::annotations;
use super::target::Target;
use crate::codes;
use crate::input::Options;
use crate::name::{
    const_name, free_name, is_of_clients, plain, type_name, value_name, variant_name,
};

/// The names of all items in Rust.
#[derive(Default)]
pub(super) struct Names {
    /// By the place of the name in the IDL.
    chosen: HashMap<Span, String>,
    services: HashMap<DefId, ServiceNames>,
    /// The enums of exceptions of methods.
    errors: HashMap<(DefId, usize), String>,
    /// The structs of arguments of methods.
    arguments: HashMap<(DefId, usize), String>,
    /// The names of types in each file's module.
    types: Vec<HashMap<String, Span>>,
    diagnostics: Vec<Diagnostic>,
    /// Files whose diagnostics belong to another macro call.
    external: HashSet<FileId>,
}

/// The Rust names of a service: trait, server and client, async and blocking.
#[derive(Clone)]
pub(super) struct ServiceNames {
    pub(super) asynchronous: [String; 3],
    pub(super) blocking: [String; 3],
}

impl ServiceNames {
    /// The usual ones, for a service of this name in Rust.
    fn usual(name: &str) -> ServiceNames {
        let side = |name: String| [name.clone(), format!("{name}Server"), format!("{name}Client")];
        ServiceNames {
            asynchronous: side(name.to_owned()),
            blocking: side(format!("Blocking{name}")),
        }
    }
}

/// An item of a scope that needs a name.
struct Item<'a> {
    name: &'a Name,
    rule: fn(&str) -> String,
    given: Option<String>,
    /// The key of the item in the option `names`, but for the item's own name: `Person.`.
    path: String,
}

impl Names {
    /// Names everything in a program. `external` are the files whose items are in modules elsewhere.
    pub(super) fn of(program: &Program, options: &Options, external: HashSet<FileId>) -> Names {
        let mut names = Names { external, ..Names::default() };
        let given = given(program, options);
        for file in &program.files {
            names.name_file(file, &given);
        }
        for (id, service) in services(program) {
            names.name_methods(program, id, service, &given);
        }
        for file in &program.files {
            names.name_constants(file, &given);
            names.name_additions(file);
        }
        names
    }

    /// The warnings and errors about names.
    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The Rust name of the item with this IDL name.
    pub(super) fn get(&self, name: &Name) -> Option<&str> {
        self.chosen.get(&name.span).map(String::as_str)
    }

    /// The Rust names of a service.
    pub(super) fn service(&self, id: DefId, name: &Name) -> ServiceNames {
        let usual = || ServiceNames::usual(self.get(name).unwrap_or(&name.text));
        self.services.get(&id).cloned().unwrap_or_else(usual)
    }

    /// The enum of a method's exceptions, if it throws.
    pub(super) fn error(&self, service: DefId, method: usize) -> Option<&str> {
        self.errors.get(&(service, method)).map(String::as_str)
    }

    /// The struct of a method's arguments.
    pub(super) fn arguments(&self, service: DefId, method: usize) -> &str {
        self.arguments.get(&(service, method)).map_or("__Args", String::as_str)
    }

    /// Whether a type in the module of the file has the name.
    pub(super) fn is_type(&self, file: FileId, name: &str) -> bool {
        self.types.get(file.0 as usize).is_some_and(|types| types.contains_key(name))
    }

    /// An unused name for a type generated for `cause`, with a warning if it differs from the
    /// wanted one.
    pub(super) fn add(&mut self, wanted: String, cause: &Name, what: &str) -> String {
        let Some(types) = self.types.get_mut(cause.span.file.0 as usize) else { return wanted };
        let free = free_name(&wanted, |name| types.contains_key(name));
        types.insert(free.clone(), cause.span);
        if let (true, Some(&other)) = (free != wanted, types.get(&wanted)) {
            let title = format!("{what} of `{}` is named `{free}`", cause.text);
            let warning = Diagnostic::warning(codes::RUST_NAME_TAKEN, title)
                .at(cause.span, "")
                .and(other, format!("`{wanted}` is taken"));
            self.report(cause.span.file, warning);
        }
        free
    }

    fn report(&mut self, file: FileId, diagnostic: Diagnostic) {
        if !self.external.contains(&file) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Names the types and services of a file, and what is in its types.
    fn name_file(&mut self, file: &File, given: &HashMap<Span, String>) {
        let types = file.definitions.iter().filter(|one| !matches!(one, Definition::Const(_)));
        let items = types.map(|one| {
            let annotations = annotations::of(one);
            item(one.name(), annotations, given, type_name, String::new())
        });
        let types = self.settle(items.collect());
        self.types.push(types);
        for definition in &file.definitions {
            match definition {
                Definition::Enum(node) => {
                    let values = node.values.iter().map(|value| {
                        let path = format!("{}.", node.name.text);
                        item(&value.name, &value.annotations, given, variant_name, path)
                    });
                    let taken = self.settle(values.collect());
                    self.step_aside(
                        "Unrecognized",
                        "variant for unknown numbers",
                        &node.name,
                        &taken,
                    );
                }
                Definition::Struct(node) => {
                    let rule = match node.kind {
                        StructKind::Union => variant_name,
                        _ => value_name,
                    };
                    let taken = self.settle(fields(&node.name.text, &node.fields, given, rule));
                    if node.kind == StructKind::Union {
                        let what = "variant for unknown fields";
                        self.step_aside("Unrecognized", what, &node.name, &taken);
                    }
                }
                Definition::Service(node) => {
                    for function in &node.functions {
                        let path = format!("{}.{}", node.name.text, function.name.text);
                        self.settle(fields(&path, &function.arguments, given, value_name));
                    }
                }
                Definition::Const(_) | Definition::Typedef(_) => {}
            }
        }
    }

    /// Warns if a member that thriftly adds cannot have its usual name.
    fn step_aside(&mut self, usual: &str, what: &str, of: &Name, taken: &HashMap<String, Span>) {
        if let Some(&other) = taken.get(usual) {
            let free = free_name(usual, |name| taken.contains_key(name));
            let title = format!("the {what} of `{}` is named `{free}`", of.text);
            let warning = Diagnostic::warning(codes::RUST_NAME_TAKEN, title)
                .at(of.span, "")
                .and(other, format!("`{usual}` is taken"));
            self.report(of.span.file, warning);
        }
    }

    /// Names the methods of a service: they must differ from those that its client inherits.
    fn name_methods(
        &mut self,
        program: &Program,
        id: DefId,
        service: &Service,
        given: &HashMap<Span, String>,
    ) {
        let path = format!("{}.", service.name.text);
        let items: Vec<Item<'_>> = service
            .functions
            .iter()
            .map(|one| item(&one.name, &one.annotations, given, value_name, path.clone()))
            .collect();
        let own: HashSet<&str> = items.iter().map(|item| item.name.text.as_str()).collect();
        let mut inherited: HashMap<&str, &Name> = HashMap::new();
        for parent in ancestors(program, id, service) {
            for function in &parent.functions {
                if !own.contains(function.name.text.as_str())
                    && let Some(name) = self.chosen.get(&function.name.span)
                {
                    inherited.entry(name).or_insert(&function.name);
                }
            }
        }
        let inherited: HashMap<String, &Name> =
            inherited.into_iter().map(|(name, from)| (name.to_owned(), from)).collect();
        let mut taken = self.settle(items);
        for function in &service.functions {
            let Some(name) = self.chosen.get(&function.name.span).cloned() else { continue };
            if is_of_clients(&name) {
                let free = free_name(&name, |name| taken.contains_key(name) || is_of_clients(name));
                taken.insert(free.clone(), function.name.span);
                self.chosen.insert(function.name.span, free);
            }
        }
        for function in &service.functions {
            let Some(name) = self.chosen.get(&function.name.span).cloned() else { continue };
            let Some(&other) = inherited.get(&name) else { continue };
            let is_taken = |name: &str| {
                taken.contains_key(name) || inherited.contains_key(name) || is_of_clients(name)
            };
            let spelled = plain(&function.name.text);
            let free = if is_taken(&spelled) { free_name(&name, is_taken) } else { spelled };
            let title = format!(
                "the method `{}` is named `{free}`: `{}` inherits one that is `{name}`",
                function.name.text, service.name.text
            );
            let warning = Diagnostic::warning(codes::RUST_NAME_TAKEN, title)
                .at(function.name.span, "")
                .and(other.span, "inherited");
            taken.insert(free.clone(), function.name.span);
            self.chosen.insert(function.name.span, free);
            self.report(id.file, warning);
        }
    }

    fn name_constants(&mut self, file: &File, given: &HashMap<Span, String>) {
        let constants = file.definitions.iter().filter_map(|one| match one {
            Definition::Const(node) => {
                Some(item(&node.name, &node.annotations, given, const_name, String::new()))
            }
            _ => None,
        });
        let taken = self.settle(constants.collect());
        // A constant must not have the name of an argument: Rust would take that for a pattern.
        let arguments: HashSet<String> = file
            .definitions
            .iter()
            .filter_map(|one| match one {
                Definition::Service(node) => Some(&node.functions),
                _ => None,
            })
            .flatten()
            .flat_map(|function| &function.arguments)
            .filter_map(|argument| self.chosen.get(&argument.name.span).cloned())
            .collect();
        for (name, place) in &taken {
            if arguments.contains(name) {
                let is_taken = |name: &str| arguments.contains(name) || taken.contains_key(name);
                self.chosen.insert(*place, free_name(name, is_taken));
            }
        }
    }

    /// Names what thriftly adds to the services of a file.
    fn name_additions(&mut self, file: &File) {
        // Traits come first, so that a service `StoreClient` beside `Store` has both of its own.
        for (id, service) in services_of(file) {
            let rust = self.chosen.get(&service.name.span).cloned().unwrap_or_default();
            let mut names = ServiceNames::usual(&rust);
            let handler = &mut names.blocking[0];
            *handler = self.add(std::mem::take(handler), &service.name, "the blocking trait");
            self.services.insert(id, names);
        }
        for (id, service) in services_of(file) {
            let name = &service.name;
            let rust = self.chosen.get(&name.span).cloned().unwrap_or_default();
            let mut names = self.service(id, name);
            let [_, server, client] = &mut names.asynchronous;
            let [_, blocking_server, blocking_client] = &mut names.blocking;
            for (added, what) in [
                (server, "the server"),
                (client, "the client"),
                (blocking_server, "the blocking server"),
                (blocking_client, "the blocking client"),
            ] {
                *added = self.add(std::mem::take(added), name, what);
            }
            self.services.insert(id, names);
            let mut taken = HashSet::new();
            for (at, function) in service.functions.iter().enumerate() {
                let function = type_name(&function.name.text);
                let wanted = format!("__{rust}{function}Args");
                let free =
                    free_name(&wanted, |name| taken.contains(name) || self.is_type(file.id, name));
                taken.insert(free.clone());
                // Borrowed arguments have the same name and `Ref`.
                taken.insert(format!("{free}Ref"));
                self.arguments.insert((id, at), free);
            }
            let types = &mut self.types[file.id.0 as usize];
            types.extend(taken.into_iter().map(|one| (one, name.span)));
        }
        self.name_errors(file);
    }

    /// `GetError` for `get`, or with the service's name before it where several services of the file
    /// have such a method.
    fn name_errors(&mut self, file: &File) {
        let throwing: Vec<(DefId, usize, &Service, &Name)> = services_of(file)
            .flat_map(|(id, service)| {
                let functions = service.functions.iter().enumerate();
                let throwing = functions.filter(|(_, function)| !function.throws.is_empty());
                throwing.map(move |(at, function)| (id, at, service, &function.name))
            })
            .collect();
        let mut wanted: HashMap<String, usize> = HashMap::new();
        for (.., name) in &throwing {
            *wanted.entry(error_name(name)).or_default() += 1;
        }
        for (id, at, service, name) in throwing {
            let short = error_name(name);
            let service = self.chosen.get(&service.name.span).cloned().unwrap_or_default();
            let long = match wanted.get(&short) {
                Some(1) => short,
                _ => format!("{service}{short}"),
            };
            let name = self.add(long, name, "the error");
            self.errors.insert((id, at), name);
        }
    }

    /// Chooses the names of the items of one scope, and returns which are taken, and by what.
    fn settle(&mut self, items: Vec<Item<'_>>) -> HashMap<String, Span> {
        let mut names: Vec<String> = items
            .iter()
            .map(|item| item.given.clone().unwrap_or_else(|| plain(&(item.rule)(&item.name.text))))
            .collect();
        let mut kept = vec![false; items.len()];
        let groups = |names: &[String]| {
            let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
            for (at, name) in names.iter().enumerate() {
                groups.entry(name).or_default().push(at);
            }
            // The same name twice is an error of the IDL, which is reported already.
            groups.retain(|_, group| {
                group.iter().any(|&at| items[at].name.text != items[group[0]].name.text)
            });
            let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
            groups.sort();
            groups
        };
        loop {
            let mut changed = false;
            for group in groups(&names) {
                // A name that keeps its spelling may be in the way of another one.
                let settled = group.iter().all(|&at| kept[at]);
                if settled || group.iter().any(|&at| items[at].given.is_some()) {
                    continue;
                }
                self.warn_kept(&group, &items, &names[group[0]]);
                for at in group {
                    kept[at] = true;
                    names[at] = plain(&items[at].name.text);
                }
                changed = true;
            }
            if !changed {
                break;
            }
        }
        for group in groups(&names) {
            if group.iter().any(|&at| items[at].given.is_some()) {
                self.report_clash(&group, &items, &names[group[0]]);
                continue;
            }
            // Rust has no `self`, which is `self_`, and so is `self_`.
            for &at in &group[1..] {
                names[at] = free_name(&names[at], |name| names.iter().any(|one| one == name));
            }
        }
        let mut taken = HashMap::new();
        for (item, name) in items.iter().zip(names) {
            taken.entry(name.clone()).or_insert(item.name.span);
            self.chosen.insert(item.name.span, name);
        }
        taken
    }

    fn warn_kept(&mut self, group: &[usize], items: &[Item<'_>], equal: &str) {
        let [first, second] = two(group, items);
        let title = format!(
            "`{}` and `{}` keep their spelling in Rust: both would be `{equal}`",
            first.name.text, second.name.text
        );
        let warning = Diagnostic::warning(codes::RUST_NAME_KEPT, title)
            .at(second.name.span, "")
            .and(first.name.span, "")
            .help(format!("name one of them with {}", how_to_name(second)));
        self.report(first.name.span.file, warning);
    }

    fn report_clash(&mut self, group: &[usize], items: &[Item<'_>], equal: &str) {
        let [first, second] = two(group, items);
        let title = format!(
            "`{}` and `{}` have the same name in Rust, `{equal}`",
            first.name.text, second.name.text
        );
        let label = |item: &Item<'_>| match item.given {
            Some(_) => format!("named `{equal}` by an annotation or option"),
            None => format!("this is `{equal}`"),
        };
        let error = Diagnostic::error(codes::RUST_NAME_CLASH, title)
            .at(second.name.span, label(second))
            .and(first.name.span, label(first))
            .help(format!("give one of them another name with {}", how_to_name(second)));
        self.report(first.name.span.file, error);
    }
}

/// The first of a group, and the first of another name.
fn two<'b, 'a>(group: &[usize], items: &'b [Item<'a>]) -> [&'b Item<'a>; 2] {
    let first = &items[group[0]];
    let other = group.iter().map(|&at| &items[at]).find(|item| item.name.text != first.name.text);
    [first, other.unwrap_or(first)]
}

fn how_to_name(item: &Item<'_>) -> String {
    let Item { path, name, .. } = item;
    format!("`(rust.name = \"…\")` or the option `names: {{ \"{path}{}\": \"…\" }}`", name.text)
}

fn item<'a>(
    name: &'a Name,
    annotations: &[Annotation],
    given: &HashMap<Span, String>,
    rule: fn(&str) -> String,
    path: String,
) -> Item<'a> {
    let given = given.get(&name.span).cloned();
    Item { name, rule, given: given.or_else(|| annotations::name(annotations)), path }
}

fn fields<'a>(
    path: &str,
    fields: &'a [Field],
    given: &HashMap<Span, String>,
    rule: fn(&str) -> String,
) -> Vec<Item<'a>> {
    let of =
        |field: &'a Field| item(&field.name, &field.annotations, given, rule, format!("{path}."));
    fields.iter().map(of).collect()
}

/// The names that the option `names` gives, by the places of the names in the IDL.
fn given(program: &Program, options: &Options) -> HashMap<Span, String> {
    let entries = options.names.iter();
    entries
        .filter_map(|entry| {
            let target = Target::find(program, &entry.key).ok()?;
            Some((target.name().span, entry.value.clone()))
        })
        .collect()
}

fn error_name(method: &Name) -> String {
    let name = type_name(&value_name(&method.text));
    format!("{name}Error")
}

fn services_of(file: &File) -> impl Iterator<Item = (DefId, &Service)> {
    file.definitions.iter().enumerate().filter_map(|(index, definition)| match definition {
        Definition::Service(service) => {
            Some((DefId { file: file.id, index: index as u32 }, service))
        }
        _ => None,
    })
}

/// All services, each after those that it extends.
fn services(program: &Program) -> Vec<(DefId, &Service)> {
    let mut all: Vec<(DefId, &Service)> = program.files.iter().flat_map(services_of).collect();
    all.sort_by_cached_key(|&(id, service)| ancestors(program, id, service).len());
    all
}

/// The services that a service extends, the nearest first. A cycle is an error that is reported
/// already; here it ends.
fn ancestors<'a>(program: &'a Program, id: DefId, service: &Service) -> Vec<&'a Service> {
    let mut found = Vec::new();
    let mut visited = HashSet::from([id]);
    let mut next = service.extends;
    while let Some(id) = next {
        let Definition::Service(service) = program.definition(id) else { break };
        if !visited.insert(id) {
            break;
        }
        found.push(service);
        next = service.extends;
    }
    found
}
