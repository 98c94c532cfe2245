//! Arguments of `call`.

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use thriftly_core::{Framing, Protocol};

use super::{file, options, path};
use crate::call::Call;
use crate::stack;

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

pub(super) fn arguments() -> Vec<Arg> {
    let name = |id, name, help| Arg::new(id).value_name(name).help(help);
    let mut arguments = vec![
        address(),
        name("method", "METHOD", "The method: Service.method, or its name alone").required(true),
        name("arguments", "ARGUMENTS", "The arguments: JSON, @FILE, or - for standard input"),
        file("idl", "FILE", "The IDL file").long("idl"),
        name("multiplexed", "SERVICE", "Name the service in the call, for a server with several")
            .long("multiplexed"),
    ];
    arguments.extend(channel_arguments());
    arguments
}

pub(super) fn address() -> Arg {
    let help = "The server: host:port, unix:/path, tls://… or http://…";
    Arg::new("address").value_name("ADDRESS").help(help).required(true)
}

/// What a channel speaks, and what its calls have.
pub(super) fn channel_arguments() -> [Arg; 4] {
    let name = |id, name, help| Arg::new(id).value_name(name).help(help).long(id);
    [
        name("protocol", "PROTOCOL", "How values are encoded")
            .value_parser(protocol_values())
            .default_value("binary"),
        name("framing", "FRAMING", "How messages are delimited")
            .value_parser(framing_values())
            .default_value("unframed"),
        name("header", "NAME=VALUE", "Send a header: in header, ttheader and http")
            .short('H')
            .action(ArgAction::Append)
            .value_parser(header),
        name("timeout", "SECONDS", "Fail if there is no answer after this time")
            .value_parser(value_parser!(u32))
            .default_value("30"),
    ]
}

/// The time limit that was given.
pub(super) fn timeout_of(matches: &ArgMatches) -> Duration {
    Duration::from_secs(matches.get_one("timeout").copied().unwrap_or(30_u32).into())
}

/// The headers that were given.
pub(super) fn headers_of(matches: &ArgMatches) -> Vec<(String, String)> {
    matches.get_many("header").into_iter().flatten().cloned().collect()
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("there is no `=`")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(super) fn call(matches: &ArgMatches) -> Call {
    let text = |id| matches.get_one::<String>(id).cloned();
    Call {
        idl: path(matches, "idl"),
        options: options(matches),
        address: text("address").unwrap_or_default(),
        method: text("method").unwrap_or_default(),
        arguments: text("arguments"),
        protocol: protocol_of(matches).unwrap_or_default(),
        framing: framing_of(matches).unwrap_or_default(),
        multiplexed: text("multiplexed"),
        headers: headers_of(matches),
        timeout: timeout_of(matches),
    }
}
