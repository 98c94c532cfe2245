//! The program `interop_server`.

use std::error::Error;
use std::process::ExitCode;

use thriftly::tls::ServerTls;
use thriftly::{Server, blocking};

use super::arguments::Arguments;
use super::handler::Handler;
use super::idl::{BlockingServedServer, ServedServer};

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

/// The settings of both servers.
macro_rules! configured {
    ($server:expr, $arguments:expr) => {
        match &$arguments.tls[..] {
            [certificate, key] => $server.tls(ServerTls::from_pem_files(certificate, key)?),
            _ => $server,
        }
    };
}

async fn serve(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let server = Server::new(ServedServer::new(Handler::default()));
    let server = configured!(server, arguments).bind(arguments.listen_address()).await?;
    println!("listening on {}", server.local_addr());
    Ok(server.serve().await?)
}

fn serve_blocking(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let server = blocking::Server::new(BlockingServedServer::new(Handler::default()));
    let server = configured!(server, arguments).bind(arguments.listen_address())?;
    println!("listening on {}", server.local_addr());
    Ok(server.serve()?)
}
