//! D18: keys that are made to collide are compared no more often than others.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher, RandomState};

use thriftly::codec::{Reader, Writer};
use thriftly::{Decode, Encode, Result, TType, ThriftType, compact};
use thriftly_tests::random::Random;

use crate::types::kept;
use thriftly_tests::form::{FORMS, Form};

thread_local! {
    static COMPARED: Cell<usize> = const { Cell::new(0) };
}

/// A key that counts how often one is compared with another.
#[derive(Debug, Clone, Copy)]
struct Key(i64);

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        COMPARED.set(COMPARED.get() + 1);
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl ThriftType for Key {
    const TYPE: TType = TType::I64;
}

impl Encode for Key {
    fn encode<W: Writer>(&self, w: &mut W) {
        w.i64(self.0);
    }
}

impl<'de> Decode<'de> for Key {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        r.i64().map(Key)
    }
}

/// How many comparisons it takes to read a set and a map of the keys.
fn compared<S>(form: Form, keys: &[i64]) -> usize
where
    S: std::hash::BuildHasher + Default,
{
    let set: std::collections::BTreeSet<i64> = keys.iter().copied().collect();
    let map: std::collections::BTreeMap<i64, i8> = keys.iter().map(|key| (*key, 1)).collect();
    assert_eq!((set.len(), map.len()), (keys.len(), keys.len()));
    let (set, map) = (form.write(&set), form.write(&map));
    COMPARED.set(0);
    let set: HashSet<Key, S> = form.read(&set).expect("it is a set");
    let map: HashMap<Key, i8, S> = form.read(&map).expect("it is a map");
    assert_eq!((set.len(), map.len()), (keys.len(), keys.len()));
    COMPARED.get()
}

/// The keys as they are: what an attacker hopes for.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are numbers");
    }
    fn write_i64(&mut self, key: i64) {
        self.0 = key as u64;
    }
}

#[test]
fn d18_keys_that_look_alike_are_no_dearer_than_random_ones() {
    let mut random = Random::new(18);
    for form in FORMS {
        let count = 100_000_i64;
        let any: Vec<i64> = (0..count).map(|_| random.bits() as i64).collect();
        let many = compared::<RandomState>(form, &any);
        for alike in [
            (0..count).map(|key| key << 40).collect::<Vec<_>>(),
            (0..count).map(|key| key * 1024).collect(),
            (0..count).collect(),
        ] {
            let found = compared::<RandomState>(form, &alike);
            assert!(found <= 2 * many + 1000, "{found} comparisons in place of {many}");
        }
    }
}

/// That is not so with every hasher, so the test above would notice.
#[test]
fn d18_a_hasher_that_is_known_could_be_flooded() {
    let keys: Vec<i64> = (0..1000).map(|key| key << 40).collect();
    let safe = compared::<RandomState>(Form::Compact, &keys);
    let weak = compared::<BuildHasherDefault<Identity>>(Form::Compact, &keys);
    assert!(weak > 50 * (safe + 100), "{weak} comparisons, {safe} with random hashing");
}

/// Hashed maps and sets of `thrift!` are those of std, whose hashing nobody outside can foresee.
#[test]
fn d18_generated_types_hash_at_random() {
    let maps = kept::Maps::default();
    let _: &HashMap<i64, i64, RandomState> = &maps.i64s;
    let sets = kept::Sets::default();
    let _: &HashSet<i64, RandomState> = &sets.i64s;
    let order = || -> Vec<i64> {
        let bytes = compact::to_vec(&kept::Sets { i64s: (0..100).collect(), ..Default::default() });
        let sets: kept::Sets = compact::from_slice(&bytes.expect("written")).expect("read");
        sets.i64s.into_iter().collect()
    };
    assert_ne!(order(), order(), "two maps hash alike");
}
