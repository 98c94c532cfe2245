//! `thriftly console`: a page in the browser that shows the methods of a server and calls them.

use std::future::{Future, poll_fn};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use thriftly_core::console::BoundConsole;
use thriftly_core::dynamic::{Client, Idl, Options};
use thriftly_core::{Channel, Error};
use thriftly_core::{console, shutdown_signal};

use crate::status::{Status, complain, unusable};
use crate::upstream::Upstream;

/// The arguments of `console`.
#[derive(Debug)]
pub(crate) struct Console {
    /// The IDL file.
    pub(crate) idl: PathBuf,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The server.
    pub(crate) upstream: Upstream,
    /// Where the page is served.
    pub(crate) listen: SocketAddr,
    /// Names by which browsers may know the page.
    pub(crate) hosts: Vec<String>,
    /// Whether the page is opened.
    pub(crate) open: bool,
    pub(crate) multiplexed: bool,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) timeout: Duration,
}

/// Serves the page until the process is told to end, and writes its address.
pub(crate) fn run(console: &Console, out: &mut dyn Write) -> io::Result<Status> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match bound(console).await {
            Ok(bound) => served(console, bound, out).await,
            Err(error) => Ok(unusable(&error)),
        }
    })
}

async fn bound(console: &Console) -> Result<BoundConsole<Channel>, Error> {
    let idl = Idl::load_with(&console.idl, &console.options)?;
    let upstream = &console.upstream;
    // Whether it can be reached is told by each call: the page is of use before the server runs.
    let builder = upstream.builder()?.timeout(console.timeout);
    let channel = builder.connect_lazy(&*upstream.address)?;
    let headers = upstream.headers(&console.headers)?;
    let client = Client::new(&idl, channel).with_headers(headers);
    let file = console.idl.file_name().unwrap_or_default().to_string_lossy();
    let page = console::Console::new(client)
        .title(format!("{file} at {}", console.upstream.address))
        .timeout(console.timeout)
        .max_timeout(console.timeout.max(Duration::from_secs(600)))
        .multiplexed(console.multiplexed)
        .headers(upstream.has_headers()?);
    let page = console.hosts.iter().fold(page, |page, host| page.allow_host(host));
    page.bind(console.listen).await.map_err(|error| {
        Error::new(error.kind(), format!("cannot listen on {}: {error}", console.listen))
    })
}

async fn served(
    console: &Console,
    bound: BoundConsole<Channel>,
    out: &mut dyn Write,
) -> io::Result<Status> {
    let address = bound.local_addr()?;
    if !address.ip().is_loopback() {
        complain(&format!(
            "warning: whoever reaches {address} can call every method of {}",
            console.upstream.address
        ));
    }
    let mut end = pin!(shutdown_signal());
    // Signals are handled before anybody knows the address.
    let ended = poll_fn(|context| Poll::Ready(end.as_mut().poll(context).is_ready())).await;
    let url = format!("http://{address}/");
    writeln!(out, "{url}")?;
    out.flush()?;
    if console.open
        && let Err(error) = open::that_detached(&url)
    {
        complain(&format!("warning: cannot open the browser: {error}"));
    }
    if !ended {
        bound.serve_until(end).await;
    }
    Ok(Status::Clean)
}
