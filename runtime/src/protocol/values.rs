//! Values alone, without services: the same functions for each protocol.

/// The functions of a protocol's module, over its writer and reader.
///
/// ```text
/// values!("binary", BinaryWriter, BinaryReader);
/// // pub fn to_vec, append_to, to_body, from_slice, from_slice_with, from_bytes, from_bytes_with
/// ```
macro_rules! values {
    ($module:literal, $writer:ident, $reader:ident) => {
        /// Encodes a value.
        ///
        /// ```
        #[doc = concat!("let bytes = thriftly::", $module, "::to_vec(\"hi\")?;")]
        #[doc = concat!("assert_eq!(thriftly::", $module, "::from_slice::<&str>(&bytes)?, \"hi\");")]
        /// # Ok::<(), thriftly::Error>(())
        /// ```
        ///
        /// # Errors
        /// A string or container has more than 2³¹ - 1 bytes or elements.
        pub fn to_vec<T: $crate::Encode + ?Sized>(value: &T) -> $crate::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            append_to(value, &mut bytes)?;
            Ok(bytes)
        }

        /// Encodes a value behind what `bytes` holds, so that one buffer may serve for many values.
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
        /// As [`to_vec`]. What `bytes` held before is left as it was.
        pub fn append_to<T: $crate::Encode + ?Sized>(
            value: &T,
            bytes: &mut Vec<u8>,
        ) -> $crate::Result<()> {
            let before = bytes.len();
            let mut writer = $writer::new(std::mem::take(bytes));
            value.encode(&mut writer);
            let result;
            (*bytes, result) = writer.finish();
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
            writer.finish_body()
        }

        /// Decodes a value. Bytes behind it are an error.
        ///
        /// # Errors
        /// The bytes are not such a value, or it breaks one of the default
        /// [`Limits`](crate::Limits).
        pub fn from_slice<'de, T: $crate::Decode<'de>>(bytes: &'de [u8]) -> $crate::Result<T> {
            from_slice_with(bytes, &$crate::Limits::DEFAULT)
        }

        /// Decodes a value as [`from_slice`] does, under limits of one's own.
        ///
        /// # Errors
        /// As [`from_slice`].
        pub fn from_slice_with<'de, T: $crate::Decode<'de>>(
            bytes: &'de [u8],
            limits: &$crate::Limits,
        ) -> $crate::Result<T> {
            from_reader($reader::new(bytes, limits))
        }

        /// Decodes a value; large `binary` values share the memory of `bytes`.
        ///
        /// # Errors
        /// As [`from_slice`].
        pub fn from_bytes<T: for<'de> $crate::Decode<'de>>(
            bytes: &bytes::Bytes,
        ) -> $crate::Result<T> {
            from_bytes_with(bytes, &$crate::Limits::DEFAULT)
        }

        /// Decodes a value as [`from_bytes`] does, under limits of one's own.
        ///
        /// # Errors
        /// As [`from_slice`].
        pub fn from_bytes_with<T: for<'de> $crate::Decode<'de>>(
            bytes: &bytes::Bytes,
            limits: &$crate::Limits,
        ) -> $crate::Result<T> {
            from_reader($reader::shared(bytes, limits))
        }

        fn from_reader<'de, T: $crate::Decode<'de>>(mut reader: $reader<'de>) -> $crate::Result<T> {
            let value = T::decode(&mut reader)?;
            reader.finish()?;
            Ok(value)
        }
    };
}

pub(crate) use values;
