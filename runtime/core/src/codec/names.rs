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

/// As [`StructNames`], of a struct that is known only at run time.
#[cfg(feature = "dynamic")]
#[derive(Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct LoadedNames {
    pub(crate) name: String,
    /// The ids and names of the fields.
    pub(crate) fields: Vec<(i16, String)>,
}

/// The names of an open struct, for protocols that write names in place of ids.
#[cfg(feature = "json")]
#[derive(Debug, Clone)]
pub(crate) enum Names {
    Static(&'static StructNames),
    #[cfg(feature = "dynamic")]
    Loaded(std::sync::Arc<LoadedNames>),
}

#[cfg(feature = "json")]
impl Names {
    /// The name of the field with the id.
    pub(crate) fn of(&self, id: i16) -> Option<&str> {
        match self {
            Names::Static(names) => names.of(id),
            #[cfg(feature = "dynamic")]
            Names::Loaded(names) => {
                names.fields.iter().find(|(known, _)| *known == id).map(|(_, name)| &**name)
            }
        }
    }

    /// The id of the field with the name.
    #[cfg(feature = "thriftpy-json")]
    pub(crate) fn id(&self, name: &str) -> Option<i16> {
        match self {
            Names::Static(names) => names.id(name),
            #[cfg(feature = "dynamic")]
            Names::Loaded(names) => {
                names.fields.iter().find(|(_, known)| *known == name).map(|(id, _)| *id)
            }
        }
    }
}
