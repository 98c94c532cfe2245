//! What follows from how types refer to each other: boxes, and which traits a type can have.

use std::collections::HashMap;

use thriftly_parser::program::{
    self, DefId, Definition, Program, Requiredness, Struct, StructKind, Type, TypeKind,
};
use thriftly_parser::source::FileId;

use super::foreign::{is_container, is_foreign, is_foreign_container};
use super::presence::is_optional;
use crate::input::Options;
use crate::model::Traits;

/// The structs of a program as a graph, and what was found out about each.
pub(crate) struct Analysis {
    /// The number of each struct.
    numbers: HashMap<DefId, usize>,
    nodes: Vec<Node>,
}

struct Node {
    /// Fields that hold a struct in place: index of the field, number of the struct.
    in_place: Vec<(usize, usize)>,
    /// All structs that are in it, in whatever way.
    inside: Vec<usize>,
    /// The cycle that it belongs to: structs of one number contain each other in place.
    cycle: usize,
    /// A double or a container without order is in it, directly or within another struct.
    has_no_order: bool,
    /// Containers in it have no order, unless it is used in a key: they are hashed, or of a type
    /// that the user names, which may well be so.
    has_container: bool,
    /// It is used in a map's key or a set's element.
    is_key: bool,
    has_default: bool,
    /// For each field that holds a struct in place and needs one to have a default.
    needs_default: Vec<usize>,
}

impl Analysis {
    pub(crate) fn of(program: &Program, options: &Options) -> Analysis {
        let mut numbers = HashMap::new();
        let mut structs = Vec::new();
        let mut ids = Vec::new();
        for (file, index, definition) in definitions(program) {
            if let Definition::Struct(item) = definition {
                numbers.insert(DefId { file, index }, structs.len());
                structs.push(item);
                ids.push(DefId { file, index });
            }
        }
        let mut analysis = Analysis { numbers, nodes: Vec::new() };
        let nodes =
            structs.iter().map(|item| analysis.node(program, item, options.hashed)).collect();
        analysis.nodes = nodes;
        analysis.find_cycles();
        analysis.find_keys(program, &structs);
        for node in analysis.nodes.iter_mut().filter(|node| !node.is_key) {
            node.has_no_order |= node.has_container;
        }
        analysis.spread_disorder();
        analysis.find_defaults(&structs, |number, field| {
            is_optional(program, options, ids[number], field)
        });
        analysis
    }

    /// Whether the field with the index holds its struct in a box.
    pub(crate) fn is_boxed(&self, id: DefId, field: usize) -> bool {
        self.numbers.get(&id).is_some_and(|&number| {
            let node = &self.nodes[number];
            node.in_place
                .iter()
                .any(|&(index, to)| index == field && self.nodes[to].cycle == node.cycle)
        })
    }

    /// Whether the struct is used in a key.
    pub(crate) fn is_key(&self, id: DefId) -> bool {
        self.numbers.get(&id).is_some_and(|&number| self.nodes[number].is_key)
    }

    pub(crate) fn traits(&self, id: DefId) -> Traits {
        match self.numbers.get(&id).map(|&number| &self.nodes[number]) {
            Some(node) => Traits {
                total: !node.has_no_order,
                by_bytes: node.has_no_order && node.is_key,
                default: node.has_default,
            },
            None => Traits { total: true, by_bytes: false, default: true },
        }
    }

    fn node(&self, program: &Program, item: &Struct, hashed: bool) -> Node {
        let mut node = Node {
            in_place: Vec::new(),
            inside: Vec::new(),
            cycle: 0,
            has_no_order: false,
            has_container: false,
            is_key: false,
            has_default: true,
            needs_default: Vec::new(),
        };
        for (index, field) in item.fields.iter().enumerate() {
            if let Some(number) = self.struct_of(program, &field.ty) {
                node.in_place.push((index, number));
            }
            node.has_container |=
                is_container(program, &field.ty) && is_foreign(&field.annotations);
            walk(program, &field.ty, &mut |ty, in_key| match ty.kind {
                TypeKind::Named(id) if !in_key && is_foreign_container(program, id) => {
                    node.has_container = true;
                }
                // Doubles in keys are wrapped, and have an order.
                TypeKind::Double if !in_key => node.has_no_order = true,
                TypeKind::Set(_) | TypeKind::Map(..) if !in_key => node.has_container |= hashed,
                TypeKind::Named(id) => node.inside.extend(self.numbers.get(&id)),
                _ => {}
            });
        }
        node
    }

    fn struct_of(&self, program: &Program, ty: &Type) -> Option<usize> {
        match program.resolve(ty).kind {
            TypeKind::Named(id) => self.numbers.get(&id).copied(),
            _ => None,
        }
    }

