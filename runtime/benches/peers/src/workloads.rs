//! Workloads: a value, and the implementations that encode and decode it.

use thriftly_peers::types::ours::{hashed, shared, views};
use thriftly_peers::types::prost as prost_types;
use thriftly_peers::types::{apache as apache_types, ours as our_types, pilota as pilota_types};
use thriftly_peers::values;

use crate::sides::{Direction, Given, HASHED, OWNED, Protocol, SHARED, Side, VIEWS, Who, Works};
use crate::sides::{apache, memcpy, ours, pilota, prost};

/// What kind of work it is, on which the targets depend.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Structs, also within containers.
    Structs,
    /// Structs with fields that their reader does not know.
    UnknownFields,
    /// Structs without fields that have a default for their reader.
    AbsentFields,
    /// Maps whose order is not that in which their reader keeps them.
    UnsortedMap,
    /// A list of numbers.
    Numbers,
    /// A list of numbers that is so long that nothing but its elements counts.
    ManyNumbers,
    /// A list of strings.
    Strings,
    /// One large `binary`.
    Blob,
}

/// A value with all who can encode and decode it.
pub struct Workload {
    pub name: &'static str,
    /// The name of the struct that is read.
    pub ty: &'static str,
    pub class: Class,
    pub given: fn(Protocol) -> Given,
    sides: Vec<Side>,
}

impl Workload {
    /// Who can do it in the protocol.
    pub fn sides(&self, protocol: Protocol) -> impl Iterator<Item = &Side> {
        self.sides.iter().filter(move |side| {
            // The Apache compiler for Rust knows no defaults: what is absent is zero or empty.
            let can = side.who != Who::Apache || self.class != Class::AbsentFields;
            can && side.protocols.contains(&protocol)
        })
    }

    /// The measured directions.
    pub fn directions(&self) -> &'static [Direction] {
        match self.class {
            // These are about reading. The writer's struct is one like others.
            Class::UnknownFields | Class::AbsentFields | Class::UnsortedMap => &[Direction::Decode],
            _ => &[Direction::Encode, Direction::Decode],
        }
    }
}

/// Each with its name, its class, the struct that is written, the one that is read (each of this
/// name in every codec), the value, and variants of ours besides the owned one, with the function
/// that makes a side of the variant's type: a line for each.
macro_rules! workloads {
    ($($name:literal $class:ident $written:ident => $read:ident = $value:expr, [
        $($variant:ident $works:path,)*
    ];)*) => {
        vec![$(Workload {
            name: $name,
            ty: stringify!($read),
            class: Class::$class,
            given: |protocol| {
                let value = $value;
                let bytes = match protocol {
                    Protocol::Binary => thriftly::binary::to_vec(&value),
                    Protocol::Compact => thriftly::compact::to_vec(&value),
                };
                let links = Class::$class == Class::Blob;
                Given::new(protocol, bytes.expect("it can be encoded"), links)
            },
            sides: vec![
                both(Who::Ours(OWNED), ours::owned::<our_types::$read>),
                $(both(Who::Ours($variant), $works),)*
                binary(Who::Pilota, pilota::checked::<pilota_types::$read, our_types::$read>),
                binary(Who::PilotaUnsafe, pilota::unchecked::<pilota_types::$read, our_types::$read>),
                binary(Who::Prost, prost::works::<prost_types::$read, prost_types::$written>),
                both(Who::Apache, apache::works::<apache_types::$read, our_types::$read>),
                both(Who::Memcpy, memcpy::works),
            ],
        }),*]
    };
}

