//! Detection of what a peer speaks from its first bytes.
//!
//! A decision is made by the shortest prefix that suffices, and no byte after that prefix changes it: it is the
//! same in whichever pieces the bytes arrive.

use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::rpc::message::Protocol;
use crate::transport::foreign::{Shown, foreign, is_text};
use crate::transport::{Accepted, Framing};

/// Number of bytes that suffice for detection.
const ENOUGH: usize = 6;

/// The protocol of a connection, as far as its first bytes show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detected {
    /// Thrift in this framing.
    Thrift(Framing),
    /// A protocol of this name.
    Foreign(&'static str),
    /// Neither Thrift nor a protocol with a name.
    Unknown,
    /// More bytes decide.
    Undecided,
}

/// Detects the framing from the first bytes of a connection.
///
/// | first bytes | is |
/// |---|---|
/// | `80 ..` | unframed, strict binary |
/// | `82 ..` | unframed compact |
/// | `[` | unframed JSON |
/// | length `80 01` | framed, strict binary |
/// | length `82` | framed compact |
/// | length `[` | framed JSON |
/// | length `0f ff` | THeader |
/// | length `10 00` | TTHeader |
/// | length `00` | framed, old binary: the first byte of a name's length |
/// | length, a letter | unframed, old binary: the length was that of the name |
/// | length `{` | unframed JSON of ThriftPy: the length is a part of it |
///
/// A length [above the limits](is_hopeless) is not Thrift that can be accepted, but the bytes after it show
/// whether it is Thrift; plain text would be a length above 500 MB.
pub(crate) fn detect(first: &[u8], limits: &Limits) -> Detected {
    let prefixes = (1..=first.len().min(ENOUGH)).map(|end| &first[..end]);
    let mut decisions = prefixes.map(|prefix| decide(prefix, limits));
    decisions.find(|decision| *decision != Detected::Undecided).unwrap_or(Detected::Undecided)
}

/// The decision by exactly these bytes, of which no shorter prefix decides.
fn decide(first: &[u8], limits: &Limits) -> Detected {
    let foreign = foreign(first);
    if let Shown::Is(name) = foreign {
        return Detected::Foreign(name);
    }
    match first {
        [0x80 | 0x82, ..] => Detected::Thrift(Framing::Unframed),
        // As the length of a frame or a name this would be above 1.4 GB.
        [b'[', ..] if cfg!(feature = "json") => Detected::Thrift(Framing::Unframed),
        [b'[', ..] => Detected::Foreign("the JSON protocol"),
        // A negative length.
        [0x80..=0xff, ..] => Detected::Unknown,
        [_, _, _, _] if is_text(first) && is_hopeless(first, limits) && foreign == Shown::Not => {
            Detected::Foreign("plain text")
        }
        [_, _, _, _, 0x80, 0x01] => Detected::Thrift(Framing::Framed),
        [_, _, _, _, 0x0f, 0xff] => Detected::Thrift(Framing::Header),
        [_, _, _, _, 0x10, 0x00] => Detected::Thrift(Framing::TtHeader),
        [_, _, _, _, 0x00 | 0x82] => Detected::Thrift(Framing::Framed),
        [_, _, _, _, b'['] if cfg!(feature = "json") => Detected::Thrift(Framing::Framed),
        [_, _, _, _, b'['] => Detected::Foreign("the JSON protocol in frames"),
        [_, _, _, _, b'{'] if cfg!(feature = "thriftpy-json") => {
            Detected::Thrift(Framing::Unframed)
        }
        [_, _, _, _, b'{'] => Detected::Foreign("ThriftPy's JSON protocol"),
        [_, _, _, _, letter]
            if (letter.is_ascii_alphanumeric() || *letter == b'_')
                && !is_hopeless(first, limits) =>
        {
            Detected::Thrift(Framing::Unframed)
        }
        [_, _, _, _, 0x80 | 0x0f | 0x10] => Detected::Undecided,
        _ if first.len() > 4 && is_text(first) => Detected::Foreign("plain text"),
        _ if first.len() > 4 => Detected::Unknown,
        _ => Detected::Undecided,
    }
}

