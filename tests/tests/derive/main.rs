//! Hand-written types in every form that they may have: what they are on the wire, and that they
//! come back.

#![deny(warnings)]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustc_hash::{FxHashMap, FxHashSet};
use thriftly::{
    Decode, Encode, ErrorKind, TType, ThriftStruct, ThriftType, UnknownFields, binary, compact,
    json,
};
use thriftly_tests::random::Random;

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

fn text_of(random: &mut Random) -> String {
    (0..random.below(40)).map(|_| ['a', 'é', '漢', '😀', '\0'][random.below(5)]).collect()
}

fn time_of(random: &mut Random) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(random.bits() >> 20)
}

fn some<T>(random: &mut Random, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
    (random.below(2) == 1).then(|| value(random))
}

fn many<T, C: FromIterator<T>>(random: &mut Random, value: impl Fn(&mut Random) -> T) -> C {
    (0..random.below(30)).map(|_| value(random)).collect()
}

fn address_of(random: &mut Random) -> IpAddr {
    match random.below(2) {
        0 => IpAddr::from((random.bits() as u32).to_be_bytes()),
        _ => IpAddr::from((u128::from(random.bits()) << 60).to_be_bytes()),
    }
}

fn times(random: &mut Random) -> Times {
    Times {
        created: time_of(random),
        changed: some(random, time_of),
        pause: Duration::from_millis(random.bits() >> 20),
        address: address_of(random),
        all: many(random, time_of),
    }
}

fn moment(random: &mut Random) -> Moment {
    match random.below(3) {
        0 => Moment::Time(time_of(random)),
        1 => Moment::Address(address_of(random)),
        _ => Moment::Plain(random.bits() as i32),
    }
}

fn user_id(random: &mut Random) -> UserId {
    UserId(random.bits() as i64)
}

fn users(random: &mut Random) -> Users {
    Users {
        id: user_id(random),
        friends: many(random, user_id),
        names: many(random, |random| (user_id(random), text_of(random))),
        boss: some(random, user_id),
        blocked: many(random, user_id),
        active: Active { yes: random.below(2) == 1, seen: 0 },
        times: some(random, |random| Wrapped(times(random))),
    }
}

fn nested(random: &mut Random) -> Nested {
    Nested {
        a: some(random, |random| Some(random.bits() as i32)),
        b: Box::new(some(random, text_of)),
        c: some(random, |random| Arc::new(Some(Box::new(random.bits() as i64)))),
        d: some(random, |random| Some(Some(random.below(2) == 1))),
    }
}

fn hashed(random: &mut Random) -> Hashed {
    Hashed {
        map: many(random, |random| (text_of(random), many(random, |random| random.bits() as i32))),
        set: many(random, |random| random.bits() as i64),
    }
}

fn tree(random: &mut Random, depth: usize) -> Tree<i32> {
    let below = if depth == 0 { 1 } else { 4 };
    Tree {
        value: random.bits() as i32,
        kids: (0..random.below(below)).map(|_| tree(random, depth - 1)).collect(),
        twin: (random.below(below) == 1).then(|| Box::new(tree(random, depth - 1))),
    }
}

/// Ours to theirs and back, with the same bytes all the way, in every protocol.
fn check<A, B>(ours: &A)
where
    A: Encode + for<'de> Decode<'de> + PartialEq + Debug,
    B: Encode + for<'de> Decode<'de>,
{
    let bytes = binary::to_vec(ours).expect("it can be encoded");
    let theirs: B = binary::from_slice(&bytes).expect("the other type reads it");
    assert_eq!(binary::to_vec(&theirs).expect("it can be encoded"), bytes);
    assert_eq!(&binary::from_slice::<A>(&bytes).expect("its own type reads it"), ours);

    let bytes = compact::to_vec(ours).expect("it can be encoded");
    let theirs: B = compact::from_slice(&bytes).expect("the other type reads it");
    assert_eq!(compact::to_vec(&theirs).expect("it can be encoded"), bytes);
    assert_eq!(&compact::from_slice::<A>(&bytes).expect("its own type reads it"), ours);

    let bytes = json::to_vec(ours).expect("it can be encoded");
    let theirs: B = json::from_slice(&bytes).expect("the other type reads it");
    assert_eq!(json::to_vec(&theirs).expect("it can be encoded"), bytes);
    assert_eq!(&json::from_slice::<A>(&bytes).expect("its own type reads it"), ours);
}

