//! Fields that are skipped, chosen at run time.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use bytes::Bytes;

use crate::codec::borrowed::forward_values;
#[cfg(feature = "dynamic")]
use crate::codec::names::LoadedNames;
use crate::codec::{FieldHeader, RawValue, Reader, StructNames};
use crate::error::{Error, Result};
use crate::ttype::TType;
use crate::value::small_bytes::SmallBytes;

/// The fields that are decoded, chosen at run time; others are skipped, as if they had not been sent. The options
/// `only` and `skip` of `thrift!` choose when the program is compiled, and leave the fields out of the types.
///
/// ```
/// use thriftly::compact::{self, CompactReader};
/// use thriftly::codec::Projection;
/// use thriftly::{Decode, Limits};
///
/// thriftly::thrift!(inline: "
///     struct Column { 1: string name, 2: optional binary statistics }
///     struct Footer { 1: i64 rows, 2: list<Column> columns, 3: string creator }
/// ");
///
/// let column = Column { name: "a".into(), statistics: Some("max".into()) };
/// let bytes = compact::to_vec(&Footer { rows: 5, columns: vec![column], creator: "me".into() })?;
///
/// let projection = Projection::new().skip("Column", ["statistics"]).only("Footer", ["rows", "columns"]);
/// let footer = Footer::decode(&mut projection.reader(CompactReader::new(&bytes, &Limits::DEFAULT)))?;
/// assert_eq!((footer.rows, footer.creator.as_str()), (5, ""));
/// assert_eq!(footer.columns, [Column { name: "a".into(), statistics: None }]);
/// # Ok::<(), thriftly::Error>(())
/// ```
///
/// Names are those of the IDL; those of structs and fields that do not occur are ignored. Fields of types that are loaded at run time
/// are not skipped. A `required` field that is skipped is an error, as if it were missing, and a union whose field is skipped is one
/// without a field: `Unrecognized`, or an error if the type is hand-written without such a variant. What is
/// [`Lazy`](crate::Lazy) is received as a whole.
#[derive(Debug, Clone, Default)]
pub struct Projection {
    structs: HashMap<String, Fields>,
}

/// The fields of a struct that are decoded.
#[derive(Debug, Clone, Default)]
struct Fields {
    only: Option<HashSet<String>>,
    skip: HashSet<String>,
}

impl Fields {
    fn has(&self, field: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(field)) && !self.skip.contains(field)
    }
}

impl Projection {
    /// All fields are decoded.
    pub fn new() -> Projection {
        Projection::default()
    }

    /// Skips these fields of a struct, beside those of earlier calls.
    #[must_use]
    pub fn skip<'a>(mut self, of: &str, fields: impl IntoIterator<Item = &'a str>) -> Projection {
        let skip = &mut self.structs.entry(of.to_owned()).or_default().skip;
        skip.extend(fields.into_iter().map(str::to_owned));
        self
    }

    /// Skips all but these fields of a struct, and those of earlier calls.
    #[must_use]
    pub fn only<'a>(mut self, of: &str, fields: impl IntoIterator<Item = &'a str>) -> Projection {
        let only = &mut self.structs.entry(of.to_owned()).or_default().only;
        only.get_or_insert_default().extend(fields.into_iter().map(str::to_owned));
        self
    }

    /// A reader that skips the other fields.
    pub fn reader<R>(&self, inner: R) -> Projected<'_, R> {
        let none = Known { names: StructNames::NONE, skipped: Vec::new() };
        Projected { inner, projection: self, known: vec![none], open: Vec::new(), failed: None }
    }
}

/// Reads without the fields that a [`Projection`] skips.
#[derive(Debug)]
pub struct Projected<'p, R> {
    inner: R,
    projection: &'p Projection,
    /// The structs that have occurred. The first one stands for all without names.
    known: Vec<Known>,
    /// The open structs, as places in `known`.
    open: Vec<usize>,
    /// The error of a field that was skipped where errors cannot be returned.
    failed: Option<Error>,
}

#[derive(Debug)]
struct Known {
    names: &'static StructNames,
    skipped: Vec<i16>,
}

impl<R> Projected<'_, R> {
    /// The reader, behind what was read.
    pub fn into_inner(self) -> R {
        self.inner
    }

    fn place(&mut self, names: &'static StructNames) -> usize {
        let is_it = |known: &Known| std::ptr::eq(known.names, names);
        if let Some(place) = self.known.iter().position(is_it) {
            return place;
        }
        let skipped = match self.projection.structs.get(names.name) {
            Some(fields) => {
                let all = names.ids.iter().zip(names.fields);
                all.filter(|(_, name)| !fields.has(name)).map(|(id, _)| *id).collect()
            }
            None => Vec::new(),
        };
        self.known.push(Known { names, skipped });
        self.known.len() - 1
    }

    fn is_skipped(&self, id: i16) -> bool {
        self.open.last().is_some_and(|&open| self.known[open].skipped.contains(&id))
    }
}

impl<'de, R: Reader<'de>> Reader<'de> for Projected<'_, R> {
    #[inline]
    fn struct_begin(&mut self, names: &'static StructNames) -> Result<i16> {
        let outer = self.inner.struct_begin(names)?;
        let place = self.place(names);
        self.open.push(place);
        Ok(outer)
    }

    #[cfg(feature = "dynamic")]
    fn loaded_struct_begin(&mut self, names: &std::sync::Arc<LoadedNames>) -> Result<i16> {
        let outer = self.inner.loaded_struct_begin(names)?;
        self.open.push(0);
        Ok(outer)
    }

    #[inline]
    fn struct_end(&mut self, outer: i16) {
        self.open.pop();
        self.inner.struct_end(outer);
    }

    #[inline]
    fn field(&mut self) -> Result<FieldHeader> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        loop {
            let field = self.inner.field()?;
            if field.ty == TType::STOP || !self.is_skipped(field.id) {
                return Ok(field);
            }
            self.inner.skip(field.ty)?;
        }
    }

    /// Skips the field if it comes next, so that the following ones are found in their order.
    #[inline]
    fn field_is(&mut self, ty: TType, id: i16) -> bool {
        if self.failed.is_some() || !self.inner.field_is(ty, id) {
            return false;
        }
        let is_skipped = self.is_skipped(id);
        if is_skipped && let Err(error) = self.inner.skip(ty) {
            self.failed = Some(error);
        }
        !is_skipped
    }

    forward_values!(|self| self.inner);
}
