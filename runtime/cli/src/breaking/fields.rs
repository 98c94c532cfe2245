//! Items with ids: fields of structs and unions, arguments, thrown exceptions.

use thriftly_parser::program::{Field, Requiredness};

use super::change::{self, Code, Place};
use super::comparison::Comparison;
use super::{types, values};

/// The owner of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Struct,
    Union,
    Arguments,
    Throws,
}

/// The codes of an owner; `None` for irrelevant changes.
struct Codes {
    /// The name of a field.
    word: &'static str,
    ty: &'static Code,
    id: &'static Code,
    requiredness: Option<&'static Code>,
    presence: Option<&'static Code>,
    required_added: &'static Code,
    added: Option<&'static Code>,
    required_removed: &'static Code,
    removed: &'static Code,
    renamed: &'static Code,
    default: &'static Code,
}

impl Owner {
    fn codes(self) -> Codes {
        match self {
            Owner::Struct => Codes {
                word: "field",
                ty: change::FIELD_TYPE,
                id: change::FIELD_ID,
                requiredness: Some(change::FIELD_REQUIREDNESS),
                presence: Some(change::FIELD_PRESENCE),
                required_added: change::REQUIRED_FIELD_ADDED,
                added: None,
                required_removed: change::REQUIRED_FIELD_REMOVED,
                removed: change::FIELD_REMOVED,
                renamed: change::FIELD_RENAMED,
                default: change::FIELD_DEFAULT,
            },
            Owner::Union => Codes {
                requiredness: None,
                presence: None,
                required_removed: change::UNION_FIELD_REMOVED,
                removed: change::UNION_FIELD_REMOVED,
                ..Owner::Struct.codes()
            },
            Owner::Arguments => Codes {
                word: "argument",
                ty: change::ARGUMENT_TYPE,
                id: change::ARGUMENT_ID,
                requiredness: Some(change::ARGUMENT_REQUIREDNESS),
                presence: None,
                required_added: change::REQUIRED_ARGUMENT_ADDED,
                added: Some(change::ARGUMENT_ADDED),
                required_removed: change::REQUIRED_ARGUMENT_REMOVED,
                removed: change::ARGUMENT_REMOVED,
                renamed: change::ARGUMENT_RENAMED,
                default: change::ARGUMENT_DEFAULT,
            },
            Owner::Throws => Codes {
                word: "exception",
                // Never reported: a thrown type is an exception, which is compared by its own fields.
                ty: change::FIELD_TYPE,
                id: change::EXCEPTION_ID,
                requiredness: None,
                presence: None,
                required_added: change::EXCEPTION_ADDED,
                added: Some(change::EXCEPTION_ADDED),
                required_removed: change::EXCEPTION_REMOVED,
                removed: change::EXCEPTION_REMOVED,
                renamed: change::EXCEPTION_RENAMED,
                default: change::FIELD_DEFAULT,
            },
        }
    }
}

impl Comparison<'_> {
    /// Compares fields by id, and detects fields moved to another id. `place` is the location of
    /// removed fields.
    pub(super) fn compare_fields(
        &mut self,
        owner: Owner,
        old: &[Field],
        new: &[Field],
        place: Place,
        subject: &str,
    ) {
        let codes = owner.codes();
        let word = codes.word;
        // A struct may have tens of thousands of fields.
        let old_by = index(old);
        let new_by = index(new);
        for field in old {
            let (id, name) = (field.id, &field.name.text);
            if let Some(&moved) = new_by.names.get(name.as_str())
                && moved.id != id
            {
                let message = format!("{word} `{name}` moved from id {id} to {}", moved.id);
                self.report(codes.id, Place::New(moved.name.span), subject, message);
                continue;
            }
            match new_by.ids.get(&id) {
                // The field of another name is one that was there before, and has moved.
                Some(same)
                    if same.name.text == *name
                        || !old_by.names.contains_key(same.name.text.as_str()) =>
                {
                    self.compare_pair(&codes, field, same, subject);
                }
                _ => {
                    let required = field.requiredness == Requiredness::Required;
                    let code = if required { codes.required_removed } else { codes.removed };
                    let required = if required { "required " } else { "" };
                    let message = format!("{required}{word} {id} `{name}` is gone");
                    self.report(code, place, subject, message);
                }
            }
        }
        for field in new {
            let (id, name) = (field.id, &field.name.text);
            if old_by.ids.contains_key(&id) || old_by.names.contains_key(name.as_str()) {
                continue;
            }
            let required =
                field.requiredness == Requiredness::Required && codes.requiredness.is_some();
            let code = if required { Some(codes.required_added) } else { codes.added };
            if let Some(code) = code {
                let required = if required { "required " } else { "" };
                let message = format!("{required}{word} {id} `{name}` is new");
                self.report(code, Place::New(field.name.span), subject, message);
            }
        }
    }

    /// Compares two fields with the same id.
    fn compare_pair(&mut self, codes: &Codes, old: &Field, new: &Field, subject: &str) {
        let name = &new.name.text;
        let what = format!("{} {} `{name}`", codes.word, new.id);
        let place = Place::New(new.name.span);
        if old.name.text != *name {
            let message =
                format!("{} {} was `{}`, and is `{name}` now", codes.word, new.id, old.name.text);
            self.report(codes.renamed, place, subject, message);
        }
        if !self.same_bytes(&old.ty, &new.ty) {
            let (from, to) = (types::text(self.old, &old.ty), types::text(self.new, &new.ty));
            let message = format!("{what} changed from {from} to {to}");
            self.report(codes.ty, Place::New(new.ty.span), subject, message);
        }
        let (was, is) = (old.requiredness, new.requiredness);
        let breaks = (was == Requiredness::Required) != (is == Requiredness::Required);
        let code = if breaks { codes.requiredness } else { codes.presence };
        if was != is
            && let Some(code) = code
        {
            let message = format!("{what} changed from {} to {}", word_of(was), word_of(is));
            self.report(code, place, subject, message);
        }
        let value = |program, field: &Field| {
            let value = field.default.as_ref();
            value.map_or_else(|| "none".to_owned(), |value| value.text(program))
        };
        let (from, to) = (value(self.old, old), value(self.new, new));
        if from != to {
            let (from, to) = values::shortened((from, to));
            let message = format!("{what} changed its default from {from} to {to}");
            self.report(codes.default, place, subject, message);
        }
    }
}

/// Fields by id and by name.
struct Index<'a> {
    ids: std::collections::HashMap<i16, &'a Field>,
    names: std::collections::HashMap<&'a str, &'a Field>,
}

fn index(fields: &[Field]) -> Index<'_> {
    Index {
        ids: fields.iter().map(|field| (field.id, field)).collect(),
        names: fields.iter().map(|field| (field.name.text.as_str(), field)).collect(),
    }
}

fn word_of(requiredness: Requiredness) -> &'static str {
    match requiredness {
        Requiredness::Required => "required",
        Requiredness::Optional => "optional",
        Requiredness::Default => "neither required nor optional",
    }
}
