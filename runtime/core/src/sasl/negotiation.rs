//! The negotiation at the start of a connection, without I/O.
//!
//! Each message has a status, a length of four bytes and a payload (Apache's `TSaslTransport`):
//!
//! ```text
//! C→S  01 00000005 "PLAIN"                 START: the mechanism
//! C→S  02 00000006 00 "me" 00 "pw"         OK: a response
//! S→C  05 00000000                         COMPLETE; or OK with a challenge, BAD or ERROR with a text
//! ```

use std::io;

use bytes::{Buf, Bytes, BytesMut};

use super::{ClientMechanism, Evaluation, Frames, ServerMechanism};
use crate::transport::{Shown, foreign, likely};

const START: u8 = 1;
const OK: u8 = 2;
const BAD: u8 = 3;
const ERROR: u8 = 4;
const COMPLETE: u8 = 5;

/// Maximum size of a payload, in bytes.
const MAX_PAYLOAD: usize = 64 << 10;
/// Maximum number of messages that a peer may send.
const MAX_MESSAGES: usize = 64;
/// Longest text of a peer shown in an error, in characters.
const MAX_TEXT: usize = 500;

/// The client's side.
pub(crate) struct Client {
    mechanism: Box<dyn ClientMechanism>,
    messages: usize,
    max_frame: usize,
    /// Bytes to send.
    pub(crate) output: Vec<u8>,
}

impl Client {
    /// Appends the name of the mechanism and the first response to the output.
    pub(crate) fn begin(
        mut mechanism: Box<dyn ClientMechanism>,
        max_frame: usize,
    ) -> io::Result<Client> {
        let mut output = Vec::new();
        put(&mut output, START, mechanism.name().as_bytes());
        let response = mechanism.initial_response()?;
        put(&mut output, OK, &response);
        Ok(Client { mechanism, messages: 0, max_frame, output })
    }

    /// Processes received bytes. Returns the frames of the connection when the client is
    /// authenticated; bytes after the negotiation are left in the input.
    ///
    /// # Errors
    /// The server has rejected the client, or does not speak SASL.
    pub(crate) fn receive(&mut self, input: &mut BytesMut) -> io::Result<Option<Frames>> {
        loop {
            let (status, payload) = match take(input, &mut self.messages) {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(None),
                Err(error) if self.messages > 0 => return Err(error),
                Err(error) => match foreign(input) {
                    Shown::Is(name) => return Err(no_sasl(Some(name), &error)),
                    Shown::Not => return Err(no_sasl(None, &error)),
                    // More bytes name it.
                    Shown::Open => return Ok(None),
                },
            };
            match status {
                COMPLETE => {
                    if !self.mechanism.is_complete() || !payload.is_empty() {
                        self.mechanism.respond(&payload)?;
                    }
                    if !self.mechanism.is_complete() {
                        return Err(broken("the server ended the SASL negotiation too early"));
                    }
                    let layer = self.mechanism.security_layer();
                    return Ok(Some(Frames::new(layer, self.max_frame)));
                }
                OK => {
                    let response = self.mechanism.respond(&payload)?;
                    put(&mut self.output, OK, &response);
                }
                BAD | ERROR => {
                    let message = format!("the server rejected the login: \"{}\"", text(&payload));
                    return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
                }
                _ => return Err(broken(format!("the SASL reply has the status {status}"))),
            }
        }
    }

    /// The error for bytes at the end of the stream that are no part of a negotiation.
    #[cold]
    pub(crate) fn ended(&mut self, input: &mut BytesMut) -> Option<io::Error> {
        let error = take(input, &mut self.messages).err()?;
        Some(no_sasl(likely(input), &error))
    }
}

/// The error for a reply that is no message of the negotiation.
#[cold]
fn no_sasl(name: Option<&str>, error: &io::Error) -> io::Error {
    broken(match name {
        Some(name) => format!("the reply looks like {name}, not like SASL"),
        None => format!("the server does not speak SASL: {error}"),
    })
}