/// All of them.
pub fn all() -> Vec<Workload> {
    workloads! {
        "small" Structs Small => Small = values::small(1), [];
        "nested-1k" Structs Nested => Nested = values::nested(4), [
            SHARED ours::owned::<shared::Nested>,
            VIEWS ours::borrowed::<views::NestedRef<'static>>,
        ];
        "nested-50k" Structs Nested => Nested = values::nested(180), [
            SHARED ours::owned::<shared::Nested>,
            VIEWS ours::borrowed::<views::NestedRef<'static>>,
        ];
        "map-1k-small" Structs SmallMap => SmallMap = values::small_map(1000), [
            SHARED ours::owned::<shared::SmallMap>,
            VIEWS ours::borrowed::<views::SmallMapRef<'static>>,
            HASHED ours::owned::<hashed::SmallMap>,
        ];
        "map-1k-unsorted" UnsortedMap SmallMap => SmallMap = values::unsorted_map(1000), [
            SHARED ours::owned::<shared::SmallMap>,
            VIEWS ours::borrowed::<views::SmallMapRef<'static>>,
            HASHED ours::owned::<hashed::SmallMap>,
        ];
        "optionals" Structs Optionals => Optionals = values::optionals(), [
            SHARED ours::owned::<shared::Optionals>,
            VIEWS ours::borrowed::<views::OptionalsRef<'static>>,
        ];
        "defaults" Structs Defaults => Defaults = values::defaults(), [
            SHARED ours::owned::<shared::Defaults>,
            VIEWS ours::borrowed::<views::DefaultsRef<'static>>,
        ];
        "defaults-absent" AbsentFields DefaultsBefore => Defaults = values::defaults_before(), [
            SHARED ours::owned::<shared::Defaults>,
            VIEWS ours::borrowed::<views::DefaultsRef<'static>>,
        ];
        "deep-40" Structs Deep => Deep = values::deep(40), [
            SHARED ours::owned::<shared::Deep>,
            VIEWS ours::borrowed::<views::DeepRef<'static>>,
        ];
        "sparse-ids" Structs Sparse => Sparse = values::sparse(), [
            SHARED ours::owned::<shared::Sparse>,
            VIEWS ours::borrowed::<views::SparseRef<'static>>,
        ];
        "unknown-fields" UnknownFields Wide => Narrow = values::wide(), [
            SHARED ours::owned::<shared::Narrow>,
            VIEWS ours::borrowed::<views::NarrowRef<'static>>,
        ];
        "i32-1k" Numbers I32s => I32s = values::i32s(1000), [];
        "i32-100k" ManyNumbers I32s => I32s = values::i32s(100_000), [];
        "i64-100k" ManyNumbers I64s => I64s = values::i64s(100_000), [];
        "f64-100k" ManyNumbers Doubles => Doubles = values::doubles(100_000), [];
        "strings-10k-short" Strings Strings => Strings = values::strings(10_000, 12), [
            SHARED ours::owned::<shared::Strings>,
            VIEWS ours::borrowed::<views::StringsRef<'static>>,
        ];
        "strings-10k-60" Strings Strings => Strings = values::strings(10_000, 60), [
            SHARED ours::owned::<shared::Strings>,
            VIEWS ours::borrowed::<views::StringsRef<'static>>,
        ];
        "blob-1M" Blob Blob => Blob = values::blob(1 << 20), [];
    }
}

fn both(who: Who, works: fn(&Given) -> Works) -> Side {
    Side { who, protocols: &Protocol::ALL, works }
}

fn binary(who: Who, works: fn(&Given) -> Works) -> Side {
    Side { who, protocols: &[Protocol::Binary], works }
}

#[cfg(test)]
mod tests {
    use crate::sides::{Direction, Protocol};
    use crate::workloads::all;

    /// Making a side compares what its codec reads and writes with what we do.
    #[test]
    fn every_codec_does_the_same_work() {
        for workload in all() {
            for protocol in Protocol::ALL {
                let given = (workload.given)(protocol);
                for side in workload.sides(protocol) {
                    let mut works = (side.works)(&given);
                    works.of(Direction::Encode)(2);
                    works.of(Direction::Decode)(2);
                }
            }
        }
    }
}
