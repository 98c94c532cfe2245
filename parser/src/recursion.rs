//! Structs that hold themselves in place, directly or through others.

use std::collections::HashMap;

use crate::program::{DefId, Definition, Program, Struct, Type, TypeKind};

/// Which fields lead back to the struct that they are in, without a container between.
///
/// Such a field must stand behind a pointer. One of default requiredness may be absent there, since a value could
/// not end otherwise. A struct whose `required` fields lead back to it has no finite value; the checks report it.
///
/// ```
/// use thriftly_parser::program::DefId;
/// use thriftly_parser::recursion::Recursion;
/// use thriftly_parser::source::FileId;
/// use thriftly_parser::{Options, load_str};
///
/// let idl = "struct List { 1: i32 head, 2: optional List tail, 3: list<List> others }";
/// let outcome = load_str("list.thrift", idl, &Options::default());
/// let recursion = Recursion::of(&outcome.program);
/// let list = DefId { file: FileId(0), index: 0 };
/// let recursive = [0, 1, 2].map(|field| recursion.is_recursive(list, field));
/// assert_eq!(recursive, [false, true, false]);
/// ```
#[derive(Debug)]
pub struct Recursion {
    /// The number of each struct, union and exception.
    numbers: HashMap<DefId, usize>,
    /// The structs that each holds in place: index of the field, number of the struct.
    in_place: Vec<Vec<(usize, usize)>>,
    /// The group of each: structs of one group hold each other.
    groups: Vec<usize>,
}

impl Recursion {
    /// Looks at all structs of a program. Typedefs must not form cycles.
    pub fn of(program: &Program) -> Recursion {
        let mut numbers = HashMap::new();
        let mut structs: Vec<&Struct> = Vec::new();
        for (id, definition) in program.definitions() {
            if let Definition::Struct(node) = definition {
                numbers.insert(id, structs.len());
                structs.push(node);
            }
        }
        let number = |ty: &Type| match program.resolve(ty).kind {
            TypeKind::Named(id) => numbers.get(&id).copied(),
            _ => None,
        };
        let in_place: Vec<Vec<(usize, usize)>> = structs
            .iter()
            .map(|node| {
                let fields = node.fields.iter().enumerate();
                fields.filter_map(|(index, field)| Some((index, number(&field.ty)?))).collect()
            })
            .collect();
        let groups = groups(&in_place);
        Recursion { numbers, in_place, groups }
    }

    /// Whether a field holds a struct in place that leads back to the struct of the field.
    pub fn is_recursive(&self, id: DefId, field: usize) -> bool {
        let Some(&number) = self.numbers.get(&id) else { return false };
        let fields = &self.in_place[number];
        let target = fields.binary_search_by_key(&field, |&(index, _)| index);
        target.is_ok_and(|at| self.groups[fields[at].1] == self.groups[number])
    }
}

/// The strongly connected components of a graph: Tarjan's algorithm with a stack of its own, as chains of structs may
/// be long. A node that no cycle goes through is a group alone, and has an edge to its own group only if it has one
/// to itself.
fn groups(edges: &[Vec<(usize, usize)>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut groups = vec![0; edges.len()];
    let mut order = vec![UNSEEN; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut on_stack = vec![false; edges.len()];
    let mut stack = Vec::new();
    let mut next = 0;
    for root in 0..edges.len() {
        if order[root] != UNSEEN {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some(&mut (node, ref mut edge)) = path.last_mut() {
            if *edge == 0 && order[node] == UNSEEN {
                order[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&(_, to)) = edges[node].get(*edge) {
                *edge += 1;
                if order[to] == UNSEEN {
                    path.push((to, 0));
                } else if on_stack[to] {
                    low[node] = low[node].min(order[to]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == order[node] {
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    groups[member] = node;
                    if member == node {
                        break;
                    }
                }
            }
        }
    }
    groups
}
