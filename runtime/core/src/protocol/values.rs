//! Functions for values without services, the same for each protocol.

use std::io::Read as _;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// Generates the functions of a protocol module from its writer and reader.
///
/// ```text
/// values!("binary", b"\0\0\0\x02hi", BinaryWriter, BinaryReader, Binary);
/// // pub fn append_to, to_body, to_writer and what `encoded!` makes
/// // pub fn from_slice, from_slice_with, from_bytes_with, from_prefix, from_bytes_prefix, and what `decoded!` and
/// // `read_one!` make
/// ```
macro_rules! values {
    ($module:literal, $hi:literal, $writer:ident, $reader:ident, $protocol:ident) => {
        $crate::protocol::values::encoded! {
            $module, $hi,
            "A string or container has more than 2³¹ - 1 bytes or elements."
        }

        /// Encodes a value and appends it to `bytes`, so that a buffer can be reused.
        ///
        /// ```
        /// let mut bytes = Vec::new();
        /// for number in 1..=3 {
        #[doc = concat!("    thriftly::", $module, "::append_to(&(number as i8), &mut bytes)?;")]
        /// }
        /// assert_eq!(bytes, [1, 2, 3]);
        /// # Ok::<(), thriftly::Error>(())
        /// ```
        ///
        /// # Errors
        /// As [`to_vec`]. On an error `bytes` is unchanged.
        pub fn append_to<T: $crate::Encode + ?Sized>(
            value: &T,
            bytes: &mut Vec<u8>,
        ) -> $crate::Result<()> {
            let before = bytes.len();
            let result = if T::IS_FLAT {
                let mut writer = $writer::new(&mut *bytes);
                value.encode(&mut writer);
                writer.finish().1
            } else {
                let mut writer = $writer::new(std::mem::take(bytes));
                value.encode(&mut writer);
                let result;
                (*bytes, result) = writer.finish();
                result
            };
            if result.is_err() {
                bytes.truncate(before);
            }
            result
        }

        /// Encodes a value; `binary` values of 4 KiB and more are linked, not copied.
        ///
        /// ```
        /// let blob = bytes::Bytes::from(vec![7; 5000]);
        #[doc = concat!("let body = thriftly::", $module, "::to_body(&blob)?;")]
        /// assert_eq!(body.chunks().last().map(<[u8]>::as_ptr), Some(blob.as_ptr()));
        /// # Ok::<(), thriftly::Error>(())
        /// ```
        ///
        /// # Errors
        /// As [`to_vec`].
        pub fn to_body<T: $crate::Encode + ?Sized>(value: &T) -> $crate::Result<$crate::Body> {
            let mut writer = $writer::linking(Vec::with_capacity(256));
            value.encode(&mut writer);
            let (bytes, links) = writer.finish_linked()?;
            Ok($crate::Body::new(bytes.into(), links))
        }

        /// Encodes a value into an [`io::Write`](std::io::Write), such as a file or a socket.
        /// Nothing is written if the value cannot be encoded; large `binary` values are not copied.
        ///
        /// # Errors
        /// As [`to_vec`], or [`ErrorKind::Io`](crate::ErrorKind::Io) if writing fails.
        pub fn to_writer<T: $crate::Encode + ?Sized>(
            mut writer: impl std::io::Write,
            value: &T,
        ) -> $crate::Result<()> {
            for chunk in to_body(value)?.chunks() {
                writer.write_all(chunk)?;
            }
            Ok(())
        }

        /// Decodes a value. Trailing bytes are an error.
        ///
        /// # Errors
        /// The bytes do not encode such a value, or it exceeds one of the default
        /// [`Limits`](crate::Limits).
        pub fn from_slice<'de, T: $crate::Decode<'de>>(bytes: &'de [u8]) -> $crate::Result<T> {
            from_slice_with(bytes, &$crate::Limits::DEFAULT)
        }

        /// Decodes a value as [`from_slice`] does, with custom limits.
        ///
        /// # Errors
        /// As [`from_slice`].
        pub fn from_slice_with<'de, T: $crate::Decode<'de>>(
            bytes: &'de [u8],
            limits: &$crate::Limits,
        ) -> $crate::Result<T> {
            decode_whole($reader::new(bytes, limits))
        }

        /// Decodes the value at the start of the bytes, and returns how many of them it takes.
        /// The others are not looked at.
        ///
        /// ```
        /// let mut bytes = Vec::new();
        /// for text in ["one", "two"] {
        #[doc = concat!("    thriftly::", $module, "::append_to(text, &mut bytes)?;")]
        /// }
        #[doc = concat!("let (one, end): (&str, usize) = thriftly::", $module, "::from_prefix(&bytes)?;")]
        #[doc = concat!("let (two, _): (&str, usize) = thriftly::", $module, "::from_prefix(&bytes[end..])?;")]
        /// assert_eq!((one, two), ("one", "two"));
        /// # Ok::<(), thriftly::Error>(())
        /// ```
        ///
        /// # Errors
        /// As [`from_slice`]. If the bytes end within the value,
        /// [`Error::needed`](crate::Error::needed) tells how many are missing at least.
        pub fn from_prefix<'de, T: $crate::Decode<'de>>(
            bytes: &'de [u8],
        ) -> $crate::Result<(T, usize)> {
            from_prefix_with(bytes, &$crate::Limits::DEFAULT)
        }

        /// Decodes a value as [`from_prefix`] does, with custom limits.
        ///
        /// # Errors
        /// As [`from_prefix`].
        pub fn from_prefix_with<'de, T: $crate::Decode<'de>>(
            bytes: &'de [u8],
            limits: &$crate::Limits,
        ) -> $crate::Result<(T, usize)> {
            decode_prefix($reader::new(bytes, limits))
        }

        /// Decodes the value at the start of the bytes as [`from_prefix`] does; large `binary`
        /// values and shared strings share the memory of `bytes`.
        ///
        /// # Errors
        /// As [`from_prefix`].
        pub fn from_bytes_prefix<T: for<'de> $crate::Decode<'de>>(
            bytes: &bytes::Bytes,
        ) -> $crate::Result<(T, usize)> {
            from_bytes_prefix_with(bytes, &$crate::Limits::DEFAULT)
        }

        /// Decodes a value as [`from_bytes_prefix`] does, with custom limits.
        ///
        /// # Errors
        /// As [`from_prefix`].
        pub fn from_bytes_prefix_with<T: for<'de> $crate::Decode<'de>>(
            bytes: &bytes::Bytes,
            limits: &$crate::Limits,
        ) -> $crate::Result<(T, usize)> {
            decode_prefix($reader::shared(bytes, limits))
        }

        fn decode_prefix<'de, T: $crate::Decode<'de>>(
            mut reader: $reader<'de>,
        ) -> $crate::Result<(T, usize)> {
            let value = T::decode(&mut reader)?;
            Ok((value, reader.cursor.offset()))
        }

        $crate::protocol::values::decoded! {
            $module, $hi,
            "Decodes a value; large `binary` values share the memory of `bytes`."
        }
        $crate::protocol::values::read_one!($module, $protocol);

        /// Decodes a value as [`from_bytes`] does, with custom limits.
        ///
        /// # Errors
        /// As [`from_slice`].
        pub fn from_bytes_with<T: for<'de> $crate::Decode<'de>>(
            bytes: &bytes::Bytes,
            limits: &$crate::Limits,
        ) -> $crate::Result<T> {
            decode_whole($reader::shared(bytes, limits))
        }

        /// Decodes the value up to the end of the reader.
        pub(crate) fn decode_whole<'de, T: $crate::Decode<'de>>(
            mut reader: $reader<'de>,
        ) -> $crate::Result<T> {
            // The decoded value is not moved: a move would stall on the small writes before it.
            let mut result = T::decode(&mut reader);
            if result.is_ok()
                && let Err(error) = reader.finish()
            {
                result = Err(error);
            }
            result
        }
    };
}

