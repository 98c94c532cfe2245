//! Conversion between typed methods and encoded messages. Called by generated code.

#[cfg(feature = "json")]
use std::sync::OnceLock;

use bytes::Bytes;

use crate::ApplicationErrorKind;
use crate::codec::{Decode, Encode, FieldHeader, Reader, StructNames, ThriftType, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::protocol::binary::{self, BinaryReader};
use crate::protocol::compact::{self, CompactReader};
#[cfg(feature = "json")]
use crate::protocol::json::{self, decoded::Decoded};
#[cfg(feature = "thriftpy-json")]
use crate::protocol::thriftpy_json::{self, TapeReader};
use crate::protocol::{decode_body, encode_body};
use crate::rpc::context::{Scope, dispatched};
use crate::rpc::message::{Protocol, Request, Response, ResponseKind};
use crate::rpc::method::Method;
use crate::ttype::TType;

/// The error of a method: a declared exception or any other [`Error`].
pub trait Throws: From<Error> {
    /// Field names of the result struct; `success` (field 0) comes first.
    const NAMES: &'static StructNames;
    /// The error, unless it is a declared exception.
    fn into_undeclared(self) -> Result<Error, Self>;
    /// Writes a declared exception as a field of the result.
    fn encode_declared<W: Writer>(&self, w: &mut W);
    /// Reads a declared exception; reads nothing if the field is not one.
    fn decode_declared<'de, R: Reader<'de>>(field: FieldHeader, r: &mut R) -> Result<Option<Self>>;
}

impl Throws for Error {
    const NAMES: &'static StructNames =
        &StructNames { name: "result", ids: &[0], fields: &["success"] };
    fn into_undeclared(self) -> Result<Error, Self> {
        Ok(self)
    }
    fn encode_declared<W: Writer>(&self, _w: &mut W) {}
    fn decode_declared<'de, R: Reader<'de>>(_: FieldHeader, _: &mut R) -> Result<Option<Self>> {
        Ok(None)
    }
}

/// A declared exception as an error, where nothing is declared.
#[cold]
pub fn declared(exception: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Exception, exception.to_string()).with_source(exception)
}

/// The return type of a method: nothing, or a value.
pub trait Returns: Sized {
    /// The result of a method that returns nothing.
    const NOTHING: Option<Self>;
    /// Writes the value as a field of the result.
    fn encode_success<W: Writer>(&self, w: &mut W);
    /// Reads the value; reads nothing if the field is not the value.
    fn decode_success<'de, R: Reader<'de>>(field: FieldHeader, r: &mut R) -> Result<Option<Self>>;
}

impl Returns for () {
    const NOTHING: Option<()> = Some(());
    fn encode_success<W: Writer>(&self, _w: &mut W) {}
    fn decode_success<'de, R: Reader<'de>>(_: FieldHeader, _: &mut R) -> Result<Option<Self>> {
        Ok(None)
    }
}

impl<T: Encode + for<'de> Decode<'de>> Returns for T {
    const NOTHING: Option<T> = None;
    fn encode_success<W: Writer>(&self, w: &mut W) {
        self.encode_field(0, w);
    }
    fn decode_success<'de, R: Reader<'de>>(field: FieldHeader, r: &mut R) -> Result<Option<Self>> {
        match field.id == 0 && r.fits(field, T::TYPE) {
            true => T::decode(r).map(Some),
            false => Ok(None),
        }
    }
}

/// The struct of a result: field 0 is the value, others are declared exceptions.
enum Outcome<T, E> {
    Success(T),
    Declared(E),
    /// Neither was present.
    Missing,
}

impl<T, E> ThriftType for Outcome<T, E> {
    const TYPE: TType = TType::STRUCT;
}

impl<T: Returns, E: Throws> Encode for Outcome<T, E> {
    fn encode<W: Writer>(&self, w: &mut W) {
        let outer = w.struct_begin(E::NAMES);
        match self {
            Outcome::Success(value) => value.encode_success(w),
            Outcome::Declared(error) => error.encode_declared(w),
            Outcome::Missing => {}
        }
        w.stop();
        w.struct_end(outer);
    }
}