    /// Tarjan's algorithm, with a stack of its own: chains of structs may be long.
    fn find_cycles(&mut self) {
        const UNSEEN: usize = usize::MAX;
        let count = self.nodes.len();
        let mut order = vec![UNSEEN; count];
        let mut low = vec![0; count];
        let mut on_stack = vec![false; count];
        let mut stack = Vec::new();
        let mut next = 0;
        for root in 0..count {
            if order[root] != UNSEEN {
                continue;
            }
            let mut work = vec![(root, 0)];
            while let Some(&mut (node, ref mut edge)) = work.last_mut() {
                if *edge == 0 && order[node] == UNSEEN {
                    order[node] = next;
                    low[node] = next;
                    next += 1;
                    stack.push(node);
                    on_stack[node] = true;
                }
                if let Some(&(_, to)) = self.nodes[node].in_place.get(*edge) {
                    *edge += 1;
                    if order[to] == UNSEEN {
                        work.push((to, 0));
                    } else if on_stack[to] {
                        low[node] = low[node].min(order[to]);
                    }
                    continue;
                }
                work.pop();
                if let Some(&(parent, _)) = work.last() {
                    low[parent] = low[parent].min(low[node]);
                }
                if low[node] == order[node] {
                    while let Some(member) = stack.pop() {
                        on_stack[member] = false;
                        self.nodes[member].cycle = node;
                        if member == node {
                            break;
                        }
                    }
                }
            }
        }
        // A struct alone is a cycle only if it holds itself; two structs never have one number
        // unless they hold each other, so nothing has to be done for the others.
    }

    fn find_keys(&mut self, program: &Program, structs: &[&Struct]) {
        let mut found: Vec<usize> = Vec::new();
        let mut look = |ty: &Type| {
            walk(program, ty, &mut |ty, in_key| {
                if let (TypeKind::Named(id), true) = (&ty.kind, in_key) {
                    found.extend(self.numbers.get(id));
                }
            });
        };
        structs.iter().flat_map(|item| &item.fields).for_each(|field| look(&field.ty));
        for (_, _, definition) in definitions(program) {
            match definition {
                Definition::Const(item) => look(&item.ty),
                Definition::Typedef(item) => look(&item.target),
                Definition::Service(item) => {
                    for function in &item.functions {
                        function.returns.iter().for_each(&mut look);
                        function.arguments.iter().for_each(|argument| look(&argument.ty));
                    }
                }
                _ => {}
            }
        }
        while let Some(number) = found.pop() {
            if !std::mem::replace(&mut self.nodes[number].is_key, true) {
                found.extend(&self.nodes[number].inside);
            }
        }
    }

    fn spread_disorder(&mut self) {
        let mut containers = vec![Vec::new(); self.nodes.len()];
        for (number, node) in self.nodes.iter().enumerate() {
            node.inside.iter().for_each(|&inside| containers[inside].push(number));
        }
        let mut found: Vec<usize> =
            (0..self.nodes.len()).filter(|&number| self.nodes[number].has_no_order).collect();
        while let Some(number) = found.pop() {
            // A key with a double in it has an order all the same: by its bytes.
            if self.nodes[number].is_key {
                continue;
            }
            for &container in &containers[number] {
                if !std::mem::replace(&mut self.nodes[container].has_no_order, true) {
                    found.push(container);
                }
            }
        }
    }

    /// A struct that must contain itself has no default, and neither has what must contain it.
    fn find_defaults(
        &mut self,
        structs: &[&Struct],
        is_optional: impl Fn(usize, &program::Field) -> bool,
    ) {
        for (number, item) in structs.iter().enumerate() {
            if item.kind == StructKind::Union {
                continue;
            }
            for at in 0..self.nodes[number].in_place.len() {
                let (index, to) = self.nodes[number].in_place[at];
                let field = &item.fields[index];
                let same_cycle = self.nodes[to].cycle == self.nodes[number].cycle;
                let needed = match field.requiredness {
                    Requiredness::Required => true,
                    // In a cycle it becomes an option.
                    _ => !same_cycle && !is_optional(number, field),
                };
                if needed && field.default.is_none() {
                    self.nodes[number].needs_default.push(to);
                }
            }
        }
        // Take away what cannot be proven to end: count down from the leaves.
        let mut waiting: Vec<usize> = self.nodes.iter().map(|n| n.needs_default.len()).collect();
        let mut dependents = vec![Vec::new(); self.nodes.len()];
        for (number, node) in self.nodes.iter().enumerate() {
            node.needs_default.iter().for_each(|&to| dependents[to].push(number));
        }
        let mut ready: Vec<usize> =
            (0..self.nodes.len()).filter(|&number| waiting[number] == 0).collect();
        self.nodes.iter_mut().for_each(|node| node.has_default = false);
        while let Some(number) = ready.pop() {
            self.nodes[number].has_default = true;
            for &dependent in &dependents[number] {
                waiting[dependent] -= 1;
                if waiting[dependent] == 0 {
                    ready.push(dependent);
                }
            }
        }
    }
}

fn definitions(program: &Program) -> impl Iterator<Item = (FileId, u32, &Definition)> {
    program.files.iter().flat_map(|file| {
        file.definitions.iter().enumerate().map(|(index, item)| (file.id, index as u32, item))
    })
}

/// Visits a type and the types in it, typedefs before what they stand for, and says whether each is
/// in a key.
fn walk(program: &Program, ty: &Type, visit: &mut dyn FnMut(&Type, bool)) {
    fn inner(program: &Program, ty: &Type, in_key: bool, visit: &mut dyn FnMut(&Type, bool)) {
        visit(ty, in_key);
        match &ty.kind {
            TypeKind::Named(id) => {
                if let Definition::Typedef(item) = program.definition(*id) {
                    inner(program, &item.target, in_key, visit);
                }
            }
            TypeKind::List(element) => inner(program, element, in_key, visit),
            TypeKind::Set(element) => inner(program, element, true, visit),
            TypeKind::Map(key, value) => {
                inner(program, key, true, visit);
                inner(program, value, in_key, visit);
            }
            _ => {}
        }
    }
    inner(program, ty, false, visit);
}
