//! Arguments of the commands that call and serve.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use thriftly_core::{Framing, Protocol};

use super::{file, options, path};
use crate::bench::Bench;
use crate::call::Call;
use crate::proxy::Proxy;
use crate::serve::Serve;
use crate::stack;
use crate::upstream::{Tls, Upstream};

/// The names of framings.
pub(super) fn framing_values() -> PossibleValuesParser {
    PossibleValuesParser::new(stack::FRAMINGS.map(|(name, _)| name))
}

/// The names of protocols.
pub(super) fn protocol_values() -> PossibleValuesParser {
    PossibleValuesParser::new(stack::PROTOCOLS.map(|(name, _)| name))
}

/// The framing that was given. Clap accepts no other names.
pub(super) fn framing_of(matches: &ArgMatches) -> Option<Framing> {
    matches.get_one::<String>("framing").and_then(|name| stack::framing(name))
}

/// The protocol that was given.
pub(super) fn protocol_of(matches: &ArgMatches) -> Option<Protocol> {
    matches.get_one::<String>("protocol").and_then(|name| stack::protocol(name))
}

/// What a command calls.
fn called() -> [Arg; 3] {
    [
        address(),
        name("method", "METHOD", "The method: Service.method, or its name alone").required(true),
        name("arguments", "ARGUMENTS", "The arguments: JSON, @FILE, or - for standard input"),
    ]
}

pub(super) fn address() -> Arg {
    name("address", "ADDRESS", "The server: host:port, unix:/path, tls://… or http://…")
        .required(true)
}

fn idl() -> Arg {
    file("idl", "FILE", "The IDL file").long("idl")
}

fn multiplexed() -> Arg {
    name("multiplexed", "SERVICE", "Name the service in the call, for a server with several")
        .long("multiplexed")
}

/// How the server is reached, and what calls have.
pub(super) fn channel_arguments() -> Vec<Arg> {
    let sent = [
        name("header", "NAME=VALUE", "Send a header: in header, ttheader and http")
            .long("header")
            .short('H')
            .action(ArgAction::Append)
            .value_parser(header),
        name("timeout", "SECONDS", "Fail if there is no answer after this time")
            .long("timeout")
            .value_parser(value_parser!(u32))
            .default_value("30"),
    ];
    stack().into_iter().chain(sent).collect()
}

/// How the server is reached.
fn stack() -> [Arg; 6] {
    let path = |id, name, help| {
        Arg::new(id).long(id).value_name(name).help(help).value_parser(value_parser!(PathBuf))
    };
    [
        name("protocol", "PROTOCOL", "How values are encoded")
            .long("protocol")
            .value_parser(protocol_values())
            .default_value("binary"),
        name("framing", "FRAMING", "How messages are delimited")
            .long("framing")
            .value_parser(framing_values())
            .default_value("unframed"),
        path("ca", "FILE", "TLS: trust these authorities (PEM), in place of the system's"),
        path("cert", "FILE", "TLS: the own certificate (PEM)").requires("key"),
        path("key", "FILE", "TLS: the key of the own certificate (PEM)").requires("cert"),
        name("server-name", "NAME", "TLS: the name in the server's certificate")
            .long("server-name"),
    ]
}

fn name(id: &'static str, name: &'static str, help: &'static str) -> Arg {
    Arg::new(id).value_name(name).help(help)
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("there is no `=`")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A number of seconds, whole or not.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is no number of seconds")?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
    match duration > Duration::from_secs(7 * 24 * 3600) {
        true => Err("more than a week".to_owned()),
        false => Ok(duration),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.001 && rate < 1e9 => Ok(rate),
        _ => Err("it is no number of calls in a second".to_owned()),
    }
}

pub(super) fn call_arguments() -> Vec<Arg> {
    called().into_iter().chain([idl(), multiplexed()]).chain(channel_arguments()).collect()
}

