//! The program `interop_server`.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use thriftly::tls::ServerTls;
use thriftly::{Health, Server, blocking};

use super::arguments::{Arguments, LOGIN, Transport};
use super::handler::Handler;
use super::idl::interop::{BlockingSecondServer, SecondServer};
use super::idl::{BlockingServedServer, ServedServer};

/// The method for health checks.
const HEALTH: &str = "health";

/// Serves until the process is ended. Prints the address once it listens.
pub fn main() -> ExitCode {
    let served =
        Arguments::parse(2).map_err(Into::into).and_then(|arguments| match arguments.blocking {
            true => serve_blocking(&arguments),
            false => tokio::runtime::Runtime::new()?.block_on(serve(&arguments)),
        });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("interop_server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Configures, binds and serves either server.
macro_rules! listen {
    ($server:expr, $arguments:expr $(, $await:tt)?) => {{
        let server = match &$arguments.tls[..] {
            [certificate, key] => $server.tls(ServerTls::from_pem_files(certificate, key)?),
            _ => $server,
        };
        let server = server.health(Health::new(HEALTH));
        let server = match $arguments.transport {
            Transport::Sasl => server.sasl_plain(|user, password| (user, password) == LOGIN),
            // Any other is detected.
            _ => server,
        };
        let server = server.bind($arguments.listen_address())$(.$await)??;
        println!("listening on {}", server.local_addr());
        Ok(server.serve()$(.$await)??)
    }};
}

async fn serve(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let handler = Arc::new(Handler::default());
    let interop = ServedServer::new(Arc::clone(&handler));
    match arguments.multiplex {
        true => {
            let second = SecondServer::new(handler);
            listen!(Server::builder().add_as("Interop", interop).add(second), arguments, await)
        }
        false => listen!(Server::new(interop), arguments, await),
    }
}

fn serve_blocking(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let handler = Arc::new(Handler::default());
    let interop = BlockingServedServer::new(Arc::clone(&handler));
    match arguments.multiplex {
        true => {
            let second = BlockingSecondServer::new(handler);
            let server = blocking::Server::builder().add_as("Interop", interop).add(second);
            listen!(server, arguments)
        }
        false => listen!(blocking::Server::new(interop), arguments),
    }
}
