//! Types that have every field: those of `thrift!`, the same with options, the same by hand, and the
//! same loaded at run time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use bytes::Bytes;
use thriftly::dynamic::Idl;
use thriftly::{
    Decode, Limits, Result, TType, ThriftStruct, UnknownField, Uuid, binary, compact, json,
};

use thriftly_tests::form::Form;

pub(crate) mod idl {
    thriftly::thrift!("../../idl/hostile.thrift", warnings: hidden, views: true);
}

/// What costs more, or is done in another way.
pub(crate) mod kept {
    thriftly::thrift!(
        "../../idl/hostile.thrift",
        warnings: hidden,
        unknown_fields: kept,
        strings: shared,
        binary: small,
        maps: hashed,
    );
}

/// The same by hand.
pub(crate) mod derived {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, ThriftStruct)]
    #[repr(i32)]
    pub(crate) enum Color {
        #[default]
        Red = 1,
        Green,
        Blue = 5,
        #[thrift(unrecognized)]
        Other(i32),
    }

    #[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
    pub(crate) struct Scalars {
        #[thrift(id = 1)]
        pub(crate) flag: bool,
        #[thrift(id = 2)]
        pub(crate) tiny: i8,
        #[thrift(id = 3)]
        pub(crate) small: i16,
        #[thrift(id = 4)]
        pub(crate) medium: i32,
        #[thrift(id = 5)]
        pub(crate) large: i64,
        #[thrift(id = 6)]
        pub(crate) real: f64,
        #[thrift(id = 7)]
        pub(crate) text: String,
        #[thrift(id = 8)]
        pub(crate) blob: Bytes,
        #[thrift(id = 9)]
        pub(crate) color: Color,
        #[thrift(id = 10)]
        pub(crate) id: Uuid,
    }

    #[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
    pub(crate) struct Lists {
        #[thrift(id = 2)]
        bools: Vec<bool>,
        #[thrift(id = 3)]
        i8s: Vec<i8>,
        #[thrift(id = 4)]
        doubles: Vec<f64>,
        #[thrift(id = 6)]
        i16s: Vec<i16>,
        #[thrift(id = 8)]
        i32s: Vec<i32>,
        #[thrift(id = 10)]
        i64s: Vec<i64>,
        #[thrift(id = 11)]
        strings: Vec<String>,
        #[thrift(id = 12)]
        structs: Vec<Scalars>,
        #[thrift(id = 13)]
        maps: Vec<BTreeMap<i32, String>>,
        #[thrift(id = 14)]
        sets: Vec<BTreeSet<i16>>,
        #[thrift(id = 15)]
        lists: Vec<Vec<String>>,
        #[thrift(id = 16)]
        uuids: Vec<Uuid>,
        #[thrift(id = 17)]
        blobs: Vec<Bytes>,
        #[thrift(id = 18)]
        colors: Vec<Color>,
    }

    #[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
    pub(crate) struct Sets {
        #[thrift(id = 2)]
        bools: BTreeSet<bool>,
        #[thrift(id = 3)]
        i8s: BTreeSet<i8>,
        #[thrift(id = 4)]
        doubles: BTreeSet<thriftly::Double>,
        #[thrift(id = 6)]
        i16s: BTreeSet<i16>,
        #[thrift(id = 8)]
        i32s: BTreeSet<i32>,
        #[thrift(id = 10)]
        i64s: BTreeSet<i64>,
        #[thrift(id = 11)]
        strings: BTreeSet<String>,
        #[thrift(id = 12)]
        structs: BTreeSet<Pair>,
        #[thrift(id = 13)]
        maps: BTreeSet<BTreeMap<i32, String>>,
        #[thrift(id = 14)]
        sets: BTreeSet<BTreeSet<i16>>,
        #[thrift(id = 15)]
        lists: BTreeSet<Vec<String>>,
        #[thrift(id = 16)]
        uuids: BTreeSet<Uuid>,
    }

    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, ThriftStruct)]
    pub(crate) struct Pair {
        #[thrift(id = 1)]
        key: i32,
        #[thrift(id = 2)]
        value: String,
    }

    #[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
    pub(crate) struct Maps {
        #[thrift(id = 2)]
        bools: BTreeMap<bool, bool>,
        #[thrift(id = 3)]
        i8s: BTreeMap<i8, i8>,
        #[thrift(id = 4)]
        doubles: BTreeMap<thriftly::Double, f64>,
        #[thrift(id = 6)]
        i16s: BTreeMap<i16, i16>,
        #[thrift(id = 8)]
        i32s: BTreeMap<i32, i32>,
        #[thrift(id = 10)]
        i64s: BTreeMap<i64, i64>,
        #[thrift(id = 11)]
        strings: BTreeMap<String, String>,
        #[thrift(id = 12)]
        structs: BTreeMap<i32, Scalars>,
        #[thrift(id = 13)]
        maps: BTreeMap<i32, BTreeMap<i32, String>>,
        #[thrift(id = 14)]
        sets: BTreeMap<i32, BTreeSet<i16>>,
        #[thrift(id = 15)]
        lists: BTreeMap<i32, Vec<String>>,
        #[thrift(id = 16)]
        uuids: BTreeMap<Uuid, Uuid>,
    }

    #[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
    pub(crate) struct Node {
        #[thrift(id = 1)]
        pub(crate) value: i32,
        #[thrift(id = 2)]
        pub(crate) next: Option<Box<Node>>,
        #[thrift(id = 3)]
        pub(crate) list: Vec<Node>,
        #[thrift(id = 4)]
        pub(crate) map: BTreeMap<i32, Node>,
        #[thrift(id = 5)]
        pub(crate) tree: Option<Box<Tree>>,
        #[thrift(id = 6)]
        pub(crate) fault: Option<Box<Fault>>,
        #[thrift(id = 7)]
        pub(crate) text: Option<String>,
    }

    #[derive(Debug, Clone, PartialEq, ThriftStruct)]
    pub(crate) enum Tree {
        #[thrift(id = 1)]
        Leaf(i32),
        #[thrift(id = 2)]
        Node(Box<Node>),
        #[thrift(id = 3)]
        Branches(Vec<Tree>),
        #[thrift(id = 4)]
        Only(Box<Tree>),
        #[thrift(id = 5)]
        Text(String),
        #[thrift(unrecognized)]
        Other(UnknownField),
    }

    #[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
    pub(crate) struct Fault {
        #[thrift(id = 1)]
        why: String,
        #[thrift(id = 2)]
        node: Option<Box<Node>>,
        #[thrift(id = 3)]
        cause: Option<Box<Fault>>,
    }

    #[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
    pub(crate) struct Nothing {}

    #[derive(Debug, Clone, PartialEq, ThriftStruct)]
    pub(crate) struct Needs {
        #[thrift(id = 1, required)]
        pub(crate) id: i32,
        #[thrift(id = 2, required)]
        pub(crate) name: String,
        #[thrift(id = 3)]
        pub(crate) more: Option<i32>,
        #[thrift(id = 32767)]
        pub(crate) last: Option<bool>,
        #[thrift(id = -32768)]
        pub(crate) first: Option<i8>,
        #[thrift(id = 0)]
        pub(crate) zero: Option<i16>,
    }
}