/// Generates the functions of a JSON protocol module, which copies text and blobs.
///
/// ```text
/// json_values!(encode "json", br#""hi""#, "…");
/// // pub fn to_writer and what `encoded!` makes
/// json_values!(decode "json", br#""hi""#);
/// // pub fn from_slice, from_bytes_with and what `decoded!` makes
/// json_values!(one "json", Json);
/// // pub fn from_prefix and what `read_one!` makes
/// json_values!(text);
/// // pub fn to_string
/// ```
#[cfg(feature = "json")]
macro_rules! json_values {
    (encode $module:literal, $hi:literal, $errors:literal) => {
        $crate::protocol::values::encoded!($module, $hi, $errors);

        /// Encodes a value into an [`io::Write`](std::io::Write), such as a file or a socket.
        /// Nothing is written if the value cannot be encoded.
        ///
        /// # Errors
        /// As [`to_vec`], or [`ErrorKind::Io`](crate::ErrorKind::Io) if writing fails.
        pub fn to_writer<T: $crate::Encode + ?Sized>(
            mut writer: impl std::io::Write,
            value: &T,
        ) -> $crate::Result<()> {
            Ok(writer.write_all(&to_vec(value)?)?)
        }
    };
    (decode $module:literal, $hi:literal) => {
        /// Decodes a value. Trailing characters other than JSON white space are an error.
        ///
        /// # Errors
        /// The bytes do not encode such a value, or it exceeds one of the default
        /// [`Limits`](crate::Limits).
        pub fn from_slice<T: for<'de> $crate::Decode<'de>>(json: &[u8]) -> $crate::Result<T> {
            from_slice_with(json, &$crate::Limits::DEFAULT)
        }

        $crate::protocol::values::decoded! {
            $module, $hi,
            "Decodes a value. Its `binary` values are decoded from base64, so they share nothing."
        }

        /// Decodes a value as [`from_bytes`] does, with custom limits.
        ///
        /// # Errors
        /// As [`from_slice`].
        pub fn from_bytes_with<T: for<'de> $crate::Decode<'de>>(
            bytes: &bytes::Bytes,
            limits: &$crate::Limits,
        ) -> $crate::Result<T> {
            from_slice_with(bytes, limits)
        }
    };
    (one $module:literal, $protocol:ident) => {
        /// Decodes the value at the start of the text, and returns how many bytes it takes, with the white space before
        /// it. The others are not looked at; a number ends where a character follows that cannot belong to it.
        ///
        /// ```
        #[doc = concat!("let (numbers, end): (Vec<i32>, usize) = thriftly::", $module, "::from_prefix(br#\"[\"i32\",1,7] and more\"#)?;")]
        /// assert_eq!((&numbers[..], end), (&[7][..], 11));
        /// # Ok::<(), thriftly::Error>(())
        /// ```
        ///
        /// # Errors
        /// As [`from_slice`]. If the text ends within the value,
        /// [`Error::needed`](crate::Error::needed) tells how many bytes are missing at least.
        pub fn from_prefix<T: for<'de> $crate::Decode<'de>>(
            json: &[u8],
        ) -> $crate::Result<(T, usize)> {
            from_prefix_with(json, &$crate::Limits::DEFAULT)
        }

        /// Decodes a value as [`from_prefix`] does, with custom limits.
        ///
        /// # Errors
        /// As [`from_prefix`].
        pub fn from_prefix_with<T: for<'de> $crate::Decode<'de>>(
            json: &[u8],
            limits: &$crate::Limits,
        ) -> $crate::Result<(T, usize)> {
            // Larger inputs are in memory already.
            let unlimited = $crate::Limits { message: usize::MAX, depth: u32::MAX, ..*limits };
            let end = $crate::protocol::Skipper::default().end_of_json(json, true, &unlimited)?;
            let end = end.unwrap_or(json.len());
            from_slice_with(&json[..end], limits).map(|value| (value, end))
        }

        $crate::protocol::values::read_one!($module, $protocol);
    };
    (text) => {
        /// Encodes a value as text.
        ///
        /// # Errors
        /// As [`to_vec`].
        pub fn to_string<T: $crate::Encode + ?Sized>(value: &T) -> $crate::Result<String> {
            $crate::protocol::values::into_text(to_vec(value)?)
        }
    };
}

