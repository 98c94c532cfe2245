//! Names of structs and fields.

/// The names of a struct and of its fields, as in the IDL.
///
/// They are shown in errors, and used by the protocols that write names in place of ids. Binary,
/// compact and Apache's JSON do not use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StructNames {
    /// The name of the struct, or of the method for an argument struct.
    pub name: &'static str,
    /// The ids of the fields.
    pub ids: &'static [i16],
    /// The names of the fields, in the order of their ids.
    pub fields: &'static [&'static str],
}

impl StructNames {
    /// The names of an unknown struct.
    pub const NONE: &'static StructNames = &StructNames { name: "", ids: &[], fields: &[] };

    /// The name of the field with the id.
    pub fn of(&self, id: i16) -> Option<&'static str> {
        let at = self.ids.iter().position(|&known| known == id)?;
        self.fields.get(at).copied()
    }

    /// The id of the field with the name.
    pub fn id(&self, name: &str) -> Option<i16> {
        let at = self.fields.iter().position(|&known| known == name)?;
        self.ids.get(at).copied()
    }
}