/// Reads a value, and drops it.
pub(crate) type Read = fn(Form, &[u8]) -> Result<()>;

/// A type by its name, and every way to read it.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) ways: &'static [Read],
}

fn owned<T: for<'de> Decode<'de>>(form: Form, bytes: &[u8]) -> Result<()> {
    form.read::<T>(bytes).map(drop)
}

fn shared<T: for<'de> Decode<'de>>(form: Form, bytes: &[u8]) -> Result<()> {
    form.read_shared::<T>(&Bytes::copy_from_slice(bytes)).map(drop)
}

fn stream<T: for<'de> Decode<'de>>(form: Form, bytes: &[u8]) -> Result<()> {
    form.read_stream::<T>(bytes).map(drop)
}

/// The same, loaded at run time.
pub(crate) static LOADED: LazyLock<Idl> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/idl/hostile.thrift");
    Idl::load(path).expect("it has no errors").keep_unknown_fields(true)
});

fn loaded(name: &str, form: Form, bytes: &[u8]) -> Result<()> {
    LOADED.ty(name)?.decode(Bytes::copy_from_slice(bytes), form.protocol()).map(drop)
}

macro_rules! kinds {
    ($($name:ident $(as $view:ident)?),*) => {
        /// All types.
        pub(crate) const KINDS: &[Kind] = &[$(Kind {
            name: stringify!($name),
            ways: &[
                owned::<idl::$name>,
                shared::<kept::$name>,
                stream::<derived::$name>,
                |form, bytes| loaded(stringify!($name), form, bytes),
                $(|form, bytes| match form {
                    Form::Binary => binary::from_slice::<idl::$view<'_>>(bytes).map(drop),
                    Form::Compact => compact::from_slice::<idl::$view<'_>>(bytes).map(drop),
                    Form::Json => json::read(bytes, TType::STRUCT, &Limits::DEFAULT, |r| {
                        idl::$view::decode(r).map(drop)
                    }),
                },)?
            ],
        }),*];
    };
}

kinds! {
    Scalars as ScalarsRef, Lists as ListsRef, Sets as SetsRef, Maps as MapsRef, Node as NodeRef,
    Tree as TreeRef, Fault as FaultRef, Needs as NeedsRef, Nothing
}

/// Every way to read the type of the name.
pub(crate) fn ways(name: &str) -> &'static [Read] {
    let kind = KINDS.iter().find(|kind| kind.name == name);
    kind.unwrap_or_else(|| panic!("there is no type {name}")).ways
}
