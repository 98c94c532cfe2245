//! The protocols, as the checks see them.

use std::io::BufRead;
use std::marker::PhantomData;

use bytes::Bytes;
use thriftly::codec::{Projection, RawValue, Reader, Writer, copy_value};
use thriftly::{Decode, Encode, Envelope, Limits, MessageKind, Result, TType};

/// How values become bytes, and bytes values.
pub trait Protocol {
    /// In messages.
    const NAME: &str;

    /// Encodes a value.
    fn encode<T: Encode>(value: &T) -> Result<Bytes>;
    /// Decodes a value that may share the memory of its bytes.
    fn decode<T: for<'de> Decode<'de>>(bytes: &Bytes) -> Result<T>;
    /// Decodes a value that shares nothing.
    fn decode_slice<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<T>;

    /// A message whose body are the bytes.
    fn message(method: &str, kind: MessageKind, seqid: i32, body: &[u8]) -> Bytes;
    /// Takes everything off a message but its body.
    fn read_envelope(message: &mut Bytes) -> Result<Envelope>;
}

/// A protocol that says the types of its values.
pub trait Typed: Protocol {
    /// Whether a value without its last byte is cut short, rather than broken or even whole.
    const ENDS_EXACTLY: bool;

    /// Decodes the value in front of the bytes.
    fn prefix<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<(T, usize)>;
    /// Reads one value of a stream.
    fn read_one<T: for<'de> Decode<'de>>(stream: &mut impl BufRead) -> Result<Option<T>>;

    /// Does something with a reader at a struct, and wants the bytes to end there.
    fn read<O: Operation>(bytes: &[u8], operation: O) -> Result<O::Output>;
}

/// An operation on a struct of any type.
pub trait Operation {
    type Output;
    fn run<'de, R: Reader<'de>>(self, r: &mut R) -> Result<Self::Output>;
}

/// Passes over it.
pub struct Skip;

impl Operation for Skip {
    type Output = ();
    fn run<'de, R: Reader<'de>>(self, r: &mut R) -> Result<()> {
        r.skip(TType::STRUCT)
    }
}

/// Keeps it as an unknown field is kept.
pub struct Capture;

impl Operation for Capture {
    type Output = RawValue<'static>;
    fn run<'de, R: Reader<'de>>(self, r: &mut R) -> Result<RawValue<'static>> {
        r.capture(TType::STRUCT).map(RawValue::into_owned)
    }
}

/// Decodes it.
pub struct New<T>(PhantomData<T>);

impl<T> New<T> {
    pub fn value() -> New<T> {
        New(PhantomData)
    }
}

impl<T: for<'de> Decode<'de>> Operation for New<T> {
    type Output = T;
    fn run<'de, R: Reader<'de>>(self, r: &mut R) -> Result<T> {
        T::decode(r)
    }
}

/// Decodes it in place of another value.
pub struct Over<'a, T>(pub &'a mut T);

impl<T: for<'de> Decode<'de>> Operation for Over<'_, T> {
    type Output = ();
    fn run<'de, R: Reader<'de>>(self, r: &mut R) -> Result<()> {
        self.0.decode_into(r)
    }
}

/// Decodes it without some of the fields.
pub struct Without<'p, T>(&'p Projection, PhantomData<T>);

impl<T> Without<'_, T> {
    pub fn skipped(projection: &Projection) -> Without<'_, T> {
        Without(projection, PhantomData)
    }
}

impl<T: for<'de> Decode<'de>> Operation for Without<'_, T> {
    type Output = T;
    fn run<'de, R: Reader<'de>>(self, r: &mut R) -> Result<T> {
        T::decode(&mut self.0.reader(r))
    }
}

/// Writes it in another protocol.
pub struct Copy<'a, W>(pub &'a mut W);

impl<W: Writer> Operation for Copy<'_, W> {
    type Output = ();
    fn run<'de, R: Reader<'de>>(self, r: &mut R) -> Result<()> {
        copy_value(TType::STRUCT, r, self.0)
    }
}

