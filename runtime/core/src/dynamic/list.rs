//! Lists of values. Lists of numbers stay numbers until somebody asks for values.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use serde_core::ser::Serializer;

use super::model::Ty;
use super::value::Value;
use crate::codec::Writer;
use crate::value::double::Double;

/// The elements of a [`Value::List`]. It dereferences to a [`Vec`] of values.
///
/// Numbers of a list that was decoded are kept as the IDL declares them, so that passing such a list on,
/// comparing it or looking at [its numbers](List::as_i32s) costs as much as with a generated type. Values are
/// made of them when they are first accessed as values.
///
/// ```
/// use thriftly::Protocol;
/// use thriftly::dynamic::{Idl, Value};
///
/// let years = Idl::load_str("struct Years { 1: list<i32> all }")?.ty("Years")?;
/// let bytes = years.encode(&Value::from([("all", vec![1815, 1852])]), Protocol::Binary)?;
/// let value = years.decode(bytes, Protocol::Binary)?;
/// let all = value["all"].as_list().expect("it is a list");
/// assert_eq!(all.as_i32s(), Some(&[1815, 1852][..]));
/// assert_eq!(all[1], Value::I32(1852));
/// # Ok::<(), thriftly::Error>(())
/// ```
#[derive(Clone)]
pub struct List(Elements);

#[derive(Clone)]
enum Elements {
    Values(Vec<Value>),
    Numbers(Arc<dyn Kept>),
}

/// Numbers that are kept, and the values that were made of them.
///
/// A trait, because clippy warns of maps and sets whose keys have interior mutability, also where order and hash do not
/// depend on it, as here; users would have to silence it wherever they have a `BTreeSet<Value>`.
trait Kept: Send + Sync {
    fn numbers(&self) -> &Numbers;
    fn values(&self) -> &Vec<Value>;
}

struct Packed {
    numbers: Numbers,
    values: OnceLock<Vec<Value>>,
}

impl Kept for Packed {
    fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    fn values(&self) -> &Vec<Value> {
        self.values.get_or_init(|| self.numbers.to_values())
    }
}

macro_rules! numbers {
    ($($variant:ident $rust:ident $number:ident => $value:expr, $name:literal, $as:ident, $write:ident;)*) => {
        enum Numbers {
            $($variant(Vec<$rust>),)*
        }

        impl Numbers {
            fn len(&self) -> usize {
                match self {
                    $(Numbers::$variant(numbers) => numbers.len(),)*
                }
            }

            fn to_values(&self) -> Vec<Value> {
                match self {
                    $(Numbers::$variant(numbers) => numbers.iter().map(|&$number| $value).collect(),)*
                }
            }

            fn is_of(&self, ty: &Ty) -> bool {
                match self {
                    $(Numbers::$variant(_) => *ty == Ty::$variant,)*
                }
            }

            fn write<W: Writer>(&self, w: &mut W) {
                match self {
                    $(Numbers::$variant(numbers) => w.$write(numbers),)*
                }
            }
        }

        $(
            /// A list of numbers, which are kept as they are.
            impl From<Vec<$rust>> for List {
                fn from(numbers: Vec<$rust>) -> List {
                    List::of_numbers(Numbers::$variant(numbers))
                }
            }
        )*

        impl List {
            $(
                #[doc = concat!("The numbers of a list that was decoded as `list<", $name, ">` or made of a `Vec` of such")]
                /// numbers, and not changed since. `None` for any other list, even if its elements are such numbers.
                pub fn $as(&self) -> Option<&[$rust]> {
                    match self.numbers()? {
                        Numbers::$variant(numbers) => Some(numbers),
                        _ => None,
                    }
                }
            )*
        }
    };
}

numbers! {
    I8 i8 number => Value::I8(number), "i8", as_i8s, i8s;
    I16 i16 number => Value::I16(number), "i16", as_i16s, i16s;
    I32 i32 number => Value::I32(number), "i32", as_i32s, i32s;
    I64 i64 number => Value::I64(number), "i64", as_i64s, i64s;
    Double f64 number => Value::Double(Double(number)), "double", as_f64s, doubles;
}

