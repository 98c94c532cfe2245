//! Warning about structs that are nested more deeply than rustc follows by default.

use std::collections::HashMap;

use thriftly_parser::diagnostic::Diagnostic;
use thriftly_parser::program::{DefId, Definition, Program, Requiredness, Type, TypeKind};

use crate::codes;

/// The levels of types that rustc follows by default, less a few for the types that contain a user's.
const DEFAULT_LIMIT: usize = 128 - 4;

/// A warning with a sufficient limit, at the struct with the most levels of types in it.
///
/// rustc proves `Send` and other auto traits by following all types in a type, up to its recursion
/// limit. Only the crate that contains the macro call can raise it.
pub(super) fn check(program: &Program) -> Option<Diagnostic> {
    let (id, levels) = deepest(program)?;
    if levels <= DEFAULT_LIMIT {
        return None;
    }
    let name = program.definition(id).name();
    let limit = (levels + 16).next_power_of_two();
    Some(
        Diagnostic::warning(
            codes::DEEP_NESTING,
            format!("types are nested {levels} levels deep in `{}`", name.text),
        )
        .at(name.span, "")
        .note("rustc follows 128 levels by default, and then reports an overflow")
        .help(format!("write `#![recursion_limit = \"{limit}\"]` at the top of the crate")),
    )
}

/// The struct with the most levels in it.
fn deepest(program: &Program) -> Option<(DefId, usize)> {
    let mut levels: HashMap<DefId, usize> = HashMap::new();
    let structs = program.definitions().filter(|(_, one)| matches!(one, Definition::Struct(_)));
    for (root, _) in structs {
        // Chains may be longer than the stack is deep.
        let mut open = vec![root];
        while let Some(&id) = open.last() {
            let inside = inside(program, id);
            // A type that is being visited leads back to itself, which ends the chain.
            let next = inside.iter().find(|(one, _)| !levels.contains_key(one));
            match (levels.contains_key(&id), next) {
                (true, _) => {}
                (false, Some((next, _))) if !open.contains(next) => {
                    open.push(*next);
                    continue;
                }
                (false, _) => {
                    let depth =
                        |(one, by): &(DefId, usize)| levels.get(one).copied().unwrap_or(0) + by;
                    levels.insert(id, inside.iter().map(depth).max().unwrap_or(0));
                }
            }
            open.pop();
        }
    }
    levels
        .into_iter()
        .max_by_key(|&(id, levels)| (levels, std::cmp::Reverse((id.file.0, id.index))))
}

/// The structs in a struct, and by how many levels each is deeper.
fn inside(program: &Program, id: DefId) -> Vec<(DefId, usize)> {
    let mut inside = Vec::new();
    if let Definition::Struct(item) = program.definition(id) {
        for field in &item.fields {
            let by = if field.requiredness == Requiredness::Optional { 2 } else { 1 };
            walk(program, &field.ty, by, &mut inside);
        }
    }
    inside
}

fn walk(program: &Program, ty: &Type, by: usize, inside: &mut Vec<(DefId, usize)>) {
    match &ty.kind {
        // A vector has its buffer, that a pointer, and that a marker.
        TypeKind::List(element) | TypeKind::Set(element) => walk(program, element, by + 3, inside),
        TypeKind::Map(key, value) => {
            walk(program, key, by + 3, inside);
            walk(program, value, by + 3, inside);
        }
        TypeKind::Named(id) => match program.definition(*id) {
            Definition::Typedef(item) => walk(program, &item.target, by, inside),
            Definition::Struct(_) => inside.push((*id, by)),
            _ => {}
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(count: usize, field: &str) -> Option<String> {
        let structs = (0..count).map(|at| {
            let field = field.replace("T", &format!("A{}", at + 1));
            format!("struct A{at} {{ 1: {field} f }}\n")
        });
        let idl = structs.collect::<String>() + &format!("struct A{count} {{ 1: i32 x }}");
        let outcome = thriftly_parser::load_str("deep.thrift", &idl, &Default::default());
        check(&outcome.program).map(|warning| warning.render(&outcome.sources))
    }

    #[test]
    fn chains_that_rustc_does_not_follow_are_named_with_a_limit() {
        for (count, field) in [(60, "optional T"), (30, "list<T>"), (100, "required T")] {
            assert_eq!(warning(count, field), None, "{count} x {field}");
        }
        let text = warning(80, "optional T").unwrap();
        assert!(text.contains("160 levels deep in `A0` [deep-nesting]"), "{text}");
        assert!(text.contains("deep.thrift:1:8"), "{text}");
        assert!(text.contains("#![recursion_limit = \"256\"]"), "{text}");
        assert!(warning(40, "list<T>").is_some());
    }

    #[test]
    fn long_chains_and_cycles_are_walked_to_their_end() {
        assert!(warning(5000, "optional T").is_some());
        let idl = "struct A { 1: optional B b } struct B { 1: optional A a, 2: list<B> more }";
        let outcome = thriftly_parser::load_str("ring.thrift", idl, &Default::default());
        assert!(check(&outcome.program).is_none());
    }
}
