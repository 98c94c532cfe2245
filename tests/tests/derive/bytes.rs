//! Hand-written types have the same bytes as the types of the IDL.

use std::fmt::Debug;

use thriftly::{Decode, Encode, binary, compact, json};
use thriftly_tests::random::Random;

use super::random::{hashed, moment, nested, times, tree, users};
use super::*;

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
