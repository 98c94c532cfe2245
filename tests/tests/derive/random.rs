//! Random values of the types.

use thriftly_tests::random::Random;

use super::*;

pub(super) fn text_of(random: &mut Random) -> String {
    (0..random.below(40)).map(|_| ['a', 'é', '漢', '😀', '\0'][random.below(5)]).collect()
}

fn time_of(random: &mut Random) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(random.bits() >> 20)
}

pub(super) fn some<T>(random: &mut Random, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
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

pub(super) fn times(random: &mut Random) -> Times {
    Times {
        created: time_of(random),
        changed: some(random, time_of),
        pause: Duration::from_millis(random.bits() >> 20),
        address: address_of(random),
        all: many(random, time_of),
    }
}

pub(super) fn moment(random: &mut Random) -> Moment {
    match random.below(3) {
        0 => Moment::Time(time_of(random)),
        1 => Moment::Address(address_of(random)),
        _ => Moment::Plain(random.bits() as i32),
    }
}

fn user_id(random: &mut Random) -> UserId {
    UserId(random.bits() as i64)
}

pub(super) fn users(random: &mut Random) -> Users {
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

pub(super) fn nested(random: &mut Random) -> Nested {
    Nested {
        a: some(random, |random| Some(random.bits() as i32)),
        b: Box::new(some(random, text_of)),
        c: some(random, |random| Arc::new(Some(Box::new(random.bits() as i64)))),
        d: some(random, |random| Some(Some(random.below(2) == 1))),
    }
}

pub(super) fn hashed(random: &mut Random) -> Hashed {
    Hashed {
        map: many(random, |random| (text_of(random), many(random, |random| random.bits() as i32))),
        set: many(random, |random| random.bits() as i64),
    }
}

pub(super) fn tree(random: &mut Random, depth: usize) -> Tree<i32> {
    let below = if depth == 0 { 1 } else { 4 };
    Tree {
        value: random.bits() as i32,
        kids: (0..random.below(below)).map(|_| tree(random, depth - 1)).collect(),
        twin: (random.below(below) == 1).then(|| Box::new(tree(random, depth - 1))),
    }
}
