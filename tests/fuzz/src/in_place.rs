//! Values that are decoded over others: nothing of those is left, also after an error.

use bytes::Bytes;
use thriftly::{Decode, Encode};

use crate::protocol::{Binary, New, Over, Protocol, Typed};
use crate::rich::RICH;
use crate::schema::{self, keeping, lazy, lean, plain, shared};

/// The bytes over a value that has everything, and if they begin with a value, over that one.
pub fn check<P: Typed>(bytes: &Bytes) {
    over_all::<P>(&RICH, bytes);
    if let Ok((first, end)) = P::prefix::<schema::All>(bytes)
        && let rest = bytes.slice(end..)
        && !rest.is_empty()
    {
        let first = Binary::encode(&first).expect("what was decoded is encoded");
        over_all::<P>(&first, &rest);
    }
}

/// The bytes over a value of each type that reads them. `before` is in binary.
pub fn over_all<P: Typed>(before: &[u8], bytes: &[u8]) {
    over::<P, schema::All, schema::All>(before, bytes);
    over::<P, plain::All, plain::All>(before, bytes);
    over::<P, plain::Changed, plain::Changed>(before, bytes);
    over::<P, shared::All, plain::All>(before, bytes);
    over::<P, keeping::All, keeping::All>(before, bytes);
    over::<P, keeping::Old, keeping::Old>(before, bytes);
    over::<P, lean::All, lean::All>(before, bytes);
    over::<P, lazy::All, lazy::All>(before, bytes);
}

/// The same as without a value before, and the same error. `O` is the same type with an order, or
/// the type itself.
fn over<P, T, O>(before: &[u8], bytes: &[u8])
where
    P: Typed,
    T: Encode + for<'de> Decode<'de>,
    O: Encode + for<'de> Decode<'de>,
{
    // Nested too deeply, or not of this type.
    let Ok(mut value) = Binary::decode_slice::<T>(before) else { return };
    match (P::read(bytes, New::<T>::value()), P::read(bytes, Over(&mut value))) {
        (Ok(new), Ok(())) => assert_eq!(ordered::<T, O>(&value), ordered::<T, O>(&new)),
        (Err(new), Err(over)) => {
            assert_eq!(over.kind(), new.kind());
            assert_eq!(over.to_string(), new.to_string());
            assert_eq!(over.needed(), new.needed());
        }
        (new, over) => panic!("{:?} as a new value, but {over:?}", new.err()),
    }
    let new = Binary::decode_slice::<T>(before).expect("it was decoded before");
    Binary::read(before, Over(&mut value)).expect("it is decoded over any value");
    assert_eq!(ordered::<T, O>(&value), ordered::<T, O>(&new), "after {:?}", P::NAME);
}

/// The value in binary, with its maps in order.
fn ordered<T: Encode, O: Encode + for<'de> Decode<'de>>(value: &T) -> Bytes {
    let bytes = Binary::encode(value).expect("what was decoded is encoded");
    match Binary::decode::<O>(&bytes) {
        Ok(value) => Binary::encode(&value).expect("what was decoded is encoded"),
        // Only decoded values are in order; what is decoded later has been checked by nobody.
        Err(_) => bytes,
    }
}
