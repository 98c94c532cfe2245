//! Fields that are skipped, chosen at run time and at compile time: the others are those of the whole value.

use std::sync::LazyLock;

use bytes::Bytes;
use thriftly::codec::Projection;
use thriftly::{Decode, Encode, ErrorKind};

use crate::protocol::{Binary, New, Protocol as _, Typed, Without};
use crate::schema::{picked, picked_keeping, plain};

/// As the options of [`picked`] have it.
static PROJECTION: LazyLock<Projection> = LazyLock::new(|| {
    Projection::new()
        .only("Options", ["id", "ready", "minus", "next"])
        .only("Tree", ["kids"])
        .skip("All", ["tree"])
        .skip("Lists", ["flags", "mediums", "texts", "empties"])
        .skip("Keys", ["flags", "texts", "medium_set"])
        .skip("Scalars", ["flag", "tiny", "text", "id"])
});

/// Each type that has skipped fields, and those that consist of them.
pub fn check<P: Typed>(bytes: &Bytes) {
    projects::<P, plain::All, picked::All, picked_keeping::All>(bytes);
    projects::<P, plain::Changed, picked::Changed, picked_keeping::Changed>(bytes);
    projects::<P, plain::Options, picked::Options, picked_keeping::Options>(bytes);
    projects::<P, plain::Tree, picked::Tree, picked_keeping::Tree>(bytes);
    projects::<P, plain::Choice, picked::Choice, picked_keeping::Choice>(bytes);
}

/// `T` is the whole type, `S` lacks fields, and `K` keeps them as unknown ones.
fn projects<P, T, S, K>(bytes: &Bytes)
where
    P: Typed,
    T: Encode + for<'de> Decode<'de> + Skipped,
    S: Encode + for<'de> Decode<'de>,
    K: Encode + for<'de> Decode<'de>,
{
    let whole = P::read(bytes, New::<T>::value());
    let projected = P::read(bytes, Without::<T>::skipped(&PROJECTION));
    let picked = P::read(bytes, New::<S>::value());
    let keeping = P::read(bytes, New::<K>::value());
    match (&projected, &picked) {
        (Ok(projected), Ok(picked)) => {
            assert_eq!(binary(projected), again::<T>(picked), "{}", P::NAME)
        }
        // Types with fewer fields count as fewer levels.
        (Err(error), Ok(_)) if error.kind() == ErrorKind::DepthLimit => {}
        (Err(projected), Err(picked)) => assert_eq!(projected.kind(), picked.kind()),
        (projected, picked) => {
            panic!("{:?} at run time, but {:?}", projected.as_ref().err(), picked.as_ref().err())
        }
    }
    let Ok(mut whole) = whole else { return };
    let keeping = keeping.expect("a value is one without some of its fields");
    assert_eq!(again::<T>(&keeping), binary(&whole), "{} kept", P::NAME);
    whole.skip();
    let projected = projected.expect("a value is one without some of its fields");
    assert_eq!(binary(&projected), binary(&whole), "{}", P::NAME);
}

/// The value as the whole type reads it.
fn again<T: Encode + for<'de> Decode<'de>>(value: &impl Encode) -> Bytes {
    let value: T = Binary::decode(&binary(value)).expect("what was encoded is decoded");
    binary(&value)
}

fn binary(value: &impl Encode) -> Bytes {
    Binary::encode(value).expect("what was decoded is encoded")
}

/// A value whose fields can be skipped.
trait Skipped {
    /// Gives the fields of [`PROJECTION`] their defaults.
    fn skip(&mut self);
}

impl Skipped for plain::All {
    fn skip(&mut self) {
        self.scalars.skip();
        let lists = &mut self.lists;
        lists.flags.clear();
        lists.mediums.clear();
        lists.texts.clear();
        lists.empties.clear();
        lists.structs.iter_mut().for_each(Skipped::skip);
        let keys = &mut self.keys;
        keys.flags.clear();
        keys.texts.clear();
        keys.medium_set.clear();
        keys.smalls.values_mut().for_each(Skipped::skip);
        self.options.iter_mut().for_each(Skipped::skip);
        self.choices.iter_mut().for_each(Skipped::skip);
        self.tree = None;
    }
}

impl Skipped for plain::Changed {
    fn skip(&mut self) {
        self.keys.skip();
        self.tree.skip();
    }
}

impl Skipped for plain::Scalars {
    fn skip(&mut self) {
        (self.flag, self.tiny) = (false, 0);
        self.text.clear();
        self.id = Default::default();
    }
}

impl Skipped for plain::Options {
    fn skip(&mut self) {
        self.note = None;
        self.label = "unnamed".into();
        self.last = false;
        self.ratio = None;
        if let Some(next) = &mut self.next {
            next.skip();
        }
    }
}

impl Skipped for plain::Choice {
    fn skip(&mut self) {
        match self {
            plain::Choice::Record(record) => record.skip(),
            plain::Choice::Many(many) => many.iter_mut().for_each(Skipped::skip),
            _ => {}
        }
    }
}

impl Skipped for plain::Tree {
    fn skip(&mut self) {
        self.value = 0;
        self.kids.iter_mut().for_each(Skipped::skip);
    }
}
