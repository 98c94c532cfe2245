//! Calls of methods that are known only at run time: arguments and results.

use std::fmt;
use std::ops::Index;

use super::codec::{Read, Write, decode, encode};
use super::convert::{Converter, Unknown};
use super::decode::Decoder;
use super::encode::Encoder;
use super::model::{StructDef, Ty};
use super::services::Method;
use super::value::{Struct, Value, Variant};
use crate::codec::{Reader, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::rpc::body::Body;
use crate::rpc::message::{Protocol, Request, Response, ResponseKind};
use crate::rpc::service::{answered, declared, no_result, undecodable};
use crate::ttype::TType;

/// The error of a call: an exception that the method declares, or anything else.
///
/// Clients fail with it, and handlers answer with it. It converts into an [`Error`], whose source is
/// then the exception.
#[derive(Debug, Clone)]
pub enum CallError {
    /// An exception that the IDL declares for the method.
    Exception(Struct),
    /// Any other error.
    Other(Error),
}

impl From<Error> for CallError {
    fn from(error: Error) -> CallError {
        CallError::Other(error)
    }
}

impl From<Struct> for CallError {
    fn from(exception: Struct) -> CallError {
        CallError::Exception(exception)
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Error {
        match error {
            CallError::Exception(exception) => declared(exception),
            CallError::Other(error) => error,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Exception(exception) => fmt::Display::fmt(exception, f),
            CallError::Other(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CallError::Exception(exception) => Some(exception),
            CallError::Other(error) => error.source(),
        }
    }
}

/// A call that a server has received: the method and its arguments.
///
/// `call["key"]` is the argument `key`, and [`Value::Null`] if it has no value.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    arguments: Value,
}

impl Call {
    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// All arguments, as a struct that has the name of the method.
    pub fn arguments(&self) -> &Value {
        &self.arguments
    }

    /// All arguments, for a call of the same method by a [`Client`](super::Client).
    pub fn into_arguments(self) -> Value {
        self.arguments
    }

    /// An exception that the method declares, by the name of its type, with these fields.
    ///
    /// If the method declares no such exception, or if the fields do not fit it, the error is another
    /// one, which the caller receives as `INTERNAL_ERROR`.
    pub fn exception(&self, name: &str, fields: impl Into<Value>) -> CallError {
        let thrown = self.method.throws().find(|field| field.ty().name() == name);
        let exception = match thrown {
            Some(field) => field.ty().convert(fields),
            None => {
                let message = format!("`{}` does not declare `{name}`", self.method.name());
                Err(Error::new(ErrorKind::InvalidData, message))
            }
        };
        match exception {
            Ok(Value::Struct(exception)) => CallError::Exception(exception),
            Ok(other) => {
                let message = format!("{} is no exception", other.shown());
                CallError::Other(Error::new(ErrorKind::TypeMismatch, message))
            }
            Err(error) => CallError::Other(error),
        }
    }
}

impl Index<&str> for Call {
    type Output = Value;

    fn index(&self, argument: &str) -> &Value {
        &self.arguments[argument]
    }
}

/// The struct of a result.
struct Outcome<'m> {
    method: &'m Method,
    def: &'m StructDef,
    /// `None` to read one.
    set: Option<Variant>,
}

impl Write for Outcome<'_> {
    fn write<W: Writer>(&self, w: &mut W) -> Result<()> {
        let encoder = Encoder { model: &self.method.service.idl.model };
        match &self.set {
            Some(set) => encoder.union(self.def, set, w),
            None => encoder.nothing(self.def, w),
        }
    }
}

impl Read for Outcome<'_> {
    type Value = Value;

    fn read<'de, R: Reader<'de>>(&self, r: &mut R) -> Result<Value> {
        let idl = &self.method.service.idl;
        Decoder { model: &idl.model, keep: idl.keep }.union(self.def, r)
    }
}

/// The struct of arguments, to write or to read.
struct Arguments<'m> {
    method: &'m Method,
    value: Value,
}

impl Arguments<'_> {
    fn ty(&self) -> Ty {
        Ty::Struct(self.method.def().arguments)
    }
}

impl Write for Arguments<'_> {
    fn write<W: Writer>(&self, w: &mut W) -> Result<()> {
        let encoder = Encoder { model: &self.method.service.idl.model };
        encoder.value(&self.ty(), &self.value, w)
    }
}

impl Read for Arguments<'_> {
    type Value = Value;

    fn read<'de, R: Reader<'de>>(&self, r: &mut R) -> Result<Value> {
        let idl = &self.method.service.idl;
        Decoder { model: &idl.model, keep: idl.keep }.value(&self.ty(), r)
    }
}

