//! Responses as replies.

use http::header::{self, HeaderMap};
use http_body::Body;
use hyper::body::Incoming;
use std::pin::pin;

use super::body::{Unreceived, receive};
use super::failure::Failure;
use super::headers;
use super::target::Target;
use crate::connection::Reply;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::messages::Message;
use crate::rpc::message::{MethodName, Protocol, Response};

/// Bytes of the body of an error that are read, and characters of it that are shown.
const READ: usize = 4096;
const SHOWN: usize = 200;

/// A call whose response is awaited.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) method: MethodName,
    pub(crate) oneway: bool,
    pub(crate) protocol: Protocol,
    pub(crate) seqid: i32,
}

/// The reply in a response. Errors are those of the call; the connection stays in use.
///
/// # Errors
/// The connection failed while the response was received.
pub(crate) async fn reply(
    response: http::Response<Incoming>,
    called: &Called,
    target: &Target,
    limits: &Limits,
) -> Result<Result<Response>, Failure> {
    let (parts, body) = response.into_parts();
    target.take_cookies(&parts.headers);
    if !parts.status.is_success() {
        let line = first_line(body).await;
        return Ok(Err(status_error(parts.status, &parts.headers, &line)));
    }
    let received = receive(body, limits.message, |_| Ok(())).await;
    if called.oneway {
        // The status has answered it. Some servers end the body without its length or a proper end.
        return Ok(Ok(Response::none(called.protocol)));
    }
    let bytes = match received {
        Ok(bytes) => bytes,
        Err(Unreceived::Failed(error)) => return Err(error.into()),
        Err(Unreceived::NotHeld(error)) => return Ok(Err(error)),
        Err(Unreceived::TooLarge) => {
            let limit = limits.message;
            let message = format!("the reply is larger than `Limits::message` ({limit} bytes)");
            return Ok(Err(Error::new(ErrorKind::SizeLimit, message)));
        }
    };
    if bytes.is_empty() {
        let message = "the response has no body; the server may take the method for oneway";
        return Ok(Err(Error::new(ErrorKind::BadReply, message)));
    }
    let message = match Message::from_bytes_with(bytes, limits) {
        Ok(message) => message,
        Err(error) => return Ok(Err(no_message(&parts.headers, error))),
    };
    Ok(message.into_response(&called.method, called.seqid).map(|mut response| {
        response.headers = headers::received(&parts.headers);
        response
    }))
}

/// The first line of a body, as far as it is there soon.
async fn first_line(body: Incoming) -> String {
    let mut body = pin!(body);
    let mut read = Vec::new();
    while read.len() < READ && !read.contains(&b'\n') {
        let frame = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await;
        let Some(Ok(frame)) = frame else { break };
        if let Ok(data) = frame.into_data() {
            read.extend_from_slice(&data[..data.len().min(READ)]);
        }
    }
    let text = String::from_utf8_lossy(&read);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(SHOWN).collect::<String>().escape_debug().to_string()
}

/// The error for a status that says that there is no reply.
#[cold]
fn status_error(status: http::StatusCode, headers: &HeaderMap, line: &str) -> Error {
    let mut message = format!("the server answered with the status {status}");
    if let Some(location) = headers.get(header::LOCATION).and_then(|value| value.to_str().ok()) {
        message.push_str(&format!(" (location: {})", location.escape_debug()));
    }
    if !line.is_empty() {
        message.push_str(&format!(": {line}"));
    }
    let kind = match status.as_u16() {
        413 => ErrorKind::SizeLimit,
        408 | 504 => ErrorKind::Timeout,
        429 | 503 => ErrorKind::Overloaded,
        _ => ErrorKind::BadReply,
    };
    Error::new(kind, message)
}

/// The error for a body that is not a message.
#[cold]
fn no_message(headers: &HeaderMap, error: Error) -> Error {
    let content = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content = content.unwrap_or("none").escape_debug();
    let message = format!("the reply is no message of Thrift (content type: {content}): {error}");
    Error::new(ErrorKind::InvalidData, message).with_source(error)
}

/// The reply to a call, as the pool takes it.
pub(crate) fn delivered(called: &Called, result: Result<Response>) -> Reply {
    Reply { seqid: called.seqid, method: called.method.clone(), result }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_an_error_with_the_first_line_of_its_body() {
        let mut headers = HeaderMap::new();
        for (status, kind) in [
            (401, ErrorKind::BadReply),
            (404, ErrorKind::BadReply),
            (413, ErrorKind::SizeLimit),
            (503, ErrorKind::Overloaded),
            (504, ErrorKind::Timeout),
        ] {
            let status = http::StatusCode::from_u16(status).expect("it is one");
            let error = status_error(status, &headers, "why");
            assert_eq!(error.kind(), kind);
            assert!(
                error.message().ends_with(&format!("with the status {status}: why")),
                "{error}"
            );
        }
        headers.insert(header::LOCATION, http::HeaderValue::from_static("/other"));
        let error = status_error(http::StatusCode::FOUND, &headers, "");
        assert!(error.message().ends_with("302 Found (location: /other)"), "{error}");
    }
}
