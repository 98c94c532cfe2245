//! Headers of calls and replies as HTTP headers.

use std::time::Duration;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::error::{Error, ErrorKind, Result};
use crate::rpc::message::Headers;

/// The time that a call has, in milliseconds; the name is fbthrift's.
pub(crate) const TIMEOUT: HeaderName = HeaderName::from_static("client_timeout");

/// Whether HTTP itself uses the header: it belongs to the connection, or describes the body.
fn is_reserved(name: &HeaderName) -> bool {
    const KEEP_ALIVE: &str = "keep-alive";
    const PROXY_CONNECTION: &str = "proxy-connection";
    matches!(
        *name,
        header::ACCEPT
            | header::ACCEPT_ENCODING
            | header::CONNECTION
            | header::CONTENT_ENCODING
            | header::CONTENT_LENGTH
            | header::CONTENT_TYPE
            | header::DATE
            | header::EXPECT
            | header::HOST
            | header::TE
            | header::TRAILER
            | header::TRANSFER_ENCODING
            | header::UPGRADE
    ) || matches!(name.as_str(), KEEP_ALIVE | PROXY_CONNECTION)
}

/// The headers of a received call or reply, without those of HTTP itself and of the connection. Values
/// of a name that occurs more than once are joined by commas, as RFC 9110 (5.2) has it.
pub(crate) fn received(map: &HeaderMap) -> Headers {
    let mut headers = Headers::default();
    let options = map.get(header::CONNECTION).and_then(|value| value.to_str().ok());
    let of_connection = |name: &HeaderName| {
        let mut options = options.unwrap_or_default().split(',').map(str::trim);
        options.any(|option| option.eq_ignore_ascii_case(name.as_str()))
    };
    for name in map.keys() {
        if is_reserved(name) || (options.is_some() && of_connection(name)) {
            continue;
        }
        let mut values =
            map.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let Some(first) = values.next() else { continue };
        let mut value = first.into_owned();
        let separator = if *name == header::COOKIE { "; " } else { ", " };
        for more in values {
            value.push_str(separator);
            value.push_str(&more);
        }
        headers.insert(name.as_str(), value);
    }
    headers
}

/// Adds the headers of a call or reply.
///
/// # Errors
/// A name or value is not allowed in HTTP, or HTTP itself uses the name.
pub(crate) fn append(headers: &Headers, map: &mut HeaderMap) -> Result<()> {
    for (name, value) in headers.iter() {
        let (name, value) = header(name, value)?;
        map.insert(name, value);
    }
    Ok(())
}

/// Checks a header.
///
/// # Errors
/// As [`append`].
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let shown = name.escape_debug();
    let refused = |why: &str| {
        Error::new(ErrorKind::InvalidData, format!("the header `{shown}` cannot be sent: {why}"))
    };
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| refused("its name is not allowed in HTTP"))?;
    if is_reserved(&name) {
        return Err(refused("HTTP itself uses it"));
    }
    let value = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| refused("its value contains control characters, such as line ends"))?;
    Ok((name, value))
}

/// The time that a call has, if its headers tell.
pub(crate) fn timeout(map: &HeaderMap) -> Option<Duration> {
    let milliseconds = map.get(TIMEOUT)?.to_str().ok()?.trim().parse().ok()?;
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}

/// The value of the header for a call that has so much time: at least a millisecond.
pub(crate) fn timeout_value(timeout: Duration) -> HeaderValue {
    let milliseconds = timeout.as_micros().div_ceil(1000).clamp(1, i32::MAX as u128);
    HeaderValue::from(milliseconds as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_connection_and_of_the_body_are_left_out() {
        let mut map = HeaderMap::new();
        for (name, value) in [
            ("host", "a"),
            ("connection", "keep-alive, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("content-type", "application/x-thrift"),
            ("content-length", "5"),
            ("traceparent", "00-1-2-01"),
            ("x-many", "a"),
            ("x-many", "b"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
        ] {
            map.append(
                HeaderName::from_static(if name == "x-hop" { "x-hop" } else { name }),
                HeaderValue::from_static(value),
            );
        }
        let headers = received(&map);
        let mut all: Vec<_> = headers.iter().collect();
        all.sort_unstable();
        assert_eq!(all, [("cookie", "a=1; b=2"), ("traceparent", "00-1-2-01"), ("x-many", "a, b")]);
    }

    #[test]
    fn line_ends_and_reserved_names_are_refused() {
        for (name, value) in [
            ("x-a", "1\r\nx-b: 2"),
            ("x-a", "1\n"),
            ("x-a", "\0"),
            ("x a", "1"),
            ("x-a\r\nx-b", "1"),
            ("", "1"),
            ("Content-Length", "1"),
            ("transfer-encoding", "chunked"),
            ("Host", "other"),
        ] {
            let mut headers = Headers::default();
            headers.insert(name, value);
            let error = append(&headers, &mut HeaderMap::new()).expect_err(name);
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            assert!(error.message().starts_with("the header `"), "{error}");
            assert!(!error.message().contains('\n'), "{error}");
        }
    }

    #[test]
    fn headers_arrive_as_they_were_set() -> Result<()> {
        let mut headers = Headers::default();
        headers.insert("Tenant", "Zoë");
        headers.insert("x-empty", "");
        let mut map = HeaderMap::new();
        append(&headers, &mut map)?;
        let received = received(&map);
        assert_eq!((received.get("tenant"), received.get("x-empty")), (Some("Zoë"), Some("")));
        Ok(())
    }

    #[test]
    fn timeouts_are_milliseconds() {
        let mut map = HeaderMap::new();
        for (text, expected) in
            [("250", Some(250)), (" 7 ", Some(7)), ("0", None), ("-1", None), ("x", None)]
        {
            map.insert(TIMEOUT, HeaderValue::from_static(text));
            assert_eq!(timeout(&map), expected.map(Duration::from_millis));
        }
        assert_eq!(timeout_value(Duration::from_micros(1)), "1");
        assert_eq!(timeout_value(Duration::from_millis(1500)), "1500");
        assert_eq!(timeout_value(Duration::MAX), "2147483647");
    }
}
