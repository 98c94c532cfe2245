//! Values in front of others, in slices and in streams: each takes its own bytes, and a part of one says how many
//! are missing.

#[path = "support/cases.rs"]
mod cases;
#[path = "support/random.rs"]
mod random;
#[path = "support/value.rs"]
mod value;

use std::io::{self, BufRead, Read};

use cases::{Case, cases};
use random::Random;
use thriftly::codec::Reader;
use thriftly::{Decode, ErrorKind, Limits, Result, TType, ThriftType};
use value::Value;

/// The bytes of a struct of any fields.
#[derive(Debug, PartialEq)]
struct Any(Vec<u8>);

impl ThriftType for Any {
    const TYPE: TType = TType::STRUCT;
}

impl<'de> Decode<'de> for Any {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Any> {
        Ok(Any(r.capture(TType::STRUCT)?.bytes().to_vec()))
    }
}

/// Pieces of a stream. More are not there, and must not be asked for.
struct Pieces<'a> {
    bytes: &'a [u8],
    /// How many of the bytes are there.
    there: usize,
    random: &'a mut Random,
}

impl Read for Pieces<'_> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        unreachable!("bytes are read from the buffer")
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.there == 0 {
            assert!(!self.bytes.is_empty(), "more is read than the value");
            self.there = 1 + self.random.below(self.bytes.len().min(100));
        }
        Ok(&self.bytes[..self.there])
    }

    fn consume(&mut self, amount: usize) {
        self.bytes = &self.bytes[amount..];
        self.there -= amount;
    }
}

fn try_all(json: bool, check: impl Fn(&Value, &mut Random) -> Result<()>) {
    for number in cases(if cfg!(miri) { 20 } else { 20_000 }) {
        let mut random = Random::new(number);
        let value = random.any_struct(json);
        let _case = Case { number, name: "a struct", value: &value };
        check(&value, &mut random).expect("no step fails");
    }
}

macro_rules! protocol {
    ($module:ident, $form:expr, $json:literal) => {
        mod $module {
            use super::*;
            use thriftly::$module;

            #[test]
            fn a_value_is_found_in_front_of_any_bytes() {
                try_all($json, |value, random| {
                    let bytes = $form(value);
                    let (alone, end) = $module::from_prefix::<Any>(&bytes)?;
                    assert_eq!(end, bytes.len());
                    let tail = random.below(30);
                    let longer = [&bytes[..], &random.bytes(tail)].concat();
                    assert_eq!($module::from_prefix::<Any>(&longer)?, (alone, end));
                    Ok(())
                });
            }

            #[test]
            fn a_part_tells_how_much_is_missing_at_least() {
                try_all($json, |value, random| {
                    let bytes = $form(value);
                    for _ in 0..5 {
                        let cut = random.below(bytes.len());
                        let error = $module::from_prefix::<Any>(&bytes[..cut]).unwrap_err();
                        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{error}");
                        let needed = error.needed().expect("it is cut");
                        assert!((1..=bytes.len() - cut).contains(&needed), "{needed} after {cut}");
                        let read = $module::read_one::<Any>(&mut &bytes[..cut]);
                        match cut {
                            0 => assert_eq!(read?, None),
                            _ => assert_eq!(read.unwrap_err().kind(), ErrorKind::UnexpectedEof),
                        }
                    }
                    Ok(())
                });
            }

            #[test]
            fn a_stream_is_read_value_by_value_and_never_ahead() {
                try_all($json, |value, random| {
                    let bytes = $form(value);
                    let expected = $module::from_slice::<Any>(&bytes)?;
                    let stream = [&bytes[..]; 3].concat();
                    let mut pieces = Pieces { bytes: &stream, there: 0, random };
                    for _ in 0..3 {
                        assert_eq!(
                            $module::read_one::<Any>(&mut pieces)?.as_ref(),
                            Some(&expected)
                        );
                    }
                    assert!(pieces.bytes.is_empty());
                    Ok(())
                });
            }

            #[test]
            fn a_stream_is_read_within_limits() -> Result<()> {
                let mut random = Random::new(1);
                let bytes = loop {
                    let bytes = $form(&random.any_struct($json));
                    if bytes.len() > 20 {
                        break bytes;
                    }
                };
                let limits = Limits { message: bytes.len(), ..Limits::DEFAULT };
                assert!($module::read_one_with::<Any>(&mut &bytes[..], &limits)?.is_some());
                let limits = Limits { message: bytes.len() - 1, ..Limits::DEFAULT };
                let error = $module::read_one_with::<Any>(&mut &bytes[..], &limits).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::SizeLimit, "{error}");
                Ok(())
            }
        }
    };
}

