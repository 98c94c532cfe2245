//! Logins over streams in memory.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};

use super::Outcome;
use crate::net::login::{Login, log_in};
use crate::net::transform::Transformed;
use crate::sasl::{Client, ClientMechanism, Server, ServerMechanism};

/// What became of a login.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LoggedIn {
    /// The user, if the server has accepted one.
    pub user: Option<String>,
    /// The bytes read after the login.
    pub read: Vec<u8>,
    /// All bytes sent to the peer.
    pub sent: Vec<u8>,
}

/// Serves a client that sends the pieces, and echoes what it sends after the login.
pub fn serve_login(
    pieces: &[&[u8]],
    mechanisms: Vec<Box<dyn ServerMechanism>>,
    max_frame: usize,
) -> Outcome<LoggedIn, io::Error> {
    let user = Arc::new(OnceLock::new());
    let server = Server::new(mechanisms, max_frame);
    let mut stream = Login::new(Pieces::new(pieces), server, Arc::clone(&user));
    let (read, error) = echo(&mut stream);
    let sent = std::mem::take(&mut stream.inner_mut().sent);
    Outcome { items: LoggedIn { user: user.get().cloned(), read, sent }, error }
}

/// Logs in to a server that sends the pieces, and echoes what it sends after the login.
pub fn log_in_to(
    pieces: &[&[u8]],
    mechanism: Box<dyn ClientMechanism>,
    max_frame: usize,
) -> Outcome<LoggedIn, io::Error> {
    let mut stream = Pieces::new(pieces);
    let client = Client::begin(mechanism, max_frame);
    match client.and_then(|client| log_in(&mut stream, client, |_| Ok(()))) {
        Ok((frames, received)) => {
            let mut stream = Transformed::new(stream, frames, received);
            let (read, error) = echo(&mut stream);
            Outcome { items: LoggedIn { user: None, read, sent: stream.inner.sent }, error }
        }
        Err(error) => Outcome {
            items: LoggedIn { sent: stream.sent, ..LoggedIn::default() },
            error: Some(error),
        },
    }
}

/// Reads to the end and writes everything back.
fn echo(stream: &mut (impl Read + Write)) -> (Vec<u8>, Option<io::Error>) {
    let mut read = Vec::new();
    let error = stream.read_to_end(&mut read).err();
    let written = stream.write_all(&read).err();
    (read, error.or(written))
}

/// A peer that sends pieces, one for each read.
struct Pieces<'a> {
    left: VecDeque<&'a [u8]>,
    sent: Vec<u8>,
}

impl<'a> Pieces<'a> {
    fn new(pieces: &[&'a [u8]]) -> Pieces<'a> {
        let left = pieces.iter().copied().filter(|piece| !piece.is_empty()).collect();
        Pieces { left, sent: Vec::new() }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.left.front_mut() else { return Ok(0) };
        let count = piece.read(bytes)?;
        if piece.is_empty() {
            self.left.pop_front();
        }
        Ok(count)
    }
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sent.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sasl::{PlainClient, PlainServer};

    /// Answers each challenge with itself.
    struct Echo;

    impl ClientMechanism for Echo {
        fn name(&self) -> &str {
            "ECHO"
        }
        fn initial_response(&mut self) -> io::Result<Vec<u8>> {
            Ok(Vec::new())
        }
        fn respond(&mut self, challenge: &[u8]) -> io::Result<Vec<u8>> {
            Ok(challenge.to_vec())
        }
        fn is_complete(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_challenge_is_answered_even_if_the_server_does_not_wait_for_it() {
        let stream = b"\x02\0\0\0\x01a\x05\0\0\0\0\0\0\0\x02bc";
        let expected = [&b"\x01\0\0\0\x04ECHO\x02\0\0\0\0"[..], b"\x02\0\0\0\x01a", &stream[11..]];
        for size in [1, 5, stream.len()] {
            let pieces: Vec<_> = stream.chunks(size).collect();
            let outcome = log_in_to(&pieces, Box::new(Echo), 100);
            assert!(outcome.error.is_none(), "{:?}", outcome.error);
            assert_eq!(
                (outcome.items.read, outcome.items.sent),
                (b"bc".to_vec(), expected.concat())
            );
        }
    }

    /// The bytes in whole, and in pieces of that size, mean the same to both ends of a login.
    fn check(stream: &[u8], piece: usize) -> Result<(), TestCaseError> {
        let pieces: Vec<_> = stream.chunks(piece).collect();
        let whole = &[stream][..];
        let text = |error: Option<io::Error>| error.map(|error| error.to_string());
        let serve = |pieces: &[&[u8]]| {
            let plain = PlainServer::new(|user, password| user == password);
            serve_login(pieces, vec![Box::new(plain)], 100)
        };
        let (once, often) = (serve(whole), serve(&pieces));
        prop_assert_eq!(once.items, often.items);
        prop_assert_eq!(text(once.error), text(often.error));
        for rounds in [false, true] {
            let log_in = |pieces: &[&[u8]]| {
                let plain = || Box::new(PlainClient::new("me", "me"));
                log_in_to(pieces, if rounds { Box::new(Echo) } else { plain() }, 100)
            };
            let (mut once, mut often) = (log_in(whole), log_in(&pieces));
            if once.error.is_some() {
                // Answers to messages are not sent if one that is wrong has come with them.
                (once.items.sent, often.items.sent) = (Vec::new(), Vec::new());
            }
            prop_assert_eq!(once.items, often.items);
            prop_assert_eq!(text(once.error), text(often.error));
        }
        Ok(())
    }

    #[test]
    fn what_fuzzing_has_found_stays_mended() -> Result<(), TestCaseError> {
        let named = "the reply looks like the PROXY protocol, not like SASL";
        // The PROXY protocol, of which the first byte is no status of SASL.
        let stream = b"\r\n\r\n\0\r\nQUIT\n";
        for piece in 1..stream.len() {
            check(stream, piece)?;
            let pieces: Vec<_> = stream.chunks(piece).collect();
            let error = log_in_to(&pieces, Box::new(Echo), 100).error;
            prop_assert_eq!(error.map(|error| error.to_string()), Some(named.to_owned()));
        }
        Ok(())
    }

    #[test]
    fn a_reply_that_ends_early_is_named_as_well_as_it_can_be() {
        for (stream, expected) in [
            (&b"HT"[..], "the reply looks like HTTP, not like SASL"),
            (b"P", "the reply looks like plain text, not like SASL"),
            (b"\x16", "the server does not speak SASL: Invalid status 22"),
        ] {
            let error = log_in_to(&[stream], Box::new(Echo), 100).error.expect("no login");
            assert_eq!(error.to_string(), expected);
        }
    }

    proptest! {
        #[test]
        fn logins_mean_the_same_in_whatever_pieces_they_come(
            start in prop::sample::select(vec![
                &b""[..],
                b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x06\0me\0me",
                b"\x01\0\0\0\x05PLAIN",
                b"\x02\0\0\0\x01a\x05\0\0\0\0",
                b"\x05\0\0\0\0",
                b"\x03\0\0\0\x02no",
                b"HTTP/1.1 400 Bad Request",
                b"PROXY TCP4",
                b"\r\n\r\n\0\r\nQUIT\n",
                b"\x16\x03\x01",
                b"text",
            ]),
            end in any::<prop::sample::Index>(),
            noise in prop::collection::vec(prop_oneof![0..8_u8, any::<u8>()], 0..30),
            piece in 1..10_usize,
        ) {
            let stream = [&start[..end.index(start.len() + 1)], &noise].concat();
            check(&stream, piece)?;
        }
    }
}
