//! How values of the types of std are written, which implement serde's traits in ways of their own.
//!
//! A form stands for a type of the IDL: `list<binary>` is `Seq<Blob>`. A type without `binary` and
//! `double` is `Plain`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use serde_core::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_core::ser::{Error as _, Serialize, Serializer};

use crate::codec::Decode;
use crate::value::double::Double;
use crate::value::lazy::Lazy;
use crate::value::serde::{
    deserialize_double, deserialize_shared, serialize_bytes, serialize_double,
};

/// Writes values of a type.
pub trait SerializeAs<T: ?Sized> {
    fn serialize_as<S: Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error>;
}

/// Reads values of a type.
pub trait DeserializeAs<'de, T> {
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<T, D::Error>;
}

/// A value to be written in a form, or one that was read in it.
pub(super) struct As<F, T>(pub(super) T, PhantomData<F>);

impl<F, T> As<F, T> {
    pub(super) fn new(value: T) -> As<F, T> {
        As(value, PhantomData)
    }
}

impl<F: SerializeAs<T>, T> Serialize for As<F, &T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        F::serialize_as(self.0, s)
    }
}

impl<'de, F: DeserializeAs<'de, T>, T> Deserialize<'de> for As<F, T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<As<F, T>, D::Error> {
        F::deserialize_as(d).map(As::new)
    }
}

/// As the type itself has it.
pub struct Plain;

impl<T: Serialize + ?Sized> SerializeAs<T> for Plain {
    fn serialize_as<S: Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error> {
        value.serialize(s)
    }
}

impl<'de, T: Deserialize<'de>> DeserializeAs<'de, T> for Plain {
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
        T::deserialize(d)
    }
}

/// `binary`
pub struct Blob;

impl<T: AsRef<[u8]>> SerializeAs<T> for Blob {
    fn serialize_as<S: Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error> {
        serialize_bytes(value.as_ref(), s)
    }
}

impl<'de, T: From<Vec<u8>>> DeserializeAs<'de, T> for Blob {
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
        deserialize_shared(d)
    }
}

/// `double`
pub struct Number;

impl SerializeAs<f64> for Number {
    fn serialize_as<S: Serializer>(value: &f64, s: S) -> Result<S::Ok, S::Error> {
        serialize_double(*value, s)
    }
}

impl<'de> DeserializeAs<'de, f64> for Number {
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
        deserialize_double(d)
    }
}

impl SerializeAs<Double> for Number {
    fn serialize_as<S: Serializer>(value: &Double, s: S) -> Result<S::Ok, S::Error> {
        value.serialize(s)
    }
}

impl<'de> DeserializeAs<'de, Double> for Number {
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<Double, D::Error> {
        Double::deserialize(d)
    }
}

/// What has a form, behind a `Box`.
pub struct Boxed<F>(PhantomData<F>);

impl<F: SerializeAs<T>, T> SerializeAs<Box<T>> for Boxed<F> {
    fn serialize_as<S: Serializer>(value: &Box<T>, s: S) -> Result<S::Ok, S::Error> {
        F::serialize_as(value, s)
    }
}

impl<'de, F: DeserializeAs<'de, T>, T> DeserializeAs<'de, Box<T>> for Boxed<F> {
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<Box<T>, D::Error> {
        F::deserialize_as(d).map(Box::new)
    }
}

/// What has a form, in a [`Lazy`].
pub struct Later<F>(PhantomData<F>);

impl<F: SerializeAs<T>, T: for<'de> Decode<'de>> SerializeAs<Lazy<T>> for Later<F> {
    fn serialize_as<S: Serializer>(value: &Lazy<T>, s: S) -> Result<S::Ok, S::Error> {
        F::serialize_as(value.get().map_err(S::Error::custom)?, s)
    }
}

impl<'de, F: DeserializeAs<'de, T>, T> DeserializeAs<'de, Lazy<T>> for Later<F> {
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<Lazy<T>, D::Error> {
        F::deserialize_as(d).map(Lazy::new)
    }
}

/// `list` and `set` of what has a form.
pub struct Seq<E>(PhantomData<E>);

/// `map` of what has forms, whose keys are numbers or text.
pub struct Map<K, V>(PhantomData<(K, V)>);

/// `map` with keys that cannot be text: a list of pairs.
pub struct Pairs<K, V>(PhantomData<(K, V)>);

/// A key and its value.
struct Pair<K, V>(PhantomData<(K, V)>);

impl<'de, K, V, A, B> DeserializeAs<'de, (A, B)> for Pair<K, V>
where
    K: DeserializeAs<'de, A>,
    V: DeserializeAs<'de, B>,
{
    fn deserialize_as<D: Deserializer<'de>>(d: D) -> Result<(A, B), D::Error> {
        <(As<K, A>, As<V, B>)>::deserialize(d).map(|(key, value)| (key.0, value.0))
    }
}

/// Elements that are read into a container.
struct Elements<E, T, C>(PhantomData<(E, T, C)>);

