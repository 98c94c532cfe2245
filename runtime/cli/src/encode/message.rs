//! Messages from JSON, as `decode` writes them.

use bytes::Bytes;
use serde_json::{Map, Value as Json};
use thriftly_core::dynamic::{CallError, Idl, Method, Value};
use thriftly_core::messages::Message;
use thriftly_core::{
    ApplicationErrorKind, Error, ErrorKind, Headers, Protocol, Request, Response, ResponseKind,
    Result,
};

use super::{Encode, raw};
use crate::decode::method_of;
use crate::stack;

/// Members that a message may have. The last ones are said by `decode` alone.
const MEMBERS: [&str; 15] = [
    "method",
    "kind",
    "seqid",
    "protocol",
    "framing",
    "headers",
    "arguments",
    "result",
    "exception",
    "error",
    "body",
    "offset",
    "from",
    "to",
    "time",
];

/// Encodes a message: `{"method": "Store.get", "arguments": {"key": "a"}}`.
pub(super) fn encode(json: Json, idl: Option<&Idl>, encode: &Encode) -> Result<Bytes> {
    let Json::Object(mut members) = json else { return Err(wrong("expected an object")) };
    for name in members.keys() {
        if !MEMBERS.contains(&name.as_str()) {
            return Err(wrong(format!("a message has no `{}`", name.escape_debug())));
        }
    }
    let name = text(&mut members, "method")?.ok_or_else(|| wrong("`method` is missing"))?;
    let stated = text(&mut members, "protocol")?.map(|word| {
        stack::protocol(&word).ok_or_else(|| wrong(format!("`{word}` is no protocol")))
    });
    let protocol = encode.protocol.or(stated.transpose()?).unwrap_or_default();
    let stated = text(&mut members, "framing")?
        .map(|word| stack::framing(&word).ok_or_else(|| wrong(format!("`{word}` is no framing"))));
    let framing = encode.framing.or(stated.transpose()?).unwrap_or_default();
    let seqid = match members.remove("seqid") {
        None => 0,
        Some(number) => {
            let seqid = number.as_i64().and_then(|number| i32::try_from(number).ok());
            seqid.ok_or_else(|| wrong("`seqid` is no i32"))?
        }
    };
    let mut headers = Headers::default();
    if let Some(given) = members.remove("headers") {
        let Json::Object(given) = given else { return Err(wrong("`headers` is no object")) };
        for (name, value) in given {
            let value = value.as_str().ok_or_else(|| wrong("`headers` has what is no text"))?;
            headers.insert(name, value);
        }
    }
    let kind = text(&mut members, "kind")?;
    let content = Content::of(&mut members)?;
    let method = || match idl {
        Some(idl) => method_of(idl, encode.coded.service.as_deref(), &name),
        None => Err(wrong("without the IDL a message has a `body`")),
    };
    let message = made(content, kind.as_deref(), &name, protocol, seqid, method)?;
    message.into_framed(framing, &headers)
}

/// What the body is.
enum Content {
    Arguments(Value),
    Result(Value),
    /// The name of the exception, and its fields.
    Exception(String, Value),
    Error(ApplicationErrorKind, String),
    Raw(Json),
}

impl Content {
    fn of(members: &mut Map<String, Json>) -> Result<Content> {
        let value = |json| serde_json::from_value(json).map_err(|error| wrong(error.to_string()));
        if let Some(arguments) = members.remove("arguments") {
            return value(arguments).map(Content::Arguments);
        }
        if let Some(result) = members.remove("result") {
            return value(result).map(Content::Result);
        }
        if let Some(body) = members.remove("body") {
            return Ok(Content::Raw(body));
        }
        if let Some(exception) = members.remove("exception") {
            let Json::Object(named) = exception else {
                return Err(wrong("`exception` is no object"));
            };
            return match named.into_iter().next() {
                Some((name, fields)) => Ok(Content::Exception(name, value(fields)?)),
                None => Err(wrong("`exception` names none")),
            };
        }
        if let Some(error) = members.remove("error") {
            let kind = error["kind"].as_str().unwrap_or("UNKNOWN");
            let kind = kind_of(kind)
                .ok_or_else(|| wrong(format!("`{}` is no kind of error", kind.escape_debug())))?;
            let message = error["message"].as_str().unwrap_or_default();
            return Ok(Content::Error(kind, message.to_owned()));
        }
        Err(wrong("there is neither `arguments`, `result`, `exception`, `error` nor `body`"))
    }
}

/// The kind of an error by its name.
pub(crate) fn kind_of(name: &str) -> Option<ApplicationErrorKind> {
    (0..=10).map(ApplicationErrorKind).find(|kind| kind.name() == name)
}

fn made(
    content: Content,
    kind: Option<&str>,
    name: &str,
    protocol: Protocol,
    seqid: i32,
    method: impl Fn() -> Result<Method>,
) -> Result<Message> {
    // `Store.get` is a name of the IDL; a message has `get`, or `Store:get` if it is multiplexed.
    let wire = name.rsplit_once('.').map_or(name, |(_, method)| method).to_owned();
    let reply = |response| {
        let call = Request::new(wire.clone(), protocol, Default::default());
        let reply = Message::call(call, seqid).reply(response);
        reply.ok_or_else(|| wrong("a oneway method has no reply"))
    };
    match content {
        Content::Arguments(arguments) => {
            let method = method()?;
            let body = method.encode_arguments(protocol, arguments)?;
            let mut request = Request::new(wire, protocol, body);
            request.oneway = match kind {
                Some("call") => false,
                Some("oneway") => true,
                None => method.is_oneway(),
                Some(other) => return Err(unfit(other, "arguments")),
            };
            Ok(Message::call(request, seqid))
        }
        Content::Result(value) => reply(Ok(method()?.encode_answer(protocol, Ok(value))?)),
        Content::Exception(name, fields) => {
            let method = method()?;
            let thrown = method.throws().find(|field| field.ty().name() == name);
            let thrown = thrown.ok_or_else(|| {
                wrong(format!("`{}` does not declare `{}`", method.name(), name.escape_debug()))
            })?;
            let exception = thrown.ty().convert(fields)?;
            let exception = exception.as_struct().cloned();
            let exception = exception.ok_or_else(|| wrong("the exception is no struct"))?;
            let answer = method.encode_answer(protocol, Err(CallError::Exception(exception)));
            reply(Ok(answer?))
        }
        Content::Error(kind, message) => reply(Err(Error::application(kind, message))),
        Content::Raw(json) => {
            let body = raw::encode(&json, protocol)?.into();
            match kind {
                Some(one @ ("call" | "oneway")) => {
                    let mut request = Request::new(wire, protocol, body);
                    request.oneway = one == "oneway";
                    Ok(Message::call(request, seqid))
                }
                Some("reply") => reply(Ok(Response::new(ResponseKind::Reply, protocol, body))),
                Some("exception") => {
                    reply(Ok(Response::new(ResponseKind::Exception, protocol, body)))
                }
                Some(other) => Err(unfit(other, "body")),
                None => Err(wrong("`kind` is missing: call, oneway, reply or exception")),
            }
        }
    }
}

#[cold]
fn unfit(kind: &str, member: &str) -> Error {
    wrong(format!("a message of the kind `{}` has no `{member}`", kind.escape_debug()))
}

/// Takes a member that is text.
fn text(members: &mut Map<String, Json>, name: &str) -> Result<Option<String>> {
    match members.remove(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(format!("`{name}` is no text"))),
    }
}

#[cold]
fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidData, message.into())
}
