//! Typed calls through a channel, the core of every generated client.

use crate::blocking;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::protocol::encode_body;
use crate::rpc::arguments::{ArgumentStruct, Arguments};
use crate::rpc::deadline::Deadline;
use crate::rpc::message::{Headers, Protocol, Request};
use crate::rpc::method::Method;
use crate::rpc::protocol_of::protocol_of;
use crate::rpc::service::{Returns, Throws, decode_response};

/// A channel with the settings of the calls that are made through it.
#[derive(Debug, Clone)]
pub struct Caller<C> {
    pub(crate) channel: C,
    protocol: Protocol,
    /// Time limit of each call, unless the channel's default applies.
    timeout: Option<Duration>,
    /// Headers of each call.
    headers: Headers,
}

impl<C> Caller<C> {
    /// Calls through the channel, encoded in the protocol.
    pub fn new(channel: C, protocol: Protocol) -> Caller<C> {
        Caller { channel, protocol, timeout: None, headers: Headers::default() }
    }

    /// Calls through the channel in the protocol that was set for it; in the default one if something is
    /// around the channel.
    pub fn of(channel: C) -> Caller<C>
    where
        C: 'static,
    {
        let protocol = protocol_of(&channel).unwrap_or_default();
        Caller::new(channel, protocol)
    }

    /// The same channel and settings with another protocol.
    pub fn with_protocol(self, protocol: Protocol) -> Caller<C> {
        Caller { protocol, ..self }
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
        let mut request = Request::new(method.name, self.protocol, body);
        request.oneway = method.oneway;
        request.idempotent = method.idempotent;
        // Usually there are none, and nothing is allocated.
        request.headers = self.headers.clone();
        if let Some(timeout) = self.timeout {
            request.deadline = Deadline::after(timeout);
        }
        Ok(request)
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