/// Whether undecided bytes, taken as a length, exceed every limit: whatever follows is rejected, and can only
/// show what it is.
pub(crate) fn is_hopeless(first: &[u8], limits: &Limits) -> bool {
    let mut least = [0; 4];
    first.iter().zip(&mut least).for_each(|(&byte, place)| *place = byte);
    u32::from_be_bytes(least) as usize > limits.frame.max(limits.message)
}

/// The error for a client that does not speak Thrift.
#[cold]
pub(crate) fn rejected(name: Option<&str>, first: &[u8], accepted: &Accepted) -> Error {
    let seen = &first[..first.len().min(8)];
    let guess = match name {
        Some(name) => format!("looks like {name}"),
        None => "does not look like Thrift".to_owned(),
    };
    Error::new(ErrorKind::InvalidData, format!("{guess}; {accepted}, and got {seen:02x?}"))
}

/// The error for a reply in another framing.
#[cold]
pub(crate) fn answers_in(theirs: Framing, ours: Framing) -> Error {
    let (theirs, ours) = (theirs.name(), ours.name());
    let why = format!("the server answers {theirs}, but this client speaks {ours}");
    Error::new(ErrorKind::InvalidData, why)
}

/// Whether a strict message of the protocol begins here, as opposed to a struct: no type of a field has the
/// number of a binary message, and no header has the field that a compact one would be.
pub(crate) fn begins_message(protocol: Protocol, bytes: &[u8]) -> bool {
    match protocol {
        Protocol::Compact => bytes.first() == Some(&0x82),
        _ => bytes.first() == Some(&0x80),
    }
}

/// Detects the protocol of a message from its first bytes; `None` if there are too few. A connection may mix
/// protocols.
pub(crate) fn protocol_of(message: &[u8]) -> Option<Protocol> {
    match message {
        [0x82, ..] => Some(Protocol::Compact),
        #[cfg(feature = "json")]
        [b'[', ..] => Some(Protocol::Json),
        [0x80..=0xff, ..] => Some(Protocol::Binary),
        // The length prefix could be that of a name in old binary.
        #[cfg(feature = "thriftpy-json")]
        [_, _, _, _, b'{', ..] => Some(Protocol::ThriftPyJson),
        [] => None,
        #[cfg(feature = "thriftpy-json")]
        [_] | [_, _] | [_, _, _] | [_, _, _, _] => None,
        _ => Some(Protocol::BinaryOld),
    }
}

