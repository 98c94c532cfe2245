//! `PLAIN` (RFC 4616): a user name and password.

use std::fmt;
use std::io;
use std::sync::Arc;

use super::{ClientMechanism, Evaluation, ServerMechanism};

/// The text for any rejection, as HiveServer2 has it.
const REJECTED: &str = "Error validating the login";

/// The client side of `PLAIN`.
#[derive(Clone)]
pub struct PlainClient {
    user: String,
    password: String,
}

impl PlainClient {
    /// Authenticates with a user name and password, neither of which may contain a zero byte. Servers
    /// reject an empty password; those without authentication accept any other.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> PlainClient {
        PlainClient { user: user.into(), password: password.into() }
    }
}

impl fmt::Debug for PlainClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainClient").field("user", &self.user).finish_non_exhaustive()
    }
}

impl ClientMechanism for PlainClient {
    fn name(&self) -> &str {
        "PLAIN"
    }

    fn initial_response(&mut self) -> io::Result<Vec<u8>> {
        if self.user.contains('\0') || self.password.contains('\0') {
            let message = "a user name or password for PLAIN contains a zero byte";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(format!("\0{}\0{}", self.user, self.password).into_bytes())
    }

    fn respond(&mut self, challenge: &[u8]) -> io::Result<Vec<u8>> {
        match challenge {
            [] => Ok(Vec::new()),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "PLAIN has no challenges")),
        }
    }

    fn is_complete(&self) -> bool {
        true
    }
}

/// The server side of `PLAIN`.
#[derive(Clone)]
pub struct PlainServer {
    check: Arc<Check>,
}

/// Checks a user name and password.
type Check = dyn Fn(&str, &str) -> bool + Send + Sync;

impl PlainServer {
    /// Accepts clients whose user name and password pass the check. Empty names and passwords, and
    /// requests to act as another user, are rejected before.
    pub fn new(check: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> PlainServer {
        PlainServer { check: Arc::new(check) }
    }
}

impl fmt::Debug for PlainServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainServer").finish_non_exhaustive()
    }
}

impl ServerMechanism for PlainServer {
    fn name(&self) -> &str {
        "PLAIN"
    }

    fn evaluate(&mut self, response: &[u8]) -> Result<Evaluation, String> {
        let accepted = || {
            let mut parts = std::str::from_utf8(response).ok()?.split('\0');
            let (acting, user, password) = (parts.next()?, parts.next()?, parts.next()?);
            let is_complete = parts.next().is_none() && !user.is_empty() && !password.is_empty();
            let is_same = acting.is_empty() || acting == user;
            (is_complete && is_same && (self.check)(user, password)).then(|| user.to_owned())
        };
        match accepted() {
            Some(user) => Ok(Evaluation::Complete { user, data: Vec::new() }),
            None => Err(REJECTED.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_credentials_are_accepted() {
        let mut server = PlainServer::new(|user, password| (user, password) == ("me", "pw"));
        let mut evaluate = |response: &[u8]| server.evaluate(response);
        let complete = Ok(Evaluation::Complete { user: "me".into(), data: Vec::new() });
        for response in [&b"\0me\0pw"[..], b"me\0me\0pw"] {
            assert_eq!(evaluate(response), complete);
        }
        for response in [
            &b""[..],
            b"me",
            b"me\0pw",
            b"\0me\0",
            b"\0\0pw",
            b"\0me\0wrong",
            b"root\0me\0pw",
            b"\0me\0pw\0",
            b"\0me\0\xff",
        ] {
            assert_eq!(evaluate(response), Err(REJECTED.to_owned()), "{response:?}");
        }
    }

    #[test]
    fn zero_bytes_in_credentials_are_not_sent() {
        let error = PlainClient::new("me\0root", "pw").initial_response().expect_err("ambiguous");
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