impl<'de, T: Returns, E: Throws> Decode<'de> for Outcome<T, E> {
    fn decode<R: Reader<'de>>(r: &mut R) -> Result<Self> {
        let outer = r.struct_begin(E::NAMES)?;
        let mut outcome = T::NOTHING.map_or(Outcome::Missing, Outcome::Success);
        loop {
            let field = r.field()?;
            if field.ty == TType::STOP {
                break;
            }
            if let Some(value) = T::decode_success(field, r)? {
                outcome = Outcome::Success(value);
            } else if let Some(error) = E::decode_declared(field, r)? {
                outcome = Outcome::Declared(error);
            } else {
                r.skip(field.ty)?;
            }
        }
        r.struct_end(outer);
        Ok(outcome)
    }
}

/// The arguments of a call, decoded.
fn decode_arguments<A: for<'de> Decode<'de>>(request: Request) -> Result<A> {
    let Request { protocol, limits, body, .. } = request;
    decode_body(protocol, &body.into_bytes(), &limits).map_err(undecodable)
}

/// The failure of a call whose arguments cannot be decoded. The caller receives the reason, because
/// the fault is its own.
#[cold]
pub(crate) fn undecodable(error: Error) -> Error {
    let message = error.to_string();
    Error::application(ApplicationErrorKind::PROTOCOL_ERROR, message).with_source(error)
}

/// The answer to a call.
fn encode_outcome<T: Returns, E: Throws>(
    protocol: Protocol,
    oneway: bool,
    result: Result<T, E>,
) -> Result<Response> {
    let outcome = match result {
        Ok(value) => Outcome::Success(value),
        Err(error) => match error.into_undeclared() {
            Ok(error) => return Err(error),
            Err(declared) => Outcome::Declared(declared),
        },
    };
    if oneway {
        return Ok(Response::none(protocol));
    }
    Ok(Response::new(ResponseKind::Reply, protocol, encode_body(protocol, &outcome)?))
}

/// The reply of a method that returns nothing.
///
/// # Errors
/// The protocol cannot express it.
pub(crate) fn encode_nothing(protocol: Protocol) -> Result<Response> {
    encode_outcome::<(), Error>(protocol, false, Ok(()))
}

/// A oneway call gets no reply, regardless of its message type: the server only logs the failure.
pub(crate) fn settle(
    oneway: bool,
    protocol: Protocol,
    result: Result<Response>,
) -> Result<Response> {
    match result {
        Err(error) if oneway => Ok(Response::failed_oneway(protocol, error)),
        result => result,
    }
}

#[cold]
fn no_such_method(request: &Request) -> Error {
    Error::application(
        ApplicationErrorKind::UNKNOWN_METHOD,
        format!("unknown method `{}`", request.method.shown()),
    )
}

/// Runs a blocking handler, which knows the call as its context.
pub(crate) fn in_context(
    mut request: Request,
    oneway: bool,
    handler: impl FnOnce(Request) -> Result<Response>,
) -> Result<Response> {
    let mut scope = Scope::of(&mut request);
    dispatched(oneway);
    let mut result = scope.enter(|| handler(request));
    if let Ok(response) = &mut result {
        scope.finish(response);
    }
    result
}

/// Serves a call by a blocking handler.
pub fn serve_blocking<A, T, E>(
    request: Request,
    oneway: bool,
    handler: impl FnOnce(A) -> Result<T, E>,
) -> Result<Response>
where
    A: for<'de> Decode<'de>,
    T: Returns,
    E: Throws,
{
    in_context(request, oneway, |request| {
        let protocol = request.protocol;
        let result = decode_arguments(request)
            .and_then(|arguments| encode_outcome(protocol, oneway, handler(arguments)));
        settle(oneway, protocol, result)
    })
}

/// Serves a call by a blocking handler that borrows its arguments.
pub fn serve_borrowed_blocking(
    request: Request,
    oneway: bool,
    handler: impl FnOnce(BorrowedCall) -> Result<Response>,
) -> Result<Response> {
    in_context(request, oneway, |request| handler(BorrowedCall::new(request, oneway)))
}