/// Detects the protocol of a whole message. One that is too short for any is read as the old form of binary.
pub(crate) fn protocol_of_whole(message: &[u8]) -> Protocol {
    protocol_of(message).unwrap_or(Protocol::BinaryOld)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::foreign::{SIGNATURES, likely};
    use proptest::prelude::*;

    const DEFAULT: &Limits = &Limits::DEFAULT;

    fn is(bytes: &[u8]) -> Detected {
        detect(bytes, DEFAULT)
    }

    fn framing(bytes: &[u8]) -> Framing {
        match is(bytes) {
            Detected::Thrift(framing) => framing,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_four_forms_of_binary_are_told_apart() {
        assert_eq!(framing(b"\x80\x01\0\x01\0\0\0\x04"), Framing::Unframed);
        assert_eq!(framing(b"\0\0\0\x11\x80\x01\0\x01"), Framing::Framed);
        assert_eq!(framing(b"\0\0\0\x11\0\0\0\x04"), Framing::Framed);
        assert_eq!(framing(b"\0\0\0\x04ping"), Framing::Unframed);
        assert_eq!(framing(b"\0\0\0\x04_p:q"), Framing::Unframed);
    }

    #[test]
    fn headers_are_told_apart() {
        assert_eq!(framing(b"\0\0\0\x1f\x0f\xff\0\0"), Framing::Header);
        assert_eq!(framing(b"\0\0\0\x1f\x10\0\0\0"), Framing::TtHeader);
        assert_eq!(is(b"\0\0\0\x1f\x10\x01\0\0"), Detected::Unknown);
    }

    #[test]
    fn the_other_protocols_are_told_apart() {
        let check = |bytes: &[u8], protocol| {
            assert_eq!(framing(bytes), Framing::Unframed);
            assert_eq!(protocol_of(bytes), Some(protocol));
            let framed = [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
            assert_eq!(framing(&framed), Framing::Framed);
        };
        check(b"\x82\x21\x01\x04ping\0", Protocol::Compact);
        #[cfg(feature = "json")]
        check(b"[1,\"ping\",1,1,{}]", Protocol::Json);
        #[cfg(feature = "thriftpy-json")]
        check(b"\0\0\0\x0e{\"metadata\": 0}", Protocol::ThriftPyJson);
    }

    #[test]
    fn numbers_in_a_compact_header_are_not_taken_for_other_protocols() {
        // The sequence id 262144 and an empty name; another id, and a name that is not UTF-8.
        for bytes in [&b"\x82\x21\x80\x80\x10\0\0"[..], b"\x82\x21\xff\x6d\x0f\xff\xbf\x01"] {
            assert_eq!(framing(bytes), Framing::Unframed);
        }
    }

    #[cfg(feature = "json")]
    #[test]
    fn broken_json_is_not_taken_for_other_protocols() {
        assert_eq!(framing(b"[1,\0\x10\0\0\0"), Framing::Unframed);
    }

    #[test]
    fn what_is_not_served_is_named() {
        for (bytes, name) in [
            (&b"GET / HTTP/1.1\r\n"[..], "HTTP"),
            (b"POST /thrift HTTP/1.1\r\n", "HTTP"),
            (b"PRI * HTTP/2.0\r\n\r\n", "HTTP/2"),
            (b"\x16\x03\x01\x02\0\x01\0\x01", "TLS"),
            (b"SSH-2.0-OpenSSH_9.6", "SSH"),
            (b"PROXY TCP4 10.0.0.1 ", "the PROXY protocol"),
            (b"\r\n\r\n\0\r\nQUIT\n", "the PROXY protocol"),
            (b"\r\n\r\nhello", "plain text"),
            (b"hello world", "plain text"),
            (b"xyz\n", "plain text"),
            (b"\x78\x9c\0", "zlib"),
            #[cfg(not(feature = "json"))]
            (b"[1,\"ping\",1,1,{}]", "the JSON protocol"),
            #[cfg(not(feature = "json"))]
            (b"\0\0\0\x20[1,\"", "the JSON protocol in frames"),
            #[cfg(not(feature = "thriftpy-json"))]
            (b"\0\0\0\x20{\"me", "ThriftPy's JSON protocol"),
            (b"BIGF\0\0\0\0", "THeader with a 64-bit length"),
        ] {
            assert_eq!(is(bytes), Detected::Foreign(name));
        }
        for bytes in [&b"\xff"[..], b"\0\0\0\x11\x80\x02\0\x01", b"\x7f\0\0\0\x7f"] {
            assert_eq!(is(bytes), Detected::Unknown);
        }
    }

    #[test]
    fn what_is_cut_off_gets_the_likely_name() {
        let text = Some("plain text");
        for (bytes, name) in [
            (&b"GE"[..], Some("HTTP")),
            (b"PUT", Some("HTTP")),
            (b"PRO", Some("the PROXY protocol")),
            (b"PR", text),
            (b"G", text),
            (b"\r\n\r\n", text),
            (b"y\n", text),
            (b"\x7f\0", None),
        ] {
            assert_eq!((is(bytes), likely(bytes)), (Detected::Undecided, name), "{bytes:?}");
            assert!(is_hopeless(bytes, DEFAULT));
        }
    }

    #[test]
    fn a_frame_above_the_limits_is_hopeless_and_still_known_as_thrift() {
        let first = b"\x7f\0\0\0\x80\x01";
        for end in 1..first.len() {
            assert_eq!(is(&first[..end]), Detected::Undecided);
            assert!(is_hopeless(&first[..end], DEFAULT));
        }
        assert_eq!(framing(first), Framing::Framed);
    }

    #[test]
    fn too_few_bytes_are_waited_for() {
        for bytes in
            [&b""[..], b"\0", b"\x01\0", b"\0\0\0\x11", b"\0\0\0\x11\x80", b"\0\0\0\x11\x0f"]
        {
            assert_eq!(is(bytes), Detected::Undecided);
            assert!(!is_hopeless(bytes, DEFAULT));
        }
    }

    /// Bytes that differ from the first ones of a protocol in few places.
    fn first_bytes() -> impl Strategy<Value = Vec<u8>> {
        let thrift: [&[u8]; 14] = [
            b"\x80\x01\0\x01\0\0\0\x04",
            b"\x82\x21\x01\x04ping",
            b"[1,\"ping\"",
            b"\0\0\0\x04ping\x01",
            b"\0\0\0\x11\x80\x01\0\x01",
            b"\0\0\0\x11\0\0\0\x04",
            b"\0\0\0\x11\x82\x21\x01",
            b"\0\0\0\x11[1,\"",
            b"\0\0\0\x1f\x0f\xff\0\0",
            b"\0\0\0\x1f\x10\0\0\0",
            b"\0\0\0\x20{\"metadata",
            b"\x7f\xff\xff\xff\x80\x01",
            b"\x04\0\0\0\x04what",
            b"hello, world",
        ];
        let starts = thrift.into_iter().chain(SIGNATURES.map(|(signature, _)| signature));
        let start = prop::sample::select(starts.map(<[u8]>::to_vec).collect::<Vec<_>>());
        let change = any::<Option<(prop::sample::Index, u8)>>();
        let near = (start, change, any::<[u8; 6]>()).prop_map(|(mut bytes, change, rest)| {
            if let Some((at, byte)) = change {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.extend_from_slice(&rest);
            bytes
        });
        prop_oneof![near, prop::collection::vec(any::<u8>(), 0..10)]
    }

    fn limits() -> impl Strategy<Value = Limits> {
        let sizes = prop::sample::select(vec![1000, 20 << 20, 1 << 30, usize::MAX]);
        (sizes.clone(), sizes).prop_map(|(frame, message)| Limits {
            frame,
            message,
            ..Limits::DEFAULT
        })
    }

    proptest! {
        #[test]
        fn no_byte_changes_a_decision(bytes in first_bytes(), limits in limits()) {
            let prefixes = || (0..=bytes.len()).map(|end| &bytes[..end]);
            let mut last = None;
            for prefix in prefixes() {
                let detected = detect(prefix, &limits);
                match last {
                    None | Some(Detected::Undecided) => {}
                    decided => prop_assert_eq!(decided, Some(detected)),
                }
                last = Some(detected);
            }
            prop_assert!(bytes.len() < ENOUGH || last != Some(Detected::Undecided));

            let mut last = Shown::Open;
            for prefix in prefixes() {
                let shown = foreign(prefix);
                prop_assert!(last == Shown::Open || last == shown);
                last = shown;
            }

            let mut last = None;
            for prefix in prefixes() {
                let protocol = protocol_of(prefix);
                prop_assert!(last.is_none() || last == protocol);
                last = protocol;
            }

            let mut hopeless = false;
            for prefix in prefixes() {
                let now = is_hopeless(prefix, &limits);
                prop_assert!(now || !hopeless);
                hopeless = now;
            }
        }

        #[test]
        fn a_hopeless_message_is_never_waited_for(bytes in first_bytes(), limits in limits()) {
            if let Detected::Thrift(framing) = detect(&bytes, &limits)
                && (0..=4).any(|end| {
                    let first = &bytes[..end.min(bytes.len())];
                    detect(first, &limits) == Detected::Undecided && is_hopeless(first, &limits)
                })
            {
                let outcome = crate::fuzzing::cut(framing, &[&bytes], &limits);
                prop_assert_eq!(outcome.error.map(|error| error.kind()), Some(ErrorKind::SizeLimit));
            }
        }
    }
}
