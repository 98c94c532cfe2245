//! The common parts of a channel's requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::uri::{Parts, PathAndQuery, Uri};
use http::{Method, Version};

use super::body::MessageBody;
use super::cookies::Cookies;
use super::headers;
use crate::error::{Error, ErrorKind, Result};
use crate::messages::Message;
use crate::net::address::{Address, Scheme};
use crate::rpc::deadline::Deadline;
use crate::rpc::message::Request;
use crate::ttype::MessageKind;
use crate::value::base64;

/// Settings of clients that speak HTTP.
#[derive(Debug, Clone, Default)]
pub(crate) struct HttpOptions {
    /// Sent with each call.
    pub(crate) headers: Vec<(String, Secret)>,
    pub(crate) cookies: bool,
    pub(crate) http2: bool,
}

/// A value that is not shown: it may be a password.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl HttpOptions {
    /// Sets a header; one with the same name is replaced.
    pub(crate) fn set(&mut self, name: String, value: String) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        self.headers.push((name, Secret(value)));
    }

    /// The header of the user and password.
    pub(crate) fn basic_auth(user: &str, password: &str) -> String {
        let credentials = format!("{user}:{password}");
        let mut value = b"Basic ".to_vec();
        base64::encode(credentials.as_bytes(), &mut value);
        String::from_utf8(value).unwrap_or_default()
    }
}

/// The server of a channel, at its path.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) version: super::Version,
    uri: Uri,
    headers: HeaderMap,
    cookies: Option<Mutex<Cookies>>,
}

impl Target {
    /// The target that an address names; `None` if it is not one of HTTP.
    ///
    /// # Errors
    /// The path or one of the headers is not allowed in HTTP.
    pub(crate) fn new(address: &Address, options: &HttpOptions) -> Result<Option<Arc<Target>>> {
        let scheme = match address.scheme() {
            Scheme::Http => http::uri::Scheme::HTTP,
            Scheme::Https => http::uri::Scheme::HTTPS,
            _ => return Ok(None),
        };
        let wrong = |error: http::Error| {
            let message = format!("the address `{address}` is no URL: {error}");
            Error::new(ErrorKind::Address, message).with_source(error)
        };
        let host = match address.host().contains(':') {
            true => format!("[{}]", address.host()),
            false => address.host().to_owned(),
        };
        let default = if scheme == http::uri::Scheme::HTTP { 80 } else { 443 };
        let authority = match address.port() {
            port if port == default => host,
            port => format!("{host}:{port}"),
        };
        let path = PathAndQuery::try_from(address.path()).map_err(|error| wrong(error.into()))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, super::exchange::THRIFT);
        headers.insert(header::ACCEPT, super::exchange::THRIFT);
        let agent = HeaderValue::from_static(concat!("thriftly/", env!("CARGO_PKG_VERSION")));
        headers.insert(header::USER_AGENT, agent);
        let mut parts = Parts::default();
        parts.path_and_query = Some(path);
        let version = match options.http2 {
            true => {
                parts.scheme = Some(scheme);
                parts.authority = Some(
                    authority
                        .parse()
                        .map_err(|error: http::uri::InvalidUri| wrong(error.into()))?,
                );
                super::Version::Two
            }
            false => {
                let authority = HeaderValue::try_from(authority);
                headers.insert(header::HOST, authority.map_err(|error| wrong(error.into()))?);
                super::Version::One
            }
        };
        let uri = Uri::from_parts(parts).map_err(|error| wrong(error.into()))?;
        for (name, value) in &options.headers {
            let (name, mut value) = headers::header(name, &value.0)?;
            value.set_sensitive(is_secret(&name));
            headers.insert(name, value);
        }
        let cookies = options.cookies.then(Mutex::default);
        Ok(Some(Arc::new(Target { version, uri, headers, cookies })))
    }

    /// The request that carries a call.
    ///
    /// # Errors
    /// A header of the call cannot be sent.
    pub(crate) fn request(
        &self,
        request: &Request,
        seqid: i32,
        now: Instant,
    ) -> Result<http::Request<MessageBody>> {
        let mut map = self.headers.clone();
        headers::append(&request.headers, &mut map)?;
        if let Deadline::At(deadline) = request.deadline {
            let left = deadline.saturating_duration_since(now);
            map.insert(headers::TIMEOUT, headers::timeout_value(left));
        }
        if let Some(cookies) = &self.cookies
            && let Some(cookies) = lock(cookies).header()
            && !map.contains_key(header::COOKIE)
        {
            map.insert(header::COOKIE, cookies);
        }
        let message = Message {
            method: request.method.clone(),
            kind: if request.oneway { MessageKind::Oneway } else { MessageKind::Call },
            seqid,
            protocol: request.protocol,
            body: request.body.clone(),
            limits: request.limits,
        };
        let mut request = http::Request::new(MessageBody::of(message, None));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        if self.version == super::Version::Two {
            *request.version_mut() = Version::HTTP_2;
        }
        *request.headers_mut() = map;
        Ok(request)
    }

    /// Takes the cookies of a response.
    pub(crate) fn take_cookies(&self, headers: &HeaderMap) {
        if let Some(cookies) = &self.cookies
            && headers.contains_key(header::SET_COOKIE)
        {
            lock(cookies).take(headers);
        }
    }
}

/// Whether the value of a header is not to be shown, nor kept in the tables of HTTP/2.
fn is_secret(name: &HeaderName) -> bool {
    [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE].contains(name)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is locked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