/// The server's side.
pub(crate) struct Server {
    mechanisms: Vec<Box<dyn ServerMechanism>>,
    /// The one that the client has chosen.
    chosen: Option<Box<dyn ServerMechanism>>,
    messages: usize,
    max_frame: usize,
    /// Bytes to send, also after an error.
    pub(crate) output: Vec<u8>,
}

impl Server {
    pub(crate) fn new(mechanisms: Vec<Box<dyn ServerMechanism>>, max_frame: usize) -> Server {
        Server { mechanisms, chosen: None, messages: 0, max_frame, output: Vec::new() }
    }

    /// Processes received bytes. Returns the user and the frames of the connection when the client
    /// is authenticated; bytes after the negotiation are left in the input.
    ///
    /// # Errors
    /// The client is rejected or does not speak SASL. The output says so.
    pub(crate) fn receive(&mut self, input: &mut BytesMut) -> io::Result<Option<(String, Frames)>> {
        loop {
            let (status, payload) = match take(input, &mut self.messages) {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(None),
                Err(error) => {
                    put(&mut self.output, ERROR, error.to_string().as_bytes());
                    return Err(error);
                }
            };
            let evaluated = match (status, &mut self.chosen) {
                (START, None) => self.choose(&payload),
                // Java's client sends COMPLETE with its last response.
                (OK | COMPLETE, Some(mechanism)) => mechanism.evaluate(&payload).map(Some),
                (BAD | ERROR, _) => {
                    let message = format!("the client gave up: \"{}\"", text(&payload));
                    return Err(io::Error::new(io::ErrorKind::ConnectionAborted, message));
                }
                _ => {
                    let message = format!("Unexpected status {}", status as i8);
                    put(&mut self.output, ERROR, message.as_bytes());
                    return Err(broken(message));
                }
            };
            match evaluated {
                Ok(None) => {}
                Ok(Some(Evaluation::Challenge(challenge))) => {
                    put(&mut self.output, OK, &challenge);
                }
                Ok(Some(Evaluation::Complete { user, data })) => {
                    put(&mut self.output, COMPLETE, &data);
                    let layer = self.chosen.as_mut().and_then(|chosen| chosen.security_layer());
                    return Ok(Some((user, Frames::new(layer, self.max_frame))));
                }
                Err(message) => {
                    put(&mut self.output, BAD, message.as_bytes());
                    return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
                }
            }
        }
    }

    /// Chooses the mechanism of that name.
    fn choose(&mut self, name: &[u8]) -> Result<Option<Evaluation>, String> {
        let found = self.mechanisms.iter().position(|one| one.name().as_bytes() == name);
        match found {
            Some(at) => {
                self.chosen = Some(self.mechanisms.swap_remove(at));
                Ok(None)
            }
            None => Err(format!("Unsupported mechanism type {}", text(name))),
        }
    }
}

fn put(output: &mut Vec<u8>, status: u8, payload: &[u8]) {
    output.push(status);
    // Payloads of mechanisms are small.
    output.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    output.extend_from_slice(payload);
}

/// The next message: status and payload.
fn take(input: &mut BytesMut, messages: &mut usize) -> io::Result<Option<(u8, Bytes)>> {
    let Some(&status) = input.first() else { return Ok(None) };
    if !(START..=COMPLETE).contains(&status) {
        return Err(broken(format!("Invalid status {}", status as i8)));
    }
    let Some(length) = input.get(1..5).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()) else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_PAYLOAD {
        return Err(broken(format!("Invalid payload length {length}")));
    }
    if input.len() < 5 + length {
        return Ok(None);
    }
    *messages += 1;
    if *messages > MAX_MESSAGES {
        return Err(broken("The negotiation has too many messages"));
    }
    input.advance(5);
    Ok(Some((status, input.split_to(length).freeze())))
}

/// A text chosen by a peer, escaped and truncated.
fn text(payload: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(payload).chars().take(MAX_TEXT).collect();
    text.escape_debug().to_string()
}

