//! Order, equality and hashes of structs and unions that are compared in parts.

#![deny(warnings)]

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, RandomState};

mod idl {
    thriftly::thrift!("../../idl/wide_order.thrift");
}

/// With types of the user, whose order is their own.
mod with_user_type {
    thriftly::thrift!("../../idl/wide_order.thrift", types: {
        "Ordered.field5": crate::wide_order::Backwards,
        "Choice.field2": crate::wide_order::Backwards,
    });
}

/// A type of the user that is compared backwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, thriftly::ThriftStruct)]
#[thrift(transparent)]
pub struct Backwards(i32);

impl PartialOrd for Backwards {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Backwards {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.cmp(&self.0)
    }
}

/// Checks that all pairs of values, which are in ascending order, are compared so, and equal only themselves.
fn check<T: Ord + Hash + Clone + Debug>(values: &[T]) {
    let hasher = RandomState::new();
    for (at, one) in values.iter().enumerate() {
        for (other_at, other) in values.iter().enumerate() {
            assert_eq!(one.cmp(other), at.cmp(&other_at), "{one:?} {other:?}");
            assert_eq!(one.partial_cmp(other), Some(at.cmp(&other_at)), "{one:?} {other:?}");
            assert_eq!(one == other, at == other_at, "{one:?} {other:?}");
        }
        assert_eq!(hasher.hash_one(one), hasher.hash_one(one.clone()));
    }
    let hashes: HashSet<u64> = values.iter().map(|one| hasher.hash_one(one)).collect();
    assert_eq!(hashes.len(), values.len());
}

#[test]
fn wide_structs_are_compared_field_by_field() {
    use idl::Ordered;
    // An earlier field counts for more, whichever part it is in.
    let least = Ordered::default();
    check(&[
        least.clone(),
        Ordered { field40: 1, ..least.clone() },
        Ordered { field39: Some(vec![]), ..least.clone() },
        Ordered { field39: Some(vec![1]), field40: -1, ..least.clone() },
        Ordered { field31: "a".into(), field40: -1, ..least.clone() },
        Ordered { field17: Some(false), ..least.clone() },
        Ordered { field17: Some(true), field31: "b".into(), ..least.clone() },
        Ordered { field16: "c".into(), ..least.clone() },
        Ordered { field1: "a".into(), field40: -5, ..least.clone() },
    ]);
}

#[test]
fn wide_structs_with_types_of_the_user_have_the_order_of_those() {
    use with_user_type::Ordered;
    let least = Ordered { field5: Backwards(2), ..Ordered::default() };
    check(&[
        least.clone(),
        Ordered { field40: 1, ..least.clone() },
        Ordered { field5: Backwards(1), ..least.clone() },
        Ordered { field1: "a".into(), field5: Backwards(3), ..least.clone() },
    ]);
}

#[test]
fn wide_unions_are_compared_by_variant_then_value() {
    use idl::Choice;
    check(&[
        Choice::Field1("a".into()),
        Choice::Field1("b".into()),
        Choice::Field2(-1),
        Choice::Field2(1),
        Choice::Field128(7),
        Choice::Field129("x".into()),
        Choice::Field129("y".into()),
        Choice::Field150(0),
        Choice::Field150(1),
        Choice::default(),
    ]);
}

#[test]
fn wide_unions_with_types_of_the_user_have_the_order_of_those() {
    use with_user_type::Choice;
    check(&[
        Choice::Field2(Backwards(1)),
        Choice::Field2(Backwards(-1)),
        Choice::Field150(0),
        Choice::Field150(1),
    ]);
}

#[test]
fn wide_unions_with_doubles_are_equal_if_variant_and_value_are() {
    use idl::Measure;
    assert_eq!(Measure::Field149(1.5), Measure::Field149(1.5));
    assert_ne!(Measure::Field149(f64::NAN), Measure::Field149(f64::NAN));
    assert_ne!(Measure::Field1(0.5), Measure::Field3(0.5));
    assert_ne!(Measure::Field149(1.0), Measure::Field149(2.0));
    assert_eq!(Measure::Field150(3), Measure::Field150(3));
}

#[test]
fn a_wide_union_knows_its_variant() {
    use idl::Choice;
    let choice = Choice::Field150(3);
    assert!(choice.is_field150() && !choice.is_field149() && !choice.is_field1());
    assert_eq!((choice.as_field150(), choice.as_field149()), (Some(&3), None));
    assert_eq!(choice.into_field150(), Some(3));
}
