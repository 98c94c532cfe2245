//! Hand-written types in every form that they may have: what they are on the wire, and that they
//! come back.

#![deny(warnings)]

mod bytes;
mod conversions;
mod fields;
mod items;
mod random;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustc_hash::{FxHashMap, FxHashSet};
use thriftly::ThriftStruct;

/// The same, as the IDL has it.
mod idl {
    thriftly::thrift!(inline: r#"
        typedef i64 UserId
        struct Times {
            1: required i64 created, 2: optional i64 changed, 3: i64 pause = 250, 4: string address,
            5: list<i64> all
        }
        union Moment { 1: i64 time, 2: string address, 3: i32 plain }
        struct Users {
            1: UserId id, 2: list<UserId> friends, 3: map<UserId, string> names, 4: optional UserId boss,
            5: set<UserId> blocked, 6: bool active, 7: optional Times times
        }
        struct Nested { 1: optional i32 a, 2: optional string b, 3: optional i64 c, 4: optional bool d }
        struct Hashed { 1: map<string, list<i32>> map, 2: set<i64> set }
        struct Texts {
            1: string text, 2: string shared, 3: string boxed, 4: binary blob, 5: binary owned,
            6: optional string counted
        }
        struct Tree { 1: i32 value, 2: list<Tree> kids, 3: optional Tree twin }
    "#, warnings: hidden);
}

/// Milliseconds since 1970.
mod millis {
    use super::*;

    pub(crate) fn to_thrift(time: &SystemTime) -> i64 {
        time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
    }

    pub(crate) fn from_thrift(millis: i64) -> Result<SystemTime, String> {
        match u64::try_from(millis) {
            Ok(millis) => Ok(UNIX_EPOCH + Duration::from_millis(millis)),
            Err(_) => Err(format!("{millis} ms is before 1970")),
        }
    }

    pub(crate) mod pause {
        use super::*;

        pub(crate) fn to_thrift(pause: &Duration) -> i64 {
            pause.as_millis() as i64
        }

        pub(crate) fn from_thrift(millis: i64) -> Result<Duration, std::num::TryFromIntError> {
            u64::try_from(millis).map(Duration::from_millis)
        }
    }

    pub(crate) mod all {
        use super::*;

        pub(crate) fn to_thrift(times: &[SystemTime]) -> Vec<i64> {
            times.iter().map(super::to_thrift).collect()
        }

        pub(crate) fn from_thrift(millis: Vec<i64>) -> Result<Vec<SystemTime>, String> {
            millis.into_iter().map(super::from_thrift).collect()
        }
    }
}

/// The text of an address, which is read without a copy of it.
mod text {
    pub(crate) fn to_thrift<T: ToString>(value: &T) -> String {
        value.to_string()
    }

    pub(crate) fn from_thrift<T: std::str::FromStr>(text: &str) -> Result<T, T::Err> {
        text.parse()
    }
}

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
struct Times {
    #[thrift(id = 1, required, with = millis)]
    created: SystemTime,
    #[thrift(id = 2, with = crate::millis)]
    changed: Option<SystemTime>,
    #[thrift(id = 3, with = millis::pause, default = Duration::from_millis(250))]
    pause: Duration,
    #[thrift(id = 4, default = Ipv4Addr::LOCALHOST.into(), with = text)]
    address: IpAddr,
    #[thrift(id = 5, with = millis::all)]
    all: Vec<SystemTime>,
}

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
enum Moment {
    #[thrift(id = 1, with = millis)]
    Time(SystemTime),
    #[thrift(id = 2, name = "address", with = text)]
    Address(IpAddr),
    #[thrift(id = 3)]
    Plain(i32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, ThriftStruct)]
#[thrift(transparent)]
struct UserId(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, ThriftStruct)]
#[thrift(transparent)]
struct Active {
    yes: bool,
    #[thrift(skip)]
    seen: u32,
}

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
#[thrift(transparent)]
struct Wrapped<T>(T);

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
struct Users {
    #[thrift(id = 1)]
    id: UserId,
    #[thrift(id = 2)]
    friends: Vec<UserId>,
    #[thrift(id = 3)]
    names: BTreeMap<UserId, String>,
    #[thrift(id = 4)]
    boss: Option<UserId>,
    #[thrift(id = 5)]
    blocked: BTreeSet<UserId>,
    #[thrift(id = 6)]
    active: Active,
    #[thrift(id = 7)]
    times: Option<Wrapped<Times>>,
}

#[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
struct Nested {
    #[thrift(id = 1)]
    a: Option<Option<i32>>,
    #[thrift(id = 2)]
    b: Box<Option<String>>,
    #[thrift(id = 3)]
    c: Option<Arc<Option<Box<i64>>>>,
    #[thrift(id = 4)]
    d: Option<Option<Option<bool>>>,
}

#[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
struct Hashed {
    #[thrift(id = 1)]
    map: FxHashMap<String, Vec<i32>>,
    #[thrift(id = 2)]
    set: FxHashSet<i64>,
}

#[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
struct HashedByStd {
    #[thrift(id = 1)]
    map: HashMap<String, Vec<i32>>,
    #[thrift(id = 2)]
    set: HashSet<i64>,
}

#[derive(Debug, Clone, PartialEq, Default, ThriftStruct)]
struct Texts<'a> {
    #[thrift(id = 1)]
    text: Cow<'a, str>,
    #[thrift(id = 2)]
    shared: Arc<str>,
    #[thrift(id = 3)]
    boxed: Box<str>,
    #[thrift(id = 4)]
    blob: &'a [u8],
    #[thrift(id = 5)]
    owned: Cow<'a, [u8]>,
    #[thrift(id = 6)]
    counted: Option<Rc<str>>,
}

#[derive(Debug, Clone, PartialEq, ThriftStruct)]
struct Tree<T: Clone> {
    #[thrift(id = 1)]
    value: T,
    #[thrift(id = 2)]
    kids: Vec<Tree<T>>,
    #[thrift(id = 3)]
    twin: Option<Box<Tree<T>>>,
}