/// Functions derived from `append_to`: `to_vec` and `to_bytes`. `$hi` is the encoding of the text
/// "hi".
macro_rules! encoded {
    ($module:literal, $hi:literal, $errors:literal) => {
        /// Encodes a value.
        ///
        /// ```
        #[doc = concat!("let bytes = thriftly::", $module, "::to_vec(\"hi\")?;")]
        #[doc = concat!("assert_eq!(bytes, ", stringify!($hi), ");")]
        /// # Ok::<(), thriftly::Error>(())
        /// ```
        ///
        /// # Errors
        #[doc = $errors]
        pub fn to_vec<T: $crate::Encode + ?Sized>(value: &T) -> $crate::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            append_to(value, &mut bytes)?;
            Ok(bytes)
        }

        /// Encodes a value as shared bytes.
        ///
        /// # Errors
        /// As [`to_vec`].
        pub fn to_bytes<T: $crate::Encode + ?Sized>(value: &T) -> $crate::Result<bytes::Bytes> {
            to_vec(value).map(bytes::Bytes::from)
        }
    };
}

/// Functions derived from `from_bytes_with`: `from_bytes`, `from_reader` and `from_reader_with`.
macro_rules! decoded {
    ($module:literal, $hi:literal, $from_bytes:literal) => {
        #[doc = $from_bytes]
        ///
        /// # Errors
        /// As [`from_slice`].
        pub fn from_bytes<T: for<'de> $crate::Decode<'de>>(
            bytes: &bytes::Bytes,
        ) -> $crate::Result<T> {
            from_bytes_with(bytes, &$crate::Limits::DEFAULT)
        }

        /// Decodes a value from an [`io::Read`](std::io::Read), such as a file, which is read to
        /// its end.
        ///
        /// ```
        #[doc = concat!("let file: &[u8] = ", stringify!($hi), "; // or a `std::fs::File`")]
        #[doc = concat!("let text: String = thriftly::", $module, "::from_reader(file)?;")]
        /// assert_eq!(text, "hi");
        /// # Ok::<(), thriftly::Error>(())
        /// ```
        ///
        /// # Errors
        /// As [`from_slice`]; [`ErrorKind::Io`](crate::ErrorKind::Io) if reading fails;
        /// [`ErrorKind::SizeLimit`](crate::ErrorKind::SizeLimit) if there are more bytes than
        /// [`Limits::message`](crate::Limits::message) allows.
        pub fn from_reader<T: for<'de> $crate::Decode<'de>>(
            reader: impl std::io::Read,
        ) -> $crate::Result<T> {
            from_reader_with(reader, &$crate::Limits::DEFAULT)
        }

        /// Decodes a value as [`from_reader`] does, with custom limits.
        ///
        /// # Errors
        /// As [`from_reader`].
        pub fn from_reader_with<T: for<'de> $crate::Decode<'de>>(
            reader: impl std::io::Read,
            limits: &$crate::Limits,
        ) -> $crate::Result<T> {
            from_bytes_with(&$crate::protocol::values::read_all(reader, limits)?, limits)
        }
    };
}