/// A call whose arguments are borrowed from it.
#[derive(Debug)]
pub struct BorrowedCall {
    protocol: Protocol,
    limits: Limits,
    oneway: bool,
    body: Bytes,
    /// The buffer transcoded from a JSON body.
    #[cfg(feature = "json")]
    recorded: OnceLock<Vec<u8>>,
    #[cfg(feature = "json")]
    decoded: Decoded,
}

impl BorrowedCall {
    /// Stores the buffer that the arguments borrow from.
    fn new(request: Request, oneway: bool) -> BorrowedCall {
        let Request { protocol, limits, body, .. } = request;
        BorrowedCall {
            protocol,
            limits,
            oneway,
            body: body.into_bytes(),
            #[cfg(feature = "json")]
            recorded: OnceLock::new(),
            #[cfg(feature = "json")]
            decoded: Decoded::default(),
        }
    }

    /// Reads the arguments.
    ///
    /// # Errors
    /// The arguments are malformed or exceed a limit.
    pub fn arguments<'a, A: Decode<'a>>(&'a self) -> Result<A> {
        self.decode().map_err(undecodable)
    }

    fn decode<'a, A: Decode<'a>>(&'a self) -> Result<A> {
        let (body, limits) = (&self.body, &self.limits);
        match self.protocol {
            Protocol::Binary | Protocol::BinaryOld => {
                binary::decode_whole(BinaryReader::shared(body, limits))
            }
            Protocol::Compact => compact::decode_whole(CompactReader::shared(body, limits)),
            #[cfg(feature = "json")]
            Protocol::Json => {
                let text = json::structure(body, limits);
                let (binary, made) = text.bytes();
                let binary = self.recorded.get_or_init(|| binary);
                let reader = BinaryReader::base64(binary, &self.decoded, limits);
                text.outcome(made, binary::decode_whole(reader))
            }
            #[cfg(feature = "thriftpy-json")]
            Protocol::ThriftPyJson => {
                let text = thriftpy_json::recorded(body, limits);
                let (tape, made) = text.bytes();
                let tape = self.recorded.get_or_init(|| tape);
                let reader = TapeReader::new(tape, &self.decoded, limits);
                text.outcome(made, thriftpy_json::decode_whole(reader))
            }
        }
    }

    /// The result of the handler, as a reply.
    ///
    /// # Errors
    /// The handler has failed with an error that is not declared.
    pub fn answer<T: Returns, E: Throws>(&self, result: Result<T, E>) -> Result<Response> {
        let answer = encode_outcome(self.protocol, self.oneway, result);
        settle(self.oneway, self.protocol, answer)
    }

    /// The reply if the handler was not called.
    ///
    /// # Errors
    /// The error, unless nobody waits for it.
    pub fn fail(&self, error: Error) -> Result<Response> {
        settle(self.oneway, self.protocol, Err(error))
    }
}

/// Answers a call of a method that the service does not have.
pub fn unknown_method_blocking(request: Request) -> Result<Response> {
    Err(no_such_method(&request))
}

/// The answer to a call, decoded.
pub(crate) fn decode_response<T: Returns, E: Throws>(
    method: &Method,
    response: Response,
) -> Result<T, E> {
    if let (true, Some(nothing)) = (method.oneway, T::NOTHING) {
        return Ok(nothing);
    }
    let server = response.server.clone();
    let outcome = match answered(method.name, response, decode_body::<Outcome<T, E>>)? {
        Some(outcome) => outcome,
        None => Outcome::Missing,
    };
    match outcome {
        Outcome::Success(value) => Ok(value),
        Outcome::Declared(error) => Err(error),
        Outcome::Missing => Err(no_result(method.name, server.as_deref()).into()),
    }
}

/// The decoded result of a call, if its reply has a body.
///
/// # Errors
/// The peer answered with an exception, or the body cannot be decoded.
pub(crate) fn answered<T>(
    method: &str,
    response: Response,
    decode: impl FnOnce(Protocol, &Bytes, &Limits) -> Result<T>,
) -> Result<Option<T>> {
    let server = response.server.clone();
    if let Some(error) = response.error() {
        return Err(of_call(error, method, server.as_deref()));
    }
    match response.kind {
        ResponseKind::Reply => {
            let Response { protocol, limits, body, .. } = response;
            match decode(protocol, &body.into_bytes(), &limits) {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(of_call(error, method, server.as_deref())),
            }
        }
        ResponseKind::Exception | ResponseKind::None => Ok(None),
    }
}

