//! Values that are decoded later: whole ones, and fields of them.

use bytes::Bytes;
use thriftly::{Decode, Encode, ErrorKind, Lazy, Result};

use crate::protocol::{Binary, Compact, Json, Protocol, ThriftPyJson, Typed};
use crate::schema::{lazy, plain};

/// Values that are decoded later are those that are decoded now.
pub fn check<P: Typed>(bytes: &Bytes) {
    whole::<P>(bytes);
    fields::<P>(bytes);
}

/// The same value, or the same error, and it is encoded as it was received.
fn whole<P: Typed>(bytes: &Bytes) {
    let now = P::decode::<plain::All>(bytes);
    match P::decode::<Lazy<plain::All>>(bytes) {
        Ok(later) => {
            assert_eq!(later.get().is_ok(), now.is_ok(), "not the same later");
            if P::ENDS_EXACTLY {
                assert_eq!(P::encode(&later).expect("it is encoded as received"), bytes);
            }
        }
        Err(error) => assert!(now.is_err(), "{error} for a value"),
    }
}

/// The same fields, and the value has all of them whatever protocol it is encoded in.
fn fields<P: Typed>(bytes: &Bytes) {
    let now = P::decode::<plain::All>(bytes);
    let later = P::decode::<lazy::All>(bytes);
    let (now, later) = match (now, later) {
        (Ok(now), Ok(later)) => (now, later),
        (Ok(_), Err(error)) => panic!("{error} for a value"),
        (Err(now), Ok(later)) => {
            // Fields that are decoded later begin at the first level of nesting.
            let deep = matches!(now.kind(), ErrorKind::DepthLimit | ErrorKind::SizeLimit);
            assert!(deep || decode_fields(&later).is_err(), "{now}, but not later");
            return;
        }
        (Err(_), Err(_)) => return,
    };
    let same = |later: &lazy::All| {
        same_in::<Binary>(later, &now);
        same_in::<Compact>(later, &now);
        same_in::<Json>(later, &now);
        same_in::<ThriftPyJson>(later, &now);
    };
    same(&later);
    decode_fields(&later).expect("the fields of a value are decoded");
    same(&later);
    let decoded = change_fields(later).expect("the fields of a value are decoded");
    same(&decoded);
}

/// The protocol carries both alike. Not every value comes back from JSON: a union may have an unknown field.
fn same_in<P: Protocol>(later: &lazy::All, now: &plain::All) {
    assert_eq!(again::<P>(later), again::<P>(now), "in {}", P::NAME);
}

/// The value as a type without such fields reads it from the protocol.
fn again<P: Protocol>(value: &impl Encode) -> Bytes {
    let bytes = P::encode(value).expect("what was decoded is encoded");
    let value: plain::All = P::decode(&bytes).expect("what was encoded is decoded");
    Binary::encode(&value).expect("what was decoded is encoded")
}

/// Decodes every field.
fn decode_fields(all: &lazy::All) -> Result<()> {
    scalars(&all.scalars)?;
    let lists = &all.lists;
    lists.flags.get()?;
    lists.smalls.get()?;
    lists.texts.get()?;
    lists.structs.get()?.iter().try_for_each(scalars)?;
    lists.maps.get()?;
    all.keys.get()?.smalls.values().try_for_each(scalars)?;
    if let Some(options) = &all.options {
        options.get()?;
    }
    all.choices.get()?.iter().try_for_each(choice)
}

fn choice(choice: &lazy::Choice) -> Result<()> {
    match choice {
        lazy::Choice::Record(record) => scalars(record),
        lazy::Choice::Many(many) => many.iter().try_for_each(self::choice),
        _ => Ok(()),
    }
}

fn scalars(scalars: &lazy::Scalars) -> Result<()> {
    scalars.text.get()?;
    scalars.blob.get()?;
    scalars.id.get()?;
    Ok(())
}

/// Drops the bytes of the fields, so that their values are encoded.
fn change_fields(mut all: lazy::All) -> Result<lazy::All> {
    all.scalars.text.get_mut()?;
    let lists = &mut all.lists;
    lists.flags.get_mut()?;
    lists.smalls.get_mut()?;
    lists.structs.get_mut()?;
    lists.maps = Lazy::new(std::mem::take(&mut lists.maps).into_inner()?);
    all.keys.get_mut()?;
    all.options = owned(all.options.take())?;
    all.choices.get_mut()?;
    Ok(all)
}

fn owned<T: Encode + for<'de> Decode<'de>>(later: Option<Lazy<T>>) -> Result<Option<Lazy<T>>> {
    later.map(|later| later.into_inner().map(Lazy::new)).transpose()
}
