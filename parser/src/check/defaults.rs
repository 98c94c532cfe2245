//! Default values that contain themselves: `struct A { 1: optional A a = {} }`.
//!
//! Fields that a struct value does not set have their own defaults. So the default of a field can lead back to itself
//! through structs, constants and containers; building it would never end.

use std::collections::{HashMap, HashSet};

use crate::check::Checker;
use crate::check::constants::put;
use crate::check::infinite::structure;
use crate::check::round_trips::is_marked_optional;
use crate::check::types::{SHOWN, cycle_text};
use crate::check::{Place, Visit};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{DefId, Definition, Program, Requiredness, StructKind, Value};
use crate::recursion::Recursion;
use crate::source::Span;

/// A value that others may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    /// The value of a constant.
    Const(DefId),
    /// The default of a field.
    Field(DefId, u32),
    /// The value of a struct that sets none of its fields.
    Struct(DefId),
}

/// The path from a root to the current node, with the indexes of its special nodes. Cycles can be as long and as many as
/// the program is large, so the path is never searched.
#[derive(Default)]
struct Path {
    steps: Vec<(Node, Vec<Node>)>,
    /// Values that are written in the IDL.
    values: Vec<usize>,
    /// Values that have been removed to break a cycle.
    broken: Vec<usize>,
    /// Structs without a finite value, which are reported as such.
    infinite: Vec<usize>,
}

impl Path {
    fn push(&mut self, node: Node, contained: Vec<Node>, infinite: &HashSet<DefId>) {
        let at = self.steps.len();
        match node {
            Node::Const(_) => self.values.push(at),
            Node::Field(id, _) | Node::Struct(id) => {
                if matches!(node, Node::Field(..)) {
                    self.values.push(at);
                }
                if infinite.contains(&id) {
                    self.infinite.push(at);
                }
            }
        }
        self.steps.push((node, contained));
    }

    fn pop(&mut self) {
        self.steps.pop();
        for indexes in [&mut self.values, &mut self.broken, &mut self.infinite] {
            if indexes.last() == Some(&self.steps.len()) {
                indexes.pop();
            }
        }
    }
}

impl Checker<'_> {
    /// Reports the cycles of values and breaks them. `infinite` are the structs that are reported as having no finite
    /// value.
    pub(crate) fn default_cycles(&mut self, program: &mut Program, infinite: &HashSet<DefId>) {
        let recursion = Recursion::of(program);
        let mut graph = Graph { program, recursion, defaults: HashMap::new() };
        let mut visits: HashMap<Node, Visit> = HashMap::new();
        let mut broken: Vec<Node> = Vec::new();
        for root in roots(program) {
            if visits.contains_key(&root) {
                continue;
            }
            let mut path = Path::default();
            path.push(root, graph.contained(root), infinite);
            visits.insert(root, Visit::Open(0));
            while let Some((node, contained)) = path.steps.last_mut() {
                let Some(next) = contained.pop() else {
                    visits.insert(*node, Visit::Done(0));
                    path.pop();
                    continue;
                };
                match visits.get(&next) {
                    Some(Visit::Done(_)) => {}
                    // The cycle is broken already.
                    Some(Visit::Open(start)) if path.broken.last() >= Some(start) => {}
                    Some(&Visit::Open(start)) => {
                        if path.infinite.last() < Some(&start) {
                            self.default_cycle(&path, start, program);
                        }
                        // Removes these values, which breaks the cycle.
                        let first = path.values.partition_point(|&at| at < start);
                        for &at in &path.values[first..] {
                            let (node, contained) = &mut path.steps[at];
                            broken.push(*node);
                            contained.clear();
                            path.broken.push(at);
                        }
                    }
                    None => {
                        visits.insert(next, Visit::Open(path.steps.len()));
                        path.push(next, graph.contained(next), infinite);
                    }
                }
            }
        }
        for node in broken {
            let place = match node {
                Node::Const(id) => Place::Const(id),
                Node::Field(owner, field) => Place::Field { owner, field },
                Node::Struct(_) => continue,
            };
            put(program, place, Value::Invalid);
        }
    }

    /// Reports the cycle that starts at a step of the path.
    fn default_cycle(&mut self, path: &Path, start: usize, program: &Program) {
        // A field comes first: a struct without fields does not contain anything.
        let values = &path.values[path.values.partition_point(|&at| at < start)..];
        let mut values = values.iter().copied();
        let first = values.find(|&at| matches!(path.steps[at].0, Node::Field(..)));
        let Some(first) = first else { return };
        let around = path.steps[first..].iter().chain(&path.steps[start..first]);
        let cycle: Vec<Node> = around.take(SHOWN).map(|step| step.0).collect();
        let names: Vec<(String, Option<Span>)> =
            cycle.iter().map(|&node| described(program, node)).collect();
        let title = format!("the default of `{}` contains itself", names[0].0);
        let mut error = Diagnostic::error(codes::DEFAULT_CYCLE, title);
        let mut spans = cycle.iter().zip(&names).filter_map(|(node, name)| Some((node, name.1?)));
        if let Some((_, span)) = spans.next() {
            error = error.at(span, "this default would be infinitely deep");
        }
        for (node, span) in spans.take(3) {
            error = error.and(
                span,
                match node {
                    Node::Const(_) => "it contains this constant",
                    _ => "it contains the default of this field",
                },
            );
        }
        let length = path.steps.len() - start;
        let error = error.note(cycle_text(names.iter().map(|name| name.0.as_str()), length));
        self.reporter.report(error.help("remove one of these defaults"));
    }
}

