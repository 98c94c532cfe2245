//! Arguments of `decode` and `encode`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::calling::{framing_of, framing_values, protocol_of, protocol_values};
use super::{flag, options, path};
use crate::coded::Coded;
use crate::decode::Decode;
use crate::decode::source::Text;
use crate::encode::Encode;

fn text(matches: &ArgMatches) -> Text {
    match (matches.get_flag("hex"), matches.get_flag("base64")) {
        (true, _) => Text::Hex,
        (_, true) => Text::Base64,
        _ => Text::None,
    }
}

fn input(help: &'static str) -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .help(help)
        .default_value("-")
        .value_parser(value_parser!(PathBuf))
}

fn idl() -> Arg {
    Arg::new("idl")
        .long("idl")
        .value_name("FILE")
        .help("The IDL file")
        .value_parser(value_parser!(PathBuf))
}

fn named(id: &'static str, name: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).value_name(name).help(help).action(ArgAction::Set)
}

/// Arguments that `decode` and `encode` have.
fn common(verb: [&'static str; 3]) -> Vec<Arg> {
    let [values, structs, bytes] = verb;
    vec![
        idl().required_unless_present("raw"),
        named("type", "TYPE", values).requires("idl"),
        flag("struct", structs).requires("raw"),
        named("service", "SERVICE", "The service, if several have methods of one name")
            .requires("idl")
            .conflicts_with("type"),
        flag("hex", bytes).conflicts_with("base64"),
        flag("base64", "The same in base64"),
    ]
}

pub(super) fn decode_arguments() -> Vec<Arg> {
    let of_messages = ["type", "struct"];
    let mut arguments = vec![
        input("The bytes; - is standard input"),
        flag("raw", "Decode without an IDL").conflicts_with("idl"),
        named("protocol", "PROTOCOL", "How values are encoded; messages say it themselves")
            .value_parser(protocol_values())
            .default_value("binary"),
        named("framing", "FRAMING", "How messages are delimited [default: detected]")
            .value_parser(framing_values())
            .conflicts_with_all(of_messages),
        named("port", "PORT", "In a capture of network traffic: only connections of this port")
            .value_parser(value_parser!(u16))
            .conflicts_with_all(of_messages),
        flag("hexdump", "Show the bytes, each with the field that it belongs to"),
    ];
    arguments.extend(common([
        "Decode values of this type, one after the other",
        "Without an IDL: the bytes are structs, not messages",
        "The bytes are written in hexadecimal",
    ]));
    arguments
}

pub(super) fn encode_arguments() -> Vec<Arg> {
    let mut arguments = vec![
        input("The JSON; - is standard input"),
        flag("raw", "Encode JSON that says its types, as `decode --raw` writes it")
            .conflicts_with("idl"),
        named("protocol", "PROTOCOL", "How values are encoded [default: as messages say, binary]")
            .value_parser(protocol_values()),
        named("framing", "FRAMING", "How messages are delimited [default: as they say, unframed]")
            .value_parser(framing_values())
            .conflicts_with_all(["type", "struct"]),
    ];
    arguments.extend(common([
        "Encode values of this type",
        "Without an IDL: the JSON has structs, not messages",
        "Write each in hexadecimal on a line",
    ]));
    arguments
}

fn coded(matches: &ArgMatches) -> Coded {
    Coded {
        file: path(matches, "file"),
        text: text(matches),
        idl: matches.get_one::<PathBuf>("idl").cloned(),
        options: options(matches),
        ty: matches.get_one::<String>("type").cloned(),
        structs: matches.get_flag("struct"),
        service: matches.get_one::<String>("service").cloned(),
    }
}

pub(super) fn decode(matches: &ArgMatches) -> Decode {
    Decode {
        coded: coded(matches),
        protocol: protocol_of(matches).unwrap_or_default(),
        framing: framing_of(matches),
        port: matches.get_one::<u16>("port").copied(),
        hexdump: matches.get_flag("hexdump"),
    }
}

pub(super) fn encode(matches: &ArgMatches) -> Encode {
    Encode { coded: coded(matches), protocol: protocol_of(matches), framing: framing_of(matches) }
}