/// As `check`, of what has no order of its own.
fn check_unordered<A, B>(ours: &A)
where
    A: Encode + for<'de> Decode<'de> + PartialEq + Debug,
    B: Encode + for<'de> Decode<'de>,
{
    let bytes = binary::to_vec(ours).expect("it can be encoded");
    let theirs: B = binary::from_slice(&bytes).expect("the other type reads it");
    let back = binary::to_vec(&theirs).expect("it can be encoded");
    assert_eq!(back.len(), bytes.len());
    assert_eq!(&binary::from_slice::<A>(&back).expect("its own type reads it"), ours);
}

#[test]
fn random_values_have_the_same_bytes() {
    let mut random = Random::new(7);
    for _ in 0..1000 {
        check::<_, idl::Times>(&times(&mut random));
        check::<_, idl::Moment>(&moment(&mut random));
        check::<_, idl::Users>(&users(&mut random));
        check::<_, idl::Nested>(&nested(&mut random));
        check::<_, idl::Tree>(&tree(&mut random, 3));
        let hashed = hashed(&mut random);
        check_unordered::<_, idl::Hashed>(&hashed);
        check_unordered::<_, idl::Hashed>(&HashedByStd {
            map: hashed.map.into_iter().collect(),
            set: hashed.set.into_iter().collect(),
        });
    }
}

#[test]
fn fields_in_any_order_are_converted() {
    // The address first, then the time of creation.
    let bytes = [11, 0, 4, 0, 0, 0, 3, b':', b':', b'1', 10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0];
    let times: Times = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(times.address, "::1".parse::<IpAddr>().expect("an address"));
    assert_eq!(times.created, UNIX_EPOCH + Duration::from_millis(5));
    // What is absent, or of another type, is the default.
    assert_eq!((times.pause, times.changed), (Duration::from_millis(250), None));
    let bytes = [8, 0, 4, 0, 0, 0, 3, 10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0];
    let times: Times = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(times.address, Ipv4Addr::LOCALHOST);
}

#[test]
fn what_a_conversion_refuses_is_an_error_with_its_place() {
    let theirs = idl::Times { created: 1, changed: Some(-7), ..idl::Times::default() };
    let bytes = binary::to_vec(&theirs).expect("it can be encoded");
    let error = binary::from_slice::<Times>(&bytes).expect_err("it is before 1970");
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    // Behind the header and value of the first field, and the header of the second.
    assert_eq!(error.offset(), Some(3 + 8 + 3));
    assert_eq!(error.to_string(), "Times.changed: -7 ms is before 1970 (at byte 14)");
    let source = std::error::Error::source(&error).expect("it has one");
    assert_eq!(source.to_string(), "-7 ms is before 1970");

    let moment = binary::to_vec(&idl::Moment::Address("nowhere".into())).expect("encoded");
    let error = binary::from_slice::<Moment>(&moment).expect_err("it is no address");
    assert_eq!(error.to_string(), "Moment.address: invalid IP address syntax (at byte 3)");
    let source = std::error::Error::source(&error).expect("it has one");
    assert!(source.is::<std::net::AddrParseError>());

    // In a list, out of order, and in the compact protocol.
    let bytes = binary::to_vec(&vec![theirs.clone()]).expect("it can be encoded");
    let error = binary::from_slice::<Vec<Times>>(&bytes).expect_err("it is before 1970");
    assert_eq!(error.path(), "[0].changed");
    let bytes =
        [10, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255, 10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0];
    let error = binary::from_slice::<Times>(&bytes).expect_err("it is before 1970");
    assert_eq!(error.to_string(), "Times.changed: -1 ms is before 1970 (at byte 3)");
    let bytes = compact::to_vec(&theirs).expect("it can be encoded");
    let error = compact::from_slice::<Times>(&bytes).expect_err("it is before 1970");
    assert_eq!(error.to_string(), "Times.changed: -7 ms is before 1970 (at byte 3)");
}

