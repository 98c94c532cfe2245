//! All types that the wire allows as keys compile, are ordered, and survive a round trip.

#![deny(warnings)]

use std::collections::{BTreeMap, BTreeSet};

thriftly::thrift!(inline: "
    typedef double Degrees
    struct Place { 1: double lat, 2: double lon, 3: list<double> more, 4: optional Tag tag }
    struct Tag { 1: map<double, Degrees> weights }
    union Either { 1: double number, 2: Place place }
    enum Color { RED, GREEN }
    struct Keys {
        1: map<double, i32> doubles
        2: set<Degrees> degrees
        3: map<list<double>, string> lists
        4: map<map<string, double>, set<double>> maps
        5: map<Place, i32> places
        6: set<Either> eithers
        7: map<Color, string> colors
        8: set<set<list<map<i32, Place>>>> deep
        9: map<binary, uuid> blobs
        10: map<uuid, bool> ids
        11: set<bool> bools
    }
    const map<double, string> NAMES = { 1.5: 'one and a half', -0.5: 'minus a half' }
    const map<Place, list<double>> PLACES = { { 'lat': 1.0, 'more': [2.5] }: [1, 2.5] }
    const set<list<double>> LISTS = [[1.5, 2], [0.5]]
", warnings: hidden);

#[test]
fn keys_of_every_type_come_back() {
    let place = |lat| Place { lat, lon: f64::NAN, more: vec![-0.0], tag: None };
    let keys = Keys {
        doubles: BTreeMap::from([
            (f64::NAN.into(), 1),
            (f64::INFINITY.into(), 2),
            ((-0.0).into(), 3),
        ]),
        degrees: BTreeSet::from([1.0.into(), (-1.0).into()]),
        lists: BTreeMap::from([(vec![1.0.into(), 2.0.into()], "two".into())]),
        maps: BTreeMap::from([(BTreeMap::from([("x".into(), 0.5.into())]), BTreeSet::new())]),
        places: BTreeMap::from([(place(1.0), 1), (place(2.0), 2), (place(1.0), 3)]),
        eithers: BTreeSet::from([
            Either::Number(1.0),
            Either::Place(place(0.0)),
            Either::default(),
        ]),
        colors: BTreeMap::from([
            (Color::Green, "green".into()),
            (Color::Unrecognized(7), "?".into()),
        ]),
        deep: BTreeSet::from([BTreeSet::from([vec![BTreeMap::from([(1, place(3.0))])]])]),
        blobs: BTreeMap::from([(bytes::Bytes::from_static(b"\xff"), thriftly::Uuid([1; 16]))]),
        ids: BTreeMap::from([(thriftly::Uuid([2; 16]), true)]),
        bools: BTreeSet::from([true, false]),
    };
    assert_eq!(keys.doubles.len(), 3);
    assert_eq!(keys.places.len(), 2);
    let bytes = thriftly::binary::to_vec(&keys).expect("it can be encoded");
    let back: Keys = thriftly::binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(back, keys);
    assert_eq!(thriftly::binary::to_vec(&back).expect("it can be encoded"), bytes);
    assert_eq!(back.places[&place(2.0)], 2);
}

#[test]
fn constants_may_have_keys_of_every_type() {
    assert_eq!(NAMES[&1.5.into()], "one and a half");
    let place = Place { lat: 1.0, more: vec![2.5], ..Place::default() };
    assert_eq!(PLACES[&place], [1.0, 2.5]);
    assert!(LISTS.contains(&vec![0.5.into()]));
}

mod hashed {
    thriftly::thrift!(inline: "
        struct Key { 1: map<string, i32> inside, 2: set<double> numbers }
        union Choice { 1: set<i32> set, 2: i32 number }
        struct Hashed { 1: map<Key, i32> keys, 2: list<set<string>> lists, 3: Choice choice }
        struct Around { 1: Hashed hashed }
    ", maps: hashed, warnings: hidden);
}

#[test]
fn hashed_containers_have_no_order_but_those_in_keys_have() {
    let key = hashed::Key {
        inside: BTreeMap::from([("a".into(), 1)]),
        numbers: BTreeSet::from([f64::NAN.into()]),
    };
    let hashed = hashed::Hashed {
        keys: [(key.clone(), 1)].into(),
        lists: vec![["b".into()].into()],
        choice: hashed::Choice::Set([2].into()),
    };
    let value = hashed::Around { hashed };
    let bytes = thriftly::binary::to_vec(&value).expect("it can be encoded");
    let back: hashed::Around = thriftly::binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(back, value);
    assert_eq!(back.hashed.keys[&key], 1);
}

mod foreign {
    thriftly::thrift!(inline: r#"
        typedef map<string, i32> Scores (rust.type = "std::collections::HashMap<String, i32>")
        struct Field { 1: set<i32> numbers (rust.type = "std::collections::HashSet<i32>") }
        struct Typedef { 1: list<Scores> scores, 2: Field field }
        struct Key { 1: set<i64> stamps (rust.type = "std::collections::BTreeSet<i64>") }
        struct Around { 1: Typedef inside, 2: map<Key, i32> keys }
    "#, warnings: hidden);
}

#[test]
fn containers_of_the_users_own_types_need_no_order_but_in_keys() {
    let key = foreign::Key::default();
    let value = foreign::Around {
        inside: foreign::Typedef {
            scores: vec![[("a".into(), 1)].into()],
            field: foreign::Field { numbers: [1, 2].into() },
        },
        keys: [(key, 1)].into(),
    };
    let bytes = thriftly::binary::to_vec(&value).expect("it can be encoded");
    let back: foreign::Around = thriftly::binary::from_slice(&bytes).expect("it can be read");
    assert_eq!(back, value);
}

mod hashed_typedefs {
    thriftly::thrift!(inline: "
        typedef map<i32, string> Names
        typedef list<Names> Many
        struct Key { 1: Names names, 2: Many many }
        union Either { 1: Names names }
        struct Around { 1: set<Key> keys, 2: map<Either, i32> choices, 3: set<Many> lists, 4: Names names }
    ", maps: hashed, warnings: hidden);
}

#[test]
fn typedefs_are_hashed_but_in_keys() {
    use hashed_typedefs::{Around, Either, Key};
    let names = || std::collections::BTreeMap::from([(1, "a".to_owned())]);
    let value = Around {
        keys: [Key { names: names(), many: vec![names()] }].into(),
        choices: [(Either::Names(names()), 1)].into(),
        lists: [vec![names()]].into(),
        names: std::collections::HashMap::from([(1, "a".to_owned())]),
    };
    let bytes = thriftly::binary::to_vec(&value).expect("it can be encoded");
    assert_eq!(thriftly::binary::from_slice::<Around>(&bytes).expect("it can be read"), value);
}
