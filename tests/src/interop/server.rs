//! The program `interop_server`.

use std::error::Error;
use std::process::ExitCode;

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

async fn serve(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let server = Server::new(ServedServer::new(Handler::default()));
    let server = server.bind((&*arguments.host, arguments.port)).await?;
    println!("listening on {}", server.local_addr());
    Ok(server.serve().await?)
}

fn serve_blocking(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let server = blocking::Server::new(BlockingServedServer::new(Handler::default()));
    let server = server.bind((&*arguments.host, arguments.port))?;
    println!("listening on {}", server.local_addr());
    Ok(server.serve()?)
}
