//! The program `interop_client`.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use thriftly::blocking::{self, BlockOn};
use thriftly::tls::ClientTls;
use thriftly::{Channel, ClientBuilder};

use super::arguments::{Arguments, LOGIN, Transport};
use super::checks::{self, Peer};

/// Large values take long in an interpreter.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Runs all checks against a server and prints their outcomes.
pub fn main() -> ExitCode {
    let arguments = match Arguments::parse(1) {
        Ok(arguments) => arguments,
        Err(error) => return cannot_connect(error.into()),
    };
    // The async client runs here; each check waits for it as for a blocking one.
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return cannot_connect(error.into()),
    };
    let _inside = runtime.enter();
    let connect = || {
        let channel = match arguments.blocking {
            true => connect_blocking(&arguments),
            false => runtime.block_on(connect(&arguments)),
        };
        channel.map(|channel| Peer::new(channel, &arguments))
    };
    match checks::run(connect) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => cannot_connect(error),
    }
}

fn cannot_connect(error: Box<dyn Error>) -> ExitCode {
    eprintln!("interop_client: {error}");
    ExitCode::from(2)
}

/// The settings of both builders. Calls share one connection, as some checks require.
macro_rules! configured {
    ($builder:expr, $arguments:expr) => {{
        let builder = $builder.protocol($arguments.protocol).max_connections(1).timeout(TIMEOUT);
        let builder = match &$arguments.tls[..] {
            [authority] => builder.tls(ClientTls::new().ca_file(authority)?),
            _ => builder,
        };
        match $arguments.transport {
            Transport::Socket(framing) => builder.framing(framing),
            Transport::Zlib => builder.zlib(),
            Transport::Http => builder,
            Transport::Sasl => builder.sasl_plain(LOGIN.0, LOGIN.1),
        }
    }};
}

async fn connect(arguments: &Arguments) -> Result<Arc<dyn blocking::Service>, Box<dyn Error>> {
    let builder = configured!(ClientBuilder::<Channel>::new(), arguments);
    let channel = builder.connect(arguments.address()).await?;
    Ok(Arc::new(BlockOn::new(channel)))
}

fn connect_blocking(arguments: &Arguments) -> Result<Arc<dyn blocking::Service>, Box<dyn Error>> {
    let builder = configured!(blocking::ClientBuilder::<blocking::Channel>::new(), arguments);
    let channel = builder.connect(arguments.address())?;
    Ok(Arc::new(channel))
}
