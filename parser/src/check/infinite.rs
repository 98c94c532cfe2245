//! Structs without a finite value: their required fields always lead back to them.
//!
//! Optional fields and containers end a value, since they may be absent or empty. So does a field of default
//! requiredness: where it leads back to its own struct it may be absent (see `recursion`).

use std::collections::{HashMap, HashSet};

use crate::check::Checker;
use crate::check::types::{SHOWN, cycle_text};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{
    DefId, Definition, Program, Requiredness, Struct, StructKind, Type, TypeKind,
};

impl Checker<'_> {
    /// Reports the structs that have no finite value, and returns them together with those that hold them.
    pub(crate) fn infinite_structs(&mut self, program: &Program) -> HashSet<DefId> {
        let infinite = infinite(program);
        // Each of them leads to another one. Following these steps ends in a cycle, which is the mistake.
        let mut visited: HashMap<DefId, DefId> = HashMap::with_capacity(infinite.len());
        for (root, _) in program.definitions().filter(|(id, _)| infinite.contains(id)) {
            let mut path: Vec<Step> = Vec::new();
            let mut at = root;
            while !visited.contains_key(&at) {
                visited.insert(at, root);
                let Some(step) = step(program, at, &infinite) else { break };
                at = step.to;
                path.push(step);
            }
            if visited.get(&at) == Some(&root)
                && let Some(start) = path.iter().position(|step| step.owner == at)
            {
                self.infinite_struct(&path[start..], program);
            }
        }
        infinite
    }

    fn infinite_struct(&mut self, cycle: &[Step], program: &Program) {
        let owner = |step: &Step| match program.definition(step.owner) {
            Definition::Struct(node) => Some(node),
            _ => None,
        };
        let nodes: Vec<&Struct> = cycle.iter().filter_map(owner).collect();
        let fields = cycle.iter().zip(&nodes).map(|(step, node)| &node.fields[step.field]);
        let fields: Vec<_> = fields.collect();
        let what = |at: usize| match nodes[at].kind {
            StructKind::Union => "every field of this union leads back",
            _ => "this field is required",
        };
        let name = &nodes[0].name.text;
        let title = format!("no value of `{name}` is finite: it always contains another `{name}`");
        let error = Diagnostic::error(codes::INFINITE_STRUCT, title);
        let mut error = error.at(fields[0].name.span, what(0));
        for (at, field) in fields.iter().enumerate().skip(1).take(3) {
            error = error.and(field.name.span, what(at));
        }
        let names: Vec<String> = nodes
            .iter()
            .zip(&fields)
            .take(SHOWN)
            .map(|(node, field)| format!("{}.{}", node.name.text, field.name.text))
            .collect();
        let error = error.note(cycle_text(names.iter().map(String::as_str), cycle.len()));
        let all_unions = nodes.iter().all(|node| node.kind == StructKind::Union);
        self.reporter.report(error.help(match cycle.len() {
            _ if all_unions => "add a field of another type to the union",
            1 => "make this field `optional`",
            _ => "make one of these fields `optional`",
        }));
    }
}

/// A struct, and the field of it that leads to the next one.
struct Step {
    owner: DefId,
    field: usize,
    to: DefId,
}

/// The first field of a struct that keeps it from being finite.
fn step(program: &Program, owner: DefId, infinite: &HashSet<DefId>) -> Option<Step> {
    let Definition::Struct(node) = program.definition(owner) else { return None };
    let mut held = held(program, node).into_iter();
    let (field, to) = held.find(|(_, to)| infinite.contains(to))?;
    Some(Step { owner, field, to })
}

/// The structs of which no value is finite: those that remain when all that have one are taken away.
fn infinite(program: &Program) -> HashSet<DefId> {
    let mut remaining: HashMap<DefId, usize> = HashMap::new();
    let mut holders: HashMap<DefId, Vec<DefId>> = HashMap::new();
    let mut finite = Vec::new();
    for (id, definition) in program.definitions() {
        let Definition::Struct(node) = definition else { continue };
        let held = held(program, node);
        // A union needs one field that is finite, a struct needs all required ones to be.
        let needed = match node.kind {
            StructKind::Union => usize::from(held.len() == node.fields.len() && !held.is_empty()),
            StructKind::Struct | StructKind::Exception => held.len(),
        };
        remaining.insert(id, needed);
        if needed == 0 {
            finite.push(id);
            continue;
        }
        for (_, to) in held {
            holders.entry(to).or_default().push(id);
        }
    }
    while let Some(id) = finite.pop() {
        for &holder in holders.get(&id).map_or(&[][..], Vec::as_slice) {
            if let Some(needed) = remaining.get_mut(&holder)
                && *needed > 0
            {
                *needed -= 1;
                if *needed == 0 {
                    finite.push(holder);
                }
            }
        }
    }
    remaining.into_iter().filter(|&(_, needed)| needed > 0).map(|(id, _)| id).collect()
}

/// The structs that a struct holds in required fields, or a union in any, with the indexes of the fields.
fn held(program: &Program, node: &Struct) -> Vec<(usize, DefId)> {
    let held = node.fields.iter().enumerate().filter(|(_, field)| {
        node.kind == StructKind::Union || field.requiredness == Requiredness::Required
    });
    held.filter_map(|(index, field)| Some((index, structure(program, &field.ty)?))).collect()
}

/// The struct, union or exception behind a type, through typedefs.
pub(super) fn structure(program: &Program, ty: &Type) -> Option<DefId> {
    match program.resolve(ty).kind {
        TypeKind::Named(id) if matches!(program.definition(id), Definition::Struct(_)) => Some(id),
        _ => None,
    }
}
