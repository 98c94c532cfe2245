//! Services: their methods, own and inherited.

use std::collections::HashMap;

use thriftly_parser::Program;
use thriftly_parser::program::{DefId, Definition, Function, Service};

use super::change::{self, Place};
use super::comparison::Comparison;
use super::fields::Owner;
use super::types;

/// A method and the service that declares it.
type Method<'a> = (DefId, &'a Function);

impl<'a> Comparison<'a> {
    pub(super) fn compare_services(&mut self, old_id: DefId, new_id: DefId, subject: &str) {
        let (old_program, new_program) = (self.old, self.new);
        let Definition::Service(new) = new_program.definition(new_id) else { return };
        let old_methods = methods(old_program, old_id);
        let new_methods = methods(new_program, new_id);
        for (owner, function) in sorted(&old_methods) {
            let inherited = owner != old_id;
            let counterpart = self.counterpart(owner);
            match new_methods.get(function.name.text.as_str()) {
                // Both inherit it, so it is compared where it is declared.
                Some(&(new_owner, _)) if inherited && counterpart == Some(new_owner) => {}
                Some(&(_, same)) => self.compare_functions(function, same, subject),
                None => {
                    let told = inherited
                        && counterpart.is_some_and(|owner| {
                            !methods(new_program, owner).contains_key(&*function.name.text)
                        });
                    if !told {
                        let inherited = inherited.then_some(owner);
                        let message = self.gone(function, inherited, new, &old_methods);
                        let place = Place::New(new.name.span);
                        self.report(change::METHOD_REMOVED, place, subject, message);
                    }
                }
            }
        }
    }

    /// What to say of a method that is gone: perhaps it has a new name.
    fn gone(
        &self,
        function: &Function,
        inherited: Option<DefId>,
        new: &Service,
        old_methods: &HashMap<&str, Method<'_>>,
    ) -> String {
        let name = &function.name.text;
        if let Some(owner) = inherited {
            let owner = &self.old.definition(owner).name().text;
            return format!("method `{name}`, inherited from `{owner}`, is gone");
        }
        let signature = signature(self.old, function);
        let mut similar = new.functions.iter().filter(|other| {
            !old_methods.contains_key(&*other.name.text)
                && self::signature(self.new, other) == signature
        });
        match (similar.next(), similar.next()) {
            (Some(other), None) => {
                format!("method `{name}` is gone; `{}` is like it", other.name.text)
            }
            _ => format!("method `{name}` is gone"),
        }
    }

    fn compare_functions(&mut self, old: &Function, new: &Function, subject: &str) {
        let subject = format!("{subject}: method {}", new.name.text);
        let place = Place::New(new.name.span);
        let said = |oneway| if oneway { "is oneway now" } else { "is no longer oneway" };
        if old.oneway != new.oneway {
            self.report(change::METHOD_ONEWAY, place, &subject, format!("it {}", said(new.oneway)));
        }
        let idempotent = [old, new].map(Function::is_idempotent);
        if !new.oneway && idempotent[0] != idempotent[1] {
            let said = match idempotent[1] {
                true => "it is idempotent now: clients may send its calls twice",
                false => "it is no longer idempotent, but old clients may send its calls twice",
            };
            self.report(change::METHOD_IDEMPOTENT, place, &subject, said.to_owned());
        }
        let same = match (&old.returns, &new.returns) {
            (Some(old), Some(new)) => self.same_bytes(old, new),
            (None, None) => true,
            _ => false,
        };
        if !same {
            let text = |program, function: &Function| match &function.returns {
                Some(ty) => types::text(program, ty),
                None => "void".to_owned(),
            };
            let (from, to) = (text(self.old, old), text(self.new, new));
            let place = new.returns.as_ref().map_or(place, |ty| Place::New(ty.span));
            let message = format!("what it returns changed from {from} to {to}");
            self.report(change::RETURN_TYPE, place, &subject, message);
        }
        self.compare_fields(Owner::Arguments, &old.arguments, &new.arguments, place, &subject);
        self.compare_fields(Owner::Throws, &old.throws, &new.throws, place, &subject);
    }
}

/// The methods of a service with those that it inherits. A service that extends itself is an error, so there is an
/// end.
fn methods(program: &Program, service: DefId) -> HashMap<&str, Method<'_>> {
    let mut methods = HashMap::new();
    let mut next = Some(service);
    while let Some(id) = next {
        let Definition::Service(service) = program.definition(id) else { break };
        for function in &service.functions {
            methods.entry(&*function.name.text).or_insert((id, function));
        }
        next = service.extends;
    }
    methods
}

/// The methods in source order.
fn sorted<'a>(methods: &HashMap<&str, Method<'a>>) -> Vec<Method<'a>> {
    let mut sorted: Vec<_> = methods.values().copied().collect();
    sorted.sort_by_key(|(owner, function)| (*owner, function.name.span.start));
    sorted
}

/// All of a function but its name.
fn signature(program: &Program, function: &Function) -> String {
    let fields = |fields: &[thriftly_parser::program::Field]| {
        let field = |field: &thriftly_parser::program::Field| {
            format!("{}: {}", field.id, types::text(program, &field.ty))
        };
        fields.iter().map(field).collect::<Vec<_>>().join(", ")
    };
    let returns = function.returns.as_ref().map(|ty| types::text(program, ty));
    let (arguments, throws) = (fields(&function.arguments), fields(&function.throws));
    format!("{} {returns:?} ({arguments}) ({throws})", function.oneway)
}
