//! SASL, the authentication of HiveServer2, Spark's Thrift server and Impala (`TSaslTransport`).
//!
//! A connection begins with a negotiation, in which the client chooses a mechanism and proves who it
//! is. `PLAIN`, a user name and password, is built in: `sasl_plain` of the client builders and of the
//! servers. Other mechanisms, such as `GSSAPI` (Kerberos), implement [`ClientMechanism`] or
//! [`ServerMechanism`] and are passed to `sasl`.
//!
//! After the negotiation each message is sent as one frame with a length of four bytes, or as several
//! frames if it exceeds the limit of messages. Received frames may contain unframed messages in any
//! portions. A mechanism may [sign or encrypt](SecurityLayer) the contents of frames. `PLAIN` does not:
//! use it over TLS.
//!
//! ```
//! use thriftly::blocking::Server;
//!
//! thriftly::thrift!(inline: "service Ping { void ping() }");
//!
//! struct Handler;
//!
//! impl BlockingPing for Handler {
//!     fn ping(&self) -> thriftly::Result<()> {
//!         let context = thriftly::Context::current();
//!         assert_eq!(context.user(), Some("me"));
//!         Ok(())
//!     }
//! }
//!
//! # fn main() -> thriftly::Result<()> {
//! let server = Server::new(BlockingPingServer::new(Handler))
//!     .sasl_plain(|user, password| user == "me" && password == "secret")
//!     .bind("127.0.0.1:0")?;
//! let (address, handle) = (server.local_addr(), server.handle());
//! let thread = std::thread::spawn(|| server.serve());
//!
//! let client = BlockingPingClient::builder().sasl_plain("me", "secret").connect(&address)?;
//! client.ping()?;
//!
//! let error = BlockingPingClient::builder().sasl_plain("me", "guess").connect(&address).unwrap_err();
//! assert!(error.to_string().contains("Error validating the login"), "{error}");
//! handle.shutdown();
//! # drop(client);
//! # thread.join().unwrap()?;
//! # Ok(())
//! # }
//! ```

mod frames;
mod negotiation;
mod plain;

use std::fmt;
use std::io;
use std::sync::Arc;

pub(crate) use frames::Frames;
pub(crate) use negotiation::{Client, Server};
pub use plain::{PlainClient, PlainServer};

/// The client side of a mechanism, for one connection.
pub trait ClientMechanism: Send {
    /// The registered name, such as `PLAIN` or `GSSAPI`.
    fn name(&self) -> &str;

    /// The first response, sent with the name.
    ///
    /// # Errors
    /// The client cannot authenticate, for example without a ticket; the connection fails with it.
    fn initial_response(&mut self) -> io::Result<Vec<u8>>;

    /// Answers a challenge of the server. The last one may arrive with the success of the
    /// negotiation; its response is not sent.
    ///
    /// # Errors
    /// The server is not trusted or the challenge is invalid; the connection fails with it.
    fn respond(&mut self, challenge: &[u8]) -> io::Result<Vec<u8>>;

    /// Whether the mechanism expects no further challenge.
    fn is_complete(&self) -> bool;

    /// How frames are protected after the negotiation. Default: not at all (QOP `auth`).
    fn security_layer(&mut self) -> Option<Box<dyn SecurityLayer>> {
        None
    }
}

/// The server side of a mechanism, for one connection. An async server calls it on a thread for
/// blocking work, so it may wait for a directory or a database.
pub trait ServerMechanism: Send {
    /// The registered name, such as `PLAIN` or `GSSAPI`.
    fn name(&self) -> &str;

    /// Evaluates a response of the client.
    ///
    /// # Errors
    /// The client is rejected. It receives the text, which should not reveal which part is wrong.
    fn evaluate(&mut self, response: &[u8]) -> Result<Evaluation, String>;

    /// How frames are protected after the negotiation. Default: not at all (QOP `auth`).
    fn security_layer(&mut self) -> Option<Box<dyn SecurityLayer>> {
        None
    }
}

/// The result of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evaluation {
    /// A challenge for the client.
    Challenge(Vec<u8>),
    /// The client is authenticated.
    Complete {
        /// The user, returned by [`Context::user`](crate::Context::user).
        user: String,
        /// Final data of the mechanism for the client.
        data: Vec<u8>,
    },
}

/// Protection of the frames of a connection (QOP `auth-int` or `auth-conf`).
pub trait SecurityLayer: Send {
    /// Signs or encrypts the contents of a frame.
    ///
    /// # Errors
    /// The connection is closed with it.
    fn wrap(&mut self, contents: &[u8]) -> io::Result<Vec<u8>>;

    /// Verifies or decrypts the contents of a frame.
    ///
    /// # Errors
    /// The connection is closed with it.
    fn unwrap(&mut self, contents: &[u8]) -> io::Result<Vec<u8>>;
}

/// Creates the mechanism of each connection of a client.
#[derive(Clone)]
pub(crate) struct ClientFactory(Arc<dyn Fn() -> Box<dyn ClientMechanism> + Send + Sync>);

impl ClientFactory {
    pub(crate) fn new<M: ClientMechanism + 'static>(
        mechanism: impl Fn() -> M + Send + Sync + 'static,
    ) -> ClientFactory {
        ClientFactory(Arc::new(move || Box::new(mechanism())))
    }

    /// Begins a negotiation.
    pub(crate) fn begin(&self, max_frame: usize) -> io::Result<Client> {
        Client::begin((self.0)(), max_frame)
    }
}

impl fmt::Debug for ClientFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may hold a password.
        f.write_str("Sasl(..)")
    }
}

/// Creates a mechanism for each connection of a server.
type ServerFactory = Arc<dyn Fn() -> Box<dyn ServerMechanism> + Send + Sync>;

/// The mechanisms of a server.
#[derive(Clone, Default)]
pub(crate) struct ServerMechanisms(Vec<ServerFactory>);

impl ServerMechanisms {
    pub(crate) fn add<M: ServerMechanism + 'static>(
        &mut self,
        mechanism: impl Fn() -> M + Send + Sync + 'static,
    ) {
        self.0.push(Arc::new(move || Box::new(mechanism())));
    }

    /// Whether clients need not authenticate.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Begins a negotiation.
    pub(crate) fn begin(&self, max_frame: usize) -> Server {
        Server::new(self.0.iter().map(|mechanism| mechanism()).collect(), max_frame)
    }
}

impl fmt::Debug for ServerMechanisms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|mechanism| mechanism().name().to_owned()))
            .finish()
    }
}