impl Method {
    fn result(&self, set: Option<Variant>) -> Outcome<'_> {
        let def = self.service.idl.model.structure(self.def().result);
        Outcome { method: self, def, set }
    }

    /// Encodes the arguments of a call: the body of its [`Request`]. They are given as to
    /// [`Client::call`](super::Client::call).
    ///
    /// ```
    /// use thriftly::dynamic::Idl;
    /// use thriftly::{Protocol, Request};
    ///
    /// let idl = Idl::load_str("service Store { i64 get(1: string key) }")?;
    /// let get = idl.method("get")?;
    /// let body = get.encode_arguments(Protocol::Compact, [("key", "a")])?;
    /// let call = get.decode_arguments(Request::new("get", Protocol::Compact, body))?;
    /// assert_eq!(call["key"].as_str(), Some("a"));
    ///
    /// let response = get.encode_answer(Protocol::Compact, Ok(7_i64.into()))?;
    /// assert_eq!(get.decode_answer(response).unwrap().as_i64(), Some(7));
    /// # Ok::<(), thriftly::Error>(())
    /// ```
    ///
    /// # Errors
    /// The arguments do not fit those of the IDL.
    pub fn encode_arguments(&self, protocol: Protocol, given: impl Into<Value>) -> Result<Body> {
        let model = &self.service.idl.model;
        let converter = Converter { model, unknown: Unknown::Refused };
        let given = given.into();
        let given = converter.arguments(model.structure(self.def().arguments), given)?;
        let arguments = Arguments { method: self, value: Value::Struct(given) };
        encode(protocol, TType::STRUCT, &arguments)
    }

    /// Decodes the arguments of a call. Its method is not looked at.
    ///
    /// # Errors
    /// They cannot be decoded.
    pub fn decode_arguments(&self, request: Request) -> Result<Call> {
        let Request { protocol, limits, body, .. } = request;
        let arguments = Arguments { method: self, value: Value::Null };
        let arguments = decode(protocol, &body.into_bytes(), &limits, TType::STRUCT, &arguments);
        Ok(Call { arguments: arguments.map_err(undecodable)?, method: self.clone() })
    }

    /// Encodes the answer to a call: a result, which is [converted](super::Type::convert) to the type that the method
    /// returns and is [`Value::Null`] for `void`, or an exception that the method declares. Nothing is encoded for a
    /// oneway method.
    ///
    /// # Errors
    /// The result or exception does not fit; or any other error that is given.
    pub fn encode_answer(
        &self,
        protocol: Protocol,
        result: Result<Value, CallError>,
    ) -> Result<Response> {
        let set = match (result, &self.def().returns) {
            (Ok(value), Some(_)) => Some(Variant::Known(0, value)),
            (Ok(Value::Null), None) => None,
            (Ok(value), None) => {
                let message = format!("expected nothing, found {}", value.shown());
                return Err(Error::new(ErrorKind::TypeMismatch, message));
            }
            (Err(CallError::Exception(exception)), _) => Some(self.thrown(exception)?),
            (Err(CallError::Other(error)), _) => return Err(error),
        };
        if self.is_oneway() {
            return Ok(Response::none(protocol));
        }
        let body = encode(protocol, TType::STRUCT, &self.result(set))?;
        Ok(Response::new(ResponseKind::Reply, protocol, body))
    }

    /// The field of the result for an exception.
    fn thrown(&self, exception: Struct) -> Result<Variant> {
        let model = &self.service.idl.model;
        let fields = &model.structure(self.def().result).fields;
        let first = usize::from(self.def().returns.is_some());
        let at = fields.iter().skip(first).position(|field| match field.ty {
            Ty::Struct(index) => model.structure(index).name() == exception.type_name(),
            _ => false,
        });
        match at {
            Some(at) => Ok(Variant::Known(first + at, Value::Struct(exception))),
            // It is not declared, so that the caller does not know it.
            None => Err(declared(exception)),
        }
    }

    /// Decodes the answer to a call.
    ///
    /// # Errors
    /// As [`Client::call`](super::Client::call).
    pub fn decode_answer(&self, response: Response) -> Result<Value, CallError> {
        if self.is_oneway() {
            return Ok(Value::Null);
        }
        let server = response.server.clone();
        let outcome = answered(self.name(), response, |protocol, body, limits| {
            decode(protocol, body, limits, TType::STRUCT, &self.result(None))
        })?;
        let returns = self.def().returns.is_some();
        match outcome {
            Some(Value::Union(result)) => match *result.field {
                Variant::Known(0, value) if returns => Ok(value),
                Variant::Known(_, Value::Struct(exception)) => Err(exception.into()),
                _ if returns => Err(no_result(self.name(), server.as_deref()).into()),
                _ => Ok(Value::Null),
            },
            _ => Err(no_result(self.name(), server.as_deref()).into()),
        }
    }
}
