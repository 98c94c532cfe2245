//! Typed calls through a channel, the core of every generated client.

use std::borrow::Cow;
use std::time::Duration;

use crate::blocking;
use crate::error::{Error, Result};
use crate::protocol::encode_body;
use crate::rpc::arguments::{ArgumentStruct, Arguments};
use crate::rpc::body::Body;
use crate::rpc::deadline::Deadline;
use crate::rpc::from_channel::CallSettings;
use crate::rpc::message::{Headers, MethodName, Protocol, Request};
use crate::rpc::method::Method;
use crate::rpc::protocol_of::protocol_of;
use crate::rpc::service::{Returns, Throws, decode_response};

/// A channel with the settings of the calls that are made through it.
#[derive(Debug, Clone)]
pub struct Caller<C> {
    pub(crate) channel: C,
    pub(crate) protocol: Protocol,
    /// Time limit of each call, unless the channel's default applies.
    timeout: Option<Duration>,
    /// Headers of each call.
    headers: Headers,
    /// The name of the service in each call, if they are multiplexed.
    service: Option<Cow<'static, str>>,
}

impl<C> Caller<C> {
    /// Calls through the channel with the settings of its builder.
    pub fn new(channel: C, settings: CallSettings) -> Caller<C> {
        let CallSettings { protocol, service } = settings;
        Caller { channel, protocol, timeout: None, headers: Headers::default(), service }
    }

    /// Calls through the channel in the protocol that was set for it; in the default one if something is
    /// around the channel.
    pub fn of(channel: C) -> Caller<C>
    where
        C: 'static,
    {
        let protocol = protocol_of(&channel).unwrap_or_default();
        Caller::new(channel, CallSettings { protocol, service: None })
    }

    /// The same channel and settings with another protocol.
    pub fn with_protocol(self, protocol: Protocol) -> Caller<C> {
        Caller { protocol, ..self }
    }

    /// The same channel and settings with the name of a service in each call.
    pub fn multiplexed(self, service: impl Into<Cow<'static, str>>) -> Caller<C> {
        Caller { service: Some(service.into()), ..self }
    }

    /// The channel.
    pub fn into_channel(self) -> C {
        self.channel
    }

    /// The same channel and settings with another timeout of each call.
    pub fn with_timeout(&self, timeout: Duration) -> Caller<C>
    where
        C: Clone,
    {
        Caller { timeout: Some(timeout), ..self.clone() }
    }

    /// The same channel and settings with further headers of each call.
    pub fn with_headers(&self, headers: Headers) -> Caller<C>
    where
        C: Clone,
    {
        let mut caller = self.clone();
        caller.headers.extend(headers.iter());
        caller
    }

    /// Encodes a call.
    pub(crate) fn request<A: Arguments>(&self, method: &Method, arguments: &A) -> Result<Request> {
        let arguments = ArgumentStruct { names: method.arguments, arguments };
        let body = encode_body(self.protocol, &arguments)?;
        let mut request = self.request_of(MethodName::from(method.name), body);
        request.oneway = method.oneway;
        request.idempotent = method.idempotent;
        Ok(request)
    }

    /// The call of a method whose arguments are encoded.
    pub(crate) fn request_of(&self, method: MethodName, body: Body) -> Request {
        let name = match &self.service {
            Some(service) => MethodName::multiplexed(service, method.as_str()),
            None => method,
        };
        let mut request = Request::new(name, self.protocol, body);
        // Usually there are none, and nothing is allocated.
        request.headers = self.headers.clone();
        if let Some(timeout) = self.timeout {
            request.deadline = Deadline::after(timeout);
        }
        request
    }
}

impl<C: blocking::Service> Caller<C> {
    /// Makes a call and waits for its reply.
    pub fn call_blocking<A, T, E>(&self, method: &'static Method, arguments: A) -> Result<T, E>
    where
        A: Arguments,
        T: Returns,
        E: Throws,
    {
        let request = self.request(method, &arguments)?;
        let response = self.channel.call(request).map_err(Error::unanswered)?;
        decode_response(method, response)
    }
}