impl List {
    /// A list without elements.
    pub const fn new() -> List {
        List(Elements::Values(Vec::new()))
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match &self.0 {
            Elements::Values(values) => values.len(),
            Elements::Numbers(kept) => kept.numbers().len(),
        }
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn of_numbers(numbers: Numbers) -> List {
        List(Elements::Numbers(Arc::new(Packed { numbers, values: OnceLock::new() })))
    }

    fn numbers(&self) -> Option<&Numbers> {
        match &self.0 {
            Elements::Values(_) => None,
            Elements::Numbers(kept) => Some(kept.numbers()),
        }
    }

    /// Whether numbers of the type are kept.
    pub(super) fn is_of(&self, ty: &Ty) -> bool {
        self.numbers().is_some_and(|numbers| numbers.is_of(ty))
    }

    /// Writes the numbers, if such of the type are kept.
    pub(super) fn write_numbers<W: Writer>(&self, ty: &Ty, w: &mut W) -> bool {
        let numbers = self.numbers().filter(|numbers| numbers.is_of(ty));
        if let Some(numbers) = numbers {
            numbers.write(w);
        }
        numbers.is_some()
    }

    pub(super) fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.numbers() {
            None => s.collect_seq(&**self),
            Some(Numbers::I8(numbers)) => s.collect_seq(numbers),
            Some(Numbers::I16(numbers)) => s.collect_seq(numbers),
            Some(Numbers::I32(numbers)) => s.collect_seq(numbers),
            Some(Numbers::I64(numbers)) => s.collect_seq(numbers),
            Some(Numbers::Double(numbers)) => s.collect_seq(doubles(numbers)),
        }
    }
}

fn doubles(numbers: &[f64]) -> impl Iterator<Item = Double> {
    numbers.iter().copied().map(Double)
}

impl Default for List {
    fn default() -> List {
        List::new()
    }
}

impl Deref for List {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        match &self.0 {
            Elements::Values(values) => values,
            Elements::Numbers(kept) => kept.values(),
        }
    }
}

impl DerefMut for List {
    fn deref_mut(&mut self) -> &mut Vec<Value> {
        if let Elements::Numbers(_) = self.0 {
            let list = std::mem::take(self);
            self.0 = Elements::Values(list.into());
        }
        match &mut self.0 {
            Elements::Values(values) => values,
            Elements::Numbers(_) => unreachable!("they have become values"),
        }
    }
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> List {
        List(Elements::Values(values))
    }
}