/// Functions derived from `from_bytes_with` that read one value of a stream.
macro_rules! read_one {
    ($module:literal, $protocol:ident) => {
        /// Reads one value and leaves what follows it in the reader; `None` if the reader is at its end.
        ///
        /// No byte behind the value is waited for, so it can be the last one that a peer has sent.
        ///
        /// ```
        /// let mut bytes = Vec::new();
        /// for text in ["one", "two"] {
        #[doc = concat!("    thriftly::", $module, "::to_writer(&mut bytes, text)?;")]
        #[doc = $crate::protocol::one::separator!($protocol)]
        /// }
        /// let mut file = &bytes[..]; // or a `BufReader` of a file or socket
        /// let mut texts = Vec::<String>::new();
        #[doc = concat!("while let Some(text) = thriftly::", $module, "::read_one(&mut file)? {")]
        ///     texts.push(text);
        /// }
        /// assert_eq!(texts, ["one", "two"]);
        /// # Ok::<(), thriftly::Error>(())
        /// ```
        ///
        /// # Errors
        /// As [`from_slice`], [`ErrorKind::UnexpectedEof`](crate::ErrorKind::UnexpectedEof) if the reader ends
        /// within the value, [`ErrorKind::SizeLimit`](crate::ErrorKind::SizeLimit) if it has more bytes than
        /// [`Limits::message`](crate::Limits::message) allows, and [`ErrorKind::Io`](crate::ErrorKind::Io) if
        /// reading fails. The next value can be read if the error is one of the value and not of its bytes, such as a
        /// required field that is missing ([`ErrorKind::MissingField`](crate::ErrorKind::MissingField)).
        pub fn read_one<T: for<'de> $crate::Decode<'de>>(
            reader: &mut impl std::io::BufRead,
        ) -> $crate::Result<Option<T>> {
            read_one_with(reader, &$crate::Limits::DEFAULT)
        }

        /// Reads a value as [`read_one`] does, with custom limits.
        ///
        /// # Errors
        /// As [`read_one`].
        pub fn read_one_with<T: for<'de> $crate::Decode<'de>>(
            reader: &mut impl std::io::BufRead,
            limits: &$crate::Limits,
        ) -> $crate::Result<Option<T>> {
            $crate::protocol::one::One::new($crate::Protocol::$protocol, limits, from_bytes_with)
                .read(reader)
        }

        /// Reads a value as [`read_one`] does, from an asynchronous reader. A future that is dropped loses what it has read
        /// of the value. With the feature `async`.
        ///
        /// # Errors
        /// As [`read_one`].
        #[cfg(feature = "async")]
        pub async fn read_one_async<T: for<'de> $crate::Decode<'de>>(
            reader: &mut (impl tokio::io::AsyncBufRead + Unpin),
        ) -> $crate::Result<Option<T>> {
            read_one_async_with(reader, &$crate::Limits::DEFAULT).await
        }

        /// Reads a value as [`read_one_async`] does, with custom limits. With the feature `async`.
        ///
        /// # Errors
        /// As [`read_one`].
        #[cfg(feature = "async")]
        pub async fn read_one_async_with<T: for<'de> $crate::Decode<'de>>(
            reader: &mut (impl tokio::io::AsyncBufRead + Unpin),
            limits: &$crate::Limits,
        ) -> $crate::Result<Option<T>> {
            $crate::protocol::one::One::new($crate::Protocol::$protocol, limits, from_bytes_with)
                .read_async(reader)
                .await
        }
    };
}

#[cfg(feature = "json")]
pub(crate) use json_values;
pub(crate) use {decoded, encoded, read_one, values};

/// Converts encoded JSON to text.
#[cfg(feature = "json")]
pub(crate) fn into_text(json: Vec<u8>) -> Result<String> {
    String::from_utf8(json).map_err(|error| {
        Error::new(ErrorKind::InvalidUtf8, "a string is not UTF-8").with_source(error)
    })
}

/// Reads all bytes, up to the message limit.
pub(crate) fn read_all(mut reader: impl std::io::Read, limits: &Limits) -> Result<Bytes> {
    let mut bytes = Vec::new();
    reader.by_ref().take(limits.message as u64).read_to_end(&mut bytes)?;
    if bytes.len() == limits.message && reader.read(&mut [0])? != 0 {
        let message = format!("more than the {} bytes allowed", limits.message);
        return Err(Error::new(ErrorKind::SizeLimit, message));
    }
    Ok(bytes.into())
}