fn broken(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

#[cfg(test)]
mod tests {
    use super::super::{PlainClient, PlainServer, SecurityLayer};
    use super::*;
    use crate::net::transform::Transform;

    const FRAME: usize = 1 << 20;

    fn plain() -> Server {
        let check = |user: &str, password: &str| (user, password) == ("me", "pw");
        Server::new(vec![Box::new(PlainServer::new(check))], FRAME)
    }

    #[test]
    fn plain_has_the_bytes_of_other_implementations() {
        let client = Box::new(PlainClient::new("me", "pw"));
        let client = Client::begin(client, FRAME).expect("it has no zero bytes");
        let expected = b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x06\0me\0pw";
        assert_eq!(client.output, expected);
        // The negotiation and the first call arrive in pieces of any size.
        let call = b"\0\0\0\x03abc";
        let all = [&expected[..], call].concat();
        for end in 0..=all.len() {
            let mut server = plain();
            let mut input = BytesMut::from(&all[..end]);
            let early = server.receive(&mut input).expect("valid so far");
            let done = end >= expected.len();
            assert_eq!(early.is_some(), done, "{end}");
            input.extend_from_slice(&all[end..]);
            let result = match early {
                Some(done) => Some(done),
                None => server.receive(&mut input).expect("valid"),
            };
            let (user, mut frames) = result.expect("complete");
            assert_eq!((user.as_str(), &server.output[..]), ("me", &b"\x05\0\0\0\0"[..]));
            let mut out = BytesMut::new();
            frames.decode(&mut input, &mut out, 100).expect("valid");
            assert_eq!(out, b"abc"[..]);
        }
    }

    #[test]
    fn a_server_that_does_not_speak_sasl_is_named() {
        for (reply, expected) in [
            (&b"HTTP/1.1 400 Bad Request\r\n"[..], "the reply looks like HTTP, not like SASL"),
            (b"\x16\x03\x01", "the reply looks like TLS, not like SASL"),
            (b"\x80\x01\0\x03", "the server does not speak SASL: Invalid status -128"),
        ] {
            let mechanism = Box::new(PlainClient::new("me", "pw"));
            let mut client = Client::begin(mechanism, FRAME).expect("it has no zero bytes");
            let error = client.receive(&mut BytesMut::from(reply)).expect_err(expected);
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn a_rejected_client_receives_the_reason() {
        for (bytes, reply) in [
            (&b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x06\0me\0px"[..], "\x03Error validating the login"),
            (b"\x01\0\0\0\x06GSSAPI", "\x03Unsupported mechanism type GSSAPI"),
            (b"\x80\x01\0\x01\0\0\0\x04ping", "\x04Invalid status -128"),
            (b"\0\0\0\x10\x80\x01", "\x04Invalid status 0"),
            (b"\x02\0\0\0\0", "\x04Unexpected status 2"),
            (b"\x01\0\x01\0\x01", "\x04Invalid payload length 65537"),
            (b"\x01\xff\xff\xff\xff", "\x04Invalid payload length 4294967295"),
            (b"\x01\0\0\0\x05PLAIN\x01\0\0\0\x05PLAIN", "\x04Unexpected status 1"),
        ] {
            let mut server = plain();
            let error = server.receive(&mut BytesMut::from(bytes)).expect_err("rejected");
            let (status, text) = reply.split_at(1);
            assert_eq!(error.to_string(), text);
            let (sent, rest) = server.output.split_at(1);
            assert_eq!(sent, status.as_bytes());
            assert_eq!(rest, [&(text.len() as u32).to_be_bytes()[..], text.as_bytes()].concat());
        }
    }

    #[test]
    fn endless_negotiations_are_ended() {
        struct Curious;
        impl ServerMechanism for Curious {
            fn name(&self) -> &str {
                "CURIOUS"
            }
            fn evaluate(&mut self, _: &[u8]) -> Result<Evaluation, String> {
                Ok(Evaluation::Challenge(b"and?".to_vec()))
            }
        }
        let mut server = Server::new(vec![Box::new(Curious)], FRAME);
        let mut input = BytesMut::from(&b"\x01\0\0\0\x07CURIOUS"[..]);
        input.extend_from_slice(&b"\x02\0\0\0\0".repeat(MAX_MESSAGES));
        assert!(server.receive(&mut input).is_err());
    }

    /// A mechanism of two rounds that encrypts by exclusive or.
    struct Rounds(u8);

    impl ClientMechanism for Rounds {
        fn name(&self) -> &str {
            "ROUNDS"
        }
        fn initial_response(&mut self) -> io::Result<Vec<u8>> {
            Ok(b"hello".to_vec())
        }
        fn respond(&mut self, challenge: &[u8]) -> io::Result<Vec<u8>> {
            self.0 += 1;
            Ok(challenge.to_ascii_uppercase())
        }
        fn is_complete(&self) -> bool {
            self.0 == 2
        }
        fn security_layer(&mut self) -> Option<Box<dyn SecurityLayer>> {
            Some(Box::new(Xor))
        }
    }

    impl ServerMechanism for Rounds {
        fn name(&self) -> &str {
            "ROUNDS"
        }
        fn evaluate(&mut self, response: &[u8]) -> Result<Evaluation, String> {
            match response {
                b"hello" => Ok(Evaluation::Challenge(b"once".to_vec())),
                b"ONCE" => Ok(Evaluation::Complete { user: "r".into(), data: b"end".to_vec() }),
                _ => Err("no".into()),
            }
        }
        fn security_layer(&mut self) -> Option<Box<dyn SecurityLayer>> {
            Some(Box::new(Xor))
        }
    }

    struct Xor;

    impl SecurityLayer for Xor {
        fn wrap(&mut self, contents: &[u8]) -> io::Result<Vec<u8>> {
            Ok(contents.iter().map(|byte| byte ^ 0x55).chain([0xee]).collect())
        }
        fn unwrap(&mut self, contents: &[u8]) -> io::Result<Vec<u8>> {
            match contents.split_last() {
                Some((0xee, contents)) => Ok(contents.iter().map(|byte| byte ^ 0x55).collect()),
                _ => Err(io::ErrorKind::InvalidData.into()),
            }
        }
    }

    #[test]
    fn mechanisms_may_take_rounds_and_protect_frames() {
        let mut client = Client::begin(Box::new(Rounds(0)), FRAME).expect("it can begin");
        let mut server = Server::new(vec![Box::new(Rounds(0))], FRAME);
        let mut input = BytesMut::from(&std::mem::take(&mut client.output)[..]);
        assert!(server.receive(&mut input).expect("valid").is_none());
        let mut input = BytesMut::from(&std::mem::take(&mut server.output)[..]);
        assert!(client.receive(&mut input).expect("valid").is_none());
        let mut input = BytesMut::from(&std::mem::take(&mut client.output)[..]);
        let (user, mut theirs) = server.receive(&mut input).expect("valid").expect("complete");
        assert_eq!(user, "r");
        let mut input = BytesMut::from(&server.output[..]);
        let mut ours = client.receive(&mut input).expect("valid").expect("complete");

        let mut wire = Vec::new();
        ours.encode(b"a call", &mut wire).expect("it fits");
        assert_eq!(wire.len(), 4 + 6 + 1);
        let (mut input, mut out) = (BytesMut::new(), BytesMut::new());
        for byte in wire {
            input.extend_from_slice(&[byte]);
            theirs.decode(&mut input, &mut out, 100).expect("valid");
        }
        assert_eq!(out, b"a call"[..]);
    }

    #[test]
    fn a_protected_frame_stays_below_the_limit_of_the_peer() {
        let frames = || Frames::new(Some(Box::new(Xor)), 64);
        let sent = vec![7; 1000];
        let mut wire = Vec::new();
        frames().encode(&sent, &mut wire).expect("it is split");
        let (mut input, mut out) = (BytesMut::from(&wire[..]), BytesMut::new());
        frames().decode(&mut input, &mut out, usize::MAX).expect("each is below the limit");
        assert_eq!(out, sent[..]);
    }

    #[test]
    fn frames_above_the_limit_are_refused_before_they_arrive() {
        let mut frames = Frames::new(None, 10);
        let mut input = BytesMut::from(&b"\0\0\0\x0b"[..]);
        assert!(frames.decode(&mut input, &mut BytesMut::new(), 100).is_err());
        let mut wire = Vec::new();
        frames.encode(&[7; 25], &mut wire).expect("it is split");
        assert_eq!(wire.len(), 25 + 3 * 4);
    }
}