pub(super) fn bench_arguments() -> Vec<Arg> {
    let number = |id, help, default| {
        name(id, "N", help)
            .long(id)
            .value_parser(value_parser!(u16).range(1..))
            .default_value(default)
    };
    let time = |id, help, default| {
        name(id, "SECONDS", help).long(id).value_parser(seconds).default_value(default)
    };
    let own = [
        name("rate", "CALLS", "Make so many calls in each second, answered or not")
            .long("rate")
            .value_parser(rate),
        number("connections", "Connections", "1"),
        number("in-flight", "Calls at a time on each connection", "1"),
        time("duration", "How long calls are made", "10"),
        time("warm-up", "How long calls are made before, which do not count", "1"),
        super::format(),
    ];
    called()
        .into_iter()
        .chain([idl()])
        .chain(own)
        .chain([multiplexed()])
        .chain(channel_arguments())
        .collect()
}

pub(super) fn serve_arguments() -> Vec<Arg> {
    vec![
        file("idl", "FILE", "The IDL file"),
        name("mock", "ANSWERS", "The answers: a file of JSON")
            .long("mock")
            .value_parser(value_parser!(PathBuf)),
        listen(),
        service("Serve only this service"),
    ]
}

pub(super) fn proxy_arguments() -> Vec<Arg> {
    let own = [
        name("address", "UPSTREAM", "The server to which calls are passed on").required(true),
        idl(),
        listen(),
        service("The service, if several have methods of one name"),
    ];
    let translated = stack().map(|argument| match argument.get_id().as_str() {
        "protocol" => {
            name("protocol", "PROTOCOL", "Translate to this protocol [default: as calls are]")
                .long("protocol")
                .value_parser(protocol_values())
        }
        _ => argument,
    });
    own.into_iter().chain(translated).collect()
}

fn listen() -> Arg {
    name("listen", "ADDRESS", "Where to listen: host:port or unix:/path; port 0 is any free one")
        .long("listen")
        .default_value("127.0.0.1:9090")
}

fn service(help: &'static str) -> Arg {
    name("service", "SERVICE", help).long("service")
}

fn text(matches: &ArgMatches, id: &str) -> Option<String> {
    matches.get_one::<String>(id).cloned()
}

/// The server that was given, and how it is reached.
pub(super) fn upstream(matches: &ArgMatches) -> Upstream {
    let file = |id| matches.get_one::<PathBuf>(id).cloned();
    Upstream {
        address: text(matches, "address").unwrap_or_default(),
        protocol: protocol_of(matches).unwrap_or_default(),
        framing: framing_of(matches).unwrap_or_default(),
        tls: Tls {
            ca: file("ca"),
            identity: file("cert").zip(file("key")),
            server_name: text(matches, "server-name"),
        },
    }
}

/// The headers that were given.
pub(super) fn headers_of(matches: &ArgMatches) -> Vec<(String, String)> {
    matches.get_many("header").into_iter().flatten().cloned().collect()
}

/// The time limit that was given.
pub(super) fn timeout_of(matches: &ArgMatches) -> Duration {
    let seconds = matches.get_one("timeout").copied().unwrap_or(30_u32);
    Duration::from_secs(seconds.into())
}

pub(super) fn call(matches: &ArgMatches) -> Call {
    Call {
        idl: path(matches, "idl"),
        options: options(matches),
        upstream: upstream(matches),
        method: text(matches, "method").unwrap_or_default(),
        arguments: text(matches, "arguments"),
        multiplexed: text(matches, "multiplexed"),
        headers: headers_of(matches),
        timeout: timeout_of(matches),
    }
}

pub(super) fn bench(matches: &ArgMatches) -> Bench {
    let number = |id| usize::from(matches.get_one(id).copied().unwrap_or(1_u16));
    let time = |id| matches.get_one(id).copied().unwrap_or_default();
    Bench {
        call: call(matches),
        rate: matches.get_one("rate").copied(),
        connections: number("connections"),
        in_flight: number("in-flight"),
        duration: time("duration"),
        warm_up: time("warm-up"),
        format: super::chosen(matches),
    }
}

pub(super) fn serve(matches: &ArgMatches) -> Serve {
    Serve {
        idl: path(matches, "idl"),
        options: options(matches),
        mock: matches.get_one("mock").cloned(),
        listen: text(matches, "listen").unwrap_or_default(),
        service: text(matches, "service"),
    }
}

pub(super) fn proxy(matches: &ArgMatches) -> Proxy {
    Proxy {
        idl: path(matches, "idl"),
        options: options(matches),
        listen: text(matches, "listen").unwrap_or_default(),
        upstream: upstream(matches),
        translates: protocol_of(matches).is_some(),
        service: text(matches, "service"),
    }
}
