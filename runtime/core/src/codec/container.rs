//! `Encode` and `Decode` for containers and pointers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use crate::codec::order::sort;
use crate::codec::{Decode, Encode, Fresh, Mode, Reader, StructNames, ThriftType, Writer};
use crate::error::Result;
use crate::ttype::TType;

impl<T: ThriftType> ThriftType for [T] {
    const TYPE: TType = T::VEC_TYPE;
}

impl<T: Encode> Encode for [T] {
    #[inline]
    fn encode<W: Writer>(&self, w: &mut W) {
        T::encode_vec(self, w);
    }
}

impl<T: ThriftType> ThriftType for Vec<T> {
    const TYPE: TType = T::VEC_TYPE;
}

impl<T: Encode> Encode for Vec<T> {
    #[inline]
    fn encode<W: Writer>(&self, w: &mut W) {
        T::encode_vec(self, w);
    }
}

impl<'de, T: Decode<'de>> Decode<'de> for Vec<T> {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        T::decode_vec(r)
    }
    #[inline]
    fn decode_over<M: Mode, R: Reader<'de>>(&mut self, r: &mut R, _mode: M) -> Result<()> {
        if !M::FRESH {
            return T::decode_vec_over(self, r);
        }
        *self = T::decode_vec(r)?;
        Ok(())
    }
}

fn encode_set<'a, T: Encode + 'a, W: Writer>(
    values: impl ExactSizeIterator<Item = &'a T>,
    w: &mut W,
) {
    w.set_begin(T::TYPE, values.len());
    values.for_each(|value| value.encode(w));
    w.set_end();
}

fn encode_map<'a, K: Encode + 'a, V: Encode + 'a, W: Writer>(
    entries: impl ExactSizeIterator<Item = (&'a K, &'a V)>,
    w: &mut W,
) {
    w.map_begin(K::TYPE, V::TYPE, entries.len());
    for (key, value) in entries {
        key.encode(w);
        value.encode(w);
    }
    w.map_end();
}

#[inline]
fn decode_entry<'de, K: Decode<'de>, V: Decode<'de>, R: Reader<'de>>(r: &mut R) -> Result<(K, V)> {
    let key = match K::decode(r) {
        Ok(key) => key,
        Err(error) => return Err(error.in_key()),
    };
    match V::decode(r) {
        Ok(value) => Ok((key, value)),
        Err(error) => Err(error.in_value()),
    }
}

/// Capacity of one B-tree node, in entries.
const LEAF: usize = 11;

/// Upper bound on the memory of a B-tree of `count` entries, in entries: its nodes may be half
/// empty.
pub(crate) fn tree_room(count: usize) -> usize {
    match count {
        0 => 0,
        1..=LEAF => LEAF,
        _ => count.saturating_mul(2),
    }
}

impl<T: ThriftType> ThriftType for BTreeSet<T> {
    const TYPE: TType = TType::SET;
}

impl<T: Encode> Encode for BTreeSet<T> {
    fn encode<W: Writer>(&self, w: &mut W) {
        encode_set(self.iter(), w);
    }
}

impl<'de, T: Decode<'de> + Ord> Decode<'de> for BTreeSet<T> {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        let count = r.set_begin(T::TYPE)?;
        r.room_for::<T>(tree_room(count))?;
        let mut values = T::decode_all(count, r)?;
        r.set_end()?;
        sort(&mut values, |value| value);
        // Sorting once and building the tree in order is faster than inserting.
        Ok(values.into_iter().collect())
    }
}

impl<K: ThriftType, V: ThriftType> ThriftType for BTreeMap<K, V> {
    const TYPE: TType = TType::MAP;
}

impl<K: Encode, V: Encode> Encode for BTreeMap<K, V> {
    fn encode<W: Writer>(&self, w: &mut W) {
        encode_map(self.iter(), w);
    }
}

impl<'de, K: Decode<'de> + Ord, V: Decode<'de>> Decode<'de> for BTreeMap<K, V> {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        let count = r.map_begin(K::TYPE, V::TYPE)?;
        r.room_for::<(K, V)>(tree_room(count))?;
        if count <= LEAF {
            let mut map = BTreeMap::new();
            for _ in 0..count {
                let (key, value) = decode_entry(r)?;
                map.insert(key, value);
            }
            r.map_end()?;
            return Ok(map);
        }
        let mut entries = Vec::with_capacity(r.room_for::<(K, V)>(count)?);
        for _ in 0..count {
            entries.push(decode_entry(r)?);
        }
        r.map_end()?;
        sort(&mut entries, |(key, _)| key);
        // Sorting once and building the tree in order is faster than inserting. The last of equal
        // keys wins.
        Ok(entries.into_iter().collect())
    }
}

