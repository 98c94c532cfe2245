//! Constants and defaults with many elements, which are tables or made in parts.

use std::collections::BTreeMap;

mod ordered {
    thriftly::thrift!("idl/long.thrift", warnings: hidden);
}

mod hashed {
    thriftly::thrift!("idl/long.thrift", warnings: hidden, maps: hashed, strings: small, binary: small);
}

const COUNT: i32 = 40;

#[test]
fn long_containers_have_all_their_elements() {
    use ordered::*;
    assert_eq!(INTS.len(), COUNT as usize);
    assert!((0..COUNT).all(|at| INTS[at as usize] == i64::from(at * 3 - 50)));
    assert!((0..COUNT).all(|at| WORDS[at as usize] == format!("s{at}")));
    assert!((0..COUNT).all(|at| HALVES.contains(&thriftly::Double(f64::from(at) + 0.5))));
    assert!((0..COUNT).all(|at| KINDS[at as usize] == kind(at)));
    assert!((0..COUNT).all(|at| BY_NAME[&format!("k{at}")] == at));
    assert!((0..COUNT).all(|at| BY_NUMBER[&(at as i8)] == kind(at)));
    assert!((0..COUNT).all(|at| POINTS[at as usize] == Point { x: at, s: format!("p{at}") }));
    assert!((0..COUNT).all(|at| NESTED[&at] == [at as i16, at as i16 + 1]));
    assert_eq!(Holder::default().points.len(), COUNT as usize);
    let by_name: BTreeMap<_, _> = (0..COUNT).map(|at| (format!("k{at}"), at)).collect();
    assert_eq!(Holder::default().by_name, by_name);
}

fn kind(at: i32) -> ordered::Kind {
    if at % 2 == 1 { ordered::Kind::Odd } else { ordered::Kind::Even }
}

#[test]
fn options_apply_to_long_containers() {
    let by_name: std::collections::HashMap<thriftly::SmallStr, i32> = hashed::BY_NAME.clone();
    assert_eq!(by_name.get("k7"), Some(&7));
    assert_eq!(hashed::WORDS[3].as_str(), "s3");
    assert_eq!(hashed::STRUCTS["n9"].x, 9);
}
