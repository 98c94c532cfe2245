//! Framings and protocols by the names that the command has for them.

use thriftly_core::{Framing, Protocol};

/// Framings by the names that Thrift's other commands have for them.
pub(crate) const FRAMINGS: [(&str, Framing); 4] = [
    ("unframed", Framing::Unframed),
    ("framed", Framing::Framed),
    ("header", Framing::Header),
    ("ttheader", Framing::TtHeader),
];

/// Protocols, the same way.
pub(crate) const PROTOCOLS: [(&str, Protocol); 5] = [
    ("binary", Protocol::Binary),
    ("binary-old", Protocol::BinaryOld),
    ("compact", Protocol::Compact),
    ("json", Protocol::Json),
    ("thriftpy-json", Protocol::ThriftPyJson),
];

/// The name of a framing.
pub(crate) fn framing_name(framing: Framing) -> &'static str {
    FRAMINGS.into_iter().find(|(_, one)| *one == framing).map_or("", |(name, _)| name)
}

/// The name of a protocol.
pub(crate) fn protocol_name(protocol: Protocol) -> &'static str {
    PROTOCOLS.into_iter().find(|(_, one)| *one == protocol).map_or("", |(name, _)| name)
}

/// The framing with a name.
pub(crate) fn framing(name: &str) -> Option<Framing> {
    FRAMINGS.into_iter().find(|(one, _)| *one == name).map(|(_, framing)| framing)
}

/// The protocol with a name.
pub(crate) fn protocol(name: &str) -> Option<Protocol> {
    PROTOCOLS.into_iter().find(|(one, _)| *one == name).map(|(_, protocol)| protocol)
}