/// The error for a reply without a result.
#[cold]
pub(crate) fn no_result(method: &str, server: Option<&str>) -> Error {
    let message = format!("the reply to `{method}` has neither a result nor a declared exception");
    let kind = ErrorKind::Application(ApplicationErrorKind::MISSING_RESULT);
    of_call(Error::new(kind, message), method, server)
}

#[cold]
fn of_call(error: Error, method: &str, server: Option<&str>) -> Error {
    match server {
        Some(server) => error.in_call(method, server),
        None => error,
    }
}

#[cfg(all(feature = "async", feature = "dynamic"))]
pub(crate) use asynchronous::serve_encoded;
#[cfg(feature = "async")]
pub use asynchronous::{ResponseFuture, serve, serve_borrowed, unknown_method};

#[cfg(feature = "async")]
mod asynchronous {
    use std::future::{Future, ready};
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use super::{
        BorrowedCall, Returns, Throws, decode_arguments, encode_outcome, no_such_method, settle,
    };
    use crate::codec::Decode;
    use crate::error::Result;
    use crate::rpc::context::{Scope, dispatched};
    use crate::rpc::message::{Request, Response};

    /// The future of a generated server: a handler's future with the call as its context.
    pub struct ResponseFuture {
        scope: Scope,
        handler: BoxFuture,
    }

    type BoxFuture = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

    impl ResponseFuture {
        fn new(scope: Scope, oneway: bool, handler: BoxFuture) -> ResponseFuture {
            dispatched(oneway);
            ResponseFuture { scope, handler }
        }
    }

    impl Future for ResponseFuture {
        type Output = Result<Response>;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Response>> {
            let ResponseFuture { scope, handler } = &mut *self;
            let mut polled = scope.enter(|| handler.as_mut().poll(context));
            if let Poll::Ready(Ok(response)) = &mut polled {
                scope.finish(response);
            }
            polled
        }
    }

    impl std::fmt::Debug for ResponseFuture {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("ResponseFuture").field("scope", &self.scope).finish_non_exhaustive()
        }
    }

    /// Serves a call by an async handler.
    pub fn serve<A, T, E, F>(
        mut request: Request,
        oneway: bool,
        handler: impl FnOnce(A) -> F + Send + 'static,
    ) -> ResponseFuture
    where
        A: for<'de> Decode<'de>,
        T: Returns,
        E: Throws,
        F: Future<Output = Result<T, E>> + Send,
    {
        let scope = Scope::of(&mut request);
        let handler = Box::pin(async move {
            let protocol = request.protocol;
            let answer = async {
                let call = decode_arguments(request).map(handler)?;
                encode_outcome(protocol, oneway, call.await)
            };
            settle(oneway, protocol, answer.await)
        });
        ResponseFuture::new(scope, oneway, handler)
    }

    /// Serves a call by an async handler of encoded arguments.
    #[cfg(feature = "dynamic")]
    pub(crate) fn serve_encoded<F>(
        mut request: Request,
        oneway: bool,
        handler: impl FnOnce(Request) -> F,
    ) -> ResponseFuture
    where
        F: Future<Output = Result<Response>> + Send + 'static,
    {
        let scope = Scope::of(&mut request);
        let protocol = request.protocol;
        let answer = handler(request);
        let handler = Box::pin(async move { settle(oneway, protocol, answer.await) });
        ResponseFuture::new(scope, oneway, handler)
    }

    /// Serves a call by an async handler that borrows its arguments.
    pub fn serve_borrowed(
        mut request: Request,
        oneway: bool,
        handler: impl FnOnce(BorrowedCall) -> BoxFuture,
    ) -> ResponseFuture {
        let scope = Scope::of(&mut request);
        ResponseFuture::new(scope, oneway, handler(BorrowedCall::new(request, oneway)))
    }

    /// Answers a call of a method that the service does not have.
    pub fn unknown_method(request: Request) -> ResponseFuture {
        let unknown = no_such_method(&request);
        ResponseFuture { scope: Scope::Outside, handler: Box::pin(ready(Err(unknown))) }
    }
}