/// A protocol whose values are read where they stand.
macro_rules! contiguous {
    ($name:ident, $module:ident, $reader:ident) => {
        #[doc = concat!("The ", stringify!($module), " protocol.")]
        pub struct $name;

        impl Protocol for $name {
            const NAME: &str = stringify!($module);

            fn encode<T: Encode>(value: &T) -> Result<Bytes> {
                let bytes = Bytes::from(thriftly::$module::to_vec(value)?);
                let linked = thriftly::$module::to_body(value)?.into_bytes();
                // Two hashed containers may be in two orders, but not of two lengths.
                assert_eq!(linked.len(), bytes.len());
                Ok(bytes)
            }
            fn decode<T: for<'de> Decode<'de>>(bytes: &Bytes) -> Result<T> {
                thriftly::$module::from_bytes(bytes)
            }
            fn decode_slice<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<T> {
                thriftly::$module::from_slice(bytes)
            }
            fn message(method: &str, kind: MessageKind, seqid: i32, body: &[u8]) -> Bytes {
                let mut message = Vec::new();
                thriftly::$module::write_envelope(method, kind, seqid, &mut message);
                message.extend_from_slice(body);
                message.into()
            }
            fn read_envelope(message: &mut Bytes) -> Result<Envelope> {
                thriftly::$module::read_envelope(message)
            }
        }

        impl Typed for $name {
            const ENDS_EXACTLY: bool = true;

            fn prefix<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<(T, usize)> {
                thriftly::$module::from_prefix(bytes)
            }
            fn read_one<T: for<'de> Decode<'de>>(stream: &mut impl BufRead) -> Result<Option<T>> {
                thriftly::$module::read_one(stream)
            }

            fn read<O: Operation>(bytes: &[u8], operation: O) -> Result<O::Output> {
                let mut reader = thriftly::$module::$reader::new(bytes, &Limits::DEFAULT);
                let output = operation.run(&mut reader)?;
                reader.finish().map(|()| output)
            }
        }
    };
}

contiguous!(Binary, binary, BinaryReader);
contiguous!(Compact, compact, CompactReader);

/// `TJSONProtocol`.
pub struct Json;

impl Protocol for Json {
    const NAME: &str = "JSON";

    fn encode<T: Encode>(value: &T) -> Result<Bytes> {
        thriftly::json::to_string(value).map(Bytes::from)
    }
    fn decode<T: for<'de> Decode<'de>>(bytes: &Bytes) -> Result<T> {
        thriftly::json::from_slice(bytes)
    }
    fn decode_slice<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<T> {
        thriftly::json::from_slice(bytes)
    }
    fn message(method: &str, kind: MessageKind, seqid: i32, body: &[u8]) -> Bytes {
        let mut message = Vec::new();
        thriftly::json::write_envelope(method, kind, seqid, &mut message);
        message.extend_from_slice(body);
        message.push(b']');
        message.into()
    }
    fn read_envelope(message: &mut Bytes) -> Result<Envelope> {
        thriftly::json::read_envelope(message)
    }
}

impl Typed for Json {
    const ENDS_EXACTLY: bool = false;

    fn prefix<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<(T, usize)> {
        thriftly::json::from_prefix(bytes)
    }
    fn read_one<T: for<'de> Decode<'de>>(stream: &mut impl BufRead) -> Result<Option<T>> {
        thriftly::json::read_one(stream)
    }

    fn read<O: Operation>(bytes: &[u8], operation: O) -> Result<O::Output> {
        thriftly::json::read(bytes, TType::STRUCT, &Limits::DEFAULT, |r| operation.run(r))
    }
}

/// ThriftPy's `TJSONProtocol`, which has names and no types.
pub struct ThriftPyJson;

impl Protocol for ThriftPyJson {
    const NAME: &str = "ThriftPy's JSON";

    fn encode<T: Encode>(value: &T) -> Result<Bytes> {
        thriftly::thriftpy_json::to_vec(value).map(Bytes::from)
    }
    fn decode<T: for<'de> Decode<'de>>(bytes: &Bytes) -> Result<T> {
        thriftly::thriftpy_json::from_slice(bytes)
    }
    fn decode_slice<T: for<'de> Decode<'de>>(bytes: &[u8]) -> Result<T> {
        thriftly::thriftpy_json::from_slice(bytes)
    }
    fn message(method: &str, kind: MessageKind, seqid: i32, body: &[u8]) -> Bytes {
        let mut message = Vec::new();
        thriftly::thriftpy_json::write_envelope(method, kind, seqid, body.len(), &mut message);
        message.extend_from_slice(body);
        message.push(b'}');
        message.into()
    }
    fn read_envelope(message: &mut Bytes) -> Result<Envelope> {
        thriftly::thriftpy_json::read_envelope(message)
    }
}
