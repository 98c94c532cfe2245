//! Constants and default values: evaluated in an order in which every constant comes after those it needs.

use std::collections::HashMap;

use crate::ast::{self, ValueKind};
use crate::check::names::{Found, Space};
use crate::check::types::{SHOWN, cycle_text};
use crate::check::values::Evaluator;
use crate::check::{Checker, Place, Visit};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::program::{DefId, Definition, Field, Name, Program, Type, Value};
use crate::source::FileId;

impl Checker<'_> {
    /// Evaluates all values and stores them in the program.
    pub(crate) fn constants(&mut self, program: &mut Program) {
        let pending = std::mem::take(&mut self.pending);
        let consts = pending.iter().filter_map(|(place, value)| match place {
            Place::Const(id) => Some((*id, value)),
            _ => None,
        });
        let consts: HashMap<DefId, &ast::Value> = consts.collect();
        let order: Vec<DefId> = self.order(&pending, &consts, program);

        let defaults = pending.iter().filter_map(|(place, _)| match place {
            Place::Field { owner, field } => Some((*owner, *field)),
            _ => None,
        });
        let mut evaluator = Evaluator::new(
            program,
            self.names,
            self.reporter,
            &self.incomplete,
            defaults.collect(),
        );
        for id in order {
            let Definition::Const(node) = program.definition(id) else { continue };
            let value = evaluator.value(&node.ty, consts[&id]);
            evaluator.constants.insert(id, value);
        }
        let mut values = Vec::with_capacity(pending.len());
        for (place, value) in &pending {
            if let Some(ty) = type_of(program, *place) {
                values.push((*place, evaluator.value(ty, value)));
            }
        }
        let constants = std::mem::take(&mut evaluator.constants);
        let constants = constants.into_iter().map(|(id, value)| (Place::Const(id), value));
        for (place, value) in values.into_iter().chain(constants) {
            put(program, place, value);
        }
    }

    /// The constants in an order in which each comes after those it needs. Those that need themselves are reported
    /// and left out, so that they have no value.
    fn order(
        &mut self,
        pending: &[(Place, ast::Value)],
        consts: &HashMap<DefId, &ast::Value>,
        program: &Program,
    ) -> Vec<DefId> {
        let mut order = Vec::with_capacity(consts.len());
        let mut visits: HashMap<DefId, Visit> = HashMap::with_capacity(consts.len());
        let roots = pending.iter().filter_map(|(place, _)| match place {
            Place::Const(id) => Some(*id),
            _ => None,
        });
        for root in roots {
            if visits.contains_key(&root) {
                continue;
            }
            let mut path =
                vec![Step { id: root, needs: self.needs(root.file, consts[&root]), sound: true }];
            visits.insert(root, Visit::Open(0));
            while let Some(step) = path.last_mut() {
                let Some(next) = step.needs.pop() else {
                    visits.insert(step.id, Visit::Done(0));
                    if step.sound {
                        order.push(step.id);
                    }
                    path.pop();
                    continue;
                };
                match visits.get(&next) {
                    Some(Visit::Done(_)) => {}
                    Some(&Visit::Open(start)) => {
                        self.const_cycle(path[start..].iter().map(|step| step.id), program);
                        for step in &mut path[start..] {
                            step.sound = false;
                            step.needs.clear();
                        }
                    }
                    None => {
                        let Some(value) = consts.get(&next) else { continue };
                        visits.insert(next, Visit::Open(path.len()));
                        path.push(Step {
                            id: next,
                            needs: self.needs(next.file, value),
                            sound: true,
                        });
                    }
                }
            }
        }
        order
    }

    /// The constants that a value names.
    fn needs(&self, from: FileId, value: &ast::Value) -> Vec<DefId> {
        let mut found = Vec::new();
        self.collect_needs(from, value, &mut found);
        found
    }

    fn collect_needs(&self, from: FileId, value: &ast::Value, found: &mut Vec<DefId>) {
        match &value.kind {
            ValueKind::Name(name) => {
                if let Found::One(entry) = self.names.find(from, name, Space::Consts) {
                    found.push(entry.id);
                }
            }
            ValueKind::List(elements) => {
                elements.iter().for_each(|value| self.collect_needs(from, value, found))
            }
            ValueKind::Map(entries) => {
                for (key, value) in entries {
                    self.collect_needs(from, key, found);
                    self.collect_needs(from, value, found);
                }
            }
            _ => {}
        }
    }

    fn const_cycle(&mut self, cycle: impl ExactSizeIterator<Item = DefId>, program: &Program) {
        let length = cycle.len();
        let names: Vec<&Name> = cycle.take(SHOWN).map(|id| program.definition(id).name()).collect();
        let title = format!("the value of the constant `{}` depends on itself", names[0].text);
        let error = Diagnostic::error(codes::CONST_CYCLE, title).at(names[0].span, "");
        let error = names
            .iter()
            .skip(1)
            .take(3)
            .fold(error, |error, name| error.and(name.span, "which needs this"));
        self.reporter
            .report(error.note(cycle_text(names.iter().map(|name| name.text.as_str()), length)));
    }
}

struct Step {
    id: DefId,
    needs: Vec<DefId>,
    /// It is not part of a cycle.
    sound: bool,
}

/// The expected type of a value; `None` for constants, which are evaluated before.
fn type_of(program: &Program, place: Place) -> Option<&Type> {
    match place {
        Place::Const(_) => None,
        Place::Field { owner, field } => match program.definition(owner) {
            Definition::Struct(node) => node.fields.get(field as usize).map(|field| &field.ty),
            _ => None,
        },
        Place::Argument { service, function, argument } => match program.definition(service) {
            Definition::Service(node) => {
                let function = node.functions.get(function as usize)?;
                function.arguments.get(argument as usize).map(|field| &field.ty)
            }
            _ => None,
        },
    }
}

pub(super) fn put(program: &mut Program, place: Place, value: Value) {
    let (Place::Const(id) | Place::Field { owner: id, .. } | Place::Argument { service: id, .. }) =
        place;
    let definition = &mut program.files[id.file.0 as usize].definitions[id.index as usize];
    let field: Option<&mut Field> = match (definition, place) {
        (Definition::Const(node), Place::Const(_)) => {
            node.value = value;
            return;
        }
        (Definition::Struct(node), Place::Field { field, .. }) => {
            node.fields.get_mut(field as usize)
        }
        (Definition::Service(node), Place::Argument { function, argument, .. }) => {
            let function = node.functions.get_mut(function as usize);
            function.and_then(|function| function.arguments.get_mut(argument as usize))
        }
        _ => None,
    };
    if let Some(field) = field {
        field.default = Some(value);
    }
}
