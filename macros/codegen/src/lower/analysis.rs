//! Analysis of type references: boxes, and the traits a type can have.

use std::collections::{HashMap, HashSet};

use thriftly_parser::program::{DefId, Definition, Program, Struct, Type, TypeKind};
use thriftly_parser::recursion::Recursion;
use thriftly_parser::source::FileId;

use super::foreign::Foreign;
use crate::input::Options;
use crate::model::Traits;

/// The graph of the structs of a program, with properties of each.
pub(crate) struct Analysis {
    /// The index of each struct.
    numbers: HashMap<DefId, usize>,
    nodes: Vec<Node>,
    recursion: Recursion,
    /// Further fields that box their values.
    boxes: HashSet<(DefId, usize)>,
}

struct Node {
    /// All structs that it contains, directly or indirectly.
    inside: Vec<usize>,
    /// Whether it contains a double or an unordered container, directly or indirectly.
    has_no_order: bool,
    /// Whether it has unordered containers unless used in a key: hashed ones, or user types that
    /// may be unordered.
    has_container: bool,
    /// Whether it is used in a map key or a set element.
    is_key: bool,
}

impl Analysis {
    /// The program with the Rust types, and the fields that are boxed though they need not be.
    pub(crate) fn of(
        program: &Program,
        options: &Options,
        foreign: &Foreign,
        boxes: HashSet<(DefId, usize)>,
    ) -> Analysis {
        // Containers outside keys are unordered.
        let hashed = options.hashed;
        let mut numbers = HashMap::new();
        let mut structs = Vec::new();
        for (file, index, definition) in definitions(program) {
            if let Definition::Struct(item) = definition {
                numbers.insert(DefId { file, index }, structs.len());
                structs.push(item);
            }
        }
        let recursion = Recursion::of(program);
        let mut analysis = Analysis { numbers, nodes: Vec::new(), recursion, boxes };
        let nodes =
            structs.iter().map(|item| analysis.node(program, foreign, item, hashed)).collect();
        analysis.nodes = nodes;
        analysis.find_keys(program, &structs);
        for node in analysis.nodes.iter_mut().filter(|node| !node.is_key) {
            node.has_no_order |= node.has_container;
        }
        analysis.spread_disorder();
        analysis
    }

    /// Whether the field with this index boxes its value.
    pub(crate) fn is_boxed(&self, id: DefId, field: usize) -> bool {
        self.recursion.is_recursive(id, field) || self.boxes.contains(&(id, field))
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
                is_key: node.is_key,
                foreign: Vec::new(),
            },
            None => Traits { total: true, by_bytes: false, is_key: false, foreign: Vec::new() },
        }
    }

    fn node(&self, program: &Program, foreign: &Foreign, item: &Struct, hashed: bool) -> Node {
        let mut node =
            Node { inside: Vec::new(), has_no_order: false, has_container: false, is_key: false };
        for field in &item.fields {
            // Whether a foreign type has an order is its own affair: the impls ask for that.
            if foreign.has(&field.name) {
                continue;
            }
            walk(program, &field.ty, &mut |ty, in_key| match ty.kind {
                TypeKind::Named(id) if foreign.has(program.definition(id).name()) => {}
                // Doubles in keys are wrapped, and have an order.
                TypeKind::Double if !in_key => node.has_no_order = true,
                TypeKind::Set(_) | TypeKind::Map(..) if !in_key => node.has_container |= hashed,
                TypeKind::Named(id) => node.inside.extend(self.numbers.get(&id)),
                _ => {}
            });
        }
        node
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
}

fn definitions(program: &Program) -> impl Iterator<Item = (FileId, u32, &Definition)> {
    program.files.iter().flat_map(|file| {
        file.definitions.iter().enumerate().map(|(index, item)| (file.id, index as u32, item))
    })
}

/// Visits a type and its nested types, typedefs before their targets, and passes whether each is in
/// a key.
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
