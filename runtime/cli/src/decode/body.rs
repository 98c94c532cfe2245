//! Bodies of messages: arguments, results and errors.

use thriftly_core::dynamic::{CallError, Idl, Method, Struct, Value};
use thriftly_core::messages::Message;
use thriftly_core::{
    ApplicationError, Error, ErrorKind, MessageKind, Response, ResponseKind, TType,
};

use super::shown::{Named, Raw};
use super::wire::{self, Known, Walked};
use super::{cause, explained, method_of};
use crate::record::Record;

/// What is known of the bodies of messages.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    pub(crate) idl: Option<Idl>,
    /// The service of methods that several services have.
    pub(crate) service: Option<String>,
}

/// What the body of a message was decoded as.
pub(crate) enum Content {
    Arguments(Value),
    Result(Value),
    Exception(Struct),
    Error(ApplicationError),
    /// What could be read, and the name of the member for it.
    Wire(&'static str, Walked),
}

/// Why a message cannot be decoded: the text, and the offset in the body.
pub(crate) type Why = Option<(String, Option<usize>)>;

impl Bodies {
    /// Decodes the body as far as that is possible.
    pub(crate) fn content(&self, message: &Message) -> (Content, Why) {
        if message.kind == MessageKind::Exception {
            let response = response(ResponseKind::Exception, message);
            if let Some(error) = response.error()
                && let ErrorKind::Application(kind) = error.kind()
            {
                let message = error.message().to_owned();
                return (Content::Error(ApplicationError { message, kind }), None);
            }
        }
        let method = match self.method(message) {
            None => return untyped(message, None),
            Some(Ok(method)) => method,
            Some(Err(error)) => return untyped(message, Some((error.to_string(), None))),
        };
        let failed = match message.kind {
            MessageKind::Call | MessageKind::Oneway => {
                let request = message.clone().into_request();
                match request.and_then(|request| method.decode_arguments(request)) {
                    Ok(call) => return (Content::Arguments(call.into_arguments()), None),
                    Err(error) => cause(&error).clone(),
                }
            }
            MessageKind::Reply | MessageKind::Exception => {
                match method.decode_answer(response(ResponseKind::Reply, message)) {
                    Ok(value) => return (Content::Result(value), None),
                    Err(CallError::Exception(exception)) => {
                        return (Content::Exception(exception), None);
                    }
                    Err(CallError::Other(error)) => error,
                }
            }
        };
        let (name, known) = known(message, &method);
        let walked = walk(message, &known, false);
        let path = walked.error.as_ref().map_or("", |(_, path)| path);
        let why = (explained(&failed, path), failed.offset());
        (Content::Wire(name, walked), Some(why))
    }

    /// The method, if there is an IDL.
    pub(crate) fn method(&self, message: &Message) -> Option<Result<Method, Error>> {
        let service = self.service.as_deref();
        Some(method_of(self.idl.as_ref()?, service, message.method.as_str()))
    }

    /// The parts of the body.
    pub(super) fn parts(&self, message: &Message) -> Walked {
        let known = match self.method(message) {
            Some(Ok(method)) if message.kind != MessageKind::Exception => known(message, &method).1,
            _ => Known::Nothing,
        };
        walk(message, &known, true)
    }
}

impl Content {
    /// Adds it to a line.
    pub(crate) fn add_to(&self, record: &mut Record) {
        match self {
            Content::Arguments(value) => record.field("arguments", value),
            Content::Result(value) => record.field("result", value),
            Content::Exception(exception) => record.exception(exception),
            Content::Error(error) => record.error(error),
            Content::Wire(_, Walked { node: None, .. }) => record,
            Content::Wire(name @ "body", Walked { node: Some(node), .. }) => {
                record.field(name, &Raw(node))
            }
            Content::Wire(name, Walked { node: Some(node), .. }) => {
                record.field(name, &Named(node))
            }
        };
    }
}

fn response(kind: ResponseKind, message: &Message) -> Response {
    let mut response = Response::new(kind, message.protocol, message.body.clone());
    response.limits = message.limits;
    response
}

/// What the IDL says of the body, and the name of the member for it.
fn known(message: &Message, method: &Method) -> (&'static str, Known) {
    match message.kind {
        MessageKind::Call | MessageKind::Oneway => ("arguments", Known::arguments(method)),
        MessageKind::Reply | MessageKind::Exception => ("reply", Known::result(method)),
    }
}

fn walk(message: &Message, known: &Known, wants_parts: bool) -> Walked {
    let body = message.body.clone().into_bytes();
    wire::walk(&body, message.protocol, TType::STRUCT, known, wants_parts)
}

/// The body without the IDL.
fn untyped(message: &Message, why: Why) -> (Content, Why) {
    let walked = walk(message, &Known::Nothing, false);
    let error = walked.error.as_ref().map(|(error, path)| (explained(error, path), error.offset()));
    (Content::Wire("body", walked), why.or(error))
}
