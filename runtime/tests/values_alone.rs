//! The functions for values alone are the same in every protocol.

use thriftly::{ApplicationError, ApplicationErrorKind, Bytes, ErrorKind, Limits, Result};

fn value() -> ApplicationError {
    ApplicationError { message: "héllo".into(), kind: ApplicationErrorKind::BAD_SEQUENCE_ID }
}

macro_rules! written {
    ($module:ident) => {
        let vec = thriftly::$module::to_vec(&value())?;
        assert_eq!(thriftly::$module::to_bytes(&value())?, vec);
        let mut written = Vec::new();
        thriftly::$module::to_writer(&mut written, &value())?;
        assert_eq!(written, vec);
        let mut behind = b"before".to_vec();
        thriftly::$module::append_to(&value(), &mut behind)?;
        assert_eq!(behind, [b"before", &vec[..]].concat());
    };
}

macro_rules! read {
    ($module:ident) => {
        let bytes = Bytes::from(thriftly::$module::to_vec(&value())?);
        let limits = Limits::DEFAULT;
        assert_eq!(thriftly::$module::from_slice::<ApplicationError>(&bytes)?, value());
        assert_eq!(thriftly::$module::from_bytes::<ApplicationError>(&bytes)?, value());
        assert_eq!(thriftly::$module::from_reader::<ApplicationError>(&bytes[..])?, value());
        let few = Limits { message: bytes.len(), ..limits };
        let read = thriftly::$module::from_reader_with::<ApplicationError>(&bytes[..], &few)?;
        assert_eq!(read, value());
        // One byte too many.
        let few = Limits { message: bytes.len() - 1, ..limits };
        let read = thriftly::$module::from_reader_with::<ApplicationError>(&bytes[..], &few);
        assert_eq!(read.map_err(|error| error.kind()), Err(ErrorKind::SizeLimit));
        // A struct within none.
        let flat = Limits { depth: 0, ..limits };
        for read in [
            thriftly::$module::from_slice_with::<ApplicationError>(&bytes, &flat),
            thriftly::$module::from_bytes_with::<ApplicationError>(&bytes, &flat),
            thriftly::$module::from_reader_with::<ApplicationError>(&bytes[..], &flat),
        ] {
            assert_eq!(read.map_err(|error| error.kind()), Err(ErrorKind::DepthLimit));
        }
    };
}

#[test]
fn values_are_written_by_the_same_functions() -> Result<()> {
    written!(binary);
    written!(compact);
    #[cfg(feature = "json")]
    {
        written!(json);
        written!(simple_json);
        let text = thriftly::json::to_string(&value())?;
        assert_eq!(text.as_bytes(), thriftly::json::to_vec(&value())?);
        let text = thriftly::simple_json::to_string(&value())?;
        assert_eq!(text.as_bytes(), thriftly::simple_json::to_vec(&value())?);
    }
    #[cfg(feature = "thriftpy-json")]
    {
        written!(thriftpy_json);
    }
    Ok(())
}

#[test]
fn values_are_read_by_the_same_functions() -> Result<()> {
    read!(binary);
    read!(compact);
    #[cfg(feature = "json")]
    {
        read!(json);
        let text = thriftly::json::to_string(&value())?;
        assert_eq!(thriftly::json::from_str::<ApplicationError>(&text)?, value());
        let flat = Limits { depth: 0, ..Limits::DEFAULT };
        let read = thriftly::json::from_str_with::<ApplicationError>(&text, &flat);
        assert_eq!(read.map_err(|error| error.kind()), Err(ErrorKind::DepthLimit));
    }
    #[cfg(feature = "thriftpy-json")]
    {
        read!(thriftpy_json);
    }
    Ok(())
}

/// Simple JSON has no keys that are lists: what was begun is taken back.
#[cfg(feature = "json")]
#[test]
fn a_failed_encode_leaves_the_buffer_unchanged() {
    let value = std::collections::BTreeMap::from([(vec![1], 2)]);
    let mut bytes = b"before".to_vec();
    let result = thriftly::simple_json::append_to(&value, &mut bytes);
    assert_eq!(result.map_err(|error| error.kind()), Err(ErrorKind::InvalidData));
    assert_eq!(bytes, b"before");
    let mut written = Vec::new();
    assert!(thriftly::simple_json::to_writer(&mut written, &value).is_err());
    assert!(written.is_empty());
}