impl<'de, E, T, C> Visitor<'de> for Elements<E, T, C>
where
    E: DeserializeAs<'de, T>,
    C: Default + Extend<T>,
{
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<C, A::Error> {
        let mut container = C::default();
        while let Some(element) = elements.next_element::<As<E, T>>()? {
            container.extend([element.0]);
        }
        Ok(container)
    }
}

/// Entries that are read into a map.
struct Entries<K, V, A, B, C>(PhantomData<(K, V, A, B, C)>);

impl<'de, K, V, A, B, C> Visitor<'de> for Entries<K, V, A, B, C>
where
    K: DeserializeAs<'de, A>,
    V: DeserializeAs<'de, B>,
    C: Default + Extend<(A, B)>,
{
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut entries: M) -> Result<C, M::Error> {
        let mut container = C::default();
        while let Some((key, value)) = entries.next_entry::<As<K, A>, As<V, B>>()? {
            container.extend([(key.0, value.0)]);
        }
        Ok(container)
    }
}

/// A container of one type of elements.
macro_rules! sequence {
    ($container:ident<T $(, $hasher:ident)?> where T: [$($bound:tt)*]) => {
        impl<E: SerializeAs<T>, T $(, $hasher)?> SerializeAs<$container<T $(, $hasher)?>> for Seq<E> {
            fn serialize_as<__S: Serializer>(
                value: &$container<T $(, $hasher)?>,
                s: __S,
            ) -> Result<__S::Ok, __S::Error> {
                s.collect_seq(value.iter().map(As::<E, &T>::new))
            }
        }

        impl<'de, E, T $(, $hasher)?> DeserializeAs<'de, $container<T $(, $hasher)?>> for Seq<E>
        where
            E: DeserializeAs<'de, T>,
            T: $($bound)*,
            $($hasher: BuildHasher + Default,)?
        {
            fn deserialize_as<D: Deserializer<'de>>(
                d: D,
            ) -> Result<$container<T $(, $hasher)?>, D::Error> {
                d.deserialize_seq(Elements::<E, T, _>(PhantomData))
            }
        }
    };
}

sequence!(Vec<T> where T: [Sized]);
sequence!(BTreeSet<T> where T: [Ord]);
sequence!(HashSet<T, S> where T: [Eq + Hash]);

/// A map, as a map and as pairs.
macro_rules! map {
    ($map:ident<A, B $(, $hasher:ident)?> where A: [$($bound:tt)*]) => {
        impl<K: SerializeAs<A>, V: SerializeAs<B>, A, B $(, $hasher)?>
            SerializeAs<$map<A, B $(, $hasher)?>> for Map<K, V>
        {
            fn serialize_as<__S: Serializer>(
                value: &$map<A, B $(, $hasher)?>,
                s: __S,
            ) -> Result<__S::Ok, __S::Error> {
                let entry = |(key, value)| (As::<K, &A>::new(key), As::<V, &B>::new(value));
                s.collect_map(value.iter().map(entry))
            }
        }

        impl<'de, K, V, A, B $(, $hasher)?> DeserializeAs<'de, $map<A, B $(, $hasher)?>> for Map<K, V>
        where
            K: DeserializeAs<'de, A>,
            V: DeserializeAs<'de, B>,
            A: $($bound)*,
            $($hasher: BuildHasher + Default,)?
        {
            fn deserialize_as<D: Deserializer<'de>>(
                d: D,
            ) -> Result<$map<A, B $(, $hasher)?>, D::Error> {
                d.deserialize_map(Entries::<K, V, A, B, _>(PhantomData))
            }
        }

        impl<K: SerializeAs<A>, V: SerializeAs<B>, A, B $(, $hasher)?>
            SerializeAs<$map<A, B $(, $hasher)?>> for Pairs<K, V>
        {
            fn serialize_as<__S: Serializer>(
                value: &$map<A, B $(, $hasher)?>,
                s: __S,
            ) -> Result<__S::Ok, __S::Error> {
                let pair = |(key, value)| (As::<K, &A>::new(key), As::<V, &B>::new(value));
                s.collect_seq(value.iter().map(pair))
            }
        }

        impl<'de, K, V, A, B $(, $hasher)?> DeserializeAs<'de, $map<A, B $(, $hasher)?>>
            for Pairs<K, V>
        where
            K: DeserializeAs<'de, A>,
            V: DeserializeAs<'de, B>,
            A: $($bound)*,
            $($hasher: BuildHasher + Default,)?
        {
            fn deserialize_as<D: Deserializer<'de>>(
                d: D,
            ) -> Result<$map<A, B $(, $hasher)?>, D::Error> {
                d.deserialize_seq(Elements::<Pair<K, V>, (A, B), _>(PhantomData))
            }
        }
    };
}

map!(BTreeMap<A, B> where A: [Ord]);
map!(HashMap<A, B, S> where A: [Eq + Hash]);