impl From<List> for Vec<Value> {
    fn from(list: List) -> Vec<Value> {
        match list.0 {
            Elements::Values(values) => values,
            Elements::Numbers(kept) => kept.numbers().to_values(),
        }
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> List {
        Vec::from_iter(values).into()
    }
}

impl IntoIterator for List {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        Vec::from(self).into_iter()
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for List {
    fn eq(&self, other: &List) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for List {}

impl PartialOrd for List {
    fn partial_cmp(&self, other: &List) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of the values, however they are kept.
impl Ord for List {
    fn cmp(&self, other: &List) -> Ordering {
        match (self.numbers(), other.numbers()) {
            (Some(Numbers::I8(one)), Some(Numbers::I8(other))) => one.cmp(other),
            (Some(Numbers::I16(one)), Some(Numbers::I16(other))) => one.cmp(other),
            (Some(Numbers::I32(one)), Some(Numbers::I32(other))) => one.cmp(other),
            (Some(Numbers::I64(one)), Some(Numbers::I64(other))) => one.cmp(other),
            (Some(Numbers::Double(one)), Some(Numbers::Double(other))) => {
                doubles(one).cmp(doubles(other))
            }
            _ => (**self).cmp(&**other),
        }
    }
}

impl Hash for List {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

    use super::*;
    use crate::dynamic::{Idl, Type};
    use crate::error::Result;
    use crate::rpc::message::Protocol;

    const IDL: &str = "struct Lists {
        1: list<i8> i8s, 2: list<i16> i16s, 3: list<i32> i32s, 4: list<i64> i64s, 5: list<double> doubles
    }";

    fn lists() -> Result<Type> {
        Idl::load_str(IDL)?.ty("Lists")
    }

    /// The same list as numbers and as values.
    fn both(numbers: impl Into<List>) -> (List, List) {
        let numbers = numbers.into();
        let values = List::from(numbers.to_vec());
        (numbers, values)
    }

    #[test]
    fn numbers_are_decoded_to_what_values_are_and_encoded_as_them() -> Result<()> {
        let lists = lists()?;
        let given = Value::from([
            ("i8s", Value::from(vec![-1_i8, 2])),
            ("i16s", Value::from(vec![-1_i16, 2])),
            ("i32s", Value::from(vec![-1, 2])),
            ("i64s", Value::from(vec![-1_i64, 2])),
            ("doubles", Value::from(vec![-1.5, f64::NAN])),
        ]);
        for protocol in [Protocol::Binary, Protocol::Compact, Protocol::Json] {
            let bytes = lists.encode(&given, protocol)?;
            let value = lists.decode(bytes.clone(), protocol)?;
            let list = |name: &str| value[name].as_list().expect("it is a list");
            assert_eq!(list("i8s").as_i8s(), Some(&[-1, 2][..]));
            assert_eq!(list("i16s").as_i16s(), Some(&[-1, 2][..]));
            assert_eq!(list("i32s").as_i32s(), Some(&[-1, 2][..]));
            assert_eq!(list("i64s").as_i64s(), Some(&[-1, 2][..]));
            assert_eq!(list("doubles").as_f64s().map(|all| all[0]), Some(-1.5));
            assert_eq!(list("i32s").as_i64s(), None);
            assert_eq!(lists.encode(&value, protocol)?, bytes);
            assert_eq!(value, lists.convert(given.clone())?);
            assert_eq!(serde_json::to_value(&value).ok(), serde_json::to_value(&given).ok());
        }
        Ok(())
    }

    #[test]
    fn numbers_equal_are_ordered_and_hashed_as_their_values() {
        let hash = BuildHasherDefault::<DefaultHasher>::default();
        for (numbers, values) in [
            both(vec![1_i8]),
            both(vec![1_i16, 2]),
            both(vec![1, 2, 3]),
            both(Vec::<i64>::new()),
            both(vec![0.0, -0.0, f64::NAN]),
        ] {
            assert_eq!(numbers, values);
            assert_eq!(numbers.cmp(&numbers.clone()), Ordering::Equal);
            assert_eq!(hash.hash_one(&numbers), hash.hash_one(&values));
            assert_eq!(format!("{numbers:?}"), format!("{values:?}"));
            assert_eq!((numbers.len(), numbers.is_empty()), (values.len(), values.is_empty()));
            assert_eq!(Vec::from(numbers), Vec::from(values));
        }
        let lists = [vec![-0.0], vec![0.0], vec![0.0, 1.0], vec![1.0], vec![f64::NAN]];
        for pair in lists.windows(2) {
            let ((one, values), (other, others)) = (both(pair[0].clone()), both(pair[1].clone()));
            assert!(one < other && values < others && one < others && values < other);
        }
        assert!(List::from(vec![i32::MIN]) < List::from(vec![i32::MAX]));
    }

    #[test]
    fn a_list_of_numbers_becomes_one_of_values_when_it_is_changed() -> Result<()> {
        let mut list = List::from(vec![1, 2]);
        assert_eq!(list[1], Value::I32(2));
        list.push("three".into());
        assert_eq!((list.as_i32s(), list.len()), (None, 3));
        list[2] = 3.into();
        let given = Value::from([("i32s", Value::from(list))]);
        let lists = lists()?;
        let value = lists.decode(lists.encode(&given, Protocol::Binary)?, Protocol::Binary)?;
        assert_eq!(value["i32s"].as_list().and_then(List::as_i32s), Some(&[1, 2, 3][..]));
        Ok(())
    }

    #[test]
    fn numbers_of_another_type_are_converted() -> Result<()> {
        let lists = lists()?;
        let given = Value::from([("i64s", List::from(vec![1_i8])), ("i8s", vec![7_i64].into())]);
        let bytes = lists.encode(&given, Protocol::Binary)?;
        let value = lists.decode(bytes, Protocol::Binary)?;
        assert_eq!(value["i64s"][0], Value::I64(1));
        assert_eq!(value["i8s"][0], Value::I8(7));
        let wrong = Value::from([("i8s", List::from(vec![1, 200]))]);
        let error = lists.encode(&wrong, Protocol::Binary).unwrap_err();
        assert_eq!(error.to_string(), "Lists.i8s[1]: expected i8, found 200");
        Ok(())
    }
}
