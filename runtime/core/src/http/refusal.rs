//! HTTP requests that carry no call, and the responses to them.

use std::time::Duration;

use http::header::{self, HeaderValue};
use http::{Method, StatusCode, Version};

use super::body::MessageBody;
use crate::error::Error;
use crate::limits::Limits;

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// For the client and the log.
    pub(crate) text: String,
}

impl Refusal {
    fn new(status: StatusCode, text: impl Into<String>) -> Refusal {
        Refusal { status, text: text.into() }
    }

    #[cold]
    pub(super) fn method(method: &Method) -> Refusal {
        Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format!(
                "this address serves Thrift: POST a message with the content type \
                 application/x-thrift; {method} is not supported"
            ),
        )
    }

    #[cold]
    pub(super) fn path(path: &str, served: &str) -> Refusal {
        let text = format!("Thrift is served at {served}, not at {}", path.escape_debug());
        Refusal::new(StatusCode::NOT_FOUND, text)
    }

    #[cold]
    pub(super) fn content_type(value: &HeaderValue) -> Refusal {
        let value = String::from_utf8_lossy(value.as_bytes());
        let text =
            format!("the content type is {}, not application/x-thrift", value.escape_debug(),);
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
    }

    #[cold]
    pub(super) fn encoding() -> Refusal {
        let text = "the body has a content encoding, which is not supported";
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)
    }

    #[cold]
    pub(super) fn no_length() -> Refusal {
        let text = "the request has neither a content length nor a transfer encoding";
        Refusal::new(StatusCode::LENGTH_REQUIRED, text)
    }

    #[cold]
    pub(super) fn two_lengths() -> Refusal {
        let text = "the request has both a content length and a transfer encoding";
        Refusal::new(StatusCode::BAD_REQUEST, text)
    }

    #[cold]
    pub(super) fn too_large(limits: &Limits) -> Refusal {
        let text = format!("the body is larger than `Limits::message` ({} bytes)", limits.message);
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, text)
    }

    #[cold]
    pub(super) fn not_held(error: &Error) -> Refusal {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }

    #[cold]
    pub(super) fn body(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Refusal {
        let text = format!("cannot receive the body: {}", error.into());
        Refusal::new(StatusCode::BAD_REQUEST, text)
    }

    #[cold]
    pub(super) fn too_slow(limit: Duration) -> Refusal {
        let text = format!("the body did not come in {limit:?}");
        Refusal::new(StatusCode::REQUEST_TIMEOUT, text)
    }

    #[cold]
    pub(super) fn no_call(error: &Error) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, format!("the body is no call of Thrift: {error}"))
    }

    /// The response: a line of text. The connection is closed behind one whose request may not have been
    /// read to its end.
    pub(super) fn response(self, version: Version) -> http::Response<MessageBody> {
        let Refusal { status, mut text } = self;
        text.push('\n');
        let mut response = http::Response::new(MessageBody::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, text);
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        if version <= Version::HTTP_11 {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
