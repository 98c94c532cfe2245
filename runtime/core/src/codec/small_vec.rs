//! `Encode` and `Decode` for lists of the crate `smallvec`, which are stored inline if they are short.

use smallvec::{Array, SmallVec};

use crate::codec::{Decode, Encode, Fresh, Mode, Reader, ThriftType, Writer};
use crate::error::Result;
use crate::ttype::TType;

impl<A: Array> ThriftType for SmallVec<A>
where
    A::Item: ThriftType,
{
    const TYPE: TType = A::Item::VEC_TYPE;
}

impl<A: Array> Encode for SmallVec<A>
where
    A::Item: Encode,
{
    #[inline]
    fn encode<W: Writer>(&self, w: &mut W) {
        A::Item::encode_vec(self, w);
    }
}

impl<'de, A: Array> Decode<'de> for SmallVec<A>
where
    A::Item: Decode<'de>,
{
    #[inline]
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        let mut values = SmallVec::new();
        values.decode_over(r, Fresh)?;
        Ok(values)
    }

    // To move what was just written in smaller parts takes longer than to write it.
    const BLANK: Option<fn() -> Self> = Some(SmallVec::new);

    #[inline]
    fn decode_over<M: Mode, R: Reader<'de>>(&mut self, r: &mut R, _mode: M) -> Result<()> {
        self.clear();
        // What is no list is `binary`.
        if Self::TYPE != TType::LIST {
            *self = SmallVec::from_vec(A::Item::decode_vec(r)?);
            return Ok(());
        }
        let count = r.list_begin(A::Item::TYPE)?;
        if count > A::size() {
            *self = SmallVec::from_vec(A::Item::decode_all(count, r)?);
        } else {
            for index in 0..count {
                match A::Item::decode(r) {
                    Ok(value) => self.push(value),
                    Err(error) => return Err(error.in_element(index)),
                }
            }
        }
        r.list_end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{binary, compact};

    #[test]
    fn lists_have_the_bytes_of_vecs_and_short_ones_are_inline() {
        for len in 0..12 {
            let list: Vec<String> = (0..len).map(|at| "x".repeat(at)).collect();
            let bytes = compact::to_vec(&list).expect("it can be encoded");
            let small: SmallVec<[String; 4]> = compact::from_slice(&bytes).expect("it is decoded");
            assert_eq!(small[..], list);
            assert_eq!(small.spilled(), len > 4, "{len} elements");
            assert_eq!(compact::to_vec(&small).expect("it can be encoded"), bytes);
            for end in 0..bytes.len() {
                let error = compact::from_slice::<SmallVec<[String; 4]>>(&bytes[..end]);
                let usual = compact::from_slice::<Vec<String>>(&bytes[..end]);
                let messages = (
                    error.map_err(|error| error.to_string()),
                    usual.map_err(|error| error.to_string()),
                );
                assert_eq!(messages.0.expect_err("it is cut"), messages.1.expect_err("it is cut"));
            }
            let numbers: Vec<i32> = (0..len as i32).collect();
            let bytes = binary::to_vec(&numbers).expect("it can be encoded");
            let small: SmallVec<[i32; 4]> = binary::from_slice(&bytes).expect("it is decoded");
            assert_eq!(small[..], numbers);
            assert_eq!(binary::to_vec(&small).expect("it can be encoded"), bytes);
        }
    }

    #[test]
    fn bytes_are_binary_as_in_a_vec() {
        for len in [0, 3, 8, 9] {
            let bytes = binary::to_vec(&vec![7_u8; len]).expect("it can be encoded");
            let small: SmallVec<[u8; 8]> = binary::from_slice(&bytes).expect("it is decoded");
            assert_eq!(small[..], vec![7; len]);
            assert_eq!(binary::to_vec(&small).expect("it can be encoded"), bytes);
        }
        assert_eq!(SmallVec::<[u8; 8]>::TYPE, TType::STRING);
    }

    #[test]
    fn counts_without_elements_take_no_memory() {
        let bytes = [15, 0x7f, 0xff, 0xff, 0xff];
        assert!(binary::from_slice::<SmallVec<[String; 4]>>(&bytes[1..]).is_err());
        let bytes = [11, 0x7f, 0xff, 0xff, 0xff];
        assert!(binary::from_slice::<SmallVec<[String; 4]>>(&bytes).is_err());
    }
}
