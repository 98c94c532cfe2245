//! Which requests are the operator's own: not those of other sites, nor of a name that somebody has pointed at
//! the console.

use std::net::IpAddr;

use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{HeaderName, StatusCode};

use super::reply::Refusal;

/// What the browser says of the page that makes a request.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Checks `Host`, and `Origin` if there is one: scripts and old browsers send none with a `GET`.
pub(super) fn check_origin(parts: &Parts, allowed: &[String]) -> Result<(), Refusal> {
    let refused = |message: String| Err(Refusal::new(StatusCode::FORBIDDEN, message));
    // HTTP/2 has the host in the target.
    let authority = parts.uri.authority().map(|authority| authority.as_str());
    let Some(host) = authority.or_else(|| text(&parts.headers, &header::HOST)) else {
        return refused("the request names no host".to_owned());
    };
    if !is_allowed(name_of(host), allowed) {
        return refused(format!(
            "the console is not served as `{}`: allow the name, or use an IP address or `localhost`",
            name_of(host).escape_debug()
        ));
    }
    let Some(origin) = parts.headers.get(header::ORIGIN) else { return Ok(()) };
    let own = origin.to_str().ok().and_then(|origin| {
        let origin = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        origin.filter(|origin| origin.eq_ignore_ascii_case(host))
    });
    match own {
        Some(_) => Ok(()),
        None => refused(format!(
            "a page of {} may not use the console at `{}`",
            shown(origin),
            host.escape_debug()
        )),
    }
}

/// Checks that the browser does not mark the request as that of another site, which may open the page, but
/// nothing else.
pub(super) fn check_site(headers: &HeaderMap) -> Result<(), Refusal> {
    match text(headers, &SITE) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(Refusal::new(StatusCode::FORBIDDEN, "another site may not use the console")),
    }
}

/// Checks the content type, which a page of another site cannot send without asking the console first.
pub(super) fn check_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        let message = "there is no content type; expected application/json";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    match essence.trim().eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => {
            let message =
                format!("the content type is {}; expected application/json", shown(value));
            Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
        }
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    // Of two hosts, a proxy may have checked the other one.
    let mut values = headers.get_all(name).iter();
    let only = values.next().filter(|_| values.next().is_none());
    only.and_then(|value| value.to_str().ok())
}

fn shown(value: &HeaderValue) -> String {
    format!("`{}`", String::from_utf8_lossy(value.as_bytes()).escape_debug())
}

/// The host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A site can point its own names at any address, but has no power over addresses and `localhost`.
fn is_allowed(name: &str, allowed: &[String]) -> bool {
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    address.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || allowed.iter().any(|one| one.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(host: Option<&str>, origin: Option<&str>) -> Result<(), String> {
        let mut request = http::Request::new(());
        for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
            if let Some(value) = value {
                request.headers_mut().append(name, value.parse().expect("it is a value"));
            }
        }
        let parts = request.into_parts().0;
        check_origin(&parts, &["console.internal".to_owned()])
            .map_err(|refusal| refusal.error.to_string())
    }

    #[test]
    fn hosts_are_addresses_localhost_and_allowed_names() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "[::1]:8080",
            "[::1]",
            "10.0.0.7",
            "localhost:8080",
            "LOCALHOST",
            "console.internal",
            "Console.Internal:443",
        ] {
            assert_eq!(checked(Some(host), None), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "evil.localhost.example",
            "internal",
            "",
            "[::1",
            "1.2.3",
            "console.internal.evil.example",
        ] {
            assert!(checked(Some(host), None).is_err(), "{host}");
        }
        assert_eq!(checked(None, None), Err("the request names no host".to_owned()));
    }

    #[test]
    fn a_request_with_two_hosts_is_refused() {
        let mut request = http::Request::new(());
        for host in ["127.0.0.1", "evil.example"] {
            request.headers_mut().append(header::HOST, HeaderValue::from_static(host));
        }
        assert!(check_origin(&request.into_parts().0, &[]).is_err());
    }

    #[test]
    fn an_origin_is_the_host_itself() {
        let host = Some("127.0.0.1:8080");
        assert_eq!(checked(host, Some("http://127.0.0.1:8080")), Ok(()));
        // A proxy ends TLS.
        assert_eq!(checked(host, Some("https://127.0.0.1:8080")), Ok(()));
        for origin in [
            "null",
            "http://evil.example",
            "http://127.0.0.1",
            "http://127.0.0.1:80801",
            "http://localhost:8080",
            "file://",
            "127.0.0.1:8080",
            "http://127.0.0.1:8080.evil.example",
            "ftp://127.0.0.1:8080",
            "",
        ] {
            assert!(checked(host, Some(origin)).is_err(), "{origin}");
        }
    }

    #[test]
    fn only_json_is_a_call() {
        let check = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
            check_json(&headers).is_ok()
        };
        assert!(check("application/json") && check("Application/JSON; charset=utf-8"));
        assert!(!check("text/plain") && !check("text/plain; application/json"));
        assert!(
            !check("application/x-www-form-urlencoded") && !check("application/json-patch+json")
        );
        assert!(check_json(&HeaderMap::new()).is_err());
    }
}