/// The defaults of fields, in source order. Each cycle has one.
fn roots(program: &Program) -> Vec<Node> {
    let mut roots = Vec::new();
    for (id, definition) in program.definitions() {
        if let Definition::Struct(node) = definition {
            let fields = (0..).zip(&node.fields);
            let with_default = fields.filter(|(_, field)| field.default.is_some());
            roots.extend(with_default.map(|(index, _)| Node::Field(id, index)));
        }
    }
    roots
}

/// Name and span of a value in a message.
fn described(program: &Program, node: Node) -> (String, Option<Span>) {
    match (
        node,
        program.definition(match node {
            Node::Const(id) | Node::Field(id, _) | Node::Struct(id) => id,
        }),
    ) {
        (Node::Field(_, index), Definition::Struct(node)) => {
            let field = &node.fields[index as usize];
            (format!("{}.{}", node.name.text, field.name.text), Some(field.name.span))
        }
        (Node::Struct(_), definition) => (format!("default of {}", definition.name().text), None),
        (_, definition) => (definition.name().text.clone(), Some(definition.name().span)),
    }
}

/// Which values contain which.
struct Graph<'a> {
    program: &'a Program,
    recursion: Recursion,
    /// The values of unset fields of each struct.
    defaults: HashMap<DefId, Vec<(u32, Node)>>,
}

impl Graph<'_> {
    /// The values that a value contains.
    fn contained(&mut self, node: Node) -> Vec<Node> {
        let program = self.program;
        let mut found = Vec::new();
        match (
            node,
            program.definition(match node {
                Node::Const(id) | Node::Field(id, _) | Node::Struct(id) => id,
            }),
        ) {
            (Node::Const(_), Definition::Const(node)) => self.collect(&node.value, &mut found),
            (Node::Field(_, index), Definition::Struct(node)) => {
                if let Some(value) = &node.fields[index as usize].default {
                    self.collect(value, &mut found);
                }
            }
            (Node::Struct(id), _) => found.extend(self.unset(id).iter().map(|(_, node)| *node)),
            _ => {}
        }
        found
    }

    fn collect(&mut self, value: &Value, found: &mut Vec<Node>) {
        match value {
            Value::Const(id) => found.push(Node::Const(*id)),
            Value::List(values) | Value::Set(values) => {
                values.iter().for_each(|value| self.collect(value, found));
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    self.collect(key, found);
                    self.collect(value, found);
                }
            }
            Value::Struct(id, set) if set.is_empty() => found.push(Node::Struct(*id)),
            Value::Struct(id, set) => {
                for (_, value) in set {
                    self.collect(value, found);
                }
                let set: HashSet<u32> = set.iter().map(|(index, _)| *index).collect();
                let unset = self.unset(*id).iter().filter(|(index, _)| !set.contains(index));
                found.extend(unset.map(|(_, node)| *node));
            }
            _ => {}
        }
    }

    /// The values of the fields that a struct value does not set, as far as they can contain any.
    fn unset(&mut self, id: DefId) -> &[(u32, Node)] {
        let (program, recursion) = (self.program, &self.recursion);
        self.defaults.entry(id).or_insert_with(|| {
            let Definition::Struct(node) = program.definition(id) else { return Vec::new() };
            // A union sets one field, and the others have no value.
            if node.kind == StructKind::Union {
                return Vec::new();
            }
            let fields = (0..).zip(&node.fields);
            let values = fields.filter_map(|(index, field)| {
                let value = match (&field.default, field.requiredness) {
                    (Some(value), _) if is_scalar(value) => return None,
                    (Some(_), _) => Node::Field(id, index),
                    (None, Requiredness::Optional) => return None,
                    // It is absent.
                    (None, Requiredness::Default)
                        if recursion.is_recursive(id, index as usize)
                            || is_marked_optional(field) =>
                    {
                        return None;
                    }
                    (None, _) => Node::Struct(structure(program, &field.ty)?),
                };
                Some((index, value))
            });
            values.collect()
        })
    }
}

/// Whether a value cannot contain any other.
fn is_scalar(value: &Value) -> bool {
    !matches!(
        value,
        Value::Const(_) | Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Struct(..)
    )
}