impl<T: ThriftType, S> ThriftType for HashSet<T, S> {
    const TYPE: TType = TType::SET;
}

impl<T: Encode, S> Encode for HashSet<T, S> {
    fn encode<W: Writer>(&self, w: &mut W) {
        encode_set(self.iter(), w);
    }
}

impl<'de, T: Decode<'de> + Eq + Hash, S: BuildHasher + Default> Decode<'de> for HashSet<T, S> {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        let count = r.set_begin(T::TYPE)?;
        let room = r.room_for::<T>(count.saturating_mul(2))?;
        let mut set = HashSet::with_capacity_and_hasher(room.min(count), S::default());
        for index in 0..count {
            match T::decode(r) {
                Ok(value) => set.insert(value),
                Err(error) => return Err(error.in_element(index)),
            };
        }
        r.set_end()?;
        Ok(set)
    }
}

impl<K: ThriftType, V: ThriftType, S> ThriftType for HashMap<K, V, S> {
    const TYPE: TType = TType::MAP;
}

impl<K: Encode, V: Encode, S> Encode for HashMap<K, V, S> {
    fn encode<W: Writer>(&self, w: &mut W) {
        encode_map(self.iter(), w);
    }
}

impl<'de, K, V, S> Decode<'de> for HashMap<K, V, S>
where
    K: Decode<'de> + Eq + Hash,
    V: Decode<'de>,
    S: BuildHasher + Default,
{
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        let count = r.map_begin(K::TYPE, V::TYPE)?;
        let room = r.room_for::<(K, V)>(count.saturating_mul(2))?;
        let mut map = HashMap::with_capacity_and_hasher(room.min(count), S::default());
        for _ in 0..count {
            let (key, value) = decode_entry(r)?;
            map.insert(key, value);
        }
        r.map_end()?;
        Ok(map)
    }
}

/// Pointers are encoded as their targets.
macro_rules! pointer {
    ($pointer:ident) => {
        impl<T: ThriftType> ThriftType for $pointer<T> {
            const TYPE: TType = T::TYPE;
            const NAMES: &'static StructNames = T::NAMES;
            const ABSENT_HEAP: usize = size_of::<T>() + T::ABSENT_HEAP;
        }

        impl<T: Encode> Encode for $pointer<T> {
            #[inline]
            fn encode<W: Writer>(&self, w: &mut W) {
                T::encode(self, w);
            }
            #[inline]
            fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
                T::encode_field(self, id, w);
            }
        }
    };
}

pointer!(Box);
pointer!(Rc);
pointer!(Arc);

impl<'de, T: Decode<'de>> Decode<'de> for Box<T> {
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.room_for::<T>(1)?;
        match T::BLANK {
            Some(blank) => {
                let mut value = Box::new(blank());
                T::decode_over(&mut value, r, Fresh)?;
                Ok(value)
            }
            None => T::decode(r).map(Box::new),
        }
    }
    #[inline]
    fn decode_over<M: Mode, R: Reader<'de>>(&mut self, r: &mut R, mode: M) -> Result<()> {
        r.room_for::<T>(1)?;
        T::decode_over(self, r, mode)
    }
}

/// Pointers of which others may exist are made anew.
macro_rules! decode_pointer {
    ($pointer:ident) => {
        impl<'de, T: Decode<'de>> Decode<'de> for $pointer<T> {
            #[inline]
            fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
                r.room_for::<T>(1)?;
                T::decode(r).map($pointer::new)
            }
        }
    };
}

decode_pointer!(Rc);
decode_pointer!(Arc);

impl<T: ThriftType + ?Sized> ThriftType for &T {
    const TYPE: TType = T::TYPE;
    const NAMES: &'static StructNames = T::NAMES;
}

impl<T: Encode + ?Sized> Encode for &T {
    #[inline]
    fn encode<W: Writer>(&self, w: &mut W) {
        T::encode(self, w);
    }
    #[inline]
    fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
        T::encode_field(self, id, w);
    }
}

impl<T: ThriftType + ToOwned + ?Sized> ThriftType for Cow<'_, T> {
    const TYPE: TType = T::TYPE;
    const NAMES: &'static StructNames = T::NAMES;
}

impl<T: Encode + ToOwned + ?Sized> Encode for Cow<'_, T> {
    #[inline]
    fn encode<W: Writer>(&self, w: &mut W) {
        T::encode(self, w);
    }
    #[inline]
    fn encode_field<W: Writer>(&self, id: i16, w: &mut W) {
        T::encode_field(self, id, w);
    }
}