protocol!(binary, Value::binary, false);
protocol!(compact, Value::compact, false);
#[cfg(feature = "json")]
protocol!(json, text, true);

#[cfg(feature = "json")]
fn text(value: &Value) -> Vec<u8> {
    thriftly::json::write(TType::STRUCT, |writer| value.write(writer)).expect("nothing is too long")
}

#[test]
fn values_that_are_no_structs_stand_alone_as_well() -> Result<()> {
    /// The value twice, and read twice.
    macro_rules! twice {
        ($($module:ident)*, $value:expr, $type:ty) => {$(
            let one = thriftly::$module::to_vec(&$value)?;
            let both = [&one[..], b" ", &one[..]].concat();
            let (first, end) = thriftly::$module::from_prefix::<$type>(&both)?;
            assert_eq!((first, end), ($value, one.len()));
            let mut rest = &both[..];
            assert_eq!(thriftly::$module::read_one::<$type>(&mut rest)?, Some($value));
            rest = &rest[1..];
            assert_eq!(thriftly::$module::read_one::<$type>(&mut rest)?, Some($value));
            assert_eq!(thriftly::$module::read_one::<$type>(&mut rest)?, None);
        )*};
    }
    twice!(binary compact, true, bool);
    twice!(binary compact, 300, i32);
    twice!(binary compact, "text".to_owned(), String);
    twice!(binary compact, vec![vec![1_i64], vec![]], Vec<Vec<i64>>);
    #[cfg(feature = "json")]
    {
        twice!(json, 300, i32);
        twice!(json, "te\"xt".to_owned(), String);
        twice!(json, vec![vec![1_i64], vec![]], Vec<Vec<i64>>);
    }
    Ok(())
}

#[cfg(feature = "json")]
#[test]
fn white_space_before_a_value_takes_no_room() -> Result<()> {
    let limits = Limits { message: 20, ..Limits::DEFAULT };
    let text =
        [&[b' '; 100][..], b"[\"i32\",1,7]", &[b'\n'; 100], b"[\"i32\",0]", &[b' '; 100]].concat();
    for piece in [1, 7, 1000] {
        let mut stream = io::BufReader::with_capacity(piece, &text[..]);
        let mut next = || thriftly::json::read_one_with::<Vec<i32>>(&mut stream, &limits);
        assert_eq!((next()?, next()?, next()?), (Some(vec![7]), Some(vec![]), None), "{piece}");
    }
    Ok(())
}

#[test]
fn a_level_of_nesting_counts_as_in_a_slice() {
    for depth in 0..4 {
        let limits = Limits { depth, ..Limits::DEFAULT };
        let bytes = thriftly::binary::to_vec(&vec![vec![1]]).expect("it is small");
        let whole = thriftly::binary::from_slice_with::<Vec<Vec<i32>>>(&bytes, &limits);
        let read = thriftly::binary::read_one_with::<Vec<Vec<i32>>>(&mut &bytes[..], &limits);
        assert_eq!(whole.ok(), read.ok().flatten(), "{depth}");
    }
}

#[test]
fn the_next_value_is_read_after_one_that_lacks_a_field() -> Result<()> {
    #[derive(Debug, PartialEq, thriftly::ThriftStruct)]
    struct Named {
        #[thrift(id = 1, required)]
        name: String,
    }
    let bytes = b"\0\x0b\0\x01\0\0\0\x02hi\0";
    let mut stream = &bytes[..];
    let error = thriftly::binary::read_one::<Named>(&mut stream).unwrap_err();
    assert_eq!((error.kind(), error.needed()), (ErrorKind::MissingField, None), "{error}");
    assert_eq!(thriftly::binary::read_one(&mut stream)?, Some(Named { name: "hi".into() }));
    Ok(())
}

#[cfg(feature = "async")]
#[tokio::test]
async fn an_asynchronous_stream_is_read_value_by_value() -> Result<()> {
    use tokio::io::{AsyncWriteExt, BufReader, duplex};

    let (mut ours, theirs) = duplex(7);
    let writing = tokio::spawn(async move {
        for number in 0..10 {
            let bytes = thriftly::compact::to_vec(&vec![number; 20])?;
            ours.write_all(&bytes).await?;
        }
        Result::<()>::Ok(())
    });
    let mut reader = BufReader::with_capacity(11, theirs);
    for number in 0..10 {
        let read = thriftly::compact::read_one_async::<Vec<i32>>(&mut reader).await?;
        assert_eq!(read, Some(vec![number; 20]));
    }
    writing.await.expect("it does not panic")?;
    assert_eq!(thriftly::compact::read_one_async::<Vec<i32>>(&mut reader).await?, None);
    Ok(())
}