#[test]
fn transparent_types_are_what_their_field_is() {
    assert_eq!(UserId::TYPE, TType::I64);
    assert_eq!(Vec::<UserId>::TYPE, TType::LIST);
    assert_eq!(Wrapped::<Vec<u8>>::TYPE, TType::STRING);
    assert_eq!(Wrapped::<Times>::NAMES.fields, ["created", "changed", "pause", "address", "all"]);
    assert_eq!(binary::to_vec(&UserId(5)).expect("encoded"), 5i64.to_be_bytes());
    assert_eq!(binary::to_vec(&Wrapped("x")).expect("encoded"), [0, 0, 0, 1, b'x']);

    // The conversion says what the type is.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, ThriftStruct)]
    #[thrift(transparent)]
    struct Stamp(#[thrift(with = millis)] SystemTime);
    #[derive(Debug, PartialEq, ThriftStruct)]
    #[thrift(transparent)]
    struct Address {
        #[thrift(with = text)]
        address: IpAddr,
    }
    assert_eq!((Stamp::TYPE, Address::TYPE), (TType::I64, TType::STRING));
    let stamps = BTreeMap::from([(Stamp(UNIX_EPOCH), vec![Address { address: [1; 4].into() }])]);
    let bytes = binary::to_vec(&stamps).expect("it can be encoded");
    let plain: BTreeMap<i64, Vec<String>> = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(plain, BTreeMap::from([(0, vec!["1.1.1.1".to_owned()])]));
    let back: BTreeMap<Stamp, Vec<Address>> = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(back, stamps);
    let error = binary::from_slice::<Stamp>(&(-1i64).to_be_bytes()).expect_err("before 1970");
    assert_eq!(error.to_string(), "-1 ms is before 1970 (at byte 0)");
}

#[test]
fn an_idl_may_name_hand_written_types() {
    mod named {
        thriftly::thrift!(inline: r#"
            typedef i64 UserId (rust.type = "crate::UserId")
            typedef UserId Friend
            struct Group {
                1: UserId first, 2: required Friend second, 3: optional UserId third,
                4: list<Friend> rest, 5: bool open (rust.type = "crate::Active"), 6: map<UserId, i32> ranks
            }
        "#);
    }
    let group = named::Group {
        first: UserId(1),
        second: UserId(2),
        third: Some(UserId(3)),
        rest: vec![UserId(4)],
        open: Active { yes: true, seen: 0 },
        ranks: BTreeMap::from([(UserId(5), 6)]),
    };
    let bytes = binary::to_vec(&group).expect("it can be encoded");
    let mut expected = Vec::new();
    for id in 1..=3 {
        expected.extend([10, 0, id, 0, 0, 0, 0, 0, 0, 0, id]);
    }
    expected.extend([15, 0, 4, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4, 2, 0, 5, 1]);
    expected.extend([13, 0, 6, 10, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 6, 0]);
    assert_eq!(bytes, expected);
    assert_eq!(binary::from_slice::<named::Group>(&bytes).expect("it can be read"), group);
}

#[test]
fn some_of_nothing_is_absent() {
    let nothing =
        Nested { a: Some(None), b: Box::new(None), c: Some(Arc::new(None)), d: Some(Some(None)) };
    let bytes = binary::to_vec(&nothing).expect("it can be encoded");
    assert_eq!(bytes, [0]);
    assert_eq!(binary::from_slice::<Nested>(&bytes).expect("it can be read"), Nested::default());
}

#[test]
fn text_and_bytes_are_borrowed() {
    let mut random = Random::new(8);
    for _ in 0..200 {
        let blob = random.bytes(20);
        let texts = Texts {
            text: Cow::Owned(text_of(&mut random)),
            shared: text_of(&mut random).into(),
            boxed: text_of(&mut random).into(),
            blob: &blob,
            owned: Cow::Owned(blob.clone()),
            counted: some(&mut random, |random| text_of(random).into()),
        };
        let bytes = binary::to_vec(&texts).expect("it can be encoded");
        let theirs: idl::Texts = binary::from_slice(&bytes).expect("the other type reads it");
        assert_eq!(binary::to_vec(&theirs).expect("it can be encoded"), bytes);
        let back: Texts<'_> = binary::from_slice(&bytes).expect("it can be read");
        assert_eq!(back, texts);
        assert!(matches!(back.text, Cow::Borrowed(_)));
        assert!(matches!(back.owned, Cow::Borrowed(_)));
        assert!(bytes.as_ptr_range().contains(&back.blob.as_ptr()));
    }
}

#[test]
fn what_is_skipped_is_not_sent() {
    struct NeverSent;
    impl Default for NeverSent {
        fn default() -> NeverSent {
            NeverSent
        }
    }
    #[derive(ThriftStruct)]
    struct Cached<T> {
        #[thrift(id = 1)]
        value: i32,
        #[thrift(skip)]
        cache: Option<NeverSent>,
        #[thrift(skip)]
        marker: std::marker::PhantomData<T>,
    }
    // What the skipped fields are is asked for nothing.
    let cached: Cached<NeverSent> =
        Cached { value: 5, cache: Some(NeverSent), marker: std::marker::PhantomData };
    let bytes = binary::to_vec(&cached).expect("it can be encoded");
    assert_eq!(bytes, [8, 0, 1, 0, 0, 0, 5, 0]);
    let back: Cached<NeverSent> = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!((back.value, back.cache.is_none(), back.marker), (5, true, cached.marker));
}

#[test]
fn unknown_fields_are_kept_if_there_is_a_place_for_them() {
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Part(#[thrift(id = 6)] bool, #[thrift(unrecognized)] UnknownFields);
    let whole = users(&mut Random::new(9));
    let bytes = binary::to_vec(&whole).expect("it can be encoded");
    let part: Part = binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(part.0, whole.active.yes);
    let bytes = binary::to_vec(&part).expect("it can be encoded");
    assert_eq!(binary::from_slice::<Users>(&bytes).expect("it can be read"), whole);
}

#[test]
fn parameters_have_the_bounds_that_their_fields_need() {
    trait Source {
        type Item;
    }
    #[derive(Debug, PartialEq, Clone)]
    struct Numbers;
    impl Source for Numbers {
        type Item = i64;
    }
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Page<'a, S: Source, K, const N: usize>
    where
        K: Ord,
    {
        #[thrift(id = 1)]
        first: S::Item,
        #[thrift(id = 2)]
        all: BTreeMap<K, Vec<<S as Source>::Item>>,
        #[thrift(id = 3)]
        name: &'a str,
        #[thrift(id = 4, required, with = exact)]
        exact: [u8; N],
    }
    mod exact {
        pub(crate) fn to_thrift<const N: usize>(bytes: &[u8; N]) -> &[u8] {
            bytes
        }
        pub(crate) fn from_thrift<const N: usize>(
            bytes: &[u8],
        ) -> Result<[u8; N], std::array::TryFromSliceError> {
            bytes.try_into()
        }
    }
    type NumbersPage<'a, const N: usize> = Page<'a, Numbers, String, N>;
    let page: NumbersPage<'_, 3> =
        Page { first: 1, all: [("k".to_owned(), vec![2, 3])].into(), name: "n", exact: [7; 3] };
    let bytes = binary::to_vec(&page).expect("it can be encoded");
    assert_eq!(binary::from_slice::<NumbersPage<'_, 3>>(&bytes).expect("it can be read"), page);
    let error = binary::from_slice::<NumbersPage<'_, 4>>(&bytes).expect_err("there are 3 bytes");
    assert_eq!(error.path(), "Page.exact");

    #[derive(Debug, PartialEq, ThriftStruct)]
    enum Either<L, R> {
        #[thrift(id = 1)]
        Left(L),
        #[thrift(id = 2)]
        Right(Vec<R>),
    }
    let either: Either<i32, String> = Either::Right(vec!["r".into()]);
    let bytes = compact::to_vec(&either).expect("it can be encoded");
    assert_eq!(compact::from_slice::<Either<i32, String>>(&bytes).expect("read"), either);
}

#[test]
fn structs_may_have_no_fields_and_expressions_may_be_of_any_kind() {
    #[derive(Debug, PartialEq, Default, ThriftStruct)]
    struct Unit;
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Empty {}
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Defaults {
        #[thrift(id = 1, default = vec![1, 2])]
        list: Vec<i32>,
        #[thrift(default = { let base = 40; base + 2 }, id = 2)]
        block: i32,
        #[thrift(id = 3, default = [("a", 1), ("b", 2)].into_iter().map(|(k, v)| (k.to_owned(), v)).collect())]
        map: BTreeMap<String, i32>,
        #[thrift(id = 4, default = BTreeMap::<i32, i32>::from([(1, 2)]))]
        turbofish: BTreeMap<i32, i32>,
        #[thrift(id = 5, default)]
        plain: Unit,
        #[thrift(id = 6, default = if cfg!(test) { "test" } else { "run" }.to_owned())]
        condition: String,
    }
    assert_eq!(binary::to_vec(&Unit).expect("it can be encoded"), [0]);
    assert_eq!(binary::from_slice::<Empty>(&[0]).expect("it can be read"), Empty {});
    let defaults = Defaults {
        list: vec![1, 2],
        block: 42,
        map: [("a".to_owned(), 1), ("b".to_owned(), 2)].into(),
        turbofish: [(1, 2)].into(),
        plain: Unit,
        condition: "test".to_owned(),
    };
    assert_eq!(binary::from_slice::<Defaults>(&[0]).expect("it can be read"), defaults);
}

#[test]
fn exceptions_are_errors() {
    #[derive(Debug, ThriftStruct)]
    #[thrift(exception, name = "NotFound")]
    struct Missing {
        #[thrift(id = 1)]
        key: i32,
    }
    #[derive(Debug, ThriftStruct)]
    #[thrift(exception)]
    enum Failure<T> {
        #[thrift(id = 1)]
        Missing(Missing),
        #[thrift(id = 2)]
        Other(T),
    }
    fn find(key: i32) -> Result<(), Box<dyn std::error::Error>> {
        Err(Missing { key })?
    }
    let error = find(5).expect_err("it fails");
    assert_eq!(error.to_string(), "Missing { key: 5 }");
    let failure: Box<dyn std::error::Error> = Box::new(Failure::Other("x"));
    assert_eq!(failure.to_string(), r#"Other("x")"#);
    let wrapped: Failure<String> = Failure::Missing(Missing { key: 1 });
    let bytes = binary::to_vec(&wrapped).expect("it can be encoded");
    assert_eq!(bytes, [12, 0, 1, 8, 0, 1, 0, 0, 0, 1, 0, 0]);
    assert_eq!(Missing::NAMES.name, "NotFound");
}

#[test]
fn names_may_be_keywords_and_enums_have_their_numbers() {
    #[derive(Debug, PartialEq, ThriftStruct)]
    struct Keywords {
        #[thrift(id = 1)]
        r#type: i32,
        #[thrift(id = 2, name = "selfName")]
        self_name: i32,
    }
    assert_eq!(Keywords::NAMES.fields, ["type", "selfName"]);

    #[derive(Debug, Clone, Copy, PartialEq, ThriftStruct)]
    #[repr(i32)]
    enum Level {
        Least = -2147483648,
        Next,
        Hex = 0x10,
    }
    for (level, number) in [(Level::Least, i32::MIN), (Level::Next, i32::MIN + 1), (Level::Hex, 16)]
    {
        assert_eq!(binary::to_vec(&level).expect("it can be encoded"), number.to_be_bytes());
        assert_eq!(binary::from_slice::<Level>(&number.to_be_bytes()).expect("read"), level);
    }
    let error = binary::from_slice::<Level>(&[0; 4]).expect_err("there is no such value");
    assert_eq!(error.message(), "0 is no value of the enum Level");
}
