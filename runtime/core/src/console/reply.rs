//! Responses of the console.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use serde_json::json;

use crate::error::Error;

/// What a page of the console may do: run its own script and style, and talk to the console.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Headers of every response.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // The next version of the console has other files, and answers are nobody else's.
    (header::CACHE_CONTROL, "no-store"),
];

pub(super) const JSON: &str = "application/json";

/// The body of a response of a [`Console`](super::Console). Its length is known.
#[derive(Debug, Default)]
pub struct ConsoleBody(Bytes);

impl Body for ConsoleBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

/// A response with this content, which no other site can read, frame or misinterpret.
pub(super) fn response(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<ConsoleBody> {
    let mut response = Response::new(ConsoleBody(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The response to a request that is no call, or to a call that failed.
pub(super) fn failed(status: StatusCode, error: &Error) -> Response<ConsoleBody> {
    let body = json!({ "error": described(error) });
    response(status, JSON, body.to_string())
}

/// An error for the page and for scripts.
pub(super) fn described(error: &Error) -> serde_json::Value {
    json!({
        "kind": error.kind().to_string(),
        "path": error.path(),
        "message": error.message(),
        "text": error.to_string(),
    })
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: Error,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal { status, error: Error::new(crate::ErrorKind::InvalidData, message.into()) }
    }

    pub(super) fn response(&self) -> Response<ConsoleBody> {
        let mut response = failed(self.status, &self.error);
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
        }
        response
    }
}
