//! Anchors of definitions: `type.shared.Color`, and who refers to them.

use std::collections::{BTreeSet, HashMap};

use thriftly_parser::program::{DefId, Definition, Field, Program, Type, TypeKind};

/// The anchors of a program, unique in the page.
pub(super) struct Anchors {
    /// The name of each file in anchors; empty for the root.
    files: Vec<String>,
    users: HashMap<DefId, BTreeSet<DefId>>,
}

impl Anchors {
    pub(super) fn of(program: &Program) -> Anchors {
        let mut taken: HashMap<&str, usize> = HashMap::new();
        let files = program.files.iter().enumerate().map(|(number, file)| {
            if number == 0 {
                return String::new();
            }
            let count = taken.entry(&file.prefix).or_default();
            *count += 1;
            // Files of several folders may have one name.
            match count {
                1 => format!("{}.", file.prefix),
                count => format!("{}~{count}.", file.prefix),
            }
        });
        let files = files.collect();
        let mut anchors = Anchors { files, users: HashMap::new() };
        for (id, definition) in program.definitions() {
            anchors.add_uses(id, definition);
        }
        anchors
    }

    /// The anchor of a definition.
    pub(super) fn definition(&self, id: DefId, definition: &Definition) -> String {
        let kind = match definition {
            Definition::Const(_) => "const",
            Definition::Service(_) => "service",
            _ => "type",
        };
        format!("{kind}.{}{}", self.files[id.file.0 as usize], definition.name().text)
    }

    /// The anchor of a file.
    pub(super) fn file(&self, number: usize) -> String {
        format!("file.{}", self.files[number].trim_end_matches('.'))
    }

    /// The definitions that refer to one, in their order.
    pub(super) fn users(&self, id: DefId) -> impl ExactSizeIterator<Item = DefId> {
        let users = self.users.get(&id).into_iter().flatten().copied();
        users.collect::<Vec<_>>().into_iter()
    }

    fn add_uses(&mut self, user: DefId, definition: &Definition) {
        match definition {
            Definition::Const(node) => self.add_type(user, &node.ty),
            Definition::Typedef(node) => self.add_type(user, &node.target),
            Definition::Enum(_) => {}
            Definition::Struct(node) => self.add_fields(user, &node.fields),
            Definition::Service(node) => {
                if let Some(base) = node.extends {
                    self.users.entry(base).or_default().insert(user);
                }
                for function in &node.functions {
                    if let Some(ty) = &function.returns {
                        self.add_type(user, ty);
                    }
                    self.add_fields(user, &function.arguments);
                    self.add_fields(user, &function.throws);
                }
            }
        }
    }

    fn add_fields(&mut self, user: DefId, fields: &[Field]) {
        fields.iter().for_each(|field| self.add_type(user, &field.ty));
    }

    fn add_type(&mut self, user: DefId, ty: &Type) {
        match &ty.kind {
            TypeKind::List(element) | TypeKind::Set(element) => self.add_type(user, element),
            TypeKind::Map(key, value) => {
                self.add_type(user, key);
                self.add_type(user, value);
            }
            TypeKind::Named(id) if *id != user => {
                self.users.entry(*id).or_default().insert(user);
            }
            _ => {}
        }
    }
}
